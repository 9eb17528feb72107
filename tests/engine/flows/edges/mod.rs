//! Edges, groups, and what follows from the end of an upstream.

pub mod apply;
pub mod children;
pub mod children_refused;
pub mod cycle;
pub mod data_passing;
pub mod eligibility;
pub mod growing;
mod late;
pub mod list;
pub mod outcomes;
mod policy;
pub mod resolution;
pub mod siblings;
pub mod stage;
pub mod timeout;
mod unblock;
pub mod upstream;
pub mod wait_children;
