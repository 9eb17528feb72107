//! `issue_claim_grant`: a scheduler keeps one execution for one worker. Contract: protocol.issue-grant.

use super::grant::{GrantAnswer, Grantee, lane_shut, ungranted};
use crate::error::Result;
use crate::model::executions::grant::GrantKind;
use crate::model::executions::phase::{Active, Phase};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::attempts::claimed::Worker;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{load, not_eligible};
use crate::ops::ground::turn::Turn;

/// The arguments of `issue_claim_grant`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct IssueClaimGrantArgs {
    /// The execution: waiting, or active with a lease that has lapsed.
    pub execution_id: String,
    /// Whom it is for.
    pub worker: Worker,
    /// What the worker offers; it must cover what the execution requires.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub capabilities: Vec<String>,
    /// How long the grant is good, 1 ms to 60 s; 5 000 when left out.
    pub grant_ttl_ms: Option<i64>,
    /// The grant's key, any text of 1 to 256 bytes; a UUID that the engine mints when left out.
    pub grant_key: Option<String>,
}

reads!(IssueClaimGrantArgs { execution_id, worker, capabilities = default, grant_ttl_ms, grant_key });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    grantee: Grantee,
}

impl Call for IssueClaimGrantArgs {
    const OP: &'static str = "issue_claim_grant";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = GrantAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let grantee = Grantee::checked(self.worker, &self.capabilities, self.grant_ttl_ms)?;
        Ok(Ready { id, grantee: grantee.with_key(self.grant_key.as_deref())? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<GrantAnswer> {
        let mut execution = load(turn, &ready.id)?;
        match execution.phase {
            Phase::Waiting(_) | Phase::Active(Active::Lapsed(_)) => {}
            Phase::Active(Active::Held(_))
            | Phase::Delayed(_)
            | Phase::Blocked(_)
            | Phase::Suspended(_)
            | Phase::Terminal(_) => return Err(not_eligible(&execution, "claimable, or lapsed")),
        }
        if let Some(why) = lane_shut(turn, &execution)? {
            return Err(not_eligible(&execution, &format!("in an open lane, but {why}")));
        }
        ungranted(&execution)?;
        ready.grantee.covers(turn, &execution)?;
        ready.grantee.give(turn, &mut execution, GrantKind::Claim)
    }
}
