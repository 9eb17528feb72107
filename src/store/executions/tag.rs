//! Tags: what an execution has stands in its specification as a JSON object; the table `tag` finds executions by them.
//!
//! Invariant: the table holds what the specifications say, and nothing else.

use crate::error::Result;
use crate::store::Store;

impl Store {
    /// The tags of an execution, as a JSON object.
    pub fn tags(&self, execution: i64) -> Result<Option<String>> {
        const SQL: &str = "SELECT tags FROM specification WHERE execution = ?1";
        Ok(self.first(SQL, &[execution.into()], |row| Ok(row.opt_text(0)?.map(str::to_owned)))?.flatten())
    }

    /// Keeps the tags of an execution, as a JSON object; the table is moved beside it.
    pub fn save_tags(&mut self, execution: i64, tags: &str) -> Result<()> {
        const SQL: &str = "UPDATE specification SET tags = ?2 WHERE execution = ?1";
        self.execute(SQL, &[execution.into(), tags.into()]).map(|_| ())
    }

    /// Lets an execution be found by a tag.
    pub fn insert_tag(&mut self, execution: i64, key: &str, value: &str) -> Result<()> {
        const SQL: &str = "INSERT INTO tag (name, value, execution) VALUES (?1, ?2, ?3)";
        self.execute(SQL, &[key.into(), value.into(), execution.into()]).map(|_| ())
    }

    /// Lets an execution be found by a tag no longer.
    pub fn delete_tag(&mut self, execution: i64, key: &str, value: &str) -> Result<()> {
        const SQL: &str = "DELETE FROM tag WHERE name = ?1 AND value = ?2 AND execution = ?3";
        self.execute(SQL, &[key.into(), value.into(), execution.into()]).map(|_| ())
    }

    /// Whether an execution has a tag.
    pub fn has_tag(&self, execution: i64, key: &str, value: &str) -> Result<bool> {
        const SQL: &str = "SELECT execution FROM tag WHERE name = ?1 AND value = ?2 AND execution = ?3";
        let found = self.first(SQL, &[key.into(), value.into(), execution.into()], |_| Ok(()))?;
        Ok(found.is_some())
    }
}
