//! Streams: writing frames and reading them.

pub mod append;
pub mod frames;
pub mod read;
pub mod summary;
pub mod tail;
