//! The latest progress that an attempt reported, and where the log tells of it.

use crate::error::Result;
use crate::store::Store;

/// What an attempt reported last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The attempt.
    pub attempt_index: i64,
    /// 0 to 100.
    pub percent: Option<i64>,
    /// In the worker's words.
    pub message: Option<String>,
    /// When, in Unix ms.
    pub updated_at: i64,
}

impl Store {
    /// Keeps what an attempt reports, and the position of the event that tells it: a member left out keeps its earlier
    /// value while the attempt is the same.
    pub fn save_progress(&mut self, execution: i64, progress: &Progress, position: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO progress (execution, attempt_index, percent, message, updated_at, position) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (execution) DO UPDATE SET \
             percent = CASE WHEN attempt_index = ?2 THEN coalesce(?3, percent) ELSE ?3 END, \
             message = CASE WHEN attempt_index = ?2 THEN coalesce(?4, message) ELSE ?4 END, \
             attempt_index = ?2, updated_at = ?5, position = ?6";
        let params = [
            execution.into(),
            progress.attempt_index.into(),
            progress.percent.into(),
            progress.message.as_deref().into(),
            progress.updated_at.into(),
            position.into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }

    /// The position of the event that tells what was reported last; none where there is no such event.
    pub fn progress_position(&self, execution: i64) -> Result<Option<i64>> {
        const SQL: &str = "SELECT position FROM progress WHERE execution = ?1 AND position IS NOT NULL";
        self.first(SQL, &[execution.into()], |row| row.int(0))
    }

    /// What was reported last.
    pub fn progress(&self, execution: i64) -> Result<Option<Progress>> {
        const SQL: &str = "SELECT attempt_index, percent, message, updated_at FROM progress WHERE execution = ?1";
        self.first(SQL, &[execution.into()], |row| {
            Ok(Progress {
                attempt_index: row.int(0)?,
                percent: row.opt_int(1)?,
                message: row.opt_text(2)?.map(str::to_owned),
                updated_at: row.int(3)?,
            })
        })
    }
}
