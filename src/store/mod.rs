//! The only place that knows SQL: one statement per named function, and what is remembered between statements.
//!
//! Invariant: what is remembered (counters, interned names, executions under a lease, flows and their groups, the
//! heads of queues, the fronts of the lease and due indexes, the first flow whose backlog is to be cancelled, the first worker to
//! sweep, when the first execution or flow is past its retention, where the log starts, how far a rebasing came)
//! equals what is stored, or will when the batch commits, and is forgotten when a transaction is undone. Absent on
//! purpose: rules; a store function saves what was decided elsewhere. Contract: storage.remembered,
//! storage.index-search.

pub mod driver;
pub mod ground;

mod attempts;
mod events;
mod executions;
mod flows;
mod lanes;
mod protocol;
mod storage;
mod streams;
mod workers;

pub use attempts::claim::Work;
pub use attempts::failure::Failure;
pub use attempts::lease::LeaseRange;
pub use attempts::progress::Progress;
pub use attempts::step::{Step, StepLine};
pub use events::event::{EventRow, NewEvent, ROWS_LOOKED_AT_MAX};
pub use executions::dedup::Dedup;
pub use executions::listing::Listed;
pub use executions::phase::Touched;
pub use executions::specification::Specification;
pub use executions::tally::add;
pub use flows::flow::FlowTexts;
pub use flows::listing::{Drawn, EdgesOf, ListedFlow};
pub use flows::members::Member;
pub use ground::front::Keys;
pub use ground::request::Request;
pub use lanes::queue::{QueueHeads, earlier};
pub use lanes::route::Route;
pub use storage::retention::Past;
pub use streams::frame::{FrameRange, FrameRow};
pub use streams::summary::Summary;
pub use workers::worker::WorkerRow;

use crate::error::Result;
use crate::model::executions::due::DueKey;
use crate::model::executions::execution::Execution;
use crate::model::ground::argument::Retention;
use crate::model::ground::frontier::{Frontier, Head};
use crate::model::ground::id::ExecutionId;
use driver::{Driver, Reader, Value};
use executions::tally::Tallies;
use flows::flow::Flows;
use flows::group::Groups;
use ground::clock::Rebase;
use ground::meta::Meta;
use lanes::queue::Queues;
use lanes::route::Routes;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A row's place in the order of claims: rank, then creation order.
pub type ClaimKey = (i64, i64);

/// Where the counters of the store stood, and how much it had written.
#[derive(Clone, Debug)]
pub struct Mark {
    meta: Meta,
    tallies: Tallies,
    writes: u64,
}

/// The engine's tables behind typed functions.
pub struct Store {
    db: Rc<dyn Driver>,
    /// Statements that changed rows since the store was opened.
    writes: u64,
    meta: Meta,
    /// Changes of the counts that are not written yet.
    tallies: Tallies,
    /// Flows and edge groups, as they are stored or will be when the batch commits.
    flows: Flows,
    groups: Groups,
    routes: Routes,
    namespaces: FxHashMap<String, i64>,
    namespace_names: FxHashMap<i64, Rc<str>>,
    /// Executions under a lease, as they are stored.
    live: FxHashMap<ExecutionId, Execution>,
    queues: Queues,
    due: Frontier<DueKey>,
    leases: Frontier<DueKey>,
    /// The first flow whose backlog is to be cancelled.
    first_cancel: Head<DueKey>,
    first_wait: Head<DueKey>,
    /// The first worker to be swept.
    first_worker: Head<DueKey>,
    /// What was set when the engine was opened.
    retention: Retention,
    /// When the retention of an execution or of a flow is over next.
    first_past: Head<i64>,
    /// The position before which nothing is left of the log.
    log_start: Option<i64>,
    /// What is left of moving stored instants to a host's clock that came back.
    rebase: Option<Rebase>,
}

impl Store {
    /// Opens the tables over a driver, which must have been migrated.
    pub fn open(db: Rc<dyn Driver>) -> Result<Self> {
        let mut store = Self {
            db,
            writes: 0,
            meta: Meta::default(),
            tallies: Tallies::default(),
            flows: Flows::default(),
            groups: Groups::default(),
            routes: Routes::default(),
            namespaces: FxHashMap::default(),
            namespace_names: FxHashMap::default(),
            live: FxHashMap::default(),
            queues: Queues::default(),
            due: Frontier::default(),
            leases: Frontier::default(),
            first_cancel: Head::Unknown,
            first_wait: Head::Unknown,
            first_worker: Head::Unknown,
            retention: Retention::default(),
            first_past: Head::Unknown,
            log_start: None,
            rebase: None,
        };
        store.meta = store.load_meta()?;
        store.rebase = store.load_rebase()?;
        Ok(store)
    }

    /// The driver, for the transactions that only the engine opens.
    pub fn driver(&self) -> Rc<dyn Driver> {
        Rc::clone(&self.db)
    }

    /// Statements that changed rows since the store was opened.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// Forgets all that is remembered, after a transaction was undone.
    pub fn forget(&mut self) -> Result<()> {
        self.forget_rows();
        self.tallies.clear();
        self.meta = self.load_meta()?;
        self.rebase = self.load_rebase()?;
        Ok(())
    }

    /// Where the counters stand; [`Store::rewind`] goes back to it. Flows are written, so that they need not be kept.
    pub fn mark(&mut self) -> Result<Mark> {
        self.save_flows()?;
        Ok(Mark { meta: self.meta, tallies: self.tallies.clone(), writes: self.writes })
    }

    /// Forgets what is remembered since a mark, after a savepoint was undone.
    pub fn rewind(&mut self, mark: Mark) {
        self.forget_rows();
        self.meta = mark.meta;
        self.tallies = mark.tallies;
        self.writes = mark.writes;
    }

    fn forget_rows(&mut self) {
        self.flows.clear();
        self.groups.clear();
        self.routes = Routes::default();
        self.namespaces.clear();
        self.namespace_names.clear();
        self.live.clear();
        self.queues.clear();
        self.due.forget();
        self.leases.forget();
        self.first_cancel = Head::Unknown;
        self.first_wait = Head::Unknown;
        self.first_worker = Head::Unknown;
        self.first_past = Head::Unknown;
        self.log_start = None;
    }

    fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64> {
        self.writes += 1;
        self.db.execute(sql, params)
    }

    fn query(&self, sql: &'static str, params: &[Value<'_>], reader: Reader<'_>) -> Result<()> {
        self.db.query(sql, params, reader)
    }

    /// The first row of a query, read by `read`.
    fn first<T>(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        mut read: impl FnMut(&dyn driver::Row) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        self.query(sql, params, &mut |row| {
            if found.is_none() {
                found = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Every row of a query, read by `read`.
    fn all<T>(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        mut read: impl FnMut(&dyn driver::Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.query(sql, params, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }
}
