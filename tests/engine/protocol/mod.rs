//! What a scheduler of its own does.

pub mod block;
pub mod claim_execution;
pub mod claim_for_worker;
pub mod claim_from_grant;
pub mod claim_resumed;
pub mod complete_execution;
pub mod fail_execution;
pub mod grant;
pub mod grant_and_claim;
pub mod reclaim_execution;
pub mod reclaim_grant;
pub mod renew_lease;
pub mod reservation;
pub mod scan;
pub mod texts;
