//! Executions to create, and the texts and numbers that all subjects share.
//!
//! Invariant: all times, ids and texts are alike between subjects: one lane, one kind, one worker, one input, one result.

use std::collections::VecDeque;
use tidegate::host::{Entropy, SeededEntropy};

/// The lane everything waits in.
pub const LANE: &str = "mail";
/// The kind of work.
pub const KIND: &str = "send";
/// The worker.
pub const WORKER: &str = "mailer";
/// Its instance.
pub const INSTANCE: &str = "mailer-1";
/// The input of every execution.
pub const INPUT: &[u8] = br#"{"to":"somebody@example.org","subject":"The tide is in","template":"harbour","copies":1}"#;
/// The result of every execution.
pub const OUTPUT: &[u8] = br#"{"sent":true,"message":4711}"#;
/// The encoding of both.
pub const ENCODING: &str = "json";
/// How long a lease lasts, in ms: longer than any measurement.
pub const TTL_MS: i64 = 86_400_000;
/// The priority of work that stands in front of what the worker covers.
pub const FRONT: i64 = 9_000;
/// Lines of a page.
pub const PAGE: u32 = 100;
/// Expired leases in one commit of a sweep at most.
pub const SWEPT_MAX: u32 = 1_000;

/// The `index`-th of the lanes that are served.
pub fn lane(index: u32) -> String {
    if index == 0 { LANE.to_owned() } else { format!("{LANE}-{index}") }
}

/// The `index`-th of the kinds that wait.
pub fn kind(index: u32) -> String {
    if index == 0 { KIND.to_owned() } else { format!("{KIND}-{index}") }
}

/// Executions to create.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// How many.
    pub count: u32,
    /// How many in one commit.
    pub batch: u32,
    /// Higher goes first.
    pub priority: i64,
    /// Over how many distinct requirement sets they are spread, none of which the worker covers; 0: nothing required.
    pub sets: u32,
}

impl Work {
    /// Executions that the worker covers.
    pub const fn plain(count: u32, batch: u32) -> Self {
        Self { count, batch, priority: 0, sets: 0 }
    }

    /// What the `index`-th of them requires.
    pub fn required(&self, index: u32) -> Option<String> {
        (self.sets > 0).then(|| format!("capability-{}", index % self.sets))
    }
}

/// Brings items into an order of no meaning, the same in each run.
pub fn shuffle<T>(items: &mut VecDeque<T>) {
    let mut entropy = SeededEntropy::new(items.len() as u64);
    for place in (1..items.len()).rev() {
        #[expect(clippy::cast_possible_truncation, reason = "less than the number of items")]
        items.swap(place, (entropy.number() % (place as u64 + 1)) as usize);
    }
}

/// A count in parts of at most `batch`.
pub fn parts(count: u32, batch: u32) -> impl Iterator<Item = u32> {
    (0..count).step_by(batch.max(1) as usize).map(move |start| batch.min(count - start))
}
