//! Payload bytes on their way through a call: verbatim, never parsed, never copied into JSON.

use serde::{Serialize, Serializer};

/// Bytes of a payload. In JSON they stand as a number: their place in the list of byte arrays that goes with the text.
/// In JavaScript they are a `Uint8Array`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(type = "Uint8Array"))]
pub enum Bytes {
    /// The bytes themselves.
    Here(Vec<u8>),
    /// Their place in the list that goes with the JSON text.
    At(usize),
}

impl Bytes {
    /// The bytes; empty while they are not here.
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Self::Here(bytes) => bytes,
            Self::At(_) => &[],
        }
    }

    /// Whether they are left out of JSON: there are none, or they are here still.
    pub fn is_apart(bytes: &Option<Self>) -> bool {
        !matches!(bytes, Some(Self::At(_)))
    }

    /// Moves the bytes out into a list and keeps their place.
    pub fn detach(&mut self, list: &mut Vec<Vec<u8>>) {
        if let Self::Here(bytes) = self {
            list.push(std::mem::take(bytes));
            *self = Self::At(list.len() - 1);
        }
    }

    /// Fetches the bytes from the list; `None` when their place is not in it, or was named before.
    pub fn attach(&mut self, list: &mut [Option<Vec<u8>>]) -> Option<()> {
        if let Self::At(place) = self {
            *self = Self::Here(list.get_mut(*place)?.take()?);
        }
        Some(())
    }
}

/// No bytes.
impl Default for Bytes {
    fn default() -> Self {
        Self::Here(Vec::new())
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Here(bytes)
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        Self::Here(text.as_bytes().to_vec())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // Whoever only measures a text has them in it still.
            Self::Here(_) => serializer.serialize_unit(),
            Self::At(place) => serializer.serialize_u64(*place as u64),
        }
    }
}
