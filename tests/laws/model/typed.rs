//! Typed calls in the model: a fence as arguments, or an operator's word in its place (contract: leases.stale,
//! leases.operator, leases.renew-typed).

use crate::calls::protocol::Shown;
use crate::model::answer::refused;
use crate::model::gate::{Pass, held, not_active};
use crate::model::state::{Execution, Model, Phase, count};
use serde_json::Value;

/// There is no such attempt, or the lease is another one.
fn mismatch(index: i64) -> impl Fn(&Execution) -> Value {
    move |one| refused(if index < count(&one.attempts) { "state.stale_lease" } else { "not_found.attempt" })
}

impl Model {
    /// The gate for a typed call that ends a lease.
    pub fn gate_typed(&self, shown: &Shown, verb: &str) -> Result<Pass, Value> {
        if let Some(fence) = shown.fence.as_ref().filter(|_| !shown.by_operator()) {
            return self.gate_as(&shown.id, shown.index, fence, Some(verb), mismatch(shown.index));
        }
        let Some(one) = self.find(&shown.id) else { return Err(refused("not_found.execution")) };
        let pass = match one.phase {
            Phase::Held { .. } => Pass::Held(one.row),
            Phase::Lapsed { .. } => Pass::Lapsed(one.row),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => {
                return Err(not_active(one));
            }
        };
        if shown.index == count(&one.attempts) - 1 { Ok(pass) } else { Err(mismatch(shown.index)(one)) }
    }

    /// Contract: states.renew.
    pub fn renew_lease(&mut self, shown: &Shown, ttl_ms: i64, now: i64) -> Result<Value, Value> {
        let fence = shown.fence.as_ref().expect("a fence is required");
        let row = held(self.gate_as(&shown.id, shown.index, fence, None, mismatch(shown.index))?)?;
        Ok(self.extend(row, ttl_ms, now))
    }
}
