//! Streams: their frames and their summaries.

pub mod frame;
pub mod stream;
pub mod summary;
