//! A driver that lets in one engine at a time, as files do, over a database in memory; while it is full, nothing commits.

use std::cell::Cell;
use std::rc::Rc;
use tidegate::store::driver::{Act, Driver, Watching};
use tidegate::{Code, Error, Result};

pub struct Exclusive {
    wrapped: Rc<dyn Driver>,
    pub full: Cell<bool>,
}

impl Exclusive {
    pub fn over(wrapped: &Rc<dyn Driver>) -> Rc<Self> {
        Rc::new(Self { wrapped: Rc::clone(wrapped), full: Cell::new(false) })
    }
}

impl Watching for Exclusive {
    fn wrapped(&self) -> &dyn Driver {
        &*self.wrapped
    }

    fn before(&self, act: Act) -> Result<()> {
        match act {
            Act::Commit if self.full.get() => Err(Error::new(Code::StorageQuota, "no room at all")),
            Act::Execute(_) | Act::Query(_) | Act::Script | Act::Savepoint | Act::Commit | Act::Reserve(_) => Ok(()),
        }
    }

    fn exclusive(&self) -> bool {
        true
    }
}
