//! Carrying out a transition: the attempt's archive, the event, the row, the wakes. Every phase change goes through here,
//! and nothing else writes one.

use super::turn::{Ended, Turn};
use crate::error::Result;
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::{Execution, Finished, Issue};
use crate::model::executions::phase::{Active, Blocked, Blocker, Phase};
use crate::model::executions::transition::Step;
use crate::model::flows::edge::EdgeState;
use crate::model::ground::cause::Cause;
use crate::model::ground::vocabulary::{LeaseEvent, Outcome};
use crate::model::streams::stream::latest_closure;
use crate::store::{Keys, NewEvent, Progress, Touched};

/// Why a member is skipped when nothing that it is for has come to pass.
pub const NOT_NEEDED: &str = "not_needed";

/// Why an execution ended, where its outcome does not say it.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// In words.
    pub reason: &'a str,
    /// Who or what ended it.
    pub source: &'a str,
}

/// A transition with all that goes with it.
pub struct Change<'a> {
    /// The transition.
    pub step: Step,
    /// Its instant, in Unix ms.
    pub at: i64,
    /// The lease it issues.
    pub issue: Option<Issue>,
    /// The holder's call that causes it.
    pub finished: Option<Finished>,
    /// Why it ends the execution.
    pub ending: Option<Ending<'a>>,
    /// What its event tells beyond its columns.
    pub detail: Option<EventDetail>,
}

impl Change<'_> {
    /// A transition with nothing else to it.
    pub const fn plain(step: Step, at: i64) -> Self {
        Self { step, at, issue: None, finished: None, ending: None, detail: None }
    }
}

/// Carries out a transition; what follows from it in its flow is left to the caller.
pub fn transit(turn: &mut Turn<'_>, execution: &mut Execution, change: Change<'_>) -> Result<()> {
    let before = Keys::of(execution);
    let was_granted = execution.granted.is_some();
    let was_claimable = execution.claim_rank().is_some();
    let was_closed = latest_closure(execution);
    let blocked_by = matches!(execution.phase, Phase::Blocked(_)).then_some(execution.last_event);
    let waited = matches!(execution.phase, Phase::Blocked(Blocked { by: Blocker::Children, .. }));
    let touched = touched(execution, &change.step);
    if let Some(former) = execution.advance(&change.step, change.at, change.issue, change.finished) {
        turn.store.insert_attempt(execution.row, &former)?;
    }
    append(turn, execution, &change.step, change.at)?;
    if let Some(position) = blocked_by {
        turn.store.delete_trimmed_detail(position)?;
    }
    if let Some(detail) = &change.detail {
        turn.store.insert_event_detail(execution.last_event, Some(execution.row), detail)?;
    }
    turn.store.save_execution(execution, touched, before)?;
    if was_granted {
        turn.store.delete_grant(execution.row)?;
    }
    if waited {
        turn.store.end_wait(execution.row)?;
    }
    if let Phase::Terminal(_) = execution.phase {
        finish(turn, execution, change.ending)?;
    } else if latest_closure(execution) != was_closed {
        turn.wakes.streams.insert(execution.id.text());
    }
    turn.wake_claims(execution, was_claimable)
}

/// Which columns a transition can touch.
fn touched(execution: &Execution, step: &Step) -> Touched {
    match step.phase {
        Phase::Terminal(_) if execution.held().is_some() => Touched::Ended,
        Phase::Active(Active::Lapsed(_)) if execution.held().is_some() => Touched::Lapsed,
        Phase::Waiting(_) | Phase::Delayed(_) if matches!(execution.phase, Phase::Blocked(_)) => Touched::Unblocked,
        Phase::Terminal(_)
        | Phase::Active(_)
        | Phase::Waiting(_)
        | Phase::Delayed(_)
        | Phase::Blocked(_)
        | Phase::Suspended(_) => Touched::Any,
    }
}

/// Saves an execution whose lease was renewed, with the event that tells so; its phase did not change.
pub fn renewed(turn: &mut Turn<'_>, execution: &mut Execution, before: Keys) -> Result<()> {
    execution.changed_at = turn.now;
    let lease = Some(LeaseEvent::Renewed);
    let event = NewEvent { at: turn.now, lease, ..event_of(execution, Cause::Renewed) };
    execution.last_event = turn.store.append_event(&event)?;
    turn.wakes.events = true;
    turn.store.save_execution(execution, Touched::Renewed, before)
}

/// Saves an execution that changed within its phase, with the event that tells so.
pub fn told(
    turn: &mut Turn<'_>,
    execution: &mut Execution,
    cause: Cause,
    detail: &EventDetail,
    before: Keys,
) -> Result<()> {
    execution.changed_at = turn.now;
    let event = NewEvent { at: turn.now, holder: None, ..event_of(execution, cause) };
    execution.last_event = turn.store.append_event(&event)?;
    turn.store.insert_event_detail(execution.last_event, Some(execution.row), detail)?;
    turn.wakes.events = true;
    turn.store.save_execution(execution, Touched::Any, before)
}

/// Keeps what an attempt reports, with the event that tells it. That of what was reported before leaves the log, so that
/// an execution has one at most; it is no part of the execution's history.
pub fn reported(turn: &mut Turn<'_>, execution: &Execution, progress: &Progress) -> Result<()> {
    if let Some(former) = turn.store.progress_position(execution.row)? {
        turn.store.delete_event(former)?;
    }
    let event = NewEvent { at: turn.now, holder: None, previous: 0, ..event_of(execution, Cause::ProgressReported) };
    let position = turn.store.append_event(&event)?;
    turn.wakes.events = true;
    turn.store.save_progress(execution.row, progress, position)
}

/// Appends the event of a transition and remembers its position on the execution.
pub fn append(turn: &mut Turn<'_>, execution: &mut Execution, step: &Step, at: i64) -> Result<()> {
    let record = step.record;
    let mut event = NewEvent { at, lease: record.lease, ..event_of(execution, record.cause) };
    event.state = Some(step.phase.state());
    if record.lease.is_none() {
        event.holder = None;
    }
    execution.last_event = turn.store.append_event(&event)?;
    turn.wakes.events = true;
    Ok(())
}

fn event_of(execution: &Execution, cause: Cause) -> NewEvent<'_> {
    let holder = execution.attempt.as_ref().map(|attempt| {
        let lease = &attempt.lease;
        (lease.epoch, lease.id, &*lease.worker, &*lease.instance)
    });
    NewEvent {
        at: 0,
        execution: execution.row,
        cause,
        state: None,
        lease: None,
        holder,
        previous: execution.last_event,
    }
}

/// What every entry into terminal shares.
fn finish(turn: &mut Turn<'_>, execution: &Execution, ending: Option<Ending<'_>>) -> Result<()> {
    if let Some(ending) = ending {
        turn.store.insert_ending(execution.row, ending.reason, ending.source)?;
    }
    if let (Some(_), Some(outcome)) = (execution.flow, execution.outcome()) {
        let needless = outcome == Outcome::Skipped && ending.is_some_and(|ending| ending.reason == NOT_NEEDED);
        let state = if needless { EdgeState::NotNeeded } else { EdgeState::Resolved(outcome) };
        let result = execution.attempt.as_ref().and_then(|attempt| attempt.result);
        let at = execution.changed_at;
        turn.ended.push_back(Ended { row: execution.row, state, result, at });
    }
    turn.wake_waiters(&execution.id);
    Ok(())
}
