//! What an operation works with: the store, the instant, ids, limits, and the wakes it causes.

use crate::error::Result;
use crate::host::Mint;
use crate::model::argument::Limits;
use crate::model::event::EventDetail;
use crate::model::execution::Execution;
use crate::model::id::ExecutionId;
use crate::model::vocabulary::Cause;
use crate::store::{Store, WorkerRow};
use serde::Serialize;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Whom a batch may have given something to do; the host retries the calls it has parked for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Wakes {
    /// Lanes in which an execution became claimable.
    pub lanes: BTreeSet<String>,
    /// Executions that ended.
    pub finished: Vec<String>,
    /// Executions whose streams were written to, or closed while the execution goes on.
    pub streams: BTreeSet<String>,
    /// Whether the event log grew.
    pub events: bool,
}

impl Wakes {
    /// Adds those of another commit.
    pub fn add(&mut self, other: Self) {
        self.lanes.extend(other.lanes);
        self.finished.extend(other.finished);
        self.streams.extend(other.streams);
        self.events |= other.events;
    }
}

/// What an operation works with.
pub struct Turn<'a> {
    /// The tables.
    pub store: &'a mut Store,
    /// Ids and random numbers.
    pub mint: &'a mut Mint,
    /// The instance id of a worker that names none.
    pub instance: &'a Rc<str>,
    /// Engine time, in Unix ms.
    pub now: i64,
    /// What was set when the engine was opened.
    pub limits: &'a Limits,
    /// Whom the batch wakes.
    pub wakes: &'a mut Wakes,
    /// Bytes of steps' results that the claims of this commit may still hand back.
    pub step_bytes_left: i64,
    /// Bytes of frames that the reads of this commit may still answer; a page holds one frame at least.
    pub frame_bytes_left: usize,
}

/// Bytes of frames that the reads of one commit answer together, about.
const FRAME_BYTES_MAX: usize = 16 << 20;

/// Bytes of steps' results that the claims of one commit hand back together, at most.
const STEP_BYTES_MAX: i64 = 16 << 20;

impl<'a> Turn<'a> {
    /// What the operations of one commit work with, at an instant and within limits.
    pub fn new(
        store: &'a mut Store,
        mint: &'a mut Mint,
        instance: &'a Rc<str>,
        (now, limits): (i64, &'a Limits),
        wakes: &'a mut Wakes,
    ) -> Self {
        let (step_bytes_left, frame_bytes_left) = (STEP_BYTES_MAX, FRAME_BYTES_MAX);
        Self { store, mint, instance, now, limits, wakes, step_bytes_left, frame_bytes_left }
    }
}

impl Turn<'_> {
    /// An execution became claimable in its lane.
    pub fn wake_lane(&mut self, lane: &str) {
        if !self.wakes.lanes.contains(lane) {
            self.wakes.lanes.insert(lane.to_owned());
        }
    }

    /// An execution ended.
    pub fn wake_waiters(&mut self, id: &ExecutionId) {
        self.wakes.finished.push(id.text());
    }

    /// The execution with this id, unless its retention is over: it then counts as deleted already.
    pub fn find(&self, id: &ExecutionId) -> Result<Option<Execution>> {
        let found = self.store.find_execution(id)?;
        Ok(found.filter(|execution| !self.is_past(execution)))
    }

    /// Whether an execution's retention is over: reads hide it until a tick deletes it.
    pub fn is_past(&self, execution: &Execution) -> bool {
        execution.kept_until(self.limits.retention.executions_ms).is_some_and(|until| until <= self.now)
    }

    /// The position of the oldest event that is kept, whatever a tick has deleted so far; that of the next event where
    /// none is.
    pub fn oldest_kept(&self) -> Result<i64> {
        let past = self.limits.retention.events_ms.map_or(i64::MIN, |kept_ms| self.now - kept_ms);
        self.store.first_event_since(past)
    }

    /// The row of a namespace that a listing is limited to, `Some(None)` for all of them, `None` where it holds nothing.
    pub fn namespace_filter(&mut self, name: Option<&str>) -> Result<Option<Option<i64>>> {
        match name {
            None => Ok(Some(None)),
            Some(name) => Ok(self.store.find_namespace(name)?.map(Some)),
        }
    }

    /// The worker that is registered in a namespace under an instance.
    pub fn registered(&mut self, namespace: &str, instance: &str) -> Result<Option<WorkerRow>> {
        match self.store.find_namespace(namespace)? {
            Some(namespace) => self.store.worker(namespace, instance),
            None => Ok(None),
        }
    }

    /// Appends an event about a worker.
    pub fn tell_worker(
        &mut self,
        at: i64,
        cause: Cause,
        worker: &WorkerRow,
        detail: Option<&EventDetail>,
    ) -> Result<()> {
        let position = self.store.append_worker_event(at, cause, worker)?;
        if let Some(detail) = detail {
            self.store.insert_event_detail(position, None, detail)?;
        }
        self.wakes.events = true;
        Ok(())
    }

    /// Makes sure that a lane's claims are woken when this execution became claimable.
    pub fn wake_claims(&mut self, execution: &Execution, was_claimable: bool) -> Result<()> {
        if !was_claimable && execution.claim_rank().is_some() {
            let route = self.store.route(execution.route)?;
            self.wake_lane(&route.lane);
        }
        Ok(())
    }
}
