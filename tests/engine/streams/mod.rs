//! Streams.

pub mod append;
pub mod best_effort;
pub mod closing;
pub mod deleting;
pub mod read;
pub mod summary;
pub mod tail;
