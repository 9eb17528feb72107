//! `read_step`: what one step of an execution came to, without claiming it. Contract: attempts.read-step.

use crate::error::Result;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::ops::ground::call::Call;
use crate::ops::ground::recorded::{RecordedStep, recorded};
use crate::ops::ground::turn::Turn;

/// The arguments of `read_step`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct ReadStepArgs {
    /// The execution.
    pub execution_id: String,
    /// The step's name, 1 to 256 bytes.
    pub name: String,
}

reads!(ReadStepArgs { execution_id, name });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    name: String,
}

impl Call for ReadStepArgs {
    const OP: &'static str = "read_step";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = Option<RecordedStep>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::name("name", &self.name)?;
        Ok(Ready { id, name: self.name })
    }

    /// Nothing for a step that was not recorded, or is no more since a replay, and nothing for an unknown execution.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<RecordedStep>> {
        let Some(execution) = turn.find(&ready.id)? else { return Ok(None) };
        Ok(turn.store.step(execution.row, &ready.name)?.map(recorded))
    }

    fn answer_bytes(answer: &mut Option<RecordedStep>, visit: &mut dyn FnMut(&mut Bytes)) {
        answer.iter_mut().filter_map(|step| step.result.as_mut()).for_each(visit);
    }
}
