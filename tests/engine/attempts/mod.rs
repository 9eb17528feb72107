//! Attempts: claims, leases, and what the holder of a lease does.

pub mod abandon;
pub mod attempt_timeout;
pub mod claim;
pub mod claim_answer;
pub mod complete;
mod connection;
mod connection_taken;
pub mod delay;
pub mod fail;
pub mod lease;
pub mod lease_list;
pub mod list;
pub mod progress;
pub mod reclaim;
pub mod renew;
pub mod retry;
pub mod revoke;
pub mod step;
