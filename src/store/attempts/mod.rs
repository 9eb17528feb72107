//! Attempts and their leases: the claim order, the archive, failures, steps and progress.

pub mod attempt;
pub mod claim;
pub mod failure;
pub mod lease;
pub mod progress;
pub mod step;
