//! Applying what is due: find the first due action, apply it at its own instant, look again.
//!
//! Invariant: actions apply in the order instant, kind, row, each at its due instant, so nothing depends on how late a
//! timer was. Spec: decisions 2.1–2.4.

use crate::error::Result;
use crate::ops::Turn;
use crate::ops::due;

/// Due actions that one tick applies at most.
pub const ACTIONS_MAX: u64 = 1_000;
/// Expired requests and idempotency keys that one tick deletes at most, each.
const PURGE_MAX: i64 = 1_000;

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

/// Deletes what reads have hidden since it expired; answers whether more of it is left. Calls that add such rows delete
/// a few as well, so that nothing grows where no tick comes.
pub fn purge(turn: &mut Turn<'_>) -> Result<bool> {
    let requests = turn.store.purge_requests(turn.now, PURGE_MAX)?;
    let keys = turn.store.purge_dedup(turn.now, PURGE_MAX)?;
    Ok(requests.max(keys) >= PURGE_MAX.unsigned_abs())
}
