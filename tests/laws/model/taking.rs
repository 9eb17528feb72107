//! How an execution is taken in the model, by whatever way (contract: claims.kinds, retries.takeover, retries.cap,
//! states.claim, states.resume, states.reclaim, states.over-cap).

use crate::calls::handle::Handle;
use crate::calls::op::{Claim, Wish};
use crate::calls::protocol::Fence;
use crate::calls::protocol::Taker;
use crate::model::state::{Attempt, Execution, Model, Next, Phase, count};
use serde_json::{Value, json};

impl Model {
    /// The executions that a claim may take, in order.
    pub fn claim_order(&self, wish: Wish<'_>) -> Vec<usize> {
        self.in_order(wish, Execution::claimable)
    }

    /// Those in open lanes that a claim names and covers, of its kinds, in the order of claims.
    fn in_order(&self, wish: Wish<'_>, stands: impl Fn(&Execution) -> bool) -> Vec<usize> {
        let mut rows: Vec<&Execution> = self
            .open
            .iter()
            .map(|row| &self.executions[*row])
            .filter(|one| stands(one) && self.lane_claims(&one.made.lane))
            .filter(|one| wish.lanes.contains(&one.made.lane) && one.made.required.is_subset(wish.offered))
            .filter(|one| wish.kinds.is_none_or(|kinds| kinds.contains(&one.made.kind)))
            .collect();
        rows.sort_by_key(|one| (-one.priority, one.row));
        rows.into_iter().map(|one| one.row).collect()
    }

    /// The first of the claim order; those whose leases lapsed too often end on the way.
    pub fn claim(&mut self, claim: &Claim, now: i64, found: &Value) -> Value {
        self.lift(claim.wish(), now);
        for row in self.claim_order(claim.wish()) {
            let one = &self.executions[row];
            if matches!(one.phase, Phase::Lapsed { .. }) && one.reclaim_count >= one.reclaims_max() {
                self.give_up(row, now);
            } else {
                return self.take(row, &claim.taker(), false, now, &found["ok"]);
            }
        }
        Value::Null
    }

    /// Contract: states.over-cap.
    pub fn give_up(&mut self, row: usize, now: i64) {
        self.end_attempt(row, "interrupted_reclaimed", now);
        self.executions[row].ending = Some(("reclaim_cap_exceeded".to_owned(), None));
        self.enter(row, now, Phase::Ended { outcome: "failed" }, "failed", Some("revoked"));
    }

    /// A covering worker's claim lets go what waits for a capable worker in the open lanes that it names, of its kinds.
    pub fn lift(&mut self, wish: Wish<'_>, now: i64) {
        let blocked = |one: &Execution| matches!(one.phase, Phase::Blocked { by: "waiting_for_capable_worker", .. });
        for row in self.in_order(wish, blocked) {
            if let Phase::Blocked { next, .. } = self.executions[row].phase {
                self.enter(row, now, Phase::Waiting { next }, "unblocked", None);
                self.seen.insert("a lift of a route's block");
            }
        }
    }

    /// Takes over what waits; what has lapsed goes on where its claim `resumes` it. Contract: states.claim,
    /// states.resume, states.reclaim.
    pub fn take(&mut self, row: usize, taker: &Taker, resumes: bool, now: i64, found: &Value) -> Value {
        let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
        let handle = Handle::decode(&text("handle"));
        let instance =
            self.instance_of(taker.instance.as_ref(), handle.as_ref().map(|handle| handle.instance.as_str()));
        let ttl_ms = taker.ttl_ms.unwrap_or(30_000);
        let one = &mut self.executions[row];
        one.epoch += 1;
        one.started_at = one.started_at.or(Some(now));
        let named = |id: &Option<String>, member: &str| id.clone().unwrap_or_else(|| text(member));
        let (lease_id, attempt_id) = (named(&taker.lease_id, "leaseId"), named(&taker.attempt_id, "attemptId"));
        let fence = Fence { lease_id, epoch: one.epoch, attempt_id };
        let goes_on = matches!(one.phase, Phase::Waiting { next: Next::Interrupted }) || resumes;
        if resumes {
            self.seen.insert("a lapsed attempt that goes on");
        }
        let (timeout_at, kind, cause, event) = if goes_on {
            let event = if resumes { "reclaimed" } else { "acquired" };
            (self.go_on(row, taker, fence, instance, now), 2, "resumed", event)
        } else {
            let reclaims = matches!(one.phase, Phase::Lapsed { .. });
            let timeout_at = self.start(row, taker, fence, instance, now);
            if reclaims { (timeout_at, 4, "reclaimed", "reclaimed") } else { (timeout_at, 1, "claimed", "acquired") }
        };
        self.enter(row, now, Phase::Held { expires_at: now + ttl_ms, timeout_at }, cause, Some(event));
        claimed(&self.executions[row], kind, ttl_ms)
    }

    /// A new attempt; answers when it times out.
    fn start(&mut self, row: usize, taker: &Taker, fence: Fence, instance: String, now: i64) -> Option<i64> {
        self.end_attempt(row, "interrupted_reclaimed", now);
        let one = &mut self.executions[row];
        let kind = match one.phase {
            Phase::Lapsed { .. } => "reclaim",
            Phase::Waiting { next: Next::Retry } => "retry",
            Phase::Waiting { next: Next::Replay } => "replay",
            Phase::Waiting { .. }
            | Phase::Delayed { .. }
            | Phase::Blocked { .. }
            | Phase::Held { .. }
            | Phase::Ended { .. } => "initial",
        };
        one.reclaim_count += i64::from(kind == "reclaim");
        one.attempts.push(Attempt {
            kind,
            fence,
            worker: taker.worker.clone(),
            instance,
            connection: self.connection,
            started_at: now,
            renewed_at: now,
            ended: None,
            timeout_left_ms: None,
            finished: None,
            failure: None,
            has_result: false,
            result: None,
            expired: false,
        });
        one.made.attempt_timeout_ms.map(|ms| now + ms)
    }

    /// The interrupted attempt under another lease; answers when it times out.
    fn go_on(&mut self, row: usize, taker: &Taker, fence: Fence, instance: String, now: i64) -> Option<i64> {
        let connection = self.connection;
        let attempt = self.executions[row].attempts.last_mut().expect("the interrupted attempt");
        attempt.connection = connection;
        let attempt_id = std::mem::take(&mut attempt.fence.attempt_id);
        attempt.fence = Fence { attempt_id, ..fence };
        taker.worker.clone_into(&mut attempt.worker);
        attempt.instance = instance;
        attempt.renewed_at = now;
        attempt.finished = None;
        attempt.timeout_left_ms.take().map(|left_ms| now + left_ms)
    }

    /// The instance named, or the one that was minted for this opening of the engine.
    pub fn instance_of(&mut self, named: Option<&String>, found: Option<&str>) -> String {
        if let Some(named) = named {
            return named.clone();
        }
        self.instance.get_or_insert_with(|| found.unwrap_or_default().to_owned()).clone()
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
    // The first lease finds none, and nothing is told where there is nothing.
    let steps: Option<Vec<Value>> =
        (!one.steps.is_empty()).then(|| one.steps.iter().map(crate::model::state::Step::json).collect());
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
        "steps": steps,
    })
}
