//! The model's lease gate, which every call with a handle or a fence passes (contract: leases.gate, leases.fence,
//! leases.repeat).

use crate::calls::handle::Handle;
use crate::calls::protocol::Fence;
use crate::model::answer::refused;
use crate::model::state::{Execution, Model, Phase, count};
use serde_json::{Value, json};

/// Whom the lease gate lets in.
#[derive(Clone, Copy)]
pub enum Pass {
    Held(usize),
    Lapsed(usize),
    Repeated(Option<i64>),
}

impl Model {
    pub fn gate(&self, handle: &Handle, verb: Option<&str>) -> Result<Pass, Value> {
        let epoch = i64::try_from(handle.epoch).unwrap_or(-1);
        let (lease_id, attempt_id) = (handle.lease_id.clone(), handle.attempt_id.clone());
        let fence = Fence { lease_id, epoch, attempt_id };
        let mismatch = |_: &Execution| refused("contention.lease_conflict");
        self.gate_as(&handle.execution, i64::from(handle.attempt_index), &fence, verb, mismatch)
    }

    /// The gate for the fence of an attempt; `mismatch` is what one that does not match is called.
    pub fn gate_as(
        &self,
        id: &str,
        index: i64,
        fence: &Fence,
        verb: Option<&str>,
        mismatch: impl Fn(&Execution) -> Value,
    ) -> Result<Pass, Value> {
        let Some(one) = self.find(id) else { return Err(refused("not_found.execution")) };
        let shown = usize::try_from(index).ok().and_then(|index| one.attempts.get(index));
        let shown = shown.filter(|attempt| attempt.fence == *fence);
        let finished = shown.and_then(|attempt| attempt.finished);
        if let Some((_, at)) = finished.filter(|(finished, _)| Some(*finished) == verb) {
            return Ok(Pass::Repeated(at));
        }
        let current = shown.is_some() && index == count(&one.attempts) - 1;
        match one.phase {
            Phase::Held { .. } | Phase::Lapsed { .. } if !current => Err(mismatch(one)),
            Phase::Held { .. } => Ok(Pass::Held(one.row)),
            Phase::Lapsed { .. } => Ok(Pass::Lapsed(one.row)),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => {
                let taken = current && finished.is_some_and(|(verb, _)| verb == "revoke");
                Err(if taken { refused("state.lease_revoked") } else { not_active(one) })
            }
        }
    }

    pub fn gate_held(&self, handle: &Handle) -> Result<usize, Value> {
        held(self.gate(handle, None)?)
    }
}

/// Only the live holder passes.
pub fn held(pass: Pass) -> Result<usize, Value> {
    match pass {
        Pass::Held(row) => Ok(row),
        Pass::Lapsed(_) | Pass::Repeated(_) => Err(refused("state.lease_expired")),
    }
}

/// With four facts about it. Contract: leases.not-active.
pub fn not_active(one: &Execution) -> Value {
    let outcome = match one.phase {
        Phase::Ended { outcome } => outcome,
        Phase::Waiting { .. }
        | Phase::Delayed { .. }
        | Phase::Blocked { .. }
        | Phase::Held { .. }
        | Phase::Lapsed { .. } => "none",
    };
    let attempt = one.attempts.last().filter(|_| one.over()).map(|attempt| attempt.fence.attempt_id.clone());
    json!({ "error": {
        "code": "contention.execution_not_active",
        "details": {
            "terminalOutcome": outcome,
            "leaseEpoch": one.epoch,
            "lifecyclePhase": one.lifecycle(),
            "attemptId": attempt.unwrap_or_default(),
        },
    } })
}
