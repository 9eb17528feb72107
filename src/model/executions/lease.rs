//! Leases: their limits, their fence, through which connection they were taken, and the back-off after lapses in a row.
//! Contract: leases.fence, leases.connection, retries.lapse-wait.

use crate::model::ground::id::uuid_text;
use std::rc::Rc;
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

/// Through what calls come: an engine that was opened. It is minted there, and no argument names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its number, from 1 on and below 2^53.
    pub id: i64,
    /// The instance of a worker that names none.
    pub instance: Rc<str>,
}

impl Connection {
    /// A connection of its own, from what was drawn for it; or the one of a number, which was minted before.
    pub fn minted(drawn: Uuid, id: Option<i64>) -> Self {
        let own = i64::try_from(drawn.as_u128() & ((1 << 53) - 1)).unwrap_or_default();
        Self { id: id.unwrap_or(own).max(1), instance: uuid_text(drawn).into() }
    }
}

/// Back-off after the `lapse_count`-th lapse in a row: none after the first, then 1 s doubling to 60 s.
pub fn lapse_backoff_ms(lapse_count: i64) -> Option<i64> {
    let doublings = u32::try_from(lapse_count - 2).ok()?.min(16);
    Some((LAPSE_BACKOFF_MS << doublings).min(LAPSE_BACKOFF_MS_MAX))
}
