//! `unblock_execution`: a scheduler or an operator lets a blocked execution go, on to its upstreams where these are not
//! settled. Contract: protocol.unblock, states.depend.

use super::block::{BlockAnswer, blocker};
use crate::error::Result;
use crate::model::executions::phase::{Blocked, Blocker, Phase};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::ground::blocked::let_go;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{load, not_eligible};
use crate::ops::ground::settle::{Change, settle};
use crate::ops::ground::turn::Turn;

/// The arguments of `unblock_execution`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct UnblockExecutionArgs {
    /// The execution.
    pub execution_id: String,
    /// What it must be waiting for, as `block_execution_for_admission` names it.
    pub expected_reason: String,
}

reads!(UnblockExecutionArgs { execution_id, expected_reason });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    by: Blocker,
}

impl Call for UnblockExecutionArgs {
    const OP: &'static str = "unblock_execution";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = BlockAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        Ok(Ready { id, by: blocker("expectedReason", &self.expected_reason)? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<BlockAnswer> {
        let mut execution = load(turn, &ready.id)?;
        let is_meant = matches!(execution.phase, Phase::Blocked(Blocked { by, .. }) if by == ready.by);
        let Some(step) = let_go(turn, &execution)?.filter(|_| is_meant) else {
            return Err(not_eligible(&execution, &format!("blocked as {}", ready.by.blocking_reason())));
        };
        settle(turn, &mut execution, Change::plain(step, turn.now))?;
        Ok(BlockAnswer { execution_id: execution.id.text(), public_state: execution.phase.state().public_state() })
    }
}
