//! Where subjects keep their rows, and what is made of rows or read of them behind their backs, alike for all of them.

pub mod database;
pub mod marks;
pub mod sample;
pub mod version;
