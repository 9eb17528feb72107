//! `wait_flow`: how a flow ended, or where to go on waiting from. The host parks the caller and asks again when the
//! flow ends. A cancelled flow ends with the last member that ran on. Contract: flows.wait, flows.wait-after,
//! flows.wait-past.

use super::find::load_flow;
use crate::error::{Code, Error, Result};
use crate::model::flows::flow::{CancellationPolicy, FlowState};
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::required_uuid;
use crate::ops::executions::count::Counts;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `wait_flow`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct WaitFlowArgs {
    /// The flow.
    pub flow_id: String,
    /// The `after` of an earlier answer: an end since then counts, also where the flow goes on again. Now when left out.
    pub after: Option<i64>,
}

reads!(WaitFlowArgs { flow_id, after });

/// How a flow ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct FlowOutcome {
    /// `completed`, `failed` or `cancelled`.
    pub public_flow_state: FlowState,
    /// Which members its cancellation ended, where it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancellation_policy: Option<CancellationPolicy>,
    /// How many members are in each state; absent where the flow goes on again, or is past its retention.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(type = "Record<PublicState, number>"))]
    pub counts: Option<Counts>,
}

/// A flow that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct FlowPending {
    /// Always true.
    #[cfg_attr(feature = "types", ts(type = "true"))]
    pub pending: bool,
    /// Goes on waiting from here.
    pub after: i64,
}

/// The answer of `wait_flow`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum WaitFlowAnswer {
    /// It has ended.
    Ended(FlowOutcome),
    /// It has not.
    Pending(FlowPending),
}

/// Checked arguments.
pub struct Ready {
    id: Uuid,
    after: Option<i64>,
}

impl Call for WaitFlowArgs {
    const OP: &'static str = "wait_flow";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = WaitFlowAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::opt_number("after", self.after, 0, INTEGER_MAX)?;
        Ok(Ready { id: required_uuid("flowId", &self.flow_id)?, after: self.after })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<WaitFlowAnswer> {
        let row = awaited(ready, turn)?;
        let engine_ms = turn.limits.retention.executions_ms;
        let flow = turn.store.flow(row)?;
        let after = ready.after.unwrap_or(flow.end_count);
        if after > flow.end_count {
            let limit = format!("an earlier answer's, at most {}", flow.end_count);
            return Err(Error::argument(Code::InvalidInput, "after", &limit, after));
        }
        let past = flow.kept_until(engine_ms).is_some_and(|until| until <= turn.now);
        Ok(match flow.end_state {
            Some(state) if flow.is_done() || after < flow.end_count => WaitFlowAnswer::Ended(FlowOutcome {
                public_flow_state: state,
                cancellation_policy: flow.cancelled.map(|(_, policy)| policy).filter(|_| state == FlowState::Cancelled),
                counts: (flow.is_done() && !past).then_some(Counts(flow.counts)),
            }),
            Some(_) | None => WaitFlowAnswer::Pending(FlowPending { pending: true, after: flow.end_count }),
        })
    }
}

/// The flow that is asked about; one that somebody waits for already is found past its retention too, as long as it is
/// not deleted.
fn awaited(ready: &Ready, turn: &mut Turn<'_>) -> Result<i64> {
    match turn.store.find_flow(ready.id)? {
        Some(row) if ready.after.is_some() => Ok(row),
        Some(_) | None => load_flow(turn, ready.id),
    }
}
