//! The one door between a stored row and a typed phase.
//!
//! Invariant: a combination of columns that no phase writes is refused as corruption; the CHECKs of the table refuse
//! the same combinations on the way in.

use crate::error::{Code, Error, Result};
use crate::model::executions::phase::{
    Active, Blocked, Blocker, DelayReason, Delayed, Held, Lapsed, Next, Phase, SuspendReason, Suspended, Terminal,
    Waiting,
};
use crate::model::ground::vocabulary::{BlockingReason, Outcome};

/// The columns of `execution` that a phase fills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseColumns {
    pub phase: i64,
    pub next: Option<i64>,
    pub reason: Option<i64>,
    pub outcome: Option<i64>,
    pub lapsed: i64,
    pub until_at: Option<i64>,
    pub expires_at: Option<i64>,
    pub timeout_at: Option<i64>,
}

impl PhaseColumns {
    /// The columns of a phase.
    pub const fn of(phase: &Phase) -> Self {
        const NONE: PhaseColumns = PhaseColumns {
            phase: 0,
            next: None,
            reason: None,
            outcome: None,
            lapsed: 0,
            until_at: None,
            expires_at: None,
            timeout_at: None,
        };
        match *phase {
            Phase::Waiting(waiting) => Self { phase: 1, next: Some(waiting.next.number()), ..NONE },
            Phase::Delayed(delayed) => Self {
                phase: 2,
                next: Some(delayed.next.number()),
                reason: Some(delayed.reason.blocking_reason().number()),
                until_at: Some(delayed.until_at),
                ..NONE
            },
            Phase::Blocked(blocked) => Self {
                phase: 3,
                next: Some(blocked.next.number()),
                reason: Some(blocked.by.blocking_reason().number()),
                until_at: blocked.not_before_at,
                ..NONE
            },
            Phase::Active(Active::Held(held)) => {
                Self { phase: 4, expires_at: Some(held.expires_at), timeout_at: held.timeout_at, ..NONE }
            }
            Phase::Active(Active::Lapsed(lapsed)) => {
                Self { phase: 4, lapsed: 1, expires_at: Some(lapsed.expired_at), until_at: lapsed.claimable_at, ..NONE }
            }
            Phase::Suspended(suspended) => Self {
                phase: 5,
                reason: Some(suspended.reason.blocking_reason().number()),
                until_at: suspended.timeout_at,
                ..NONE
            },
            Phase::Terminal(terminal) => Self { phase: 6, outcome: Some(terminal.outcome.number()), ..NONE },
        }
    }

    /// The phase of stored columns; `attempted` is whether the execution ever had an attempt.
    pub fn typed(&self, attempted: bool) -> Result<Phase> {
        match self.phase {
            1 => Ok(Phase::Waiting(Waiting { next: self.next()? })),
            2 => Ok(Phase::Delayed(Delayed {
                next: self.next()?,
                until_at: present("until_at", self.until_at)?,
                reason: delay_reason(self.reason()?)?,
            })),
            3 => Ok(Phase::Blocked(Blocked {
                next: self.next()?,
                by: blocker(self.reason()?)?,
                not_before_at: self.until_at,
            })),
            4 => self.active().map(Phase::Active),
            5 => Ok(Phase::Suspended(Suspended { reason: suspend_reason(self.reason()?)?, timeout_at: self.until_at })),
            6 => {
                let outcome = Outcome::of_number(present("outcome", self.outcome)?)?;
                Ok(Phase::Terminal(Terminal { outcome, attempted }))
            }
            other => Err(corrupt("phase", other)),
        }
    }

    fn active(&self) -> Result<Active> {
        let expires_at = present("expires_at", self.expires_at)?;
        Ok(if self.lapsed == 1 {
            Active::Lapsed(Lapsed { expired_at: expires_at, claimable_at: self.until_at })
        } else {
            Active::Held(Held { expires_at, timeout_at: self.timeout_at })
        })
    }

    fn next(&self) -> Result<Next> {
        Next::of_number(present("next", self.next)?)
    }

    fn reason(&self) -> Result<i64> {
        present("reason", self.reason)
    }
}

fn delay_reason(number: i64) -> Result<DelayReason> {
    [DelayReason::Delay, DelayReason::RetryBackoff, DelayReason::ResumeDelay]
        .into_iter()
        .find(|reason| is(reason.blocking_reason(), number))
        .ok_or_else(|| corrupt("reason", number))
}

fn blocker(number: i64) -> Result<Blocker> {
    Blocker::ALL
        .into_iter()
        .find(|blocker| is(blocker.blocking_reason(), number))
        .ok_or_else(|| corrupt("reason", number))
}

fn suspend_reason(number: i64) -> Result<SuspendReason> {
    [SuspendReason::Signal, SuspendReason::Approval, SuspendReason::Callback, SuspendReason::ToolResult]
        .into_iter()
        .find(|reason| is(reason.blocking_reason(), number))
        .ok_or_else(|| corrupt("reason", number))
}

fn is(reason: BlockingReason, number: i64) -> bool {
    reason.number() == number
}

fn present<T>(column: &str, value: Option<T>) -> Result<T> {
    value
        .ok_or_else(|| Error::new(Code::Corruption, format!("a stored execution lacks {column}")).with("field", column))
}

#[cold]
fn corrupt(column: &str, number: i64) -> Error {
    Error::new(Code::Corruption, format!("a stored execution holds {number} in {column}"))
        .with("field", column)
        .with_number("found", number)
}
