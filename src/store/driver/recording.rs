//! The driver for tests that remembers every statement text it was given, for their plans.

use super::{Body, Driver, Reader, Value};
use crate::error::Result;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A driver that records the statements that pass through it.
#[derive(Clone)]
pub struct Recording {
    wrapped: Rc<dyn Driver>,
    statements: Rc<RefCell<BTreeSet<&'static str>>>,
}

impl Recording {
    /// Wraps a driver.
    pub fn over(wrapped: Rc<dyn Driver>) -> Self {
        Self { wrapped, statements: Rc::default() }
    }

    /// The distinct statements seen so far.
    pub fn statements(&self) -> Vec<&'static str> {
        self.statements.borrow().iter().copied().collect()
    }
}

impl Driver for Recording {
    fn execute(&self, sql: &'static str, params: &[Value<'_>]) -> Result<u64> {
        self.statements.borrow_mut().insert(sql);
        self.wrapped.execute(sql, params)
    }

    fn query(&self, sql: &'static str, params: &[Value<'_>], reader: Reader<'_>) -> Result<()> {
        self.statements.borrow_mut().insert(sql);
        self.wrapped.query(sql, params, reader)
    }

    fn script(&self, sql: &str) -> Result<()> {
        self.wrapped.script(sql)
    }

    fn transaction(&self, body: Body<'_>) -> Result<()> {
        self.wrapped.transaction(body)
    }

    fn savepoint(&self, body: Body<'_>) -> Result<()> {
        self.wrapped.savepoint(body)
    }

    fn adopt(&self) -> Result<()> {
        self.wrapped.adopt()
    }

    fn check(&self, table: &str) -> Result<()> {
        self.wrapped.check(table)
    }

    fn full(&self) -> bool {
        self.wrapped.full()
    }

    fn reserve(&self, fill: &'static str) -> Result<()> {
        self.statements.borrow_mut().insert(fill);
        self.wrapped.reserve(fill)
    }

    fn bytes(&self) -> Result<(u64, u64)> {
        self.wrapped.bytes()
    }

    fn compact(&self, bytes_max: u64) -> Result<()> {
        self.wrapped.compact(bytes_max)
    }

    fn in_transaction(&self) -> bool {
        self.wrapped.in_transaction()
    }
}
