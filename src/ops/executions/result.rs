//! `get_execution_result`: the result's bytes, exactly as they were given, of an execution or of one of its attempts.
//! Contract: executions.result, executions.result-none, executions.result-attempt.

use crate::error::Result;
use crate::model::executions::execution::{Attempt, Execution};
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::model::ground::vocabulary::{AttemptLifecycle, Outcome};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `get_execution_result`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct GetExecutionResultArgs {
    /// The execution.
    pub execution_id: String,
    /// An attempt of it, zero based, however the execution stands now; the one that completed it when left out.
    pub attempt_index: Option<i64>,
}

reads!(GetExecutionResultArgs { execution_id, attempt_index });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    index: Option<i64>,
}

/// The result of a completed attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExecutionResult {
    /// The attempt that completed it.
    pub attempt_index: i64,
    /// Its bytes; absent when it was completed without any.
    #[serde(skip_serializing_if = "Bytes::is_apart")]
    pub result: Option<Bytes>,
    /// How they are encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
}

impl Call for GetExecutionResultArgs {
    const OP: &'static str = "get_execution_result";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = Option<ExecutionResult>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::opt_number("attemptIndex", self.attempt_index, 0, INTEGER_MAX)?;
        Ok(Ready { id, index: self.attempt_index })
    }

    /// Nothing while it has not completed, and nothing for what is unknown.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<ExecutionResult>> {
        let Some(execution) = turn.find(&ready.id)? else { return Ok(None) };
        let is_completed = execution.outcome() == Some(Outcome::Success);
        let attempt = match ready.index {
            None => execution.attempt.filter(|_| is_completed),
            Some(index) => completed(turn, execution, index)?,
        };
        let Some(attempt) = attempt else { return Ok(None) };
        let payload = match attempt.result {
            Some(row) => turn.store.payload(row)?,
            None => None,
        };
        let (result, encoding) = payload.map_or((None, None), |(bytes, encoding)| (Some(Bytes::Here(bytes)), encoding));
        Ok(Some(ExecutionResult { attempt_index: attempt.index, result, encoding }))
    }

    fn answer_bytes(answer: &mut Option<ExecutionResult>, visit: &mut dyn FnMut(&mut Bytes)) {
        answer.iter_mut().filter_map(|answer| answer.result.as_mut()).for_each(visit);
    }
}

/// An attempt that completed, whatever became of the execution since: a replay keeps it.
fn completed(turn: &Turn<'_>, execution: Execution, index: i64) -> Result<Option<Attempt>> {
    let latest = execution.attempt.filter(|attempt| attempt.index == index);
    let found = if latest.is_some() { latest } else { turn.store.archived_attempt(execution.row, index)? };
    let is_complete = |attempt: &Attempt| matches!(attempt.ended, Some((AttemptLifecycle::EndedSuccess, _)));
    Ok(found.filter(is_complete))
}
