//! More calls of the [`World`]: those of who watches: filters of the log, histories, ends that are waited for, and what
//! is kept of it all.

use super::World;
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::Outcome;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::renew::RenewArgs;
use tidegate::ops::events::history::{ExecutionHistory, ExecutionHistoryArgs};
use tidegate::ops::events::read::{EventPage, EventRecord, ReadEventsArgs};
use tidegate::ops::events::wait::{WaitAnswer, WaitArgs, WaitOutcome};
use tidegate::{Limits, Result};

/// Every view over the log.
pub const ALL: &[EventStream] =
    &[EventStream::Execution, EventStream::Completion, EventStream::Lease, EventStream::Operator, EventStream::Worker];

/// The causes of some events.
pub fn causes(events: &[EventRecord]) -> Vec<Cause> {
    events.iter().map(|event| event.cause).collect()
}

impl World {
    /// A world that keeps events for so many ms.
    pub fn keeping_events(events_ms: i64) -> Self {
        let mut limits = Limits::default();
        limits.retention.events_ms = Some(events_ms);
        Self::with_limits(limits)
    }

    /// Creates an execution with a tag.
    pub fn submit_tagged(&mut self, key: &str, value: &str) -> String {
        self.submit_with("mail", |create| {
            create.tags.insert(key.to_owned(), value.to_owned());
        })
    }

    /// Renews a lease so often, in large batches: an event each.
    pub fn renew_often(&mut self, claim: &Claim, count: usize) {
        for _ in 0..count / 600 {
            let renew = || RenewArgs { handle: claim.handle.clone(), lease_ttl_ms: None }.into();
            self.batch((0..600).map(|_| renew()).collect());
        }
    }

    pub fn watch(&mut self, set: impl FnOnce(&mut ReadEventsArgs)) -> Result<EventPage> {
        let mut args = ReadEventsArgs { after: "start".to_owned(), streams: ALL.to_vec(), ..ReadEventsArgs::default() };
        set(&mut args);
        self.call(args)
    }

    /// The events that a filter lets through, from the oldest on.
    pub fn watched(&mut self, set: impl FnOnce(&mut ReadEventsArgs)) -> Vec<EventRecord> {
        self.watch(set).unwrap().events
    }

    /// What a filter lets through, read by pages of at most so many.
    pub fn watched_by_pages(&mut self, limit: i64, set: impl Fn(&mut ReadEventsArgs)) -> Vec<EventRecord> {
        let (mut read, mut after) = (Vec::new(), "start".to_owned());
        loop {
            let page = self.watch(|args| {
                set(args);
                (args.after, args.limit) = (after, Some(limit));
            });
            let page = page.unwrap();
            read.extend(page.events);
            after = page.cursor;
            if page.at_end {
                return read;
            }
        }
    }

    pub fn history_with(&mut self, id: &str, set: impl FnOnce(&mut ExecutionHistoryArgs)) -> Result<ExecutionHistory> {
        let mut args = ExecutionHistoryArgs { execution_id: id.to_owned(), ..ExecutionHistoryArgs::default() };
        set(&mut args);
        self.call(args)
    }

    /// The whole history of an execution, through one page.
    pub fn history(&mut self, id: &str) -> Vec<EventRecord> {
        self.history_with(id, |args| args.streams = ALL.to_vec()).unwrap().events
    }

    pub fn wait_after(&mut self, id: &str, after: Option<&str>) -> Result<WaitAnswer> {
        self.call(WaitArgs { execution_id: id.to_owned(), after: after.map(str::to_owned) })
    }

    /// Begins to wait for what has not ended: from where to go on.
    pub fn begin_wait(&mut self, id: &str) -> String {
        match self.wait_after(id, None).unwrap() {
            WaitAnswer::Pending(pending) => pending.after,
            WaitAnswer::Ended(end) => panic!("it has ended: {end:?}"),
        }
    }

    /// How an execution ended, for one who waits since `after`.
    pub fn end_since(&mut self, id: &str, after: Option<&str>) -> WaitOutcome {
        match self.wait_after(id, after).unwrap() {
            WaitAnswer::Ended(end) => end,
            WaitAnswer::Pending(pending) => panic!("it has not ended: {pending:?}"),
        }
    }
}

/// An end without a result.
pub fn plain_end(outcome: Outcome, reason: Option<&str>) -> WaitOutcome {
    WaitOutcome { outcome, result: None, encoding: None, reason: reason.map(str::to_owned) }
}
