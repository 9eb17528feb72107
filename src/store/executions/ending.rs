//! Why an execution was cancelled, expired or skipped, and by whom or what, the first writer wins; and whether its flow
//! counts it as failed.

use crate::error::Result;
use crate::store::Store;

impl Store {
    /// Keeps why an execution ended.
    pub fn insert_ending(&mut self, execution: i64, reason: &str, source: &str) -> Result<()> {
        const SQL: &str = "INSERT INTO ending (execution, reason, source) VALUES (?1, ?2, ?3)";
        self.execute(SQL, &[execution.into(), reason.into(), source.into()]).map(|_| ())
    }

    /// Has its flow not count a cancelled execution as failed.
    pub fn excuse(&mut self, execution: i64) -> Result<()> {
        const SQL: &str = "UPDATE ending SET excused = 1 WHERE execution = ?1";
        self.execute(SQL, &[execution.into()]).map(|_| ())
    }

    /// Whether its flow does not count a cancelled execution as failed.
    pub fn is_excused(&self, execution: i64) -> Result<bool> {
        const SQL: &str = "SELECT excused FROM ending WHERE execution = ?1";
        Ok(self.first(SQL, &[execution.into()], |row| row.int(0))? == Some(1))
    }

    /// Whether its flow does not count an execution that ended badly as failed, since nobody needed it.
    pub fn is_tolerated(&self, execution: i64) -> Result<bool> {
        const SQL: &str = "SELECT 1 FROM tolerated WHERE execution = ?1";
        Ok(self.first(SQL, &[execution.into()], |row| row.int(0))?.is_some())
    }

    /// Has its flow not count it as failed, or count it.
    pub fn tolerate(&mut self, execution: i64, tolerated: bool) -> Result<()> {
        const INSERT: &str = "INSERT INTO tolerated (execution) VALUES (?1)";
        const DELETE: &str = "DELETE FROM tolerated WHERE execution = ?1";
        self.execute(if tolerated { INSERT } else { DELETE }, &[execution.into()]).map(|_| ())
    }

    /// Forgets why an execution ended, when it is replayed.
    pub fn delete_ending(&mut self, execution: i64) -> Result<()> {
        const SQL: &str = "DELETE FROM ending WHERE execution = ?1";
        self.execute(SQL, &[execution.into()]).map(|_| ())
    }

    /// Why an execution ended: the reason and its source.
    pub fn ending(&self, execution: i64) -> Result<Option<(String, String)>> {
        const SQL: &str = "SELECT reason, source FROM ending WHERE execution = ?1";
        self.first(SQL, &[execution.into()], |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))
    }
}
