//! Executions: creating, reading, finding, tagging, cancelling and replaying them.

pub mod attempts;
pub mod cancel;
pub mod count;
pub mod create;
pub mod creation;
pub mod describe;
pub mod explain;
pub mod get_tag;
pub mod input;
pub mod list;
pub mod priority;
pub mod read_step;
pub mod replay;
pub mod result;
pub mod search;
pub mod set_tag;
pub mod snapshot;
pub mod summary;
pub mod wake;
