//! Reading arguments from JSON, and saying which of them is wrong.
//!
//! `serde_json` tells where in the text it stopped; the path of that place is found by scanning up to it, so that the
//! fast way carries no path along and no struct is compiled twice.

use crate::error::{Code, Error, Result};
use crate::model::object::object;
use serde::de::DeserializeOwned;
use std::fmt::Write as _;

/// Reads arguments; a refusal names the field by its path.
pub fn read<T: DeserializeOwned>(args: &str) -> Result<T> {
    let mut source = serde_json::Deserializer::from_str(args);
    object(&mut source).and_then(|read| source.end().map(|()| read)).map_err(|e| {
        let at = offset(args, e.line(), e.column());
        refuse(&path_at(args, at), &e.to_string())
    })
}

/// A refusal from what serde says: "<found>, expected <limit>", unknown and missing fields between backticks.
#[cold]
fn refuse(path: &str, said: &str) -> Error {
    let said = said.rsplit_once(" at line ").map_or(said, |(said, _)| said);
    let of_field = ["unknown field `", "missing field `", "duplicate field `"].into_iter().find_map(|start| {
        let named = said.strip_prefix(start)?;
        named.split_once('`').map(|(name, _)| name)
    });
    let field = match (path, of_field) {
        ("", Some(named)) => named.to_owned(),
        ("", None) => "arguments".to_owned(),
        (path, Some(named)) => format!("{path}.{named}"),
        (path, None) => path.to_owned(),
    };
    let (found, limit) = match said.rsplit_once(", expected ") {
        Some((found, limit)) => (found, limit),
        None if said.starts_with("missing field") => ("nothing", "a value"),
        None => (said, "JSON as documented"),
    };
    let found = found.strip_prefix("invalid type: ").or(found.strip_prefix("invalid value: ")).unwrap_or(found);
    let limit = match limit {
        "i64" => "a whole number",
        "u32" => "a Uint8Array (in a batch: its place among the payloads)",
        limit => limit,
    };
    capability_refusal(&field, limit, found)
        .unwrap_or_else(|| Error::argument(Code::InvalidInput, &field, limit, found))
}

/// A set of capabilities that is no array of texts has a code and a detail of its own (lifecycle §3.1).
fn capability_refusal(field: &str, limit: &str, found: &str) -> Option<Error> {
    let (set, token) = field.split_once('[').map_or((field, false), |(set, _)| (set, true));
    let side = match set {
        "requiredCapabilities" => "required",
        "capabilities" => "worker",
        _ => return None,
    };
    let why = if token { "non_string_token" } else { "not_array" };
    let refusal = Error::argument(Code::InvalidCapabilities, field, limit, found);
    Some(refusal.with("detail", format!("{side}:{why}")))
}

/// The byte offset of a line and column, both counted from one, the column in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column).min(text.len())
}

/// One level of nesting: the key or index under way.
enum Level {
    Object { key: String, pending: Option<String> },
    Array { index: usize, begun: bool },
}

/// The path of the value that stands at or right before an offset.
fn path_at(text: &str, offset: usize) -> String {
    let bytes = &text.as_bytes()[..offset];
    let mut levels = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if let Some(Level::Array { begun, .. }) = levels.last_mut() {
            *begun |= !bytes[at].is_ascii_whitespace();
        }
        match bytes[at] {
            b'{' => levels.push(Level::Object { key: String::new(), pending: None }),
            b'[' => levels.push(Level::Array { index: 0, begun: false }),
            b'}' | b']' => {
                levels.pop();
            }
            b'"' => {
                let end = string_end(bytes, at + 1);
                if let Some(Level::Object { pending, .. }) = levels.last_mut() {
                    *pending = Some(String::from_utf8_lossy(&bytes[at + 1..end]).into_owned());
                }
                at = end;
            }
            b':' => {
                if let Some(Level::Object { key, pending }) = levels.last_mut() {
                    *key = pending.take().unwrap_or_default();
                }
            }
            b',' => match levels.last_mut() {
                Some(Level::Object { key, .. }) => key.clear(),
                Some(Level::Array { index, .. }) => *index += 1,
                None => {}
            },
            _ => {}
        }
        at += 1;
    }
    joined(&levels)
}

/// Where a string that begins at `start` ends: its closing quote, or the end of the text.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

fn joined(levels: &[Level]) -> String {
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Object { key, .. } if key.is_empty() => {}
            Level::Object { key, .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.extend(key.chars().take(80));
            }
            Level::Array { begun: false, .. } => {}
            Level::Array { index, .. } => {
                let _ = write!(path, "[{index}]");
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_that_of_the_value_at_or_before_the_offset() {
        let text = r#"{"a": {"b": [1, {"c\"d": true}]}, "e": 5}"#;
        for (upto, path) in [
            ("1", "a.b[0]"),
            ("true", r#"a.b[1].c\"d"#),
            ("]", "a.b"),
            ("5", "e"),
            ("}}", ""),
            ("\"e\"", ""),
            ("[", "a.b"),
        ] {
            let offset = text.find(upto).unwrap_or(text.len()) + upto.len();
            assert_eq!(path_at(text, offset.min(text.len())), path, "up to {upto}");
        }
    }
}
