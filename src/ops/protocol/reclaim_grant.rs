//! `issue_reclaim_grant`: a scheduler keeps a lapsed execution for a worker that will take it over. Contract:
//! protocol.reclaim-grant, protocol.not-reclaimable.

use super::grant::{GrantAnswer, Grantee, lane_shut, ungranted};
use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::executions::grant::GrantKind;
use crate::model::executions::phase::{Active, Phase};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::attempts::claimed::Worker;
use crate::ops::attempts::take::reclaims_max;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `issue_reclaim_grant`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct IssueReclaimGrantArgs {
    /// The execution, whose lease must have lapsed.
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

reads!(IssueReclaimGrantArgs { execution_id, worker, capabilities = default, grant_ttl_ms, grant_key });

/// The answer of `issue_reclaim_grant`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum IssueReclaimGrantAnswer {
    /// The execution is kept for the worker.
    Granted(GrantAnswer),
    /// It is not to be reclaimed.
    NotReclaimable {
        /// The execution.
        execution_id: String,
        /// Why.
        detail: String,
    },
    /// It was reclaimed as often as it may be; the next claim or reclaim ends it.
    ReclaimCapExceeded {
        /// The execution.
        execution_id: String,
        /// How often it was.
        reclaim_count: i64,
    },
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    grantee: Grantee,
}

impl Call for IssueReclaimGrantArgs {
    const OP: &'static str = "issue_reclaim_grant";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = IssueReclaimGrantAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let grantee = Grantee::checked(self.worker, &self.capabilities, self.grant_ttl_ms)?;
        Ok(Ready { id, grantee: grantee.with_key(self.grant_key.as_deref())? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<IssueReclaimGrantAnswer> {
        let execution = load(turn, &ready.id)?;
        if let Some(detail) = not_reclaimable(turn, &execution)? {
            return Ok(IssueReclaimGrantAnswer::NotReclaimable { execution_id: execution.id.text(), detail });
        }
        let (mut execution, work) = turn.store.claimed(execution.row)?;
        if execution.reclaim_count >= reclaims_max(&work)? {
            let (execution_id, reclaim_count) = (execution.id.text(), execution.reclaim_count);
            return Ok(IssueReclaimGrantAnswer::ReclaimCapExceeded { execution_id, reclaim_count });
        }
        // A worker's own grant to reclaim is refreshed; nobody takes another's.
        let own = turn
            .store
            .grant(execution.row)?
            .is_some_and(|grant| grant.kind == GrantKind::Reclaim && ready.grantee.owns(&grant));
        if !own {
            ungranted(&execution)?;
        }
        ready.grantee.covers(turn, &execution)?;
        let grant = ready.grantee.give(turn, &mut execution, GrantKind::Reclaim)?;
        Ok(IssueReclaimGrantAnswer::Granted(grant))
    }

    fn keeps(answer: &IssueReclaimGrantAnswer) -> bool {
        matches!(answer, IssueReclaimGrantAnswer::Granted(_))
    }
}

/// Why an execution is not to be reclaimed, if so: its lease has not lapsed, or its lane lets nothing be claimed.
pub fn not_reclaimable(turn: &mut Turn<'_>, execution: &Execution) -> Result<Option<String>> {
    match execution.phase {
        Phase::Active(Active::Lapsed(_)) => lane_shut(turn, execution),
        Phase::Active(Active::Held(held)) => Ok(Some(format!("its lease is live until {}", held.expires_at))),
        Phase::Waiting(_) | Phase::Delayed(_) | Phase::Blocked(_) | Phase::Suspended(_) | Phase::Terminal(_) => {
            Ok(Some(format!("it is {}, not active", execution.phase.state().public_state())))
        }
    }
}
