//! Giving grants and checking them: what `issue_claim_grant`, `claim_for_worker`, `issue_reclaim_grant` and the calls
//! that use a grant share. Contract: protocol.grant, protocol.grant-checked, protocol.one-grant.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::executions::grant::GrantKind;
use crate::model::executions::grant::{Grant, Granted, TTL_MS_DEFAULT, TTL_MS_MAX};
use crate::model::ground::argument::{self, NAME_BYTES_MAX};
use crate::model::ground::id::uuid_text;
use crate::model::lanes::capability::Capabilities;
use crate::ops::attempts::claimed::Worker;
use crate::ops::ground::turn::Turn;
use crate::store::{Keys, Touched};
use serde::Serialize;
use std::rc::Rc;

/// A grant, as it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct GrantAnswer {
    /// The execution that it reserves.
    pub execution_id: String,
    /// What the worker shows to use it.
    pub grant_key: String,
    /// The last instant at which it is good, in Unix ms.
    pub expires_at: i64,
    /// The execution's lane.
    pub lane: String,
}

/// Whom a grant is for, and for how long.
pub struct Grantee {
    worker: Rc<str>,
    instance: Option<Rc<str>>,
    ttl_ms: i64,
    /// The grant's key, where the caller chose it.
    key: Option<Rc<str>>,
    /// What the worker offers.
    pub offered: Capabilities,
}

impl Grantee {
    /// Checks a worker, what it offers, and a time to live.
    pub fn checked(worker: Worker, capabilities: &[String], grant_ttl_ms: Option<i64>) -> Result<Self> {
        argument::name("worker.id", &worker.id)?;
        argument::opt_name("worker.instanceId", worker.instance_id.as_deref())?;
        let ttl_ms = grant_ttl_ms.unwrap_or(TTL_MS_DEFAULT);
        argument::number("grantTtlMs", ttl_ms, 1, TTL_MS_MAX)?;
        let offered = Capabilities::offered(capabilities)?;
        Ok(Self { worker: worker.id.into(), instance: worker.instance_id.map(Rc::from), ttl_ms, key: None, offered })
    }

    /// With a key that the caller chose.
    pub fn with_key(self, key: Option<&str>) -> Result<Self> {
        if let Some(key) = key {
            check_key(key)?;
        }
        Ok(Self { key: key.map(Rc::from), ..self })
    }

    /// Refuses a worker that lacks what the execution requires.
    pub fn covers(&self, turn: &mut Turn<'_>, execution: &Execution) -> Result<()> {
        let route = turn.store.route(execution.route)?;
        let missing: Vec<&str> = self.offered.missing(&route.required).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(",");
        let message = format!("execution {} requires {missing}, which worker {} lacks", execution.id, self.worker);
        Err(Error::new(Code::CapabilityMismatch, message)
            .with("executionId", execution.id)
            .with("field", "capabilities")
            .with("detail", missing))
    }

    /// Whether a grant is this worker's own.
    pub fn owns(&self, grant: &Grant) -> bool {
        grant.worker == self.worker
    }

    /// Gives the grant, in place of one the execution had. The state of the execution is unchanged.
    pub fn give(&self, turn: &mut Turn<'_>, execution: &mut Execution, kind: GrantKind) -> Result<GrantAnswer> {
        let grant = Grant {
            kind,
            key: self.key.clone().unwrap_or_else(|| uuid_text(turn.mint.uuid()).into()),
            worker: Rc::clone(&self.worker),
            instance: Rc::clone(self.instance.as_ref().unwrap_or(&turn.connection.instance)),
            expires_at: turn.now + self.ttl_ms,
        };
        turn.store.save_grant(execution.row, &grant)?;
        reserve(turn, execution, Granted::Until(grant.expires_at))?;
        Ok(GrantAnswer {
            execution_id: execution.id.text(),
            grant_key: grant.key.to_string(),
            expires_at: grant.expires_at,
            lane: turn.store.route(execution.route)?.lane.clone(),
        })
    }
}

/// A grant's key: any text of 1 to 256 bytes. Contract: protocol.grant-key.
pub fn check_key(key: &str) -> Result<()> {
    argument::text_of("grantKey", key, 1, NAME_BYTES_MAX)
}

/// Notes on an execution what became of its grant.
pub fn reserve(turn: &mut Turn<'_>, execution: &mut Execution, granted: Granted) -> Result<()> {
    let before = Keys::of(execution);
    execution.granted = Some(granted);
    turn.store.save_execution(execution, Touched::Any, before)
}

/// Refuses what a live grant keeps for somebody.
pub fn ungranted(execution: &Execution) -> Result<()> {
    let Some(Granted::Until(at)) = execution.granted else { return Ok(()) };
    let message = format!("execution {} is reserved by a grant until {at}", execution.id);
    Err(Error::new(Code::GrantAlreadyExists, message).with("executionId", execution.id).with_number("expiresAt", at))
}

/// The grant to claim that a worker holds: it must be its own, and not over.
pub fn claim_grant(turn: &mut Turn<'_>, execution: &Execution, worker: &str) -> Result<Grant> {
    let found = turn.store.grant(execution.row)?;
    let Some(grant) = found.filter(|grant| grant.kind == GrantKind::Claim && *grant.worker == *worker) else {
        return Err(invalid(execution, worker));
    };
    if grant.live(turn.now) {
        return Ok(grant);
    }
    let message =
        format!("execution {}: the grant of worker {worker} was good until {}", execution.id, grant.expires_at);
    Err(Error::new(Code::ClaimGrantExpired, message)
        .with("executionId", execution.id)
        .with_number("expiresAt", grant.expires_at))
}

/// There is no such grant.
#[cold]
pub fn invalid(execution: &Execution, worker: &str) -> Error {
    let message = format!("execution {} has no claim grant for worker {worker}", execution.id);
    Error::new(Code::InvalidClaimGrant, message).with("executionId", execution.id).with("workerId", worker)
}

/// The refusal of a claim that the state of an execution or of its lane does not allow.
#[cold]
pub fn not_leaseable(execution: &Execution, why: &str) -> Error {
    let state = execution.phase.state().public_state();
    Error::new(
        Code::ExecutionNotLeaseable,
        format!("execution {} is {state} and cannot be claimed: {why}", execution.id),
    )
    .with("executionId", execution.id)
    .with("publicState", state)
    .with("reason", why)
}

/// Why the lane of an execution lets nothing be claimed, if so.
pub fn lane_shut(turn: &mut Turn<'_>, execution: &Execution) -> Result<Option<String>> {
    let route = turn.store.route(execution.route)?;
    let state = turn.store.lane_state(&route.lane)?;
    Ok((!state.claims()).then(|| format!("lane {} is {state}", route.lane)))
}
