//! The driver for tests that wraps another one and makes a chosen statement fail.
//!
//! Invariant: until its statement comes, it does exactly what the wrapped driver does. Counted are executes, queries,
//! savepoints and the commit, each as one statement.

use super::Driver;
use super::watching::{Act, Watching};
use crate::error::{Code, Error, Result};
use std::cell::Cell;
use std::rc::Rc;

/// How the chosen statement fails, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This one statement fails; the transaction goes on.
    Once,
    /// This statement and every later one fails.
    FromThen,
    /// The statement fails and SQLite has dropped the whole transaction, as it does on a full disk.
    DropsTransaction,
}

/// When the next fault comes; shared between the test and the driver.
#[derive(Default)]
struct Plan {
    countdown: Cell<Option<u64>>,
    fault: Cell<Option<Fault>>,
    seen: Cell<u64>,
    failing: Cell<bool>,
    dropped: Cell<bool>,
}

/// A driver whose n-th statement fails on request.
#[derive(Clone)]
pub struct Failing {
    wrapped: Rc<dyn Driver>,
    plan: Rc<Plan>,
}

impl Failing {
    /// Wraps a driver; nothing fails until [`Failing::fail_at`].
    pub fn over(wrapped: Rc<dyn Driver>) -> Self {
        Self { wrapped, plan: Rc::default() }
    }

    /// Makes the `n`-th statement from now fail; 0 is the very next one.
    pub fn fail_at(&self, n: u64, fault: Fault) {
        self.plan.countdown.set(Some(n));
        self.plan.fault.set(Some(fault));
        self.plan.failing.set(false);
        self.plan.dropped.set(false);
    }

    /// Nothing fails any more. Answers whether the fault had come.
    pub fn heal(&self) -> bool {
        let came = self.plan.countdown.take().is_none() && self.plan.fault.get().is_some();
        self.plan.fault.set(None);
        self.plan.failing.set(false);
        self.plan.dropped.set(false);
        came
    }

    /// Statements seen since the driver was made.
    pub fn seen(&self) -> u64 {
        self.plan.seen.get()
    }

    fn count(&self) -> Result<()> {
        let plan = &self.plan;
        plan.seen.set(plan.seen.get() + 1);
        if plan.failing.get() || plan.dropped.get() {
            return Err(Self::error());
        }
        match plan.countdown.get() {
            None => Ok(()),
            Some(0) => {
                plan.countdown.set(None);
                plan.failing.set(plan.fault.get() == Some(Fault::FromThen));
                plan.dropped.set(plan.fault.get() == Some(Fault::DropsTransaction));
                Err(Self::error())
            }
            Some(n) => {
                plan.countdown.set(Some(n - 1));
                Ok(())
            }
        }
    }

    fn error() -> Error {
        Error::new(Code::StorageIo, "this statement was made to fail")
    }
}

impl Watching for Failing {
    fn wrapped(&self) -> &dyn Driver {
        &*self.wrapped
    }

    fn before(&self, act: Act) -> Result<()> {
        match act {
            Act::Execute(_) | Act::Query(_) | Act::Script | Act::Savepoint | Act::Commit => self.count(),
            Act::Reserve(_) => Ok(()),
        }
    }

    fn after_transaction(&self, _committed: bool) {
        self.plan.dropped.set(false);
    }

    fn dropped(&self) -> bool {
        self.plan.dropped.get()
    }
}
