//! Attempts: claiming, what the holder of a lease does, and what an operator does to a lease.

pub mod abandon;
pub mod claim;
pub mod claimed;
pub mod complete;
pub mod delay;
pub mod fail;
pub mod leases;
pub mod progress;
pub mod renew;
pub mod revoke;
pub mod step;
pub mod take;
