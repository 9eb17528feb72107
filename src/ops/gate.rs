//! Loading the execution of a handle and passing it through the lease gate.

use super::turn::Turn;
use crate::error::{Code, Error, Result};
use crate::model::execution::{Execution, Finished};
use crate::model::gate::{self, Pass};
use crate::model::handle::Handle;
use crate::model::id::ExecutionId;
use crate::model::phase::{Held, Lapsed};
use crate::model::vocabulary::Verb;

/// Whom the gate let in.
pub enum Entry {
    /// The holder of the live lease.
    Held(Execution, Held),
    /// The holder of a lease that ran out, nobody having taken over.
    Lapsed(Execution, Lapsed),
    /// A caller that repeats the call which ended its lease.
    Repeated(Execution, Finished),
}

/// The gate for `verb`: `None` for calls that do not end the lease. Lifecycle §2.3, decisions 3.8–3.9.
pub fn enter(turn: &mut Turn<'_>, handle: &Handle, verb: Option<Verb>) -> Result<Entry> {
    let execution = load(turn, &handle.execution)?;
    let latest = execution.attempt.as_ref().map_or(-1, |attempt| attempt.index);
    if verb.is_some() && handle.attempt_index < latest {
        let former = turn.store.archived_attempt(execution.row, handle.attempt_index)?;
        if let Some(finished) = former.and_then(|former| gate::past_gate(&former, &handle.fence, verb)) {
            return Ok(Entry::Repeated(execution, finished));
        }
    }
    Ok(match gate::gate(&execution, handle.attempt_index, &handle.fence, verb)? {
        Pass::Held(held) => Entry::Held(execution, held),
        Pass::Lapsed(lapsed) => Entry::Lapsed(execution, lapsed),
        Pass::Repeated(finished) => Entry::Repeated(execution, finished),
    })
}

/// The gate for calls that only the live holder may make: renew, progress.
pub fn enter_held(turn: &mut Turn<'_>, handle: &Handle) -> Result<(Execution, Held)> {
    match enter(turn, handle, None)? {
        Entry::Held(execution, held) => Ok((execution, held)),
        Entry::Lapsed(execution, lapsed) => Err(gate::expired(&execution, lapsed)),
        Entry::Repeated(execution, _) => Err(gate::not_active(&execution)),
    }
}

/// The execution with this id, which must exist.
pub fn load(turn: &mut Turn<'_>, id: &ExecutionId) -> Result<Execution> {
    turn.store.find_execution(id)?.ok_or_else(|| unknown(id))
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
