//! The model's operations: the refusal or the answer that each call must get, and what it changes (contract:
//! executions.create, claims.order, leases.gate, attempts.complete). What operators do stands in `operator`.

use crate::calls::handle::Handle;
use crate::calls::op::{Call, Create, Fail, Op};
use crate::calls::protocol::Told;
use crate::calls::retry::Retry;
use crate::json::hex;
use crate::model::answer::refused;
use crate::model::chronicle::PROGRESS;
use crate::model::gate::Pass;
use crate::model::state::{Dedup, Execution, Failure, Model, Next, Payload, Phase, Progress, Request, Step, count};
use crate::model::time::Drawn;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const REQUEST_MS: i64 = 600_000;
const DAY_MS: i64 = 86_400_000;

fn ok(answer: &Value) -> Value {
    json!({ "ok": answer })
}

/// Whether an answer is kept for a repeated request id: one that changed nothing is not.
pub fn keeps(op: &Op, answer: &Value) -> bool {
    match answer["outcome"].as_str() {
        Some("no_work" | "not_registered" | "not_reclaimable" | "grant_not_found") => false,
        Some("reclaim_cap_exceeded") => op.name() == "reclaim_execution",
        Some(_) | None => true,
    }
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
            return if same { self.again(kept, &call.op) } else { refused("validation.invalid_input") };
        }
        let answer = self.run(&call.op, now, found);
        let kept = answer.get("ok").filter(|kept| !call.op.reads() && !kept.is_null() && keeps(&call.op, kept));
        if let Some(answer) = kept.cloned() {
            self.wrote = true;
            let of = answer["executionId"].as_str().and_then(|id| self.by_id.get(id)).copied();
            let kept = Request { op: call.op.name(), answer, of, expires_at: now + REQUEST_MS };
            self.requests.insert(id.clone(), kept);
            self.purge_two_requests(now);
        }
        answer
    }

    fn run(&mut self, op: &Op, now: i64, found: &Value) -> Value {
        let answer = match op {
            Op::Create(create) => self.create(create, now, found),
            Op::Claim(claim) => Ok(self.claim(claim, now, found)),
            Op::WaitChildren { handle } => self.wait_children(handle, now),
            Op::Step { handle, name, result, encoding, took_ms: took } => {
                let (name, result, encoding, at) = (name.clone(), result.clone(), encoding.clone(), now);
                self.record_step(handle, Step { name, result, encoding, at, took_ms: *took })
            }
            Op::Protocol(protocol) => self.protocol(protocol, now, found),
            Op::Registry(registry) => self.registry(registry, now, found),
            Op::Renew { handle, ttl_ms } => self.renew(handle, *ttl_ms, now),
            Op::Progress { handle, percent, message } => self.report(handle, *percent, message.as_ref(), now),
            Op::Complete { handle, result, encoding } => self.complete(handle, now, (result.clone(), encoding.clone())),
            Op::Fail(fail) => self.fail(fail, now, found),
            Op::Delay { handle, until_at } => self.delay(handle, *until_at, now),
            Op::Abandon { handle, reason } => self.abandon(handle, reason, now),
            Op::Cancel(cancel) => self.cancel(cancel, now),
            Op::Revoke(revoke) => self.revoke(revoke, now),
            Op::Priority { id, priority } => self.change_priority(id, *priority, now),
            Op::Wake { id, reason } => self.wake_execution(id, reason.as_deref().unwrap_or_default(), now),
            Op::Replay { id } => self.replay(id, now),
            Op::Events(watch) => self.read_events(watch, found),
            Op::Streaming(streaming) => self.streaming(streaming, now),
            Op::Inquiry(inquiry) => self.inquiry(inquiry, now, found),
            Op::Flow(..) => panic!("calls about flows are another model's"),
            Op::Describe { .. }
            | Op::ReadStep { .. }
            | Op::Result { .. }
            | Op::Input { .. }
            | Op::List { .. }
            | Op::Invalid { .. } => Ok(self.read(op).expect("a read")),
        };
        answer.map_or_else(|refusal| refusal, |answer| ok(&answer))
    }

    /// A kept answer, its payload bytes read again: those of a step that a replay cleared are gone, whatever was recorded
    /// since. A step is one of the execution whose handle is shown now.
    fn again(&self, kept: &Request, op: &Op) -> Value {
        let mut answer = kept.answer.clone();
        let claimed = kept.of.filter(|row| self.visible(*row)).map(|row| &self.executions[row]);
        let one = op.shown().and_then(|id| self.find(id)).or(claimed);
        let bytes = |kept: &Value| {
            let same = |step: &&Step| kept["name"] == json!(step.name) && kept["recordedAt"] == json!(step.at);
            let step = one.and_then(|one| one.steps.iter().find(same));
            json!(step.and_then(|step| step.result.as_deref()).map(hex))
        };
        // Gone with its execution, though another one has its id by now.
        if one.is_none() && answer["input"].is_string() {
            answer["input"] = Value::Null;
        }
        if kept.op == "record_step" {
            answer["result"] = bytes(&answer);
        }
        for step in answer["steps"].as_array_mut().into_iter().flatten() {
            step["result"] = bytes(step);
        }
        ok(&answer)
    }

    /// The execution that a create repeats, by its key or its id, and in what it differs from who first used its key.
    fn original(
        &self,
        create: &Create,
        key: Option<&(String, String)>,
        now: i64,
    ) -> Option<(String, Vec<&'static str>)> {
        let live = key.and_then(|key| self.dedup.get(key)).filter(|one| one.expires_at > now);
        let original = live.filter(|one| self.visible(one.execution)).map(|one| &self.executions[one.execution]);
        let known = original.map(|one| (one.id.clone(), one.made.differs(create)));
        known.or_else(|| create.id.clone().filter(|id| self.find(id).is_some()).map(|id| (id, Vec::new())))
    }

    fn create(&mut self, create: &Create, now: i64, found: &Value) -> Result<Value, Value> {
        let namespace = create.namespace.clone().unwrap_or_else(|| "default".to_owned());
        let window_ms = create.window_ms.unwrap_or(DAY_MS);
        let key = create.key.clone().filter(|_| window_ms > 0).map(|key| (namespace, key));
        if let Some((id, differs)) = self.original(create, key.as_ref(), now) {
            self.register_lane(&create.lane);
            let differs = if differs.is_empty() { Value::Null } else { json!(differs) };
            return Ok(json!({ "outcome": "duplicate", "executionId": id, "publicState": null, "differs": differs }));
        }
        let state = self.lane_state(&create.lane);
        if ["draining", "disabled"].contains(&state) {
            let details = json!({ "lane": create.lane, "state": state });
            return Err(json!({ "error": { "code": "state.lane_closed", "details": details } }));
        }
        // Its id is free, though no tick has deleted the former one.
        if let Some(past) = create.id.as_ref().and_then(|id| self.by_id.get(id)) {
            self.delete(*past);
            self.seen.insert("an id used again before a tick");
        }
        self.register_lane(&create.lane);
        self.intern_namespace(create.namespace.as_deref());
        let route = (create.lane.clone(), create.kind.clone(), create.required.clone());
        if !self.routes.contains(&route) {
            self.routes.push(route);
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
            grant: None,
            steps: Vec::new(),
            blocked_because: None,
            streams: BTreeMap::new(),
            closure: None,
        });
        assert!(self.by_id.insert(id.clone(), row).is_none(), "the id {id} was minted twice");
        self.open.insert(row);
        self.record(row, now, "created", true, None);
        self.woken(row, false);
        if let Some(key) = key {
            self.dedup.insert(key, Dedup { execution: row, expires_at: now + window_ms });
            self.purge_two_keys(now);
        }
        Ok(json!({ "outcome": "created", "executionId": id, "publicState": self.executions[row].public_state() }))
    }

    /// Contract: states.renew.
    fn renew(&mut self, handle: &Handle, ttl_ms: Option<i64>, now: i64) -> Result<Value, Value> {
        let row = self.gate_held(handle)?;
        Ok(self.extend(row, ttl_ms.unwrap_or_else(|| i64::try_from(handle.ttl_ms).expect("a ttl")), now))
    }

    pub fn extend(&mut self, row: usize, ttl_ms: i64, now: i64) -> Value {
        let one = &mut self.executions[row];
        let until = now + ttl_ms;
        if let Phase::Held { expires_at, .. } = &mut one.phase {
            *expires_at = until;
        }
        one.attempts.last_mut().expect("an attempt").renewed_at = now;
        one.changed_at = now;
        let answer = json!({ "expiresAt": until, "leaseEpoch": one.epoch });
        self.record(row, now, "renewed", false, Some("renewed"));
        answer
    }

    /// A member left out keeps its earlier value, within an attempt. Contract: attempts.progress.
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
            let percent = percent.or(old_percent);
            let detail = json!({ "attemptIndex": attempt_index, "percent": percent, "message": message });
            one.progress = Some(Progress { attempt_index, percent, message, at: now });
            self.replace_progress(row);
            self.record(row, now, PROGRESS, false, None);
            self.tell(&detail);
        }
        Ok(json!({ "leaseExpiresAt": expires_at }))
    }

    /// Contract: states.complete.
    fn complete(&mut self, handle: &Handle, now: i64, result: Payload) -> Result<Value, Value> {
        let pass = self.gate(handle, Some("complete"))?;
        self.complete_let_in(&handle.execution, pass, result, true, now)
    }

    /// What follows for whom the gate let in; the call of a `holder` is answered again.
    pub fn complete_let_in(
        &mut self,
        id: &str,
        pass: Pass,
        result: Payload,
        holder: bool,
        now: i64,
    ) -> Result<Value, Value> {
        let answer = json!({ "executionId": id, "publicState": "completed" });
        let row = match pass {
            Pass::Held(row) => row,
            Pass::Lapsed(_) => return Err(refused("state.lease_expired")),
            Pass::Repeated(_) => return Ok(answer),
        };
        let attempt = self.executions[row].attempts.last_mut().expect("an attempt");
        attempt.finished = holder.then_some(("complete", None));
        attempt.has_result = result.0.is_some();
        attempt.result = Some(result.clone());
        self.executions[row].result = Some(result);
        self.end_attempt(row, "ended_success", now);
        self.enter(row, now, Phase::Ended { outcome: "success" }, "completed", Some("revoked"));
        Ok(answer)
    }

    /// A failure, also by a holder whose lease lapsed. Contract: states.retry, states.fail.
    fn fail(&mut self, fail: &Fail, now: i64, found: &Value) -> Result<Value, Value> {
        let pass = self.gate(&fail.handle, Some("fail"))?;
        let (category, message) = (fail.category.clone(), fail.message.clone());
        let told = Told { class: fail.class, category, message, detail: fail.detail.clone() };
        Ok(self.fail_let_in(
            pass,
            i64::from(fail.handle.attempt_index),
            (&told, (None, fail.retry_at)),
            true,
            (now, found),
        ))
    }

    /// What follows for whom the gate let in, by the policy given or the execution's own.
    pub fn fail_let_in(
        &mut self,
        pass: Pass,
        index: i64,
        (told, (policy, at)): (&Told, (Option<&Retry>, Option<i64>)),
        holder: bool,
        (now, found): (i64, &Value),
    ) -> Value {
        let next = index + 1;
        let scheduled = |at: i64| json!({ "outcome": "retry_scheduled", "delayUntil": at, "nextAttemptIndex": next });
        let row = match pass {
            Pass::Held(row) | Pass::Lapsed(row) => row,
            Pass::Repeated(Some(at)) => return scheduled(at),
            Pass::Repeated(None) => return json!({ "outcome": "terminal_failed" }),
        };
        let category = told.category.clone().unwrap_or_else(|| told.class.to_owned());
        let bounds = match policy {
            Some(policy) => self.retry_bounds_by(Some(policy), row, (told.class, &category), now),
            None => self.retry_bounds(row, told.class, &category, now),
        };
        let bounds = bounds.map(|bounds| at.map_or(bounds, |at| (at.max(now), at.max(now))));
        let until_at = bounds.map(|(low, high)| found["ok"]["delayUntil"].as_i64().unwrap_or(low).clamp(low, high));
        let attempt = self.executions[row].attempts.last_mut().expect("an attempt");
        attempt.finished = holder.then_some(("fail", until_at));
        let message = Some(told.message.clone());
        attempt.failure = Some(Failure { class: told.class, category, message, detail: told.detail.clone() });
        let Some(until_at) = until_at else {
            let lease = self.executions[row].live_fence().map(|_| "revoked");
            self.end_attempt(row, "ended_failure", now);
            self.enter(row, now, Phase::Ended { outcome: "failed" }, "failed", lease);
            return json!({ "outcome": "terminal_failed" });
        };
        self.schedule_retry(row, now, until_at);
        scheduled(until_at)
    }

    /// Contract: states.delay.
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

    /// And let go at once: no execution has children. Contract: states.wait-children, states.unblock.
    fn wait_children(&mut self, handle: &Handle, now: i64) -> Result<Value, Value> {
        let answer = json!({ "executionId": handle.execution, "publicState": "waiting" });
        let row = match self.gate(handle, Some("wait_children"))? {
            Pass::Held(row) => row,
            Pass::Lapsed(_) => return Err(refused("state.lease_expired")),
            Pass::Repeated(_) => return Ok(answer),
        };
        let next = Next::Interrupted;
        self.executions[row].attempts.last_mut().expect("an attempt").finished = Some(("wait_children", None));
        let blocked = Phase::Blocked { next, by: "waiting_for_children" };
        self.enter(row, now, blocked, "waiting_children", Some("revoked"));
        self.enter(row, now, Phase::Waiting { next }, "unblocked", None);
        Ok(answer)
    }

    /// The first that records a name wins.
    fn record_step(&mut self, handle: &Handle, step: Step) -> Result<Value, Value> {
        let row = self.gate_held(handle)?;
        self.touched.insert(row);
        let one = &mut self.executions[row];
        if let Some(known) = one.steps.iter().find(|known| known.name == step.name) {
            return Ok(known.json());
        }
        let answer = step.json();
        let longest_ms = step.at - one.attempts.last().expect("an attempt").started_at;
        one.steps.push(Step { took_ms: step.took_ms.map(|took_ms| took_ms.min(longest_ms)), ..step });
        self.wrote = true;
        Ok(answer)
    }

    /// By the holder. Contract: states.cancel.
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
