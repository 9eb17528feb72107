//! `fail_execution`: an attempt is ended badly by whoever shows its fence, or by an operator. Contract: attempts.fail,
//! retries.of-call, leases.operator.

use super::fence::{self, FenceArgs};
use crate::error::{Code, Result};
use crate::model::executions::lease::Fence;
use crate::model::executions::retry::RetryPolicy;
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::vocabulary::{FailureClass, Verb};
use crate::ops::attempts::fail::{FailAnswer, FailReason, Retry, fail, failure};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::enter_typed;
use crate::ops::ground::turn::Turn;
use crate::store::Failure;

/// The arguments of `fail_execution`.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct FailExecutionArgs {
    /// The execution.
    pub execution_id: String,
    /// The attempt, zero based.
    pub attempt_index: i64,
    /// What proves that the caller holds the lease, or held it until it ran out; only an operator may leave it out.
    pub fence: Option<FenceArgs>,
    /// What happened.
    pub reason: FailReason,
    /// What the caller makes of it.
    pub class: FailureClass,
    /// Free text that a retry policy may name; the class's own word when left out.
    pub category: Option<String>,
    /// Decides about this failure in place of the execution's own policy.
    pub retry: Option<RetryPolicy>,
    /// Who: `lease_holder` when left out; `operator_override` needs no fence.
    pub source: Option<String>,
}

reads!(FailExecutionArgs { execution_id, attempt_index, fence, reason, class, category, retry, source });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    index: i64,
    fence: Option<Fence>,
    failure: Failure,
    retry: Option<RetryPolicy>,
}

impl Call for FailExecutionArgs {
    const OP: &'static str = "fail_execution";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = FailAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::number("attemptIndex", self.attempt_index, 0, INTEGER_MAX)?;
        if let Some(retry) = &self.retry {
            retry.check("retry").map_err(|e| e.coded(Code::InvalidPolicy))?;
        }
        let fence = fence::of_source(self.fence, self.source.as_deref())?;
        let failure = failure(self.reason, self.class, self.category)?;
        Ok(Ready { id, index: self.attempt_index, fence, failure, retry: self.retry })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<FailAnswer> {
        let entry = enter_typed(turn, &ready.id, ready.index, ready.fence.as_ref(), Verb::Fail)?;
        let retry = ready.retry.as_ref().map_or(Retry::Own, Retry::Policy);
        fail(turn, entry, ready.index, &ready.failure, &retry, ready.fence.is_some())
    }
}
