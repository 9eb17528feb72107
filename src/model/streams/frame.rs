//! The ids of frames and the cursors that readers name them by.
//!
//! Invariant: ids strictly rise within a stream. The milliseconds in one are those of its append, or of the frame
//! before it where engine time stood behind that: a name, not an instant. Contract: streams.ids, streams.bounds,
//! streams.cursors.

use crate::error::{Code, Error, Result};
use crate::model::ground::argument::INTEGER_MAX;

/// Most bytes of a frame.
pub const FRAME_BYTES_MAX: usize = 65_536;

/// The id of a frame: `<ms>-<seq>`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameId {
    /// When it was appended, in Unix ms, unless that would lead back.
    pub ms: i64,
    /// Its number among those of this millisecond, from 0.
    pub seq: i64,
}

impl FrameId {
    /// Before every frame: no frame has this id.
    pub const FIRST: Self = Self { ms: 0, seq: 0 };
    /// After every frame.
    pub const LAST: Self = Self { ms: INTEGER_MAX, seq: INTEGER_MAX };

    /// The text form.
    pub fn text(self) -> String {
        format!("{}-{}", self.ms, self.seq)
    }

    /// The smallest id after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { ms: self.ms, seq: self.seq + 1 }
    }
}

/// A place in a stream, as a reader names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameCursor {
    /// Before the first frame.
    Start,
    /// After the last frame.
    End,
    /// A millisecond.
    Ms(i64),
    /// A frame.
    Id(FrameId),
}

impl FrameCursor {
    /// Reads `start`, `end`, `<ms>` or `<ms>-<seq>`.
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        match text {
            "start" => Ok(Self::Start),
            "end" => Ok(Self::End),
            "" => Err(refused(field, "empty", "a cursor", text)),
            "-" | "+" => Err(refused(field, "bare_marker", "start or end instead of a bare marker", text)),
            _ => of_numbers(text).ok_or_else(|| refused(field, "malformed", "start, end, <ms> or <ms>-<seq>", text)),
        }
    }

    /// Reads `<ms>`, which is `<ms>-0`, or `<ms>-<seq>`.
    pub fn parse_concrete(field: &str, text: &str) -> Result<FrameId> {
        match Self::parse(field, text)? {
            Self::Ms(ms) => Ok(FrameId { ms, seq: 0 }),
            Self::Id(id) => Ok(id),
            Self::Start | Self::End => {
                Err(refused(field, "not_concrete", "<ms> or <ms>-<seq>; 0-0 is the beginning", text))
            }
        }
    }

    /// The first frame that it lets in as a lower bound.
    pub const fn lower(self) -> FrameId {
        match self {
            Self::Start => FrameId::FIRST,
            Self::End => FrameId::LAST,
            Self::Ms(ms) => FrameId { ms, seq: 0 },
            Self::Id(id) => id,
        }
    }

    /// The last frame that it lets in as an upper bound.
    pub const fn upper(self) -> FrameId {
        match self {
            Self::Start => FrameId::FIRST,
            Self::End => FrameId::LAST,
            Self::Ms(ms) => FrameId { ms, seq: INTEGER_MAX },
            Self::Id(id) => id,
        }
    }
}

fn of_numbers(text: &str) -> Option<FrameCursor> {
    match text.split_once('-') {
        None => number(text).map(FrameCursor::Ms),
        Some((ms, seq)) => Some(FrameCursor::Id(FrameId { ms: number(ms)?, seq: number(seq)? })),
    }
}

/// What is larger than any id stands for the largest.
fn number(digits: &str) -> Option<i64> {
    let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse::<u64>().ok().map(|number| i64::try_from(number).unwrap_or(INTEGER_MAX).min(INTEGER_MAX - 1))
}

#[cold]
fn refused(field: &str, detail: &str, limit: &str, text: &str) -> Error {
    let shown = format!("{:?}", text.chars().take(80).collect::<String>());
    Error::argument(Code::InvalidInput, field, limit, shown).with("detail", format_args!("{detail}_cursor"))
}
