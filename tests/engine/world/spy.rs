//! A driver that counts what passes through it on the way to an embedded database.

use std::cell::Cell;
use std::rc::Rc;
use tidegate::Result;
use tidegate::store::driver::{Act, Driver, Watching};

/// Counts statements that read, those that write, and commits that hold at least one of the latter.
pub struct Spy {
    wrapped: Rc<dyn Driver>,
    reads: Cell<u64>,
    writes: Cell<u64>,
    commits: Cell<u64>,
    /// The writes when the last transaction was over.
    seen: Cell<u64>,
}

impl Spy {
    pub fn over(wrapped: Rc<dyn Driver>) -> Self {
        Self { wrapped, reads: Cell::new(0), writes: Cell::new(0), commits: Cell::new(0), seen: Cell::new(0) }
    }

    pub fn reads(&self) -> u64 {
        self.reads.get()
    }

    pub fn writes(&self) -> u64 {
        self.writes.get()
    }

    pub fn commits(&self) -> u64 {
        self.commits.get()
    }
}

impl Watching for Spy {
    fn wrapped(&self) -> &dyn Driver {
        &*self.wrapped
    }

    fn before(&self, act: Act) -> Result<()> {
        let counter = match act {
            Act::Execute(_) => &self.writes,
            Act::Query(_) => &self.reads,
            Act::Script | Act::Savepoint | Act::Commit | Act::Reserve(_) => return Ok(()),
        };
        counter.set(counter.get() + 1);
        Ok(())
    }

    fn after_transaction(&self, committed: bool) {
        let written = self.seen.replace(self.writes.get());
        if committed && self.writes.get() > written {
            self.commits.set(self.commits.get() + 1);
        }
    }
}
