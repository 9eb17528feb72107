//! `ack_cancel_member`: the second of the two steps of a flow's cancellation, for one member: whoever cancels it has
//! done so. Contract: flows.ack.

use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, required_uuid};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `ack_cancel_member`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct AckCancelMemberArgs {
    /// The flow.
    pub flow_id: String,
    /// The member that the engine need not cancel any more.
    pub execution_id: String,
}

reads!(AckCancelMemberArgs { flow_id, execution_id });

/// The answer of `ack_cancel_member`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct AckCancelMemberAnswer {
    /// Whether it stood in the backlog; false for a flow or a member that nobody knows.
    pub removed: bool,
}

/// Checked arguments.
pub struct Ready {
    flow: Uuid,
    execution: ExecutionId,
}

impl Call for AckCancelMemberArgs {
    const OP: &'static str = "ack_cancel_member";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = AckCancelMemberAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let flow = required_uuid("flowId", &self.flow_id)?;
        Ok(Ready { flow, execution: ExecutionId::parse("executionId", &self.execution_id)? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<AckCancelMemberAnswer> {
        let removed = match (turn.find_flow(ready.flow)?, turn.find(&ready.execution)?) {
            (Some(flow), Some(execution)) => turn.store.leave_backlog(flow, execution.row)?,
            _ => false,
        };
        Ok(AckCancelMemberAnswer { removed })
    }
}
