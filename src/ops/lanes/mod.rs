//! Lanes: what they let through, and their list.

pub mod list;
pub mod set_state;
