//! Executions: their phases and transitions, the leases and grants on them, their policies, tags, and what time does to
//! them.

pub mod claimable;
pub mod due;
pub mod effective;
pub mod ending;
pub mod execution;
pub mod expiry;
pub mod grant;
pub mod lease;
pub mod phase;
pub mod policy;
pub mod retry;
pub mod tag;
pub mod transition;
