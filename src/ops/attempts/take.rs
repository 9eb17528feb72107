//! Taking an execution: what every way of claiming shares. The lease is issued, and all that a worker needs handed
//! back. Contract: claims.kinds, claims.active, claims.ttl.

use super::claimed::{Claim, Worker, answer};
use crate::error::Result;
use crate::model::executions::execution::{Execution, Issue};
use crate::model::executions::lease::{TTL_MS_DEFAULT, TTL_MS_MAX};
use crate::model::executions::phase::{Held, Lapsed, Waiting};
use crate::model::executions::policy::{Policy, RECLAIMS_DEFAULT};
use crate::model::executions::transition::{AttemptChange, Step};
use crate::model::ground::argument;
use crate::model::ground::id::opt_uuid;
use crate::model::ground::vocabulary::{AttemptType, HandleKind};
use crate::ops::ground::settle::{Change, Ending, settle};
use crate::ops::ground::turn::Turn;
use crate::store::Work;
use std::rc::Rc;
use uuid::Uuid;

/// Who takes an execution, and with which lease.
pub struct Taker {
    /// The worker's name.
    pub worker: Rc<str>,
    /// Its instance, where it names one.
    pub instance: Option<Rc<str>>,
    /// How long the lease lasts, in ms.
    pub ttl_ms: i64,
    /// The lease's id, where the caller minted it.
    pub lease_id: Option<Uuid>,
    /// The attempt's id, where the caller minted it.
    pub attempt_id: Option<Uuid>,
}

impl Taker {
    /// Checks a worker and its lease.
    pub fn checked(worker: Worker, lease_ttl_ms: Option<i64>) -> Result<Self> {
        argument::name("worker.id", &worker.id)?;
        argument::opt_name("worker.instanceId", worker.instance_id.as_deref())?;
        let ttl_ms = lease_ttl_ms.unwrap_or(TTL_MS_DEFAULT);
        argument::number("leaseTtlMs", ttl_ms, 1, TTL_MS_MAX)?;
        let (worker, instance) = (Rc::from(worker.id), worker.instance_id.map(Rc::from));
        Ok(Self { worker, instance, ttl_ms, lease_id: None, attempt_id: None })
    }

    /// With ids that the caller minted.
    pub fn with_ids(self, lease_id: Option<&str>, attempt_id: Option<&str>) -> Result<Self> {
        let lease_id = opt_uuid("leaseId", lease_id)?;
        let attempt_id = opt_uuid("attemptId", attempt_id)?;
        Ok(Self { lease_id, attempt_id, ..self })
    }

    /// The lease that it gets: what is left of the attempt's time counts where a lapsed attempt `resumes`.
    pub fn held(&self, turn: &Turn<'_>, execution: &Execution, work: &Work, resumes: bool) -> Held {
        Held {
            expires_at: turn.now + self.ttl_ms,
            timeout_at: execution.attempt_timeout_at(turn.now, work.attempt_timeout_ms, resumes),
        }
    }

    /// Issues the lease of a transition, and hands the execution over.
    pub fn take(&self, turn: &mut Turn<'_>, execution: &mut Execution, step: Step, work: Work) -> Result<Claim> {
        let kind = match step.record.attempt {
            AttemptChange::Start(AttemptType::Reclaim) => HandleKind::Reclaimed,
            AttemptChange::Continue => HandleKind::Resumed,
            AttemptChange::Start(_) | AttemptChange::Unchanged | AttemptChange::Interrupt | AttemptChange::End(_) => {
                HandleKind::Fresh
            }
        };
        let issue = Issue {
            lease_id: self.lease_id.unwrap_or_else(|| turn.mint.uuid()),
            connection: turn.connection.id,
            attempt_id: self.attempt_id.unwrap_or_else(|| turn.mint.uuid()),
            worker: Rc::clone(&self.worker),
            instance: Rc::clone(self.instance.as_ref().unwrap_or(&turn.connection.instance)),
        };
        settle(turn, execution, Change { issue: Some(issue), ..Change::plain(step, turn.now) })?;
        answer(self.ttl_ms, turn, execution, kind, work)
    }

    /// Takes an execution that waits. Contract: states.claim, states.resume.
    pub fn take_waiting(&self, turn: &mut Turn<'_>, row: i64, waiting: Waiting) -> Result<Claim> {
        let (mut execution, work) = turn.store.claimed(row)?;
        let held = self.held(turn, &execution, &work, false);
        self.take(turn, &mut execution, waiting.claim(held), work)
    }
}

/// How often an execution may be reclaimed, by its policy.
pub fn reclaims_max(work: &Work) -> Result<i64> {
    let policy = Policy::of_stored(work.policy.as_deref())?;
    Ok(policy.max_reclaim_count.unwrap_or(RECLAIMS_DEFAULT))
}

/// Its lease has lapsed too often. Contract: states.over-cap.
pub fn give_up(turn: &mut Turn<'_>, execution: &mut Execution, lapsed: Lapsed) -> Result<()> {
    let ending = Ending { reason: "reclaim_cap_exceeded", source: "engine" };
    settle(turn, execution, Change { ending: Some(ending), ..Change::plain(lapsed.over_cap(), turn.now) })
}
