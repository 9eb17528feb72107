//! Finding a flow and its members, and the refusals that all operations on flows share. Contract: flows.over-refuses,
//! edges.members-only.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::flows::flow::Flow;
use crate::model::ground::id::{ExecutionId, uuid_text};
use crate::ops::ground::turn::Turn;
use uuid::Uuid;

/// The row of the flow with this id, which must exist and be kept still.
pub fn load_flow(turn: &mut Turn<'_>, id: Uuid) -> Result<i64> {
    turn.find_flow(id)?.ok_or_else(|| unknown(id))
}

/// The row of the flow with this id, which must still take members and edges.
pub fn open_flow(turn: &mut Turn<'_>, id: Uuid) -> Result<i64> {
    let row = load_flow(turn, id)?;
    let flow = turn.store.flow(row)?;
    if flow.is_over() { Err(over(flow)) } else { Ok(row) }
}

/// A member of a flow.
pub fn member(turn: &mut Turn<'_>, flow: i64, field: &str, id: &ExecutionId) -> Result<Execution> {
    let found = turn.find(id)?.filter(|execution| execution.flow == Some(flow));
    match found {
        Some(execution) => Ok(execution),
        None => Err(not_in_flow(turn.store.flow(flow)?, field, id)),
    }
}

#[cold]
fn unknown(id: Uuid) -> Error {
    let id = uuid_text(id);
    Error::new(Code::NotFoundFlow, format!("no flow has the id {id}")).with("flowId", id)
}

/// The refusal of a flow that takes no more.
#[cold]
pub fn over(flow: &Flow) -> Error {
    let (id, state) = (uuid_text(flow.id), flow.state());
    Error::new(Code::FlowAlreadyTerminal, format!("flow {id} is {state}: it is over, and takes no more"))
        .with("flowId", id)
        .with("publicFlowState", state)
}

#[cold]
fn not_in_flow(flow: &Flow, field: &str, id: &ExecutionId) -> Error {
    let flow = uuid_text(flow.id);
    Error::new(Code::ExecutionNotInFlow, format!("{field}: execution {id} is not a member of flow {flow}"))
        .with("field", field)
        .with("executionId", id)
        .with("flowId", flow)
}
