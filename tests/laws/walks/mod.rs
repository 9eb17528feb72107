//! The laws: the engine walks beside the model, and what holds of every walk is looked at.

pub mod focused;
pub mod grants;
pub mod jumps;
mod late_timer;
pub mod law;
pub mod met;
pub mod pages;
pub mod paging;
pub mod record;
pub mod survey;
pub mod walk;
pub mod workers;
