//! `execution_history`: what happened to one execution, the newest first. Its events are linked backwards, so that no
//! other row of the log is looked at. Contract: events.history, events.history-ends.

use super::filter::in_one_of;
use super::read::{EventRecord, not_past, record};
use crate::error::{Code, Error, Result};
use crate::model::events::event::{Cursor, EventStream};
use crate::model::executions::execution::Execution;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;
use crate::store::ROWS_LOOKED_AT_MAX;
use serde::Serialize;

/// The arguments of `execution_history`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ExecutionHistoryArgs {
    /// The execution.
    pub execution_id: String,
    /// The streams wanted; `lease` and `operator` when left out or empty.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub streams: Vec<EventStream>,
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
    pub limit: Option<i64>,
}

reads!(ExecutionHistoryArgs { execution_id, streams = default, cursor, limit });

/// A page of an execution's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExecutionHistory {
    /// The newest first.
    pub events: Vec<EventRecord>,
    /// Present while there is more to look at. A read looks at 10 000 events at most, so that its page may be short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    streams: Vec<EventStream>,
    before: Option<i64>,
    limit: usize,
}

impl Call for ExecutionHistoryArgs {
    const OP: &'static str = "execution_history";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = ExecutionHistory;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let before = self.cursor.as_deref().map(cursor).transpose()?;
        let limit = usize::try_from(argument::page("limit", self.limit)?).unwrap_or(0);
        let default = || vec![EventStream::Lease, EventStream::Operator];
        let streams = if self.streams.is_empty() { default() } else { self.streams };
        Ok(Ready { id, streams, before, limit })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ExecutionHistory> {
        let execution = load(turn, &ready.id)?;
        let oldest = turn.oldest_kept()?;
        let mut history = ExecutionHistory { events: Vec::new(), next_cursor: None };
        let (mut at, mut last, mut looked_at) = (start(turn, &execution, ready.before)?, None, 0);
        while let Some(position) = at.filter(|position| *position >= oldest) {
            if history.events.len() >= ready.limit || looked_at == ROWS_LOOKED_AT_MAX {
                history.next_cursor = last.map(Cursor::text_after);
                break;
            }
            let Some(row) = turn.store.event(position)? else { break };
            (at, last) = (row.previous, Some(position));
            looked_at += 1;
            if in_one_of(&ready.streams, &row) {
                let row = turn.store.with_detail(row)?;
                history.events.push(record(turn, row)?);
            }
        }
        Ok(history)
    }
}

/// Only what a page answered is a cursor here.
fn cursor(text: &str) -> Result<i64> {
    match Cursor::parse("cursor", text)? {
        Cursor::After(position) => Ok(position),
        Cursor::Now | Cursor::Start => Err(foreign(text)),
    }
}

/// Where a page begins: at the newest event, or before that of a cursor, which ends the walk where it was trimmed.
fn start(turn: &Turn<'_>, execution: &Execution, before: Option<i64>) -> Result<Option<i64>> {
    let Some(before) = before else { return Ok(Some(execution.last_event)) };
    not_past("cursor", before, execution.last_event)?;
    match turn.store.event(before)? {
        // Progress stands in no history.
        Some(row) if row.row == Some(execution.row) && row.cause != Cause::ProgressReported => Ok(row.previous),
        Some(_) => Err(foreign(&Cursor::text_after(before))),
        None => Ok(None),
    }
}

#[cold]
fn foreign(found: &str) -> Error {
    Error::argument(Code::InvalidInput, "cursor", "the nextCursor of a page of this history", format!("{found:?}"))
}
