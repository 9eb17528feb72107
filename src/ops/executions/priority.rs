//! `change_priority`: an operator moves a waiting execution in its lane. Contract: executions.change-priority,
//! executions.priority-waiting.

use crate::error::Result;
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::PRIORITY_MAX;
use crate::model::executions::phase::Phase;
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{load, not_eligible};
use crate::ops::ground::settle::told;
use crate::ops::ground::turn::Turn;
use crate::store::Keys;
use serde::Serialize;

/// The arguments of `change_priority`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct ChangePriorityArgs {
    /// The execution.
    pub execution_id: String,
    /// Its new priority; brought into 0 to 9 000.
    pub new_priority: i64,
}

reads!(ChangePriorityArgs { execution_id, new_priority });

/// The answer of `change_priority`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ChangePriorityAnswer {
    /// The execution.
    pub execution_id: String,
    /// Its priority now.
    pub priority: i64,
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    priority: i64,
}

impl Call for ChangePriorityArgs {
    const OP: &'static str = "change_priority";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = ChangePriorityAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::number("newPriority", self.new_priority, -INTEGER_MAX, INTEGER_MAX)?;
        Ok(Ready { id, priority: self.new_priority.clamp(0, PRIORITY_MAX) })
    }

    /// Only what can be claimed now has a place in its lane to be moved from.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ChangePriorityAnswer> {
        let mut execution = load(turn, &ready.id)?;
        let Phase::Waiting(_) = execution.phase else { return Err(not_eligible(&execution, "waiting")) };
        let before = Keys::of(&execution);
        let detail = EventDetail::PriorityChanged { old_priority: execution.priority, new_priority: ready.priority };
        execution.priority = ready.priority;
        told(turn, &mut execution, Cause::PriorityChanged, &detail, before)?;
        Ok(ChangePriorityAnswer { execution_id: execution.id.text(), priority: execution.priority })
    }
}
