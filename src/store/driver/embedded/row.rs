//! The values of statements, as SQLite takes and gives them.

use super::failure;
use crate::error::{Code, Error, Result};
use crate::store::driver::{Row, Value};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

/// A row that was found.
pub(super) struct Columns<'a>(pub &'a rusqlite::Row<'a>);

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
