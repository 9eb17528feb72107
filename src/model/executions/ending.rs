//! The ends that come from outside: one transition for each phase that they can find an execution in.

use super::phase::{Active, Phase};
use super::transition::{Expiry, Step, skipped};

impl Phase {
    /// From any phase; `None` when it is over already. Contract: states.cancel.
    pub const fn cancel(self, attempted: bool) -> Option<Step> {
        match self {
            Self::Waiting(waiting) => Some(waiting.cancel(attempted)),
            Self::Delayed(delayed) => Some(delayed.cancel(attempted)),
            Self::Blocked(blocked) => Some(blocked.cancel(attempted)),
            Self::Active(Active::Held(held)) => Some(held.cancel()),
            Self::Active(Active::Lapsed(lapsed)) => Some(lapsed.cancel()),
            Self::Suspended(suspended) => Some(suspended.cancel()),
            Self::Terminal(_) => None,
        }
    }

    /// From any phase; `None` when it is over already. Contract: states.expire.
    pub const fn expire(self, expiry: Expiry, attempted: bool) -> Option<Step> {
        match self {
            Self::Waiting(waiting) => Some(waiting.expire(expiry, attempted)),
            Self::Delayed(delayed) => Some(delayed.expire(expiry, attempted)),
            Self::Blocked(blocked) => Some(blocked.expire(expiry, attempted)),
            Self::Active(Active::Held(held)) => Some(held.expire(expiry)),
            Self::Active(Active::Lapsed(lapsed)) => Some(lapsed.expire(expiry)),
            Self::Suspended(suspended) => Some(suspended.expire(expiry)),
            Self::Terminal(_) => None,
        }
    }

    /// From a phase in which it can be claimed, now or later; `None` from any other one. Contract: states.skip.
    pub const fn skip(self, attempted: bool) -> Option<Step> {
        match self {
            Self::Waiting(_) | Self::Delayed(_) | Self::Blocked(_) => Some(skipped(attempted)),
            Self::Active(_) | Self::Suspended(_) | Self::Terminal(_) => None,
        }
    }
}
