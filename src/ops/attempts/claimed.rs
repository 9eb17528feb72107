//! A claimed execution as it is handed to its worker, by whatever way it was claimed. Contract: claims.answer,
//! claims.steps, claims.repeated.

use crate::error::{Code, Error, Result};
use crate::model::attempts::handle::Handle;
use crate::model::executions::execution::{Attempt, Execution};
use crate::model::executions::tag::stored_tags;
use crate::model::ground::given::{Given, reads, stored};
use crate::model::ground::id::{ExecutionId, uuid_text};
use crate::model::ground::payload::Bytes;
use crate::model::ground::vocabulary::{AttemptType, HandleKind};
use crate::ops::ground::call::Refill;
use crate::ops::ground::recorded::{RecordedStep, recorded};
use crate::ops::ground::turn::Turn;
use crate::ops::ground::upstream::{Upstream, claimed_upstreams, kept_upstream};
use crate::store::{StepLine, Work};
use serde::Serialize;
use std::collections::BTreeMap;

/// Who claims.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct Worker {
    /// The worker's name, stable over restarts: 1 to 256 bytes.
    pub id: String,
    /// The process; one is minted for each engine connection when left out.
    pub instance_id: Option<String>,
}

reads!(Worker { id, instance_id });

/// A claimed execution: all a worker needs to run it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct Claim {
    /// What the worker shows on every later call.
    pub handle: String,
    /// How the attempt was got: fresh, resumed or reclaimed.
    pub handle_kind: HandleKind,
    /// The execution.
    pub execution_id: String,
    /// The flow that it is a member of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// Its namespace.
    pub namespace: String,
    /// Its lane.
    pub lane: String,
    /// Its kind of work.
    pub kind: String,
    /// Its priority.
    pub priority: i64,
    /// Zero based.
    pub attempt_index: i64,
    /// The attempt.
    pub attempt_id: String,
    /// Why the attempt was started.
    pub attempt_type: AttemptType,
    /// Retries scheduled so far.
    pub retry_count: i64,
    /// The lease.
    pub lease_id: String,
    /// Its epoch.
    pub lease_epoch: i64,
    /// When it runs out, in Unix ms.
    pub lease_expires_at: i64,
    /// When the attempt times out, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_timeout_at: Option<i64>,
    /// When the execution expires, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<i64>,
    /// The input's bytes.
    #[serde(skip_serializing_if = "Bytes::is_apart")]
    pub input: Option<Bytes>,
    /// How the input is encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Set where it stopped waiting for its children, as it said that it would.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub children_timed_out: bool,
    /// What it waited for, in the order of edge ids, at most 10 000 of them; the results of upstreams and steps that all claims of one commit hand
    /// back come to 16 MiB at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub upstream: Vec<Upstream>,
    /// The steps that were recorded under earlier leases, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub steps: Vec<RecordedStep>,
}

impl Claim {
    /// Visits its payload bytes.
    pub fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        let steps = self.steps.iter_mut().filter_map(|step| step.result.as_mut());
        let upstream = self.upstream.iter_mut().filter_map(|upstream| upstream.result.as_mut());
        self.input.iter_mut().chain(upstream).chain(steps).for_each(visit);
    }
}

/// What was left out of a kept claim.
pub fn refill(kept: &str, turn: &mut Turn<'_>) -> Result<Refill> {
    let kept = stored(kept, "a kept claim")?;
    let (Some(_), Some(Given::Text(id))) = (kept.member("handle"), kept.member("execution_id")) else {
        return Ok(Refill::default());
    };
    let id = ExecutionId::parse("executionId", id)?;
    let Some(execution) = turn.find(&id)? else { return Ok(Refill::default()) };
    if !knows_attempt(turn, &execution, &kept)? {
        return Ok(Refill::default());
    }
    // An upstream's result may have taken the place of what an earlier lease was handed.
    let same =
        kept.member("lease_epoch").is_some_and(|epoch| matches!(epoch, Given::Int(epoch) if *epoch == execution.epoch))
            || !turn.store.input_was_passed(execution.row)?;
    let input = if same { turn.store.claimed(execution.row)?.1.input.map(Bytes::Here) } else { None };
    let (mut upstream, mut steps) = (Vec::new(), Vec::new());
    if let Some(Given::List(kept)) = kept.member("upstream") {
        upstream = kept.iter().map(|one| kept_upstream(turn, &execution, one)).collect::<Result<_>>()?;
    }
    if let Some(Given::List(kept)) = kept.member("steps") {
        steps = kept.iter().map(|step| kept_step(turn, execution.row, step)).collect::<Result<_>>()?;
    }
    Ok(Refill { input, upstream, steps, ..Refill::default() })
}

/// What a call that may hand a claim back says of its answer: nothing handed back changed nothing, so that a parked call
/// is tried again under the same request id.
macro_rules! may_hand_back {
    () => {
        fn answer_bytes(answer: &mut Option<Claim>, visit: &mut dyn FnMut(&mut Bytes)) {
            if let Some(claim) = answer {
                claim.bytes(visit);
            }
        }

        fn keeps(answer: &Option<Claim>) -> bool {
            answer.is_some()
        }

        fn refill(_ready: &Ready, kept: &str, turn: &mut Turn<'_>) -> Result<Refill> {
            refill(kept, turn)
        }
    };
}
pub(crate) use may_hand_back;

/// Whether a kept claim was one of this execution, and not of a former one with its id.
fn knows_attempt(turn: &Turn<'_>, execution: &Execution, kept: &Given<'_>) -> Result<bool> {
    let (Some(Given::Int(index)), Some(Given::Text(id))) = (kept.member("attempt_index"), kept.member("attempt_id"))
    else {
        return Ok(false);
    };
    let is_it = |attempt: &Attempt| attempt.index == *index && uuid_text(attempt.id) == *id;
    if execution.attempt.as_ref().is_some_and(is_it) {
        return Ok(true);
    }
    Ok(turn.store.archived_attempt(execution.row, *index)?.as_ref().is_some_and(is_it))
}

/// A step as it was handed back, its result read again: those that were recorded since are not among them.
fn kept_step(turn: &Turn<'_>, execution: i64, kept: &Given<'_>) -> Result<RecordedStep> {
    let text = |field| if let Some(Given::Text(text)) = kept.member(field) { Some(text.to_string()) } else { None };
    let name = text("name").unwrap_or_default();
    let recorded_at = if let Some(Given::Int(at)) = kept.member("recorded_at") { *at } else { 0 };
    let omitted = kept.member("omitted").is_some();
    let found = if omitted { None } else { turn.store.step(execution, &name)? };
    // Another one of the same name was recorded after a replay.
    let result = found.filter(|step| step.recorded_at == recorded_at).and_then(|step| step.result).map(Bytes::Here);
    Ok(RecordedStep { name, result, encoding: text("encoding"), recorded_at, omitted })
}

/// The steps of an execution as a claim hands them back: in order, results as long as they fit.
pub fn claimed_steps(turn: &mut Turn<'_>, execution: i64) -> Result<Vec<RecordedStep>> {
    let mut steps = Vec::new();
    for StepLine { name, result_bytes, recorded_at, .. } in turn.store.step_list(execution)? {
        let fits = if result_bytes <= turn.step_bytes_left { turn.store.step(execution, &name)? } else { None };
        steps.push(match fits {
            Some(step) => {
                turn.step_bytes_left -= result_bytes;
                recorded(step)
            }
            None => RecordedStep { name, result: None, encoding: None, recorded_at, omitted: true },
        });
    }
    Ok(steps)
}

/// What a claim hands back.
pub fn answer(
    ttl_ms: i64,
    turn: &mut Turn<'_>,
    execution: &Execution,
    handle_kind: HandleKind,
    work: Work,
) -> Result<Claim> {
    let (Some(attempt), Some(held)) = (&execution.attempt, execution.held()) else {
        return Err(Error::new(Code::InvariantBroken, "a claim left no attempt under a lease"));
    };
    let route = turn.store.route(execution.route)?;
    let handle = Handle {
        kind: handle_kind,
        execution: execution.id,
        attempt_index: attempt.index,
        fence: attempt.fence(),
        ttl_ms,
        lane: route.lane.clone(),
        instance: attempt.lease.instance.to_string(),
    };
    Ok(Claim {
        handle: handle.encode(),
        handle_kind,
        execution_id: execution.id.text(),
        flow_id: turn.flow_id(execution)?,
        namespace: turn.store.namespace_name(execution.namespace)?.to_string(),
        lane: handle.lane,
        kind: work.kind,
        priority: execution.priority,
        attempt_index: attempt.index,
        attempt_id: uuid_text(attempt.id),
        attempt_type: attempt.kind,
        retry_count: execution.retry_count,
        lease_id: uuid_text(attempt.lease.id),
        lease_epoch: attempt.lease.epoch,
        lease_expires_at: held.expires_at,
        attempt_timeout_at: held.timeout_at,
        deadline_at: execution.deadline_at,
        input: work.input.map(Bytes::Here),
        encoding: work.encoding,
        tags: stored_tags(work.tags.as_deref())?,
        children_timed_out: execution.flow.is_some()
            && turn.store.group(execution.row)?.is_some_and(|group| group.timed_out),
        upstream: if execution.flow.is_some() { claimed_upstreams(turn, execution)? } else { Vec::new() },
        steps: if execution.epoch > 1 { claimed_steps(turn, execution.row)? } else { Vec::new() },
    })
}
