//! Memory ahead of demand.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const PAGE: usize = 65_536;
const AHEAD_MIN: usize = 1 << 20;
const AHEAD_MAX: usize = 32 << 20;

/// Grows memory by an eighth after it has grown. The allocator asks for no more than it needs, often one page, and for
/// V8 each growth is a new buffer of the whole size, which sets off a garbage collection once that is tens of MB. What
/// is taken and given back here stays with the allocator: WebAssembly cannot shrink.
pub fn grow_ahead() {
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    let pages = core::arch::wasm32::memory_size(0);
    if pages == SEEN.load(Relaxed) {
        return;
    }
    let ahead = (pages * PAGE / 8).clamp(AHEAD_MIN, AHEAD_MAX);
    let mut block = Vec::<u8>::new();
    // Where memory has reached its end, the allocator goes on with what it has.
    let _ = block.try_reserve_exact(ahead);
    drop(black_box(block));
    SEEN.store(core::arch::wasm32::memory_size(0), Relaxed);
}
