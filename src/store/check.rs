//! Looking for damage, a table at a time.

use super::Store;
use crate::error::Result;

impl Store {
    /// Checks the table of this number and its indexes; answers whether there is a table after it.
    pub fn check(&self, number: usize) -> Result<bool> {
        // scan: the schema table is tiny
        const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid";
        let mut names = Vec::new();
        self.db.query(TABLES, &[], &mut |row| {
            names.push(row.text(0)?.to_owned());
            Ok(())
        })?;
        if let Some(name) = names.get(number) {
            self.db.check(name)?;
        }
        Ok(number + 1 < names.len())
    }
}
