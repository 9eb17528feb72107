//! What operators do in the model: cancel, revoke, reorder, wake, replay (contract: leases.revoke, executions.cancel,
//! executions.change-priority, retries.replay, states.cancel, states.revoke, states.replay).

use crate::calls::op::{Cancel, Revoke};
use crate::model::answer::refused;
use crate::model::state::{Model, Next, Phase};
use serde_json::{Value, json};

impl Model {
    /// Contract: states.cancel.
    pub fn cancel(&mut self, cancel: &Cancel, now: i64) -> Result<Value, Value> {
        let Some(one) = self.find(&cancel.id) else { return Err(refused("not_found.execution")) };
        let (row, answer) = (one.row, json!({ "executionId": cancel.id, "publicState": "cancelled" }));
        match one.phase {
            Phase::Ended { outcome: "cancelled" } => return Ok(answer),
            Phase::Ended { .. } => return Err(refused("validation.invalid_input")),
            Phase::Waiting { .. }
            | Phase::Delayed { .. }
            | Phase::Blocked { .. }
            | Phase::Held { .. }
            | Phase::Lapsed { .. } => {}
        }
        let source = cancel.source.clone().unwrap_or_else(|| "operator_override".to_owned());
        if let Some(fence) = one.live_fence().filter(|_| source != "operator_override") {
            let Some(epoch) = cancel.lease_epoch else { return Err(refused("validation.invalid_input")) };
            let lease = cancel.lease_id.as_ref().is_none_or(|id| *id == fence.lease_id);
            let attempt = cancel.attempt_id.as_ref().is_none_or(|id| *id == fence.attempt_id);
            if epoch != fence.epoch || !lease || !attempt {
                return Err(refused("state.stale_lease"));
            }
        }
        let lease = one.live_fence().map(|_| "revoked");
        self.end_attempt(row, "ended_cancelled", now);
        self.executions[row].epoch += i64::from(lease.is_some());
        self.executions[row].ending = Some((cancel.reason.clone(), Some(source)));
        self.enter(row, now, Phase::Ended { outcome: "cancelled" }, "cancelled", lease);
        Ok(answer)
    }

    /// Whatever there is nothing to revoke for writes nothing. Contract: states.revoke.
    pub fn revoke(&mut self, revoke: &Revoke, now: i64) -> Result<Value, Value> {
        let Some(one) = self.find(&revoke.id) else { return Err(refused("not_found.execution")) };
        let satisfied = |reason: &str| Ok(json!({ "outcome": "already_satisfied", "reason": reason }));
        match one.phase {
            Phase::Held { .. } => {}
            Phase::Lapsed { .. } => return satisfied("already_expired"),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => {
                return satisfied("no_active_lease");
            }
        }
        let attempt = one.attempts.last().expect("an attempt under the lease");
        if revoke.instance.as_ref().is_some_and(|name| !name.is_empty() && *name != attempt.instance) {
            return satisfied("different_worker_instance_id");
        }
        if revoke.lease_id.as_ref().is_some_and(|id| *id != attempt.fence.lease_id) {
            return satisfied("lease_id_mismatch");
        }
        let (row, lease_id) = (one.row, attempt.fence.lease_id.clone());
        let one = &mut self.executions[row];
        one.epoch += 1;
        one.attempts.last_mut().expect("an attempt").finished = Some(("revoke", Some(now)));
        let answer = json!({ "outcome": "revoked", "leaseId": lease_id, "leaseEpoch": one.epoch.to_string() });
        self.enter(row, now, Phase::Waiting { next: Next::Interrupted }, "lease_revoked", Some("revoked"));
        if !revoke.reason.is_empty() {
            self.tell(&json!({ "reason": revoke.reason }));
        }
        Ok(answer)
    }

    /// Only what can be claimed and waits has a place to be moved from. Contract: executions.change-priority.
    pub fn change_priority(&mut self, id: &str, priority: i64, now: i64) -> Result<Value, Value> {
        let Some(one) = self.find(id) else { return Err(refused("not_found.execution")) };
        let Phase::Waiting { .. } = one.phase else {
            let details = json!({ "executionId": id, "publicState": one.public_state() });
            return Err(json!({ "error": { "code": "contention.execution_not_eligible", "details": details } }));
        };
        let row = one.row;
        let one = &mut self.executions[row];
        let old = std::mem::replace(&mut one.priority, priority.clamp(0, 9_000));
        one.changed_at = now;
        let answer = json!({ "executionId": id, "priority": one.priority });
        let told = json!({ "oldPriority": old, "newPriority": one.priority });
        self.record(row, now, "priority_changed", false, None);
        self.tell(&told);
        Ok(answer)
    }

    /// What waits for an instant waits for a worker then. Contract: states.wake, executions.wake.
    pub fn wake_execution(&mut self, id: &str, reason: &str, now: i64) -> Result<Value, Value> {
        let Some(one) = self.find(id) else { return Err(refused("not_found.execution")) };
        let answer = |outcome| Ok(json!({ "executionId": id, "outcome": outcome, "publicState": "waiting" }));
        let (row, next) = match one.phase {
            Phase::Delayed { next, .. } => (one.row, next),
            Phase::Waiting { .. } => return answer("already_satisfied"),
            Phase::Blocked { .. } | Phase::Held { .. } | Phase::Lapsed { .. } | Phase::Ended { .. } => {
                let details = json!({ "executionId": id, "publicState": one.public_state() });
                return Err(json!({ "error": { "code": "contention.execution_not_eligible", "details": details } }));
            }
        };
        self.enter(row, now, Phase::Waiting { next }, "woken", None);
        if !reason.is_empty() {
            self.tell(&json!({ "reason": reason }));
        }
        answer("woken")
    }

    /// How it ended is forgotten, its attempts are not. Contract: states.replay.
    pub fn replay(&mut self, id: &str, now: i64) -> Result<Value, Value> {
        let Some(one) = self.find(id) else { return Err(refused("not_found.execution")) };
        if !one.over() {
            let details = json!({ "executionId": id, "publicState": one.public_state() });
            return Err(json!({ "error": { "code": "state.execution_not_terminal", "details": details } }));
        }
        let max = one.replays_max();
        if one.replay_count >= max {
            let count = one.replay_count;
            let details = json!({ "executionId": id, "replayCount": count, "maxReplayCount": max });
            return Err(json!({ "error": { "code": "state.max_replays_exhausted", "details": details } }));
        }
        let row = one.row;
        let one = &mut self.executions[row];
        let ended_by_deadline = matches!(one.phase, Phase::Ended { outcome: "expired" })
            && one.ending.as_ref().is_some_and(|(reason, _)| reason == "execution_deadline");
        one.replay_count += 1;
        one.ended_at = None;
        one.ending = None;
        one.result = None;
        one.steps.clear();
        let mut answer = json!({ "executionId": id, "publicState": "waiting", "replayCount": one.replay_count });
        if ended_by_deadline {
            (one.deadline_at, answer["deadlineLifted"]) = (None, json!(true));
            self.seen.insert("a deadline lifted by a replay");
        }
        self.open.insert(row);
        self.ended.remove(&row);
        self.enter(row, now, Phase::Waiting { next: Next::Replay }, "replayed", None);
        self.tell(&json!({ "branch": "normal", "groupsReset": 0 }));
        Ok(answer)
    }
}
