//! Retention: an execution whose time is over goes with everything that belongs to it, a bounded number of rows at a
//! time. Reads hide it from the instant at which its time is over, so how late this comes shows nowhere.
//!
//! Its events stay until the log itself is trimmed. Spec: decisions 3.23.

use super::claimed::stored_tags;
use super::turn::Turn;
use crate::error::Result;
use crate::model::execution::Execution;
use crate::store::{Keys, Touched};

/// What deleting one execution counts for at least: there are that many tables to look into.
const ROWS_MIN: u64 = 10;

/// Deletes executions that are past their retention, until about so many rows are gone; answers whether more are left.
pub fn delete_past(turn: &mut Turn<'_>, rows_max: u64) -> Result<bool> {
    let mut left = rows_max;
    loop {
        match turn.store.first_past()? {
            Some((until, row)) if until <= turn.now => {
                if left == 0 {
                    return Ok(true);
                }
                let execution = turn.store.execution(row)?;
                left = left.saturating_sub(delete(turn, &execution, left)?);
            }
            Some(_) | None => return Ok(false),
        }
    }
}

/// Deletes an execution, or as much of it as so many rows are; answers how many they were.
pub fn delete(turn: &mut Turn<'_>, execution: &Execution, rows_max: u64) -> Result<u64> {
    let (mut deleted, done) = turn.store.delete_streams(execution.row, rows_max)?;
    if deleted > 0 {
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
