//! That subjects did the same: a lap in which one found less or more than the other is no lap.

use tidegate::{Code, Error, Result};

/// Fails where a subject found less or more than there is.
pub fn agree(what: &str, found: u32, wanted: u32) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::new(Code::InvariantBroken, format!("{found} {what} where {wanted} were wanted")))
}
