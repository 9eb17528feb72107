//! Random calls, each in a state where it means something.

pub mod asking;
pub mod invalid;
pub mod names;
pub mod source;
pub mod surroundings;
