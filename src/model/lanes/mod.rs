//! Lanes: what they let through, and which workers can serve what waits in them.

pub mod capability;
pub mod lane;
