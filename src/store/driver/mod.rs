//! The seam between the engine and a SQLite: one small trait, its values and its rows.
//!
//! Invariant: nothing of `rusqlite` or of a host's SQL is seen above this folder, and transactions and savepoints are
//! scoped: `Ok` keeps, `Err` undoes. Absent on purpose: row ids handed back by SQLite (the engine counts its own) and
//! asynchronous calls (the engine never waits). Contract: storage.all-or-nothing.

mod embedded;
mod failing;
mod memory;
mod recording;
mod watching;

pub use embedded::{Durability, Embedded};
pub use failing::{Failing, Fault};
pub use memory::room_for;
pub use recording::Recording;
pub use watching::{Act, Watching};

use crate::error::{Code, Error, Result};

/// One bound parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
    /// A 64-bit integer; nothing stored or bound exceeds 2^53.
    Int(i64),
    /// UTF-8 text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        // Hosts that lend their SQL bind doubles.
        debug_assert!(value.unsigned_abs() <= 1 << 53, "{value} is more than a double holds exactly");
        Value::Int(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Blob(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Value::Blob(value)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// One result row, read by column number.
pub trait Row {
    /// The column as it is stored.
    fn value(&self, column: usize) -> Result<Value<'_>>;

    /// An integer that may be NULL.
    fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(value)),
            Value::Text(_) | Value::Blob(_) => Err(wrong_type(column, "an integer")),
        }
    }

    /// An integer.
    fn int(&self, column: usize) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| wrong_type(column, "an integer"))
    }

    /// A text that may be NULL.
    fn opt_text(&self, column: usize) -> Result<Option<&str>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value)),
            Value::Int(_) | Value::Blob(_) => Err(wrong_type(column, "a text")),
        }
    }

    /// A text.
    fn text(&self, column: usize) -> Result<&str> {
        self.opt_text(column)?.ok_or_else(|| wrong_type(column, "a text"))
    }

    /// Bytes that may be NULL, and for which there is memory.
    fn opt_blob(&self, column: usize) -> Result<Option<&[u8]>> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Blob(value) => room_for(value.len()).map(|()| Some(value)),
            Value::Int(_) | Value::Text(_) => Err(wrong_type(column, "bytes")),
        }
    }

    /// Bytes.
    fn blob(&self, column: usize) -> Result<&[u8]> {
        self.opt_blob(column)?.ok_or_else(|| wrong_type(column, "bytes"))
    }
}

#[cold]
fn wrong_type(column: usize, needed: &str) -> Error {
    Error::new(Code::Corruption, format!("a stored row holds no {needed} in column {column}"))
}

/// What reads one row of a query.
pub type Reader<'a> = &'a mut dyn FnMut(&dyn Row) -> Result<()>;

/// A body that a transaction or savepoint runs.
pub type Body<'a> = &'a mut dyn FnMut() -> Result<()>;

/// A SQLite database as the store sees it. Every method fails with a `storage.*` error.
pub trait Driver {
    /// Runs one statement that changes rows; answers how many.
    fn execute(&self, sql: &'static str, params: &[Value<'_>]) -> Result<u64>;

    /// Runs one statement that answers rows and reads each of them. The reader must not call the driver.
    fn query(&self, sql: &'static str, params: &[Value<'_>], reader: Reader<'_>) -> Result<()>;

    /// Runs a text of several statements, as a migration is.
    fn script(&self, sql: &str) -> Result<()>;

    /// Runs the body in a transaction: `Ok` commits, `Err` rolls back.
    fn transaction(&self, body: Body<'_>) -> Result<()>;

    /// Runs the body in a savepoint of the open transaction: `Ok` keeps, `Err` undoes what the body did.
    fn savepoint(&self, body: Body<'_>) -> Result<()>;

    /// The database was found to be ours: settles into it. Nothing may be changed in it before.
    fn adopt(&self) -> Result<()> {
        Ok(())
    }

    /// Looks for damage in one table and its indexes, as far as the SQLite behind it can; damage is `storage.damaged`.
    fn check(&self, _table: &str) -> Result<()> {
        Ok(())
    }

    /// Whether whoever else had this database open is gone, since its files let in one engine at a time.
    fn alone(&self) -> bool {
        false
    }

    /// Whether the storage was found full, and nothing has shown since that it no longer is.
    fn full(&self) -> bool {
        false
    }

    /// Moves what is written to its place, and makes room for what must still be written when the storage is full:
    /// `fill` is a statement that writes that much, and is undone. Fails with `storage.quota` when there is no room.
    fn reserve(&self, _fill: &'static str) -> Result<()> {
        Ok(())
    }

    /// Bytes of the database, without its log, and of its pages that hold nothing; where the SQLite behind it tells.
    fn bytes(&self) -> Result<(u64, u64)> {
        Ok((0, 0))
    }

    /// Gives pages that hold nothing back, at most so many bytes.
    fn compact(&self, _bytes_max: u64) -> Result<()> {
        Ok(())
    }

    /// Whether the transaction that was begun still exists: SQLite drops it by itself on a full disk and others.
    fn in_transaction(&self) -> bool;
}
