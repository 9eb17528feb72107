//! What is measured, behind one trait: the engine, or a floor. Beside it, what subjects are asked to do.
//!
//! Invariant: a subject that could not do all it was asked to do answers an error, so no time stands for less work.

pub mod clock;
pub mod frames;
pub mod reading;
pub mod shape;
pub mod work;

use self::frames::Frames;
use self::reading::{Search, Wanted};
use self::shape::Shape;
use self::work::{Work, parts};
use tidegate::{Code, Error, Result};

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

    /// Lets so many expired leases lapse, which are all there are, at most [`SWEPT_MAX`](work::SWEPT_MAX) in one commit.
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

    /// Reads a page of [`PAGE`](work::PAGE) lines behind each execution that was picked.
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

    /// Spreads over so many kinds what is created from now on; a claim names them where it is told to, else none.
    fn serve_kinds(&mut self, _kinds: u32, _named: bool) -> Result<()> {
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
