//! The counts by state, as the floor writes them: one row for each route that a commit changed.

use rustc_hash::FxHashMap;
use tidegate::Result;
use tidegate::store::driver::{Driver, Value};

/// How many more, or fewer, are in a state.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) waiting: i64,
    pub(super) waiting_children: i64,
    pub(super) active: i64,
    pub(super) completed: i64,
    pub(super) cancelled: i64,
}

/// Writes the changes of a commit, by route, and forgets them.
pub(super) fn save(changes: &mut FxHashMap<i64, Counts>, db: &dyn Driver) -> Result<()> {
    const UPDATE: &str = "UPDATE tally SET waiting = waiting + ?2, active = active + ?3, \
         completed = completed + ?4, waiting_children = waiting_children + ?5, cancelled = cancelled + ?6 WHERE route = ?1 AND namespace = 1";
    const INSERT: &str = "INSERT INTO tally VALUES (?1, 1, ?2, 0, 0, ?5, ?3, 0, ?4, 0, ?6, 0, 0)";
    for (route, counts) in changes.drain() {
        let params: [Value<'_>; 6] = [
            route.into(),
            counts.waiting.into(),
            counts.active.into(),
            counts.completed.into(),
            counts.waiting_children.into(),
            counts.cancelled.into(),
        ];
        if db.execute(UPDATE, &params)? == 0 {
            db.execute(INSERT, &params)?;
        }
    }
    Ok(())
}
