//! `cancel_flow_header`: the first of two steps in which whoever works outside of the engine cancels a flow: it is
//! marked as cancelled, and its members stand in a backlog until each of them was acknowledged. What is left of that
//! when the grace is over, the engine cancels by itself. Contract: flows.header, flows.grace, flows.header-again.

use super::cancel::{IDS_MAX, request, texts};
use super::find::load_flow;
use crate::error::{Code, Error, Result};
use crate::model::flows::flow::CancellationPolicy;
use crate::model::ground::argument::{self, INTEGER_MAX, Limits, REASON_BYTES_MAX};
use crate::model::ground::given::reads;
use crate::model::ground::id::required_uuid;
use crate::model::ground::json::number_text;
use crate::ops::ground::call::Call;
use crate::ops::ground::cascade::{follow, judge_short};
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// How long the members may take to be acknowledged when nothing is said, in ms.
pub const GRACE_MS_DEFAULT: i64 = 30_000;

/// The arguments of `cancel_flow_header`.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct CancelFlowHeaderArgs {
    /// The flow.
    pub flow_id: String,
    /// Which members end with it; those of any policy but `cancel_all` are left to the caller alone.
    pub policy: CancellationPolicy,
    /// Why, in words; kept by the first that cancels.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub reason: String,
    /// After how long the engine cancels what was not acknowledged, in ms: a whole number below 2^53; 30 000 when left
    /// out.
    pub grace_ms: Option<f64>,
}

reads!(CancelFlowHeaderArgs { flow_id, policy, reason = default, grace_ms });

/// What came of the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum CancelHeaderOutcome {
    /// The flow is cancelled now.
    Cancelled,
    /// It was cancelled before, or its last member had ended; nothing changed.
    AlreadyTerminal,
}

/// The answer of `cancel_flow_header`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct CancelFlowHeaderAnswer {
    /// What came of it.
    pub outcome: CancelHeaderOutcome,
    /// The policy of the first cancellation, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancellation_policy: Option<CancellationPolicy>,
    /// Its reason, where it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<String>,
    /// Members that have yet to be acknowledged; where none is, those that were cancelled with their flow or since, of a
    /// repetition, else all members. In the order of creation, the first 1 000.
    pub member_execution_ids: Vec<String>,
}

/// Checked arguments.
pub struct Ready {
    id: Uuid,
    policy: CancellationPolicy,
    reason: String,
    grace_ms: i64,
}

impl Call for CancelFlowHeaderArgs {
    const OP: &'static str = "cancel_flow_header";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = CancelFlowHeaderAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = required_uuid("flowId", &self.flow_id)?;
        argument::text("reason", &self.reason, REASON_BYTES_MAX)?;
        let grace_ms = self.grace_ms.map_or(Ok(GRACE_MS_DEFAULT), grace)?;
        Ok(Ready { id, policy: self.policy, reason: self.reason, grace_ms })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<CancelFlowHeaderAnswer> {
        let row = load_flow(turn, ready.id)?;
        let flow = turn.store.flow(row)?;
        let (over, live) = (flow.is_over(), flow.live_count());
        if over {
            return answer(turn, row, CancelHeaderOutcome::AlreadyTerminal);
        }
        request(turn, row, ready.policy, &ready.reason)?;
        if ready.policy == CancellationPolicy::CancelAll && live > 0 {
            let due_at = turn.now.saturating_add(ready.grace_ms).min(INTEGER_MAX);
            turn.store.fill_backlog(row, due_at)?;
        } else {
            judge_short(turn, row, turn.now)?;
        }
        follow(turn, row, turn.now)?;
        answer(turn, row, CancelHeaderOutcome::Cancelled)
    }
}

/// A grace as a whole number of ms.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a whole number below 2^53")]
fn grace(grace_ms: f64) -> Result<i64> {
    if grace_ms.fract() == 0.0 && (0.0..=INTEGER_MAX as f64).contains(&grace_ms) {
        return Ok(grace_ms as i64);
    }
    let limit = format!("a whole number from 0 to {INTEGER_MAX}");
    Err(Error::argument(Code::InvalidGraceMs, "graceMs", &limit, number_text(grace_ms)).found(grace_ms))
}

fn answer(turn: &mut Turn<'_>, row: i64, outcome: CancelHeaderOutcome) -> Result<CancelFlowHeaderAnswer> {
    let flow = turn.store.flow(row)?;
    let (pending, cancelled) = (flow.cancel_due_at.is_some(), flow.cancelled);
    let policy = cancelled.map(|(_, policy)| policy);
    let ids = match cancelled {
        _ if pending => turn.store.backlog_ids(row, IDS_MAX)?,
        Some((at, _)) if outcome == CancelHeaderOutcome::AlreadyTerminal => {
            turn.store.members_cancelled_since(row, at, IDS_MAX)?
        }
        Some(_) | None => turn.store.first_members(row, IDS_MAX)?,
    };
    Ok(CancelFlowHeaderAnswer {
        outcome,
        cancellation_policy: policy,
        cancel_reason: turn.store.flow_texts(row)?.cancel_reason,
        member_execution_ids: texts(&ids),
    })
}
