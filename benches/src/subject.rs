//! What is measured: the engine or a floor, behind one trait.
//!
//! Invariant: a subject that could not do all it was asked to do answers an error, so no time stands for less work.
//! All times, ids and texts are alike between subjects: one lane, one kind, one worker, one input, one result.

use crate::graph::Shape;
use crate::reading::{Search, Wanted};
use crate::streaming::Frames;
use std::collections::VecDeque;
use tidegate::host::{Entropy, SeededEntropy};
use tidegate::{Code, Error, Result};

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

/// Something that keeps work and hands it out.
pub trait Subject {
    /// Creates executions.
    fn create(&mut self, work: Work) -> Result<()>;

    /// Claims so many, so many in one commit, and keeps what is needed to complete them.
    fn claim(&mut self, count: u32, batch: u32) -> Result<()>;

    /// Completes so many of those claimed first, so many in one commit.
    fn complete(&mut self, count: u32, batch: u32) -> Result<()>;

    /// Renews the leases of so many of those claimed, so many in one commit.
    fn renew(&mut self, _count: u32, _batch: u32) -> Result<()> {
        Err(unable())
    }

    /// Lets so many expired leases lapse, which are all there are, at most [`SWEPT_MAX`] in one commit.
    fn sweep(&mut self, _count: u32) -> Result<()> {
        Err(unable())
    }

    /// Picks so many executions, in an order of no meaning, the same in each run.
    fn pick(&mut self, _count: u32) -> Result<()> {
        Err(unable())
    }

    /// Reads all about each execution that was picked.
    fn describe(&mut self) -> Result<()> {
        Err(unable())
    }

    /// Reads a page of [`PAGE`] lines behind each execution that was picked.
    fn list(&mut self) -> Result<()> {
        Err(unable())
    }

    /// Appends frames to the streams of what is claimed, in turn.
    fn append(&mut self, _frames: Frames) -> Result<()> {
        Err(unable())
    }

    /// Reads what was appended to the first stream since it was read last: one frame.
    fn tail(&mut self) -> Result<()> {
        Err(unable())
    }

    /// Reads the first stream from its beginning by pages of so many frames; answers how many there were.
    fn frames(&mut self, _page: u32) -> Result<u32> {
        Err(unable())
    }

    /// The position of the newest event.
    fn newest_event(&mut self) -> Result<i64> {
        Err(unable())
    }

    /// Reads one page of events after a position; answers how many were wanted, and the last position looked at.
    fn events(&mut self, _wanted: Wanted, _after: i64, _page: u32) -> Result<(u32, i64)> {
        Err(unable())
    }

    /// Reads one page of what is searched for; answers how many lines it has.
    fn search(&mut self, _search: Search) -> Result<u32> {
        Err(unable())
    }

    /// Submits so many flows of a shape, each in a commit of its own.
    fn submit(&mut self, _shape: Shape, _count: u32) -> Result<()> {
        Err(unable())
    }

    /// Cancels the flow that was submitted last, with all its members.
    fn cancel_flow(&mut self) -> Result<()> {
        Err(unable())
    }

    /// Makes some of what has ended rare: failed, of another kind, in another lane, tagged.
    fn mark(&mut self) -> Result<()> {
        Err(unable())
    }

    /// Spreads over so many lanes what is created from now on; a claim names them all.
    fn serve(&mut self, _lanes: u32) -> Result<()> {
        Err(unable())
    }

    /// Lets time pass.
    fn pass(&mut self, _ms: i64) -> Result<()> {
        Err(unable())
    }

    /// Puts what is claimed into an order of no meaning, the same in each run.
    fn shuffle(&mut self) {}

    /// Claims and completes so many, so many in one commit.
    fn drain(&mut self, count: u32, batch: u32) -> Result<()> {
        for part in parts(count, batch) {
            self.claim(part, part)?;
            self.complete(part, part)?;
        }
        Ok(())
    }

    /// Brings itself, unmeasured, to so many finished executions and some waiting ones.
    fn fill(&mut self, finished: u32, waiting: Work) -> Result<()> {
        self.create(Work::plain(finished, 250))?;
        self.drain(finished, 250)?;
        self.create(waiting)
    }

    /// Lets go of all it holds but the stored rows.
    fn close(&mut self);

    /// Opens itself again over the stored rows.
    fn open(&mut self) -> Result<()>;
}

#[cold]
fn unable() -> Error {
    Error::new(Code::InvalidInput, "this subject cannot do that")
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
