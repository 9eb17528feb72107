//! `replay_execution`: an operator runs an ended execution again; the next claim starts a new attempt, and every
//! earlier one stays readable. A member of a flow whose upstreams are not settled waits for them again. Contract:
//! retries.replay, retries.replay-limit, retries.replay-forgets, retries.replay-lifts, states.replay, states.replay-skipped.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Phase, Terminal};
use crate::model::executions::policy::{Policy, REPLAYS_DEFAULT};
use crate::model::flows::edge::GroupState;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::vocabulary::PublicState;
use crate::ops::ground::call::Call;
use crate::ops::ground::cascade::{follow, settle_child};
use crate::ops::ground::gate::load;
use crate::ops::ground::reopen::{reopen_downstreams, reopen_group, run_again};
use crate::ops::ground::tolerate::forget;
use crate::ops::ground::turn::Turn;
use crate::store::{Keys, Touched};
use serde::Serialize;

/// The arguments of `replay_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct ReplayExecutionArgs {
    /// The execution, which must have ended. One that its deadline ended has none any more.
    pub execution_id: String,
    /// Whether what its end made impossible is possible again: its edges count as unresolved, and what was skipped because
    /// of it, however far down, waits for its upstreams again.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub cascade: bool,
}

reads!(ReplayExecutionArgs { execution_id, cascade = default });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    cascade: bool,
}

/// The answer of `replay_execution`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ReplayExecutionAnswer {
    /// The execution.
    pub execution_id: String,
    /// Its state: waiting, or waiting for its upstreams.
    pub public_state: PublicState,
    /// How often it was replayed, this time included.
    pub replay_count: i64,
    /// Whether the deadline that had ended it was lifted; left out where none was.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<bool>"))]
    pub deadline_lifted: bool,
}

impl Call for ReplayExecutionArgs {
    const OP: &'static str = "replay_execution";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = ReplayExecutionAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        Ok(Ready { id: ExecutionId::parse("executionId", &self.execution_id)?, cascade: self.cascade })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ReplayExecutionAnswer> {
        let mut execution = load(turn, &ready.id)?;
        let Phase::Terminal(terminal) = execution.phase else { return Err(not_terminal(&execution)) };
        let policy = Policy::of_stored(turn.store.policy(execution.row)?.as_deref())?;
        let max = policy.max_replay_count.unwrap_or(REPLAYS_DEFAULT);
        if execution.replay_count >= max {
            return Err(exhausted(&execution, max));
        }
        execution.replay_count += 1;
        let replay_count = execution.replay_count;
        let deadline_lifted = lift_deadline(turn, &mut execution)?;
        match execution.flow {
            None => run_again(turn, &mut execution, terminal, false)?,
            Some(flow) => replay_member(turn, &mut execution, (terminal, flow), ready.cascade)?,
        }
        // What it waits for may have been settled all along.
        let execution = turn.store.execution(execution.row)?;
        let public_state = execution.public_state();
        Ok(ReplayExecutionAnswer { execution_id: execution.id.text(), public_state, replay_count, deadline_lifted })
    }
}

/// What its deadline ended would end by it again at once: replaying it is running it without one.
fn lift_deadline(turn: &mut Turn<'_>, execution: &mut Execution) -> Result<bool> {
    let lifts = execution.ended_by_deadline();
    if lifts {
        let before = Keys::of(execution);
        execution.deadline_at = None;
        turn.store.save_execution(execution, Touched::Deadline, before)?;
    }
    Ok(lifts)
}

fn replay_member(
    turn: &mut Turn<'_>,
    execution: &mut Execution,
    (terminal, flow): (Terminal, i64),
    cascade: bool,
) -> Result<()> {
    if turn.store.is_excused(execution.row)? {
        turn.store.flow_mut(flow)?.excused -= 1;
    }
    forget(turn, execution.row, flow)?;
    let reopened = reopen_group(turn, execution)?;
    run_again(turn, execution, terminal, reopened.is_some())?;
    // What asks for more upstreams than there are may still get some.
    if let Some(mut group) = reopened
        && group.verdict(true) == GroupState::Satisfied
        && let Some(state) = group.settle(turn.now, true)
    {
        turn.store.save_group(group)?;
        settle_child(turn, &group, state, None, turn.now)?;
    }
    if cascade {
        reopen_downstreams(turn, execution.row)?;
    }
    follow(turn, flow, turn.now)
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
    .with_number("replayCount", count)
    .with_number("maxReplayCount", max)
}
