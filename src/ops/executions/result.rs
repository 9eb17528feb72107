//! `get_execution_result`: the result's bytes, exactly as they were given. Contract: executions.result,
//! executions.result-none.

use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::model::ground::vocabulary::Outcome;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `get_execution_result`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct GetExecutionResultArgs {
    /// The execution.
    pub execution_id: String,
}

reads!(GetExecutionResultArgs { execution_id });

/// The result of a completed execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExecutionResult {
    /// The attempt that completed it.
    pub attempt_index: i64,
    /// Its bytes; absent when it was completed without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Bytes>,
    /// How they are encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
}

impl Call for GetExecutionResultArgs {
    const OP: &'static str = "get_execution_result";
    const WRITES: bool = false;
    type Ready = ExecutionId;
    type Answer = Option<ExecutionResult>;

    fn check(self, _limits: &Limits) -> Result<ExecutionId> {
        ExecutionId::parse("executionId", &self.execution_id)
    }

    /// Nothing while it has not completed, and nothing for an unknown execution.
    fn run(id: &ExecutionId, turn: &mut Turn<'_>) -> Result<Option<ExecutionResult>> {
        let Some(execution) = turn.find(id)? else { return Ok(None) };
        let Some(attempt) = execution.attempt.as_ref().filter(|_| execution.outcome() == Some(Outcome::Success)) else {
            return Ok(None);
        };
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
