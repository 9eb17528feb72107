//! What SQLite this is.

use crate::storage::database::Database;
use tidegate::Result;

/// The version of the SQLite that is linked in.
pub fn sqlite() -> Result<String> {
    const SQL: &str = "SELECT sqlite_version()";
    let mut version = String::new();
    Database::memory().driver()?.query(SQL, &[], &mut |row| {
        row.text(0)?.clone_into(&mut version);
        Ok(())
    })?;
    Ok(version)
}
