//! `cancel`: a worker cancels the execution that it holds. Spec: lifecycle §12.3, decisions 3.9, 3.13.

use super::call::Call;
use super::cancel::{CancelExecutionAnswer, cancelled, ended_otherwise};
use super::gate::{Entry, enter, load};
use super::settle::{Change, Ending, settle};
use super::turn::Turn;
use crate::error::Result;
use crate::model::argument::{self, Limits, REASON_BYTES_MAX};
use crate::model::execution::Finished;
use crate::model::gate;
use crate::model::handle::Handle;
use crate::model::vocabulary::{Outcome, Verb};
use serde::Deserialize;

/// Who an ending says it was.
const LEASE_HOLDER: &str = "lease_holder";

/// The arguments of `cancel`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct CancelArgs {
    /// The handle of the claim.
    pub handle: String,
    /// Why, in words, at most 65 536 bytes.
    #[serde(default)]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub reason: String,
}

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    reason: String,
}

impl Call for CancelArgs {
    const OP: &'static str = "cancel";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = CancelExecutionAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        argument::text("reason", &self.reason, REASON_BYTES_MAX)?;
        Ok(Ready { handle, reason: self.reason })
    }

    /// Cancelled already is cancelled, whoever did it; any other ending is refused.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<CancelExecutionAnswer> {
        let execution = load(turn, &ready.handle.execution)?;
        match execution.outcome() {
            Some(Outcome::Cancelled) => return Ok(cancelled(&execution)),
            Some(other) => return Err(ended_otherwise("handle", &execution, other)),
            None => {}
        }
        let (mut execution, held) = match enter(turn, &ready.handle, Some(Verb::Cancel))? {
            Entry::Held(execution, held) => (execution, held),
            Entry::Lapsed(execution, lapsed) => return Err(gate::expired(&execution, lapsed)),
            Entry::Repeated(execution, _) => return Ok(cancelled(&execution)),
        };
        let finished = Some(Finished { verb: Verb::Cancel, at: None });
        let ending = Some(Ending { reason: &ready.reason, source: LEASE_HOLDER });
        settle(turn, &mut execution, Change { finished, ending, ..Change::plain(held.cancel(), turn.now) })?;
        Ok(cancelled(&execution))
    }
}
