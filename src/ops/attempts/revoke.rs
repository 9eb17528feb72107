//! `revoke_lease`: an operator takes a lease away; the execution waits for the next claim, which continues its attempt.
//! The leases of a connection that is gone go the same way. Contract: leases.revoke, leases.revoke-satisfied, leases.gone.

use crate::error::Result;
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::{Attempt, Execution, Finished};
use crate::model::executions::phase::{Active, Held, Phase};
use crate::model::ground::argument::{self, Limits, NAME_BYTES_MAX, REASON_BYTES_MAX};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, opt_uuid, uuid_text};
use crate::model::ground::vocabulary::Verb;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::load;
use crate::ops::ground::settle::{Change, settle};
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `revoke_lease`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct RevokeLeaseArgs {
    /// The execution.
    pub execution_id: String,
    /// The lease that is meant; any when left out.
    pub expected_lease_id: Option<String>,
    /// The worker instance that is meant; any when left out or empty.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub worker_instance_id: String,
    /// Why, in words; kept with the event.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub reason: String,
}

reads!(RevokeLeaseArgs { execution_id, expected_lease_id, worker_instance_id = default, reason = default });

/// Why there was nothing to revoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Satisfied {
    /// Nobody holds a lease.
    NoActiveLease,
    /// The lease ran out before.
    AlreadyExpired,
    /// Another instance holds it.
    DifferentWorkerInstanceId,
    /// Another lease is the current one.
    LeaseIdMismatch,
}

/// The answer of `revoke_lease`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum RevokeLeaseAnswer {
    /// The lease is gone.
    Revoked {
        /// The lease that was revoked.
        lease_id: String,
        /// The epoch after it, as text.
        lease_epoch: String,
    },
    /// There was nothing to do, and nothing was written.
    AlreadySatisfied {
        /// Why.
        reason: Satisfied,
    },
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    lease_id: Option<Uuid>,
    instance: String,
    reason: String,
}

impl Call for RevokeLeaseArgs {
    const OP: &'static str = "revoke_lease";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = RevokeLeaseAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        let lease_id = opt_uuid("expectedLeaseId", self.expected_lease_id.as_deref())?;
        argument::text("workerInstanceId", &self.worker_instance_id, NAME_BYTES_MAX)?;
        argument::text("reason", &self.reason, REASON_BYTES_MAX)?;
        Ok(Ready { id, lease_id, instance: self.worker_instance_id, reason: self.reason })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<RevokeLeaseAnswer> {
        let mut execution = load(turn, &ready.id)?;
        let held = match execution.phase {
            Phase::Active(Active::Held(held)) => held,
            Phase::Active(Active::Lapsed(_)) => return Ok(satisfied(Satisfied::AlreadyExpired)),
            Phase::Waiting(_) | Phase::Delayed(_) | Phase::Blocked(_) | Phase::Suspended(_) | Phase::Terminal(_) => {
                return Ok(satisfied(Satisfied::NoActiveLease));
            }
        };
        let Some(lease_id) = execution.attempt.as_ref().map(|attempt| attempt.lease.id) else {
            return Ok(satisfied(Satisfied::NoActiveLease));
        };
        if let Some(reason) = execution.attempt.as_ref().and_then(|attempt| other_than_meant(ready, attempt)) {
            return Ok(satisfied(reason));
        }
        revoke(turn, &mut execution, held, EventDetail::reason(&ready.reason))?;
        Ok(RevokeLeaseAnswer::Revoked { lease_id: uuid_text(lease_id), lease_epoch: execution.epoch.to_string() })
    }
}

/// Contract: states.revoke.
pub fn revoke(turn: &mut Turn<'_>, execution: &mut Execution, held: Held, detail: Option<EventDetail>) -> Result<()> {
    let finished = Some(Finished { verb: Verb::Revoke, at: Some(turn.now) });
    settle(turn, execution, Change { finished, detail, ..Change::plain(held.revoke(), turn.now) })
}

/// Why a lease is given back whose connection is gone.
const CONNECTION_GONE: &str = "connection_gone";

/// Gives back leases of a connection, or of all others, in the order in which they would run out, at most so many.
pub fn give_back(turn: &mut Turn<'_>, connection: i64, others: bool, max: u64) -> Result<u64> {
    let held = turn.store.held_through(connection, others, max.cast_signed())?;
    revoke_all(turn, &held, CONNECTION_GONE)?;
    Ok(held.len() as u64)
}

/// Takes the leases away under which executions are held. Contract: states.revoke.
pub fn revoke_all(turn: &mut Turn<'_>, rows: &[i64], reason: &str) -> Result<()> {
    for row in rows {
        let mut execution = turn.store.execution(*row)?;
        if let Some(held) = execution.held() {
            revoke(turn, &mut execution, held, EventDetail::reason(reason))?;
        }
    }
    Ok(())
}

fn satisfied(reason: Satisfied) -> RevokeLeaseAnswer {
    RevokeLeaseAnswer::AlreadySatisfied { reason }
}

fn other_than_meant(ready: &Ready, attempt: &Attempt) -> Option<Satisfied> {
    if !ready.instance.is_empty() && *ready.instance != *attempt.lease.instance {
        return Some(Satisfied::DifferentWorkerInstanceId);
    }
    ready.lease_id.is_some_and(|id| id != attempt.lease.id).then_some(Satisfied::LeaseIdMismatch)
}
