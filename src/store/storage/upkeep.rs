//! What keeps the database well: looking for damage, a table at a time, and room for the day when the storage is full.

use crate::error::{Code, Error, Result};
use crate::store::Store;

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

    /// Makes room for completions and cancels on a full storage; answers whether there is room for more than that.
    pub fn reserve(&self) -> Result<bool> {
        const FILL: &str = "INSERT INTO reserve (bytes) VALUES (zeroblob(4194304))";
        match self.db.reserve(FILL) {
            Ok(()) => Ok(true),
            Err(e) if e.code() == Code::StorageQuota => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Gives pages that hold nothing back, at most so many bytes; answers how many bytes are left to give.
    pub fn compact(&self, bytes_max: u64) -> Result<u64> {
        self.db.compact(bytes_max)?;
        Ok(self.db.bytes()?.1)
    }

    /// Bytes of the database, and of its pages that hold nothing.
    pub fn bytes(&self) -> Result<(u64, u64)> {
        self.db.bytes()
    }

    /// Refuses what adds to the database while its storage is full, so that what is under way can end.
    pub fn refuse_when_full(&self) -> Result<()> {
        if !self.db.full() {
            return Ok(());
        }
        let message = "the storage is full: nothing is created until there is room; what was created can end";
        Err(Error::new(Code::StorageQuota, message))
    }
}
