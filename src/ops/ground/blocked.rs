//! Executions that are blocked: what lets one go, and what a capable worker's claim lets go on a route.

use super::settle::{Change, settle};
use super::turn::Turn;
use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::Phase;
use crate::model::executions::transition::Step;
use crate::model::flows::edge::GroupState;

/// Whether an execution depends on upstreams that are not settled.
pub fn is_pending(turn: &mut Turn<'_>, row: i64) -> Result<bool> {
    let group = turn.store.group(row)?;
    Ok(group.is_some_and(|group| group.total > 0 && group.state == GroupState::Pending))
}

/// What lets a blocked execution go: it goes on to wait for its upstreams where these are not settled. `None` of one
/// that nothing blocks.
pub fn let_go(turn: &mut Turn<'_>, execution: &Execution) -> Result<Option<Step>> {
    let Phase::Blocked(blocked) = execution.phase else { return Ok(None) };
    Ok(Some(if is_pending(turn, execution.row)? { blocked.depend() } else { blocked.unblock(turn.now) }))
}

/// Executions that one claim lets go at most; the next claim lets the next ones go.
pub const LET_GO_MAX: i64 = 100;

/// Lets an execution go that waits for a capable worker.
pub fn unblock(turn: &mut Turn<'_>, row: i64) -> Result<()> {
    let mut execution = turn.store.execution(row)?;
    match let_go(turn, &execution)? {
        Some(step) => settle(turn, &mut execution, Change::plain(step, turn.now)),
        None => Ok(()),
    }
}
