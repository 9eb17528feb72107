//! Counting what could be deleted, as far as it is worth counting.

use crate::error::Result;
use crate::store::Store;

impl Store {
    /// Executions that are past their retention, members of flows with theirs.
    pub fn count_past(&mut self, now: i64) -> Result<i64> {
        // scan: counts the rows of an index search, at most 10 000
        const OWN: &str = "SELECT count(*) FROM (SELECT id FROM execution WHERE ended_at IS NOT NULL \
             AND retention_ms IS NOT NULL AND flow IS NULL AND ended_at + retention_ms <= ?1 LIMIT 10000)";
        // scan: counts the rows of an index search, at most 10 000
        const OTHERS: &str = "SELECT count(*) FROM (SELECT id FROM execution WHERE ended_at IS NOT NULL \
             AND retention_ms IS NULL AND flow IS NULL AND ended_at <= ?1 LIMIT 10000)";
        // scan: counts the rows of an index search, at most 10 000
        const MEMBERS: &str = "SELECT count(*) FROM (SELECT e.id FROM flow f CROSS JOIN execution e \
             INDEXED BY execution_flow ON e.flow = f.id WHERE f.ended_at IS NOT NULL AND f.retention_ms IS NOT NULL \
             AND f.ended_at + f.retention_ms <= ?1 LIMIT 10000)";
        // scan: counts the rows of an index search, at most 10 000
        const OTHER_MEMBERS: &str = "SELECT count(*) FROM (SELECT e.id FROM flow f CROSS JOIN execution e \
             INDEXED BY execution_flow ON e.flow = f.id WHERE f.ended_at IS NOT NULL AND f.retention_ms IS NULL \
             AND f.ended_at <= ?1 LIMIT 10000)";
        self.save_flows()?;
        let mut count = self.count(OWN, now)? + self.count(MEMBERS, now)?;
        if let Some(kept_ms) = self.retention.executions_ms {
            count += self.count(OTHERS, now - kept_ms)? + self.count(OTHER_MEMBERS, now - kept_ms)?;
        }
        Ok(count)
    }

    /// Events before a position.
    pub fn count_events_before(&self, position: i64) -> Result<i64> {
        // scan: counts the rows of an index search, at most 10 000
        const SQL: &str = "SELECT count(*) FROM (SELECT position FROM event WHERE position < ?1 LIMIT 10000)";
        self.count(SQL, position)
    }

    /// Answers whose request id has expired.
    pub fn count_expired_requests(&self, now: i64) -> Result<i64> {
        // scan: counts the rows of an index search, at most 10 000
        const SQL: &str = "SELECT count(*) FROM (SELECT id FROM request WHERE expires_at <= ?1 LIMIT 10000)";
        self.count(SQL, now)
    }

    /// Idempotency keys whose window is over.
    pub fn count_expired_keys(&self, now: i64) -> Result<i64> {
        // scan: counts the rows of an index search, at most 10 000
        const SQL: &str = "SELECT count(*) FROM (SELECT namespace FROM dedup WHERE expires_at <= ?1 LIMIT 10000)";
        self.count(SQL, now)
    }

    fn count(&self, sql: &'static str, until: i64) -> Result<i64> {
        Ok(self.first(sql, &[until.into()], |row| row.int(0))?.unwrap_or(0))
    }
}
