//! An execution with its latest attempt, as one value: what is loaded, decided upon and saved.
//!
//! Invariant: only [`Execution::advance`] moves the phase, and it does the bookkeeping of counters, epochs, instants
//! and attempts that goes with every transition. Contract: attempts.index, leases.epoch, states.attempt-interrupted.

use super::grant::Granted;
use super::lease::Fence;
use super::phase::{Active, Held, Next, Phase};
use super::transition::{AttemptChange, Step};
use crate::model::ground::id::ExecutionId;
use crate::model::ground::vocabulary::{AttemptLifecycle, AttemptType, LeaseEvent, Outcome, PublicState, Verb};
use std::rc::Rc;
use uuid::Uuid;

/// Highest priority.
pub const PRIORITY_MAX: i64 = 9_000;

/// A lease as its attempt remembers it, also after it has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The lease.
    pub id: Uuid,
    /// While it is held: through which connection it was taken, unless a version before took it.
    pub connection: Option<i64>,
    /// Its epoch.
    pub epoch: i64,
    /// The worker's name.
    pub worker: Rc<str>,
    /// The worker's instance.
    pub instance: Rc<str>,
    /// When it was issued or last renewed, in Unix ms.
    pub renewed_at: i64,
}

/// The call that ended the latest lease of an attempt, and its answer; or that time ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Which call.
    pub verb: Verb,
    /// The instant in its answer: when the retry is due. Of a revoked lease: since when it is.
    pub at: Option<i64>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Zero based.
    pub index: i64,
    /// Its id.
    pub id: Uuid,
    /// Why it was started.
    pub kind: AttemptType,
    /// When it started, in Unix ms.
    pub started_at: i64,
    /// How and when it ended.
    pub ended: Option<(AttemptLifecycle, i64)>,
    /// While interrupted: what is left of its timeout, in ms.
    pub timeout_left_ms: Option<i64>,
    /// Its latest lease.
    pub lease: Lease,
    /// The call that ended its latest lease.
    pub finished: Option<Finished>,
    /// The payload that holds its result.
    pub result: Option<i64>,
}

impl Attempt {
    /// What its holder proves itself with.
    pub fn fence(&self) -> Fence {
        Fence { lease_id: self.lease.id, epoch: self.lease.epoch, attempt_id: self.id }
    }
}

/// The facts of a lease about to be issued.
#[derive(Clone, Debug)]
pub struct Issue {
    /// The new lease's id.
    pub lease_id: Uuid,
    /// Through which connection it is taken.
    pub connection: i64,
    /// The id of the attempt, were one started.
    pub attempt_id: Uuid,
    /// The worker's name.
    pub worker: Rc<str>,
    /// The worker's instance.
    pub instance: Rc<str>,
}

/// When what has ended stops being kept: by its own retention, or else by the engine's; never where neither is set.
pub fn kept_until(ended_at: Option<i64>, own_ms: Option<i64>, engine_ms: Option<i64>) -> Option<i64> {
    let kept_ms = own_ms.or(engine_ms)?;
    ended_at.map(|ended_at| ended_at.saturating_add(kept_ms))
}

/// An execution.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: ExecutionId,
    /// Its namespace's row.
    pub namespace: i64,
    /// Its route's row: lane and required capabilities.
    pub route: i64,
    /// When it was created, in Unix ms.
    pub created_at: i64,
    /// When it expires, in Unix ms.
    pub deadline_at: Option<i64>,
    /// How long after its end it is kept, in ms, where that is its own affair.
    pub retention_ms: Option<i64>,
    /// The row of the flow that it is a member of.
    pub flow: Option<i64>,
    /// 0 to [`PRIORITY_MAX`]; higher goes first.
    pub priority: i64,
    /// Its phase.
    pub phase: Phase,
    /// Rises with each lease issued, cancelled while leased, or revoked.
    pub epoch: i64,
    /// Attempts ever started; the index of the next one.
    pub attempt_count: i64,
    /// Retries scheduled.
    pub retry_count: i64,
    /// Lapsed leases taken over.
    pub reclaim_count: i64,
    /// Replays.
    pub replay_count: i64,
    /// Leases that lapsed in a row.
    pub lapse_count: i64,
    /// When it last changed, in Unix ms.
    pub changed_at: i64,
    /// When it was first claimed, in Unix ms.
    pub started_at: Option<i64>,
    /// When it ended, in Unix ms.
    pub ended_at: Option<i64>,
    /// Its grant, while it has one: only where it waits to be claimed.
    pub granted: Option<Granted>,
    /// The position of its latest event.
    pub last_event: i64,
    /// The latest attempt.
    pub attempt: Option<Attempt>,
}

impl Execution {
    /// When it stops being kept: its end and its own retention, or the engine's; never where neither is set.
    pub fn kept_until(&self, retention_ms: Option<i64>) -> Option<i64> {
        kept_until(self.ended_at, self.retention_ms, retention_ms)
    }

    /// Whether its deadline ended it, rather than the time of its attempt: where both had come, the deadline did.
    pub fn ended_by_deadline(&self) -> bool {
        self.outcome() == Some(Outcome::Expired) && self.deadline_at.is_some_and(|at| self.ended_at >= Some(at))
    }

    /// Its state in one word.
    pub fn public_state(&self) -> PublicState {
        self.phase.state().public_state()
    }

    /// Whether it ever had an attempt.
    pub fn attempted(&self) -> bool {
        self.attempt_count > 0
    }

    /// The attempt pointer: the attempt under way or most recently ended; after a scheduled retry, the one to come.
    pub fn attempt_pointer(&self) -> i64 {
        let retry = match self.phase {
            Phase::Waiting(waiting) => waiting.next == Next::Retry,
            Phase::Delayed(delayed) => delayed.next == Next::Retry,
            Phase::Blocked(blocked) => blocked.next == Next::Retry,
            Phase::Active(_) | Phase::Suspended(_) | Phase::Terminal(_) => false,
        };
        if retry { self.attempt_count } else { (self.attempt_count - 1).max(0) }
    }

    /// Its place in the claim order of its route, set only while a plain claim may take it; lower goes first.
    pub fn claim_rank(&self) -> Option<i64> {
        let claimable = match self.phase {
            Phase::Waiting(_) => true,
            Phase::Active(Active::Lapsed(lapsed)) => lapsed.claimable_at.is_none(),
            Phase::Active(Active::Held(_))
            | Phase::Delayed(_)
            | Phase::Blocked(_)
            | Phase::Suspended(_)
            | Phase::Terminal(_) => false,
        };
        let reserved = matches!(self.granted, Some(Granted::Until(_)));
        (claimable && !reserved).then_some(PRIORITY_MAX - self.priority)
    }

    /// Where an attempt of this execution is in its life.
    pub fn attempt_lifecycle(&self, attempt: &Attempt) -> AttemptLifecycle {
        match (attempt.ended, self.phase) {
            (Some((ended, _)), _) => ended,
            (None, Phase::Active(_)) => AttemptLifecycle::Started,
            (
                None,
                Phase::Waiting(_) | Phase::Delayed(_) | Phase::Blocked(_) | Phase::Suspended(_) | Phase::Terminal(_),
            ) => AttemptLifecycle::Suspended,
        }
    }

    /// When an attempt claimed at `now` times out: what its policy grants, or what is left of it when it continues, as a
    /// lapsed one does only when its claim `resumes` it.
    pub fn attempt_timeout_at(&self, now: i64, attempt_timeout_ms: Option<i64>, resumes: bool) -> Option<i64> {
        let continues = match self.phase {
            Phase::Waiting(waiting) => waiting.next == Next::Interrupted,
            Phase::Active(Active::Lapsed(_)) => resumes,
            Phase::Active(Active::Held(_))
            | Phase::Delayed(_)
            | Phase::Blocked(_)
            | Phase::Suspended(_)
            | Phase::Terminal(_) => false,
        };
        let left = if continues { self.attempt.as_ref().and_then(|a| a.timeout_left_ms) } else { attempt_timeout_ms };
        left.map(|left_ms| now.saturating_add(left_ms))
    }

    /// Makes the transition at `now`. `issue` carries the new lease of a step that issues one, `finished` the holder's
    /// call that caused it. Answers the former attempt when a new one started: it moves to the archive.
    pub fn advance(
        &mut self,
        step: &Step,
        now: i64,
        issue: Option<Issue>,
        finished: Option<Finished>,
    ) -> Option<Attempt> {
        let left = self.held();
        self.granted = None;
        self.changed_at = now;
        self.epoch += i64::from(step.record.epoch_rises);
        self.count_lapses(step);
        let archived = self.change_attempt(step, now, issue, left);
        if let (Some(finished), Some(attempt)) = (finished, self.attempt.as_mut()) {
            attempt.finished = Some(finished);
        }
        self.phase = step.phase;
        if let (None, Some(attempt)) = (self.held(), self.attempt.as_mut()) {
            attempt.lease.connection = None;
        }
        self.ended_at = match step.phase {
            Phase::Terminal(_) => Some(now),
            Phase::Waiting(_) | Phase::Delayed(_) | Phase::Blocked(_) | Phase::Active(_) | Phase::Suspended(_) => None,
        };
        archived
    }

    /// The live lease.
    pub fn held(&self) -> Option<Held> {
        match self.phase {
            Phase::Active(Active::Held(held)) => Some(held),
            Phase::Active(Active::Lapsed(_))
            | Phase::Waiting(_)
            | Phase::Delayed(_)
            | Phase::Blocked(_)
            | Phase::Suspended(_)
            | Phase::Terminal(_) => None,
        }
    }

    /// When its lease runs out, or ran out, while it is active.
    pub fn lease_ends_at(&self) -> Option<i64> {
        match self.phase {
            Phase::Active(Active::Held(held)) => Some(held.expires_at),
            Phase::Active(Active::Lapsed(lapsed)) => Some(lapsed.expired_at),
            Phase::Waiting(_) | Phase::Delayed(_) | Phase::Blocked(_) | Phase::Suspended(_) | Phase::Terminal(_) => {
                None
            }
        }
    }

    /// How the execution ended.
    pub fn outcome(&self) -> Option<Outcome> {
        self.phase.state().terminal_outcome
    }

    /// Lapses in a row: a lease that is given up or taken away, or a lapsed holder's own failure, ends the row.
    fn count_lapses(&mut self, step: &Step) {
        if !matches!(step.phase, Phase::Active(_)) {
            self.lapse_count = 0;
        } else if step.record.lease == Some(LeaseEvent::Expired) {
            self.lapse_count += 1;
        }
    }

    fn change_attempt(&mut self, step: &Step, now: i64, issue: Option<Issue>, left: Option<Held>) -> Option<Attempt> {
        match (step.record.attempt, issue) {
            (AttemptChange::Start(kind), Some(issue)) => return self.start_attempt(kind, now, issue),
            (AttemptChange::Continue, Some(issue)) => {
                let epoch = self.epoch;
                if let Some(attempt) = self.attempt.as_mut() {
                    attempt.lease = lease(issue, epoch, now);
                    attempt.finished = None;
                    attempt.timeout_left_ms = None;
                }
            }
            (AttemptChange::Interrupt, _) => {
                if let Some(attempt) = self.attempt.as_mut() {
                    attempt.timeout_left_ms =
                        left.and_then(|held| held.timeout_at).map(|timeout_at| (timeout_at - now).max(0));
                }
            }
            (AttemptChange::End(lifecycle), _) => {
                if let Some(attempt) = self.attempt.as_mut() {
                    attempt.ended = attempt.ended.or(Some((lifecycle, now)));
                    attempt.timeout_left_ms = None;
                }
            }
            (AttemptChange::Unchanged, _) | (AttemptChange::Start(_) | AttemptChange::Continue, None) => {}
        }
        None
    }

    fn start_attempt(&mut self, kind: AttemptType, now: i64, issue: Issue) -> Option<Attempt> {
        let attempt = Attempt {
            index: self.attempt_count,
            id: issue.attempt_id,
            kind,
            started_at: now,
            ended: None,
            timeout_left_ms: None,
            lease: lease(issue, self.epoch, now),
            finished: None,
            result: None,
        };
        self.attempt_count += 1;
        self.started_at = self.started_at.or(Some(now));
        if kind == AttemptType::Reclaim {
            self.reclaim_count += 1;
        }
        let mut former = self.attempt.replace(attempt);
        if let Some(former) = former.as_mut() {
            former.ended = former.ended.or(Some((AttemptLifecycle::InterruptedReclaimed, now)));
            former.timeout_left_ms = None;
        }
        former
    }
}

fn lease(issue: Issue, epoch: i64, now: i64) -> Lease {
    let Issue { lease_id: id, worker, instance, .. } = issue;
    let connection = Some(issue.connection);
    Lease { id, connection, epoch, worker, instance, renewed_at: now }
}
