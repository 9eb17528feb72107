//! `resolve_execution_flow_id`: the flow that an execution is a member of. Contract: flows.of-execution.

use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, uuid_text};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;

/// The arguments of `resolve_execution_flow_id`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct ResolveExecutionFlowIdArgs {
    /// The execution.
    pub execution_id: String,
}

reads!(ResolveExecutionFlowIdArgs { execution_id });

impl Call for ResolveExecutionFlowIdArgs {
    const OP: &'static str = "resolve_execution_flow_id";
    const WRITES: bool = false;
    type Ready = ExecutionId;
    type Answer = Option<String>;

    fn check(self, _limits: &Limits) -> Result<ExecutionId> {
        ExecutionId::parse("executionId", &self.execution_id)
    }

    /// Nothing for an execution that is unknown or stands alone.
    fn run(id: &ExecutionId, turn: &mut Turn<'_>) -> Result<Option<String>> {
        let Some(row) = turn.find(id)?.and_then(|execution| execution.flow) else { return Ok(None) };
        Ok(Some(uuid_text(turn.store.flow(row)?.id)))
    }
}
