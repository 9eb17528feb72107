//! Applying what is due: find the first due action, apply it at its own instant, look again.
//!
//! Invariant: actions apply in the order instant, kind, row, each at its due instant, so nothing depends on how late a
//! timer was. Contract: time.order, time.own-instant, time.tick.

mod due;

use crate::error::Result;
use crate::ops::Turn;
use crate::ops::storage::retention;

/// Due actions that one tick applies at most.
pub const ACTIONS_MAX: u64 = 1_000;
/// How much that has expired or is past its retention one tick deletes at most: so many rows of each sort.
pub const PURGE_MAX: i64 = 1_000;

/// Applies what is due at `turn.now`, at most so many actions; answers how many.
pub fn apply_due(turn: &mut Turn<'_>, actions_max: u64) -> Result<u64> {
    let mut applied = 0;
    while applied < actions_max {
        match turn.store.first_due()? {
            Some(key) if key.at <= turn.now => due::apply(turn, key.row, key.kind, key.at)?,
            Some(_) | None => break,
        }
        applied += 1;
    }
    Ok(applied)
}

/// Deletes what reads have hidden since it expired or since its retention was over; answers whether more of it is left.
/// Calls that keep a request id or an idempotency key delete a few of those as well, so that they do not grow where no
/// tick comes. Executions are deleted only where that is asked for.
pub fn purge(turn: &mut Turn<'_>, executions: bool) -> Result<bool> {
    let requests = turn.store.purge_requests(turn.now, PURGE_MAX)?;
    let keys = turn.store.purge_dedup(turn.now, PURGE_MAX)?;
    let frames = turn.store.purge_frames(turn.now, PURGE_MAX)?;
    let executions_left = executions && retention::delete_past(turn, PURGE_MAX.unsigned_abs())?;
    let kept_from = turn.oldest_kept()?;
    let events = turn.store.trim_events(kept_from, PURGE_MAX)?;
    let most = requests.max(keys).max(frames).max(events);
    Ok(executions_left || most >= PURGE_MAX.unsigned_abs())
}

/// When what is past its retention since an instant is deleted: at the next full minute.
pub fn next_purge_at(past: i64) -> i64 {
    const MINUTE_MS: i64 = 60_000;
    past.saturating_add(MINUTE_MS - 1).div_euclid(MINUTE_MS).saturating_mul(MINUTE_MS)
}
