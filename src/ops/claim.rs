//! `claim`: a worker takes the first execution that it may take, from one ordered set of waiting executions and active
//! ones whose lease has lapsed. Spec: lifecycle §9.1, decisions 3.2–3.4, 3.6, 3.12.

use super::call::{Call, stored_answer};
use super::settle::{Change, settle};
use super::turn::Turn;
use crate::error::{Code, Error, Result};
use crate::model::argument::{self, Limits};
use crate::model::capability::Capabilities;
use crate::model::execution::{Execution, Issue};
use crate::model::handle::Handle;
use crate::model::id::{ExecutionId, uuid_text};
use crate::model::lease::{TTL_MS_DEFAULT, TTL_MS_MAX};
use crate::model::object::object;
use crate::model::payload::Bytes;
use crate::model::phase::{Active, Held, Lapsed, Phase};
use crate::model::policy::{Policy, RECLAIMS_DEFAULT};
use crate::model::transition::AttemptChange;
use crate::model::vocabulary::{AttemptType, HandleKind};
use crate::store::Work;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Most lanes in one claim.
const LANES_MAX: usize = 1_000;
/// Longest that a host parks a claim, in ms: 10 minutes.
const WAIT_MS_MAX: i64 = 600_000;

/// Who claims.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct Worker {
    /// The worker's name, stable over restarts: 1 to 256 bytes.
    pub id: String,
    /// The process; one is minted for each engine connection when left out.
    pub instance_id: Option<String>,
}

/// The arguments of `claim`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ClaimArgs {
    /// The lanes to take from, at least one.
    pub lanes: Vec<String>,
    /// Who claims.
    #[serde(deserialize_with = "object")]
    pub worker: Worker,
    /// What the worker offers.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub capabilities: Vec<String>,
    /// How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
    pub lease_ttl_ms: Option<i64>,
    /// How long the host may park the claim when there is nothing to take, at most 10 minutes. The engine itself
    /// never waits.
    pub max_wait_ms: Option<i64>,
}

/// A claimed execution: all a worker needs to run it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct Claim {
    /// What the worker shows on every later call.
    pub handle: String,
    /// How the attempt was got: fresh, resumed or reclaimed.
    pub handle_kind: HandleKind,
    /// The execution.
    pub execution_id: String,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Bytes>,
    /// How the input is encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// Checked arguments.
pub struct Ready {
    lanes: Vec<String>,
    worker: Rc<str>,
    instance: Option<Rc<str>>,
    offered: Capabilities,
    ttl_ms: i64,
}

impl Call for ClaimArgs {
    const OP: &'static str = "claim";
    const WRITES: bool = true;
    const ANSWER_PAYLOAD: &'static str = "input";
    type Ready = Ready;
    type Answer = Option<Claim>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        if self.lanes.is_empty() || self.lanes.len() > LANES_MAX {
            let limit = format!("1 to {LANES_MAX} lanes");
            return Err(Error::argument(Code::InvalidInput, "lanes", &limit, self.lanes.len()));
        }
        self.lanes.iter().try_for_each(|lane| argument::lane("lanes", lane))?;
        argument::name("worker.id", &self.worker.id)?;
        argument::opt_name("worker.instanceId", self.worker.instance_id.as_deref())?;
        let ttl_ms = self.lease_ttl_ms.unwrap_or(TTL_MS_DEFAULT);
        argument::number("leaseTtlMs", ttl_ms, 1, TTL_MS_MAX)?;
        argument::opt_number("maxWaitMs", self.max_wait_ms, 0, WAIT_MS_MAX)?;
        let offered = Capabilities::offered(&self.capabilities)?;
        let (worker, instance) = (Rc::from(self.worker.id), self.worker.instance_id.map(Rc::from));
        Ok(Ready { lanes: self.lanes, worker, instance, offered, ttl_ms })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<Claim>> {
        while let Some(row) = first_claimable(ready, turn)? {
            let (mut execution, work) = turn.store.claimed(row)?;
            if let Some(claim) = take(ready, turn, &mut execution, work)? {
                return Ok(Some(claim));
            }
        }
        Ok(None)
    }

    fn answer_bytes(answer: &mut Option<Claim>, visit: &mut dyn FnMut(&mut Bytes)) {
        answer.iter_mut().filter_map(|claim| claim.input.as_mut()).for_each(visit);
    }

    /// An empty claim changed nothing; a parked one is tried again under the same request id.
    fn keeps(answer: &Option<Claim>) -> bool {
        answer.is_some()
    }

    fn refilled(kept: &str, turn: &mut Turn<'_>) -> Result<Option<Option<Claim>>> {
        let mut claim: Claim = stored_answer(kept)?;
        claim.input = None;
        let id = ExecutionId::parse("executionId", &claim.execution_id)?;
        if let Some(execution) = turn.store.find_execution(&id)? {
            claim.input = turn.store.claimed(execution.row)?.1.input.map(Bytes::Here);
        }
        Ok(Some(Some(claim)))
    }
}

/// The row of the first execution over all lanes and all requirement sets that the worker covers: highest priority,
/// then the oldest.
fn first_claimable(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<i64>> {
    let mut first = None;
    for lane in &ready.lanes {
        for route in turn.store.covered_routes(lane, &ready.offered)?.iter() {
            let head = turn.store.claim_head(*route)?;
            first = match (first, head) {
                (Some(first), Some(head)) => Some(std::cmp::min(first, head)),
                (first, head) => first.or(head),
            };
        }
    }
    Ok(first.map(|(_rank, row)| row))
}

/// Takes an execution; nothing when its lease has lapsed too often, which ends it.
fn take(ready: &Ready, turn: &mut Turn<'_>, execution: &mut Execution, work: Work) -> Result<Option<Claim>> {
    let held = Held {
        expires_at: turn.now + ready.ttl_ms,
        timeout_at: execution.attempt_timeout_at(turn.now, work.attempt_timeout_ms),
    };
    let step = match execution.phase {
        Phase::Waiting(waiting) => waiting.claim(held),
        Phase::Active(Active::Lapsed(lapsed)) => {
            if over_cap(execution, &work)? {
                give_up(turn, execution, lapsed)?;
                return Ok(None);
            }
            lapsed.reclaim(held)
        }
        Phase::Active(Active::Held(_))
        | Phase::Delayed(_)
        | Phase::Blocked(_)
        | Phase::Suspended(_)
        | Phase::Terminal(_) => {
            return Err(Error::new(
                Code::InvariantBroken,
                format!("execution {} stands in the claim index while it is {}", execution.id, execution.phase.name()),
            ));
        }
    };
    let kind = match step.record.attempt {
        AttemptChange::Start(AttemptType::Reclaim) => HandleKind::Reclaimed,
        AttemptChange::Continue => HandleKind::Resumed,
        AttemptChange::Start(_) | AttemptChange::Unchanged | AttemptChange::Interrupt | AttemptChange::End(_) => {
            HandleKind::Fresh
        }
    };
    let issue = Issue {
        lease_id: turn.mint.uuid(),
        attempt_id: turn.mint.uuid(),
        worker: Rc::clone(&ready.worker),
        instance: Rc::clone(ready.instance.as_ref().unwrap_or(turn.instance)),
    };
    settle(turn, execution, Change { issue: Some(issue), ..Change::plain(step, turn.now) })?;
    answer(ready, turn, execution, kind, work).map(Some)
}

fn over_cap(execution: &Execution, work: &Work) -> Result<bool> {
    let policy = Policy::of_stored(work.policy.as_deref())?;
    Ok(execution.reclaim_count >= policy.max_reclaim_count.unwrap_or(RECLAIMS_DEFAULT))
}

/// T16.
fn give_up(turn: &mut Turn<'_>, execution: &mut Execution, lapsed: Lapsed) -> Result<()> {
    use super::settle::Ending;
    let ending = Ending { reason: "reclaim_cap_exceeded", source: "engine" };
    settle(turn, execution, Change { ending: Some(ending), ..Change::plain(lapsed.over_cap(), turn.now) })
}

fn answer(
    ready: &Ready,
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
        ttl_ms: ready.ttl_ms,
        lane: route.lane.clone(),
        instance: attempt.lease.instance.to_string(),
    };
    Ok(Claim {
        handle: handle.encode(),
        handle_kind,
        execution_id: execution.id.text(),
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
    })
}

/// Tags as they are stored.
pub fn stored_tags(tags: Option<&str>) -> Result<BTreeMap<String, String>> {
    tags.map_or_else(|| Ok(BTreeMap::new()), stored_answer)
}
