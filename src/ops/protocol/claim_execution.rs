//! `claim_execution`: a worker uses its grant, and starts an attempt. Contract: protocol.claim-execution,
//! protocol.claim-order.

use super::grant::{claim_grant, lane_shut, not_leaseable};
use super::handover::{Handover, Wanted};
use crate::error::{Code, Error, Result};
use crate::model::attempts::gate::not_active;
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Next, Phase, Waiting};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::attempts::claimed::Worker;
use crate::ops::attempts::take::Taker;
use crate::ops::ground::turn::Turn;

/// The arguments of `claim_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ClaimExecutionArgs {
    /// The execution.
    pub execution_id: String,
    /// Who claims; the grant must be for this worker.
    pub worker: Worker,
    /// How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
    pub lease_ttl_ms: Option<i64>,
    /// The lease's id, minted by the engine when left out.
    pub lease_id: Option<String>,
    /// The attempt's id, minted by the engine when left out.
    pub attempt_id: Option<String>,
}

reads!(ClaimExecutionArgs { execution_id, worker, lease_ttl_ms, lease_id, attempt_id });

impl Handover for ClaimExecutionArgs {
    const OP: &'static str = "claim_execution";

    fn wanted(self) -> Result<Wanted> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let taker = Taker::checked(self.worker, self.lease_ttl_ms)?;
        Ok(Wanted { id, taker: taker.with_ids(self.lease_id.as_deref(), self.attempt_id.as_deref())? })
    }

    fn permit(taker: &Taker, turn: &mut Turn<'_>, execution: &Execution) -> Result<Waiting> {
        let waiting = claimable(turn, execution)?;
        if waiting.next == Next::Interrupted {
            return Err(resumed(execution));
        }
        claim_grant(turn, execution, &taker.worker)?;
        Ok(waiting)
    }
}

/// An execution that may be claimed: runnable, owned by nobody, eligible, in an open lane.
pub fn claimable(turn: &mut Turn<'_>, execution: &Execution) -> Result<Waiting> {
    match execution.phase {
        Phase::Waiting(waiting) => match lane_shut(turn, execution)? {
            None => Ok(waiting),
            Some(why) => Err(not_leaseable(execution, &why)),
        },
        Phase::Suspended(_) | Phase::Terminal(_) => Err(not_active(execution)),
        Phase::Active(_) => Err(leased(execution)),
        Phase::Delayed(_) | Phase::Blocked(_) => {
            Err(not_leaseable(execution, execution.phase.state().blocking_reason.word()))
        }
    }
}

#[cold]
fn leased(execution: &Execution) -> Error {
    let held = if execution.held().is_some() { "a live lease" } else { "a lapsed lease that nobody has taken over" };
    Error::new(Code::LeaseConflict, format!("execution {} is active, under {held}", execution.id))
        .with("executionId", execution.id)
        .with_number("leaseEpoch", execution.epoch)
}

#[cold]
fn resumed(execution: &Execution) -> Error {
    let message = format!("execution {} has an interrupted attempt: use claim_resumed_execution", execution.id);
    Error::new(Code::UseClaimResumedExecution, message).with("executionId", execution.id)
}
