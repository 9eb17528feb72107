//! `issue_grant_and_claim`: an operator takes one execution, whatever it requires, in one step. Contract:
//! protocol.grant-and-claim.

use super::claim_execution::claimable;
use super::grant::ungranted;
use super::handover::{Handover, Wanted};
use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::Waiting;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::attempts::claimed::Worker;
use crate::ops::attempts::take::Taker;
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

impl Handover for IssueGrantAndClaimArgs {
    const OP: &'static str = "issue_grant_and_claim";

    fn wanted(self) -> Result<Wanted> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let operator = Worker { id: OPERATOR.to_owned(), instance_id: None };
        Ok(Wanted { id, taker: Taker::checked(operator, self.lease_ttl_ms)? })
    }

    fn permit(_taker: &Taker, turn: &mut Turn<'_>, execution: &Execution) -> Result<Waiting> {
        let waiting = claimable(turn, execution)?;
        ungranted(execution)?;
        Ok(waiting)
    }
}
