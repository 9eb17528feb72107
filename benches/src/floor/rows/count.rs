//! The counts by state, as the floor writes them: one row for each route that a commit changed.

use super::Floor;
use tidegate::Result;
use tidegate::store::driver::Value;

/// How many more, or fewer, are in a state.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) waiting: i64,
    pub(super) waiting_children: i64,
    pub(super) active: i64,
    pub(super) completed: i64,
    pub(super) cancelled: i64,
}

impl Floor {
    /// Writes the changes of a commit.
    pub(super) fn save_counts(&mut self) -> Result<()> {
        const UPDATE: &str = "UPDATE tally SET waiting = waiting + ?2, active = active + ?3, \
             completed = completed + ?4, waiting_children = waiting_children + ?5, cancelled = cancelled + ?6 WHERE route = ?1 AND namespace = 1";
        const INSERT: &str = "INSERT INTO tally VALUES (?1, 1, ?2, 0, 0, ?5, ?3, 0, ?4, 0, ?6, 0, 0)";
        let db = self.database.db()?;
        for (route, counts) in self.counts.drain() {
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
}
