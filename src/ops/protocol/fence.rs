//! The fence of a typed call, as an argument. Contract: leases.fence-required, leases.operator.

use crate::error::{Code, Error, Result};
use crate::model::executions::lease::Fence;
use crate::model::ground::argument::{self, INTEGER_MAX};
use crate::model::ground::given::reads;
use crate::model::ground::id::required_uuid;
use crate::ops::executions::cancel::OPERATOR_OVERRIDE;

/// What proves "this caller holds this lease of this attempt".
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct FenceArgs {
    /// The lease.
    pub lease_id: String,
    /// Its epoch.
    pub lease_epoch: i64,
    /// The attempt it was issued for.
    pub attempt_id: String,
}

reads!(FenceArgs { lease_id, lease_epoch, attempt_id });

/// A fence that must be there.
pub fn required(fence: Option<FenceArgs>) -> Result<Fence> {
    let Some(fence) = fence else {
        let limit = "the fence of the lease: leaseId, leaseEpoch, attemptId";
        return Err(Error::argument(Code::InvalidInput, "fence", limit, "nothing").with("detail", "fence_required"));
    };
    argument::number("fence.leaseEpoch", fence.lease_epoch, 0, INTEGER_MAX)?;
    Ok(Fence {
        lease_id: required_uuid("fence.leaseId", &fence.lease_id)?,
        epoch: fence.lease_epoch,
        attempt_id: required_uuid("fence.attemptId", &fence.attempt_id)?,
    })
}

/// The fence that counts: none for an operator, whatever it shows; else it must be there.
pub fn of_source(fence: Option<FenceArgs>, source: Option<&str>) -> Result<Option<Fence>> {
    argument::opt_name("source", source)?;
    if source == Some(OPERATOR_OVERRIDE) { Ok(None) } else { required(fence).map(Some) }
}
