//! Tags: the grammar of a key and the limits of a set. Contract: executions.tag-key, executions.tag-value.

use crate::error::{Code, Error, Result};
use crate::model::ground::argument;
use crate::model::ground::given::of_stored;
use std::collections::BTreeMap;

/// Most tags of one execution.
pub const TAGS_MAX: usize = 64;
/// Most bytes of a key.
pub const KEY_BYTES_MAX: usize = 256;
/// Most bytes of a value.
pub const VALUE_BYTES_MAX: usize = 1_024;

/// Checks a whole set of tags.
pub fn check(tags: &BTreeMap<String, String>) -> Result<()> {
    argument::at_most("tags", tags.len(), TAGS_MAX, "tags")?;
    for (key, value) in tags {
        check_key("tags", key)?;
        if value.len() > VALUE_BYTES_MAX {
            return check_value(&format!("tags.{key}"), value);
        }
    }
    Ok(())
}

/// Checks one value.
pub fn check_value(field: &str, value: &str) -> Result<()> {
    argument::text(field, value, VALUE_BYTES_MAX)
}

/// Checks one key: words of lower-case letters, digits and underscores joined by dots, the first beginning with a
/// letter.
pub fn check_key(field: &str, key: &str) -> Result<()> {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let sound = key.len() <= KEY_BYTES_MAX
        && key.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && key.split('.').all(word);
    if sound {
        return Ok(());
    }
    let shown: String = key.chars().take(80).collect();
    let limit = "a key like word.word_2 of lower-case letters, digits and underscores, at most 256 bytes";
    Err(Error::argument(Code::InvalidInput, field, limit, format_args!("{shown:?}")))
}

/// Tags as they are stored.
pub fn stored_tags(tags: Option<&str>) -> Result<BTreeMap<String, String>> {
    tags.map_or_else(|| Ok(BTreeMap::new()), |tags| of_stored(tags, "a set of stored tags"))
}
