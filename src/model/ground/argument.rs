//! Checks that arguments share: names, texts, numbers, payload sizes.
//!
//! Invariant: a refusal names the field, the limit and what was found. Only a page's limit and a priority are clamped,
//! as they are documented to be. Contract: limits.inclusive, limits.numbers.

use super::given::reads;
use crate::error::{Code, Error, Result};

/// The namespace of what names none.
pub const NAMESPACE_DEFAULT: &str = "default";
/// Largest whole number that JavaScript represents exactly: 2^53 − 1.
pub const INTEGER_MAX: i64 = 9_007_199_254_740_991;
/// Most bytes of a name: namespace, worker, instance, kind, creator, idempotency key, request id.
pub const NAME_BYTES_MAX: usize = 256;
/// Most bytes of a lane id.
pub const LANE_BYTES_MAX: usize = 64;
/// Most bytes of a reason, a failure message or its detail.
pub const REASON_BYTES_MAX: usize = 65_536;
/// Most bytes of a progress message.
pub const PROGRESS_BYTES_MAX: usize = 4_096;
/// Longest page of a listing.
pub const PAGE_MAX: i64 = 1_000;
/// The page of a listing that names no limit.
pub const PAGE_DEFAULT: i64 = 100;
/// Last instant that is accepted: the end of the year 9999, in Unix ms.
pub const INSTANT_MAX: i64 = 253_402_300_799_999;

/// Limits that are set when the engine is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of an input, a result or a step result.
    pub payload_bytes_max: usize,
    /// For how long what is over is kept.
    pub retention: Retention,
    /// Whether engine time goes back with the host's clock; where nothing is set, with the host's own and not with one
    /// that somebody lends.
    pub follows_clock: Option<bool>,
}

/// For how long what is over is kept; for ever where nothing is set. Contract: limits.inclusive, limits.numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Executions that name no retention of their own: how long after their end, in ms.
    pub executions_ms: Option<i64>,
    /// Events: how long after they happened, in ms.
    pub events_ms: Option<i64>,
}

reads!(Retention { executions_ms, events_ms });

/// The payload limit unless another one is set, in bytes.
pub const PAYLOAD_BYTES_DEFAULT: usize = 1 << 20;
/// The largest payload limit that may be set, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 16 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self { payload_bytes_max: PAYLOAD_BYTES_DEFAULT, retention: Retention::default(), follows_clock: None }
    }
}

impl Limits {
    /// Checks the limits themselves.
    pub fn check(&self) -> Result<()> {
        opt_number("retention.executionsMs", self.retention.executions_ms, 0, INSTANT_MAX)?;
        opt_number("retention.eventsMs", self.retention.events_ms, 0, INSTANT_MAX)?;
        if (1..=PAYLOAD_BYTES_MAX).contains(&self.payload_bytes_max) {
            return Ok(());
        }
        let bounds = (1, bound(PAYLOAD_BYTES_MAX));
        Err(Error::measured(Code::InvalidInput, "payloadBytesMax", bounds, self.payload_bytes_max, "bytes"))
    }

    /// Checks the bytes of a payload.
    pub fn payload(&self, field: &str, bytes: &[u8]) -> Result<()> {
        if bytes.len() <= self.payload_bytes_max {
            return Ok(());
        }
        let bounds = (0, bound(self.payload_bytes_max));
        Err(Error::measured(Code::PayloadTooLarge, field, bounds, bytes.len(), "bytes"))
    }
}

/// A name: 1 to 256 bytes without control characters.
pub fn name(field: &str, value: &str) -> Result<()> {
    text_of(field, value, 1, NAME_BYTES_MAX)?;
    // Almost every name is plain, and a claim may bring a thousand.
    let is_plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !is_plain && let Some(found) = value.chars().find(|c| c.is_control()) {
        let found = format!("{found:?}");
        return Err(Error::argument(Code::InvalidInput, field, "a name without control characters", found));
    }
    Ok(())
}

/// An optional [`name`].
pub fn opt_name(field: &str, value: Option<&str>) -> Result<()> {
    value.map_or(Ok(()), |value| name(field, value))
}

/// An encoding makes no sense without the bytes it is about.
pub fn beside(field: &str, value: Option<&str>, bytes: &str) -> Result<()> {
    match value {
        None => Ok(()),
        Some(_) => Err(Error::argument(Code::InvalidInput, field, &format!("bytes in {bytes} beside it"), "none")),
    }
}

/// A text of at most so many bytes.
pub fn text(field: &str, value: &str, bytes_max: usize) -> Result<()> {
    text_of(field, value, 0, bytes_max)
}

/// A lane id: 1 to 64 bytes of printable ASCII.
pub fn lane(field: &str, value: &str) -> Result<()> {
    text_of(field, value, 1, LANE_BYTES_MAX)?;
    match value.bytes().position(|byte| !(0x20..=0x7e).contains(&byte)) {
        None => Ok(()),
        Some(offset) => {
            let found = format!("byte {:#04x} at offset {offset}", value.as_bytes()[offset]);
            Err(Error::argument(Code::InvalidInput, field, "printable ASCII only", found))
        }
    }
}

/// A whole number in a range, bounds included.
pub fn number(field: &str, value: i64, min: i64, max: i64) -> Result<()> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(Error::measured(Code::InvalidInput, field, (min, max), value, ""))
}

/// An optional [`number`].
pub fn opt_number(field: &str, value: Option<i64>, min: i64, max: i64) -> Result<()> {
    value.map_or(Ok(()), |value| number(field, value, min, max))
}

/// An instant, in Unix ms: from 1970 to the end of the year 9999.
pub fn opt_instant(field: &str, value: Option<i64>) -> Result<()> {
    opt_number(field, value, 0, INSTANT_MAX)
}

/// The limit of a page: 0 to [`PAGE_MAX`] as asked for, larger ones are capped; [`PAGE_DEFAULT`] when left out.
pub fn page(field: &str, limit: Option<i64>) -> Result<i64> {
    opt_number(field, limit, 0, INTEGER_MAX)?;
    Ok(limit.unwrap_or(PAGE_DEFAULT).min(PAGE_MAX))
}

/// How many of something are given, at most.
pub fn at_most(field: &str, found: usize, max: usize, unit: &str) -> Result<()> {
    between(field, found, (0, max), unit)
}

/// How many of something are given, bounds included.
pub fn between(field: &str, found: usize, (min, max): (usize, usize), unit: &str) -> Result<()> {
    if (min..=max).contains(&found) {
        return Ok(());
    }
    Err(Error::measured(Code::InvalidInput, field, (bound(min), bound(max)), found, unit))
}

fn bound(bound: usize) -> i64 {
    i64::try_from(bound).unwrap_or(i64::MAX)
}

/// What a listing found, asked for one more than its page holds: the page, and whether more remain.
pub fn page_of<T>(mut found: Vec<T>, limit: i64) -> (Vec<T>, bool) {
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > page;
    found.truncate(page);
    (found, more)
}

/// As [`page_of`], with the cursor that the next page begins behind: that of the last row, where more remain.
pub fn page_after<T>(found: Vec<T>, limit: i64, cursor: impl FnOnce(&T) -> Option<String>) -> (Vec<T>, Option<String>) {
    let (found, more) = page_of(found, limit);
    let next = found.last().filter(|_| more).and_then(cursor);
    (found, next)
}

/// A text of so many bytes.
pub fn text_of(field: &str, value: &str, bytes_min: usize, bytes_max: usize) -> Result<()> {
    between(field, value.len(), (bytes_min, bytes_max), "bytes")
}
