//! Calls that only a separate scheduler or an operator's tool makes: grants and their use, blocks, typed fences.

use crate::calls::retry::Retry;
use crate::json::{put, without_nulls};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Whom a grant is for.
#[derive(Clone, Debug, Default)]
pub struct Grantee {
    pub worker: String,
    pub instance: Option<String>,
    pub offered: BTreeSet<String>,
    pub ttl_ms: Option<i64>,
}

/// Who takes an execution, and with which lease.
#[derive(Clone, Debug, Default)]
pub struct Taker {
    pub worker: String,
    pub instance: Option<String>,
    pub ttl_ms: Option<i64>,
    pub lease_id: Option<String>,
    pub attempt_id: Option<String>,
}

/// Lease id, epoch and attempt id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    pub lease_id: String,
    pub epoch: i64,
    pub attempt_id: String,
}

/// How a typed call proves itself.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub id: String,
    pub index: i64,
    pub fence: Option<Fence>,
    pub source: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Protocol {
    ClaimForWorker { lanes: Vec<String>, kinds: Option<Vec<String>>, grantee: Grantee },
    IssueClaimGrant { id: String, grantee: Grantee },
    IssueReclaimGrant { id: String, grantee: Grantee },
    ClaimExecution { id: String, taker: Taker },
    ClaimResumed { id: String, taker: Taker },
    ClaimFromGrant { id: String, key: String, taker: Taker },
    GrantAndClaim { id: String, ttl_ms: Option<i64> },
    Reclaim { id: String, taker: Taker, reclaims_max: Option<i64> },
    Scan { lane: String, limit: Option<i64> },
    BlockRoute { id: String, reason: String },
    Block { id: String, reason: &'static str, detail: String },
    Unblock { id: String, reason: &'static str },
    RenewLease { shown: Shown, ttl_ms: i64 },
    CompleteExecution { shown: Shown, result: Option<Vec<u8>>, encoding: Option<String> },
    FailExecution { shown: Shown, failure: Told, retry: Option<Retry> },
}

/// What a typed failure says of itself.
#[derive(Clone, Debug)]
pub struct Told {
    pub class: &'static str,
    pub category: Option<String>,
    pub message: String,
    pub detail: Option<String>,
}

impl Grantee {
    fn json(&self) -> Value {
        json!({
            "worker": without_nulls(json!({ "id": self.worker, "instanceId": self.instance })),
            "capabilities": self.offered,
            "grantTtlMs": self.ttl_ms,
        })
    }
}

impl Taker {
    fn json(&self) -> Value {
        json!({
            "worker": without_nulls(json!({ "id": self.worker, "instanceId": self.instance })),
            "leaseTtlMs": self.ttl_ms,
            "leaseId": self.lease_id,
            "attemptId": self.attempt_id,
        })
    }
}

impl Shown {
    /// Whether it is an operator's call, which needs no fence.
    pub fn by_operator(&self) -> bool {
        self.source.as_deref() == Some("operator_override")
    }

    fn json(&self) -> Value {
        let fence = self.fence.as_ref().map(
            |fence| json!({ "leaseId": fence.lease_id, "leaseEpoch": fence.epoch, "attemptId": fence.attempt_id }),
        );
        json!({ "executionId": self.id, "attemptIndex": self.index, "fence": fence, "source": self.source })
    }
}

/// One object with the members of both.
fn with(mut left: Value, right: Value) -> Value {
    if let (Value::Object(members), Value::Object(more)) = (&mut left, right) {
        members.extend(more);
    }
    left
}

impl Protocol {
    pub fn name(&self) -> &'static str {
        match self {
            Self::ClaimForWorker { .. } => "claim_for_worker",
            Self::IssueClaimGrant { .. } => "issue_claim_grant",
            Self::IssueReclaimGrant { .. } => "issue_reclaim_grant",
            Self::ClaimExecution { .. } => "claim_execution",
            Self::ClaimResumed { .. } => "claim_resumed_execution",
            Self::ClaimFromGrant { .. } => "claim_from_resume_grant",
            Self::GrantAndClaim { .. } => "issue_grant_and_claim",
            Self::Reclaim { .. } => "reclaim_execution",
            Self::Scan { .. } => "scan_eligible_executions",
            Self::BlockRoute { .. } => "block_route",
            Self::Block { .. } => "block_execution_for_admission",
            Self::Unblock { .. } => "unblock_execution",
            Self::RenewLease { .. } => "renew_lease",
            Self::CompleteExecution { .. } => "complete_execution",
            Self::FailExecution { .. } => "fail_execution",
        }
    }

    /// The JSON of its arguments; payload bytes go to the list.
    pub fn args(&self, payloads: &mut Vec<Vec<u8>>) -> Value {
        let args = match self {
            Self::ClaimForWorker { lanes, kinds, grantee } => {
                with(json!({ "lanes": lanes, "kinds": kinds }), grantee.json())
            }
            Self::IssueClaimGrant { id, grantee } | Self::IssueReclaimGrant { id, grantee } => {
                with(json!({ "executionId": id }), grantee.json())
            }
            Self::ClaimExecution { id, taker } | Self::ClaimResumed { id, taker } => {
                with(json!({ "executionId": id }), taker.json())
            }
            Self::ClaimFromGrant { id, key, taker } => {
                with(json!({ "executionId": id, "grantKey": key }), taker.json())
            }
            Self::GrantAndClaim { id, ttl_ms } => json!({ "executionId": id, "leaseTtlMs": ttl_ms }),
            Self::Reclaim { id, taker, reclaims_max } => {
                with(json!({ "executionId": id, "maxReclaimCount": reclaims_max }), taker.json())
            }
            Self::Scan { lane, limit } => json!({ "lane": lane, "limit": limit }),
            Self::BlockRoute { id, reason } => json!({ "executionId": id, "reason": reason }),
            Self::Block { id, reason, detail } => json!({ "executionId": id, "reason": reason, "detail": detail }),
            Self::Unblock { id, reason } => json!({ "executionId": id, "expectedReason": reason }),
            Self::RenewLease { shown, ttl_ms } => with(json!({ "leaseTtlMs": ttl_ms }), shown.json()),
            Self::CompleteExecution { shown, result, encoding } => {
                let encoding = encoding.as_ref().filter(|_| result.is_some());
                with(json!({ "result": put(result.as_ref(), payloads), "encoding": encoding }), shown.json())
            }
            Self::FailExecution { shown, failure, retry } => with(
                json!({
                    "class": failure.class,
                    "category": failure.category,
                    "reason": without_nulls(json!({ "message": failure.message, "detail": failure.detail })),
                    "retry": retry.as_ref().map(Retry::json),
                }),
                shown.json(),
            ),
        };
        without_nulls(args)
    }
}
