//! Streams: their frames, the summary, what is kept, and how they close.

pub mod frame;
pub mod retained;
pub mod stream;
pub mod summary;
