//! The driver for tests that remembers every statement text it was given, for their plans.

use super::Driver;
use super::watching::{Act, Watching};
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

impl Watching for Recording {
    fn wrapped(&self) -> &dyn Driver {
        &*self.wrapped
    }

    fn before(&self, act: Act) -> Result<()> {
        if let Act::Execute(sql) | Act::Query(sql) | Act::Reserve(sql) = act {
            self.statements.borrow_mut().insert(sql);
        }
        Ok(())
    }
}
