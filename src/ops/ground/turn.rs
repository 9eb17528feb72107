//! What an operation works with: the store, the instant, ids, limits, and the wakes it causes.

use super::wakes::Wakes;
use crate::error::Result;
use crate::host::Mint;
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::{Execution, kept_until};
use crate::model::executions::lease::Connection;
use crate::model::flows::edge::EdgeState;
use crate::model::flows::flow::Flow;
use crate::model::ground::argument::{Limits, NAMESPACE_DEFAULT};
use crate::model::ground::cause::Cause;
use crate::model::ground::id::{ExecutionId, uuid_text};
use crate::store::{Store, WorkerRow};
use std::collections::VecDeque;
use uuid::Uuid;

/// A member of a flow that has ended, and whose edges are not resolved yet.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// Its row.
    pub row: i64,
    /// How it ended, as its edges tell it.
    pub state: EdgeState,
    /// The payload of its result.
    pub result: Option<i64>,
    /// When, in Unix ms.
    pub at: i64,
}

/// What an operation works with.
pub struct Turn<'a> {
    /// The tables.
    pub store: &'a mut Store,
    /// Ids and random numbers.
    pub mint: &'a mut Mint,
    /// Through what the call under way comes.
    pub connection: &'a Connection,
    /// Engine time, in Unix ms.
    pub now: i64,
    /// What was set when the engine was opened.
    pub limits: &'a Limits,
    /// Whom the batch wakes.
    pub wakes: &'a mut Wakes,
    /// Members of flows that have ended, in the order of their ends, until their edges are resolved.
    pub ended: VecDeque<Ended>,
    /// Members of flows that ended badly, and of whom it is to be judged anew whether anybody needed them; in order, each once.
    pub losers: Vec<i64>,
    /// Bytes of steps' and upstreams' results that the claims of this commit may still hand back.
    pub step_bytes_left: i64,
    /// Bytes of frames that the reads of this commit may still answer; a page holds one frame at least.
    pub frame_bytes_left: usize,
}

/// Bytes of frames that the reads of one commit answer together, about.
pub const FRAME_BYTES_MAX: usize = 16 << 20;

/// Bytes of steps' and upstreams' results that the claims of one commit hand back together, at most.
pub const STEP_BYTES_MAX: i64 = 16 << 20;

impl<'a> Turn<'a> {
    /// What the operations of one commit work with, at an instant and within limits.
    pub fn new(
        store: &'a mut Store,
        mint: &'a mut Mint,
        connection: &'a Connection,
        (now, limits): (i64, &'a Limits),
        wakes: &'a mut Wakes,
    ) -> Self {
        let (step_bytes_left, frame_bytes_left) = (STEP_BYTES_MAX, FRAME_BYTES_MAX);
        Self {
            store,
            mint,
            connection,
            now,
            limits,
            wakes,
            ended: VecDeque::new(),
            losers: Vec::new(),
            step_bytes_left,
            frame_bytes_left,
        }
    }
}

impl Turn<'_> {
    /// An execution can be claimed, or a claim would let it go.
    pub fn wake_route(&mut self, execution: &Execution) -> Result<()> {
        let route = self.store.route(execution.route)?;
        self.wakes.lanes.count(route);
        Ok(())
    }

    /// An execution ended.
    pub fn wake_waiters(&mut self, id: &ExecutionId) {
        self.wakes.finished.push(id.text());
    }

    /// The execution with this id, unless its retention is over: it then counts as deleted already.
    pub fn find(&mut self, id: &ExecutionId) -> Result<Option<Execution>> {
        let Some(found) = self.store.find_execution(id)? else { return Ok(None) };
        Ok(if self.is_past(&found)? { None } else { Some(found) })
    }

    /// Whether an execution's retention is over: reads hide it until a tick deletes it. A member is kept with its flow.
    pub fn is_past(&mut self, execution: &Execution) -> Result<bool> {
        let until = self.kept_until(execution.flow, (execution.ended_at, execution.retention_ms))?;
        Ok(until.is_some_and(|until| until <= self.now))
    }

    /// Until when an execution is kept that ended at an instant, with a retention of its own or the engine's: a member as
    /// long as its flow.
    pub fn kept_until(&mut self, flow: Option<i64>, own: (Option<i64>, Option<i64>)) -> Result<Option<i64>> {
        let engine_ms = self.limits.retention.executions_ms;
        match flow.filter(|_| own.0.is_some()) {
            Some(flow) => Ok(self.store.flow(flow)?.kept_until(engine_ms)),
            None => Ok(kept_until(own.0, own.1, engine_ms)),
        }
    }

    /// How long after its end an execution is kept, in ms: a member as long as its flow. Nothing stands for ever.
    pub fn retention_ms(&mut self, execution: &Execution) -> Result<Option<i64>> {
        let own = match execution.flow {
            Some(flow) => self.store.flow(flow)?.retention_ms,
            None => execution.retention_ms,
        };
        Ok(own.or(self.limits.retention.executions_ms))
    }

    /// The row of the flow with this id, unless its retention is over.
    pub fn find_flow(&mut self, id: Uuid) -> Result<Option<i64>> {
        let Some(row) = self.store.find_flow(id)? else { return Ok(None) };
        let until = self.store.flow(row)?.kept_until(self.limits.retention.executions_ms);
        Ok((until.is_none_or(|until| until > self.now)).then_some(row))
    }

    /// The id of the flow that an execution is a member of.
    pub fn flow_id(&mut self, execution: &Execution) -> Result<Option<String>> {
        execution.flow.map(|flow| self.store.flow(flow).map(|flow| uuid_text(flow.id))).transpose()
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

    /// Appends an event about a flow.
    pub fn tell_flow(&mut self, at: i64, cause: Cause, flow: &Flow, detail: Option<&EventDetail>) -> Result<()> {
        self.tell(at, cause, (flow.namespace, Some(&flow.id)), detail)
    }

    /// Appends the event that engine time went back to the host's clock.
    pub fn tell_clock(&mut self, at: i64, by_ms: i64) -> Result<()> {
        let namespace = self.store.intern_namespace(NAMESPACE_DEFAULT)?;
        self.tell(at, Cause::ClockAccepted, (namespace, None), Some(&EventDetail::ClockAccepted { by_ms }))
    }

    fn tell(
        &mut self,
        at: i64,
        cause: Cause,
        (namespace, flow): (i64, Option<&Uuid>),
        detail: Option<&EventDetail>,
    ) -> Result<()> {
        let position = self.store.append_flow_event(at, cause, namespace, flow)?;
        if let Some(detail) = detail {
            self.store.insert_event_detail(position, None, detail)?;
        }
        self.wakes.events = true;
        Ok(())
    }

    /// Makes sure that parked claims are woken when this execution became claimable.
    pub fn wake_claims(&mut self, execution: &Execution, was_claimable: bool) -> Result<()> {
        if !was_claimable && execution.claim_rank().is_some() {
            self.wake_route(execution)?;
        }
        Ok(())
    }
}
