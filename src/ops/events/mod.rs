//! Events: reading the log, the history of an execution, and waiting for an end.

pub mod filter;
pub mod history;
pub mod read;
pub mod wait;
