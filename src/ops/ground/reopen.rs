//! Opening again what an end had made impossible: the group of a member that is replayed, and the edges that hung on it.
//!
//! Invariant: an edge that was satisfied stays so, whatever is replayed. Contract: edges.replay-satisfied,
//! edges.replay-waits, edges.replay-cascade.

use super::cascade::{end_of, settle_child};
use super::transit::{Change, transit};
use super::turn::Turn;
use crate::error::Result;
use crate::model::events::event::{EventDetail, ReplayBranch};
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Phase, Terminal};
use crate::model::flows::edge::{EdgeGroup, EdgeGroupPolicy, EdgeState, GroupState};
use crate::model::flows::flow::Flow;
use crate::model::ground::vocabulary::Outcome;
use std::collections::VecDeque;

/// Where it waits for its upstreams again. Contract: states.replay, states.replay-skipped.
pub fn run_again(turn: &mut Turn<'_>, execution: &mut Execution, terminal: Terminal, waits: bool) -> Result<()> {
    let was_skipped = waits && terminal.outcome == Outcome::Skipped;
    let branch = if was_skipped { ReplayBranch::SkippedFlowMember } else { ReplayBranch::Normal };
    let detail = Some(EventDetail::Replayed { branch, groups_reset: i64::from(waits) });
    let step = if waits { terminal.replay_skipped() } else { terminal.replay() };
    turn.store.delete_ending(execution.row)?;
    turn.store.delete_steps(execution.row)?;
    run_for(turn, execution)?;
    transit(turn, execution, Change { detail, ..Change::plain(step, turn.now) })
}

/// Those that wait for it since they were replayed alone count it as running again.
fn run_for(turn: &mut Turn<'_>, execution: &Execution) -> Result<()> {
    if execution.flow.is_none() {
        return Ok(());
    }
    if let Some(group) = turn.store.group(execution.row)?.filter(|group| group.timed_out) {
        turn.store.save_group(EdgeGroup { timed_out: false, ..group })?;
    }
    for mut edge in turn.store.aside_edges(execution.row)? {
        edge.aside = false;
        turn.store.save_edge(&edge)?;
        if let Some(mut group) = turn.store.group(edge.downstream)?.filter(|group| group.round == edge.round) {
            group.aside -= 1;
            turn.store.save_group(group)?;
        }
    }
    Ok(())
}

/// Has a member that is replayed depend on its upstreams again, unless they have satisfied it: what was impossible is
/// unresolved, or satisfied where its upstream has succeeded since. Nothing of that counts as running, and of one that was
/// skipped nothing at all. Answers its group then, not settled yet.
pub fn reopen_group(turn: &mut Turn<'_>, execution: &Execution) -> Result<Option<EdgeGroup>> {
    let was_skipped = execution.outcome() == Some(Outcome::Skipped);
    let (execution, flow) = (execution.row, execution.flow);
    let group = turn.store.group(execution)?.filter(|group| group.total > 0 && group.state != GroupState::Satisfied);
    let Some(mut group) = group else { return Ok(None) };
    (group.failed, group.skipped, group.state) = (0, 0, GroupState::Pending);
    let grows = flow.map_or(Ok(false), |flow| turn.store.flow(flow).map(Flow::grows))?;
    let needs_all = group.policy == EdgeGroupPolicy::AllOf;
    for mut edge in turn.store.group_edges(execution, group.round)? {
        match edge.met() {
            None if was_skipped && !edge.aside => {}
            Some(false) => {}
            None | Some(true) => continue,
        }
        let upstream = turn.store.execution(edge.upstream)?;
        if let Some(end) = end_of(turn, &upstream)?
            && edge.kind.is_met(end) == Some(true)
        {
            edge.resolve(end, upstream.attempt.and_then(|attempt| attempt.result));
            let was = group.verdict(grows);
            group.count(edge.kind, end, 1);
            let passes = needs_all || (was, group.verdict(grows)) == (GroupState::Pending, GroupState::Satisfied);
            if let Some(result) = edge.result.filter(|_| edge.replaces && passes) {
                turn.store.replace_input(execution, result)?;
            }
        } else {
            (edge.state, edge.aside, edge.result) = (EdgeState::Applied, true, None);
        }
        group.aside += i64::from(edge.aside);
        turn.store.save_edge(&edge)?;
    }
    turn.store.save_group(group)?;
    Ok(Some(group))
}

/// Has the edges that a member's end made impossible count as unresolved, and lets what was skipped because of that wait
/// again, and so on down the graph. What is skipped because of another upstream stays so.
pub fn reopen_downstreams(turn: &mut Turn<'_>, execution: i64) -> Result<()> {
    let mut reopened = VecDeque::from([execution]);
    while let Some(upstream) = reopened.pop_front() {
        let edges = turn.store.resolved_edges(upstream)?;
        for mut edge in edges.into_iter().filter(|edge| edge.met() == Some(false)) {
            let Some(mut group) = turn.store.group(edge.downstream)?.filter(|group| group.round == edge.round) else {
                continue;
            };
            let grows = turn.store.flow(edge.flow)?.grows();
            group.count(edge.kind, edge.state, -1);
            (edge.state, edge.result) = (EdgeState::Applied, None);
            turn.store.save_edge(&edge)?;
            let possible = group.state == GroupState::Impossible && group.verdict(grows) != GroupState::Impossible;
            if possible {
                group.state = GroupState::Pending;
            }
            let settled = group.settle(turn.now, grows);
            turn.store.save_group(group)?;
            if !possible {
                continue;
            }
            let mut child = turn.store.execution(edge.downstream)?;
            if let Phase::Terminal(terminal) = child.phase
                && terminal.outcome == Outcome::Skipped
            {
                run_again(turn, &mut child, terminal, true)?;
                reopened.push_back(child.row);
            }
            if let Some(state) = settled {
                settle_child(turn, &group, state, None, turn.now)?;
            }
        }
    }
    Ok(())
}
