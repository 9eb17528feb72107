//! `describe_execution`: one read that answers everything about an execution. Spec: lifecycle §18, decisions 3.18.

use super::call::Call;
use super::claim::stored_tags;
use super::turn::Turn;
use crate::error::Result;
use crate::model::argument::Limits;
use crate::model::execution::{Attempt, Execution};
use crate::model::id::{ExecutionId, uuid_text};
use crate::model::phase::{Active, Phase, StateVector};
use crate::model::policy::Policy;
use crate::model::vocabulary::{AttemptLifecycle, AttemptType, FailureClass, PublicState};
use crate::store::Failure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The arguments of `describe_execution`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct DescribeExecutionArgs {
    /// The execution.
    pub execution_id: String,
}

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
    /// Whether it left a result.
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

/// Everything about an execution.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExecutionSnapshot {
    /// The execution.
    pub execution_id: String,
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
    /// The attempt pointer: the attempt under way or most recently ended; after a scheduled retry, the one to come.
    pub current_attempt_index: i64,
    /// Every attempt, in order.
    pub attempts: Vec<AttemptSnapshot>,
    /// What was reported last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<ProgressSnapshot>,
    /// What a worker must offer to claim it, sorted.
    pub required_capabilities: Vec<String>,
    /// Its tags, sorted by key.
    pub tags: BTreeMap<String, String>,
    /// Its policy, as it was given.
    pub policy: Policy,
    /// How long one attempt may take, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_timeout_ms: Option<i64>,
    /// Its idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// When it expires, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<i64>,
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

impl Call for DescribeExecutionArgs {
    const OP: &'static str = "describe_execution";
    const WRITES: bool = false;
    type Ready = ExecutionId;
    type Answer = Option<ExecutionSnapshot>;

    fn check(self, _limits: &Limits) -> Result<ExecutionId> {
        ExecutionId::parse("executionId", &self.execution_id)
    }

    fn run(id: &ExecutionId, turn: &mut Turn<'_>) -> Result<Option<ExecutionSnapshot>> {
        match turn.store.find_execution(id)? {
            Some(execution) => snapshot(turn, &execution).map(Some),
            None => Ok(None),
        }
    }
}

fn snapshot(turn: &mut Turn<'_>, execution: &Execution) -> Result<ExecutionSnapshot> {
    let specification = turn.store.specification(execution.row)?;
    let route = turn.store.route(execution.route)?;
    let progress = turn.store.progress(execution.row)?;
    let reported_at = progress.as_ref().map_or(0, |progress| progress.updated_at);
    let state = execution.phase.state();
    let (claimable_at, blocking_detail) = waits(execution);
    let ending = turn.store.ending(execution.row)?.map(|(reason, source)| EndingSnapshot { reason, source });
    Ok(ExecutionSnapshot {
        execution_id: execution.id.text(),
        namespace: turn.store.namespace_name(execution.namespace)?.to_string(),
        lane: route.lane.clone(),
        kind: specification.kind,
        creator: specification.creator,
        priority: execution.priority,
        public_state: state.public_state(),
        state,
        blocking_detail,
        claimable_at,
        ending,
        current_lease: lease(execution),
        current_attempt_index: execution.attempt_pointer(),
        attempts: attempts(turn, execution)?,
        progress: progress.map(|progress| ProgressSnapshot {
            attempt_index: progress.attempt_index,
            percent: progress.percent,
            message: progress.message,
            updated_at: progress.updated_at,
        }),
        required_capabilities: route.required.tokens().map(str::to_owned).collect(),
        tags: stored_tags(specification.tags.as_deref())?,
        policy: Policy::of_stored(specification.policy.as_deref())?,
        attempt_timeout_ms: specification.attempt_timeout_ms,
        idempotency_key: specification.idempotency_key,
        deadline_at: execution.deadline_at,
        lease_epoch: execution.epoch,
        total_attempt_count: execution.attempt_count,
        retry_count: execution.retry_count,
        lease_reclaim_count: execution.reclaim_count,
        replay_count: execution.replay_count,
        created_at: execution.created_at,
        last_mutation_at: execution.changed_at.max(reported_at),
        started_at: execution.started_at,
        completed_at: execution.ended_at,
    })
}

/// From when the execution can be claimed where it waits for an instant, and that in words.
fn waits(execution: &Execution) -> (Option<i64>, Option<String>) {
    match execution.phase {
        Phase::Delayed(delayed) => (Some(delayed.until_at), Some(format!("delayed until {}", delayed.until_at))),
        Phase::Active(Active::Lapsed(lapsed)) => {
            let words = match lapsed.claimable_at {
                Some(at) => format!("lease expired at {}, reclaimable from {at}", lapsed.expired_at),
                None => format!("lease expired at {}, reclaimable", lapsed.expired_at),
            };
            (Some(lapsed.claimable_at.unwrap_or(lapsed.expired_at)), Some(words))
        }
        Phase::Blocked(blocked) => (blocked.not_before_at, None),
        Phase::Waiting(_) | Phase::Active(Active::Held(_)) | Phase::Suspended(_) | Phase::Terminal(_) => (None, None),
    }
}

fn lease(execution: &Execution) -> Option<LeaseSnapshot> {
    let (attempt, held) = (execution.attempt.as_ref()?, execution.held()?);
    Some(LeaseSnapshot {
        lease_id: uuid_text(attempt.lease.id),
        lease_epoch: attempt.lease.epoch,
        worker_id: attempt.lease.worker.to_string(),
        worker_instance_id: attempt.lease.instance.to_string(),
        attempt_index: attempt.index,
        expires_at: held.expires_at,
        last_heartbeat_at: attempt.lease.renewed_at,
    })
}

fn attempts(turn: &mut Turn<'_>, execution: &Execution) -> Result<Vec<AttemptSnapshot>> {
    let failures = turn.store.failures(execution.row)?;
    let archived = if execution.attempt_count > 1 { turn.store.archived_attempts(execution.row)? } else { Vec::new() };
    let all = archived.iter().chain(&execution.attempt);
    Ok(all.map(|attempt| attempt_snapshot(execution, attempt, &failures)).collect())
}

fn attempt_snapshot(execution: &Execution, attempt: &Attempt, failures: &[(i64, Failure)]) -> AttemptSnapshot {
    // Both lists are sorted by index.
    let found = failures.binary_search_by_key(&attempt.index, |(index, _)| *index).ok();
    let failure = found.map(|place| &failures[place].1).map(|failure| FailureSnapshot {
        class: failure.class,
        category: failure.category.clone(),
        message: failure.message.clone(),
        detail: failure.detail.clone(),
    });
    AttemptSnapshot {
        attempt_index: attempt.index,
        attempt_id: uuid_text(attempt.id),
        attempt_type: attempt.kind,
        lifecycle: execution.attempt_lifecycle(attempt),
        worker_id: attempt.lease.worker.to_string(),
        worker_instance_id: attempt.lease.instance.to_string(),
        lease_epoch: attempt.lease.epoch,
        started_at: attempt.started_at,
        ended_at: attempt.ended.map(|(_, at)| at),
        failure,
        has_result: attempt.result.is_some(),
    }
}
