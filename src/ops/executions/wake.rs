//! `wake_execution`: an operator lets a delayed execution wait no longer. Contract: executions.wake,
//! executions.wake-depending, executions.wake-refused, states.wake.

use crate::error::Result;
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Blocker, Phase};
use crate::model::executions::transition::Step;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::vocabulary::PublicState;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{load, not_eligible};
use crate::ops::ground::settle::{Change, settle};
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `wake_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct WakeExecutionArgs {
    /// The execution, which is delayed, waits for the back-off of a retry or for the delay of a resumption.
    pub execution_id: String,
    /// Why, in words, at most 65 536 bytes; its event tells it.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub reason: String,
}

reads!(WakeExecutionArgs { execution_id, reason = default });

/// What `wake_execution` came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum WakeOutcome {
    /// It waits for no instant any more.
    Woken,
    /// It can be claimed already; nothing changed.
    AlreadySatisfied,
}

/// The answer of `wake_execution`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct WakeExecutionAnswer {
    /// The execution.
    pub execution_id: String,
    /// What came of it.
    pub outcome: WakeOutcome,
    /// Its state: waiting, or waiting for its upstreams.
    pub public_state: PublicState,
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    reason: String,
}

impl Call for WakeExecutionArgs {
    const OP: &'static str = "wake_execution";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = WakeExecutionAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::text("reason", &self.reason, argument::REASON_BYTES_MAX)?;
        Ok(Ready { id, reason: self.reason })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<WakeExecutionAnswer> {
        let mut execution = load(turn, &ready.id)?;
        let outcome = match woken(&execution, turn.now) {
            Some(step) => {
                let detail = EventDetail::reason(&ready.reason);
                settle(turn, &mut execution, Change { detail, ..Change::plain(step, turn.now) })?;
                WakeOutcome::Woken
            }
            None if matches!(execution.phase, Phase::Waiting(_)) => WakeOutcome::AlreadySatisfied,
            None => return Err(not_eligible(&execution, "delayed")),
        };
        let public_state = execution.public_state();
        Ok(WakeExecutionAnswer { execution_id: execution.id.text(), outcome, public_state })
    }
}

/// The end of a wait for an instant. A member that depends on upstreams too keeps depending on them.
fn woken(execution: &Execution, now: i64) -> Option<Step> {
    match execution.phase {
        Phase::Delayed(delayed) => Some(delayed.wake()),
        Phase::Blocked(blocked) => {
            let waits = blocked.by == Blocker::Children && blocked.not_before_at.is_some_and(|at| at > now);
            waits.then(|| blocked.wake())
        }
        Phase::Waiting(_) | Phase::Active(_) | Phase::Suspended(_) | Phase::Terminal(_) => None,
    }
}
