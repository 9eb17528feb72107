//! Retention: an execution whose time is over goes with everything that belongs to it, a bounded number of rows at a
//! time, and a flow with all its members. Reads hide it from the instant at which its time is over, so how late this comes
//! shows nowhere.
//!
//! Its events stay until the log itself is trimmed. Contract: retention.goes-whole, retention.tick,
//! retention.events-stay.

use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::executions::tag::stored_tags;
use crate::ops::ground::turn::Turn;
use crate::store::{Keys, Past, Touched};

/// What deleting one execution counts for at least: there are that many tables to look into.
const ROWS_MIN: u64 = 10;

/// Deletes executions and flows that are past their retention, until about so many rows are gone; answers whether more are
/// left.
pub fn delete_past(turn: &mut Turn<'_>, rows_max: u64) -> Result<bool> {
    let mut left = rows_max;
    loop {
        match turn.store.first_past()? {
            Some((until, past)) if until <= turn.now => {
                if left == 0 {
                    return Ok(true);
                }
                let deleted = match past {
                    Past::Execution(row) => {
                        let execution = turn.store.execution(row)?;
                        delete(turn, &execution, left)?
                    }
                    Past::Flow(row) => delete_flow(turn, row, left)?,
                };
                left = left.saturating_sub(deleted);
            }
            Some(_) | None => return Ok(false),
        }
    }
}

/// Deletes an execution, with its whole flow where it has one, or as much of that as so many rows are; answers how many
/// they were.
pub fn delete(turn: &mut Turn<'_>, execution: &Execution, rows_max: u64) -> Result<u64> {
    match execution.flow {
        Some(flow) => delete_flow(turn, flow, rows_max),
        None => delete_one(turn, execution, rows_max),
    }
}

/// Deletes a flow with its members, one after another, or as much of it as so many rows are; answers how many they were.
pub fn delete_flow(turn: &mut Turn<'_>, flow: i64, rows_max: u64) -> Result<u64> {
    let mut deleted = 0;
    turn.store.begin_deletion(flow)?;
    while let Some(row) = turn.store.first_member(flow)? {
        let left = rows_max.saturating_sub(deleted);
        if left == 0 {
            return Ok(deleted);
        }
        turn.store.leave_backlog(flow, row)?;
        let (edges, done) = turn.store.delete_dependencies(row, left)?;
        deleted += edges;
        if done {
            let member = turn.store.execution(row)?;
            deleted += delete_one(turn, &member, left.saturating_sub(edges))?;
        }
    }
    turn.store.delete_flow(flow)?;
    Ok(deleted.max(ROWS_MIN))
}

/// Deletes an execution alone, or as much of it as so many rows are; answers how many they were.
fn delete_one(turn: &mut Turn<'_>, execution: &Execution, rows_max: u64) -> Result<u64> {
    let (mut deleted, done) = turn.store.delete_streams(execution.row, rows_max)?;
    if deleted > 0 && execution.flow.is_none() {
        // What has begun to go stays gone, whatever is kept after the next opening.
        let going = Execution { retention_ms: Some(0), ..execution.clone() };
        turn.store.save_execution(&going, Touched::Retention, Keys::of(execution))?;
    }
    if done {
        let tags = turn.store.specification(execution.row)?.tags;
        for (key, value) in stored_tags(tags.as_deref())? {
            turn.store.delete_tag(execution.row, &key, &value)?;
        }
        turn.store.insert_former(execution)?;
        deleted += turn.store.delete_execution(execution)?;
    }
    Ok(deleted.max(ROWS_MIN))
}
