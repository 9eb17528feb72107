//! `describe_execution`: one read that answers everything about an execution. Contract: executions.describe,
//! executions.describe-attempts.

use super::attempts::{ATTEMPTS_TOLD_MAX, attempts_before};
pub use super::snapshot::{
    AttemptSnapshot, EndingSnapshot, ExecutionSnapshot, FailureSnapshot, GrantSnapshot, LeaseSnapshot,
    ProgressSnapshot, StepSnapshot,
};
use crate::error::Result;
use crate::model::events::event::EventDetail;
use crate::model::executions::effective::EffectivePolicy;
use crate::model::executions::execution::Execution;
use crate::model::executions::grant::Granted;
use crate::model::executions::phase::{Active, Blocker, Phase};
use crate::model::executions::policy::Policy;
use crate::model::executions::tag::stored_tags;
use crate::model::ground::argument::{INTEGER_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, uuid_text};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;

/// The arguments of `describe_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct DescribeExecutionArgs {
    /// The execution.
    pub execution_id: String,
}

reads!(DescribeExecutionArgs { execution_id });

impl Call for DescribeExecutionArgs {
    const OP: &'static str = "describe_execution";
    const WRITES: bool = false;
    type Ready = ExecutionId;
    type Answer = Option<ExecutionSnapshot>;

    fn check(self, _limits: &Limits) -> Result<ExecutionId> {
        ExecutionId::parse("executionId", &self.execution_id)
    }

    fn run(id: &ExecutionId, turn: &mut Turn<'_>) -> Result<Option<ExecutionSnapshot>> {
        match turn.find(id)? {
            Some(execution) => snapshot(turn, &execution).map(Some),
            None => Ok(None),
        }
    }
}

fn snapshot(turn: &mut Turn<'_>, execution: &Execution) -> Result<ExecutionSnapshot> {
    let specification = turn.store.specification(execution.row)?;
    let policy = Policy::of_stored(specification.policy.as_deref())?;
    let route = turn.store.route(execution.route)?;
    let progress = turn.store.progress(execution.row)?;
    let steps = steps(turn, execution)?;
    let reported_at = progress.as_ref().map_or(0, |progress| progress.updated_at);
    let recorded_at = steps.last().map_or(0, |step| step.recorded_at);
    let state = execution.phase.state();
    let waits_for = waits(execution);
    let blocking_detail = waits_for.or(why_blocked(turn, execution)?);
    let ending = turn.store.ending(execution.row)?.map(|(reason, source)| EndingSnapshot { reason, source });
    Ok(ExecutionSnapshot {
        execution_id: execution.id.text(),
        flow_id: turn.flow_id(execution)?,
        member_name: specification.member_name,
        namespace: turn.store.namespace_name(execution.namespace)?.to_string(),
        lane: route.lane.clone(),
        kind: specification.kind,
        creator: specification.creator,
        priority: execution.priority,
        public_state: state.public_state(),
        state,
        blocking_detail,
        claimable_at: execution.phase.claimable_at(),
        ending,
        current_lease: lease(execution),
        current_attempt_index: execution.attempt_pointer(),
        grant: grant(turn, execution)?,
        attempts: newest_attempts(turn, execution)?,
        steps,
        progress: progress.map(|progress| ProgressSnapshot {
            attempt_index: progress.attempt_index,
            percent: progress.percent,
            message: progress.message,
            updated_at: progress.updated_at,
        }),
        required_capabilities: route.required.tokens().map(str::to_owned).collect(),
        tags: stored_tags(specification.tags.as_deref())?,
        effective: EffectivePolicy::of(&policy, turn.retention_ms(execution)?),
        policy,
        attempt_timeout_ms: specification.attempt_timeout_ms,
        idempotency_key: specification.idempotency_key,
        deadline_at: execution.deadline_at,
        retention_ms: execution.retention_ms,
        kept_until: turn.kept_until(execution.flow, (execution.ended_at, execution.retention_ms))?,
        lease_epoch: execution.epoch,
        total_attempt_count: execution.attempt_count,
        retry_count: execution.retry_count,
        lease_reclaim_count: execution.reclaim_count,
        replay_count: execution.replay_count,
        created_at: execution.created_at,
        last_mutation_at: execution.changed_at.max(reported_at).max(recorded_at),
        started_at: execution.started_at,
        completed_at: execution.ended_at,
    })
}

/// From when the execution can be claimed where it waits for an instant, in words.
fn waits(execution: &Execution) -> Option<String> {
    match execution.phase {
        Phase::Delayed(delayed) => Some(format!("delayed until {}", delayed.until_at)),
        Phase::Active(Active::Lapsed(lapsed)) => Some(match lapsed.claimable_at {
            Some(at) => format!("lease expired at {}, reclaimable from {at}", lapsed.expired_at),
            None => format!("lease expired at {}, reclaimable", lapsed.expired_at),
        }),
        Phase::Blocked(_)
        | Phase::Waiting(_)
        | Phase::Active(Active::Held(_))
        | Phase::Suspended(_)
        | Phase::Terminal(_) => None,
    }
}

/// Why a scheduler blocked it, as the event that tells of it says: a blocked execution has none after that.
fn why_blocked(turn: &Turn<'_>, execution: &Execution) -> Result<Option<String>> {
    let Phase::Blocked(blocked) = execution.phase else { return Ok(None) };
    // No scheduler makes one wait for its upstreams; what its latest event tells there is why it was woken.
    if blocked.by == Blocker::Children {
        return Ok(None);
    }
    let detail = turn.store.event_detail(execution.last_event)?;
    Ok(if let Some(EventDetail::Reason { reason }) = detail { Some(reason) } else { None })
}

fn grant(turn: &Turn<'_>, execution: &Execution) -> Result<Option<GrantSnapshot>> {
    let Some(granted) = execution.granted else { return Ok(None) };
    Ok(turn.store.grant(execution.row)?.map(|grant| GrantSnapshot {
        kind: grant.kind,
        worker_id: grant.worker.to_string(),
        worker_instance_id: grant.instance.to_string(),
        expires_at: grant.expires_at,
        live: granted != Granted::Over,
    }))
}

fn steps(turn: &Turn<'_>, execution: &Execution) -> Result<Vec<StepSnapshot>> {
    let found = turn.store.step_list(execution.row)?.into_iter();
    Ok(found
        .map(|step| StepSnapshot {
            started_at: step.took_ms.map(|took_ms| (step.recorded_at - took_ms).max(0)),
            name: step.name,
            result_bytes: step.result_bytes,
            recorded_at: step.recorded_at,
        })
        .collect())
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

/// The newest attempts, the oldest of them first.
fn newest_attempts(turn: &Turn<'_>, execution: &Execution) -> Result<Vec<AttemptSnapshot>> {
    let mut attempts = attempts_before(turn, execution, INTEGER_MAX, ATTEMPTS_TOLD_MAX)?;
    attempts.reverse();
    Ok(attempts)
}
