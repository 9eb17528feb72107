//! Loading the execution of a handle and passing it through the lease gate.

use super::turn::Turn;
use crate::error::{Code, Error, Result};
use crate::model::attempts::gate::{self, Pass, Style};
use crate::model::attempts::handle::Handle;
use crate::model::executions::execution::{Execution, Finished};
use crate::model::executions::lease::Fence;
use crate::model::executions::phase::{Active, Held, Lapsed};
use crate::model::ground::id::ExecutionId;
use crate::model::ground::vocabulary::Verb;

/// Whom the gate let in.
pub enum Entry {
    /// The holder of the live lease.
    Held(Execution, Held),
    /// The holder of a lease that ran out, nobody having taken over.
    Lapsed(Execution, Lapsed),
    /// A caller that repeats the call which ended its lease.
    Repeated(Execution, Finished),
}

/// The gate for `verb`: `None` for calls that do not end the lease. Contract: leases.gate, leases.repeat,
/// leases.repeat-former.
pub fn enter(turn: &mut Turn<'_>, handle: &Handle, verb: Option<Verb>) -> Result<Entry> {
    enter_as(turn, &handle.execution, handle.attempt_index, &handle.fence, verb, Style::Handle)
}

/// The gate for a typed call: with the fence of a holder, or, without one, for the operator.
pub fn enter_typed(
    turn: &mut Turn<'_>,
    id: &ExecutionId,
    index: i64,
    fence: Option<&Fence>,
    verb: Verb,
) -> Result<Entry> {
    if let Some(fence) = fence {
        return enter_as(turn, id, index, fence, Some(verb), Style::Typed);
    }
    let execution = load(turn, id)?;
    let active = gate::operator_gate(&execution)?;
    match &execution.attempt {
        Some(attempt) if attempt.index != index => Err(gate::other_attempt(&execution, index, attempt)),
        Some(_) | None => Ok(match active {
            Active::Held(held) => Entry::Held(execution, held),
            Active::Lapsed(lapsed) => Entry::Lapsed(execution, lapsed),
        }),
    }
}

/// The gate for a fence, in whatever style it is shown.
pub fn enter_as(
    turn: &mut Turn<'_>,
    id: &ExecutionId,
    index: i64,
    fence: &Fence,
    verb: Option<Verb>,
    style: Style,
) -> Result<Entry> {
    let execution = load(turn, id)?;
    let latest = execution.attempt.as_ref().map_or(-1, |attempt| attempt.index);
    if verb.is_some() && index < latest {
        let former = turn.store.archived_attempt(execution.row, index)?;
        if let Some(finished) = former.and_then(|former| gate::past_gate(&former, fence, verb)) {
            return Ok(Entry::Repeated(execution, finished));
        }
    }
    Ok(match gate::gate(&execution, index, fence, verb, style)? {
        Pass::Held(held) => Entry::Held(execution, held),
        Pass::Lapsed(lapsed) => Entry::Lapsed(execution, lapsed),
        Pass::Repeated(finished) => Entry::Repeated(execution, finished),
    })
}

/// The gate for calls that only the live holder may make: renew, progress.
pub fn enter_held(turn: &mut Turn<'_>, handle: &Handle) -> Result<(Execution, Held)> {
    held(enter(turn, handle, None)?)
}

/// What only the live holder may pass.
pub fn held(entry: Entry) -> Result<(Execution, Held)> {
    match entry {
        Entry::Held(execution, held) => Ok((execution, held)),
        Entry::Lapsed(execution, lapsed) => Err(gate::expired(&execution, lapsed)),
        Entry::Repeated(execution, _) => Err(gate::not_active(&execution)),
    }
}

/// The execution with this id, which must exist.
pub fn load(turn: &mut Turn<'_>, id: &ExecutionId) -> Result<Execution> {
    turn.find(id)?.ok_or_else(|| unknown(id))
}

/// The refusal of what only an execution in another state allows.
#[cold]
pub fn not_eligible(execution: &Execution, needed: &str) -> Error {
    let state = execution.phase.state().public_state();
    Error::new(Code::ExecutionNotEligible, format!("execution {} is {state}, and must be {needed}", execution.id))
        .with("executionId", execution.id)
        .with("publicState", state)
}

#[cold]
fn unknown(id: &ExecutionId) -> Error {
    Error::new(Code::NotFoundExecution, format!("no execution has the id {id}")).with("executionId", id)
}
