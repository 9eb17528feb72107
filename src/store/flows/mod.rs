//! Flows, their edges and groups, their order, and the backlog of a cancellation.

pub mod backlog;
pub mod edge;
pub mod flow;
pub mod group;
pub mod listing;
pub mod members;
pub mod order;
pub mod upstream;
