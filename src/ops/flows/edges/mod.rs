//! Edges: staging and applying them, what a group needs, and waiting for children.

pub mod apply;
pub mod describe;
pub mod eligibility;
pub mod list;
pub mod order;
pub mod policy;
pub mod stage;
pub mod wait_children;
