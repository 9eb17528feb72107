//! What drivers for tests share that lie over another one and see what is about to be done.
//!
//! Invariant: what a watching driver lets pass, the wrapped one does exactly as if it were asked itself.

use super::{Body, Driver, Reader, Value};
use crate::error::Result;

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A statement that changes rows.
    Execute(&'static str),
    /// A statement that answers rows.
    Query(&'static str),
    /// A text of several statements.
    Script,
    /// A savepoint is opened.
    Savepoint,
    /// The body of a transaction is done, and it commits.
    Commit,
    /// Room is made for what must still be written, by this statement.
    Reserve(&'static str),
}

/// A driver over another one.
pub trait Watching {
    /// The driver that does it.
    fn wrapped(&self) -> &dyn Driver;

    /// Sees what is about to be done; an error is answered instead.
    fn before(&self, act: Act) -> Result<()>;

    /// A transaction is over.
    fn after_transaction(&self, committed: bool) {
        let _ = committed;
    }

    /// Whether the database lets in one engine at a time.
    fn exclusive(&self) -> bool {
        self.wrapped().alone()
    }

    /// Whether the transaction is to be believed gone, whatever the wrapped driver says.
    fn dropped(&self) -> bool {
        false
    }
}

impl<W: Watching> Driver for W {
    fn execute(&self, sql: &'static str, params: &[Value<'_>]) -> Result<u64> {
        self.before(Act::Execute(sql))?;
        self.wrapped().execute(sql, params)
    }

    fn query(&self, sql: &'static str, params: &[Value<'_>], reader: Reader<'_>) -> Result<()> {
        self.before(Act::Query(sql))?;
        self.wrapped().query(sql, params, reader)
    }

    fn script(&self, sql: &str) -> Result<()> {
        self.before(Act::Script)?;
        self.wrapped().script(sql)
    }

    fn transaction(&self, body: Body<'_>) -> Result<()> {
        let outcome = self.wrapped().transaction(&mut || {
            body()?;
            self.before(Act::Commit)
        });
        self.after_transaction(outcome.is_ok());
        outcome
    }

    fn savepoint(&self, body: Body<'_>) -> Result<()> {
        self.before(Act::Savepoint)?;
        self.wrapped().savepoint(body)
    }

    fn adopt(&self) -> Result<()> {
        self.wrapped().adopt()
    }

    fn check(&self, table: &str) -> Result<()> {
        self.wrapped().check(table)
    }

    fn alone(&self) -> bool {
        self.exclusive()
    }

    fn full(&self) -> bool {
        self.wrapped().full()
    }

    fn reserve(&self, fill: &'static str) -> Result<()> {
        self.before(Act::Reserve(fill))?;
        self.wrapped().reserve(fill)
    }

    fn bytes(&self) -> Result<(u64, u64)> {
        self.wrapped().bytes()
    }

    fn compact(&self, bytes_max: u64) -> Result<()> {
        self.wrapped().compact(bytes_max)
    }

    fn in_transaction(&self) -> bool {
        !self.dropped() && self.wrapped().in_transaction()
    }
}
