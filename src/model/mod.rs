//! Pure rules: what an execution is and what may happen to it.
//!
//! Its rooms, each of which uses only those before it: what all stand on, then a noun each. Absent on purpose: SQL,
//! JavaScript, clocks and randomness.

pub mod ground;

pub mod attempts;
pub mod events;
pub mod executions;
pub mod flows;
pub mod lanes;
pub mod streams;
