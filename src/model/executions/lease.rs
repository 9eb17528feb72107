//! Leases: their limits, their fence, and the back-off after lapses in a row. Contract: leases.fence,
//! retries.lapse-wait.

use uuid::Uuid;

/// Longest lease, in ms: 24 hours.
pub const TTL_MS_MAX: i64 = 86_400_000;
/// The lease a claim asks for when it names none, in ms.
pub const TTL_MS_DEFAULT: i64 = 30_000;
/// Back-off before a plain claim may take an execution whose leases keep lapsing: its first step, in ms.
pub const LAPSE_BACKOFF_MS: i64 = 1_000;
/// Its cap, in ms.
pub const LAPSE_BACKOFF_MS_MAX: i64 = 60_000;

/// Proves "this caller holds this lease of this attempt".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The lease.
    pub lease_id: Uuid,
    /// Its epoch.
    pub epoch: i64,
    /// The attempt it was issued for.
    pub attempt_id: Uuid,
}

/// Back-off after the `lapse_count`-th lapse in a row: none after the first, then 1 s doubling to 60 s.
pub fn lapse_backoff_ms(lapse_count: i64) -> Option<i64> {
    let doublings = u32::try_from(lapse_count - 2).ok()?.min(16);
    Some((LAPSE_BACKOFF_MS << doublings).min(LAPSE_BACKOFF_MS_MAX))
}
