//! Executions: creating, reading, finding, tagging, cancelling, replaying.

pub mod cancel;
pub mod count;
pub mod create;
pub mod create_limits;
pub mod dedup;
pub mod describe;
pub mod explain;
pub mod input;
mod list;
pub mod priority;
pub mod replay;
pub mod result;
pub mod search;
pub mod search_paging;
pub mod tags;
pub mod wake;
