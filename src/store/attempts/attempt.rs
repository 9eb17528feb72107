//! The archive of attempts: every one but the latest, which the execution's own row keeps.

use crate::error::Result;
use crate::model::executions::execution::Attempt;
use crate::store::Store;
use crate::store::driver::Value;
use crate::store::executions::execution::{attempt_columns, read_attempt};

impl Store {
    /// Archives an attempt that another one follows.
    pub fn insert_attempt(&mut self, execution: i64, attempt: &Attempt) -> Result<()> {
        const SQL: &str = "INSERT INTO attempt (execution, attempt_index, attempt_id, attempt_type, attempt_outcome, \
             attempt_started_at, attempt_ended_at, timeout_left_ms, lease_id, worker, instance, lease_epoch, \
             renewed_at, verb, verb_at, result) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
        let mut params = [Value::Null; 16];
        params[0] = execution.into();
        params[1] = attempt.index.into();
        params[2..].copy_from_slice(&attempt_columns(attempt));
        self.execute(SQL, &params).map(|_| ())
    }

    /// One archived attempt.
    pub fn archived_attempt(&self, execution: i64, index: i64) -> Result<Option<Attempt>> {
        const SQL: &str = "SELECT attempt_id, attempt_type, attempt_outcome, attempt_started_at, attempt_ended_at, \
             timeout_left_ms, lease_id, worker, instance, lease_epoch, renewed_at, verb, verb_at, result \
             FROM attempt WHERE execution = ?1 AND attempt_index = ?2";
        self.first(SQL, &[execution.into(), index.into()], |row| read_attempt(row, index, 0))
    }

    /// Archived attempts of an execution before an index, the newest first, at most so many.
    pub fn archived_attempts_before(&self, execution: i64, before: i64, limit: i64) -> Result<Vec<Attempt>> {
        const SQL: &str = "SELECT attempt_id, attempt_type, attempt_outcome, attempt_started_at, attempt_ended_at, \
             timeout_left_ms, lease_id, worker, instance, lease_epoch, renewed_at, verb, verb_at, result, \
             attempt_index FROM attempt WHERE execution = ?1 AND attempt_index < ?2 \
             ORDER BY attempt_index DESC LIMIT ?3";
        let params = [execution.into(), before.into(), limit.into()];
        self.all(SQL, &params, |row| read_attempt(row, row.int(14)?, 0))
    }

    /// All archived attempts of an execution, in order.
    pub fn archived_attempts(&self, execution: i64) -> Result<Vec<Attempt>> {
        const SQL: &str = "SELECT attempt_id, attempt_type, attempt_outcome, attempt_started_at, attempt_ended_at, \
             timeout_left_ms, lease_id, worker, instance, lease_epoch, renewed_at, verb, verb_at, result, \
             attempt_index FROM attempt WHERE execution = ?1 ORDER BY attempt_index";
        self.all(SQL, &[execution.into()], |row| read_attempt(row, row.int(14)?, 0))
    }
}
