//! Flows: their edges and groups, their state, and the order of their members.

pub mod edge;
pub mod flow;
pub mod graph;
pub mod need;
pub mod order;
