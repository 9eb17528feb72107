//! `claim_for_worker`: a scheduler keeps for a worker the first execution that it may take. Contract:
//! protocol.claim-for-worker.

use super::grant::{GrantAnswer, Grantee};
use crate::error::Result;
use crate::model::executions::grant::GrantKind;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::ops::attempts::claim::Wish;
use crate::ops::attempts::claimed::Worker;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `claim_for_worker`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ClaimForWorkerArgs {
    /// The lanes to take from, at least one.
    pub lanes: Vec<String>,
    /// The kinds to take, at most 1 000; all when left out.
    pub kinds: Option<Vec<String>>,
    /// Whom it is for.
    pub worker: Worker,
    /// What the worker offers.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub capabilities: Vec<String>,
    /// How long the grant is good, 1 ms to 60 s; 5 000 when left out.
    pub grant_ttl_ms: Option<i64>,
}

reads!(ClaimForWorkerArgs { lanes, kinds, worker, capabilities = default, grant_ttl_ms });

/// The answer of `claim_for_worker`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum ClaimForWorkerAnswer {
    /// There is nothing that the worker may take.
    NoWork,
    /// An execution is kept for it.
    Granted(GrantAnswer),
}

/// Checked arguments.
pub struct Ready {
    wish: Wish,
    grantee: Grantee,
}

impl Call for ClaimForWorkerArgs {
    const OP: &'static str = "claim_for_worker";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = ClaimForWorkerAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let wish = Wish::checked(self.lanes, self.kinds, &self.capabilities)?;
        Ok(Ready { wish, grantee: Grantee::checked(self.worker, &self.capabilities, self.grant_ttl_ms)? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ClaimForWorkerAnswer> {
        match ready.wish.first_claimable(turn)? {
            None => Ok(ClaimForWorkerAnswer::NoWork),
            Some(row) => {
                let mut execution = turn.store.execution(row)?;
                ready.grantee.give(turn, &mut execution, GrantKind::Claim).map(ClaimForWorkerAnswer::Granted)
            }
        }
    }

    fn keeps(answer: &ClaimForWorkerAnswer) -> bool {
        matches!(answer, ClaimForWorkerAnswer::Granted(_))
    }
}
