//! Handing one execution over to a worker: what `claim_execution`, `claim_resumed_execution` and `issue_grant_and_claim`
//! share. They differ in which execution they let through.

use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::Waiting;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::Read;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::ops::attempts::claimed::{Claim, refill};
use crate::ops::attempts::take::Taker;
use crate::ops::ground::call::{Call, Refill};
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;

/// Which execution is wanted, and by whom.
pub struct Wanted {
    /// The execution.
    pub id: ExecutionId,
    /// Who takes it.
    pub taker: Taker,
}

/// A call that hands one execution over.
pub trait Handover: Read {
    /// Its name on the wire.
    const OP: &'static str;

    /// Checks the arguments.
    fn wanted(self) -> Result<Wanted>;

    /// Refuses an execution that is not to be handed over.
    fn permit(taker: &Taker, turn: &mut Turn<'_>, execution: &Execution) -> Result<Waiting>;
}

impl<H: Handover> Call for H {
    const OP: &'static str = <H as Handover>::OP;
    const WRITES: bool = true;
    type Ready = Wanted;
    type Answer = Claim;

    fn check(self, _limits: &Limits) -> Result<Wanted> {
        self.wanted()
    }

    fn run(ready: &Wanted, turn: &mut Turn<'_>) -> Result<Claim> {
        let execution = load(turn, &ready.id)?;
        let waiting = H::permit(&ready.taker, turn, &execution)?;
        ready.taker.take_waiting(turn, execution.row, waiting)
    }

    fn answer_bytes(answer: &mut Claim, visit: &mut dyn FnMut(&mut Bytes)) {
        answer.bytes(visit);
    }

    fn refill(_ready: &Wanted, kept: &str, turn: &mut Turn<'_>) -> Result<Refill> {
        refill(kept, turn)
    }
}
