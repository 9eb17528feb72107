//! Trimming the event log: where what is kept of it begins, and deleting what lies before.
//!
//! Invariant: what is kept is an end of the log without gaps, because instants never go back along positions. Absent on
//! purpose: new positions; the next one stands in the engine's own row, so that none is used twice.

use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::store::Store;
use uuid::Uuid;

impl Store {
    /// The first event at or after a position, and its instant.
    pub fn event_from(&self, position: i64) -> Result<Option<(i64, i64)>> {
        const SQL: &str = "SELECT position, at FROM event WHERE position >= ?1 ORDER BY position LIMIT 1";
        self.first(SQL, &[position.into()], |row| Ok((row.int(0)?, row.int(1)?)))
    }

    /// The position of the first event that is younger than `past`; that of the next one to come where none is. One look
    /// while nothing is older, else a binary search.
    pub fn first_event_since(&self, past: i64) -> Result<i64> {
        let mut found = self.next_position();
        let (mut low, mut high, mut probe) = (0, found, 0);
        while low < high {
            match self.event_from(probe)? {
                Some((position, at)) if at <= past => low = position + 1,
                Some((position, _)) => (found, high) = (position, probe),
                None => high = probe,
            }
            probe = low + (high - low) / 2;
        }
        Ok(found)
    }

    /// Deletes events before a position, the oldest first and at most so many, with what only they needed: their details
    /// and what was kept of deleted executions. Answers how many, or that many at least where more may be left. What an
    /// execution is blocked for stays until it is not.
    pub fn trim_events(&mut self, kept_from: i64, rows_max: i64) -> Result<u64> {
        const EVENTS: &str = "DELETE FROM event WHERE position < ?1";
        const DETAILS: &str = "DELETE FROM event_detail WHERE position >= ?1 AND position < ?2 AND NOT EXISTS (SELECT 1 \
             FROM execution e WHERE e.id = event_detail.execution AND e.last_event = event_detail.position \
             AND e.phase = 3)";
        const TRIMMED: &str = "UPDATE trimmed SET position = ?1 WHERE id = 1";
        const FORMER: &str = "DELETE FROM former WHERE last_event < ?1";
        let Some((oldest, _)) = self.event_from(0)?.filter(|(oldest, _)| *oldest < kept_from) else { return Ok(0) };
        let until = kept_from.min(oldest + rows_max);
        let last = self.last_event_before(until)?;
        self.log_start = None;
        self.execute(TRIMMED, &[last.into()])?;
        self.execute(DETAILS, &[oldest.into(), until.into()])?;
        self.execute(FORMER, &[until.into()])?;
        let deleted = self.execute(EVENTS, &[until.into()])?;
        // Positions without a row count as looked at.
        Ok(if until < kept_from { deleted.max(rows_max.unsigned_abs()) } else { deleted })
    }

    /// Deletes an event that another one takes the place of; one that was trimmed is gone already.
    pub fn delete_event(&mut self, position: i64) -> Result<()> {
        const SQL: &str = "DELETE FROM event WHERE position = ?1";
        if self.log_start == Some(position) {
            self.log_start = None;
        }
        self.execute(SQL, &[position.into()]).map(|_| ())
    }

    /// The last event before a position that is hidden, or was trimmed; 0 where none ever was.
    pub fn last_event_before(&self, position: i64) -> Result<i64> {
        const HIDDEN: &str = "SELECT position FROM event WHERE position < ?1 ORDER BY position DESC LIMIT 1";
        const TRIMMED: &str = "SELECT position FROM trimmed WHERE id = 1";
        match self.first(HIDDEN, &[position.into()], |row| row.int(0))? {
            Some(hidden) => Ok(hidden),
            None => Ok(self.first(TRIMMED, &[], |row| row.int(0))?.unwrap_or(0)),
        }
    }

    /// Deletes the detail of an event that was trimmed while its execution was blocked for what it tells.
    pub fn delete_trimmed_detail(&mut self, position: i64) -> Result<()> {
        const SQL: &str = "DELETE FROM event_detail WHERE position = ?1";
        if position >= self.log_start()? {
            return Ok(());
        }
        self.execute(SQL, &[position.into()]).map(|_| ())
    }

    /// Before this position nothing is left of the log.
    fn log_start(&mut self) -> Result<i64> {
        let start = match self.log_start {
            Some(start) => start,
            None => self.event_from(0)?.map_or(self.next_position(), |(oldest, _)| oldest),
        };
        self.log_start = Some(start);
        Ok(start)
    }

    /// Keeps of an execution that is being deleted what its events need, as long as the log holds any.
    pub fn insert_former(&mut self, execution: &Execution) -> Result<()> {
        const SQL: &str = "INSERT INTO former (execution, public_id, namespace, last_event, flow) \
             VALUES (?1, ?2, ?3, ?4, ?5)";
        if self.event_from(0)?.is_none_or(|(oldest, _)| execution.last_event < oldest) {
            return Ok(());
        }
        let id = execution.id.stored();
        let flow = execution.flow.map(|flow| self.flow(flow).map(|flow| flow.id)).transpose()?;
        let params = [
            execution.row.into(),
            (&id).into(),
            execution.namespace.into(),
            execution.last_event.into(),
            flow.as_ref().map(Uuid::as_bytes).into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }
}
