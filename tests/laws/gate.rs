//! The model's lease gate, which every call with a handle passes (lifecycle §2.3, §7.4; decisions 3.7–3.9).

use crate::handle::Handle;
use crate::model::{Attempt, Execution, Model, Phase};
use crate::rules::refused;
use serde_json::{Value, json};

/// Whom the lease gate lets in.
pub enum Pass {
    Held(usize),
    Lapsed(usize),
    Repeated(Option<i64>),
}

impl Model {
    pub fn gate(&self, handle: &Handle, verb: Option<&str>) -> Result<Pass, Value> {
        let Some(one) = self.find(&handle.execution) else { return Err(refused("not_found.execution")) };
        let shown = |attempt: &Attempt| {
            attempt.fence.lease_id == handle.lease_id
                && attempt.fence.epoch.unsigned_abs() == handle.epoch
                && attempt.fence.attempt_id == handle.attempt_id
        };
        let finished = one.attempts.iter().find(|attempt| shown(attempt)).and_then(|attempt| attempt.finished);
        if let Some((_, at)) = finished.filter(|(finished, _)| Some(*finished) == verb) {
            return Ok(Pass::Repeated(at));
        }
        let current = one.attempts.last().is_some_and(shown);
        match one.phase {
            Phase::Held { .. } | Phase::Lapsed { .. } if !current => Err(refused("contention.lease_conflict")),
            Phase::Held { .. } => Ok(Pass::Held(one.row)),
            Phase::Lapsed { .. } => Ok(Pass::Lapsed(one.row)),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Ended { .. } => {
                let taken = current && finished.is_some_and(|(verb, _)| verb == "revoke");
                Err(if taken { refused("state.lease_revoked") } else { not_active(one) })
            }
        }
    }

    pub fn gate_held(&self, handle: &Handle) -> Result<usize, Value> {
        match self.gate(handle, None)? {
            Pass::Held(row) => Ok(row),
            Pass::Lapsed(_) | Pass::Repeated(_) => Err(refused("state.lease_expired")),
        }
    }
}

/// With the four facts of lifecycle §7.4.
fn not_active(one: &Execution) -> Value {
    let outcome = match one.phase {
        Phase::Ended { outcome } => outcome,
        Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Held { .. } | Phase::Lapsed { .. } => "none",
    };
    let attempt = one.attempts.last().filter(|_| one.over()).map(|attempt| attempt.fence.attempt_id.clone());
    json!({ "error": {
        "code": "contention.execution_not_active",
        "details": {
            "terminalOutcome": outcome,
            "leaseEpoch": one.epoch.to_string(),
            "lifecyclePhase": one.lifecycle(),
            "attemptId": attempt.unwrap_or_default(),
        },
    } })
}
