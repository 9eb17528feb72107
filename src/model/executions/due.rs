//! What time does by itself, and in which order.
//!
//! Invariant: due actions apply in the order of [`DueKey`]: instant, then kind, then row. Contract: time.order.

use super::execution::Execution;
use super::grant::Granted;
use super::phase::{Active, Phase};
use crate::error::{Code, Error, Result};

/// What time does; the numbers are the order within one instant.
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
    /// Make it claimable: its delay, its back-off or its reservation is over.
    Delay,
    /// Cancel what is left of the backlog of a flow's cancellation.
    FlowCancel,
    /// Take a worker from the registry: it was not heard of for too long.
    WorkerTtl,
}

impl DueKind {
    /// Every kind, in the order within one instant.
    pub const ALL: [Self; 7] = [
        Self::Deadline,
        Self::AttemptTimeout,
        Self::SuspensionTimeout,
        Self::LeaseExpiry,
        Self::Delay,
        Self::FlowCancel,
        Self::WorkerTtl,
    ];

    /// The number in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::Deadline => 1,
            Self::AttemptTimeout => 2,
            Self::SuspensionTimeout => 3,
            Self::LeaseExpiry => 4,
            Self::Delay => 5,
            Self::FlowCancel => 7,
            Self::WorkerTtl => 10,
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
    /// The row of the execution, of the flow, or of the worker.
    pub row: i64,
}

impl Phase {
    /// From when on it can be claimed, where it waits for an instant, in Unix ms.
    pub const fn claimable_at(&self) -> Option<i64> {
        match *self {
            Self::Delayed(delayed) => Some(delayed.until_at),
            Self::Active(Active::Lapsed(lapsed)) => match lapsed.claimable_at {
                Some(at) => Some(at),
                None => Some(lapsed.expired_at),
            },
            Self::Blocked(blocked) => blocked.not_before_at,
            Self::Waiting(_) | Self::Active(Active::Held(_)) | Self::Suspended(_) | Self::Terminal(_) => None,
        }
    }
}

impl Execution {
    /// When its live lease runs out.
    pub fn lease_due(&self) -> Option<DueKey> {
        self.held().map(|held| DueKey { at: held.expires_at, kind: DueKind::LeaseExpiry, row: self.row })
    }

    /// The earliest action that time will take on this execution, were nothing else to happen and its lease no matter.
    pub fn due(&self) -> Option<DueKey> {
        let key = |at: i64, kind| DueKey { at, kind, row: self.row };
        let granted = match self.granted {
            Some(Granted::Until(at)) => Some(key(at + 1, DueKind::Delay)),
            Some(Granted::Over) | None => None,
        };
        let own = match self.phase {
            Phase::Waiting(_) | Phase::Blocked(_) => None,
            Phase::Delayed(delayed) => Some(key(delayed.until_at, DueKind::Delay)),
            Phase::Active(Active::Held(held)) => held.timeout_at.map(|at| key(at, DueKind::AttemptTimeout)),
            Phase::Active(Active::Lapsed(lapsed)) => lapsed.claimable_at.map(|at| key(at, DueKind::Delay)),
            Phase::Suspended(suspended) => suspended.timeout_at.map(|at| key(at, DueKind::SuspensionTimeout)),
            Phase::Terminal(_) => return None,
        };
        // A deadline that had passed when the execution was created or replayed comes with that, never before it. Any
        // other change of an execution comes before its deadline.
        let deadline = self.deadline_at.map(|at| key(at.max(self.changed_at), DueKind::Deadline));
        own.into_iter().chain(granted).chain(deadline).min()
    }
}
