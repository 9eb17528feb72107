//! The gate that every call of a lease's holder passes.
//!
//! Invariant: lease id, epoch and attempt id are all compared, and time has been applied before, so a held lease is
//! unexpired. Contract: leases.gate, leases.fence, leases.repeat.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::{Attempt, Execution, Finished};
use crate::model::executions::lease::Fence;
use crate::model::executions::phase::{Active, Held, Lapsed, Phase};
use crate::model::ground::vocabulary::Verb;

/// What the gate lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The caller holds the live lease.
    Held(Held),
    /// The caller held the lease, it ran out, and nobody took over.
    Lapsed(Lapsed),
    /// The caller made this very call before; the answer then.
    Repeated(Finished),
}

/// How a caller shows its fence; it decides what a fence that does not match is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// In a handle: `contention.lease_conflict`.
    Handle,
    /// As arguments: `state.stale_lease`, or `not_found.attempt`.
    Typed,
}

/// The gate for a caller that shows `fence` of the attempt with this index and wants `verb` (`None` for calls that do
/// not end the lease).
pub fn gate(execution: &Execution, index: i64, fence: &Fence, verb: Option<Verb>, style: Style) -> Result<Pass> {
    let shown = |attempt: &Attempt| attempt.index == index && attempt.fence() == *fence;
    let current = execution.attempt.as_ref().is_some_and(shown);
    match execution.phase {
        Phase::Active(_) if !current => Err(match style {
            Style::Handle => conflict(execution, fence, Code::LeaseConflict),
            Style::Typed => mismatch(execution, index, fence),
        }),
        Phase::Active(Active::Held(held)) => Ok(Pass::Held(held)),
        Phase::Active(Active::Lapsed(lapsed)) => Ok(Pass::Lapsed(lapsed)),
        Phase::Waiting(_) | Phase::Delayed(_) | Phase::Blocked(_) | Phase::Suspended(_) | Phase::Terminal(_) => {
            let finished = execution.attempt.as_ref().filter(|_| current).and_then(|attempt| attempt.finished);
            match finished {
                Some(finished) if verb.is_some_and(|verb| finished.verb.is(verb)) => Ok(Pass::Repeated(finished)),
                Some(Finished { verb: Verb::Revoke, .. }) => Err(revoked(execution, fence)),
                Some(_) | None => Err(not_active(execution)),
            }
        }
    }
}

/// The gate for an operator, who shows no fence.
pub fn operator_gate(execution: &Execution) -> Result<Active> {
    match execution.phase {
        Phase::Active(active) => Ok(active),
        Phase::Waiting(_) | Phase::Delayed(_) | Phase::Blocked(_) | Phase::Suspended(_) | Phase::Terminal(_) => {
            Err(not_active(execution))
        }
    }
}

/// The gate for a caller whose attempt is no longer the latest one: only the very call that ended it passes.
pub fn past_gate(attempt: &Attempt, fence: &Fence, verb: Option<Verb>) -> Option<Finished> {
    let verb = verb?;
    attempt.finished.filter(|finished| attempt.fence() == *fence && finished.verb.is(verb))
}

/// The refusal of an operator who means another attempt than the one under way.
#[cold]
pub fn other_attempt(execution: &Execution, index: i64, current: &Attempt) -> Error {
    if index >= execution.attempt_count {
        return mismatch(execution, index, &current.fence());
    }
    let message =
        format!("execution {}: attempt {} is under way, the call is about {index}", execution.id, current.index);
    Error::new(Code::StaleLease, message)
        .with("executionId", execution.id)
        .with_number("attemptIndex", current.index)
        .with_number("found", index)
}

/// The refusal of a typed call on an active execution: there is no such attempt, or the lease is another one.
#[cold]
fn mismatch(execution: &Execution, index: i64, fence: &Fence) -> Error {
    if index < execution.attempt_count {
        return conflict(execution, fence, Code::StaleLease);
    }
    let count = execution.attempt_count;
    Error::new(
        Code::NotFoundAttempt,
        format!("execution {} has no attempt with the index {index} ({count} so far)", execution.id),
    )
    .with("executionId", execution.id)
    .with_number("attemptIndex", index)
}

#[cold]
fn conflict(execution: &Execution, fence: &Fence, code: Code) -> Error {
    let current = execution.attempt.as_ref().map_or(0, |attempt| attempt.lease.epoch);
    Error::new(
        code,
        format!(
            "execution {}: the fence shown is of lease {} (epoch {}), the current lease has epoch {current}",
            execution.id, fence.lease_id, fence.epoch
        ),
    )
    .with("executionId", execution.id)
    .with_number("leaseEpoch", current)
}

#[cold]
fn revoked(execution: &Execution, fence: &Fence) -> Error {
    Error::new(
        Code::LeaseRevoked,
        format!("execution {}: lease {} (epoch {}) was revoked", execution.id, fence.lease_id, fence.epoch),
    )
    .with("executionId", execution.id)
    .with_number("leaseEpoch", execution.epoch)
}

/// The refusal of a call whose lease ran out before it.
#[cold]
pub fn expired(execution: &Execution, lapsed: Lapsed) -> Error {
    Error::new(Code::LeaseExpired, format!("execution {}: the lease ran out at {}", execution.id, lapsed.expired_at))
        .with("executionId", execution.id)
        .with_number("expiredAt", lapsed.expired_at)
}

/// The refusal of a call on an execution that is not active, with four facts about it. Contract: leases.not-active.
#[cold]
pub fn not_active(execution: &Execution) -> Error {
    let state = execution.phase.state();
    let outcome = state.terminal_outcome.map_or("none", |outcome| outcome.word());
    let attempt = match execution.phase {
        Phase::Terminal(_) => execution.attempt.as_ref().map(|attempt| attempt.id.to_string()),
        Phase::Waiting(_) | Phase::Delayed(_) | Phase::Blocked(_) | Phase::Active(_) | Phase::Suspended(_) => None,
    };
    Error::new(
        Code::ExecutionNotActive,
        format!("execution {} is {}, not active (outcome {outcome})", execution.id, state.public_state()),
    )
    .with("executionId", execution.id)
    .with("terminalOutcome", outcome)
    .with_number("leaseEpoch", execution.epoch)
    .with("lifecyclePhase", state.lifecycle_phase)
    .with("attemptId", attempt.unwrap_or_default())
}
