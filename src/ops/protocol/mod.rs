//! What a scheduler of its own does: grants and their use, reclaiming, admission, calls by fence.

pub mod block;
pub mod claim_execution;
pub mod claim_for_worker;
pub mod claim_from_grant;
pub mod claim_resumed;
pub mod complete_execution;
pub mod fail_execution;
pub mod fence;
pub mod grant;
pub mod grant_and_claim;
pub mod handover;
pub mod issue_claim_grant;
pub mod reclaim;
pub mod reclaim_grant;
pub mod renew_lease;
pub mod scan;
pub mod unblock;
