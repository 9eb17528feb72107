//! `cancel_flow`: somebody ends a flow, and with it all members, those that have not begun, or none. Contract:
//! flows.cancel, flows.cancel-whole, flows.cancel-again.
//!
//! Invariant: all that a cancellation ends has ended before anything is resolved by it, so that none of it is skipped.

use super::find::{load_flow, over};
use crate::error::{Code, Error, Result};
use crate::model::events::event::EventDetail;
use crate::model::flows::flow::CancellationPolicy;
use crate::model::ground::argument::{self, Limits, REASON_BYTES_MAX};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, required_uuid};
use crate::ops::ground::call::Call;
use crate::ops::ground::cascade::{follow, judge_short};
use crate::ops::ground::settle::{Change, Ending, transit};
use crate::ops::ground::turn::Turn;
use crate::store::Store;
use serde::Serialize;
use uuid::Uuid;

/// Members that an answer names at most.
pub const IDS_MAX: i64 = 1_000;

/// Why the members end, and what ends them.
const ENDING: Ending<'static> = Ending { reason: "flow_cancelled", source: "cancel_flow" };

/// The arguments of `cancel_flow`.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct CancelFlowArgs {
    /// The flow.
    pub flow_id: String,
    /// Which members end with it.
    pub policy: CancellationPolicy,
    /// Why, in words; kept by the first that cancels.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub reason: String,
}

reads!(CancelFlowArgs { flow_id, policy, reason = default });

/// The answer of `cancel_flow`; a repetition is told what the first call has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct CancelFlowAnswer {
    /// The policy of the first cancellation.
    pub cancellation_policy: CancellationPolicy,
    /// Its reason, where it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<String>,
    /// How many members it has cancelled.
    pub member_count: i64,
    /// Who they are, in the order of creation, but for those that were replayed since; the first 1 000.
    pub member_execution_ids: Vec<String>,
}

/// Checked arguments.
pub struct Ready {
    id: Uuid,
    policy: CancellationPolicy,
    reason: String,
}

impl Call for CancelFlowArgs {
    const OP: &'static str = "cancel_flow";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = CancelFlowAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = required_uuid("flowId", &self.flow_id)?;
        argument::text("reason", &self.reason, REASON_BYTES_MAX)?;
        Ok(Ready { id, policy: self.policy, reason: self.reason })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<CancelFlowAnswer> {
        let row = load_flow(turn, ready.id)?;
        let flow = turn.store.flow(row)?;
        if let Some((_, policy)) = flow.cancelled {
            return cancelled(turn, row, policy);
        }
        if flow.is_over() {
            return Err(over(flow));
        }
        request(turn, row, ready.policy, &ready.reason)?;
        match ready.policy {
            CancellationPolicy::FlowOnly => {}
            CancellationPolicy::CancelAll => end_members(turn, row, Store::live_members, turn.now)?,
            CancellationPolicy::CancelPending => end_members(turn, row, Store::pending_members, turn.now)?,
        }
        judge_short(turn, row, turn.now)?;
        follow(turn, row, turn.now)?;
        cancelled(turn, row, ready.policy)
    }
}

fn cancelled(turn: &mut Turn<'_>, row: i64, policy: CancellationPolicy) -> Result<CancelFlowAnswer> {
    let member_count = turn.store.flow(row)?.cancelled_count;
    // Who it cancelled is looked for among all members.
    let ids = if member_count > 0 { turn.store.cancelled_members(row, IDS_MAX)? } else { Vec::new() };
    Ok(CancelFlowAnswer {
        cancellation_policy: policy,
        cancel_reason: turn.store.flow_texts(row)?.cancel_reason,
        member_count,
        member_execution_ids: texts(&ids),
    })
}

/// Marks a flow as cancelled, with the event that tells so.
pub fn request(turn: &mut Turn<'_>, row: i64, policy: CancellationPolicy, reason: &str) -> Result<()> {
    let now = turn.now;
    let flow = turn.store.flow_mut(row)?;
    flow.cancelled = Some((now, policy));
    flow.changed_at = now;
    let flow = flow.clone();
    let detail = EventDetail::FlowCancel {
        cancellation_policy: policy,
        cancel_reason: reason.to_owned(),
        member_count: flow.node_count(),
    };
    turn.tell_flow(now, Cause::FlowCancelRequested, &flow, Some(&detail))?;
    if reason.is_empty() { Ok(()) } else { turn.store.save_cancel_reason(row, reason) }
}

/// The due action of a cancellation in two steps: what is left of its backlog ends as `cancel_flow` ends members.
pub fn end_backlog(turn: &mut Turn<'_>, row: i64, at: i64) -> Result<()> {
    if turn.store.flow(row)?.cancel_due_at.is_none() {
        return Err(Error::new(Code::InvariantBroken, format!("flow row {row} has no backlog while it is due")));
    }
    end_members(turn, row, Store::backlog, at)?;
    turn.store.clear_backlog(row)?;
    judge_short(turn, row, at)?;
    follow(turn, row, at)
}

/// A page of members after a row; an empty one after the last.
type Page = fn(&Store, i64, i64) -> Result<Vec<i64>>;

/// For members that have not ended; what follows from it is left to the caller. Contract: states.cancel.
fn end_members(turn: &mut Turn<'_>, flow: i64, page: Page, at: i64) -> Result<()> {
    let (mut count, mut rows) = (0, page(turn.store, flow, 0)?);
    while let Some(last) = rows.last().copied() {
        for row in rows {
            let mut member = turn.store.execution(row)?;
            if let Some(step) = member.phase.cancel(member.attempted()) {
                transit(turn, &mut member, Change { ending: Some(ENDING), ..Change::plain(step, at) })?;
                count += 1;
            }
        }
        rows = page(turn.store, flow, last)?;
    }
    turn.store.flow_mut(flow)?.cancelled_count += count;
    Ok(())
}

/// The texts of ids.
pub fn texts(ids: &[ExecutionId]) -> Vec<String> {
    ids.iter().map(ExecutionId::text).collect()
}
