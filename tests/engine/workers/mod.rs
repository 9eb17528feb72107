//! The registry of workers.

pub mod dead;
pub mod list;
pub mod worker;
