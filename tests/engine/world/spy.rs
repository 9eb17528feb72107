//! A driver that counts what passes through it on the way to an embedded database.

use std::cell::Cell;
use std::rc::Rc;
use tidegate::Result;
use tidegate::store::driver::{Body, Driver, Reader, Value};

/// Counts statements that read, those that write, and commits that hold at least one of the latter.
pub struct Spy {
    wrapped: Rc<dyn Driver>,
    reads: Cell<u64>,
    writes: Cell<u64>,
    commits: Cell<u64>,
}

impl Spy {
    pub fn over(wrapped: Rc<dyn Driver>) -> Self {
        Self { wrapped, reads: Cell::new(0), writes: Cell::new(0), commits: Cell::new(0) }
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

impl Driver for Spy {
    fn execute(&self, sql: &'static str, params: &[Value<'_>]) -> Result<u64> {
        self.writes.set(self.writes.get() + 1);
        self.wrapped.execute(sql, params)
    }

    fn query(&self, sql: &'static str, params: &[Value<'_>], reader: Reader<'_>) -> Result<()> {
        self.reads.set(self.reads.get() + 1);
        self.wrapped.query(sql, params, reader)
    }

    fn script(&self, sql: &str) -> Result<()> {
        self.wrapped.script(sql)
    }

    fn transaction(&self, body: Body<'_>) -> Result<()> {
        let before = self.writes.get();
        let outcome = self.wrapped.transaction(body);
        if outcome.is_ok() && self.writes.get() > before {
            self.commits.set(self.commits.get() + 1);
        }
        outcome
    }

    fn savepoint(&self, body: Body<'_>) -> Result<()> {
        self.wrapped.savepoint(body)
    }

    fn in_transaction(&self) -> bool {
        self.wrapped.in_transaction()
    }
}
