//! What is past its retention: finding it in order, deleting it with all that belongs to it, counting it.
//!
//! Invariant: an execution goes as a whole and its row last, so that what was begun is found again; only its events
//! stay in the log. Spec: decisions 3.23.

use super::{Keys, Store};
use crate::error::Result;
use crate::model::argument::Retention;
use crate::model::execution::Execution;
use crate::model::flow::Flow;
use crate::model::frontier::Head;

impl Store {
    /// What was set when the engine was opened.
    pub fn set_retention(&mut self, retention: Retention) {
        self.retention = retention;
        self.first_past = Head::Unknown;
    }

    /// The execution whose retention is over first, and when that is.
    pub fn first_past(&self) -> Result<Option<(i64, i64)>> {
        const OWN: &str = "SELECT ended_at + retention_ms, id FROM execution \
             WHERE ended_at IS NOT NULL AND retention_ms IS NOT NULL AND flow IS NULL ORDER BY ended_at + retention_ms \
             LIMIT 1"; // scan: ordered by its partial index, and one row
        const OTHERS: &str = "SELECT ended_at, id FROM execution WHERE ended_at IS NOT NULL AND retention_ms IS NULL \
             AND flow IS NULL ORDER BY ended_at LIMIT 1"; // scan: ordered by its partial index, and one row
        let own = self.first(OWN, &[], |row| Ok((row.int(0)?, row.int(1)?)))?;
        let Some(kept_ms) = self.retention.executions_ms else { return Ok(own) };
        let other = self.first(OTHERS, &[], |row| Ok((row.int(0)?.saturating_add(kept_ms), row.int(1)?)))?;
        Ok([own, other].into_iter().flatten().min())
    }

    /// When the retention of an execution is over next.
    pub fn next_past(&mut self) -> Result<Option<i64>> {
        if self.first_past == Head::Unknown {
            let first = self.first_past()?;
            self.first_past = first.map_or(Head::Empty, |(at, _)| Head::At(at));
        }
        Ok(self.first_past.key())
    }

    /// A flow ended, or goes on again.
    pub fn flow_ended(&mut self, flow: &Flow) {
        if flow.retention_ms.or(self.retention.executions_ms).is_some() {
            self.first_past = Head::Unknown;
        }
    }

    /// When the retention of an event is over next.
    pub fn next_trim(&self) -> Result<Option<i64>> {
        let Some(kept_ms) = self.retention.events_ms else { return Ok(None) };
        Ok(self.event_from(0)?.map(|(_, at)| at.saturating_add(kept_ms)))
    }

    /// An execution ended, or no longer counts as ended.
    pub(super) fn remember_past(&mut self, execution: &Execution, before: Keys, after: Keys) {
        if before.retention_ms != after.retention_ms {
            self.first_past = Head::Unknown;
        }
        let kept_ms = execution.retention_ms.or(self.retention.executions_ms);
        let Some(kept_ms) = kept_ms.filter(|_| before.ended_at != after.ended_at) else { return };
        if let Some(ended_at) = after.ended_at {
            let until = ended_at.saturating_add(kept_ms);
            match self.first_past {
                Head::Empty => self.first_past = Head::At(until),
                Head::At(first) => self.first_past = Head::At(first.min(until)),
                Head::Unknown => {}
            }
        } else {
            self.first_past = Head::Unknown;
        }
    }

    /// Deletes what belongs to an execution that has ended, and its row; its streams and tags are gone already. Answers
    /// how many rows that were.
    pub fn delete_execution(&mut self, execution: &Execution) -> Result<u64> {
        const PAYLOADS: &str = "DELETE FROM payload WHERE id IN (SELECT input FROM specification WHERE execution = ?1 \
             UNION ALL SELECT result FROM execution WHERE id = ?1 \
             UNION ALL SELECT result FROM attempt WHERE execution = ?1)";
        const KEY: &str = "DELETE FROM dedup WHERE execution = ?1 AND (namespace, idempotency_key) IN \
             (SELECT ?2, idempotency_key FROM specification WHERE execution = ?1)";
        const SPECIFICATION: &str = "DELETE FROM specification WHERE execution = ?1";
        const ATTEMPTS: &str = "DELETE FROM attempt WHERE execution = ?1";
        const FAILURES: &str = "DELETE FROM failure WHERE execution = ?1";
        const PROGRESS: &str = "DELETE FROM progress WHERE execution = ?1";
        const ROW: &str = "DELETE FROM execution WHERE id = ?1";
        let row = execution.row;
        let mut deleted = self.delete_steps(row)?;
        deleted += self.execute(PAYLOADS, &[row.into()])?;
        deleted += self.execute(KEY, &[row.into(), execution.namespace.into()])?;
        for sql in [SPECIFICATION, ATTEMPTS, FAILURES, PROGRESS] {
            deleted += self.execute(sql, &[row.into()])?;
        }
        self.delete_ending(row)?;
        deleted += self.execute(ROW, &[row.into()])?;
        self.moved(execution, Keys::of(execution), Keys::NONE)?;
        Ok(deleted)
    }
}
