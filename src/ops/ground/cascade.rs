//! What follows from the end of a flow's member: its edges are resolved, those whose group is settled by that are let go
//! or skipped, the other upstreams of a settled group are cancelled, and so on until nothing follows; all of it in the
//! transaction of that end, first in first out, without a stack.
//!
//! Invariant: an edge is resolved once, whatever ends again. Contract: edges.resolve-once, edges.cascade, edges.let-go,
//! edges.siblings, flows.ends-once.

use super::tolerate::{judge_losers, suspect, suspect_losers};
use super::transit::{Change, Ending, NOT_NEEDED, transit};
use super::turn::{Ended, Turn};
use crate::error::{Code, Error, Result};
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Blocked, Blocker, Phase};
use crate::model::flows::edge::{DependencyKind, Edge, EdgeGroup, EdgeGroupPolicy, EdgeState, GroupState};
use crate::model::flows::flow::FlowState;
use crate::model::ground::cause::Cause;
use crate::model::ground::id::uuid_text;
use crate::model::ground::vocabulary::Outcome;

/// Who an ending says it was.
const ENGINE: &str = "engine";
/// Why a downstream is skipped.
pub const IMPOSSIBLE: &str = "dependency_impossible";

/// What follows in a flow from the ends of its members so far, and whether the flow itself ends or goes on by that.
pub fn follow(turn: &mut Turn<'_>, flow: i64, at: i64) -> Result<()> {
    while let Some(ended) = turn.ended.pop_front() {
        resolve_edges(turn, ended)?;
    }
    judge_losers(turn)?;
    conclude(turn, flow, at)
}

/// Judges those groups of a flow that ask for more upstreams than it has given them, once it gives no more; what follows
/// from that is left to the caller. Contract: edges.grows.
pub fn judge_short(turn: &mut Turn<'_>, flow: i64, at: i64) -> Result<()> {
    turn.store.save_flows()?;
    for group in turn.store.short_groups(flow)? {
        judge(turn, group, flow, at)?;
    }
    Ok(())
}

/// Judges a group that no edge has settled: it gets no more, or has got one that is open. Contract: edges.grows.
pub fn judge(turn: &mut Turn<'_>, mut group: EdgeGroup, flow: i64, at: i64) -> Result<()> {
    match group.settle(at, turn.store.flow(flow)?.grows()) {
        Some(state) => {
            turn.store.save_group(group)?;
            settle_child(turn, &group, state, None, at)
        }
        None => Ok(()),
    }
}

/// Ends a flow whose last member has ended, or opens one again that goes on.
pub fn conclude(turn: &mut Turn<'_>, row: i64, at: i64) -> Result<()> {
    let flow = turn.store.flow(row)?;
    let done = flow.is_done();
    if done == flow.ended_at.is_some() {
        return Ok(());
    }
    let flow = turn.store.flow_mut(row)?;
    let state = flow.state();
    flow.ended_at = done.then_some(at);
    if done {
        flow.end_count += 1;
        flow.end_state = Some(state);
    }
    let flow = flow.clone();
    turn.store.flow_ended(&flow);
    if done {
        turn.wakes.finished.push(uuid_text(flow.id));
    }
    match (state, done) {
        (FlowState::Cancelled, _) => Ok(()),
        (_, true) => {
            let detail = EventDetail::FlowEnded { public_flow_state: state };
            turn.tell_flow(at, Cause::FlowCompleted, &flow, Some(&detail))
        }
        (_, false) => turn.tell_flow(at, Cause::FlowReopened, &flow, None),
    }
}

/// Resolves the edges of a member that has ended.
fn resolve_edges(turn: &mut Turn<'_>, ended: Ended) -> Result<()> {
    let edges = turn.store.applied_edges(ended.row)?;
    let result = ended.result.filter(|_| ended.state == EdgeState::Resolved(Outcome::Success));
    if !edges.is_empty() {
        turn.store.resolve_edges(ended.row, ended.state, result)?;
    }
    for mut edge in edges {
        let was_aside = edge.aside;
        edge.resolve(ended.state, result);
        resolved(turn, &edge, was_aside, ended.at)?;
    }
    if ended.state.is_loss() {
        suspect(turn, ended.row);
    }
    Ok(())
}

/// How an execution stands for edges that lead from it; `None` of one that has not ended.
pub fn end_of(turn: &Turn<'_>, execution: &Execution) -> Result<Option<EdgeState>> {
    let Some(outcome) = execution.outcome() else { return Ok(None) };
    let needless = outcome == Outcome::Skipped
        && turn.store.ending(execution.row)?.is_some_and(|(reason, _)| reason == NOT_NEEDED);
    Ok(Some(if needless { EdgeState::NotNeeded } else { EdgeState::Resolved(outcome) }))
}

/// An edge was resolved: its group counts it, and may be settled by it.
pub fn resolved(turn: &mut Turn<'_>, edge: &Edge, was_aside: bool, at: i64) -> Result<()> {
    let Some(mut group) = turn.store.group(edge.downstream)? else {
        return Err(Error::new(Code::InvariantBroken, format!("edge {} is applied and has no group", edge.id)));
    };
    if group.round != edge.round {
        return Ok(());
    }
    group.count(edge.kind, edge.state, 1);
    group.aside -= i64::from(was_aside);
    let settled = group.settle(at, turn.store.flow(edge.flow)?.grows());
    turn.store.save_group(group)?;
    pass_result(turn, edge, &group, settled)?;
    match settled {
        Some(state) => settle_child(turn, &group, state, Some(edge), at),
        None => Ok(()),
    }
}

/// The upstream's result becomes the downstream's input, where the edge says so; where not all upstreams are needed, only
/// by the edge that settles the group.
fn pass_result(turn: &mut Turn<'_>, edge: &Edge, group: &EdgeGroup, settled: Option<GroupState>) -> Result<()> {
    let Some(result) = edge.result.filter(|_| edge.replaces) else { return Ok(()) };
    let passes = group.policy == EdgeGroupPolicy::AllOf || settled == Some(GroupState::Satisfied);
    // What has ended keeps its own input.
    if passes && turn.store.execution(edge.downstream)?.outcome().is_none() {
        turn.store.replace_input(edge.downstream, result)?;
    }
    Ok(())
}

/// What a group's settling, by this edge, does to its downstream and to the other upstreams.
pub fn settle_child(
    turn: &mut Turn<'_>,
    group: &EdgeGroup,
    state: GroupState,
    by: Option<&Edge>,
    at: i64,
) -> Result<()> {
    if state == GroupState::Satisfied {
        suspect_losers(turn, group)?;
    }
    let mut child = turn.store.execution(group.execution)?;
    if let Phase::Terminal(_) = child.phase {
        return Ok(());
    }
    match (state, child.phase) {
        (GroupState::Impossible, _) => {
            let reason = if is_needless(turn, group, by)? { NOT_NEEDED } else { IMPOSSIBLE };
            skip(turn, &mut child, reason, at)?;
        }
        (GroupState::Satisfied, Phase::Blocked(blocked @ Blocked { by: Blocker::Children, .. })) => {
            transit(turn, &mut child, Change::plain(blocked.unblock(at), at))?;
        }
        (GroupState::Satisfied | GroupState::Pending, _) => {}
    }
    if group.policy.cancels() { cancel_siblings(turn, group, at) } else { Ok(()) }
}

/// Contract: states.skip, edges.not-needed.
fn skip(turn: &mut Turn<'_>, child: &mut Execution, reason: &'static str, at: i64) -> Result<()> {
    let Some(step) = child.phase.skip(child.attempted()) else { return Ok(()) };
    let ending = Some(Ending { reason, source: ENGINE });
    // Nothing else tells it once the member is replayed.
    let detail = (reason == NOT_NEEDED).then(|| EventDetail::Reason { reason: reason.to_owned() });
    transit(turn, child, Change { ending, detail, ..Change::plain(step, at) })
}

/// Whether a group is impossible because nothing failed: every edge that is not met waits for a failure, and its upstream
/// succeeded, or was not needed itself. The edge that settled it tells mostly that it is not.
fn is_needless(turn: &mut Turn<'_>, group: &EdgeGroup, by: Option<&Edge>) -> Result<bool> {
    let waits_in_vain = |edge: &Edge| {
        edge.kind == DependencyKind::FailureOnly
            && matches!(edge.state, EdgeState::Resolved(Outcome::Success) | EdgeState::NotNeeded)
    };
    if by.is_some_and(|edge| edge.met() == Some(false) && !waits_in_vain(edge)) {
        return Ok(false);
    }
    let edges = turn.store.group_edges(group.execution, group.round)?;
    let mut unmet = edges.iter().filter(|edge| edge.met() == Some(false)).peekable();
    Ok(unmet.peek().is_some() && unmet.all(waits_in_vain))
}

/// Cancels the upstreams that a settled group needs no longer.
fn cancel_siblings(turn: &mut Turn<'_>, group: &EdgeGroup, at: i64) -> Result<()> {
    let satisfied = group.state == GroupState::Satisfied;
    let reason = if satisfied { "sibling_quorum_satisfied" } else { "sibling_quorum_impossible" };
    let edges = turn.store.group_edges(group.execution, group.round)?;
    for edge in edges.iter().filter(|edge| edge.state == EdgeState::Applied) {
        let mut sibling = turn.store.execution(edge.upstream)?;
        let Some(step) = sibling.phase.cancel(sibling.attempted()) else { continue };
        let ending = Some(Ending { reason, source: ENGINE });
        transit(turn, &mut sibling, Change { ending, ..Change::plain(step, at) })?;
        if satisfied {
            turn.store.excuse(edge.upstream)?;
            turn.store.flow_mut(edge.flow)?.excused += 1;
        }
    }
    Ok(())
}
