//! Attempts: the handle that a worker shows, and the gate that it must pass.

pub mod gate;
pub mod handle;
