//! `issue_grant_and_claim`: an operator takes one execution, whatever it requires, in one step. Spec: lifecycle §9.5.

use super::call::{Call, Refill};
use super::claim_execution::claimable;
use super::claimed::{Claim, Worker, refill};
use super::gate::load;
use super::grant::ungranted;
use super::take::Taker;
use super::turn::Turn;
use crate::error::Result;
use crate::model::argument::Limits;
use crate::model::given::reads;
use crate::model::id::ExecutionId;
use crate::model::payload::Bytes;

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
