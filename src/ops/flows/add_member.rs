//! `add_execution_to_flow`: an execution, in whatever state, becomes a member of a flow. Contract: flows.add,
//! flows.one-flow, flows.add-order.

use super::find::open_flow;
use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, required_uuid, uuid_text};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::load;
use crate::ops::ground::join::{grow, tell_joined};
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `add_execution_to_flow`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct AddExecutionToFlowArgs {
    /// The flow.
    pub flow_id: String,
    /// The execution.
    pub execution_id: String,
    /// What the flow calls it: 1 to 256 bytes.
    pub name: Option<String>,
}

reads!(AddExecutionToFlowArgs { flow_id, execution_id, name });

/// What came of adding an execution to a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum AddOutcome {
    /// It is a member now.
    Added,
    /// It was one before; nothing changed.
    AlreadyMember,
}

/// The answer of `add_execution_to_flow`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct AddExecutionToFlowAnswer {
    /// What came of it.
    pub outcome: AddOutcome,
    /// The execution.
    pub execution_id: String,
    /// Members of the flow now.
    pub node_count: i64,
}

/// Checked arguments.
pub struct Ready {
    flow: Uuid,
    id: ExecutionId,
    name: Option<String>,
}

impl Call for AddExecutionToFlowArgs {
    const OP: &'static str = "add_execution_to_flow";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = AddExecutionToFlowAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let flow = required_uuid("flowId", &self.flow_id)?;
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::opt_name("name", self.name.as_deref())?;
        Ok(Ready { flow, id, name: self.name })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<AddExecutionToFlowAnswer> {
        let flow = open_flow(turn, ready.flow)?;
        let mut execution = load(turn, &ready.id)?;
        let outcome = match execution.flow {
            Some(other) if other != flow => return Err(elsewhere(&execution, turn.store.flow(other)?.id)),
            Some(_) => AddOutcome::AlreadyMember,
            None => AddOutcome::Added,
        };
        if outcome == AddOutcome::Added {
            turn.store.refuse_when_full()?;
            add(turn, flow, &mut execution, ready.name.as_deref())?;
        }
        let node_count = turn.store.flow(flow)?.node_count();
        Ok(AddExecutionToFlowAnswer { outcome, execution_id: ready.id.text(), node_count })
    }
}

/// Makes an execution the last member of a flow.
fn add(turn: &mut Turn<'_>, row: i64, execution: &mut Execution, name: Option<&str>) -> Result<()> {
    let rank = grow(turn, row)?;
    execution.flow = Some(row);
    turn.store.insert_member(execution, name, rank)?;
    tell_joined(turn, row, &execution.id)
}

#[cold]
fn elsewhere(execution: &Execution, flow: Uuid) -> Error {
    let (id, flow) = (execution.id, uuid_text(flow));
    Error::new(Code::ExecutionAlreadyInFlow, format!("execution {id} is a member of flow {flow} already"))
        .with("executionId", id)
        .with("flowId", flow)
}
