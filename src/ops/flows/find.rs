//! Finding the members of a flow, and the refusal that all operations on members share. Contract: edges.members-only.

pub use crate::ops::ground::join::{load_flow, open_flow, over};

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::flows::flow::Flow;
use crate::model::ground::id::{ExecutionId, uuid_text};
use crate::ops::ground::turn::Turn;

/// A member of a flow.
pub fn member(turn: &mut Turn<'_>, flow: i64, field: &str, id: &ExecutionId) -> Result<Execution> {
    let found = turn.find(id)?.filter(|execution| execution.flow == Some(flow));
    match found {
        Some(execution) => Ok(execution),
        None => Err(not_in_flow(turn.store.flow(flow)?, field, id)),
    }
}

#[cold]
fn not_in_flow(flow: &Flow, field: &str, id: &ExecutionId) -> Error {
    let flow = uuid_text(flow.id);
    Error::new(Code::ExecutionNotInFlow, format!("{field}: execution {id} is not a member of flow {flow}"))
        .with("field", field)
        .with("executionId", id)
        .with("flowId", flow)
}
