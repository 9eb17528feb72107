//! `complete_execution`: an attempt is ended well by whoever shows its fence, or by an operator. Contract:
//! attempts.complete-typed, leases.operator.

use super::fence::{self, FenceArgs};
use crate::error::Result;
use crate::model::executions::execution::Finished;
use crate::model::executions::lease::Fence;
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::model::ground::vocabulary::Verb;
use crate::ops::attempts::complete::{CompleteAnswer, ResultBytes, complete};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::enter_typed;
use crate::ops::ground::turn::Turn;

/// The arguments of `complete_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct CompleteExecutionArgs {
    /// The execution.
    pub execution_id: String,
    /// The attempt, zero based.
    pub attempt_index: i64,
    /// What proves that the caller holds the lease; only an operator may leave it out.
    pub fence: Option<FenceArgs>,
    /// The result's bytes, kept verbatim.
    pub result: Option<Bytes>,
    /// How the result is encoded; recorded, never interpreted.
    pub encoding: Option<String>,
    /// Who: `lease_holder` when left out; `operator_override` needs no fence.
    pub source: Option<String>,
}

reads!(CompleteExecutionArgs { execution_id, attempt_index, fence, result, encoding, source });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    index: i64,
    fence: Option<Fence>,
    result: ResultBytes,
}

impl Call for CompleteExecutionArgs {
    const OP: &'static str = "complete_execution";
    const WRITES: bool = true;
    const PAYLOAD: &'static str = "result";
    type Ready = Ready;
    type Answer = CompleteAnswer;

    fn check(self, limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::number("attemptIndex", self.attempt_index, 0, INTEGER_MAX)?;
        let fence = fence::of_source(self.fence, self.source.as_deref())?;
        let result = ResultBytes::checked(self.result, self.encoding, limits)?;
        Ok(Ready { id, index: self.attempt_index, fence, result })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<CompleteAnswer> {
        let entry = enter_typed(turn, &ready.id, ready.index, ready.fence.as_ref(), Verb::Complete)?;
        // What an operator does is not the holder's call: the holder's own repetition is told that it came too late.
        let finished = ready.fence.map(|_| Finished { verb: Verb::Complete, at: None });
        complete(turn, entry, &ready.result, finished)
    }

    fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        self.result.iter_mut().for_each(visit);
    }
}
