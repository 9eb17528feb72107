//! The rows that a search has yet to look at, in which order it does, and the cursor that says where it goes on.
//!
//! Rows are numbered as executions come to be, so their order is that of creation.

use super::argument::INTEGER_MAX;
use crate::error::{Code, Error, Result};

/// Rows yet to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The lowest of them.
    pub from: i64,
    /// The one above the highest of them.
    pub before: i64,
    /// Whether the lowest comes first.
    pub oldest_first: bool,
}

impl Span {
    /// Every row there may be.
    pub const fn all(oldest_first: bool) -> Self {
        Self { from: 0, before: INTEGER_MAX, oldest_first }
    }

    /// What comes after a row.
    #[must_use]
    pub fn after(self, row: i64) -> Self {
        if self.oldest_first {
            Self { from: self.from.max(row + 1), ..self }
        } else {
            Self { before: self.before.min(row), ..self }
        }
    }

    /// What comes up to a row.
    #[must_use]
    pub fn up_to(self, row: i64) -> Self {
        if self.oldest_first { Self { before: row + 1, ..self } } else { Self { from: row, ..self } }
    }

    /// The place of a row in the order.
    pub const fn place(self, row: i64) -> i64 {
        if self.oldest_first { row } else { -row }
    }
}

const CURSOR_PREFIX: &str = "x";

/// Reads the text form of the place after a row.
pub fn parse_cursor(field: &str, text: &str) -> Result<i64> {
    let digits = text.strip_prefix(CURSOR_PREFIX).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let row = digits.and_then(|digits| digits.parse().ok()).filter(|row| *row < INTEGER_MAX);
    row.ok_or_else(|| {
        let shown = format!("{:?}", text.chars().take(80).collect::<String>());
        Error::argument(Code::InvalidInput, field, "a cursor from an earlier answer", shown)
    })
}

/// The text form of the place after a row.
pub fn cursor_after(row: i64) -> String {
    format!("{CURSOR_PREFIX}{row}")
}

#[cfg(test)]
mod tests {
    use super::{Span, cursor_after, parse_cursor};

    #[test]
    fn a_span_narrows_in_its_order() {
        let newest = Span { from: 3, before: 9, oldest_first: false };
        assert_eq!(newest.after(6), Span { from: 3, before: 6, oldest_first: false });
        assert_eq!(newest.up_to(6), Span { from: 6, before: 9, oldest_first: false });
        let oldest = Span { oldest_first: true, ..newest };
        assert_eq!(oldest.after(6), Span { from: 7, before: 9, oldest_first: true });
        assert_eq!(oldest.up_to(6), Span { from: 3, before: 7, oldest_first: true });
        assert!(newest.place(5) < newest.place(4) && oldest.place(4) < oldest.place(5));
        assert_eq!([newest.after(20), oldest.after(1)], [newest, oldest]);
    }

    #[test]
    fn a_cursor_reads_back() {
        assert_eq!(parse_cursor("cursor", &cursor_after(7)).ok(), Some(7));
        for wrong in ["", "x", "7", "x-1", "x+1", "x1.0", "e7", "x9007199254740991", "x99999999999999999999"] {
            assert!(parse_cursor("cursor", wrong).is_err(), "{wrong}");
        }
    }
}
