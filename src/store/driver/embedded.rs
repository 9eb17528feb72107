//! The driver over the SQLite linked into the engine: bundled on native, `sqlite-wasm-rs` on wasm.
//!
//! Invariant: a statement is prepared once per connection and found again by the address of its text, so no text is
//! hashed on the way to SQLite. Absent on purpose: retries on busy; the connection is exclusive.

use super::{Body, Driver, Reader, Value};
use crate::error::{Code, Error, Result};
use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode, MAIN_DB, PrepFlags, Statement};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

mod flush;
mod image;
mod row;

use flush::flush_log;
use image::{check_whole, rollback_header};
use row::Columns;

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
    /// How a database in a file is written, once it was found to be ours; nothing for one in memory.
    durability: Option<Durability>,
    /// Set when there was no room, by the hook too.
    full: Arc<AtomicBool>,
    /// Whether the log has the room that is kept for a full storage.
    roomy: Cell<bool>,
}

/// What an answered call survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Power loss: each commit is flushed.
    Strict,
    /// The end of the process, of the tab or of the browser.
    Relaxed,
}

/// Pages in the write-ahead log at which it is copied into the database: half of the room that is kept for it.
const CHECKPOINT_PAGES: i32 = 500;

/// Lets pages that hold nothing be given back later, a few at a time; heard only before the first table is made.
const SHRINKABLE: &str = "PRAGMA auto_vacuum=INCREMENTAL";
/// Statements stay for as long as the connection: their memory is not taken from what SQLite keeps for short uses, which
/// they would fill for good (a fourteenth of the instructions of a claim and its completion).
const PERSISTENT: PrepFlags = PrepFlags::SQLITE_PREPARE_PERSISTENT;
/// Memory for pages: 16 MiB.
const CACHE: &str = "PRAGMA cache_size=-16384";

impl Embedded {
    /// A database in memory; it is gone when the driver is dropped.
    pub fn memory() -> Result<Self> {
        Self::memory_of(None)
    }

    /// A database in memory, empty or with the content of an image.
    pub fn memory_of(image: Option<&Self>) -> Result<Self> {
        let opened = Connection::open_in_memory().and_then(|new| new.execute_batch(SHRINKABLE).map(|()| new));
        let mut connection = opened.map_err(|e| failure(&e))?;
        fill(&mut connection, image)?;
        Self::prepared(connection, None)
    }

    /// A database in a file, owned by this connection alone.
    #[cfg(not(target_family = "wasm"))]
    pub fn file(path: &std::path::Path, durability: Durability) -> Result<Self> {
        Self::owned(Connection::open(path), durability, None)
    }

    /// A database in a file of a VFS, owned by this connection alone; an image goes into one that is empty.
    #[cfg(target_family = "wasm")]
    pub fn in_vfs(vfs: &str, file: &str, durability: Durability, image: Option<&Self>) -> Result<Self> {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_CREATE;
        Self::owned(Connection::open_with_flags_and_vfs(file, flags, vfs), durability, image)
    }

    /// The content of a database file, found to be whole, to be copied or looked at.
    pub fn image(mut bytes: Vec<u8>) -> Result<Self> {
        check_whole(&bytes)?;
        rollback_header(&mut bytes);
        let mut connection = Connection::open_in_memory().map_err(|e| failure(&e))?;
        connection.deserialize_read_exact(MAIN_DB, &*bytes, bytes.len(), false).map_err(|e| failure(&e))?;
        let image = Self::prepared(connection, None)?;
        image.quick_check("PRAGMA quick_check(1)")?;
        Ok(image)
    }

    fn owned(opened: rusqlite::Result<Connection>, durability: Durability, image: Option<&Self>) -> Result<Self> {
        let mut connection = opened.map_err(|e| failure(&e))?;
        connection.execute_batch("PRAGMA locking_mode=EXCLUSIVE;").map_err(|e| failure(&e))?;
        // Until the database is found to be ours, its files stay as they are, the log of a killed process too.
        let keep = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        connection.set_db_config(keep, true).map_err(|e| failure(&e))?;
        if image.is_some() {
            check_empty(&connection)?;
        }
        fill(&mut connection, image)?;
        let full = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&full);
        // SQLite's own hook answers a failed copy as a failed COMMIT, of what is committed. The next one copies it.
        let copy = move |log: &mut Wal, pages: i32| {
            if pages >= CHECKPOINT_PAGES {
                let copied = log.checkpoint();
                noted.store(copied.is_err_and(|e| failure(&e).code() == Code::StorageQuota), Ordering::Relaxed);
            }
            Ok(())
        };
        connection.wal_hook(Some(copy)).map_err(|e| failure(&e))?;
        let owned = Self::prepared(connection, Some(durability))?;
        Ok(Self { full, ..owned })
    }

    fn prepared(connection: Connection, durability: Option<Durability>) -> Result<Self> {
        connection
            .execute_batch("PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;")
            .and_then(|()| connection.execute_batch(CACHE))
            .map_err(|e| failure(&e))?;
        // A plan depends on its text alone; otherwise each new LIMIT prepares its statement again.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| failure(&e))?;
        let session = Session::new(connection, |_| Statements::default());
        Ok(Self { session, durability, full: Arc::default(), roomy: Cell::new(false) })
    }

    /// The whole database as one self-contained SQLite file.
    pub fn export(&self) -> Result<Vec<u8>> {
        let copied = || -> rusqlite::Result<Vec<u8>> {
            let mut copy = Connection::open_in_memory()?;
            Backup::new(self.session.borrow_owner(), &mut copy)?.step(-1)?;
            Ok(copy.serialize(MAIN_DB)?.to_vec())
        };
        let mut bytes = copied().map_err(|e| failure(&e))?;
        rollback_header(&mut bytes);
        Ok(bytes)
    }

    fn number(&self, sql: &str) -> Result<u64> {
        let read = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        self.session.borrow_owner().query_row(sql, [], read).map(i64::unsigned_abs).map_err(|e| failure(&e))
    }

    /// Writes into the log what is then undone: the log keeps the size it had.
    fn make_room(&self, fill: &'static str) -> Result<()> {
        if self.roomy.get() {
            return Ok(());
        }
        // What does not fit into a small cache is written before the transaction ends.
        self.script("PRAGMA cache_size=-64")?;
        let filled = self.control("BEGIN").and_then(|()| self.control(fill));
        let undone = if self.in_transaction() { self.control("ROLLBACK") } else { Ok(()) };
        self.script(CACHE)?;
        filled.and(undone)?;
        self.roomy.set(true);
        Ok(())
    }

    fn quick_check(&self, sql: &str) -> Result<()> {
        let found: String =
            self.session.borrow_owner().query_row(sql, [], |row| row.get(0)).map_err(|e| failure(&e))?;
        if found == "ok" {
            return Ok(());
        }
        Err(Error::new(Code::StorageDamaged, format!("the database is damaged: {found}")).with("found", found))
    }

    /// A commit that failed because its flush did lies in the log, whole: a commit of nothing takes its place there, or
    /// whoever opens the database after a kill may find it.
    #[cold]
    fn cover(&self, failed: Error) -> Result<()> {
        if failed.code() == Code::StorageIo && self.script("PRAGMA user_version=0").is_err() {
            let message =
                "the commit could neither be flushed nor be undone: an opening may find it, until the next commit";
            return Err(Error::new(Code::StorageUnknown, message));
        }
        Err(failed)
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
                    free.insert(connection.prepare_with_flags(sql, PERSISTENT).map_err(|e| failure(&e))?)
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
        let mut made = false;
        let outcome = self.scope(&mut || body().map(|()| made = true), "BEGIN", "COMMIT", &["ROLLBACK"]);
        let unflushed = made && self.durability == Some(Durability::Strict);
        let outcome = outcome.or_else(|e| if unflushed { self.cover(e) } else { Err(e) });
        if outcome.as_ref().is_err_and(|e| e.code() == Code::StorageQuota) && self.durability.is_some() {
            self.full.store(true, Ordering::Relaxed);
        }
        outcome
    }

    fn savepoint(&self, body: Body<'_>) -> Result<()> {
        self.scope(body, "SAVEPOINT operation", "RELEASE operation", &["ROLLBACK TO operation", "RELEASE operation"])
    }

    fn adopt(&self) -> Result<()> {
        let Some(durability) = self.durability else { return Ok(()) };
        // A database that is there already would be written to, each time.
        let is_new = self.number("PRAGMA page_count")? == 0;
        self.script(if is_new { SHRINKABLE } else { "" })?;
        let connection = self.session.borrow_owner();
        let mode = || -> rusqlite::Result<String> {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
            connection.execute_batch("PRAGMA page_size=4096;")?;
            let mode = connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
            connection.execute_batch(match durability {
                Durability::Strict => "PRAGMA synchronous=FULL;",
                Durability::Relaxed => "PRAGMA synchronous=NORMAL;",
            })?;
            Ok(mode)
        };
        let mode = mode().map_err(|e| failure(&e))?;
        if mode != "wal" {
            let message = format!("SQLite keeps no write-ahead log here, but a {mode} journal");
            return Err(Error::new(Code::StorageUnavailable, message));
        }
        if durability == Durability::Strict { flush_log(connection).map_err(|e| failure(&e)) } else { Ok(()) }
    }

    fn alone(&self) -> bool {
        self.durability.is_some()
    }

    fn check(&self, table: &str) -> Result<()> {
        self.quick_check(&format!("PRAGMA quick_check('{}')", table.replace('\'', "''")))
    }

    fn full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    fn reserve(&self, fill: &'static str) -> Result<()> {
        if self.durability.is_none() {
            return Ok(());
        }
        let outcome = self.script("PRAGMA wal_checkpoint(PASSIVE)").and_then(|()| self.make_room(fill));
        self.full.store(outcome.as_ref().is_err_and(|e| e.code() == Code::StorageQuota), Ordering::Relaxed);
        outcome
    }

    fn bytes(&self) -> Result<(u64, u64)> {
        let page = self.number("PRAGMA page_size")?;
        Ok((self.number("PRAGMA page_count")? * page, self.number("PRAGMA freelist_count")? * page))
    }

    fn compact(&self, bytes_max: u64) -> Result<()> {
        let pages = (bytes_max / self.number("PRAGMA page_size")?.max(1)).max(1);
        self.script(&format!("PRAGMA incremental_vacuum({pages})"))?;
        // The file itself becomes shorter when the log is copied into it.
        if self.durability.is_some() { self.script("PRAGMA wal_checkpoint(PASSIVE)") } else { Ok(()) }
    }

    fn in_transaction(&self) -> bool {
        !self.session.borrow_owner().is_autocommit()
    }
}

/// An image goes only where there is no table: one that was copied in part, before its tab was closed, left none.
fn check_empty(connection: &Connection) -> Result<()> {
    let count = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    if count.map_err(|e| failure(&e))? == 0 {
        return Ok(());
    }
    let limit = "a name that holds no database yet";
    Err(Error::argument(Code::InvalidInput, "import", limit, "one under this name"))
}

/// Copies an image into a database that holds nothing yet.
fn fill(connection: &mut Connection, image: Option<&Embedded>) -> Result<()> {
    let Some(image) = image else { return Ok(()) };
    let mut copied = || Backup::new(image.session.borrow_owner(), connection)?.step(-1).map(|_| ());
    copied().map_err(|e| failure(&e))
}

/// The typed error for a failure of SQLite.
#[cold]
fn failure(error: &rusqlite::Error) -> Error {
    // In a browser a disk that is full takes less than it is given, and says no more about it.
    let short_write = cfg!(target_family = "wasm")
        && error.sqlite_error().is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_IOERR_WRITE);
    let code = match error.sqlite_error_code() {
        Some(_) if short_write => Code::StorageQuota,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Code::StorageTaken,
        Some(ErrorCode::DiskFull) => Code::StorageQuota,
        Some(ErrorCode::OutOfMemory) => Code::StorageTooLarge,
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
