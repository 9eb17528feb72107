//! `claim_from_resume_grant`: a worker uses its grant to continue an attempt that was interrupted, or whose lease has
//! lapsed. Contract: protocol.resume-grant, protocol.resume-answers.

use super::claim_resumed::interrupted;
use super::grant::{check_key, claim_grant, invalid, lane_shut, not_leaseable};
use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Active, Phase};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::ops::attempts::claimed::{Claim, Worker, may_hand_back, refill};
use crate::ops::attempts::take::Taker;
use crate::ops::ground::call::{Call, Refill};
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;

/// The arguments of `claim_from_resume_grant`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ClaimFromResumeGrantArgs {
    /// The execution.
    pub execution_id: String,
    /// The key of the grant.
    pub grant_key: String,
    /// Who claims; the grant must be for this worker.
    pub worker: Worker,
    /// How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
    pub lease_ttl_ms: Option<i64>,
}

reads!(ClaimFromResumeGrantArgs { execution_id, grant_key, worker, lease_ttl_ms });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    key: String,
    taker: Taker,
}

impl Call for ClaimFromResumeGrantArgs {
    const OP: &'static str = "claim_from_resume_grant";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = Option<Claim>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        check_key(&self.grant_key)?;
        Ok(Ready { id, key: self.grant_key, taker: Taker::checked(self.worker, self.lease_ttl_ms)? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<Claim>> {
        let execution = load(turn, &ready.id)?;
        if execution.attempt.is_none() {
            return Err(no_attempt(&execution));
        }
        if execution.held().is_some() {
            return Ok(None);
        }
        let (mut execution, work) = turn.store.claimed(execution.row)?;
        let held = ready.taker.held(turn, &execution, &work, true);
        let step = match execution.phase {
            Phase::Active(Active::Lapsed(lapsed)) => match lane_shut(turn, &execution)? {
                None => lapsed.resume(held),
                Some(why) => return Err(not_leaseable(&execution, &why)),
            },
            Phase::Active(Active::Held(_))
            | Phase::Waiting(_)
            | Phase::Delayed(_)
            | Phase::Blocked(_)
            | Phase::Suspended(_)
            | Phase::Terminal(_) => interrupted(turn, &execution)?.claim(held),
        };
        if claim_grant(turn, &execution, &ready.taker.worker)?.key.as_ref() != ready.key {
            return Err(invalid(&execution, &ready.taker.worker));
        }
        ready.taker.take(turn, &mut execution, step, work).map(Some)
    }

    may_hand_back!();
}

#[cold]
fn no_attempt(execution: &Execution) -> Error {
    Error::new(Code::NotFoundAttempt, format!("execution {} never had an attempt", execution.id))
        .with("executionId", execution.id)
}
