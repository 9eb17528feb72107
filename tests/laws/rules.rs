//! The model's operations: the refusal or the answer that each call must get, and what it changes (lifecycle §8, §9.1,
//! §11, §12, §13.1; decisions 2.8, 3.1–3.16). What operators do stands in `operator`.

use crate::gate::Pass;
use crate::handle::Handle;
use crate::model::{Attempt, Dedup, Execution, Failure, Fence, Kept, Model, Next, Phase, Progress, count};
use crate::op::{Call, Claim, Create, Fail, Op};
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
            Op::Delay { handle, until_at } => self.delay(handle, *until_at, now),
            Op::Abandon { handle, reason } => self.abandon(handle, reason, now),
            Op::Cancel(cancel) => self.cancel(cancel, now),
            Op::Revoke(revoke) => self.revoke(revoke, now),
            Op::Priority { id, priority } => self.change_priority(id, *priority, now),
            Op::Replay { id } => self.replay(id, now),
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
            replay_count: 0,
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

    /// T3, T4 and T15.
    fn take(&mut self, row: usize, claim: &Claim, now: i64, found: &Value) -> Value {
        let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
        let handle = Handle::decode(&text("handle"));
        let instance = self.instance_of(claim, handle.as_ref());
        let ttl_ms = claim.ttl_ms.unwrap_or(30_000);
        let one = &mut self.executions[row];
        one.epoch += 1;
        one.started_at = one.started_at.or(Some(now));
        let fence = Fence { lease_id: text("leaseId"), epoch: one.epoch, attempt_id: text("attemptId") };
        let (timeout_at, kind, cause, event) = if let Phase::Waiting { next: Next::Interrupted } = one.phase {
            (self.go_on(row, claim, fence, instance, now), 2, "resumed", "acquired")
        } else {
            let reclaims = matches!(one.phase, Phase::Lapsed { .. });
            let timeout_at = self.start(row, claim, fence, instance, now);
            if reclaims { (timeout_at, 4, "reclaimed", "reclaimed") } else { (timeout_at, 1, "claimed", "acquired") }
        };
        self.enter(row, now, Phase::Held { expires_at: now + ttl_ms, timeout_at }, cause, Some(event));
        claimed(&self.executions[row], kind, ttl_ms)
    }

    /// A new attempt; answers when it times out.
    fn start(&mut self, row: usize, claim: &Claim, fence: Fence, instance: String, now: i64) -> Option<i64> {
        self.end_attempt(row, "interrupted_reclaimed", now);
        let one = &mut self.executions[row];
        let kind = match one.phase {
            Phase::Lapsed { .. } => "reclaim",
            Phase::Waiting { next: Next::Retry } => "retry",
            Phase::Waiting { next: Next::Replay } => "replay",
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Held { .. } | Phase::Ended { .. } => "initial",
        };
        one.reclaim_count += i64::from(kind == "reclaim");
        one.attempts.push(Attempt {
            kind,
            fence,
            worker: claim.worker.clone(),
            instance,
            started_at: now,
            renewed_at: now,
            ended: None,
            timeout_left_ms: None,
            finished: None,
            failure: None,
            has_result: false,
        });
        one.made.attempt_timeout_ms.map(|ms| now + ms)
    }

    /// The interrupted attempt under another lease; answers when it times out.
    fn go_on(&mut self, row: usize, claim: &Claim, fence: Fence, instance: String, now: i64) -> Option<i64> {
        let attempt = self.executions[row].attempts.last_mut().expect("the interrupted attempt");
        let attempt_id = std::mem::take(&mut attempt.fence.attempt_id);
        attempt.fence = Fence { attempt_id, ..fence };
        claim.worker.clone_into(&mut attempt.worker);
        attempt.instance = instance;
        attempt.renewed_at = now;
        attempt.finished = None;
        attempt.timeout_left_ms.take().map(|left_ms| now + left_ms)
    }

    /// The instance named, or the one that was minted for this opening of the engine.
    fn instance_of(&mut self, claim: &Claim, found: Option<&Handle>) -> String {
        if let Some(named) = &claim.instance {
            return named.clone();
        }
        let found = found.map(|handle| handle.instance.clone()).unwrap_or_default();
        self.instance.get_or_insert(found).clone()
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

    /// T11.
    fn delay(&mut self, handle: &Handle, until_at: i64, now: i64) -> Result<Value, Value> {
        let answer = |at: i64| json!({ "executionId": handle.execution, "publicState": "delayed", "delayUntil": at });
        let row = match self.gate(handle, Some("delay"))? {
            Pass::Held(row) => row,
            Pass::Lapsed(_) => return Err(refused("state.lease_expired")),
            Pass::Repeated(at) => return Ok(answer(at.expect("the instant of a delay"))),
        };
        let until_at = until_at.max(now);
        self.executions[row].attempts.last_mut().expect("an attempt").finished = Some(("delay", Some(until_at)));
        self.enter(row, now, Phase::Delayed { next: Next::Interrupted, until_at }, "delayed", Some("revoked"));
        Ok(answer(until_at))
    }

    /// T10 by the holder.
    fn abandon(&mut self, handle: &Handle, reason: &str, now: i64) -> Result<Value, Value> {
        let answer = json!({ "executionId": handle.execution, "publicState": "cancelled" });
        let row = match self.gate(handle, Some("cancel")) {
            Ok(Pass::Held(row)) => row,
            Ok(Pass::Lapsed(_)) => return Err(refused("state.lease_expired")),
            Ok(Pass::Repeated(_)) => return Ok(answer),
            Err(refusal) => {
                return match self.find(&handle.execution).map(|one| one.phase) {
                    Some(Phase::Ended { outcome: "cancelled" }) => Ok(answer),
                    Some(Phase::Ended { outcome }) => {
                        let details = json!({ "executionId": handle.execution, "terminalOutcome": outcome });
                        Err(json!({ "error": { "code": "validation.invalid_input", "details": details } }))
                    }
                    _ => Err(refusal),
                };
            }
        };
        self.end_attempt(row, "ended_cancelled", now);
        let one = &mut self.executions[row];
        one.attempts.last_mut().expect("an attempt").finished = Some(("cancel", None));
        one.epoch += 1;
        one.ending = Some((reason.to_owned(), Some("lease_holder".to_owned())));
        self.enter(row, now, Phase::Ended { outcome: "cancelled" }, "cancelled", Some("revoked"));
        Ok(answer)
    }
}

/// What a claim hands back; `kind` is the handle's.
fn claimed(one: &Execution, kind: u8, ttl_ms: i64) -> Value {
    let (attempt, index) = (one.attempts.last().expect("an attempt"), count(&one.attempts) - 1);
    let (input, encoding) = one.input();
    let Phase::Held { expires_at, timeout_at } = one.phase else { panic!("what is claimed is held") };
    let handle = Handle {
        kind,
        backend: 3,
        execution: one.id.clone(),
        attempt_index: u32::try_from(index).expect("an index"),
        attempt_id: attempt.fence.attempt_id.clone(),
        lease_id: attempt.fence.lease_id.clone(),
        epoch: attempt.fence.epoch.unsigned_abs(),
        ttl_ms: ttl_ms.unsigned_abs(),
        lane: one.made.lane.clone(),
        instance: attempt.instance.clone(),
    };
    let handle_kind = match kind {
        1 => "fresh",
        2 => "resumed",
        _ => "reclaimed",
    };
    json!({
        "handle": handle.encode(),
        "handleKind": handle_kind,
        "executionId": one.id,
        "namespace": one.made.namespace.as_deref().unwrap_or("default"),
        "lane": one.made.lane,
        "kind": one.made.kind,
        "priority": one.priority,
        "attemptIndex": index,
        "attemptId": attempt.fence.attempt_id,
        "attemptType": attempt.kind,
        "retryCount": one.retry_count,
        "leaseId": attempt.fence.lease_id,
        "leaseEpoch": attempt.fence.epoch,
        "leaseExpiresAt": expires_at,
        "attemptTimeoutAt": timeout_at,
        "deadlineAt": one.deadline_at,
        "input": input,
        "encoding": encoding,
        "tags": one.made.tags,
    })
}
