//! Behaviour tests of the engine, a room for each noun, as in `src`. The expectations come from the contract, never from
//! what the code does. Absent on purpose: sleeps, real time, randomness that cannot be repeated.

mod world;

mod attempts;
mod events;
mod executions;
mod flows;
mod ground;
mod lanes;
mod protocol;
mod storage;
mod streams;
mod workers;
