//! Listing executions in the order of their ids.

use super::Store;
use super::driver::Row;
use super::execution::{columns, read as read_execution};
use crate::error::Result;
use crate::model::execution::Execution;
use crate::model::id::ExecutionId;

impl Store {
    /// Executions after an id, in the order of ids, at most so many; of one namespace or of all.
    pub fn list_executions(
        &self,
        after: Option<&ExecutionId>,
        namespace: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Execution>> {
        const ALL: &str =
            concat!("SELECT ", columns!(), " FROM execution WHERE public_id > ?1 ORDER BY public_id LIMIT ?2");
        const ONE: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM execution WHERE namespace = ?3 AND public_id > ?1 ORDER BY public_id LIMIT ?2"
        );
        let after = after.map(ExecutionId::stored);
        let after: &[u8] = after.as_ref().map_or(&[], |id| id);
        let read = |row: &dyn Row| read_execution(row);
        match namespace {
            None => self.all(ALL, &[after.into(), limit.into()], read),
            Some(namespace) => self.all(ONE, &[after.into(), limit.into(), namespace.into()], read),
        }
    }

    /// The kind of an execution.
    pub fn kind(&self, execution: i64) -> Result<String> {
        const SQL: &str = "SELECT kind FROM specification WHERE execution = ?1";
        Ok(self.first(SQL, &[execution.into()], |row| Ok(row.text(0)?.to_owned()))?.unwrap_or_default())
    }
}
