//! What every part of the model answers where a call is refused.

use serde_json::{Value, json};

/// A refusal with this code.
pub fn refused(code: &str) -> Value {
    json!({ "error": { "code": code } })
}
