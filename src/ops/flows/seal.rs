//! `seal_flow`: from now on the flow ends with its last member. Contract: flows.seal, flows.ends-once.

use super::find::{load_flow, over};
use crate::error::Result;
use crate::model::flows::flow::FlowState;
use crate::model::ground::argument::Limits;
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::model::ground::id::required_uuid;
use crate::ops::ground::call::Call;
use crate::ops::ground::cascade::{follow, judge_short};
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `seal_flow`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct SealFlowArgs {
    /// The flow.
    pub flow_id: String,
}

reads!(SealFlowArgs { flow_id });

/// What came of sealing a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum SealOutcome {
    /// It is sealed now.
    Sealed,
    /// It was before; nothing changed.
    AlreadySealed,
}

/// The answer of `seal_flow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SealFlowAnswer {
    /// What came of it.
    pub outcome: SealOutcome,
    /// The state of the flow now.
    pub public_flow_state: FlowState,
}

impl Call for SealFlowArgs {
    const OP: &'static str = "seal_flow";
    const WRITES: bool = true;
    type Ready = Uuid;
    type Answer = SealFlowAnswer;

    fn check(self, _limits: &Limits) -> Result<Uuid> {
        required_uuid("flowId", &self.flow_id)
    }

    fn run(id: &Uuid, turn: &mut Turn<'_>) -> Result<SealFlowAnswer> {
        let row = load_flow(turn, *id)?;
        let flow = turn.store.flow(row)?;
        if flow.cancelled.is_some() {
            return Err(over(flow));
        }
        let outcome = if flow.sealed { SealOutcome::AlreadySealed } else { SealOutcome::Sealed };
        if outcome == SealOutcome::Sealed {
            seal(turn, row)?;
        }
        Ok(SealFlowAnswer { outcome, public_flow_state: turn.store.flow(row)?.state() })
    }
}

fn seal(turn: &mut Turn<'_>, row: i64) -> Result<()> {
    let flow = turn.store.flow_mut(row)?;
    (flow.sealed, flow.changed_at) = (true, turn.now);
    let flow = flow.clone();
    turn.tell_flow(turn.now, Cause::FlowSealed, &flow, None)?;
    judge_short(turn, row, turn.now)?;
    follow(turn, row, turn.now)
}
