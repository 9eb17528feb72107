//! The rows of executions: their phases, what they were created with, their lists and counts.

pub mod columns;
pub mod dedup;
pub mod ending;
pub mod execution;
pub mod listing;
pub mod phase;
pub mod search;
pub mod specification;
pub mod tag;
pub mod tally;
