//! Randomness from the host, and the ids minted from it.

use uuid::{Builder, Uuid};

/// A source of random numbers.
pub trait Entropy {
    /// 64 random bits.
    fn number(&mut self) -> u64;
}

/// The host's secure randomness, drawn in blocks: on wasm each draw is a call out of the module.
#[derive(Debug, Default)]
pub struct SystemEntropy {
    numbers: Vec<u64>,
}

/// Numbers in a block; natively a number costs no call, so that few are drawn ahead.
const BLOCK: usize = if cfg!(target_family = "wasm") { 256 } else { 8 };

impl Entropy for SystemEntropy {
    fn number(&mut self) -> u64 {
        if let Some(number) = self.numbers.pop() {
            return number;
        }
        self.numbers = block();
        self.numbers.pop().unwrap_or_default()
    }
}

/// A block from the browser's or runtime's `crypto`; where that throws, the slower way says so by its panic.
#[cfg(target_family = "wasm")]
fn block() -> Vec<u64> {
    let mut bytes = [0; BLOCK * 8];
    if random::fill(&mut bytes).is_err() {
        return folded();
    }
    bytes.as_chunks().0.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect()
}

#[cfg(not(target_family = "wasm"))]
fn block() -> Vec<u64> {
    folded()
}

/// A block from version-4 ids: two carry 244 random bits, and folded onto each other their fixed bits vanish.
fn folded() -> Vec<u64> {
    let pair = || {
        let (first, second) = (Uuid::new_v4().as_u64_pair(), Uuid::new_v4().as_u64_pair());
        [first.0 ^ second.0.rotate_left(32), first.1 ^ second.1.rotate_left(32)]
    };
    (0..BLOCK / 2).flat_map(|_| pair()).collect()
}

#[cfg(target_family = "wasm")]
mod random {
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
        pub fn fill(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
    }
}

/// Numbers that follow from a seed, for tests and benchmarks.
#[derive(Debug)]
pub struct SeededEntropy(u64);

impl SeededEntropy {
    /// The sequence of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Entropy for SeededEntropy {
    /// `SplitMix64`.
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Mints ids.
pub struct Mint {
    entropy: Box<dyn Entropy>,
    /// Instant and counter of the latest ordered id.
    ordered: (u64, u16),
}

const COUNTER_MAX: u16 = 0x0fff;

impl Mint {
    /// A mint over a source of randomness.
    pub fn new(entropy: Box<dyn Entropy>) -> Self {
        Self { entropy, ordered: (0, 0) }
    }

    /// 64 random bits.
    pub fn number(&mut self) -> u64 {
        self.entropy.number()
    }

    /// A random id (version 4).
    pub fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.entropy.number().to_ne_bytes());
        bytes[8..].copy_from_slice(&self.entropy.number().to_ne_bytes());
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// An id that sorts after every earlier one of this mint (version 7), so that rows keyed by it are appended.
    pub fn ordered_uuid(&mut self, now_ms: i64) -> Uuid {
        let now = now_ms.unsigned_abs();
        let (latest, counter) = self.ordered;
        self.ordered = if now > latest {
            (now, 0)
        } else if counter < COUNTER_MAX {
            (latest, counter + 1)
        } else {
            (latest + 1, 0)
        };
        let mut random = [0; 10];
        random[..2].copy_from_slice(&self.ordered.1.to_be_bytes());
        random[2..].copy_from_slice(&self.entropy.number().to_ne_bytes());
        Builder::from_unix_timestamp_millis(self.ordered.0, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordered_ids_rise_within_an_instant_and_when_the_clock_stands_still() {
        let mut mint = Mint::new(Box::new(SeededEntropy::new(7)));
        let ids: Vec<Uuid> = (0..20_000).map(|n| mint.ordered_uuid(1_000 + n / 15_000)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
