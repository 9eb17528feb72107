//! The registry of workers.

pub mod worker;
