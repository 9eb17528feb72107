//! `replay_execution`: an operator runs an ended execution again; the next claim starts a new attempt, and every
//! earlier one stays readable. Spec: lifecycle §15.3, T21, decisions 3.11.

use super::call::Call;
use super::gate::load;
use super::settle::{Change, settle};
use super::turn::Turn;
use crate::error::{Code, Error, Result};
use crate::model::argument::Limits;
use crate::model::event::{EventDetail, ReplayBranch};
use crate::model::execution::Execution;
use crate::model::given::reads;
use crate::model::id::ExecutionId;
use crate::model::phase::Phase;
use crate::model::policy::{Policy, REPLAYS_DEFAULT};
use crate::model::vocabulary::PublicState;
use serde::Serialize;

/// The arguments of `replay_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct ReplayExecutionArgs {
    /// The execution, which must have ended. One that ended by its deadline ends by it again.
    pub execution_id: String,
}

reads!(ReplayExecutionArgs { execution_id });

/// The answer of `replay_execution`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ReplayExecutionAnswer {
    /// The execution.
    pub execution_id: String,
    /// Its state: waiting.
    pub public_state: PublicState,
    /// How often it was replayed, this time included.
    pub replay_count: i64,
}

impl Call for ReplayExecutionArgs {
    const OP: &'static str = "replay_execution";
    const WRITES: bool = true;
    type Ready = ExecutionId;
    type Answer = ReplayExecutionAnswer;

    fn check(self, _limits: &Limits) -> Result<ExecutionId> {
        ExecutionId::parse("executionId", &self.execution_id)
    }

    fn run(id: &ExecutionId, turn: &mut Turn<'_>) -> Result<ReplayExecutionAnswer> {
        let mut execution = load(turn, id)?;
        let Phase::Terminal(terminal) = execution.phase else { return Err(not_terminal(&execution)) };
        let policy = Policy::of_stored(turn.store.policy(execution.row)?.as_deref())?;
        let max = policy.max_replay_count.unwrap_or(REPLAYS_DEFAULT);
        if execution.replay_count >= max {
            return Err(exhausted(&execution, max));
        }
        execution.replay_count += 1;
        turn.store.delete_ending(execution.row)?;
        turn.store.delete_steps(execution.row)?;
        let detail = Some(EventDetail::Replayed { branch: ReplayBranch::Normal, groups_reset: 0 });
        settle(turn, &mut execution, Change { detail, ..Change::plain(terminal.replay(), turn.now) })?;
        Ok(ReplayExecutionAnswer {
            execution_id: execution.id.text(),
            public_state: execution.phase.state().public_state(),
            replay_count: execution.replay_count,
        })
    }
}

#[cold]
fn not_terminal(execution: &Execution) -> Error {
    let state = execution.phase.state().public_state();
    Error::new(
        Code::ExecutionNotTerminal,
        format!("execution {} is {state}; only what has ended is replayed", execution.id),
    )
    .with("executionId", execution.id)
    .with("publicState", state)
}

#[cold]
fn exhausted(execution: &Execution, max: i64) -> Error {
    let count = execution.replay_count;
    Error::new(
        Code::MaxReplaysExhausted,
        format!("execution {} was replayed {count} times; its policy allows {max}", execution.id),
    )
    .with("executionId", execution.id)
    .with("replayCount", count)
    .with("maxReplayCount", max)
}
