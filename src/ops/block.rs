//! `block_route` and `block_execution_for_admission`: a scheduler sets an execution aside. What waits for a capable
//! worker is let go by the next claim of one. Spec: lifecycle §10.4, decisions 3.2.

use super::call::Call;
use super::flow_apply::let_go;
use super::gate::{load, not_eligible};
use super::settle::{Change, settle};
use super::turn::Turn;
use crate::error::{Code, Error, Result};
use crate::model::argument::{self, Limits, REASON_BYTES_MAX};
use crate::model::event::EventDetail;
use crate::model::gate::not_active;
use crate::model::given::reads;
use crate::model::id::ExecutionId;
use crate::model::phase::{Blocker, Phase};
use crate::model::vocabulary::PublicState;
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

/// T18.
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
        let route = turn.store.route(execution.route)?;
        turn.wake_lane(&route.lane);
    }
    Ok(BlockAnswer { execution_id: execution.id.text(), public_state: execution.phase.state().public_state() })
}

/// Executions that one claim lets go on a route at most; the next claim lets the next ones go.
const LET_GO_MAX: i64 = 100;

/// Lets go what waits on a route for a capable worker, the first in the order of claims first.
pub fn unblock_route(turn: &mut Turn<'_>, route: i64) -> Result<()> {
    for row in turn.store.take_blocked(route, LET_GO_MAX)? {
        let mut execution = turn.store.execution(row)?;
        if let Some(step) = let_go(turn, &execution)? {
            settle(turn, &mut execution, Change::plain(step, turn.now))?;
        }
    }
    Ok(())
}
