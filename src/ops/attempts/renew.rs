//! `renew`: a worker extends its lease by the time to live that its handle carries, or by another one. Contract:
//! leases.renew, leases.renew-ttl, leases.renew-other.

use crate::error::Result;
use crate::model::attempts::handle::Handle;
use crate::model::executions::execution::Execution;
use crate::model::executions::lease::TTL_MS_MAX;
use crate::model::executions::phase::{Active, Held, Phase};
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::enter_held;
use crate::ops::ground::settle::renewed;
use crate::ops::ground::turn::Turn;
use crate::store::Keys;
use serde::Serialize;

/// The arguments of `renew`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct RenewArgs {
    /// The handle of the claim.
    pub handle: String,
    /// How long the lease runs from now on, in ms: 1 to 24 hours; as long as the handle says when left out.
    #[cfg_attr(feature = "types", ts(optional))]
    pub lease_ttl_ms: Option<i64>,
}

reads!(RenewArgs { handle, lease_ttl_ms });

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    ttl_ms: i64,
}

/// The answer of `renew`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RenewAnswer {
    /// When the lease now runs out, in Unix ms.
    pub expires_at: i64,
    /// Its epoch, which does not change.
    pub lease_epoch: i64,
}

impl Call for RenewArgs {
    const OP: &'static str = "renew";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = RenewAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        argument::number("handle.leaseTtlMs", handle.ttl_ms, 1, TTL_MS_MAX)?;
        argument::opt_number("leaseTtlMs", self.lease_ttl_ms, 1, TTL_MS_MAX)?;
        Ok(Ready { ttl_ms: self.lease_ttl_ms.unwrap_or(handle.ttl_ms), handle })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<RenewAnswer> {
        let (execution, held) = enter_held(turn, &ready.handle)?;
        extend(turn, execution, held, ready.ttl_ms)
    }
}

/// The lease runs for another `ttl_ms` from now on. Contract: states.renew.
pub fn extend(turn: &mut Turn<'_>, mut execution: Execution, held: Held, ttl_ms: i64) -> Result<RenewAnswer> {
    let before = Keys::of(&execution);
    let expires_at = turn.now + ttl_ms;
    execution.phase = Phase::Active(Active::Held(held.renew(expires_at)));
    if let Some(attempt) = execution.attempt.as_mut() {
        attempt.lease.renewed_at = turn.now;
    }
    renewed(turn, &mut execution, before)?;
    Ok(RenewAnswer { expires_at, lease_epoch: execution.epoch })
}
