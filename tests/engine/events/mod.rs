//! The log, histories, and waiting for an end.

pub mod cursor;
pub mod event;
pub mod filter;
pub mod history;
pub mod progress;
pub mod trim;
pub mod view;
pub mod wait;
