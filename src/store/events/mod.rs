//! The log: appending, reading, trimming.

pub mod detail;
pub mod event;
pub mod trim;
