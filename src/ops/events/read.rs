//! `read_events`: pages of the event log, through the streams that are views over it. Contract: events.cursor,
//! events.cursor-moves, events.too-old, events.several.

use super::filter::{EventFilter, TagFilter};
use crate::error::{Code, Error, Result};
use crate::model::events::event::{Cursor, EventDetail, EventStream};
use crate::model::executions::phase::StateVector;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::model::ground::id::uuid_text;
use crate::model::ground::vocabulary::{LeaseEvent, Outcome, PublicState};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::EventRow;
use serde::Serialize;

/// The arguments of `read_events`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ReadEventsArgs {
    /// After which event: a cursor from an earlier answer, `start` for the oldest kept, empty or left out for now.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub after: String,
    /// 100 when left out; more than 1 000 is read as 1 000.
    pub limit: Option<i64>,
    /// The streams wanted; all phase changes when left out or empty.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub streams: Vec<EventStream>,
    /// Only this namespace.
    pub namespace: Option<String>,
    /// Only this execution, which may be one to come.
    pub execution_id: Option<String>,
    /// Only this flow, which may be one to come, and executions that are members of it now.
    pub flow_id: Option<String>,
    /// Only executions that have this tag now.
    pub tag: Option<TagFilter>,
}

reads!(ReadEventsArgs { after = default, limit, streams = default, namespace, execution_id, flow_id, tag });

/// One event: one row of the log, which may belong to several streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct EventRecord {
    /// Resumes after this event.
    pub cursor: String,
    /// Its instant, in Unix ms.
    pub at: i64,
    /// The execution; left out when it is about a worker or a flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<String>,
    /// The flow that it is about, or that its execution is a member of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// The namespace of what it is about.
    pub namespace: String,
    /// What happened.
    pub cause: Cause,
    /// The state after it in one word, when the phase changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_state: Option<PublicState>,
    /// The state after it in seven dimensions, when the phase changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateVector>,
    /// For the stream completion: how the execution ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion: Option<Outcome>,
    /// For the stream lease: what became of the lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseEvent>,
    /// The lease it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_id: Option<String>,
    /// Its epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_epoch: Option<i64>,
    /// The worker that holds or held it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_id: Option<String>,
    /// The worker's instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_instance_id: Option<String>,
    /// What it tells beyond that: priorities, the branch of a replay, why a lease was revoked, an execution
    /// blocked, a worker marked dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<EventDetail>,
}

/// A page of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct EventPage {
    /// In the order of the log.
    pub events: Vec<EventRecord>,
    /// Where the next page starts; it moves on past events that are not wanted.
    pub cursor: String,
    /// Whether the newest event was reached. A read looks at 10 000 events at most, so that its page may be short, even
    /// empty, while there are more.
    pub at_end: bool,
}

/// Checked arguments.
pub struct Ready {
    after: Cursor,
    limit: i64,
    filter: EventFilter,
}

impl Call for ReadEventsArgs {
    const OP: &'static str = "read_events";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = EventPage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let after = Cursor::parse("after", &self.after)?;
        let limit = argument::page("limit", self.limit)?;
        let streams = if self.streams.is_empty() { vec![EventStream::Execution] } else { self.streams };
        let (execution_id, flow_id) = (self.execution_id.as_deref(), self.flow_id.as_deref());
        let filter = EventFilter::checked(streams, self.namespace, execution_id, flow_id, self.tag)?;
        Ok(Ready { after, limit, filter })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<EventPage> {
        let newest = turn.store.next_position() - 1;
        let after = match ready.after {
            Cursor::Now => newest,
            Cursor::Start => turn.oldest_kept()? - 1,
            Cursor::After(position) => {
                not_past("after", position, newest)?;
                not_trimmed(turn, position)?;
                position
            }
        };
        let flow = ready.filter.flow_row(turn)?;
        // Tags of members count as long as their flow is kept.
        turn.store.save_flows()?;
        let seen = &*turn;
        let page = seen.store.events_after(after, ready.limit, &mut |row| ready.filter.wants(seen, flow, row))?;
        let events = page.rows.into_iter().map(|row| record(turn, row)).collect::<Result<_>>()?;
        Ok(EventPage { events, cursor: Cursor::text_after(page.last), at_end: page.last >= newest })
    }
}

/// A cursor must not stand past the newest row of the log.
pub fn not_past(field: &str, position: i64, newest: i64) -> Result<()> {
    if position <= newest {
        return Ok(());
    }
    let limit = format!("a cursor of this log, whose newest is {}", Cursor::text_after(newest));
    Err(Error::argument(Code::InvalidInput, field, &limit, Cursor::text_after(position)))
}

/// Nothing may have been trimmed between a cursor and the oldest row that is kept; progress that was reported anew leaves
/// a gap as well.
fn not_trimmed(turn: &Turn<'_>, position: i64) -> Result<()> {
    let oldest = turn.oldest_kept()?;
    if position + 1 >= oldest || position >= turn.store.last_event_before(oldest)? {
        return Ok(());
    }
    let message = format!("after: the log starts at {}", Cursor::text_after(oldest));
    Err(Error::new(Code::CursorTooOld, message).with("oldest", Cursor::text_after(oldest - 1)))
}

/// An event as it is told. The flow of a member is one that the store remembers, so that only what is told costs a
/// search, and that once for each flow. Contract: events.names.
pub fn record(turn: &mut Turn<'_>, row: EventRow) -> Result<EventRecord> {
    let flow = match row.member_of {
        Some(flow) => Some(turn.store.flow(flow)?.id),
        None => row.flow.or(row.former_flow),
    };
    Ok(EventRecord {
        cursor: Cursor::text_after(row.position),
        at: row.at,
        execution_id: row.execution.map(|id| id.text()),
        flow_id: flow.map(uuid_text),
        namespace: row.namespace,
        cause: row.cause,
        public_state: row.state.map(|state| state.public_state()),
        state: row.state,
        completion: row.state.and_then(|state| state.terminal_outcome),
        lease: row.lease,
        lease_id: row.lease_id.map(uuid_text),
        lease_epoch: row.epoch,
        worker_id: row.worker,
        worker_instance_id: row.instance,
        detail: row.detail,
    })
}
