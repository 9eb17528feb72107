//! The snapshot of an execution: the answer of `describe_execution`. Contract: executions.describe,
//! executions.describe-absent.

use crate::model::executions::effective::EffectivePolicy;
use crate::model::executions::grant::GrantKind;
use crate::model::executions::phase::StateVector;
use crate::model::executions::policy::Policy;
use crate::model::ground::vocabulary::{AttemptLifecycle, AttemptType, FailureClass, PublicState};
use serde::Serialize;
use std::collections::BTreeMap;

/// The live lease of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct LeaseSnapshot {
    /// The lease.
    pub lease_id: String,
    /// Its epoch.
    pub lease_epoch: i64,
    /// The worker's name.
    pub worker_id: String,
    /// The worker's instance.
    pub worker_instance_id: String,
    /// The attempt it was issued for.
    pub attempt_index: i64,
    /// When it runs out, in Unix ms.
    pub expires_at: i64,
    /// When it was issued or last renewed, in Unix ms.
    pub last_heartbeat_at: i64,
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct FailureSnapshot {
    /// What its worker made of it.
    pub class: FailureClass,
    /// Free text that a retry policy may name.
    pub category: String,
    /// What happened.
    pub message: String,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One attempt of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct AttemptSnapshot {
    /// Zero based.
    pub attempt_index: i64,
    /// The attempt.
    pub attempt_id: String,
    /// Why it was started.
    pub attempt_type: AttemptType,
    /// Where it is in its life.
    pub lifecycle: AttemptLifecycle,
    /// The worker that held it last.
    pub worker_id: String,
    /// The worker's instance.
    pub worker_instance_id: String,
    /// The epoch of its last lease.
    pub lease_epoch: i64,
    /// When it started, in Unix ms.
    pub started_at: i64,
    /// When it ended, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureSnapshot>,
    /// Whether it left a result, which `get_execution_result` answers for its index.
    pub has_result: bool,
}

/// What an attempt reported last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ProgressSnapshot {
    /// The attempt that reported it.
    pub attempt_index: i64,
    /// 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<i64>,
    /// In the worker's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When, in Unix ms.
    pub updated_at: i64,
}

/// Why an execution was cancelled or expired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct EndingSnapshot {
    /// In words.
    pub reason: String,
    /// Who or what ended it.
    pub source: String,
}

/// The grant of an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct GrantSnapshot {
    /// What it allows.
    pub kind: GrantKind,
    /// The worker it is for.
    pub worker_id: String,
    /// The worker's instance.
    pub worker_instance_id: String,
    /// The last instant at which it is good, in Unix ms.
    pub expires_at: i64,
    /// Whether it reserves the execution still.
    pub live: bool,
}

/// A step that an execution has recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct StepSnapshot {
    /// Its name.
    pub name: String,
    /// When the work on it began, in Unix ms, where its worker said how long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub started_at: Option<i64>,
    /// How many bytes its result has.
    pub result_bytes: i64,
    /// When it was recorded, in Unix ms.
    pub recorded_at: i64,
}

/// Everything about an execution.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExecutionSnapshot {
    /// The execution.
    pub execution_id: String,
    /// The flow that it is a member of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// What that calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_name: Option<String>,
    /// Its namespace.
    pub namespace: String,
    /// Its lane.
    pub lane: String,
    /// Its kind of work.
    pub kind: String,
    /// Who created it.
    pub creator: String,
    /// Its priority.
    pub priority: i64,
    /// Its state in one word.
    pub public_state: PublicState,
    /// Its state in seven dimensions.
    pub state: StateVector,
    /// More about what it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocking_detail: Option<String>,
    /// When it can be claimed, where it waits for an instant, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimable_at: Option<i64>,
    /// Why it was cancelled or expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<EndingSnapshot>,
    /// The live lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_lease: Option<LeaseSnapshot>,
    /// Its grant, good or over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantSnapshot>,
    /// The attempt pointer: the attempt under way or most recently ended; after a scheduled retry, the one to come.
    pub current_attempt_index: i64,
    /// The newest 100 attempts, in order; `totalAttemptCount` says how many there are, `list_attempts` has them all.
    pub attempts: Vec<AttemptSnapshot>,
    /// What it has recorded, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub steps: Vec<StepSnapshot>,
    /// What was reported last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<ProgressSnapshot>,
    /// What a worker must offer to claim it, sorted.
    pub required_capabilities: Vec<String>,
    /// Its tags, sorted by key.
    pub tags: BTreeMap<String, String>,
    /// Its policy, as it was given.
    pub policy: Policy,
    /// What counts, given or not.
    pub effective: EffectivePolicy,
    /// How long one attempt may take, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_timeout_ms: Option<i64>,
    /// Its idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// When it expires, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<i64>,
    /// How long after its end it is kept, in ms, where that is its own affair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_ms: Option<i64>,
    /// Until when it is kept, once it has ended and where anything is set, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<i64>,
    /// Its lease epoch.
    pub lease_epoch: i64,
    /// Attempts ever started.
    pub total_attempt_count: i64,
    /// Retries scheduled.
    pub retry_count: i64,
    /// Lapsed leases taken over.
    pub lease_reclaim_count: i64,
    /// Replays.
    pub replay_count: i64,
    /// When it was created, in Unix ms.
    pub created_at: i64,
    /// When it last changed, in Unix ms.
    pub last_mutation_at: i64,
    /// When it was first claimed, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When it ended, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<i64>,
}
