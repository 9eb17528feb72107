//! What stands in the tables, read past the engine, and the rules that rows keep among each other.

pub mod constraint;
pub mod linkage;
pub mod tables;
