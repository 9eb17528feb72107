//! Execution ids: a partition tag and a UUID.
//!
//! Invariant: an id reads back as it was written, whatever its partition; we mint partition 0. Contract:
//! executions.id-form, executions.id-refused.

use crate::error::{Code, Error, Result};
use std::fmt;
use uuid::Uuid;

/// Bytes of a stored execution id: the partition index, big endian, and the UUID; so bytes order as ids do.
pub const STORED_BYTES: usize = 18;

/// Bytes of a UUID's text.
const UUID_BYTES: usize = 36;
/// Bytes of the longest execution id's text.
const TEXT_BYTES_MAX: usize = 47;

/// `{fp:N}:uuid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExecutionId {
    partition: u16,
    uuid: Uuid,
}

impl ExecutionId {
    /// An id in partition 0.
    pub const fn minted(uuid: Uuid) -> Self {
        Self { partition: 0, uuid }
    }

    /// Reads the text form; the refusal names `field` and says which of its three parts is wrong.
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        let refuse = |limit: &str| {
            let shown: String = text.chars().take(80).collect();
            Err(Error::argument(Code::InvalidInput, field, limit, format_args!("{shown:?}")))
        };
        let Some((index, uuid)) = text.strip_prefix("{fp:").and_then(|rest| rest.split_once("}:")) else {
            return refuse("an execution id of the form {fp:N}:uuid (missing tag)");
        };
        let digits = index.bytes().all(|byte| byte.is_ascii_digit()) && (index == "0" || !index.starts_with('0'));
        let Some(partition) = digits.then(|| index.parse().ok()).flatten() else {
            return refuse("a partition index from 0 to 65535 (bad partition index)");
        };
        let Some(uuid) = parse_uuid(uuid) else {
            return refuse("a hyphenated UUID after the tag (bad uuid)");
        };
        Ok(Self { partition, uuid })
    }

    /// The form in which it is stored.
    pub fn stored(&self) -> [u8; STORED_BYTES] {
        let mut bytes = [0; STORED_BYTES];
        bytes[..2].copy_from_slice(&self.partition.to_be_bytes());
        bytes[2..].copy_from_slice(self.uuid.as_bytes());
        bytes
    }

    /// Reads the stored form.
    pub fn of_stored(bytes: &[u8]) -> Result<Self> {
        let bytes: &[u8; STORED_BYTES] =
            bytes.try_into().map_err(|_| Error::new(Code::Corruption, "a stored execution id has a wrong length"))?;
        let mut uuid = [0; 16];
        uuid.copy_from_slice(&bytes[2..]);
        Ok(Self { partition: u16::from_be_bytes([bytes[0], bytes[1]]), uuid: Uuid::from_bytes(uuid) })
    }
}

impl ExecutionId {
    /// The text form.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(TEXT_BYTES_MAX);
        text.push_str("{fp:");
        if self.partition == 0 {
            text.push('0');
        } else {
            text.push_str(&self.partition.to_string());
        }
        text.push_str("}:");
        text.push_str(self.uuid.as_hyphenated().encode_lower(&mut [0; UUID_BYTES]));
        text
    }
}

impl fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// A UUID in its hyphenated form, in either case.
pub fn parse_uuid(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

/// A UUID from a stored row.
pub fn stored_uuid(bytes: &[u8]) -> Result<Uuid> {
    Uuid::from_slice(bytes).map_err(|_| Error::new(Code::Corruption, "a stored UUID has a wrong length"))
}

/// The hyphenated text of a UUID.
pub fn uuid_text(uuid: Uuid) -> String {
    uuid.as_hyphenated().encode_lower(&mut [0; UUID_BYTES]).to_owned()
}
/// A UUID that an argument may hold.
pub fn opt_uuid(field: &str, text: Option<&str>) -> Result<Option<Uuid>> {
    text.map(|text| required_uuid(field, text)).transpose()
}

/// A UUID that an argument must hold.
pub fn required_uuid(field: &str, text: &str) -> Result<Uuid> {
    parse_uuid(text).ok_or_else(|| {
        let shown = format!("{:?}", text.chars().take(80).collect::<String>());
        Error::argument(Code::InvalidInput, field, "a hyphenated UUID", shown)
    })
}
