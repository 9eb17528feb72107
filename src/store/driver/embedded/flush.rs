//! Flushing what an earlier connection left in the log.
//!
//! Invariant: afterwards no loss of power takes what was found there. Absent on purpose: copying the log, for which a
//! full storage may have no room. Contract: storage.power-loss.
#![expect(unsafe_code, reason = "SQLite hands out the file of its log through C alone")]

use rusqlite::ffi::{SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_OK, SQLITE_SYNC_NORMAL, sqlite3_file, sqlite3_file_control};
use rusqlite::{Connection, MAIN_DB, ffi};
use std::ptr::{from_mut, null_mut};

/// Flushes the log: a process that ended between writing a commit and flushing it left one that is found, and told of,
/// by whoever opens the database next.
pub fn flush_log(connection: &Connection) -> rusqlite::Result<()> {
    let mut log: *mut sqlite3_file = null_mut();
    // SAFETY: the connection is open; SQLite fills in the file of its log, which has no methods while it is closed and
    // stays open for as long as the connection, that nobody else uses.
    let code = unsafe {
        let asked = from_mut(&mut log).cast();
        match sqlite3_file_control(connection.handle(), MAIN_DB.as_ptr(), SQLITE_FCNTL_JOURNAL_POINTER, asked) {
            SQLITE_OK => match log.as_ref().and_then(|file| file.pMethods.as_ref()).and_then(|methods| methods.xSync) {
                Some(sync) => sync(log, SQLITE_SYNC_NORMAL),
                None => SQLITE_OK,
            },
            refused => refused,
        }
    };
    if code == SQLITE_OK { Ok(()) } else { Err(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)) }
}
