//! Lanes, the routes in them, and the queues that routes with one requirement set make up.

pub mod lane;
pub mod queue;
pub mod route;
