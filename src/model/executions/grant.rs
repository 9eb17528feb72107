//! Grants: the right of one worker to claim or reclaim one execution, for a short while.
//!
//! Invariant: an execution has one grant at most. A live one reserves it: nobody else's claim sees it. One that is over
//! reserves nothing, and its row stays until it is used, replaced, or the execution leaves its phase. An execution's
//! row says that it has one exactly as long as the grant's own row stands. Contract: protocol.one-grant,
//! protocol.reserves, protocol.grant-stays.

use crate::model::ground::vocabulary::vocabulary;
use std::rc::Rc;

/// Longest grant, in ms.
pub const TTL_MS_MAX: i64 = 60_000;
/// The grant that names no time to live, in ms.
pub const TTL_MS_DEFAULT: i64 = 5_000;

vocabulary! {
    /// What a grant allows.
    GrantKind {
        /// To claim.
        Claim = 1, "claim";
        /// To take a lapsed execution over with a new attempt.
        Reclaim = 2, "reclaim";
    }
}

/// What an execution's row says of its grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// Reserved up to this instant (Unix ms), included.
    Until(i64),
    /// The grant is over, its row remains.
    Over,
}

impl Granted {
    /// The number in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::Until(at) => at,
            Self::Over => 0,
        }
    }

    /// The value of a stored number.
    pub const fn of_number(number: i64) -> Self {
        if number == 0 { Self::Over } else { Self::Until(number) }
    }
}

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it allows.
    pub kind: GrantKind,
    /// Its key, which the worker shows: a text that its caller chose, or a UUID.
    pub key: Rc<str>,
    /// The worker's name.
    pub worker: Rc<str>,
    /// The worker's instance.
    pub instance: Rc<str>,
    /// The last instant at which it is good, in Unix ms.
    pub expires_at: i64,
}

impl Grant {
    /// Whether it is good at an instant.
    pub const fn live(&self, now: i64) -> bool {
        self.expires_at >= now
    }
}
