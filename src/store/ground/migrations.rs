//! The schema and its versions.
//!
//! Invariant: a migration is applied once, in one transaction with its record; a database with a migration that
//! this version does not know is refused untouched. Absent on purpose: `user_version`, which a host's SQL may not offer.

use super::squeeze::{squeezed, squeezed_len};
use crate::error::{Code, Error, Result};
use crate::store::driver::Driver;

/// The statements of a file.
macro_rules! sql {
    ($path:literal) => {{
        const BYTES: [u8; squeezed_len(include_str!($path))] = squeezed(include_str!($path));
        match str::from_utf8(&BYTES) {
            Ok(text) => text,
            // Whole characters stay whole: only comments and white space go.
            Err(_) => include_str!($path),
        }
    }};
}

/// Every migration, in order: its number, its name, its text.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "meta", sql!("../../../migrations/0001_meta.sql")),
    (2, "execution", sql!("../../../migrations/0002_execution.sql")),
    (3, "event", sql!("../../../migrations/0003_event.sql")),
    (4, "worker", sql!("../../../migrations/0004_worker.sql")),
    (5, "stream", sql!("../../../migrations/0005_stream.sql")),
    (6, "flow", sql!("../../../migrations/0006_flow.sql")),
    (7, "kind", sql!("../../../migrations/0007_kind.sql")),
    (8, "outcome", sql!("../../../migrations/0008_outcome.sql")),
    (9, "due", sql!("../../../migrations/0009_due.sql")),
    (10, "reads", sql!("../../../migrations/0010_reads.sql")),
    (11, "clock", sql!("../../../migrations/0011_clock.sql")),
    (12, "connection", sql!("../../../migrations/0012_connection.sql")),
];

/// Whether the database lacks migrations; one that has migrations which this version does not know is refused.
pub fn pending(db: &dyn Driver) -> Result<bool> {
    let applied = applied(db)?;
    if let Some(newer) = applied.iter().find(|number| MIGRATIONS.iter().all(|(known, ..)| known != *number)) {
        let known = MIGRATIONS.last().map_or(0, |(number, ..)| *number);
        let message = format!("the database has migration {newer}, this version knows up to {known}");
        return Err(Error::new(Code::StorageNewerSchema, message)
            .with_number("found", *newer)
            .with_number("known", known));
    }
    Ok(applied.len() < MIGRATIONS.len())
}

/// Brings the database to this version's schema; the caller makes one transaction of it.
pub fn migrate(db: &dyn Driver) -> Result<()> {
    const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT";
    const RECORD: &str = "INSERT INTO migration (number, name) VALUES (?1, ?2)";
    db.script(TABLE)?;
    let applied = applied(db)?;
    for (number, name, text) in MIGRATIONS.iter().filter(|(number, ..)| !applied.contains(number)) {
        db.script(text)?;
        db.execute(RECORD, &[(*number).into(), (*name).into()])?;
    }
    Ok(())
}

fn applied(db: &dyn Driver) -> Result<Vec<i64>> {
    // scan: the schema table is tiny, and ours is the first in it
    const OURS: &str = "SELECT 1 FROM sqlite_schema WHERE name = 'migration' LIMIT 1";
    const ANY: &str = "SELECT 1 FROM sqlite_schema LIMIT 1"; // scan: one row
    const NUMBERS: &str = "SELECT number FROM migration ORDER BY number"; // scan: one row per migration
    let found = |sql| {
        let mut found = false;
        db.query(sql, &[], &mut |_| {
            found = true;
            Ok(())
        })?;
        Ok(found)
    };
    let exists = found(OURS)?;
    if !exists && found(ANY)? {
        return Err(Error::new(Code::StorageDamaged, "the database has tables, but none of this engine"));
    }
    let mut numbers = Vec::new();
    if exists {
        db.query(NUMBERS, &[], &mut |row| {
            numbers.push(row.int(0)?);
            Ok(())
        })?;
    }
    Ok(numbers)
}
