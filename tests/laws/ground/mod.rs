//! What tests stand on: an engine with what the world lends it, and numbers that follow from a seed.

pub mod random;
pub mod seeds;
pub mod world;
