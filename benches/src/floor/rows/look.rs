//! The floor of reading: the statements that bring what a description or a page tells, and nothing made of it. Names of
//! namespaces, lanes and requirement sets are remembered, so they are not read.

use super::Floor;
use std::ops::Range;
use tidegate::model::ground::id::ExecutionId;
use tidegate::store::driver::{Driver, Row, Value};
use tidegate::{Code, Error, Result};

/// Columns of a description.
const DESCRIBED: usize = 42;
/// Columns of a line in a page.
pub(super) const LISTED: usize = 13;

impl Floor {
    /// Reads all about an execution.
    pub(super) fn describe_one(&self, id: &ExecutionId) -> Result<()> {
        const EXECUTION: &str = "SELECT e.id, e.namespace, e.route, e.created_at, e.deadline_at, e.priority, e.phase, \
             e.next, e.reason, e.outcome, e.lapsed, e.until_at, e.expires_at, e.granted_until, e.epoch, \
             e.attempt_count, e.retry_count, e.reclaim_count, e.replay_count, e.changed_at, e.started_at, e.ended_at, \
             e.attempt_id, e.attempt_type, e.attempt_outcome, e.attempt_started_at, e.attempt_ended_at, e.lease_id, \
             e.worker, e.instance, e.lease_epoch, e.renewed_at, e.result, s.kind, s.creator, s.idempotency_key, \
             s.attempt_timeout_ms, s.policy, s.tags, p.updated_at, p.message, d.reason FROM execution e \
             JOIN specification s ON s.execution = e.id LEFT JOIN progress p ON p.execution = e.id \
             LEFT JOIN ending d ON d.execution = e.id WHERE e.public_id = ?1";
        const STEPS: &str = "SELECT s.name, s.recorded_at, length(p.bytes) FROM step s \
             LEFT JOIN payload p ON p.id = s.result WHERE s.execution = ?1 ORDER BY s.ordinal";
        const FAILURES: &str = "SELECT attempt_index, class, category, message, detail FROM failure \
             WHERE execution = ?1 ORDER BY attempt_index";
        let db = self.database.db()?;
        let mut row = None;
        db.query(EXECUTION, &[(&id.stored()).into()], &mut |found| {
            row = Some(found.int(0)?);
            read(found, 1..DESCRIBED)
        })?;
        let row = row.ok_or_else(unread)?;
        none(db, STEPS, row)?;
        none(db, FAILURES, row)
    }

    /// Reads a page after an execution, and whether there is another.
    pub(super) fn list_one(&self, after: &ExecutionId, page: u32) -> Result<()> {
        const SQL: &str = "SELECT e.public_id, e.namespace, e.route, s.kind, e.priority, e.phase, e.lapsed, e.reason, \
             e.outcome, e.attempt_count, e.created_at, e.started_at, e.ended_at FROM execution e \
             JOIN specification s ON s.execution = e.id WHERE e.public_id > ?1 ORDER BY e.public_id LIMIT ?2";
        let (mut count, after) = (0, after.stored());
        let params: [Value<'_>; 2] = [(&after).into(), i64::from(page + 1).into()];
        self.database.db()?.query(SQL, &params, &mut |found| {
            count += 1;
            read(found, 0..LISTED)
        })?;
        if count > page { Ok(()) } else { Err(unread()) }
    }
}

/// Reads some columns of a row.
pub(super) fn read(row: &dyn Row, mut columns: Range<usize>) -> Result<()> {
    columns.try_for_each(|column| {
        std::hint::black_box(row.value(column)?);
        Ok(())
    })
}

/// Looks for rows of an execution that has none.
fn none(db: &dyn Driver, sql: &'static str, row: i64) -> Result<()> {
    db.query(sql, &[row.into()], &mut |_| Err(unread()))
}

#[cold]
fn unread() -> Error {
    Error::new(Code::InvariantBroken, "what was read is not what was asked for")
}
