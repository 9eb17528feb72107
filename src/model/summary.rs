//! The document that the summary frames of an attempt add up to: JSON merge patches (RFC 7396), applied in order.
//!
//! Invariant: the document's root is an object, it nests no deeper than a patch may, and the text that stands for null
//! in a patch is never in it. Spec: lifecycle §17.3.

use crate::error::{Code, Error, Result};
use serde_json::Value;

/// Deepest nesting of objects and arrays in a patch, its root included.
pub const DEPTH_MAX: usize = 16;

/// What a patch writes for a member that is to be null, since null itself takes the member away.
const NULL: &str = "__ff_null__";

/// A checked patch.
pub struct Patch(Value);

impl Patch {
    /// Reads a patch.
    pub fn parse(field: &str, bytes: &[u8]) -> Result<Self> {
        let patch: Value =
            serde_json::from_slice(bytes).map_err(|e| refused(field, "a merge patch in JSON", &e.to_string()))?;
        if !patch.is_object() {
            return Err(refused(field, "a merge patch whose root is an object", "another value"));
        }
        if !is_within(&patch, DEPTH_MAX) {
            let limit = format!("a merge patch nested at most {DEPTH_MAX} deep");
            return Err(refused(field, &limit, "a deeper one"));
        }
        Ok(Self(patch))
    }

    /// The document after this patch; an empty object is patched where there is none yet.
    pub fn apply(&self, document: Option<&str>) -> Result<String> {
        let read = |text| {
            serde_json::from_str(text)
                .map_err(|e| Error::new(Code::Corruption, format!("a stored summary cannot be read: {e}")))
        };
        let mut document = read(document.unwrap_or("{}"))?;
        json_patch::merge(&mut document, &self.0);
        put_nulls(&mut document);
        Ok(document.to_string())
    }
}

fn is_within(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|item| is_within(item, depth - 1)),
        Value::Object(members) => depth > 0 && members.values().all(|member| is_within(member, depth - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn put_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(put_nulls),
        Value::Object(members) => members.values_mut().for_each(put_nulls),
        Value::String(text) if text == NULL => *value = Value::Null,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cold]
fn refused(field: &str, limit: &str, found: &str) -> Error {
    Error::argument(Code::InvalidInput, field, limit, found)
}
