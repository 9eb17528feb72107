//! What follows from the end of a flow's member: its edges are resolved, those whose group is settled by that are let go
//! or skipped, the other upstreams of a settled group are cancelled, and so on until nothing follows; all of it in the
//! transaction of that end, first in first out, without a stack.
//!
//! Invariant: an edge is resolved once, whatever ends again. Contract: edges.resolve-once, edges.cascade, edges.let-go,
//! edges.siblings, flows.ends-once.

use super::transit::{Change, Ending, transit};
use super::turn::{Ended, Turn};
use crate::error::{Code, Error, Result};
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Blocked, Blocker, Phase};
use crate::model::flows::edge::{Edge, EdgeGroup, EdgeGroupPolicy, EdgeState, GroupState};
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
    conclude(turn, flow, at)
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
    if edges.is_empty() {
        return Ok(());
    }
    let result = ended.result.filter(|_| ended.outcome == Outcome::Success);
    turn.store.resolve_edges(ended.row, EdgeState::Resolved(ended.outcome), result)?;
    for mut edge in edges {
        edge.state = EdgeState::Resolved(ended.outcome);
        edge.result = result;
        resolved(turn, &edge, ended.at)?;
    }
    Ok(())
}

/// An edge was resolved: its group counts it, and may be settled by it.
pub fn resolved(turn: &mut Turn<'_>, edge: &Edge, at: i64) -> Result<()> {
    let Some(mut group) = turn.store.group(edge.downstream)? else {
        return Err(Error::new(Code::InvariantBroken, format!("edge {} is applied and has no group", edge.id)));
    };
    let (Some(outcome), true) = (edge.state.outcome(), group.round == edge.round) else { return Ok(()) };
    group.count(outcome, 1);
    group.aside -= i64::from(edge.aside);
    let settled = group.settle(at);
    turn.store.save_group(group)?;
    pass_result(turn, edge, &group, settled)?;
    match settled {
        Some(state) => settle_child(turn, &group, state, at),
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

/// What a group's settling does to its downstream and to the other upstreams.
pub fn settle_child(turn: &mut Turn<'_>, group: &EdgeGroup, state: GroupState, at: i64) -> Result<()> {
    let mut child = turn.store.execution(group.execution)?;
    if let Phase::Terminal(_) = child.phase {
        return Ok(());
    }
    match (state, child.phase) {
        (GroupState::Impossible, _) => skip(turn, &mut child, at)?,
        (GroupState::Satisfied, Phase::Blocked(blocked @ Blocked { by: Blocker::Children, .. })) => {
            transit(turn, &mut child, Change::plain(blocked.unblock(at), at))?;
        }
        (GroupState::Satisfied | GroupState::Pending, _) => {}
    }
    if group.policy.cancels() { cancel_siblings(turn, group, at) } else { Ok(()) }
}

/// Contract: states.skip.
fn skip(turn: &mut Turn<'_>, child: &mut Execution, at: i64) -> Result<()> {
    let Some(step) = child.phase.skip(child.attempted()) else { return Ok(()) };
    let ending = Some(Ending { reason: IMPOSSIBLE, source: ENGINE });
    transit(turn, child, Change { ending, ..Change::plain(step, at) })
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
