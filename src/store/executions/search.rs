//! The rows that a search looks at, in the order of creation: of a tag, of a list of a route, or all of them.

use crate::error::Result;
use crate::model::ground::span::Span;
use crate::store::Store;
use crate::store::driver::Value;

impl Store {
    /// Executions with a tag, at most so many.
    pub fn tagged(&self, key: &str, value: &str, span: &Span, limit: usize) -> Result<Vec<i64>> {
        const NEWEST: &str = "SELECT execution FROM tag WHERE name = ?1 AND value = ?2 AND execution >= ?3 \
             AND execution < ?4 ORDER BY execution DESC LIMIT ?5";
        const OLDEST: &str = "SELECT execution FROM tag WHERE name = ?1 AND value = ?2 AND execution >= ?3 \
             AND execution < ?4 ORDER BY execution LIMIT ?5";
        let params = [key.into(), value.into(), span.from.into(), span.before.into(), count(limit)];
        self.rows(if span.oldest_first { OLDEST } else { NEWEST }, &params)
    }

    /// Executions in one list of a route, at most so many.
    pub fn in_section(&self, (route, section): (i64, i64), span: &Span, limit: usize) -> Result<Vec<i64>> {
        const NEWEST: &str = "SELECT id FROM execution INDEXED BY execution_section WHERE route = ?1 AND section = ?2 \
             AND id >= ?3 AND id < ?4 ORDER BY id DESC LIMIT ?5";
        const OLDEST: &str = "SELECT id FROM execution INDEXED BY execution_section WHERE route = ?1 AND section = ?2 \
             AND id >= ?3 AND id < ?4 ORDER BY id LIMIT ?5";
        let params = [route.into(), section.into(), span.from.into(), span.before.into(), count(limit)];
        self.rows(if span.oldest_first { OLDEST } else { NEWEST }, &params)
    }

    /// Executions, at most so many.
    pub fn execution_rows(&self, span: &Span, limit: usize) -> Result<Vec<i64>> {
        const NEWEST: &str = "SELECT id FROM execution WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
        const OLDEST: &str = "SELECT id FROM execution WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3";
        let params = [span.from.into(), span.before.into(), count(limit)];
        self.rows(if span.oldest_first { OLDEST } else { NEWEST }, &params)
    }

    /// The first row that was created at an instant or later: instants never fall along rows, so halving finds it.
    pub fn first_created_at(&self, at: i64) -> Result<i64> {
        const SQL: &str = "SELECT id, created_at FROM execution WHERE id >= ?1 ORDER BY id LIMIT 1";
        let (mut low, mut high) = (0, self.meta.next_execution);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.first(SQL, &[middle.into()], |row| Ok((row.int(0)?, row.int(1)?)))? {
                Some((row, created_at)) if created_at < at => low = row + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    }

    /// The routes of a lane or of all lanes, of a kind or of all of them, at most so many.
    pub fn routes(&mut self, lane: Option<&str>, kind: Option<&str>, limit: usize) -> Result<Vec<i64>> {
        // scan: of routes, each of which is then searched by itself
        const ALL: &str = "SELECT id FROM kind_route WHERE ?1 IS NULL OR kind = ?1 LIMIT ?2";
        const OF_QUEUE: &str = "SELECT id FROM kind_route WHERE queue = ?1 LIMIT ?2";
        let Some(lane) = lane else { return self.rows(ALL, &[kind.into(), count(limit)]) };
        let mut routes = Vec::new();
        for queue in self.lane_queues(lane)? {
            match kind {
                Some(kind) => routes.extend(self.route_of(queue, kind)?),
                None => routes.extend(self.rows(OF_QUEUE, &[queue.into(), count(limit)])?),
            }
        }
        Ok(routes)
    }

    fn rows(&self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<i64>> {
        self.all(sql, params, |row| row.int(0))
    }
}

/// A number of rows as a parameter.
fn count(limit: usize) -> Value<'static> {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}
