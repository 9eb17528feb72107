//! The floors: statements written by hand, beside which the engine is measured. *Same rows* writes what the engine
//! writes, *bare* is the least that could be called a queue.

pub mod bare;
pub mod rows;
