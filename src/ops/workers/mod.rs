//! The registry of workers.

pub mod heartbeat;
pub mod list;
pub mod mark_dead;
pub mod register;
