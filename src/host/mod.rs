//! What the world lends: clock and entropy.
//!
//! Invariant: nothing outside this folder reads a clock or draws a random number.

mod clock;
mod entropy;
#[cfg(target_family = "wasm")]
mod joined;
#[cfg(target_family = "wasm")]
mod opfs;

pub use clock::{Clock, ManualClock, SystemClock};
pub use entropy::{Entropy, Mint, SeededEntropy, SystemEntropy};
#[cfg(target_family = "wasm")]
pub use opfs::Pool;
