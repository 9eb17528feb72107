//! Lanes and routes.

pub mod lane;
pub mod route;
