//! `explain_claim`: why a worker may claim an execution, or why not, in one word and one sentence. Contract:
//! claims.explain, claims.explain-state, claims.explain-worker.

use crate::error::Result;
use crate::model::executions::claimable::ClaimReason;
use crate::model::executions::execution::Execution;
use crate::model::executions::grant::Granted;
use crate::model::executions::phase::{Active, Blocked, Blocker, Phase};
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::vocabulary::Outcome;
use crate::model::lanes::capability::Capabilities;
use crate::model::lanes::lane::{LaneState, check_kinds};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use std::fmt::Write as _;

/// The arguments of `explain_claim`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ExplainClaimArgs {
    /// The execution.
    pub execution_id: String,
    /// The lanes that the worker claims from; any when left out.
    pub lanes: Option<Vec<String>>,
    /// The kinds that the worker claims; any when left out.
    pub kinds: Option<Vec<String>>,
    /// What the worker offers; whatever is required when left out.
    pub capabilities: Option<Vec<String>>,
}

reads!(ExplainClaimArgs { execution_id, lanes, kinds, capabilities });

/// The answer of `explain_claim`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ClaimExplanation {
    /// In one word.
    pub reason: ClaimReason,
    /// In one sentence.
    pub sentence: String,
    /// The upstream that ended without success, where the execution was skipped for it or waits in spite of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_execution_id: Option<String>,
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    lanes: Option<Vec<String>>,
    kinds: Option<Vec<String>>,
    offered: Option<Capabilities>,
}

impl Call for ExplainClaimArgs {
    const OP: &'static str = "explain_claim";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = ClaimExplanation;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        self.lanes.iter().flatten().try_for_each(|lane| argument::lane("lanes", lane))?;
        check_kinds(self.kinds.as_deref())?;
        let offered = self.capabilities.as_deref().map(Capabilities::offered).transpose()?;
        Ok(Ready { id, lanes: self.lanes, kinds: self.kinds, offered })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ClaimExplanation> {
        let Some(execution) = turn.find(&ready.id)? else {
            return Ok(explained((ClaimReason::NotFound, "No execution has this id.".to_owned())));
        };
        let mut told = explained(match of_phase(ready, &execution, turn.now) {
            Some(found) => found,
            None => of_worker(ready, turn, &execution)?,
        });
        if let Some((upstream, outcome)) = failed_upstream(turn, &execution)? {
            let upstream = upstream.text();
            let _ = write!(told.sentence, " Its upstream {upstream} ended: {outcome}.");
            told.upstream_execution_id = Some(upstream);
        }
        Ok(told)
    }
}

fn explained((reason, sentence): (ClaimReason, String)) -> ClaimExplanation {
    ClaimExplanation { reason, sentence, upstream_execution_id: None }
}

/// The first upstream, in the order of edges, that ended without success, of an execution that was skipped or waits for
/// upstreams: one that ended by itself before one that was skipped in turn. Contract: claims.explain-upstream.
fn failed_upstream(turn: &mut Turn<'_>, execution: &Execution) -> Result<Option<(ExecutionId, Outcome)>> {
    let depends = matches!(execution.phase, Phase::Blocked(Blocked { by: Blocker::Children, .. }))
        || execution.outcome() == Some(Outcome::Skipped);
    let group = if depends { turn.store.group(execution.row)? } else { None };
    let Some(group) = group else { return Ok(None) };
    let mut found = None;
    for edge in turn.store.group_edges(execution.row, group.round)?.into_iter().filter(|edge| edge.met() == Some(false))
    {
        match edge.state.outcome() {
            Some(Outcome::Skipped) => found = found.or(Some((edge.upstream, Outcome::Skipped))),
            Some(outcome) if outcome != Outcome::Success => {
                found = Some((edge.upstream, outcome));
                break;
            }
            Some(_) | None => {}
        }
    }
    found.map(|(row, outcome)| turn.store.execution(row).map(|upstream| (upstream.id, outcome))).transpose()
}

/// What keeps the execution from every worker.
fn of_phase(ready: &Ready, execution: &Execution, now: i64) -> Option<(ClaimReason, String)> {
    let found = match execution.phase {
        Phase::Delayed(delayed) => {
            let word = delayed.reason.blocking_reason();
            (ClaimReason::Delayed, format!("It is delayed ({word}) until {}.", delayed.until_at))
        }
        // The claim of a worker that offers what is required lets it go.
        Phase::Blocked(Blocked { by: Blocker::Route, .. }) if ready.offered.is_some() => return None,
        Phase::Blocked(blocked) => {
            (of_blocker(blocked.by), format!("It is blocked: {}.", blocked.by.blocking_reason()))
        }
        Phase::Active(Active::Held(held)) => {
            (ClaimReason::Leased, format!("A worker holds it under a lease until {}.", held.expires_at))
        }
        Phase::Suspended(suspended) => {
            (ClaimReason::Suspended, format!("It is suspended: {}.", suspended.reason.blocking_reason()))
        }
        Phase::Terminal(terminal) => (ClaimReason::Terminal, format!("It has ended: {}.", terminal.outcome)),
        Phase::Waiting(_) | Phase::Active(Active::Lapsed(_)) => return of_reservation(execution, now),
    };
    Some(found)
}

fn of_reservation(execution: &Execution, now: i64) -> Option<(ClaimReason, String)> {
    if let Some(Granted::Until(at)) = execution.granted {
        return Some((ClaimReason::Granted, format!("A grant reserves it for one worker until {at}.")));
    }
    match execution.phase {
        Phase::Active(Active::Lapsed(lapsed)) => {
            let at = lapsed.claimable_at.filter(|at| *at > now)?;
            Some((
                ClaimReason::Delayed,
                format!("Its leases have lapsed repeatedly: it can be reclaimed from {at} on."),
            ))
        }
        Phase::Waiting(_)
        | Phase::Delayed(_)
        | Phase::Blocked(_)
        | Phase::Active(Active::Held(_))
        | Phase::Suspended(_)
        | Phase::Terminal(_) => None,
    }
}

const fn of_blocker(by: Blocker) -> ClaimReason {
    match by {
        Blocker::Children => ClaimReason::BlockedByDependencies,
        Blocker::Budget => ClaimReason::BlockedByBudget,
        Blocker::Quota => ClaimReason::BlockedByQuota,
        Blocker::Route => ClaimReason::BlockedByRoute,
        Blocker::Operator | Blocker::Policy | Blocker::FlowCancel => ClaimReason::BlockedByOperator,
    }
}

/// What keeps a claimable execution from this worker.
fn of_worker(ready: &Ready, turn: &mut Turn<'_>, execution: &Execution) -> Result<(ClaimReason, String)> {
    let route = turn.store.route(execution.route)?;
    let lane = &route.lane;
    let shut = match turn.store.lane_state(lane)? {
        LaneState::Paused => Some(ClaimReason::LanePaused),
        LaneState::Disabled => Some(ClaimReason::LaneDisabled),
        LaneState::Active | LaneState::Draining => None,
    };
    if let Some(reason) = shut {
        return Ok((reason, format!("Its lane {lane} lets nothing be claimed.")));
    }
    if ready.lanes.as_ref().is_some_and(|lanes| !lanes.contains(lane)) {
        return Ok((ClaimReason::OtherLane, format!("It is in lane {lane}, which the worker does not claim from.")));
    }
    let kind = &route.kind;
    if ready.kinds.as_ref().is_some_and(|kinds| !kinds.contains(kind)) {
        return Ok((ClaimReason::OtherKind, format!("It is of the kind {kind}, which the worker does not claim.")));
    }
    let missing: Vec<&str> = ready.offered.iter().flat_map(|offered| offered.missing(&route.required)).collect();
    if !missing.is_empty() {
        let sentence = format!("The worker lacks what it requires: {}.", missing.join(", "));
        return Ok((ClaimReason::MissingCapability, sentence));
    }
    Ok((ClaimReason::Claimable, "It can be claimed now.".to_owned()))
}
