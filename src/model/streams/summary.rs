//! The document that the summary frames of an attempt add up to: JSON merge patches (RFC 7396), applied in order.
//!
//! Invariant: the document's root is an object, it nests no deeper than a patch may, and the text that stands for null
//! in a patch is never in it. Of members that are given twice the last counts. Absent on purpose: the library's own
//! reader and writer of JSON, which would make the module 10 KB larger, compressed; ours stand in for them. Contract:
//! streams.patch, streams.patch-null, streams.patch-malformed.

use crate::error::{Code, Error, Result};
use crate::model::ground::given::stored;
use crate::model::ground::json::Given;
use serde_json::{Number, Value};
use std::borrow::Cow;

/// Deepest nesting of objects and arrays in a patch, its root included.
pub const DEPTH_MAX: usize = 16;

/// What a patch writes for a member that is to be null, since null itself takes the member away.
const NULL: &str = "__ff_null__";

/// Checks a patch.
pub fn check(field: &str, patch: &[u8]) -> Result<()> {
    let read = read(patch).map_err(|found| refused(field, "a merge patch in JSON", &found))?;
    if !matches!(read, Given::Object(_)) {
        return Err(refused(field, "a merge patch whose root is an object", "another value"));
    }
    if !is_within(&read, DEPTH_MAX) {
        let limit = format!("a merge patch nested at most {DEPTH_MAX} deep");
        return Err(refused(field, &limit, "a deeper one"));
    }
    Ok(())
}

/// The document after a checked patch; an empty object is patched where there is none yet.
pub fn patched(document: Option<&str>, patch: &[u8]) -> Result<String> {
    let mut merged = value(stored(document.unwrap_or("{}"), "a stored summary")?);
    json_patch::merge(&mut merged, &value(read(patch).unwrap_or(Given::Null)));
    serde_json::to_string(&given(&merged)).map_err(|e| Error::new(Code::InvariantBroken, format!("a summary: {e}")))
}

/// The tree of a patch, or why it is none.
fn read(patch: &[u8]) -> Result<Given<'_>, String> {
    let text = std::str::from_utf8(patch).map_err(|e| e.to_string())?;
    Given::of_json(text).map_err(|e| e.details().get("found").unwrap_or_default().to_owned())
}

/// A tree as the library takes it.
fn value(given: Given<'_>) -> Value {
    match given {
        Given::Null => Value::Null,
        Given::Bool(value) => Value::Bool(value),
        Given::Int(number) => Value::Number(number.into()),
        Given::Large(number) => Value::Number(number.into()),
        Given::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        Given::Text(text) => Value::String(text.into_owned()),
        Given::List(items) => Value::Array(items.into_iter().map(value).collect()),
        Given::Object(members) => {
            Value::Object(members.into_iter().map(|(name, member)| (name.into_owned(), value(member))).collect())
        }
    }
}

/// The tree to be stored: what stands for null is null.
fn given(value: &Value) -> Given<'_> {
    match value {
        Value::Null => Given::Null,
        Value::Bool(value) => Given::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Given::Int(number),
            (None, Some(number)) => Given::Large(number),
            (None, None) => number.as_f64().map_or(Given::Null, Given::Float),
        },
        Value::String(text) if text == NULL => Given::Null,
        Value::String(text) => Given::Text(Cow::Borrowed(text)),
        Value::Array(items) => Given::List(items.iter().map(given).collect()),
        Value::Object(members) => {
            Given::Object(members.iter().map(|(name, member)| (Cow::Borrowed(name.as_str()), given(member))).collect())
        }
    }
}

fn is_within(value: &Given<'_>, depth: usize) -> bool {
    match value {
        Given::List(items) => depth > 0 && items.iter().all(|item| is_within(item, depth - 1)),
        Given::Object(members) => depth > 0 && members.iter().all(|(_, member)| is_within(member, depth - 1)),
        Given::Null | Given::Bool(_) | Given::Int(_) | Given::Large(_) | Given::Float(_) | Given::Text(_) => true,
    }
}

#[cold]
fn refused(field: &str, limit: &str, found: &str) -> Error {
    Error::argument(Code::InvalidInput, field, limit, found)
}
