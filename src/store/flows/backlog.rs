//! The cancellation of a flow: whom it is to end, whom it ended, and the backlog of one in two steps. Members come in the
//! order of creation, in pages, so that those of a large flow are never held all at once.
//!
//! Invariant: a flow has a backlog while `cancel_due_at` is set, which is written at once, so that the first one that is
//! due is found by its index.

use crate::error::Result;
use crate::model::executions::due::{DueKey, DueKind};
use crate::model::ground::frontier::Head;
use crate::model::ground::id::ExecutionId;
use crate::store::Store;

impl Store {
    /// Members after a row that have not ended; none after the last.
    pub fn live_members(&self, flow: i64, after: i64) -> Result<Vec<i64>> {
        const SQL: &str = "SELECT id FROM execution INDEXED BY execution_flow WHERE flow = ?1 AND id > ?2 \
             AND phase <= 5 ORDER BY id LIMIT 1000";
        self.all(SQL, &[flow.into(), after.into()], |row| row.int(0))
    }

    /// Members after a row that have not begun: waiting, delayed or blocked; none after the last.
    pub fn pending_members(&self, flow: i64, after: i64) -> Result<Vec<i64>> {
        const SQL: &str = "SELECT id FROM execution INDEXED BY execution_flow WHERE flow = ?1 AND id > ?2 \
             AND phase <= 3 ORDER BY id LIMIT 1000";
        self.all(SQL, &[flow.into(), after.into()], |row| row.int(0))
    }

    /// The ids of the members, at most so many.
    pub fn first_members(&self, flow: i64, limit: i64) -> Result<Vec<ExecutionId>> {
        const SQL: &str = "SELECT public_id FROM execution INDEXED BY execution_flow WHERE flow = ?1 \
             ORDER BY id LIMIT ?2";
        self.ids(SQL, flow, limit)
    }

    fn ids(&self, sql: &'static str, flow: i64, limit: i64) -> Result<Vec<ExecutionId>> {
        self.all(sql, &[flow.into(), limit.into()], |row| ExecutionId::of_stored(row.blob(0)?))
    }

    /// The ids of the members that the flow's cancellation ended, in the order of creation, at most so many.
    pub fn cancelled_members(&self, flow: i64, limit: i64) -> Result<Vec<ExecutionId>> {
        const SQL: &str = "SELECT e.public_id FROM execution e INDEXED BY execution_flow CROSS JOIN ending \
             ON ending.execution = e.id WHERE e.flow = ?1 AND ending.source = 'cancel_flow' \
             AND ending.reason = 'flow_cancelled' ORDER BY e.id LIMIT ?2";
        self.ids(SQL, flow, limit)
    }

    /// The ids of the members that were cancelled at an instant or later, whoever did it, in the order of creation, at most
    /// so many.
    pub fn members_cancelled_since(&self, flow: i64, at: i64, limit: i64) -> Result<Vec<ExecutionId>> {
        const SQL: &str = "SELECT public_id FROM execution INDEXED BY execution_flow WHERE flow = ?1 AND outcome = 3 \
             AND ended_at >= ?3 ORDER BY id LIMIT ?2";
        let params = [flow.into(), limit.into(), at.into()];
        self.all(SQL, &params, |row| ExecutionId::of_stored(row.blob(0)?))
    }

    /// Makes all members that have not ended the backlog, which is cancelled at an instant.
    pub fn fill_backlog(&mut self, flow: i64, due_at: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO cancel_backlog (flow, execution) SELECT flow, id FROM execution \
             INDEXED BY execution_flow WHERE flow = ?1 AND phase <= 5";
        self.execute(SQL, &[flow.into()])?;
        self.set_cancel_due(flow, Some(due_at))
    }

    /// The ids of the backlog, in the order of creation, at most so many.
    pub fn backlog_ids(&self, flow: i64, limit: i64) -> Result<Vec<ExecutionId>> {
        const SQL: &str = "SELECT e.public_id FROM cancel_backlog b CROSS JOIN execution e ON e.id = b.execution \
             WHERE b.flow = ?1 ORDER BY b.execution LIMIT ?2";
        self.ids(SQL, flow, limit)
    }

    /// Members of the backlog after a row; none after the last.
    pub fn backlog(&self, flow: i64, after: i64) -> Result<Vec<i64>> {
        const SQL: &str = "SELECT execution FROM cancel_backlog WHERE flow = ?1 AND execution > ?2 \
             ORDER BY execution LIMIT 1000";
        self.all(SQL, &[flow.into(), after.into()], |row| row.int(0))
    }

    /// Takes a member from the backlog, which is over with its last one; answers whether it stood there.
    pub fn leave_backlog(&mut self, flow: i64, execution: i64) -> Result<bool> {
        const SQL: &str = "DELETE FROM cancel_backlog WHERE flow = ?1 AND execution = ?2";
        const LEFT: &str = "SELECT execution FROM cancel_backlog WHERE flow = ?1 LIMIT 1";
        if self.flow(flow)?.cancel_due_at.is_none() || self.execute(SQL, &[flow.into(), execution.into()])? == 0 {
            return Ok(false);
        }
        if self.first(LEFT, &[flow.into()], |_| Ok(()))?.is_none() {
            self.set_cancel_due(flow, None)?;
        }
        Ok(true)
    }

    /// Forgets the backlog.
    pub fn clear_backlog(&mut self, flow: i64) -> Result<()> {
        const SQL: &str = "DELETE FROM cancel_backlog WHERE flow = ?1";
        self.execute(SQL, &[flow.into()])?;
        self.set_cancel_due(flow, None)
    }

    fn set_cancel_due(&mut self, flow: i64, at: Option<i64>) -> Result<()> {
        self.flow_mut(flow)?.cancel_due_at = at;
        self.first_cancel = Head::Unknown;
        self.save_flows()
    }

    /// The first flow whose backlog is to be cancelled.
    pub(in crate::store) fn first_cancel_due(&mut self) -> Result<Option<DueKey>> {
        const SQL: &str = "SELECT cancel_due_at, id FROM flow WHERE cancel_due_at IS NOT NULL \
             ORDER BY cancel_due_at, id LIMIT 1"; // scan: ordered by its partial index, and one row
        if self.first_cancel == Head::Unknown {
            let first = self
                .first(SQL, &[], |row| Ok(DueKey { at: row.int(0)?, kind: DueKind::FlowCancel, row: row.int(1)? }))?;
            self.first_cancel = first.map_or(Head::Empty, Head::At);
        }
        Ok(self.first_cancel.key())
    }
}
