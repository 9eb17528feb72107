//! `get_execution_input`: what an execution is to work on, without claiming it. Contract: executions.input-read.

use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `get_execution_input`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct GetExecutionInputArgs {
    /// The execution.
    pub execution_id: String,
}

reads!(GetExecutionInputArgs { execution_id });

/// The input of an execution, as its next claim would hand it over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExecutionInput {
    /// Its bytes; absent where it has none.
    #[serde(skip_serializing_if = "Bytes::is_apart")]
    pub input: Option<Bytes>,
    /// How they are encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
}

impl Call for GetExecutionInputArgs {
    const OP: &'static str = "get_execution_input";
    const WRITES: bool = false;
    type Ready = ExecutionId;
    type Answer = Option<ExecutionInput>;

    fn check(self, _limits: &Limits) -> Result<ExecutionId> {
        ExecutionId::parse("executionId", &self.execution_id)
    }

    /// Nothing for an unknown execution.
    fn run(id: &ExecutionId, turn: &mut Turn<'_>) -> Result<Option<ExecutionInput>> {
        let Some(execution) = turn.find(id)? else { return Ok(None) };
        let payload = match turn.store.specification(execution.row)?.input {
            Some(row) => turn.store.payload(row)?,
            None => None,
        };
        let (input, encoding) = payload.map_or((None, None), |(bytes, encoding)| (Some(Bytes::Here(bytes)), encoding));
        Ok(Some(ExecutionInput { input, encoding }))
    }

    fn answer_bytes(answer: &mut Option<ExecutionInput>, visit: &mut dyn FnMut(&mut Bytes)) {
        answer.iter_mut().filter_map(|answer| answer.input.as_mut()).for_each(visit);
    }
}
