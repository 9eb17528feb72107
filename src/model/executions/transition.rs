//! The transitions of an execution: methods that consume the phase they leave and answer the next one, with what must
//! be recorded. An illegal transition does not compile. Each method is one transition of the graph, and names its rule;
//! [`released`] and [`finished`] hold what leaving Active and entering Terminal share. Contract: states.graph.

pub use super::expiry::Expiry;
use super::phase::{
    Active, Blocked, Blocker, DelayReason, Delayed, Held, Lapsed, Next, Phase, SuspendReason, Suspended, Terminal,
    Waiting,
};
use crate::model::ground::cause::Cause;
use crate::model::ground::vocabulary::{AttemptLifecycle, AttemptType, LeaseEvent, Outcome};

/// What a transition does to the latest attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptChange {
    /// Nothing.
    Unchanged,
    /// A new attempt starts, under a new lease.
    Start(AttemptType),
    /// The interrupted attempt goes on, under a new lease.
    Continue,
    /// The attempt stays open without a lease.
    Interrupt,
    /// The attempt is over; one that is over already stays as it is.
    End(AttemptLifecycle),
}

/// What must be recorded with a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The cause in the event log.
    pub cause: Cause,
    /// What the event means for the lease view.
    pub lease: Option<LeaseEvent>,
    /// Whether the lease epoch rises by one.
    pub epoch_rises: bool,
    /// What becomes of the attempt.
    pub attempt: AttemptChange,
}

/// A finished transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The phase entered.
    pub phase: Phase,
    /// What to record.
    pub record: Record,
}

const fn quiet(phase: Phase, cause: Cause) -> Step {
    Step { phase, record: Record { cause, lease: None, epoch_rises: false, attempt: AttemptChange::Unchanged } }
}

const fn issued(held: Held, cause: Cause, lease: LeaseEvent, attempt: AttemptChange) -> Step {
    let record = Record { cause, lease: Some(lease), epoch_rises: true, attempt };
    Step { phase: Phase::Active(Active::Held(held)), record }
}

/// Leaving Active with the attempt kept or ended: the lease is given up.
const fn released(phase: Phase, cause: Cause, attempt: AttemptChange) -> Step {
    Step { phase, record: Record { cause, lease: Some(LeaseEvent::Revoked), epoch_rises: false, attempt } }
}

/// Entering Terminal from any phase: an attempt that is still open ends with it.
const fn finished(outcome: Outcome, cause: Cause, attempted: bool, lease: Option<LeaseEvent>) -> Step {
    let end = match outcome {
        Outcome::Success => AttemptLifecycle::EndedSuccess,
        Outcome::Cancelled => AttemptLifecycle::EndedCancelled,
        Outcome::Skipped => AttemptLifecycle::EndedSkipped,
        Outcome::Failed | Outcome::Expired => AttemptLifecycle::EndedFailure,
    };
    let attempt = if attempted { AttemptChange::End(end) } else { AttemptChange::Unchanged };
    let phase = Phase::Terminal(Terminal { outcome, attempted });
    Step { phase, record: Record { cause, lease, epoch_rises: false, attempt } }
}

/// From whatever phase in which it could be claimed, now or later. Contract: states.skip.
pub(in crate::model) const fn skipped(attempted: bool) -> Step {
    finished(Outcome::Skipped, Cause::Skipped, attempted, None)
}

const fn delayed(next: Next, until_at: i64, reason: DelayReason) -> Phase {
    Phase::Delayed(Delayed { next, until_at, reason })
}

const fn for_upstreams(next: Next, not_before_at: Option<i64>) -> Phase {
    Phase::Blocked(Blocked { next, by: Blocker::Children, not_before_at })
}

/// A new member of a flow that waits for its upstreams.
pub const fn create_dependent(delay_until: Option<i64>) -> Step {
    quiet(for_upstreams(Next::First, delay_until), Cause::Created)
}

/// A new execution, waiting, or delayed where it is to wait for an instant. Contract: states.create.
pub const fn create(delay_until: Option<i64>) -> Step {
    let phase = match delay_until {
        Some(until_at) => delayed(Next::First, until_at, DelayReason::Delay),
        None => Phase::Waiting(Waiting { next: Next::First }),
    };
    quiet(phase, Cause::Created)
}

impl Waiting {
    /// When an attempt was interrupted. Contract: states.claim, states.resume.
    #[must_use]
    pub const fn claim(self, held: Held) -> Step {
        let (cause, attempt) = match self.next {
            Next::First => (Cause::Claimed, AttemptChange::Start(AttemptType::Initial)),
            Next::Retry => (Cause::Claimed, AttemptChange::Start(AttemptType::Retry)),
            Next::Replay => (Cause::Claimed, AttemptChange::Start(AttemptType::Replay)),
            Next::Interrupted => (Cause::Resumed, AttemptChange::Continue),
        };
        issued(held, cause, LeaseEvent::Acquired, attempt)
    }

    /// Contract: states.block.
    #[must_use]
    pub const fn block(self, by: Blocker) -> Step {
        quiet(Phase::Blocked(Blocked { next: self.next, by, not_before_at: None }), Cause::Blocked)
    }

    /// Contract: states.cancel.
    #[must_use]
    pub const fn cancel(self, attempted: bool) -> Step {
        finished(Outcome::Cancelled, Cause::Cancelled, attempted, None)
    }

    /// Contract: states.expire.
    #[must_use]
    pub const fn expire(self, expiry: Expiry, attempted: bool) -> Step {
        finished(Outcome::Expired, expiry.cause(), attempted, None)
    }
}

impl Delayed {
    /// By its upstreams: the instant that it waits for stays. Contract: states.block.
    #[must_use]
    pub const fn block(self) -> Step {
        quiet(for_upstreams(self.next, Some(self.until_at)), Cause::Blocked)
    }

    /// Contract: states.delay-over.
    #[must_use]
    pub const fn over(self) -> Step {
        quiet(Phase::Waiting(Waiting { next: self.next }), Cause::DelayOver)
    }

    /// Before its instant. Contract: states.wake.
    #[must_use]
    pub const fn wake(self) -> Step {
        quiet(Phase::Waiting(Waiting { next: self.next }), Cause::Woken)
    }

    /// Contract: states.cancel.
    #[must_use]
    pub const fn cancel(self, attempted: bool) -> Step {
        finished(Outcome::Cancelled, Cause::Cancelled, attempted, None)
    }

    /// Contract: states.expire.
    #[must_use]
    pub const fn expire(self, expiry: Expiry, attempted: bool) -> Step {
        finished(Outcome::Expired, expiry.cause(), attempted, None)
    }
}

impl Blocked {
    /// An instant before which it must not run turns it into a delay. Contract: states.unblock.
    #[must_use]
    pub const fn unblock(self, now: i64) -> Step {
        let phase = match self.not_before_at {
            Some(until_at) if until_at > now => delayed(self.next, until_at, DelayReason::Delay),
            Some(_) | None => Phase::Waiting(Waiting { next: self.next }),
        };
        quiet(phase, Cause::Unblocked)
    }

    /// It waits for no instant any more, and for its upstreams still. Contract: states.wake.
    #[must_use]
    pub const fn wake(self) -> Step {
        quiet(Phase::Blocked(Blocked { not_before_at: None, ..self }), Cause::Woken)
    }

    /// It stops waiting for its children. Contract: states.children-timed-out.
    #[must_use]
    pub const fn children_timed_out(self) -> Step {
        quiet(Phase::Waiting(Waiting { next: self.next }), Cause::ChildrenTimedOut)
    }

    /// What blocked it is gone, and its upstreams still do.
    #[must_use]
    pub const fn depend(self) -> Step {
        quiet(for_upstreams(self.next, self.not_before_at), Cause::Blocked)
    }

    /// Contract: states.cancel.
    #[must_use]
    pub const fn cancel(self, attempted: bool) -> Step {
        finished(Outcome::Cancelled, Cause::Cancelled, attempted, None)
    }

    /// Contract: states.expire.
    #[must_use]
    pub const fn expire(self, expiry: Expiry, attempted: bool) -> Step {
        finished(Outcome::Expired, expiry.cause(), attempted, None)
    }
}

impl Held {
    /// The expiry moves, the phase does not change. Contract: states.renew.
    #[must_use]
    pub const fn renew(self, expires_at: i64) -> Self {
        Self { expires_at, timeout_at: self.timeout_at }
    }

    /// Contract: states.complete.
    #[must_use]
    pub const fn complete(self) -> Step {
        finished(Outcome::Success, Cause::Completed, true, Some(LeaseEvent::Revoked))
    }

    /// Contract: states.retry.
    #[must_use]
    pub const fn retry(self, until_at: i64) -> Step {
        released(
            delayed(Next::Retry, until_at, DelayReason::RetryBackoff),
            Cause::RetryScheduled,
            AttemptChange::End(AttemptLifecycle::EndedFailure),
        )
    }

    /// Contract: states.fail.
    #[must_use]
    pub const fn fail(self) -> Step {
        finished(Outcome::Failed, Cause::Failed, true, Some(LeaseEvent::Revoked))
    }

    /// Under a live lease: the epoch rises. Contract: states.cancel.
    #[must_use]
    pub const fn cancel(self) -> Step {
        let mut step = finished(Outcome::Cancelled, Cause::Cancelled, true, Some(LeaseEvent::Revoked));
        step.record.epoch_rises = true;
        step
    }

    /// Contract: states.delay.
    #[must_use]
    pub const fn delay(self, until_at: i64) -> Step {
        let phase = delayed(Next::Interrupted, until_at, DelayReason::Delay);
        released(phase, Cause::Delayed, AttemptChange::Interrupt)
    }

    /// Contract: states.wait-children.
    #[must_use]
    pub const fn wait_children(self) -> Step {
        released(for_upstreams(Next::Interrupted, None), Cause::WaitingChildren, AttemptChange::Interrupt)
    }

    /// Contract: states.lapse.
    #[must_use]
    pub const fn lapse(self, claimable_at: Option<i64>) -> Step {
        let phase = Phase::Active(Active::Lapsed(Lapsed { expired_at: self.expires_at, claimable_at }));
        let mut step = released(phase, Cause::LeaseExpired, AttemptChange::Interrupt);
        step.record.lease = Some(LeaseEvent::Expired);
        step
    }

    /// The epoch rises. Contract: states.revoke.
    #[must_use]
    pub const fn revoke(self) -> Step {
        let phase = Phase::Waiting(Waiting { next: Next::Interrupted });
        let mut step = released(phase, Cause::LeaseRevoked, AttemptChange::Interrupt);
        step.record.epoch_rises = true;
        step
    }

    /// The suspension part's way out of Active.
    #[must_use]
    pub const fn suspend(self, reason: SuspendReason, timeout_at: Option<i64>) -> Step {
        let phase = Phase::Suspended(Suspended { reason, timeout_at });
        released(phase, Cause::Suspended, AttemptChange::Interrupt)
    }

    /// Under a live lease. Contract: states.expire.
    #[must_use]
    pub const fn expire(self, expiry: Expiry) -> Step {
        finished(Outcome::Expired, expiry.cause(), true, Some(LeaseEvent::Expired))
    }
}

impl Lapsed {
    /// The back-off after repeated lapses is over: a plain claim may take it. The phase does not change.
    #[must_use]
    pub const fn claimable(self) -> Self {
        Self { expired_at: self.expired_at, claimable_at: None }
    }

    /// A new attempt takes over. Contract: states.reclaim.
    #[must_use]
    pub const fn reclaim(self, held: Held) -> Step {
        issued(held, Cause::Reclaimed, LeaseEvent::Reclaimed, AttemptChange::Start(AttemptType::Reclaim))
    }

    /// With a resume grant: the same attempt goes on under a lease that takes over the lapsed one. Contract:
    /// states.resume, events.lease-words.
    #[must_use]
    pub const fn resume(self, held: Held) -> Step {
        issued(held, Cause::Resumed, LeaseEvent::Reclaimed, AttemptChange::Continue)
    }

    /// Contract: states.over-cap.
    #[must_use]
    pub const fn over_cap(self) -> Step {
        let mut step = finished(Outcome::Failed, Cause::Failed, true, Some(LeaseEvent::Revoked));
        step.record.attempt = AttemptChange::End(AttemptLifecycle::InterruptedReclaimed);
        step
    }

    /// By the lapsed holder: the lease event was written when it lapsed. Contract: states.retry.
    #[must_use]
    pub const fn retry(self, until_at: i64) -> Step {
        let phase = delayed(Next::Retry, until_at, DelayReason::RetryBackoff);
        let mut step = quiet(phase, Cause::RetryScheduled);
        step.record.attempt = AttemptChange::End(AttemptLifecycle::EndedFailure);
        step
    }

    /// By the lapsed holder. Contract: states.fail.
    #[must_use]
    pub const fn fail(self) -> Step {
        finished(Outcome::Failed, Cause::Failed, true, None)
    }

    /// Without a live lease. Contract: states.cancel.
    #[must_use]
    pub const fn cancel(self) -> Step {
        finished(Outcome::Cancelled, Cause::Cancelled, true, None)
    }

    /// Without a live lease. Contract: states.expire.
    #[must_use]
    pub const fn expire(self, expiry: Expiry) -> Step {
        finished(Outcome::Expired, expiry.cause(), true, None)
    }
}

impl Suspended {
    /// Contract: states.resume-suspended.
    #[must_use]
    pub const fn resume(self, delay_until: Option<i64>) -> Step {
        let phase = match delay_until {
            Some(until_at) => delayed(Next::Interrupted, until_at, DelayReason::ResumeDelay),
            None => Phase::Waiting(Waiting { next: Next::Interrupted }),
        };
        quiet(phase, Cause::SuspensionResumed)
    }

    /// Contract: states.cancel.
    #[must_use]
    pub const fn cancel(self) -> Step {
        finished(Outcome::Cancelled, Cause::Cancelled, true, None)
    }

    /// Contract: states.expire.
    #[must_use]
    pub const fn expire(self, expiry: Expiry) -> Step {
        finished(Outcome::Expired, expiry.cause(), true, None)
    }
}

impl Terminal {
    /// Contract: states.replay.
    #[must_use]
    pub const fn replay(self) -> Step {
        quiet(Phase::Waiting(Waiting { next: Next::Replay }), Cause::Replayed)
    }

    /// Contract: states.replay-skipped.
    #[must_use]
    pub const fn replay_skipped(self) -> Step {
        quiet(for_upstreams(Next::Replay, None), Cause::Replayed)
    }
}
