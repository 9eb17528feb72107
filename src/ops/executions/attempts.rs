//! `list_attempts`: every attempt of an execution, the newest first, in pages. Contract: attempts.list,
//! executions.describe-attempts.

use super::snapshot::{AttemptSnapshot, FailureSnapshot};
use crate::error::Result;
use crate::model::executions::execution::{Attempt, Execution};
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, uuid_text};
use crate::model::ground::span::{cursor_after, parse_cursor};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;
use crate::store::Failure;
use serde::Serialize;

/// Attempts that `describe_execution` tells of, at most: the newest.
pub const ATTEMPTS_TOLD_MAX: i64 = 100;

/// Bytes of failures after which a page of attempts ends.
const FAILURE_BYTES_MAX: usize = 4 << 20;

/// The arguments of `list_attempts`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ListAttemptsArgs {
    /// The execution.
    pub execution_id: String,
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
    pub limit: Option<i64>,
}

reads!(ListAttemptsArgs { execution_id, cursor, limit });

/// A page of an execution's attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct AttemptPage {
    /// The newest first. What they failed with may end a page early.
    pub attempts: Vec<AttemptSnapshot>,
    /// Present exactly when more remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    before: i64,
    limit: i64,
}

impl Call for ListAttemptsArgs {
    const OP: &'static str = "list_attempts";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = AttemptPage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let before = self.cursor.as_deref().map(|cursor| parse_cursor("cursor", cursor)).transpose()?;
        let limit = argument::page("limit", self.limit)?;
        Ok(Ready { id, before: before.unwrap_or(INTEGER_MAX), limit })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<AttemptPage> {
        let execution = load(turn, &ready.id)?;
        let attempts = attempts_before(turn, &execution, ready.before, ready.limit)?;
        // Their indexes have no gaps.
        let more = attempts.last().map(|last| last.attempt_index).filter(|index| *index > 0);
        Ok(AttemptPage { attempts, next_cursor: more.map(cursor_after) })
    }
}

/// The attempts before an index, the newest first, at most so many.
pub fn attempts_before(
    turn: &Turn<'_>,
    execution: &Execution,
    before: i64,
    limit: i64,
) -> Result<Vec<AttemptSnapshot>> {
    let latest = execution.attempt.as_ref().filter(|attempt| attempt.index < before && limit > 0);
    let left = limit - i64::from(latest.is_some());
    let older = execution.attempt_count > 1 && left > 0;
    let archived = if older { turn.store.archived_attempts_before(execution.row, before, left)? } else { Vec::new() };
    let (mut told, mut bytes) = (Vec::new(), 0);
    for attempt in latest.into_iter().chain(&archived) {
        let failure = turn.store.failure(execution.row, attempt.index)?;
        bytes += failure.as_ref().map_or(0, |one| one.message.len() + one.detail.as_ref().map_or(0, String::len));
        told.push(snapshot(execution, attempt, failure));
        if bytes > FAILURE_BYTES_MAX {
            break;
        }
    }
    Ok(told)
}

fn snapshot(execution: &Execution, attempt: &Attempt, failure: Option<Failure>) -> AttemptSnapshot {
    AttemptSnapshot {
        attempt_index: attempt.index,
        attempt_id: uuid_text(attempt.id),
        attempt_type: attempt.kind,
        lifecycle: execution.attempt_lifecycle(attempt),
        worker_id: attempt.lease.worker.to_string(),
        worker_instance_id: attempt.lease.instance.to_string(),
        lease_epoch: attempt.lease.epoch,
        started_at: attempt.started_at,
        ended_at: attempt.ended.map(|(_, at)| at),
        failure: failure.map(|failure| FailureSnapshot {
            class: failure.class,
            category: failure.category,
            message: failure.message,
            detail: failure.detail,
        }),
        has_result: attempt.result.is_some(),
    }
}
