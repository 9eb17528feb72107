//! What the model expects reads and events to say, as JSON; a member that must be absent stands as null.

use crate::calls::op::Op;
use crate::json::hex;
use crate::model::state::{Attempt, Execution, Logged, Model, Next, Phase, Step, count};
use serde_json::{Value, json};

impl Execution {
    /// The state vector (contract: states.dimensions, states.graph).
    pub fn vector(&self) -> Value {
        let pending = |next| match next {
            Next::First => "pending_first_attempt",
            Next::Retry => "pending_retry_attempt",
            Next::Replay => "pending_replay_attempt",
            Next::Interrupted => "attempt_interrupted",
        };
        let (ownership, eligibility, blocking, outcome, attempt) = match self.phase {
            Phase::Waiting { next } => ("unowned", "eligible_now", "waiting_for_worker", "none", pending(next)),
            Phase::Delayed { next, .. } => {
                let reason = match next {
                    Next::First | Next::Replay | Next::Interrupted => "waiting_for_delay",
                    Next::Retry => "waiting_for_retry_backoff",
                };
                ("unowned", "not_eligible_until_time", reason, "none", pending(next))
            }
            Phase::Blocked { next, by } => ("unowned", eligibility(by), by, "none", pending(next)),
            Phase::Held { .. } => ("leased", "not_applicable", "none", "none", "running_attempt"),
            Phase::Lapsed { .. } => {
                ("lease_expired_reclaimable", "not_applicable", "none", "none", "attempt_interrupted")
            }
            Phase::Ended { outcome } => {
                let untried = self.attempts.is_empty() && outcome == "expired";
                let attempt = if untried { "pending_first_attempt" } else { "attempt_terminal" };
                ("unowned", "not_applicable", "none", outcome, attempt)
            }
        };
        json!({
            "lifecyclePhase": self.lifecycle(),
            "ownershipState": ownership,
            "eligibilityState": eligibility,
            "blockingReason": blocking,
            "terminalOutcome": outcome,
            "attemptState": attempt,
        })
    }

    pub fn public_state(&self) -> &'static str {
        match self.phase {
            Phase::Blocked { by: "waiting_for_children", .. } => "waiting_children",
            Phase::Blocked { by: "waiting_for_budget" | "waiting_for_quota", .. } => "rate_limited",
            Phase::Waiting { .. } | Phase::Blocked { .. } => "waiting",
            Phase::Delayed { .. } => "delayed",
            Phase::Held { .. } | Phase::Lapsed { .. } => "active",
            Phase::Ended { outcome: "success" } => "completed",
            Phase::Ended { outcome } => outcome,
        }
    }

    /// What `describe_execution` answers.
    pub fn snapshot(&self) -> Value {
        let attempts = self.attempt_lines().split_off(self.attempts.len().saturating_sub(100));
        let reported_at = self.progress.as_ref().map_or(0, |progress| progress.at);
        let recorded_at = self.steps.last().map_or(0, |step| step.at);
        let mut snapshot = json!({
            "executionId": self.id,
            "namespace": self.namespace(),
            "lane": self.made.lane,
            "kind": self.made.kind,
            "creator": self.made.creator.as_deref().unwrap_or("default"),
            "priority": self.priority,
            "publicState": self.public_state(),
            "state": self.vector(),
            "currentLease": self.lease(),
            "currentAttemptIndex": self.pointer(),
            "attempts": attempts,
            "requiredCapabilities": self.made.required,
            "tags": self.made.tags,
            "policy": self.policy(),
            "effective": self.effective(),
            "attemptTimeoutMs": self.made.attempt_timeout_ms,
            "idempotencyKey": self.made.key,
            "deadlineAt": self.deadline_at,
            "leaseEpoch": self.epoch,
            "totalAttemptCount": count(&self.attempts),
            "retryCount": self.retry_count,
            "leaseReclaimCount": self.reclaim_count,
            "replayCount": self.replay_count,
            "createdAt": self.created_at,
            "lastMutationAt": self.changed_at.max(reported_at).max(recorded_at),
            "startedAt": self.started_at,
            "completedAt": self.ended_at,
        });
        snapshot["progress"] = self.progress.as_ref().map_or(Value::Null, |progress| {
            json!({
                "attemptIndex": progress.attempt_index,
                "percent": progress.percent,
                "message": progress.message,
                "updatedAt": progress.at,
            })
        });
        snapshot["ending"] = self.ending.as_ref().map_or(Value::Null, |(reason, source)| match source {
            Some(source) => json!({ "reason": reason, "source": source }),
            None => json!({ "reason": reason }),
        });
        snapshot["grant"] = self.grant.as_ref().map_or(Value::Null, |grant| {
            json!({
                "kind": grant.kind,
                "workerId": grant.worker,
                "workerInstanceId": grant.instance,
                "expiresAt": grant.expires_at,
                "live": grant.live,
            })
        });
        let steps: Vec<Value> = self.steps.iter().map(Step::line).collect();
        snapshot["steps"] = if steps.is_empty() { Value::Null } else { json!(steps) };
        let (claimable_at, detail) = self.waits();
        snapshot["claimableAt"] = json!(claimable_at);
        snapshot["blockingDetail"] = json!(detail);
        snapshot
    }

    /// What stands in its row: claim rank, due instant, expiry of the lease, the grant's last instant.
    pub fn row_picture(&self) -> Vec<String> {
        let expires_at = match self.phase {
            Phase::Held { expires_at: at, .. } | Phase::Lapsed { expired_at: at, .. } => Some(at),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => None,
        };
        let columns = [
            self.claimable().then_some(9_000 - self.priority),
            self.due_but_for_the_lease().map(|key| key.0),
            expires_at,
            self.grant.as_ref().map(|grant| if grant.live { grant.expires_at } else { 0 }),
        ];
        columns.map(|number| number.map_or_else(|| "null".to_owned(), |number| number.to_string())).into()
    }

    /// From when it can be claimed where it waits for an instant, and what it waits for in words.
    fn waits(&self) -> (Option<i64>, Option<String>) {
        match self.phase {
            Phase::Delayed { until_at, .. } => (Some(until_at), Some(format!("delayed until {until_at}"))),
            Phase::Lapsed { expired_at, backoff_until: None } => {
                (Some(expired_at), Some(format!("lease expired at {expired_at}, reclaimable")))
            }
            Phase::Lapsed { expired_at, backoff_until: Some(at) } => {
                (Some(at), Some(format!("lease expired at {expired_at}, reclaimable from {at}")))
            }
            Phase::Blocked { .. } => (None, self.blocked_because.clone()),
            Phase::Waiting { .. } | Phase::Held { .. } | Phase::Ended { .. } => (None, None),
        }
    }

    fn namespace(&self) -> &str {
        self.made.namespace.as_deref().unwrap_or("default")
    }

    fn lease(&self) -> Value {
        let Phase::Held { expires_at, .. } = self.phase else { return Value::Null };
        let attempt = self.attempts.last().expect("an attempt under the lease");
        json!({
            "leaseId": attempt.fence.lease_id,
            "leaseEpoch": attempt.fence.epoch,
            "workerId": attempt.worker,
            "workerInstanceId": attempt.instance,
            "attemptIndex": count(&self.attempts) - 1,
            "expiresAt": expires_at,
            "lastHeartbeatAt": attempt.renewed_at,
        })
    }

    fn attempt(&self, index: i64, attempt: &Attempt) -> Value {
        let lifecycle = match (attempt.ended, self.phase) {
            (Some((lifecycle, _)), _) => lifecycle,
            (None, Phase::Held { .. } | Phase::Lapsed { .. }) => "started",
            (None, Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. }) => {
                "suspended"
            }
        };
        let mut failure = attempt.failure.as_ref().map_or(
            Value::Null,
            |failure| json!({ "class": failure.class, "category": failure.category, "detail": failure.detail }),
        );
        if let Some(message) = attempt.failure.as_ref().and_then(|failure| failure.message.as_ref()) {
            failure["message"] = json!(message);
        }
        json!({
            "attemptIndex": index,
            "attemptId": attempt.fence.attempt_id,
            "attemptType": attempt.kind,
            "lifecycle": lifecycle,
            "workerId": attempt.worker,
            "workerInstanceId": attempt.instance,
            "leaseEpoch": attempt.fence.epoch,
            "startedAt": attempt.started_at,
            "endedAt": attempt.ended.map(|(_, at)| at),
            "failure": failure,
            "hasResult": attempt.has_result,
        })
    }

    pub fn attempt_lines(&self) -> Vec<Value> {
        (0..).zip(&self.attempts).map(|(index, one)| self.attempt(index, one)).collect()
    }

    /// What a line of `list_executions` says.
    pub fn summary(&self) -> Value {
        json!({
            "executionId": self.id,
            "namespace": self.namespace(),
            "lane": self.made.lane,
            "kind": self.made.kind,
            "priority": self.priority,
            "publicState": self.public_state(),
            "state": self.vector(),
            "claimableAt": self.waits().0,
            "tags": self.made.tags,
            "totalAttemptCount": count(&self.attempts),
            "createdAt": self.created_at,
            "startedAt": self.started_at,
            "completedAt": self.ended_at,
        })
    }

    /// The input as claims hand it back.
    pub fn input(&self) -> (Option<String>, Option<&String>) {
        let bytes = self.made.input.as_deref().map(hex);
        let encoding = recorded(bytes.is_some(), self.made.encoding.as_ref());
        (bytes, encoding)
    }

    /// What `get_execution_input` answers.
    fn input_read(&self) -> Value {
        let (bytes, encoding) = self.input();
        json!({ "input": bytes, "encoding": encoding })
    }

    /// What `get_execution_result` answers.
    fn result_read(&self, index: Option<i64>) -> Option<Value> {
        let (bytes, encoding) = match index {
            None => self.result.as_ref()?,
            Some(index) => {
                let attempt = self.attempts.get(usize::try_from(index).ok()?)?;
                attempt.result.as_ref().filter(|_| attempt.ended.is_some_and(|(how, _)| how == "ended_success"))?
            }
        };
        let index = index.unwrap_or(count(&self.attempts) - 1);
        let encoding = recorded(bytes.is_some(), encoding.as_ref());
        Some(json!({ "attemptIndex": index, "result": bytes.as_deref().map(hex), "encoding": encoding }))
    }
}

/// What a blocked execution is not eligible for, by what it waits for.
pub fn eligibility(by: &str) -> &'static str {
    match by {
        "waiting_for_children" => "blocked_by_dependencies",
        "waiting_for_budget" => "blocked_by_budget",
        "waiting_for_quota" => "blocked_by_quota",
        "waiting_for_capable_worker" => "blocked_by_route",
        _ => "blocked_by_operator",
    }
}

fn recorded(with_bytes: bool, encoding: Option<&String>) -> Option<&String> {
    encoding.filter(|_| with_bytes)
}

/// The partition and the UUID of an execution id, which order as ids do.
pub fn order_of(id: &str) -> (u16, String) {
    let (partition, uuid) = id[4..].split_once("}:").expect("an execution id");
    (partition.parse().expect("a partition"), uuid.to_owned())
}

impl Model {
    /// Appends the event of what just happened to an execution; `moved` is whether its phase changed.
    pub fn record(&mut self, row: usize, at: i64, cause: &str, moved: bool, lease: Option<&str>) {
        let one = &self.executions[row];
        let holder = one.attempts.last().filter(|_| lease.is_some());
        let vector = one.vector();
        let completion = match one.phase {
            Phase::Ended { outcome } if moved => Some(outcome),
            Phase::Waiting { .. }
            | Phase::Delayed { .. }
            | Phase::Blocked { .. }
            | Phase::Held { .. }
            | Phase::Lapsed { .. }
            | Phase::Ended { .. } => None,
        };
        let event = json!({
            "at": at,
            "executionId": one.id,
            "namespace": one.namespace(),
            "cause": cause,
            "publicState": moved.then(|| one.public_state()),
            "state": moved.then_some(vector),
            "completion": completion,
            "lease": lease,
            "leaseId": holder.map(|attempt| &attempt.fence.lease_id),
            "leaseEpoch": holder.map(|attempt| attempt.fence.epoch),
            "workerId": holder.map(|attempt| &attempt.worker),
            "workerInstanceId": holder.map(|attempt| &attempt.instance),
            "detail": null,
        });
        let attempts = one.attempts.len();
        self.log.push(Logged { row: Some(row), event, attempts, replaced: false });
        self.touched.insert(row);
        self.wrote = true;
    }

    /// What the event just recorded tells beyond its columns.
    pub fn tell(&mut self, detail: &Value) {
        self.log.last_mut().expect("an event").event["detail"] = detail.clone();
    }

    /// What a read answers.
    pub fn read(&self, op: &Op) -> Option<Value> {
        let answer = match op {
            Op::Describe { id } => self.find(id).map_or(Value::Null, Execution::snapshot),
            Op::Result { id, index } => self.find(id).and_then(|one| one.result_read(*index)).unwrap_or(Value::Null),
            Op::Input { id } => self.find(id).map_or(Value::Null, Execution::input_read),
            Op::ReadStep { id, name } => {
                let one = self.find(id);
                let step = one.and_then(|one| one.steps.iter().find(|step| step.name == *name));
                step.map_or(Value::Null, Step::json)
            }
            Op::List { cursor, before, limit, namespace } => {
                let place = cursor.as_deref().or(before.as_deref());
                let size = limit.unwrap_or(100).min(1_000);
                self.page((place, before.is_some()), size, namespace.as_deref())
            }
            Op::Events(_)
            | Op::Create(_)
            | Op::Claim(_)
            | Op::Renew { .. }
            | Op::Progress { .. }
            | Op::Complete { .. }
            | Op::Fail(_)
            | Op::Delay { .. }
            | Op::Abandon { .. }
            | Op::Cancel(_)
            | Op::Revoke(_)
            | Op::Priority { .. }
            | Op::Wake { .. }
            | Op::Replay { .. }
            | Op::WaitChildren { .. }
            | Op::Step { .. }
            | Op::Protocol(_)
            | Op::Streaming(_)
            | Op::Inquiry(_)
            | Op::Registry(_)
            | Op::Flow(..)
            | Op::Invalid { .. } => return None,
        };
        Some(answer)
    }

    fn page(&self, (place, back): (Option<&str>, bool), limit: i64, namespace: Option<&str>) -> Value {
        let place = place.map(order_of);
        let mut all: Vec<&Execution> = self
            .executions
            .iter()
            .filter(|one| self.visible(one.row))
            .filter(|one| namespace.is_none_or(|name| one.namespace() == name))
            .filter(|one| {
                let (place, own) = (place.as_ref(), order_of(&one.id));
                place.is_none_or(|place| if back { own < *place } else { own > *place })
            })
            .collect();
        all.sort_by_key(|one| order_of(&one.id));
        let size = usize::try_from(limit).expect("a limit");
        let more = size > 0 && all.len() > size;
        let page =
            if back { all.split_off(all.len().saturating_sub(size)) } else { all[..all.len().min(size)].to_vec() };
        let before = page.first().filter(|_| if back { more } else { place.is_some() }).map(|one| &one.id);
        let next = page.last().filter(|_| back || more).map(|one| &one.id);
        let lines: Vec<Value> = page.iter().map(|one| one.summary()).collect();
        json!({ "executions": lines, "nextCursor": next, "previousCursor": before })
    }
}

/// What differs, a line each: every member expected must be as expected, one expected null must be absent or null.
/// Members that nobody expected say nothing.
pub fn differences(expected: &Value, actual: &Value, path: &str, lines: &mut Vec<String>) {
    if let (Value::Object(members), Value::Object(_)) = (expected, actual) {
        for (name, value) in members {
            let found = actual.get(name).unwrap_or(&Value::Null);
            differences(value, found, &format!("{path}.{name}"), lines);
        }
    } else if let (Value::Array(wanted), Value::Array(found)) = (expected, actual) {
        if wanted.len() != found.len() {
            lines.push(format!("{path}: {} items expected, {} found", wanted.len(), found.len()));
        }
        for (index, (wanted, found)) in wanted.iter().zip(found).enumerate() {
            differences(wanted, found, &format!("{path}[{index}]"), lines);
        }
    } else if expected != actual {
        lines.push(format!("{path}: expected {expected}, found {actual}"));
    }
}
