//! Lanes, the routes in them, and what waits on a route for a capable worker.

pub mod blocked;
pub mod lane;
pub mod route;
