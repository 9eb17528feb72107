//! The floor of searches: one statement that brings the same rows, newest first. Its joins are crossed, because SQLite
//! goes through them as they are written then, and does not sort a million rows for a page.

use super::Floor;
use super::look::{LISTED, read};
use crate::subject::reading::{OTHER_KIND, Search, TAG, TAG_VALUE};
use crate::subject::work::PAGE;
use tidegate::Result;
use tidegate::store::driver::Value;

macro_rules! listed {
    ($from:literal, $wanted:literal) => {
        concat!(
            "SELECT e.public_id, e.namespace, e.route, s.kind, e.priority, e.phase, e.lapsed, e.reason, e.outcome, \
             e.attempt_count, e.created_at, e.started_at, e.ended_at FROM ",
            $from,
            " CROSS JOIN specification s ON s.execution = e.id ",
            $wanted,
            " ORDER BY e.id DESC LIMIT ?1"
        )
    };
}

impl Floor {
    /// Reads one page of what is searched for; answers how many lines it has.
    pub(super) fn search_one(&self, search: Search) -> Result<u32> {
        const NEWEST: &str = listed!("execution e", "");
        const FAILED: &str = listed!("execution e", "WHERE e.route = ?2 AND e.section = 8");
        const LANE: &str = listed!(
            "(SELECT id FROM execution WHERE route = (SELECT k.id FROM lane l JOIN route r ON r.lane = l.id \
             JOIN kind_route k ON k.queue = r.id WHERE l.name = 'mail-1') ORDER BY id DESC LIMIT ?1) f CROSS JOIN execution e ON e.id = f.id",
            ""
        );
        const TAGGED: &str =
            listed!("tag t CROSS JOIN execution e ON e.id = t.execution", "WHERE t.name = ?2 AND t.value = ?3");
        const OF_KIND: &str = listed!("execution e", "WHERE s.kind = ?2");
        const COUNTS: &str = "SELECT waiting, delayed, rate_limited, waiting_children, active, suspended, completed, \
             failed, cancelled, expired, skipped, route FROM tally";
        let limit = Value::Int(i64::from(PAGE + 1));
        let (sql, columns, params): (_, _, &[Value<'_>]) = match search {
            Search::Newest => (NEWEST, LISTED, &[limit]),
            Search::Failed => (FAILED, LISTED, &[limit, self.lanes[0].into()]),
            Search::Lane => (LANE, LISTED, &[limit]),
            Search::Tag => (TAGGED, LISTED, &[limit, TAG.into(), TAG_VALUE.into()]),
            Search::Kind => (OF_KIND, LISTED, &[limit, OTHER_KIND.into()]),
            Search::Counts => (COUNTS, 12, &[]),
        };
        let mut count = 0;
        self.database.db()?.query(sql, params, &mut |row| {
            count += 1;
            read(row, 0..columns)
        })?;
        Ok(count.min(PAGE))
    }
}
