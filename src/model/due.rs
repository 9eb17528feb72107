//! What time does by itself, and in which order.
//!
//! Invariant: due actions apply in the order of [`DueKey`]: instant, then kind, then row. Spec: decisions 2.2.

use super::execution::Execution;
use super::phase::{Active, Phase};
use crate::error::{Code, Error, Result};

/// What time does to an execution; the numbers are the order within one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueKind {
    /// Expire it: its deadline passed.
    Deadline,
    /// End its attempt: it took too long.
    AttemptTimeout,
    /// End its suspension.
    SuspensionTimeout,
    /// Let its lease lapse.
    LeaseExpiry,
    /// Make it claimable: its delay or its back-off is over.
    Delay,
}

impl DueKind {
    const ALL: [Self; 5] =
        [Self::Deadline, Self::AttemptTimeout, Self::SuspensionTimeout, Self::LeaseExpiry, Self::Delay];

    /// The number in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::Deadline => 1,
            Self::AttemptTimeout => 2,
            Self::SuspensionTimeout => 3,
            Self::LeaseExpiry => 4,
            Self::Delay => 5,
        }
    }

    /// The value of a stored number.
    pub fn of_number(number: i64) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.number() == number)
            .ok_or_else(|| Error::new(Code::Corruption, format!("a stored row holds {number}, which is no due kind")))
    }
}

/// One due action: when, what, and to which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueKey {
    /// The instant it carries, in Unix ms.
    pub at: i64,
    /// What happens.
    pub kind: DueKind,
    /// The execution's row.
    pub row: i64,
}

impl Execution {
    /// The earliest action that time will take on this execution, were nothing else to happen.
    pub fn due(&self) -> Option<DueKey> {
        let key = |at: i64, kind| DueKey { at, kind, row: self.row };
        let own = match self.phase {
            Phase::Waiting(_) | Phase::Blocked(_) => None,
            Phase::Delayed(delayed) => Some(key(delayed.until_at, DueKind::Delay)),
            Phase::Active(Active::Held(held)) => {
                let lease = key(held.expires_at, DueKind::LeaseExpiry);
                Some(held.timeout_at.map_or(lease, |at| lease.min(key(at, DueKind::AttemptTimeout))))
            }
            Phase::Active(Active::Lapsed(lapsed)) => lapsed.claimable_at.map(|at| key(at, DueKind::Delay)),
            Phase::Suspended(suspended) => suspended.timeout_at.map(|at| key(at, DueKind::SuspensionTimeout)),
            Phase::Terminal(_) => return None,
        };
        // A deadline that had passed when the execution was created or replayed comes with that, never before it. Any
        // other change of an execution comes before its deadline.
        let deadline = self.deadline_at.map(|at| key(at.max(self.changed_at), DueKind::Deadline));
        own.into_iter().chain(deadline).min()
    }
}
