//! The model's due actions: all that is due, in the order instant, kind, row, each at its own instant (contract:
//! leases.lapse, attempts.timeout, executions.deadline, time.own-instant).

use crate::model::state::{DueKey, DueKind, Failure, Logged, Model, Next, Phase};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the engine drew by itself while time was applied: the events of the step, and until when executions that are
/// delayed at its end wait.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    pub events: Vec<Value>,
    pub until_at: BTreeMap<String, i64>,
}

impl Drawn {
    /// Until when a retry waits that time itself scheduled at `at`, as far as it can be seen.
    fn retry_until(&self, id: &str, at: i64, (low, high): (i64, i64)) -> i64 {
        let of_it: Vec<&Value> = self.events.iter().filter(|event| event["executionId"] == id).collect();
        let scheduled =
            of_it.iter().position(|event| event["cause"] == "retry_scheduled" && event["at"].as_i64() == Some(at));
        let after = scheduled.and_then(|place| of_it.get(place + 1));
        match after.and_then(|event| event["at"].as_i64()) {
            // Something else ended the delay: any instant that had not come serves.
            Some(next) if after.is_some_and(|event| event["cause"] != "delay_over") => (next + 1).clamp(low, high),
            Some(over) => over,
            None => self.until_at.get(id).copied().unwrap_or(low),
        }
    }
}

impl Model {
    /// Applies what is due at `now`, at most so many actions; answers how many.
    pub fn apply_due(&mut self, now: i64, actions_max: usize, drawn: &Drawn) -> usize {
        let mut applied = 0;
        while applied < actions_max {
            let Some(key) = self.first_due().filter(|key| key.0 <= now) else { break };
            self.act(key, drawn);
            applied += 1;
        }
        applied
    }

    fn act(&mut self, (at, kind, row): DueKey, drawn: &Drawn) {
        self.wrote = true;
        if kind == DueKind::WorkerTtl {
            return self.sweep(row, at);
        }
        self.touched.insert(row);
        match (kind, self.executions[row].phase) {
            (DueKind::Deadline, _) => self.expire(row, at, "deadline_passed", "execution_deadline"),
            (DueKind::AttemptTimeout, _) => self.time_out(row, at, drawn),
            (DueKind::LeaseExpiry, _) => {
                let backoff_until = lapse_backoff(self.executions[row].lapses + 1).map(|ms| at + ms);
                let phase = Phase::Lapsed { expired_at: at, backoff_until };
                self.enter(row, at, phase, "lease_expired", Some("expired"));
            }
            (DueKind::Delay, Phase::Delayed { next, .. }) => {
                self.enter(row, at, Phase::Waiting { next }, "delay_over", None);
            }
            (DueKind::Delay, Phase::Waiting { .. } | Phase::Lapsed { .. }) => self.release(row, at),
            (DueKind::Delay | DueKind::WorkerTtl, _) => panic!("a delay is due where there is none"),
        }
    }

    /// The back-off after repeated lapses is over, or a grant is.
    fn release(&mut self, row: usize, at: i64) {
        let one = &mut self.executions[row];
        if let Some(grant) = &mut one.grant {
            grant.live &= grant.expires_at >= at;
            if !grant.live {
                self.seen.insert("a grant that is over");
            }
        }
        if let Phase::Lapsed { backoff_until, .. } = &mut one.phase {
            *backoff_until = backoff_until.filter(|until| *until > at);
        }
        self.woken(row, false);
    }

    /// A lease event only where a lease was live. Contract: states.expire.
    fn expire(&mut self, row: usize, at: i64, cause: &'static str, reason: &str) {
        let lease = self.executions[row].live_fence().map(|_| "expired");
        if let Some(attempt) = self.executions[row].attempts.last_mut() {
            attempt.expired |= attempt.ended.is_none();
        }
        self.end_attempt(row, "ended_failure", at);
        self.executions[row].ending = Some((reason.to_owned(), None));
        self.enter(row, at, Phase::Ended { outcome: "expired" }, cause, lease);
    }

    /// A failure of class timeout while retries are left, else the end. Contract: states.expire.
    fn time_out(&mut self, row: usize, at: i64, drawn: &Drawn) {
        let bounds = self.retry_bounds(row, "timeout", "timeout", at);
        let failure = Failure { class: "timeout", category: "timeout".to_owned(), message: None, detail: None };
        self.executions[row].attempts.last_mut().expect("an attempt").failure = Some(failure);
        let Some(bounds) = bounds else { return self.expire(row, at, "attempt_timed_out", "attempt_timeout") };
        let until_at = drawn.retry_until(&self.executions[row].id, at, bounds);
        assert!(
            (bounds.0..=bounds.1).contains(&until_at),
            "{}: retried at {until_at}, not within {bounds:?}",
            self.executions[row].id
        );
        self.schedule_retry(row, at, until_at);
    }

    /// Contract: states.retry.
    pub fn schedule_retry(&mut self, row: usize, at: i64, until_at: i64) {
        let lease = self.executions[row].live_fence().map(|_| "revoked");
        self.end_attempt(row, "ended_failure", at);
        self.executions[row].retry_count += 1;
        self.enter(row, at, Phase::Delayed { next: Next::Retry, until_at }, "retry_scheduled", lease);
    }

    /// `accept_clock`: what lies ahead of engine time moves back with it, what lies between the host's clock and it becomes
    /// the host's, and what lies before stays. Answers by how much.
    pub fn accept_clock(&mut self, host_now: i64) -> i64 {
        let ahead = self.stored_instant.max(host_now) - host_now;
        if ahead == 0 {
            return 0;
        }
        let back = |at: &mut i64| *at = (*at).min(host_now).max(*at - ahead);
        for one in &mut self.executions {
            one.shift(&back, host_now, ahead);
        }
        for logged in &mut self.log {
            let at = logged.event["at"].as_i64().expect("an instant");
            logged.event["at"] = Value::from(at.min(host_now));
        }
        for worker in self.workers.values_mut() {
            [&mut worker.registered_at, &mut worker.heard_at, &mut worker.expires_at].into_iter().for_each(back);
        }
        self.dedup.values_mut().for_each(|one| back(&mut one.expires_at));
        self.requests.values_mut().filter(|one| one.expires_at > host_now).for_each(|one| {
            back(&mut one.expires_at);
            back_in(&mut one.answer, &back);
        });
        let event = json!({
            "at": host_now, "executionId": null, "namespace": "default", "cause": "clock_accepted", "publicState": null,
            "state": null, "completion": null, "lease": null, "leaseId": null, "leaseEpoch": null, "workerId": null,
            "workerInstanceId": null, "detail": { "byMs": ahead },
        });
        self.log.push(Logged { row: None, event, attempts: 0, replaced: false });
        self.last_instant = host_now;
        self.stored_instant = host_now;
        self.accepted_ms += ahead;
        ahead
    }

    /// Two kept answers that are over go for each that comes.
    pub fn purge_two_requests(&mut self, now: i64) {
        for id in first_two(self.requests.iter().map(|(id, one)| (one.expires_at, id.clone())), now) {
            self.requests.remove(&id);
        }
    }

    /// Two idempotency keys that are over go for each that comes.
    pub fn purge_two_keys(&mut self, now: i64) {
        for key in first_two(self.dedup.iter().map(|(key, one)| (one.expires_at, key.clone())), now) {
            self.dedup.remove(&key);
        }
    }

    /// Deletes what expired; answers whether there was anything.
    pub fn purge(&mut self, now: i64) {
        let before = self.dedup.len() + self.requests.len();
        self.dedup.retain(|_, one| one.expires_at > now);
        self.requests.retain(|_, one| one.expires_at > now);
        self.wrote |= self.dedup.len() + self.requests.len() < before;
    }
}

impl crate::model::state::Execution {
    fn shift(&mut self, back: &impl Fn(&mut i64), host_now: i64, ahead: i64) {
        let optional = [&mut self.deadline_at, &mut self.started_at, &mut self.ended_at];
        optional.into_iter().flatten().for_each(back);
        back(&mut self.created_at);
        back(&mut self.changed_at);
        match &mut self.phase {
            Phase::Waiting { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => {}
            Phase::Delayed { until_at, .. } => back(until_at),
            Phase::Held { expires_at, timeout_at } => {
                back(expires_at);
                timeout_at.iter_mut().for_each(back);
            }
            Phase::Lapsed { expired_at, backoff_until } => {
                back(expired_at);
                backoff_until.iter_mut().for_each(back);
            }
        }
        for attempt in &mut self.attempts {
            back(&mut attempt.started_at);
            back(&mut attempt.renewed_at);
            attempt.ended.iter_mut().for_each(|(_, at)| back(at));
            attempt.finished.iter_mut().filter_map(|(_, at)| at.as_mut()).for_each(back);
        }
        if let Some(grant) = &mut self.grant {
            // Good at its last instant: one that was over stays over.
            grant.expires_at = grant.expires_at.min(host_now - 1).max(grant.expires_at - ahead);
        }
        self.steps.iter_mut().for_each(|step| back(&mut step.at));
        self.streams.values_mut().for_each(|stream| stream.shift(back));
        self.closure.iter_mut().for_each(|(closed_at, _)| back(closed_at));
        self.progress.iter_mut().for_each(|progress| back(&mut progress.at));
    }
}

/// The instants in a kept answer: numbers that are called something `At` or `Until`.
fn back_in(answer: &mut Value, back: &impl Fn(&mut i64)) {
    match answer {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_i64() {
                    Some(mut at) if name.ends_with("At") || name.ends_with("Until") => {
                        back(&mut at);
                        *member = Value::from(at);
                    }
                    _ => back_in(member, back),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| back_in(item, back)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// None after the first lapse in a row, then 1 s doubling to 60 s.
fn lapse_backoff(lapses: i64) -> Option<i64> {
    let mut backoff = 1_000;
    for _ in 2..lapses {
        backoff = (backoff * 2).min(60_000);
    }
    (lapses >= 2).then_some(backoff)
}

/// The two that were over first.
fn first_two<K: Ord>(all: impl Iterator<Item = (i64, K)>, now: i64) -> Vec<K> {
    let mut over: Vec<_> = all.filter(|(expires_at, _)| *expires_at <= now).collect();
    over.sort();
    over.into_iter().take(2).map(|(_, key)| key).collect()
}
