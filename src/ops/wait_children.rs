//! `wait_children`: a worker gives its lease up until the children of its execution are done; the same attempt goes on
//! at a later claim. While nothing is unresolved the execution is waiting again at once. Spec: lifecycle §13.2,
//! decisions 3.9, 4.2.

use super::call::Call;
use super::gate::{Entry, enter};
use super::settle::{Change, settle};
use super::turn::Turn;
use crate::error::Result;
use crate::model::argument::Limits;
use crate::model::execution::{Execution, Finished};
use crate::model::gate;
use crate::model::given::reads;
use crate::model::handle::Handle;
use crate::model::phase::Phase;
use crate::model::vocabulary::{PublicState, Verb};
use serde::Serialize;

/// The arguments of `wait_children`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct WaitChildrenArgs {
    /// The handle of the claim.
    pub handle: String,
}

reads!(WaitChildrenArgs { handle });

/// The answer of `wait_children`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct WaitChildrenAnswer {
    /// The execution.
    pub execution_id: String,
    /// Its state: waiting, since nothing was unresolved.
    pub public_state: PublicState,
}

impl Call for WaitChildrenArgs {
    const OP: &'static str = "wait_children";
    const WRITES: bool = true;
    type Ready = Handle;
    type Answer = WaitChildrenAnswer;

    fn check(self, _limits: &Limits) -> Result<Handle> {
        Handle::decode(&self.handle)
    }

    fn run(handle: &Handle, turn: &mut Turn<'_>) -> Result<WaitChildrenAnswer> {
        let (mut execution, held) = match enter(turn, handle, Some(Verb::WaitChildren))? {
            Entry::Held(execution, held) => (execution, held),
            Entry::Lapsed(execution, lapsed) => return Err(gate::expired(&execution, lapsed)),
            Entry::Repeated(execution, _) => return Ok(waiting(&execution)),
        };
        let finished = Some(Finished { verb: Verb::WaitChildren, at: None });
        settle(turn, &mut execution, Change { finished, ..Change::plain(held.wait_children(), turn.now) })?;
        // No execution has children yet: nothing is unresolved.
        if let Phase::Blocked(blocked) = execution.phase {
            settle(turn, &mut execution, Change::plain(blocked.unblock(turn.now), turn.now))?;
        }
        Ok(waiting(&execution))
    }
}

fn waiting(execution: &Execution) -> WaitChildrenAnswer {
    WaitChildrenAnswer { execution_id: execution.id.text(), public_state: PublicState::Waiting }
}
