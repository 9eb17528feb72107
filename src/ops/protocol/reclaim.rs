//! `reclaim_execution`: a worker uses its grant, and takes a lapsed execution over with a new attempt. Contract:
//! protocol.reclaim, protocol.reclaim-cap.

use super::reclaim_grant::not_reclaimable;
use crate::error::{Code, Error, Result};
use crate::model::executions::grant::Grant;
use crate::model::executions::grant::GrantKind;
use crate::model::executions::phase::{Active, Phase};
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::ops::attempts::claimed::{Claim, Worker, refill};
use crate::ops::attempts::take::{Taker, give_up, reclaims_max};
use crate::ops::ground::call::{Call, Refill};
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `reclaim_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ReclaimExecutionArgs {
    /// The execution, whose lease must have lapsed.
    pub execution_id: String,
    /// Who takes it over; the grant must be for this worker.
    pub worker: Worker,
    /// How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
    pub lease_ttl_ms: Option<i64>,
    /// The lease's id, minted by the engine when left out.
    pub lease_id: Option<String>,
    /// The new attempt's id, minted by the engine when left out.
    pub attempt_id: Option<String>,
    /// How often it may have been reclaimed already, in place of what its policy says.
    pub max_reclaim_count: Option<i64>,
}

reads!(ReclaimExecutionArgs { execution_id, worker, lease_ttl_ms, lease_id, attempt_id, max_reclaim_count });

/// The answer of `reclaim_execution`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum ReclaimExecutionAnswer {
    /// A new attempt runs.
    Claimed(Box<Claim>),
    /// The execution is not to be reclaimed; it stays as it is.
    NotReclaimable {
        /// The execution.
        execution_id: String,
        /// Why.
        detail: String,
    },
    /// It was reclaimed as often as it may be, and has failed now.
    ReclaimCapExceeded {
        /// The execution.
        execution_id: String,
        /// How often it was.
        reclaim_count: i64,
    },
    /// There is no grant to reclaim it, or it is over.
    GrantNotFound {
        /// The execution.
        execution_id: String,
    },
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    taker: Taker,
    reclaims_max: Option<i64>,
}

impl Call for ReclaimExecutionArgs {
    const OP: &'static str = "reclaim_execution";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = ReclaimExecutionAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::opt_number("maxReclaimCount", self.max_reclaim_count, 0, INTEGER_MAX)?;
        let taker = Taker::checked(self.worker, self.lease_ttl_ms)?;
        let taker = taker.with_ids(self.lease_id.as_deref(), self.attempt_id.as_deref())?;
        Ok(Ready { id, taker, reclaims_max: self.max_reclaim_count })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ReclaimExecutionAnswer> {
        let execution = load(turn, &ready.id)?;
        let execution_id = execution.id.text();
        if let Some(detail) = not_reclaimable(turn, &execution)? {
            return Ok(ReclaimExecutionAnswer::NotReclaimable { execution_id, detail });
        }
        let grant = turn.store.grant(execution.row)?;
        let Some(grant) = grant.filter(|grant| grant.kind == GrantKind::Reclaim && grant.live(turn.now)) else {
            return Ok(ReclaimExecutionAnswer::GrantNotFound { execution_id });
        };
        if grant.worker != ready.taker.worker {
            return Err(of_another(ready, &grant));
        }
        let (mut execution, work) = turn.store.claimed(execution.row)?;
        let Phase::Active(Active::Lapsed(lapsed)) = execution.phase else {
            return Ok(ReclaimExecutionAnswer::GrantNotFound { execution_id });
        };
        let reclaims_max = ready.reclaims_max.map_or_else(|| reclaims_max(&work), Ok)?;
        if execution.reclaim_count >= reclaims_max {
            give_up(turn, &mut execution, lapsed)?;
            let reclaim_count = execution.reclaim_count;
            return Ok(ReclaimExecutionAnswer::ReclaimCapExceeded { execution_id, reclaim_count });
        }
        let held = ready.taker.held(turn, &execution, &work, false);
        let claim = ready.taker.take(turn, &mut execution, lapsed.reclaim(held), work)?;
        Ok(ReclaimExecutionAnswer::Claimed(Box::new(claim)))
    }

    fn answer_bytes(answer: &mut ReclaimExecutionAnswer, visit: &mut dyn FnMut(&mut Bytes)) {
        if let ReclaimExecutionAnswer::Claimed(claim) = answer {
            claim.bytes(visit);
        }
    }

    fn keeps(answer: &ReclaimExecutionAnswer) -> bool {
        matches!(answer, ReclaimExecutionAnswer::Claimed(_) | ReclaimExecutionAnswer::ReclaimCapExceeded { .. })
    }

    fn refill(_ready: &Ready, kept: &str, turn: &mut Turn<'_>) -> Result<Refill> {
        refill(kept, turn)
    }
}

#[cold]
fn of_another(ready: &Ready, grant: &Grant) -> Error {
    let limit = format!("the worker of the grant, {}", grant.worker);
    Error::argument(Code::InvalidInput, "worker.id", &limit, &ready.taker.worker).with("executionId", ready.id)
}
