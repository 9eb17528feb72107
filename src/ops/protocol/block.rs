//! `block_route` and `block_execution_for_admission`: a scheduler sets an execution aside. What waits for a capable
//! worker is let go by the next claim of one. Contract: protocol.block, protocol.block-waiting, claims.lifts-route.

use crate::error::{Code, Error, Result};
use crate::model::attempts::gate::not_active;
use crate::model::events::event::EventDetail;
use crate::model::executions::phase::{Blocker, Phase};
use crate::model::ground::argument::{self, Limits, REASON_BYTES_MAX};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::vocabulary::PublicState;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{load, not_eligible};
use crate::ops::ground::settle::{Change, settle};
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `block_route`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct BlockRouteArgs {
    /// The execution.
    pub execution_id: String,
    /// Why, in words; kept with the event.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub reason: String,
}

/// The arguments of `block_execution_for_admission`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct BlockExecutionArgs {
    /// The execution.
    pub execution_id: String,
    /// What it waits for: `waiting_for_budget`, `waiting_for_quota`, `waiting_for_capable_worker`, `paused_by_operator` or
    /// `paused_by_policy`.
    pub reason: String,
    /// More about it, in words; kept with the event.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub detail: String,
}

reads!(BlockRouteArgs { execution_id, reason = default });
reads!(BlockExecutionArgs { execution_id, reason, detail = default });

/// The answer of `block_route`, `block_execution_for_admission` and `unblock_execution`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct BlockAnswer {
    /// The execution.
    pub execution_id: String,
    /// Its state now.
    pub public_state: PublicState,
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    by: Blocker,
    detail: String,
}

impl Call for BlockRouteArgs {
    const OP: &'static str = "block_route";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = BlockAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        checked(&self.execution_id, Blocker::Route, "reason", self.reason)
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<BlockAnswer> {
        block(ready, turn)
    }
}

impl Call for BlockExecutionArgs {
    const OP: &'static str = "block_execution_for_admission";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = BlockAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let by = blocker("reason", &self.reason)?;
        checked(&self.execution_id, by, "detail", self.detail)
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<BlockAnswer> {
        block(ready, turn)
    }
}

fn checked(execution_id: &str, by: Blocker, field: &str, detail: String) -> Result<Ready> {
    let id = ExecutionId::parse("executionId", execution_id)?;
    argument::text(field, &detail, REASON_BYTES_MAX)?;
    Ok(Ready { id, by, detail })
}

/// The blocker of a reason that a scheduler may name.
pub fn blocker(field: &str, reason: &str) -> Result<Blocker> {
    const BLOCKERS: [Blocker; 5] =
        [Blocker::Budget, Blocker::Quota, Blocker::Route, Blocker::Operator, Blocker::Policy];
    BLOCKERS.into_iter().find(|blocker| blocker.blocking_reason().word() == reason).ok_or_else(|| {
        let limit = BLOCKERS.map(|blocker| blocker.blocking_reason().word()).join(", ");
        let shown = format!("{:?}", reason.chars().take(80).collect::<String>());
        Error::argument(Code::InvalidBlockingReason, field, &limit, shown)
    })
}

/// Contract: states.block.
fn block(ready: &Ready, turn: &mut Turn<'_>) -> Result<BlockAnswer> {
    let mut execution = load(turn, &ready.id)?;
    let step = match execution.phase {
        Phase::Waiting(waiting) => waiting.block(ready.by),
        Phase::Terminal(_) => return Err(not_active(&execution)),
        Phase::Delayed(_) | Phase::Blocked(_) | Phase::Active(_) | Phase::Suspended(_) => {
            return Err(not_eligible(&execution, "claimable"));
        }
    };
    let detail = EventDetail::reason(&ready.detail);
    settle(turn, &mut execution, Change { detail, ..Change::plain(step, turn.now) })?;
    if ready.by == Blocker::Route {
        // A capable worker's claim may be parked: a grant that is void now had hidden the execution from it.
        turn.wake_route(&execution)?;
    }
    Ok(BlockAnswer { execution_id: execution.id.text(), public_state: execution.phase.state().public_state() })
}
