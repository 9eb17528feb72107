//! `renew_lease`: a lease is extended by whoever shows its fence. Contract: leases.renew-typed, leases.fence-required.

use super::fence::{self, FenceArgs};
use crate::error::Result;
use crate::model::attempts::gate::Style;
use crate::model::executions::lease::{Fence, TTL_MS_MAX};
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::attempts::renew::{RenewAnswer, extend};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{enter_as, held};
use crate::ops::ground::turn::Turn;

/// The arguments of `renew_lease`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct RenewLeaseArgs {
    /// The execution.
    pub execution_id: String,
    /// The attempt, zero based.
    pub attempt_index: i64,
    /// What proves that the caller holds the lease; required.
    pub fence: Option<FenceArgs>,
    /// For how long from now on, 1 ms to 24 h.
    pub lease_ttl_ms: i64,
}

reads!(RenewLeaseArgs { execution_id, attempt_index, fence, lease_ttl_ms });

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    index: i64,
    fence: Fence,
    ttl_ms: i64,
}

impl Call for RenewLeaseArgs {
    const OP: &'static str = "renew_lease";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = RenewAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        argument::number("attemptIndex", self.attempt_index, 0, INTEGER_MAX)?;
        argument::number("leaseTtlMs", self.lease_ttl_ms, 1, TTL_MS_MAX)?;
        let fence = fence::required(self.fence)?;
        Ok(Ready { id, index: self.attempt_index, fence, ttl_ms: self.lease_ttl_ms })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<RenewAnswer> {
        let entry = enter_as(turn, &ready.id, ready.index, &ready.fence, None, Style::Typed)?;
        let (execution, held) = held(entry)?;
        extend(turn, execution, held, ready.ttl_ms)
    }
}
