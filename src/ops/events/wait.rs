//! `wait`: how an execution ended, or where to go on waiting from. The host parks the caller and asks again when the
//! execution ends, so that nothing waits in here. Contract: executions.wait, executions.wait-after.

use super::read::not_past;
use crate::error::Result;
use crate::model::events::event::Cursor;
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::{Attempt, Execution};
use crate::model::executions::transition::Expiry;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::model::ground::vocabulary::Outcome;
use crate::ops::ground::call::Call;
use crate::ops::ground::cascade::IMPOSSIBLE;
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;
use crate::store::EventRow;
use serde::Serialize;

/// The arguments of `wait`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct WaitArgs {
    /// The execution.
    pub execution_id: String,
    /// The `after` of an earlier answer: the first end since then counts, also where the execution was replayed
    /// meanwhile. Now when left out.
    pub after: Option<String>,
}

reads!(WaitArgs { execution_id, after });

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct WaitOutcome {
    /// How it ended.
    pub outcome: Outcome,
    /// The bytes of its result; absent when it was completed without any.
    #[serde(skip_serializing_if = "Bytes::is_apart")]
    pub result: Option<Bytes>,
    /// How they are encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The message of its failure, or why it was cancelled or expired, where anybody said so. What a replay has
    /// forgotten is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An execution that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct WaitPending {
    /// Always true.
    #[cfg_attr(feature = "types", ts(type = "true"))]
    pub pending: bool,
    /// Goes on waiting from here.
    pub after: String,
}

/// The answer of `wait`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum WaitAnswer {
    /// It has ended.
    Ended(WaitOutcome),
    /// It has not.
    Pending(WaitPending),
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    after: Option<i64>,
}

impl Call for WaitArgs {
    const OP: &'static str = "wait";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = WaitAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let after = match Cursor::parse("after", self.after.as_deref().unwrap_or_default())? {
            Cursor::Now => None,
            Cursor::Start => Some(0),
            Cursor::After(position) => Some(position),
        };
        Ok(Ready { id, after })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<WaitAnswer> {
        let execution = match ready.after {
            None => load(turn, &ready.id)?,
            Some(_) => awaited(turn, &ready.id)?,
        };
        if let Some(after) = ready.after {
            not_past("after", after, turn.store.next_position() - 1)?;
            if let Some(end) = former_end(turn, &execution, after)? {
                return Ok(WaitAnswer::Ended(former(turn, &execution, &end)?));
            }
        }
        Ok(match execution.outcome() {
            Some(outcome) => WaitAnswer::Ended(current(turn, &execution, outcome)?),
            None => WaitAnswer::Pending(WaitPending { pending: true, after: Cursor::text_after(execution.last_event) }),
        })
    }

    fn answer_bytes(answer: &mut WaitAnswer, visit: &mut dyn FnMut(&mut Bytes)) {
        if let WaitAnswer::Ended(WaitOutcome { result: Some(result), .. }) = answer {
            visit(result);
        }
    }
}

/// The execution that somebody waits for already: past its retention too, as long as it is not deleted.
fn awaited(turn: &mut Turn<'_>, id: &ExecutionId) -> Result<Execution> {
    match turn.store.find_execution(id)? {
        Some(execution) => Ok(execution),
        None => load(turn, id),
    }
}

/// The first end after a position, where the execution was replayed since.
fn former_end(turn: &Turn<'_>, execution: &Execution, after: i64) -> Result<Option<EventRow>> {
    // A member can come back from being skipped without a replay of its own.
    if execution.replay_count == 0 && execution.flow.is_none() {
        return Ok(None);
    }
    let oldest = turn.oldest_kept()?.max(after + 1);
    let (mut at, mut first, mut ends) = (Some(execution.last_event), None, 0);
    while let Some(position) = at.filter(|position| *position >= oldest) {
        let Some(row) = turn.store.event(position)? else { break };
        at = row.previous;
        if row.state.is_some_and(|state| state.terminal_outcome.is_some()) {
            first = Some(row);
            ends += 1;
        }
    }
    // The only end of an execution that has ended is the one it stands in.
    Ok(first.filter(|_| ends > 1 || execution.outcome().is_none()))
}

/// How an execution that has ended did.
fn current(turn: &Turn<'_>, execution: &Execution, outcome: Outcome) -> Result<WaitOutcome> {
    let attempt = execution.attempt.as_ref();
    let ending = || Ok(turn.store.ending(execution.row)?.map(|(reason, _)| reason));
    let reason = match failure(turn, execution, outcome, attempt)? {
        None => ending()?,
        said => said,
    };
    ended(turn, outcome, attempt, reason)
}

/// How an execution that was replayed since ended, as far as that is still known.
fn former(turn: &Turn<'_>, execution: &Execution, end: &EventRow) -> Result<WaitOutcome> {
    let outcome = end.state.and_then(|state| state.terminal_outcome).unwrap_or(Outcome::Skipped);
    let archived = turn.store.archived_attempts(execution.row)?;
    let epoch = epoch_of(turn, end)?;
    let attempt = archived.iter().chain(&execution.attempt).find(|attempt| Some(attempt.lease.epoch) == epoch);
    let expiry = [Expiry::Deadline, Expiry::AttemptTimeout].into_iter().find(|expiry| expiry.cause() == end.cause);
    let reason = match expiry {
        Some(expiry) => Some(expiry.word().to_owned()),
        None if outcome == Outcome::Skipped => Some(skip_reason(turn, end)?),
        None => failure(turn, execution, outcome, attempt)?,
    };
    ended(turn, outcome, attempt, reason)
}

/// Why a member was skipped: its event says so where it was not needed.
fn skip_reason(turn: &Turn<'_>, end: &EventRow) -> Result<String> {
    let detail = turn.store.event_detail(end.position)?;
    Ok(if let Some(EventDetail::Reason { reason }) = detail { reason } else { IMPOSSIBLE.to_owned() })
}

/// The epoch of the lease that an end is about: one that had lapsed before is named by an earlier event.
fn epoch_of(turn: &Turn<'_>, end: &EventRow) -> Result<Option<i64>> {
    let (mut epoch, mut at) = (end.epoch, end.previous);
    while let (None, Some(position)) = (epoch, at) {
        let Some(row) = turn.store.event(position)? else { break };
        (epoch, at) = (row.epoch, row.previous);
    }
    Ok(epoch)
}

/// What the failure of an attempt says.
fn failure(
    turn: &Turn<'_>,
    execution: &Execution,
    outcome: Outcome,
    attempt: Option<&Attempt>,
) -> Result<Option<String>> {
    match attempt.filter(|_| outcome == Outcome::Failed) {
        Some(attempt) => turn.store.failure_message(execution.row, attempt.index),
        None => Ok(None),
    }
}

fn ended(turn: &Turn<'_>, outcome: Outcome, attempt: Option<&Attempt>, reason: Option<String>) -> Result<WaitOutcome> {
    let row = attempt.filter(|_| outcome == Outcome::Success).and_then(|attempt| attempt.result);
    let payload = row.map(|row| turn.store.payload(row)).transpose()?.flatten();
    let (result, encoding) = payload.map_or((None, None), |(bytes, encoding)| (Some(Bytes::Here(bytes)), encoding));
    Ok(WaitOutcome { outcome, result, encoding, reason: reason.filter(|words| !words.is_empty()) })
}
