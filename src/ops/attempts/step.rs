//! `record_step`: a worker keeps what a part of its work came to, so that no later attempt does it again. Contract:
//! attempts.step, attempts.step-first, attempts.step-count, attempts.step-start.

use super::complete::ResultBytes;
use crate::error::{Code, Error, Result};
use crate::model::attempts::handle::Handle;
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::given::{Given, reads, stored};
use crate::model::ground::payload::Bytes;
use crate::ops::ground::call::{Call, Refill};
use crate::ops::ground::gate::enter_held;
use crate::ops::ground::recorded::{RecordedStep, recorded};
use crate::ops::ground::turn::Turn;

/// Most steps of one execution.
pub const STEPS_MAX: i64 = 1_000;

/// The arguments of `record_step`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct RecordStepArgs {
    /// The handle of the claim.
    pub handle: String,
    /// The step's name, 1 to 256 bytes; the first that records it wins.
    pub name: String,
    /// What it came to, kept verbatim.
    pub result: Option<Bytes>,
    /// How the result is encoded; recorded, never interpreted.
    pub encoding: Option<String>,
    /// How long it took until now, in ms: its start is told by that, at the earliest that of the attempt.
    pub took_ms: Option<i64>,
}

reads!(RecordStepArgs { handle, name, result, encoding, took_ms });

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    name: String,
    result: ResultBytes,
    took_ms: Option<i64>,
}

impl Call for RecordStepArgs {
    const OP: &'static str = "record_step";
    const WRITES: bool = true;
    const PAYLOAD: &'static str = "result";
    type Ready = Ready;
    type Answer = RecordedStep;

    fn check(self, limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        argument::name("name", &self.name)?;
        argument::opt_number("tookMs", self.took_ms, 0, INTEGER_MAX)?;
        let result = ResultBytes::checked(self.result, self.encoding, limits)?;
        Ok(Ready { handle, name: self.name, result, took_ms: self.took_ms })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<RecordedStep> {
        let (execution, _) = enter_held(turn, &ready.handle)?;
        if turn.store.step(execution.row, &ready.name)?.is_none() {
            turn.store.refuse_when_full()?;
            let ordinal = turn.store.step_count(execution.row)?;
            if ordinal >= STEPS_MAX {
                return Err(too_many(ready));
            }
            let result = ready.result.keep(turn)?;
            // Nothing of an attempt took longer than the attempt.
            let longest_ms = execution.attempt.as_ref().map_or(0, |attempt| turn.now - attempt.started_at);
            let when = (turn.now, ready.took_ms.map(|took_ms| took_ms.min(longest_ms)));
            turn.store.insert_step(execution.row, ordinal, &ready.name, result, when)?;
        }
        let step = turn.store.step(execution.row, &ready.name)?;
        step.map(recorded).ok_or_else(|| Error::new(Code::InvariantBroken, "a step is gone right after its insert"))
    }

    fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        self.result.iter_mut().for_each(visit);
    }

    fn refill(ready: &Ready, kept: &str, turn: &mut Turn<'_>) -> Result<Refill> {
        let kept = stored(kept, "a kept step")?;
        let (Some(Given::Text(name)), Some(Given::Int(at))) = (kept.member("name"), kept.member("recorded_at")) else {
            return Ok(Refill::default());
        };
        let execution = turn.find(&ready.handle.execution)?;
        let step = execution.map_or(Ok(None), |execution| turn.store.step(execution.row, name))?;
        // Another one of the same name was recorded after a replay.
        let result = step.filter(|step| step.recorded_at == *at).and_then(|step| step.result);
        Ok(Refill { result: result.map(Bytes::Here), ..Refill::default() })
    }

    fn answer_bytes(answer: &mut RecordedStep, visit: &mut dyn FnMut(&mut Bytes)) {
        answer.result.iter_mut().for_each(visit);
    }
}

#[cold]
fn too_many(ready: &Ready) -> Error {
    let limit = format!("at most {STEPS_MAX} steps of one execution");
    Error::argument(Code::InvalidInput, "name", &limit, format_args!("one more, {:?}", ready.name))
        .with("executionId", ready.handle.execution)
}
