//! The six phases of an execution, each with its own facts only, and the seven-dimension state they stand for.
//!
//! Invariant: [`Phase::state`] and [`StateVector::public_state`] are total functions without a fallback arm, so the
//! public state always equals its derivation. A paused lane is not a phase. Contract: states.phases, states.dimensions,
//! states.public-state.

use crate::error::{Code, Error, Result};
use crate::model::ground::vocabulary::{
    AttemptState, BlockingReason, EligibilityState, LifecyclePhase, Outcome, OwnershipState, PublicState,
};
use serde::Serialize;

/// What the next claim will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Start the first attempt.
    First,
    /// Start another attempt after a failure.
    Retry,
    /// Start another attempt after a replay.
    Replay,
    /// Continue the attempt that was interrupted.
    Interrupted,
}

impl Next {
    /// Every value.
    pub const ALL: [Self; 4] = [Self::First, Self::Retry, Self::Replay, Self::Interrupted];

    /// The number in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::First => 1,
            Self::Retry => 2,
            Self::Replay => 3,
            Self::Interrupted => 4,
        }
    }

    /// The value of a stored number.
    pub fn of_number(number: i64) -> Result<Self> {
        Self::ALL.into_iter().find(|next| next.number() == number).ok_or_else(|| {
            Error::new(Code::Corruption, format!("a stored row holds {number}, which is no next attempt"))
        })
    }

    const fn attempt_state(self) -> AttemptState {
        match self {
            Self::First => AttemptState::PendingFirstAttempt,
            Self::Retry => AttemptState::PendingRetryAttempt,
            Self::Replay => AttemptState::PendingReplayAttempt,
            Self::Interrupted => AttemptState::AttemptInterrupted,
        }
    }
}

/// Can be claimed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What the claim will do.
    pub next: Next,
}

/// Why an execution is delayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelayReason {
    /// It was created or put off with a delay.
    Delay,
    /// It failed and will be retried.
    RetryBackoff,
    /// It was resumed with a delay.
    ResumeDelay,
}

/// Can be claimed from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delayed {
    /// What the claim will do.
    pub next: Next,
    /// Until when, in Unix ms.
    pub until_at: i64,
    /// Why.
    pub reason: DelayReason,
}

/// What blocks an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocker {
    /// Upstreams or children.
    Children,
    /// A budget.
    Budget,
    /// A quota.
    Quota,
    /// A scheduler's `block_route`.
    Route,
    /// An operator.
    Operator,
    /// A policy.
    Policy,
    /// The cancellation of its flow.
    FlowCancel,
}

/// Cannot be claimed until something other than time happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// What the claim will do.
    pub next: Next,
    /// What blocks it.
    pub by: Blocker,
    /// Not before this instant even when it is unblocked, in Unix ms.
    pub not_before_at: Option<i64>,
}

/// Held by a worker under a live lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// When the lease runs out, in Unix ms.
    pub expires_at: i64,
    /// When the attempt times out, in Unix ms.
    pub timeout_at: Option<i64>,
}

/// Active, but its lease has run out and nobody has taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapsed {
    /// When the lease ran out, in Unix ms.
    pub expired_at: i64,
    /// From when a plain claim may take it, in Unix ms; `None` is now.
    pub claimable_at: Option<i64>,
}

/// The two kinds of active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Active {
    /// Under a live lease.
    Held(Held),
    /// Its lease has run out.
    Lapsed(Lapsed),
}

/// What a suspended execution waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuspendReason {
    /// A signal.
    Signal,
    /// An approval.
    Approval,
    /// A callback.
    Callback,
    /// A tool's result.
    ToolResult,
}

/// Waits for a signal; its attempt is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspended {
    /// What it waits for.
    pub reason: SuspendReason,
    /// When the suspension times out, in Unix ms.
    pub timeout_at: Option<i64>,
}

/// Over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it ever had an attempt.
    pub attempted: bool,
}

/// The state machine's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// See [`Waiting`].
    Waiting(Waiting),
    /// See [`Delayed`].
    Delayed(Delayed),
    /// See [`Blocked`].
    Blocked(Blocked),
    /// See [`Active`].
    Active(Active),
    /// See [`Suspended`].
    Suspended(Suspended),
    /// See [`Terminal`].
    Terminal(Terminal),
}

/// The seven dimensions of a state; the public state is the seventh and derived. Contract: states.dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct StateVector {
    /// Where in its life.
    pub lifecycle_phase: LifecyclePhase,
    /// Who owns it.
    pub ownership_state: OwnershipState,
    /// Whether it may be claimed.
    pub eligibility_state: EligibilityState,
    /// What it waits for.
    pub blocking_reason: BlockingReason,
    /// How it ended; `none` while it has not.
    #[serde(serialize_with = "crate::model::ground::vocabulary::outcome_or_none")]
    #[cfg_attr(feature = "types", ts(type = "Outcome | \"none\""))]
    pub terminal_outcome: Option<Outcome>,
    /// What goes on with its attempts.
    pub attempt_state: AttemptState,
}

impl DelayReason {
    /// The word of the state vector.
    pub const fn blocking_reason(self) -> BlockingReason {
        match self {
            Self::Delay => BlockingReason::WaitingForDelay,
            Self::RetryBackoff => BlockingReason::WaitingForRetryBackoff,
            Self::ResumeDelay => BlockingReason::WaitingForResumeDelay,
        }
    }
}

impl Blocker {
    /// Every value.
    pub const ALL: [Self; 7] =
        [Self::Children, Self::Budget, Self::Quota, Self::Route, Self::Operator, Self::Policy, Self::FlowCancel];

    /// The word of the state vector.
    pub const fn blocking_reason(self) -> BlockingReason {
        match self {
            Self::Children => BlockingReason::WaitingForChildren,
            Self::Budget => BlockingReason::WaitingForBudget,
            Self::Quota => BlockingReason::WaitingForQuota,
            Self::Route => BlockingReason::WaitingForCapableWorker,
            Self::Operator => BlockingReason::PausedByOperator,
            Self::Policy => BlockingReason::PausedByPolicy,
            Self::FlowCancel => BlockingReason::PausedByFlowCancel,
        }
    }

    const fn eligibility(self) -> EligibilityState {
        match self {
            Self::Children => EligibilityState::BlockedByDependencies,
            Self::Budget => EligibilityState::BlockedByBudget,
            Self::Quota => EligibilityState::BlockedByQuota,
            Self::Route => EligibilityState::BlockedByRoute,
            Self::Operator | Self::Policy | Self::FlowCancel => EligibilityState::BlockedByOperator,
        }
    }
}

impl SuspendReason {
    /// The word of the state vector.
    pub const fn blocking_reason(self) -> BlockingReason {
        match self {
            Self::Signal => BlockingReason::WaitingForSignal,
            Self::Approval => BlockingReason::WaitingForApproval,
            Self::Callback => BlockingReason::WaitingForCallback,
            Self::ToolResult => BlockingReason::WaitingForToolResult,
        }
    }
}

impl Terminal {
    const fn attempt_state(self) -> AttemptState {
        match (self.attempted, self.outcome) {
            (false, Outcome::Expired | Outcome::Skipped) => AttemptState::PendingFirstAttempt,
            (true, _) | (false, Outcome::Success | Outcome::Failed | Outcome::Cancelled) => {
                AttemptState::AttemptTerminal
            }
        }
    }
}

impl Phase {
    /// The state vector this phase stands for.
    pub const fn state(&self) -> StateVector {
        match *self {
            Self::Waiting(waiting) => {
                runnable(EligibilityState::EligibleNow, BlockingReason::WaitingForWorker, waiting.next)
            }
            Self::Delayed(delayed) => {
                runnable(EligibilityState::NotEligibleUntilTime, delayed.reason.blocking_reason(), delayed.next)
            }
            Self::Blocked(blocked) => runnable(blocked.by.eligibility(), blocked.by.blocking_reason(), blocked.next),
            Self::Active(active) => active.state(),
            Self::Suspended(suspended) => StateVector {
                lifecycle_phase: LifecyclePhase::Suspended,
                blocking_reason: suspended.reason.blocking_reason(),
                attempt_state: AttemptState::AttemptInterrupted,
                ..SETTLED
            },
            Self::Terminal(terminal) => StateVector {
                terminal_outcome: Some(terminal.outcome),
                attempt_state: terminal.attempt_state(),
                ..SETTLED
            },
        }
    }

    /// The phase's own word: the name of its variant.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Delayed(_) => "delayed",
            Self::Blocked(_) => "blocked",
            Self::Active(Active::Held(_)) => "active",
            Self::Active(Active::Lapsed(_)) => "lapsed",
            Self::Suspended(_) => "suspended",
            Self::Terminal(_) => "terminal",
        }
    }
}

impl Active {
    const fn state(self) -> StateVector {
        let (ownership_state, attempt_state) = match self {
            Self::Held(_) => (OwnershipState::Leased, AttemptState::RunningAttempt),
            Self::Lapsed(_) => (OwnershipState::LeaseExpiredReclaimable, AttemptState::AttemptInterrupted),
        };
        StateVector { lifecycle_phase: LifecyclePhase::Active, ownership_state, attempt_state, ..SETTLED }
    }
}

/// What most phases share: nobody owns it, nothing blocks it, it cannot be claimed.
const SETTLED: StateVector = StateVector {
    lifecycle_phase: LifecyclePhase::Terminal,
    ownership_state: OwnershipState::Unowned,
    eligibility_state: EligibilityState::NotApplicable,
    blocking_reason: BlockingReason::None,
    terminal_outcome: None,
    attempt_state: AttemptState::AttemptTerminal,
};

const fn runnable(eligibility: EligibilityState, blocking_reason: BlockingReason, next: Next) -> StateVector {
    StateVector {
        lifecycle_phase: LifecyclePhase::Runnable,
        eligibility_state: eligibility,
        blocking_reason,
        attempt_state: next.attempt_state(),
        ..SETTLED
    }
}

impl StateVector {
    /// The public state. A terminal state without an outcome does not exist here, and reads as failed. Contract:
    /// states.public-state.
    pub const fn public_state(&self) -> PublicState {
        match self.lifecycle_phase {
            LifecyclePhase::Runnable => match self.eligibility_state {
                EligibilityState::NotEligibleUntilTime => PublicState::Delayed,
                EligibilityState::BlockedByDependencies => PublicState::WaitingChildren,
                EligibilityState::BlockedByBudget | EligibilityState::BlockedByQuota => PublicState::RateLimited,
                EligibilityState::EligibleNow
                | EligibilityState::BlockedByRoute
                | EligibilityState::BlockedByLaneState
                | EligibilityState::BlockedByOperator
                | EligibilityState::NotApplicable => PublicState::Waiting,
            },
            LifecyclePhase::Active => PublicState::Active,
            LifecyclePhase::Suspended => PublicState::Suspended,
            LifecyclePhase::Terminal => match self.terminal_outcome {
                Some(Outcome::Success) => PublicState::Completed,
                Some(Outcome::Failed) | None => PublicState::Failed,
                Some(Outcome::Cancelled) => PublicState::Cancelled,
                Some(Outcome::Expired) => PublicState::Expired,
                Some(Outcome::Skipped) => PublicState::Skipped,
            },
        }
    }

    /// The state as one number, as an event row keeps it.
    pub const fn number(&self) -> i64 {
        let outcome = match self.terminal_outcome {
            Some(outcome) => outcome.number(),
            None => 0,
        };
        let head = self.lifecycle_phase.number() * 10 + self.ownership_state.number();
        let body = (head * 10 + self.eligibility_state.number()) * 100 + self.blocking_reason.number();
        (body * 10 + outcome) * 10 + self.attempt_state.number()
    }

    /// The state of a stored number.
    pub fn of_number(number: i64) -> Result<Self> {
        let digit = |unit: i64, base: i64| number / unit % base;
        let lifecycle_phase = LifecyclePhase::of_number(number / 1_000_000)?;
        Ok(Self {
            attempt_state: AttemptState::of_number(digit(1, 10))?,
            terminal_outcome: match digit(10, 10) {
                0 => None,
                outcome => Some(Outcome::of_number(outcome)?),
            },
            blocking_reason: BlockingReason::of_number(digit(100, 100))?,
            eligibility_state: EligibilityState::of_number(digit(10_000, 10))?,
            ownership_state: OwnershipState::of_number(digit(100_000, 10))?,
            lifecycle_phase,
        })
    }
}
