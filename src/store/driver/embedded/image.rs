//! Bytes of a database file, before SQLite opens them.

use crate::error::{Code, Error, Result};

/// What every SQLite file begins with.
const HEADER: &[u8] = b"SQLite format 3\0";

/// Refuses bytes that are no SQLite file, or not all of one: SQLite itself takes missing bytes for zeros.
pub(super) fn check_whole(bytes: &[u8]) -> Result<()> {
    let number = |at: usize| bytes.get(at..at + 4).map(|four| four.iter().fold(0, |sum, b| sum << 8 | usize::from(*b)));
    let found = match (bytes.starts_with(HEADER), number(14), number(24), number(28), number(92)) {
        (true, Some(size), Some(changes), Some(pages), Some(counted)) => {
            // The size of a page has two bytes, of which 1 stands for 65 536.
            let page = if size & 0xffff == 1 { 65_536 } else { size & 0xffff };
            // The number of pages counts only if it is as old as the latest change.
            let whole =
                page > 0 && bytes.len().is_multiple_of(page) && (changes != counted || bytes.len() / page == pages);
            if whole {
                return Ok(());
            }
            format!("{} bytes of a SQLite file of {pages} pages of {page}", bytes.len())
        }
        _ => format!("{} bytes that do not begin as a SQLite file does", bytes.len()),
    };
    Err(Error::new(Code::StorageDamaged, format!("the file is not whole: {found}")))
}

/// Makes the bytes of a database say that no log belongs to them.
pub(super) fn rollback_header(bytes: &mut [u8]) {
    if let Some(versions) = bytes.get_mut(18..20) {
        versions.fill(1);
    }
}
