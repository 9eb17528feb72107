//! The words of streams, and when the stream of an attempt is closed.
//!
//! Invariant: a closure is derived from what became of the attempt, and is never written; so no transition can forget
//! it. A delay and a wait for children close nothing, and an attempt that goes on has its stream open again. Contract:
//! streams.closing, streams.open-again, streams.closed-stays.

use crate::model::executions::execution::{Attempt, Execution};
use crate::model::executions::phase::{Active, Phase};
use crate::model::ground::vocabulary::{AttemptLifecycle, Verb, vocabulary};

vocabulary! {
    /// What a frame is.
    FrameKind {
        /// What a program wrote to its standard output.
        Stdout = 1, "stdout";
        /// What a program wrote to its standard error.
        Stderr = 2, "stderr";
        /// Something that happened.
        Event = 3, "event";
        /// Any bytes.
        Blob = 4, "blob";
    }
}

vocabulary! {
    /// How a frame is kept.
    FrameMode {
        /// As long as the policy's limits allow.
        Durable = 1, "durable";
        /// As `durable`, and its patch is applied to the document of its attempt.
        Summary = 2, "summary";
        /// For about twice its time to live.
        BestEffort = 3, "best_effort";
    }
}

vocabulary! {
    /// Which frames a tail is shown.
    Visibility {
        /// All of them.
        All = 1, "all";
        /// Durable and summary frames.
        ExcludeBestEffort = 2, "exclude_best_effort";
    }
}

vocabulary! {
    /// Why a stream is closed.
    ClosedReason {
        /// Its attempt completed.
        AttemptSuccess = 1, "attempt_success";
        /// Its attempt failed.
        AttemptFailure = 2, "attempt_failure";
        /// Its execution was cancelled.
        AttemptCancelled = 3, "attempt_cancelled";
        /// Its attempt was interrupted, and may go on.
        AttemptInterrupted = 4, "attempt_interrupted";
        /// Its attempt's lease ran out; the attempt may go on.
        LeaseExpired = 5, "lease_expired";
        /// Its lease ran out and another attempt took over, or none may any more.
        Reclaimed = 6, "reclaimed";
        /// Its execution ran out of time.
        Expired = 7, "expired";
        /// Its execution was skipped: what it waited for became impossible.
        DependencyImpossible = 8, "dependency_impossible";
    }
}

/// Since when and why a stream is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closure {
    /// Since when, in Unix ms.
    pub at: i64,
    /// Why.
    pub reason: ClosedReason,
}

impl Closure {
    /// Whether the attempt is over, so that its stream never opens again.
    pub const fn is_final(self) -> bool {
        !matches!(self.reason, ClosedReason::AttemptInterrupted | ClosedReason::LeaseExpired)
    }
}

/// Whether the stream of one of an execution's attempts is closed.
pub fn closure(execution: &Execution, attempt: &Attempt) -> Option<Closure> {
    let verb = attempt.finished.map(|finished| finished.verb);
    if let Some((lifecycle, at)) = attempt.ended {
        return Some(Closure { at, reason: ended(lifecycle, verb) });
    }
    let interrupted = || {
        let at = attempt.finished.and_then(|finished| finished.at).unwrap_or(execution.changed_at);
        Closure { at, reason: ClosedReason::AttemptInterrupted }
    };
    match execution.phase {
        Phase::Active(Active::Held(_)) => None,
        Phase::Active(Active::Lapsed(lapsed)) => {
            Some(Closure { at: lapsed.expired_at, reason: ClosedReason::LeaseExpired })
        }
        Phase::Suspended(_) => Some(interrupted()),
        Phase::Waiting(_) | Phase::Delayed(_) | Phase::Blocked(_) | Phase::Terminal(_) => {
            matches!(verb, Some(Verb::Revoke | Verb::Suspend)).then(interrupted)
        }
    }
}

/// Whether the stream of the latest attempt is closed.
pub fn latest_closure(execution: &Execution) -> Option<Closure> {
    execution.attempt.as_ref().and_then(|attempt| closure(execution, attempt))
}

/// Why the stream of an attempt that ended is closed. One that time ended was under a lease, or interrupted before by
/// the call that it still remembers.
const fn ended(lifecycle: AttemptLifecycle, verb: Option<Verb>) -> ClosedReason {
    match (lifecycle, verb) {
        (AttemptLifecycle::EndedSuccess, _) => ClosedReason::AttemptSuccess,
        (AttemptLifecycle::EndedSkipped, _) => ClosedReason::DependencyImpossible,
        (AttemptLifecycle::EndedCancelled, _) => ClosedReason::AttemptCancelled,
        (AttemptLifecycle::InterruptedReclaimed, _) => ClosedReason::Reclaimed,
        (AttemptLifecycle::EndedFailure, None | Some(Verb::Fail)) => ClosedReason::AttemptFailure,
        (
            AttemptLifecycle::EndedFailure,
            Some(
                Verb::Complete
                | Verb::Cancel
                | Verb::Delay
                | Verb::WaitChildren
                | Verb::Suspend
                | Verb::Revoke
                | Verb::Expire
                | Verb::Skip,
            ),
        ) => ClosedReason::Expired,
        (AttemptLifecycle::Started | AttemptLifecycle::Suspended, _) => ClosedReason::AttemptInterrupted,
    }
}
