//! Lanes and routes.

pub mod kinds;
pub mod lane;
pub mod route;
