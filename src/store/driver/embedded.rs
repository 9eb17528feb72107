//! The driver over the SQLite linked into the engine: bundled on native, `sqlite-wasm-rs` on wasm.
//!
//! Invariant: a statement is prepared once per connection and found again by the address of its text, so no text is
//! hashed on the way to SQLite. Absent on purpose: retries on busy; the connection is exclusive.

use super::{Body, Driver, Reader, Row, Value};
use crate::error::{Code, Error, Result};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement, ToSql};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Address and length of a statement's text.
type Key = (usize, usize);

#[derive(Default)]
struct Statements<'c>(RefCell<FxHashMap<Key, Statement<'c>>>);

self_cell::self_cell!(
    struct Session {
        owner: Connection,
        #[not_covariant]
        dependent: Statements,
    }
);

/// Embedded SQLite behind the [`Driver`] seam.
pub struct Embedded {
    session: Session,
    /// What makes a database ours: run once it was found to be.
    settings: String,
}

impl Embedded {
    /// A database in memory; it is gone when the driver is dropped.
    pub fn memory() -> Result<Self> {
        Self::prepared(Connection::open_in_memory().map_err(|e| failure(&e))?, String::new())
    }

    /// A database in a file, owned by this connection alone. `strict`: an answered call survives power loss; otherwise
    /// it survives the end of the process.
    #[cfg(not(target_family = "wasm"))]
    pub fn file(path: &std::path::Path, strict: bool) -> Result<Self> {
        let connection = Connection::open(path).map_err(|e| failure(&e))?;
        let synchronous = if strict { "FULL" } else { "NORMAL" };
        let settings = format!("PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};");
        connection.execute_batch("PRAGMA locking_mode=EXCLUSIVE;").map_err(|e| failure(&e))?;
        Self::prepared(connection, settings)
    }

    fn prepared(connection: Connection, settings: String) -> Result<Self> {
        connection
            .execute_batch(
                "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; PRAGMA trusted_schema=OFF;",
            )
            .map_err(|e| failure(&e))?;
        // A plan depends on its text alone; otherwise each new LIMIT prepares its statement again.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| failure(&e))?;
        Ok(Self { session: Session::new(connection, |_| Statements::default()), settings })
    }

    fn with<T>(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        run: impl FnOnce(&mut Statement<'_>) -> Result<T>,
    ) -> Result<T> {
        self.session.with_dependent(|connection, statements| {
            let mut statements = statements.0.try_borrow_mut().map_err(|_| {
                Error::new(Code::InvariantBroken, "a statement was run while another one was being read")
            })?;
            let key = (sql.as_ptr().addr(), sql.len());
            let statement = match statements.entry(key) {
                std::collections::hash_map::Entry::Occupied(found) => found.into_mut(),
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(connection.prepare(sql).map_err(|e| failure(&e))?)
                }
            };
            for (index, value) in params.iter().enumerate() {
                statement.raw_bind_parameter(index + 1, value).map_err(|e| failure(&e))?;
            }
            run(statement)
        })
    }

    fn control(&self, sql: &'static str) -> Result<()> {
        self.with(sql, &[], |statement| statement.raw_execute().map(|_| ()).map_err(|e| failure(&e)))
    }

    fn scope(&self, body: Body<'_>, begin: &'static str, keep: &'static str, undo: &[&'static str]) -> Result<()> {
        self.control(begin)?;
        let outcome = body().and_then(|()| self.control(keep));
        if outcome.is_err() && self.in_transaction() {
            // What failed first is what the caller hears of.
            let _ = undo.iter().try_for_each(|statement| self.control(statement));
        }
        outcome
    }
}

impl Driver for Embedded {
    fn execute(&self, sql: &'static str, params: &[Value<'_>]) -> Result<u64> {
        self.with(sql, params, |statement| {
            statement.raw_execute().map(|changed| changed as u64).map_err(|e| failure(&e))
        })
    }

    fn query(&self, sql: &'static str, params: &[Value<'_>], reader: Reader<'_>) -> Result<()> {
        self.with(sql, params, |statement| {
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(|e| failure(&e))? {
                reader(&Columns(row))?;
            }
            Ok(())
        })
    }

    fn script(&self, sql: &str) -> Result<()> {
        self.session.borrow_owner().execute_batch(sql).map_err(|e| failure(&e))
    }

    fn transaction(&self, body: Body<'_>) -> Result<()> {
        self.scope(body, "BEGIN", "COMMIT", &["ROLLBACK"])
    }

    fn savepoint(&self, body: Body<'_>) -> Result<()> {
        self.scope(body, "SAVEPOINT operation", "RELEASE operation", &["ROLLBACK TO operation", "RELEASE operation"])
    }

    fn adopt(&self) -> Result<()> {
        self.script(&self.settings)
    }

    fn in_transaction(&self) -> bool {
        !self.session.borrow_owner().is_autocommit()
    }
}

struct Columns<'a>(&'a rusqlite::Row<'a>);

impl Row for Columns<'_> {
    fn value(&self, column: usize) -> Result<Value<'_>> {
        match self.0.get_ref(column).map_err(|e| failure(&e))? {
            ValueRef::Null => Ok(Value::Null),
            ValueRef::Integer(value) => Ok(Value::Int(value)),
            ValueRef::Text(value) => std::str::from_utf8(value)
                .map(Value::Text)
                .map_err(|_| Error::new(Code::Corruption, format!("column {column} of a stored row is not UTF-8"))),
            ValueRef::Blob(value) => Ok(Value::Blob(value)),
            ValueRef::Real(_) => {
                Err(Error::new(Code::Corruption, format!("column {column} of a stored row is not of its type")))
            }
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// The typed error for a failure of SQLite.
#[cold]
fn failure(error: &rusqlite::Error) -> Error {
    let code = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Code::StorageTaken,
        Some(ErrorCode::DiskFull) => Code::StorageQuota,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Code::StorageDamaged,
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Code::StorageUnavailable,
        Some(ErrorCode::ConstraintViolation | ErrorCode::ApiMisuse | ErrorCode::TypeMismatch) | None => {
            Code::InvariantBroken
        }
        Some(_) => Code::StorageIo,
    };
    // The text of a statement says nothing to a caller.
    let said = if let rusqlite::Error::SqlInputError { msg, .. } = error { msg.clone() } else { error.to_string() };
    Error::new(code, format!("SQLite: {said}"))
}
