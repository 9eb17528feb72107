//! The model's operations: the refusal or the answer that each call must get, and what it changes (lifecycle §8, §9.1,
//! §11, §12, §15.1; decisions 2.8, 3.1–3.16).

use crate::handle::Handle;
use crate::model::{Attempt, Dedup, Execution, Failure, Fence, Kept, Model, Next, Phase, Progress, count};
use crate::op::{Call, Cancel, Claim, Create, Fail, Op};
use crate::time::Drawn;
use serde_json::{Value, json};

const REQUEST_MS: i64 = 600_000;
const DAY_MS: i64 = 86_400_000;

fn ok(answer: &Value) -> Value {
    json!({ "ok": answer })
}

pub fn refused(code: &str) -> Value {
    json!({ "error": { "code": code } })
}

/// Whom the lease gate lets in.
enum Pass {
    Held(usize),
    Lapsed(usize),
    Repeated(Option<i64>),
}

impl Model {
    /// The answer that a call must get. `found` is what the engine answered: ids and draws are taken from it.
    pub fn answer(&mut self, call: &Call, now: i64, found: &Value, drawn: &Drawn) -> Value {
        if let Op::Invalid { code, .. } = &call.op {
            return refused(code);
        }
        self.apply_due(now, usize::MAX, drawn);
        let Some(id) = &call.request_id else { return self.run(&call.op, now, found) };
        if let Some(kept) = self.requests.get(id).filter(|kept| kept.expires_at > now) {
            let same = kept.op == call.op.name();
            return if same { ok(&kept.answer) } else { refused("validation.invalid_input") };
        }
        let answer = self.run(&call.op, now, found);
        let kept = answer.get("ok").filter(|kept| !call.op.reads() && !kept.is_null());
        if let Some(answer) = kept.cloned() {
            self.wrote = true;
            let kept = Kept { op: call.op.name(), answer, expires_at: now + REQUEST_MS };
            self.requests.insert(id.clone(), kept);
            self.purge_two_requests(now);
        }
        answer
    }

    fn run(&mut self, op: &Op, now: i64, found: &Value) -> Value {
        let answer = match op {
            Op::Create(create) => Ok(self.create(create, now, found)),
            Op::Claim(claim) => Ok(self.claim(claim, now, found)),
            Op::Renew { handle } => self.renew(handle, now),
            Op::Progress { handle, percent, message } => self.report(handle, *percent, message.as_ref(), now),
            Op::Complete { handle, result, encoding } => self.complete(handle, now, (result.clone(), encoding.clone())),
            Op::Fail(fail) => self.fail(fail, now, found),
            Op::Cancel(cancel) => self.cancel(cancel, now),
            Op::Events { .. } => Ok(found["ok"].clone()),
            Op::Describe { .. } | Op::Result { .. } | Op::List { .. } | Op::Invalid { .. } => {
                Ok(self.read(op).expect("a read"))
            }
        };
        answer.map_or_else(|refusal| refusal, |answer| ok(&answer))
    }

    fn create(&mut self, create: &Create, now: i64, found: &Value) -> Value {
        let namespace = create.namespace.clone().unwrap_or_else(|| "default".to_owned());
        self.wrote |= self.lanes.insert(create.lane.clone());
        let window_ms = create.window_ms.unwrap_or(DAY_MS);
        let key = create.key.clone().filter(|_| window_ms > 0).map(|key| (namespace, key));
        let live = key.as_ref().and_then(|key| self.dedup.get(key)).filter(|one| one.expires_at > now);
        let original = live.map(|one| self.executions[one.execution].id.clone());
        let original = original.or_else(|| create.id.clone().filter(|id| self.by_id.contains_key(id)));
        if let Some(id) = original {
            return json!({ "outcome": "duplicate", "executionId": id, "publicState": null });
        }
        let minted = || found["ok"]["executionId"].as_str().unwrap_or("no id was minted").to_owned();
        let id = create.id.clone().unwrap_or_else(minted);
        let until_at = create.delay_until.filter(|until_at| *until_at > now);
        let phase = match until_at {
            Some(until_at) => Phase::Delayed { next: Next::First, until_at },
            None => Phase::Waiting { next: Next::First },
        };
        let row = self.executions.len();
        self.executions.push(Execution {
            row,
            id: id.clone(),
            made: create.clone(),
            priority: create.priority.unwrap_or(0).clamp(0, 9_000),
            phase,
            epoch: 0,
            attempts: Vec::new(),
            retry_count: 0,
            reclaim_count: 0,
            lapses: 0,
            created_at: now,
            deadline_at: create.deadline_at,
            changed_at: now,
            started_at: None,
            ended_at: None,
            progress: None,
            ending: None,
            result: None,
        });
        assert!(self.by_id.insert(id.clone(), row).is_none(), "the id {id} was minted twice");
        self.open.insert(row);
        self.record(row, now, "created", true, None);
        self.woken(row, false);
        if let Some(key) = key {
            self.dedup.insert(key, Dedup { execution: row, expires_at: now + window_ms });
            self.purge_two_keys(now);
        }
        json!({ "outcome": "created", "executionId": id, "publicState": self.executions[row].public_state() })
    }

    /// The first of the claim order; those whose leases lapsed too often end on the way.
    fn claim(&mut self, claim: &Claim, now: i64, found: &Value) -> Value {
        for row in self.claim_order(&claim.lanes, &claim.offered) {
            let one = &self.executions[row];
            if matches!(one.phase, Phase::Lapsed { .. }) && one.reclaim_count >= one.reclaims_max() {
                self.give_up(row, now);
            } else {
                return self.take(row, claim, now, &found["ok"]);
            }
        }
        Value::Null
    }

    /// T16.
    fn give_up(&mut self, row: usize, now: i64) {
        self.end_attempt(row, "interrupted_reclaimed", now);
        self.executions[row].ending = Some(("reclaim_cap_exceeded".to_owned(), None));
        self.enter(row, now, Phase::Ended { outcome: "failed" }, "failed", Some("revoked"));
    }

    /// T3 and T15.
    fn take(&mut self, row: usize, claim: &Claim, now: i64, found: &Value) -> Value {
        let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
        let handle = Handle::decode(&text("handle"));
        let instance = self.instance_of(claim, handle.as_ref());
        let ttl_ms = claim.ttl_ms.unwrap_or(30_000);
        self.end_attempt(row, "interrupted_reclaimed", now);
        let one = &mut self.executions[row];
        let (kind, cause, event) = match one.phase {
            Phase::Lapsed { .. } => ("reclaim", "reclaimed", "reclaimed"),
            Phase::Waiting { next: Next::Retry } => ("retry", "claimed", "acquired"),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Held { .. } | Phase::Ended { .. } => {
                ("initial", "claimed", "acquired")
            }
        };
        one.reclaim_count += i64::from(kind == "reclaim");
        one.epoch += 1;
        one.started_at = one.started_at.or(Some(now));
        let fence = Fence { lease_id: text("leaseId"), epoch: one.epoch, attempt_id: text("attemptId") };
        one.attempts.push(Attempt {
            kind,
            fence: fence.clone(),
            worker: claim.worker.clone(),
            instance: instance.clone(),
            started_at: now,
            renewed_at: now,
            ended: None,
            finished: None,
            failure: None,
            has_result: false,
        });
        let timeout_at = one.made.attempt_timeout_ms.map(|ms| now + ms);
        self.enter(row, now, Phase::Held { expires_at: now + ttl_ms, timeout_at }, cause, Some(event));
        let one = &self.executions[row];
        let (input, encoding) = one.input();
        let index = count(&one.attempts) - 1;
        let handle_kind = if kind == "reclaim" { "reclaimed" } else { "fresh" };
        let expected = Handle {
            kind: if kind == "reclaim" { 4 } else { 1 },
            backend: 3,
            execution: one.id.clone(),
            attempt_index: u32::try_from(index).expect("an index"),
            attempt_id: fence.attempt_id.clone(),
            lease_id: fence.lease_id.clone(),
            epoch: fence.epoch.unsigned_abs(),
            ttl_ms: ttl_ms.unsigned_abs(),
            lane: one.made.lane.clone(),
            instance,
        };
        json!({
            "handle": expected.encode(),
            "handleKind": handle_kind,
            "executionId": one.id,
            "namespace": one.made.namespace.as_deref().unwrap_or("default"),
            "lane": one.made.lane,
            "kind": one.made.kind,
            "priority": one.priority,
            "attemptIndex": index,
            "attemptId": fence.attempt_id,
            "attemptType": kind,
            "retryCount": one.retry_count,
            "leaseId": fence.lease_id,
            "leaseEpoch": fence.epoch,
            "leaseExpiresAt": now + ttl_ms,
            "attemptTimeoutAt": timeout_at,
            "deadlineAt": one.deadline_at,
            "input": input,
            "encoding": encoding,
            "tags": one.made.tags,
        })
    }

    /// The instance named, or the one that was minted for this opening of the engine.
    fn instance_of(&mut self, claim: &Claim, found: Option<&Handle>) -> String {
        if let Some(named) = &claim.instance {
            return named.clone();
        }
        let found = found.map(|handle| handle.instance.clone()).unwrap_or_default();
        self.instance.get_or_insert(found).clone()
    }

    fn gate(&self, handle: &Handle, verb: Option<&str>) -> Result<Pass, Value> {
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
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Ended { .. } => Err(not_active(one)),
        }
    }

    fn gate_held(&self, handle: &Handle) -> Result<usize, Value> {
        match self.gate(handle, None)? {
            Pass::Held(row) => Ok(row),
            Pass::Lapsed(_) | Pass::Repeated(_) => Err(refused("state.lease_expired")),
        }
    }

    /// T5.
    fn renew(&mut self, handle: &Handle, now: i64) -> Result<Value, Value> {
        let row = self.gate_held(handle)?;
        let one = &mut self.executions[row];
        let until = now + i64::try_from(handle.ttl_ms).expect("a ttl");
        if let Phase::Held { expires_at, .. } = &mut one.phase {
            *expires_at = until;
        }
        one.attempts.last_mut().expect("an attempt").renewed_at = now;
        one.changed_at = now;
        let answer = json!({ "expiresAt": until, "leaseEpoch": one.epoch });
        self.record(row, now, "renewed", false, Some("renewed"));
        Ok(answer)
    }

    /// T6: a member left out keeps its earlier value, within an attempt.
    fn report(
        &mut self,
        handle: &Handle,
        percent: Option<i64>,
        message: Option<&String>,
        now: i64,
    ) -> Result<Value, Value> {
        let row = self.gate_held(handle)?;
        let one = &mut self.executions[row];
        let Phase::Held { expires_at, .. } = one.phase else { panic!("the gate let in a lapsed lease") };
        self.touched.insert(row);
        if percent.is_some() || message.is_some() {
            self.wrote = true;
            let attempt_index = count(&one.attempts) - 1;
            let earlier = one.progress.take().filter(|progress| progress.attempt_index == attempt_index);
            let (old_percent, old_message) = earlier.map_or((None, None), |old| (old.percent, old.message));
            let message = message.cloned().or(old_message);
            one.progress = Some(Progress { attempt_index, percent: percent.or(old_percent), message, at: now });
        }
        Ok(json!({ "leaseExpiresAt": expires_at }))
    }

    /// T7.
    fn complete(
        &mut self,
        handle: &Handle,
        now: i64,
        result: (Option<Vec<u8>>, Option<String>),
    ) -> Result<Value, Value> {
        let answer = json!({ "executionId": handle.execution, "publicState": "completed" });
        let row = match self.gate(handle, Some("complete"))? {
            Pass::Held(row) => row,
            Pass::Lapsed(_) => return Err(refused("state.lease_expired")),
            Pass::Repeated(_) => return Ok(answer),
        };
        let attempt = self.executions[row].attempts.last_mut().expect("an attempt");
        attempt.finished = Some(("complete", None));
        attempt.has_result = result.0.is_some();
        self.executions[row].result = Some(result);
        self.end_attempt(row, "ended_success", now);
        self.enter(row, now, Phase::Ended { outcome: "success" }, "completed", Some("revoked"));
        Ok(answer)
    }

    /// T8 and T9, also by a holder whose lease lapsed.
    fn fail(&mut self, fail: &Fail, now: i64, found: &Value) -> Result<Value, Value> {
        let next = i64::from(fail.handle.attempt_index) + 1;
        let scheduled = |at: i64| json!({ "outcome": "retry_scheduled", "delayUntil": at, "nextAttemptIndex": next });
        let row = match self.gate(&fail.handle, Some("fail"))? {
            Pass::Held(row) | Pass::Lapsed(row) => row,
            Pass::Repeated(Some(at)) => return Ok(scheduled(at)),
            Pass::Repeated(None) => return Ok(json!({ "outcome": "terminal_failed" })),
        };
        let category = fail.category.clone().unwrap_or_else(|| fail.class.to_owned());
        let bounds = self.retry_bounds(row, fail.class, &category, now);
        let until_at = bounds.map(|(low, high)| found["ok"]["delayUntil"].as_i64().unwrap_or(low).clamp(low, high));
        let attempt = self.executions[row].attempts.last_mut().expect("an attempt");
        attempt.finished = Some(("fail", until_at));
        let message = Some(fail.message.clone());
        attempt.failure = Some(Failure { class: fail.class, category, message, detail: fail.detail.clone() });
        let Some(until_at) = until_at else {
            let lease = self.executions[row].live_fence().map(|_| "revoked");
            self.end_attempt(row, "ended_failure", now);
            self.enter(row, now, Phase::Ended { outcome: "failed" }, "failed", lease);
            return Ok(json!({ "outcome": "terminal_failed" }));
        };
        self.schedule_retry(row, now, until_at);
        Ok(scheduled(until_at))
    }

    /// T10.
    fn cancel(&mut self, cancel: &Cancel, now: i64) -> Result<Value, Value> {
        let Some(one) = self.find(&cancel.id) else { return Err(refused("not_found.execution")) };
        let (row, answer) = (one.row, json!({ "executionId": cancel.id, "publicState": "cancelled" }));
        match one.phase {
            Phase::Ended { outcome: "cancelled" } => return Ok(answer),
            Phase::Ended { .. } => return Err(refused("validation.invalid_input")),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Held { .. } | Phase::Lapsed { .. } => {}
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
