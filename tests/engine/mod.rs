//! Behaviour tests of the engine, a file for each noun. The expectations come from the specification, never from what
//! the code does. Absent on purpose: sleeps, real time, randomness that cannot be repeated.

mod spy;
mod world;

mod attempt_timeout;
mod batch;
mod cancel;
mod checks;
mod claim;
mod claim_answer;
mod clock;
mod complete;
mod corruption;
mod create;
mod create_limits;
mod cursor;
mod dedup;
mod describe;
mod due;
mod error;
mod event;
mod event_view;
mod fail;
mod full;
mod gate;
mod handle;
mod id;
mod image;
mod list;
mod open;
mod phase_graph;
mod phase_table;
mod progress;
mod reclaim;
mod renew;
mod repeat;
mod request;
mod result;
mod retry;
mod state_number;
mod state_vector;
mod tick;
mod wakes;
mod wire;
mod wire_limits;
