//! Joining a flow: the flow must still take members, and its newest one comes last. Shared by what makes an execution a
//! member and what creates one. Contract: flows.over-refuses, flows.add-order.

use super::turn::Turn;
use crate::error::{Code, Error, Result};
use crate::model::events::event::EventDetail;
use crate::model::flows::flow::Flow;
use crate::model::ground::cause::Cause;
use crate::model::ground::id::{ExecutionId, uuid_text};
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

/// Has a flow grow by a member that comes last; answers its place in the topological order.
pub fn grow(turn: &mut Turn<'_>, row: i64) -> Result<i64> {
    let now = turn.now;
    let flow = turn.store.flow_mut(row)?;
    let rank = flow.last_rank;
    flow.last_rank += 1;
    flow.revision += 1;
    flow.changed_at = now;
    Ok(rank)
}

/// Tells that an execution is a member now.
pub fn tell_joined(turn: &mut Turn<'_>, row: i64, id: &ExecutionId) -> Result<()> {
    let flow = turn.store.flow(row)?.clone();
    let detail = EventDetail::Member { execution_id: id.text() };
    turn.tell_flow(turn.now, Cause::FlowMemberAdded, &flow, Some(&detail))
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
