//! `cancel_execution`: somebody ends an execution, whatever it is doing. Contract: executions.cancel,
//! executions.cancel-source, executions.cancel-other-outcome.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::ground::argument::{self, INTEGER_MAX, Limits, REASON_BYTES_MAX};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, opt_uuid};
use crate::model::ground::vocabulary::{Outcome, PublicState};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::load;
use crate::ops::ground::settle::{Change, Ending, settle};
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The source that needs no lease: an operator.
pub const OPERATOR_OVERRIDE: &str = "operator_override";

/// The arguments of `cancel_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct CancelExecutionArgs {
    /// The execution.
    pub execution_id: String,
    /// Why, in words; kept by the first that cancels.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub reason: String,
    /// Who: `operator_override` (when left out), `lease_holder`, `flow_cascade`, `system_timeout` or a name of your
    /// own. All but the first must show the epoch of a live lease.
    pub source: Option<String>,
    /// The lease that the caller believes to be live.
    pub lease_id: Option<String>,
    /// Its epoch.
    pub lease_epoch: Option<i64>,
    /// The attempt that the caller believes to be running.
    pub attempt_id: Option<String>,
}

reads!(CancelExecutionArgs { execution_id, reason = default, source, lease_id, lease_epoch, attempt_id });

/// The answer of `cancel_execution`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct CancelExecutionAnswer {
    /// The execution.
    pub execution_id: String,
    /// Its state: cancelled.
    pub public_state: PublicState,
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    reason: String,
    source: String,
    lease_id: Option<Uuid>,
    lease_epoch: Option<i64>,
    attempt_id: Option<Uuid>,
}

impl Call for CancelExecutionArgs {
    const OP: &'static str = "cancel_execution";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = CancelExecutionAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::text("reason", &self.reason, REASON_BYTES_MAX)?;
        argument::opt_name("source", self.source.as_deref())?;
        argument::opt_number("leaseEpoch", self.lease_epoch, 0, INTEGER_MAX)?;
        let source = self.source.unwrap_or_else(|| OPERATOR_OVERRIDE.to_owned());
        let lease_id = opt_uuid("leaseId", self.lease_id.as_deref())?;
        let attempt_id = opt_uuid("attemptId", self.attempt_id.as_deref())?;
        Ok(Ready { id, reason: self.reason, source, lease_id, lease_epoch: self.lease_epoch, attempt_id })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<CancelExecutionAnswer> {
        let mut execution = load(turn, &ready.id)?;
        match execution.outcome() {
            Some(Outcome::Cancelled) => return Ok(cancelled(&execution)),
            Some(other) => return Err(ended_otherwise("executionId", &execution, other)),
            None => {}
        }
        if ready.source != OPERATOR_OVERRIDE {
            check_lease(ready, &execution)?;
        }
        let Some(step) = execution.phase.cancel(execution.attempted()) else { return Ok(cancelled(&execution)) };
        let ending = Some(Ending { reason: &ready.reason, source: &ready.source });
        settle(turn, &mut execution, Change { ending, ..Change::plain(step, turn.now) })?;
        Ok(cancelled(&execution))
    }
}

/// A live lease guards the execution against all but the operator; every part of it that is shown must match.
fn check_lease(ready: &Ready, execution: &Execution) -> Result<()> {
    let (Some(attempt), Some(_)) = (&execution.attempt, execution.held()) else { return Ok(()) };
    let Some(epoch) = ready.lease_epoch else {
        return Err(Error::argument(
            Code::InvalidInput,
            "leaseEpoch",
            "the epoch of the live lease (or source operator_override)",
            "nothing",
        ));
    };
    let current = epoch == attempt.lease.epoch
        && ready.lease_id.is_none_or(|id| id == attempt.lease.id)
        && ready.attempt_id.is_none_or(|id| id == attempt.id);
    if current {
        return Ok(());
    }
    let message = format!(
        "execution {}: the live lease has epoch {}, the call shows epoch {epoch}",
        execution.id, attempt.lease.epoch
    );
    Err(Error::new(Code::StaleLease, message)
        .with("executionId", execution.id)
        .with_number("leaseEpoch", attempt.lease.epoch)
        .with_number("found", epoch))
}

/// The answer: the execution is cancelled.
pub fn cancelled(execution: &Execution) -> CancelExecutionAnswer {
    CancelExecutionAnswer { execution_id: execution.id.text(), public_state: PublicState::Cancelled }
}

/// The refusal to cancel what has ended in another way.
#[cold]
pub fn ended_otherwise(field: &str, execution: &Execution, outcome: Outcome) -> Error {
    let found = format!("outcome {outcome}");
    Error::argument(Code::InvalidInput, field, "an execution that has not ended", found)
        .with("executionId", execution.id)
        .with("terminalOutcome", outcome)
}
