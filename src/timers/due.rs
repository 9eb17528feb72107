//! What time does: each function is the inside of one due action and carries its due instant. Contract: leases.lapse,
//! executions.deadline, attempts.timeout, attempts.timeout-retried, protocol.reservation-over, time.own-instant.

use crate::error::{Code, Error, Result};
use crate::model::executions::due::DueKind;
use crate::model::executions::execution::{Execution, Finished};
use crate::model::executions::grant::Granted;
use crate::model::executions::lease::lapse_backoff_ms;
use crate::model::executions::phase::{Active, Blocked, Blocker, Held, Phase};
use crate::model::executions::transition::Expiry;
use crate::model::flows::edge::{EdgeGroup, EdgeGroupPolicy};
use crate::model::ground::cause::Cause;
use crate::model::ground::vocabulary::{FailureClass, Verb};
use crate::ops::attempts::fail::retry_at;
use crate::ops::flows::cancel::end_backlog;
use crate::ops::ground::settle::{Change, Ending, settle};
use crate::ops::ground::tolerate::suspect_losers;
use crate::ops::ground::turn::Turn;
use crate::store::{Failure, Keys, Touched};

/// Applies the due action of a kind, at its instant.
pub fn apply(turn: &mut Turn<'_>, row: i64, kind: DueKind, at: i64) -> Result<()> {
    match kind {
        DueKind::WorkerTtl => return sweep(turn, row, at),
        DueKind::FlowCancel => return end_backlog(turn, row, at),
        DueKind::Deadline
        | DueKind::AttemptTimeout
        | DueKind::SuspensionTimeout
        | DueKind::LeaseExpiry
        | DueKind::Delay => {}
    }
    let mut execution = turn.store.execution(row)?;
    match (kind, execution.phase) {
        (DueKind::Deadline, _) => expire(turn, &mut execution, Expiry::Deadline, at),
        (DueKind::AttemptTimeout, Phase::Active(Active::Held(held))) => time_out(turn, &mut execution, held, at),
        (DueKind::LeaseExpiry, Phase::Active(Active::Held(held))) => lapse(turn, &mut execution, held, at),
        (DueKind::SuspensionTimeout, Phase::Blocked(blocked @ Blocked { by: Blocker::Children, .. })) => {
            stop_waiting(turn, &mut execution, blocked, at)
        }
        (DueKind::Delay, Phase::Delayed(delayed)) => settle(turn, &mut execution, Change::plain(delayed.over(), at)),
        (DueKind::Delay, Phase::Waiting(_) | Phase::Active(Active::Lapsed(_))) => release(turn, &mut execution, at),
        (
            DueKind::AttemptTimeout
            | DueKind::SuspensionTimeout
            | DueKind::LeaseExpiry
            | DueKind::Delay
            | DueKind::FlowCancel
            | DueKind::WorkerTtl,
            _,
        ) => Err(Error::new(
            Code::InvariantBroken,
            format!("execution {} is {} while a {kind:?} is due", execution.id, execution.phase.name()),
        )),
    }
}

/// The back-off after repeated lapses is over, or a grant is: a plain claim may take it. Its state is unchanged.
fn release(turn: &mut Turn<'_>, execution: &mut Execution, at: i64) -> Result<()> {
    let before = Keys::of(execution);
    if matches!(execution.granted, Some(Granted::Until(until)) if until < at) {
        execution.granted = Some(Granted::Over);
    }
    if let Phase::Active(Active::Lapsed(lapsed)) = execution.phase
        && lapsed.claimable_at.is_some_and(|from| from <= at)
    {
        execution.phase = Phase::Active(Active::Lapsed(lapsed.claimable()));
    }
    turn.store.save_execution(execution, Touched::Any, before)?;
    turn.wake_claims(execution, false)
}

/// A worker was not heard of for too long.
fn sweep(turn: &mut Turn<'_>, row: i64, at: i64) -> Result<()> {
    match turn.store.worker_of_row(row)? {
        Some(worker) => {
            turn.store.delete_worker(row)?;
            turn.tell_worker(at, Cause::WorkerSwept, &worker, None)
        }
        None => Err(Error::new(Code::InvariantBroken, format!("worker row {row} is gone while it is due"))),
    }
}

/// It waited for its children for too long: an empty round begins, and what is open of the one before resolves without
/// effect. Contract: edges.timeout.
fn stop_waiting(turn: &mut Turn<'_>, execution: &mut Execution, blocked: Blocked, at: i64) -> Result<()> {
    let Some(former) = turn.store.group(execution.row)? else {
        return Err(Error::new(Code::InvariantBroken, format!("execution {} waits for no group", execution.id)));
    };
    let mut empty = EdgeGroup::new(execution.row, EdgeGroupPolicy::AllOf, former.round + 1);
    empty.timed_out = true;
    turn.store.save_group(empty)?;
    suspect_losers(turn, &former)?;
    settle(turn, execution, Change::plain(blocked.children_timed_out(), at))
}

/// From the second lapse in a row on, a plain claim must wait. Contract: states.lapse.
fn lapse(turn: &mut Turn<'_>, execution: &mut Execution, held: Held, at: i64) -> Result<()> {
    let claimable_at = lapse_backoff_ms(execution.lapse_count + 1).map(|backoff_ms| at + backoff_ms);
    settle(turn, execution, Change::plain(held.lapse(claimable_at), at))
}

/// Contract: states.expire.
fn expire(turn: &mut Turn<'_>, execution: &mut Execution, expiry: Expiry, at: i64) -> Result<()> {
    let Some(step) = execution.phase.expire(expiry, execution.attempted()) else {
        return Err(Error::new(Code::InvariantBroken, format!("execution {} has ended and is due", execution.id)));
    };
    let ending = Some(Ending { reason: expiry.word(), source: "system_timeout" });
    // A call that interrupted the attempt before stays known, so that its repetition is answered alike.
    let open = execution.attempt.as_ref().is_some_and(|attempt| attempt.ended.is_none() && attempt.finished.is_none());
    let finished = open.then_some(Finished { verb: Verb::Expire, at: None });
    settle(turn, execution, Change { finished, ending, ..Change::plain(step, at) })
}

/// An attempt that took too long: a failure of class timeout while the policy grants retries, else the end.
fn time_out(turn: &mut Turn<'_>, execution: &mut Execution, held: Held, at: i64) -> Result<()> {
    let started_at = execution.attempt.as_ref().map_or(at, |attempt| attempt.started_at);
    let index = execution.attempt.as_ref().map_or(0, |attempt| attempt.index);
    let failure = Failure {
        class: FailureClass::Timeout,
        category: FailureClass::Timeout.word().to_owned(),
        message: format!("the attempt timed out after {} ms", at - started_at),
        detail: None,
    };
    let retry_at = retry_at(turn, execution, &failure, at)?;
    turn.store.insert_failure(execution.row, index, &failure)?;
    match retry_at {
        Some(retry_at) => {
            execution.retry_count += 1;
            settle(turn, execution, Change::plain(held.retry(retry_at), at))
        }
        None => expire(turn, execution, Expiry::AttemptTimeout, at),
    }
}
