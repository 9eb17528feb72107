//! The floor of reading events: one statement a page, which picks what is wanted itself. Names of namespaces are
//! remembered, so they are not read.

use super::Floor;
use crate::subject::reading::{TAG, TAG_VALUE, WATCHED, Wanted};
use tidegate::Result;
use tidegate::store::driver::Value;

/// Columns of an event.
const COLUMNS: usize = 12;
/// The last row that a statement looks at, as the engine bounds its reads.
const LOOKED_AT_MAX: i64 = 10_000;

macro_rules! selected {
    ($wanted:literal) => {
        concat!(
            "SELECT v.position, v.at, e.public_id, e.namespace, v.cause, v.state, v.lease, v.epoch, v.lease_id, v.worker, \
             v.instance, v.previous FROM event v LEFT JOIN execution e ON e.id = v.execution \
             WHERE v.position > ?1 AND v.position <= ?2 ",
            $wanted,
            " ORDER BY v.position LIMIT ?3"
        )
    };
}

impl Floor {
    /// Reads one page after a position; answers how many were wanted, and the last position looked at.
    pub(super) fn read_events(&self, wanted: Wanted, after: i64, page: u32) -> Result<(u32, i64)> {
        const ALL: &str = selected!("");
        const COMPLETIONS: &str = selected!("AND v.state BETWEEN 4000000 AND 4999999");
        const OF_ONE: &str = selected!("AND v.execution = ?4");
        const TAGGED: &str = selected!(
            "AND EXISTS (SELECT 1 FROM tag t WHERE t.name = ?4 AND t.value = ?5 AND t.execution = v.execution)"
        );
        let until = (after + LOOKED_AT_MAX).min(self.next.position - 1);
        let params: [Value<'_>; 5] = match wanted {
            Wanted::All | Wanted::Completions | Wanted::OfOne => {
                [after.into(), until.into(), i64::from(page).into(), WATCHED.into(), Value::Null]
            }
            Wanted::Tagged => [after.into(), until.into(), i64::from(page).into(), TAG.into(), TAG_VALUE.into()],
        };
        let (sql, bound) = match wanted {
            Wanted::All => (ALL, 3),
            Wanted::Completions => (COMPLETIONS, 3),
            Wanted::OfOne => (OF_ONE, 4),
            Wanted::Tagged => (TAGGED, 5),
        };
        let (mut count, mut last) = (0, until);
        self.database.db()?.query(sql, &params[..bound], &mut |row| {
            count += 1;
            let position = row.int(0)?;
            if count == page {
                last = position;
            }
            (1..COLUMNS).try_for_each(|column| {
                std::hint::black_box(row.value(column)?);
                Ok(())
            })
        })?;
        Ok((count, last))
    }
}
