//! Frames to be appended, alike between subjects.

use std::fmt::Write;

/// How long best-effort frames are told to live, in ms: short, so that some are trimmed soon.
pub const LOSSY_TTL_MS: i64 = 1_000;
/// Members of the document that patches add up to: a kilobyte.
pub const MEMBERS: u32 = 20;
/// Frames that a stream keeps at most.
pub const KEPT_MAX: u32 = 10_000;
/// The bytes of a frame that is no patch.
pub const FRAME: &[u8; 100] =
    b"The tide is in; 4711 boxes of herring were landed, 815 of them sold, and the rest goes by the 17:40.";

/// How frames are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// As long as there is room for them.
    Durable,
    /// Durable ones that patch the document of their stream.
    Summary,
    /// For a short while.
    Lossy,
}

/// Frames to append.
#[derive(Clone, Copy, Debug)]
pub struct Frames {
    /// How they are kept.
    pub sort: Sort,
    /// How many.
    pub count: u32,
    /// How many in one commit.
    pub batch: u32,
}

impl Frames {
    /// Durable ones.
    pub const fn durable(count: u32, batch: u32) -> Self {
        Self { sort: Sort::Durable, count, batch }
    }
}

/// The name and the value of the member that the `index`-th patch sets.
pub fn member(index: u32) -> (String, String) {
    let mut value = format!("boxes landed by {index:08}: ");
    // Writing to a text cannot fail.
    let _ = write!(value, "{:>12}", index % 1_000);
    (format!("berth-{:02}", index % MEMBERS), value)
}

/// The `index`-th patch.
pub fn patch(index: u32) -> Vec<u8> {
    let (name, value) = member(index);
    format!("{{\"{name}\":\"{value}\"}}").into_bytes()
}
