//! What is due: the front of the due index.

use super::Store;
use crate::error::Result;
use crate::model::due::{DueKey, DueKind};
use crate::model::frontier::Head;

impl Store {
    /// The first due action, whenever it is.
    pub fn first_due(&mut self) -> Result<Option<DueKey>> {
        const SQL: &str = "SELECT due_at, due_kind, id FROM execution WHERE due_at IS NOT NULL \
             ORDER BY due_at, due_kind, id LIMIT ?1"; // scan: ordered by its partial index, and limited
        if self.due.head() == Head::Unknown {
            let keys = self.all(SQL, &[i64::from(self.due.wanted()).into()], |row| {
                Ok(DueKey { at: row.int(0)?, kind: DueKind::of_number(row.int(1)?)?, row: row.int(2)? })
            })?;
            self.due.fill(keys);
        }
        Ok(match self.due.head() {
            Head::At(key) => Some(key),
            Head::Empty | Head::Unknown => None,
        })
    }
}
