//! The memory that is left. An allocation that fails ends a WebAssembly instance; so who copies something large asks first.

use crate::error::{Code, Error, Result};
use std::hint::black_box;

/// What is smaller is not asked for.
const ASKED_MIN: usize = 1 << 20;

/// What has to stay beside it, for all that is small.
const SPARE: usize = 1 << 20;

/// Refuses to copy so many bytes where there is no memory for them.
pub fn room_for(bytes: usize) -> Result<()> {
    if bytes < ASKED_MIN {
        return Ok(());
    }
    let mut block = Vec::<u8>::new();
    // Taken and given back at once: the allocator has it then.
    let room = block.try_reserve_exact(bytes + SPARE);
    drop(black_box(block));
    room.map_err(|_| Error::argument(Code::StorageTooLarge, "payload", "memory for its bytes", bytes))
}
