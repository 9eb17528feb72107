//! `cancel`: a worker cancels the execution that it holds. Contract: attempts.cancel, attempts.cancel-ended.

use crate::error::Result;
use crate::model::attempts::gate;
use crate::model::attempts::handle::Handle;
use crate::model::executions::execution::Finished;
use crate::model::ground::argument::{self, Limits, REASON_BYTES_MAX};
use crate::model::ground::given::reads;
use crate::model::ground::vocabulary::{Outcome, Verb};
use crate::ops::executions::cancel::{CancelExecutionAnswer, cancelled, ended_otherwise};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{Entry, enter, load};
use crate::ops::ground::settle::{Change, Ending, settle};
use crate::ops::ground::turn::Turn;

/// Who an ending says it was.
const LEASE_HOLDER: &str = "lease_holder";

/// The arguments of `cancel`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct CancelArgs {
    /// The handle of the claim.
    pub handle: String,
    /// Why, in words, at most 65 536 bytes.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub reason: String,
}

reads!(CancelArgs { handle, reason = default });

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

    /// Cancelled already is cancelled, whoever did it; the holder that did it is answered so for ever, whatever followed.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<CancelExecutionAnswer> {
        let (mut execution, held) = match enter(turn, &ready.handle, Some(Verb::Cancel)) {
            Ok(Entry::Held(execution, held)) => (execution, held),
            Ok(Entry::Lapsed(execution, lapsed)) => return Err(gate::expired(&execution, lapsed)),
            Ok(Entry::Repeated(execution, _)) => return Ok(cancelled(&execution)),
            Err(refusal) => return ended(ready, turn).unwrap_or(Err(refusal)),
        };
        let finished = Some(Finished { verb: Verb::Cancel, at: None });
        let ending = Some(Ending { reason: &ready.reason, source: LEASE_HOLDER });
        settle(turn, &mut execution, Change { finished, ending, ..Change::plain(held.cancel(), turn.now) })?;
        Ok(cancelled(&execution))
    }
}

/// What a caller without the lease is told of an execution that has ended.
fn ended(ready: &Ready, turn: &mut Turn<'_>) -> Option<Result<CancelExecutionAnswer>> {
    let execution = load(turn, &ready.handle.execution).ok()?;
    let outcome = execution.outcome()?;
    let is_cancelled = outcome == Outcome::Cancelled;
    Some(if is_cancelled { Ok(cancelled(&execution)) } else { Err(ended_otherwise("handle", &execution, outcome)) })
}
