//! Members that ended badly and that nobody needed: their flow does not count them as failed.
//!
//! Invariant: whether a member is tolerated is judged anew whenever something of that changes: it ends, an edge that leads
//! from it is applied, a group that it is an upstream of settles or gives way to the next round. Contract:
//! flows.tolerated.

use super::turn::Turn;
use crate::error::Result;
use crate::model::flows::edge::{DependencyKind, EdgeGroup, EdgeState, GroupState};
use crate::model::ground::vocabulary::Outcome;

/// Judges the members of whom it is to be judged anew, each once, however many groups asked for it.
pub fn judge_losers(turn: &mut Turn<'_>) -> Result<()> {
    while let Some(row) = turn.losers.pop() {
        judge(turn, row)?;
    }
    Ok(())
}

/// Judges a member, if it has ended badly.
fn judge(turn: &mut Turn<'_>, row: i64) -> Result<()> {
    let loser = turn.store.execution(row)?;
    let badly = matches!(loser.outcome(), Some(Outcome::Failed | Outcome::Expired | Outcome::Cancelled));
    let Some(flow) = loser.flow.filter(|_| badly) else { return Ok(()) };
    let tolerated = is_needed_by_nobody(turn, row)?;
    if tolerated == turn.store.is_tolerated(row)? {
        return Ok(());
    }
    turn.store.tolerate(row, tolerated)?;
    turn.store.flow_mut(flow)?.tolerated += if tolerated { 1 } else { -1 };
    Ok(())
}

/// A member is to be judged anew, if it has ended badly.
pub fn suspect(turn: &mut Turn<'_>, row: i64) {
    if let Err(place) = turn.losers.binary_search(&row) {
        turn.losers.insert(place, row);
    }
}

/// The upstreams of a group whose edges on success are not met are to be judged anew.
pub fn suspect_losers(turn: &mut Turn<'_>, group: &EdgeGroup) -> Result<()> {
    if group.failed + group.aside == 0 {
        return Ok(());
    }
    for edge in turn.store.group_edges(group.execution, group.round)? {
        if edge.kind == DependencyKind::SuccessOnly && edge.met() != Some(true) {
            suspect(turn, edge.upstream);
        }
    }
    Ok(())
}

/// A member that is replayed is judged again at its next end.
pub fn forget(turn: &mut Turn<'_>, row: i64, flow: i64) -> Result<()> {
    if turn.store.is_tolerated(row)? {
        turn.store.tolerate(row, false)?;
        turn.store.flow_mut(flow)?.tolerated -= 1;
    }
    Ok(())
}

/// Whether edges on success lead from it, and each of them that is not met counts no longer or is not missed.
fn is_needed_by_nobody(turn: &mut Turn<'_>, row: i64) -> Result<bool> {
    let edges = turn.store.success_edges(row)?;
    if edges.is_empty() || turn.store.is_excused(row)? {
        return Ok(false);
    }
    for edge in edges.iter().filter(|edge| edge.state != EdgeState::Resolved(Outcome::Success)) {
        let group = turn.store.group(edge.downstream)?;
        if group.is_some_and(|group| group.round == edge.round && group.state != GroupState::Satisfied) {
            return Ok(false);
        }
    }
    Ok(true)
}
