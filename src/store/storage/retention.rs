//! What is past its retention: finding it in order, deleting it with all that belongs to it, counting it.
//!
//! Invariant: an execution goes as a whole and its row last, so that what was begun is found again; only its events
//! stay in the log. Members of a flow go with it, and its own row goes last. Contract: retention.tick, retention.begun,
//! retention.member.

use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::flows::flow::Flow;
use crate::model::ground::argument::Retention;
use crate::model::ground::frontier::Head;
use crate::store::Store;
use crate::store::ground::front::Keys;

/// What is past its retention, by its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Past {
    /// An execution.
    Execution(i64),
    /// A flow, with all its members.
    Flow(i64),
}

impl Store {
    /// What was set when the engine was opened.
    pub fn set_retention(&mut self, retention: Retention) {
        self.retention = retention;
        self.first_past = Head::Unknown;
    }

    /// The execution or the flow whose retention is over first, and when that is.
    pub fn first_past(&mut self) -> Result<Option<(i64, Past)>> {
        const OWN: &str = "SELECT ended_at + retention_ms, id FROM execution \
             WHERE ended_at IS NOT NULL AND retention_ms IS NOT NULL AND flow IS NULL ORDER BY ended_at + retention_ms \
             LIMIT 1"; // scan: ordered by its partial index, and one row
        const OTHERS: &str = "SELECT ended_at, id FROM execution WHERE ended_at IS NOT NULL AND retention_ms IS NULL \
             AND flow IS NULL ORDER BY ended_at LIMIT 1"; // scan: ordered by its partial index, and one row
        const FLOWS: &str = "SELECT ended_at + retention_ms, id FROM flow WHERE ended_at IS NOT NULL \
             AND retention_ms IS NOT NULL ORDER BY ended_at + retention_ms LIMIT 1"; // scan: as above
        const OTHER_FLOWS: &str = "SELECT ended_at, id FROM flow WHERE ended_at IS NOT NULL AND retention_ms IS NULL \
             ORDER BY ended_at LIMIT 1"; // scan: ordered by its partial index, and one row
        self.save_flows()?;
        let mut first = None;
        for (own, others, past) in [(OWN, OTHERS, Past::Execution as fn(i64) -> Past), (FLOWS, OTHER_FLOWS, Past::Flow)]
        {
            for (sql, kept_ms) in [(own, Some(0)), (others, self.retention.executions_ms)] {
                let Some(kept_ms) = kept_ms else { continue };
                let found = self.first(sql, &[], |row| Ok((row.int(0)?.saturating_add(kept_ms), past(row.int(1)?))))?;
                first = [first, found].into_iter().flatten().min();
            }
        }
        Ok(first)
    }

    /// When the retention of an execution or of a flow is over next.
    pub fn next_past(&mut self) -> Result<Option<i64>> {
        if self.first_past == Head::Unknown {
            let first = self.first_past()?;
            self.first_past = first.map_or(Head::Empty, |(at, _)| Head::At(at));
        }
        Ok(self.first_past.key())
    }

    /// A flow ended, or goes on again.
    pub fn flow_ended(&mut self, flow: &Flow) {
        self.remember_end(flow.ended_at, flow.retention_ms);
    }

    /// When the retention of an event is over next.
    pub fn next_trim(&self) -> Result<Option<i64>> {
        let Some(kept_ms) = self.retention.events_ms else { return Ok(None) };
        Ok(self.event_from(0)?.map(|(_, at)| at.saturating_add(kept_ms)))
    }

    /// An execution ended, or no longer counts as ended. One of a flow is kept with it.
    pub(in crate::store) fn remember_past(&mut self, execution: &Execution, before: Keys, after: Keys) {
        if execution.flow.is_some() {
            return;
        }
        if before.retention_ms != after.retention_ms {
            self.first_past = Head::Unknown;
        }
        if before.ended_at != after.ended_at {
            self.remember_end(after.ended_at, execution.retention_ms);
        }
    }

    fn remember_end(&mut self, ended_at: Option<i64>, own_ms: Option<i64>) {
        let Some(kept_ms) = own_ms.or(self.retention.executions_ms) else { return };
        self.first_past = match (self.first_past, ended_at.map(|at| at.saturating_add(kept_ms))) {
            (Head::Unknown, _) | (_, None) => Head::Unknown,
            (Head::Empty, Some(until)) => Head::At(until),
            (Head::At(first), Some(until)) => Head::At(first.min(until)),
        };
    }

    /// The first member of a flow.
    pub fn first_member(&self, flow: i64) -> Result<Option<i64>> {
        const SQL: &str = "SELECT id FROM execution INDEXED BY execution_flow WHERE flow = ?1 ORDER BY id LIMIT 1";
        self.first(SQL, &[flow.into()], |row| row.int(0))
    }

    /// Has a flow whose deletion begins stay gone, whatever is kept after the next opening.
    pub fn begin_deletion(&mut self, flow: i64) -> Result<()> {
        let flow = self.flow_mut(flow)?;
        // Members that go are no longer counted, and excused ones are not known any more.
        (flow.retention_ms, flow.excused, flow.tolerated) = (Some(0), 0, 0);
        self.first_past = Head::Unknown;
        Ok(())
    }

    /// Deletes what makes an execution a member of its flow: its edges to others, at most so many rows, and its group.
    /// Answers how many they were, and whether nothing is left.
    pub fn delete_dependencies(&mut self, execution: i64, rows_max: u64) -> Result<(u64, bool)> {
        const EDGES: &str = "DELETE FROM edge WHERE (upstream, public_id) IN \
             (SELECT upstream, public_id FROM edge WHERE upstream = ?1 LIMIT ?2)";
        let deleted = self.execute(EDGES, &[execution.into(), rows_max.cast_signed().into()])?;
        if deleted >= rows_max {
            return Ok((deleted, false));
        }
        Ok((deleted + self.delete_group(execution)?, true))
    }

    /// Deletes the row of a flow whose members are gone.
    pub fn delete_flow(&mut self, flow: i64) -> Result<()> {
        const SQL: &str = "DELETE FROM flow WHERE id = ?1";
        self.forget_flow(flow);
        self.first_past = Head::Unknown;
        self.execute(SQL, &[flow.into()]).map(|_| ())
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
        if execution.flow.is_some() {
            self.tolerate(row, false)?;
        }
        deleted += self.execute(ROW, &[row.into()])?;
        self.moved(execution, Keys::of(execution), Keys::NONE)?;
        Ok(deleted)
    }
}
