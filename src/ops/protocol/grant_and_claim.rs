//! `issue_grant_and_claim`: an operator takes one execution, whatever it requires, in one step. Spec: lifecycle §9.5.

use super::claim_execution::claimable;
use super::grant::ungranted;
use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::ops::attempts::claimed::{Claim, Worker, refill};
use crate::ops::attempts::take::Taker;
use crate::ops::ground::call::{Call, Refill};
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;

/// The worker's name under which an operator claims.
const OPERATOR: &str = "operator";

/// The arguments of `issue_grant_and_claim`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct IssueGrantAndClaimArgs {
    /// The execution.
    pub execution_id: String,
    /// How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
    pub lease_ttl_ms: Option<i64>,
}

reads!(IssueGrantAndClaimArgs { execution_id, lease_ttl_ms });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    taker: Taker,
}

impl Call for IssueGrantAndClaimArgs {
    const OP: &'static str = "issue_grant_and_claim";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = Claim;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let operator = Worker { id: OPERATOR.to_owned(), instance_id: None };
        Ok(Ready { id, taker: Taker::checked(operator, self.lease_ttl_ms)? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Claim> {
        let execution = load(turn, &ready.id)?;
        let waiting = claimable(turn, &execution)?;
        ungranted(&execution)?;
        ready.taker.take_waiting(turn, execution.row, waiting)
    }

    fn answer_bytes(answer: &mut Claim, visit: &mut dyn FnMut(&mut Bytes)) {
        answer.bytes(visit);
    }

    fn refill(_ready: &Ready, kept: &str, turn: &mut Turn<'_>) -> Result<Refill> {
        refill(kept, turn)
    }
}
