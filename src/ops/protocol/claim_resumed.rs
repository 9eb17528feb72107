//! `claim_resumed_execution`: a worker uses its grant, and continues an interrupted attempt. Contract:
//! protocol.claim-resumed.

use super::grant::{claim_grant, lane_shut, not_leaseable};
use super::handover::{Handover, Wanted};
use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Next, Phase, Waiting};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::attempts::claimed::Worker;
use crate::ops::attempts::take::Taker;
use crate::ops::ground::turn::Turn;

/// The arguments of `claim_resumed_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ClaimResumedExecutionArgs {
    /// The execution.
    pub execution_id: String,
    /// Who claims; the grant must be for this worker.
    pub worker: Worker,
    /// How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
    pub lease_ttl_ms: Option<i64>,
    /// The lease's id, minted by the engine when left out.
    pub lease_id: Option<String>,
}

reads!(ClaimResumedExecutionArgs { execution_id, worker, lease_ttl_ms, lease_id });

impl Handover for ClaimResumedExecutionArgs {
    const OP: &'static str = "claim_resumed_execution";

    fn wanted(self) -> Result<Wanted> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let taker = Taker::checked(self.worker, self.lease_ttl_ms)?;
        Ok(Wanted { id, taker: taker.with_ids(self.lease_id.as_deref(), None)? })
    }

    fn permit(taker: &Taker, turn: &mut Turn<'_>, execution: &Execution) -> Result<Waiting> {
        let waiting = interrupted(turn, execution)?;
        claim_grant(turn, execution, &taker.worker)?;
        Ok(waiting)
    }
}

/// An execution whose interrupted attempt may be continued now.
pub fn interrupted(turn: &mut Turn<'_>, execution: &Execution) -> Result<Waiting> {
    let waiting = match execution.phase {
        Phase::Waiting(waiting) => waiting,
        Phase::Delayed(_) | Phase::Blocked(_) | Phase::Active(_) | Phase::Suspended(_) | Phase::Terminal(_) => {
            return Err(not_leaseable(execution, "it is not waiting for a worker"));
        }
    };
    if let Some(why) = lane_shut(turn, execution)? {
        return Err(not_leaseable(execution, &why));
    }
    if waiting.next != Next::Interrupted {
        let message = format!("execution {} has no interrupted attempt: use claim_execution", execution.id);
        return Err(Error::new(Code::NotAResumedExecution, message).with("executionId", execution.id));
    }
    Ok(waiting)
}
