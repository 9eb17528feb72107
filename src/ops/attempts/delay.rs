//! `delay`: a worker puts its execution off and gives up its lease; the same attempt goes on at a later claim.
//! Contract: attempts.delay, attempts.delay-past, leases.repeat.

use crate::error::Result;
use crate::model::attempts::gate;
use crate::model::attempts::handle::Handle;
use crate::model::executions::execution::Finished;
use crate::model::ground::argument::{self, INSTANT_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::vocabulary::{PublicState, Verb};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{Entry, enter};
use crate::ops::ground::settle::{Change, settle};
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `delay`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct DelayArgs {
    /// The handle of the claim.
    pub handle: String,
    /// Until when, in Unix ms; an instant that has passed is now.
    pub delay_until: i64,
}

reads!(DelayArgs { handle, delay_until });

/// The answer of `delay`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct DelayAnswer {
    /// The execution.
    pub execution_id: String,
    /// Its state: delayed.
    pub public_state: PublicState,
    /// From when on it can be claimed, in Unix ms.
    pub delay_until: i64,
}

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    delay_until: i64,
}

impl Call for DelayArgs {
    const OP: &'static str = "delay";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = DelayAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        argument::number("delayUntil", self.delay_until, 0, INSTANT_MAX)?;
        Ok(Ready { handle, delay_until: self.delay_until })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<DelayAnswer> {
        let (mut execution, held) = match enter(turn, &ready.handle, Some(Verb::Delay))? {
            Entry::Held(execution, held) => (execution, held),
            Entry::Lapsed(execution, lapsed) => return Err(gate::expired(&execution, lapsed)),
            Entry::Repeated(execution, finished) => {
                return Ok(delayed(execution.id.text(), finished.at.unwrap_or(ready.delay_until)));
            }
        };
        // What became due before now would be told before what is told already.
        let until = ready.delay_until.max(turn.now);
        let finished = Some(Finished { verb: Verb::Delay, at: Some(until) });
        settle(turn, &mut execution, Change { finished, ..Change::plain(held.delay(until), turn.now) })?;
        Ok(delayed(execution.id.text(), until))
    }
}

fn delayed(execution_id: String, delay_until: i64) -> DelayAnswer {
    DelayAnswer { execution_id, public_state: PublicState::Delayed, delay_until }
}
