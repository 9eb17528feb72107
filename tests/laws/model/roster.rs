//! Lanes and the registry of workers in the model (contract: lanes.states, workers.is-who, workers.sweep).

use crate::calls::registry::{Register, Registry};
use crate::model::answer::refused;
use crate::model::state::{Logged, Model, Phase, Worker};
use serde_json::{Value, json};

impl Model {
    pub fn registry(&mut self, registry: &Registry, now: i64, found: &Value) -> Result<Value, Value> {
        match registry {
            Registry::SetLane { lane, state } => Ok(self.set_lane(lane, state)),
            Registry::Register(one) => self.register(one, now, found),
            Registry::Heartbeat { instance, namespace } => {
                Ok(self.heartbeat(instance.as_ref(), namespace.as_deref(), now))
            }
            Registry::MarkDead { instance, namespace, reason, release } => {
                Ok(self.mark_dead(instance, namespace.as_deref(), (reason, *release), now))
            }
            Registry::Lanes { cursor, limit } => Ok(self.list_lanes(cursor.as_deref(), *limit)),
            Registry::Leases { as_of, cursor, limit, namespace } => {
                Ok(self.list_leases(as_of.unwrap_or(now), cursor.as_deref(), *limit, namespace.as_deref()))
            }
            Registry::Explain { id, lanes, kinds, offered } => {
                Ok(self.explain(id, lanes.as_deref(), kinds.as_deref(), offered.as_ref()))
            }
            Registry::Workers { namespace, cursor, limit } => {
                Ok(self.list_workers(namespace.as_deref(), cursor.as_deref(), *limit))
            }
        }
    }

    pub fn register_lane(&mut self, lane: &str) {
        if !self.lanes.contains_key(lane) {
            self.lanes.insert(lane.to_owned(), "active");
            self.wrote = true;
        }
    }

    /// Whether a lane lets executions be claimed.
    pub fn lane_claims(&self, lane: &str) -> bool {
        !["paused", "disabled"].contains(&self.lane_state(lane))
    }

    pub fn lane_state(&self, lane: &str) -> &'static str {
        self.lanes.get(lane).copied().unwrap_or("active")
    }

    /// The place of a namespace, made if it is new.
    pub fn intern_namespace(&mut self, name: Option<&str>) -> usize {
        let name = name.unwrap_or("default");
        self.namespace(name).unwrap_or_else(|| {
            self.namespaces.push(name.to_owned());
            self.namespaces.len()
        })
    }

    pub fn namespace(&self, name: &str) -> Option<usize> {
        self.namespaces.iter().position(|known| known == name).map(|place| place + 1)
    }

    fn set_lane(&mut self, lane: &str, state: &'static str) -> Value {
        self.register_lane(lane);
        let claimed = self.lane_claims(lane);
        let previous = self.lanes.insert(lane.to_owned(), state);
        self.wrote |= previous != Some(state);
        if !claimed && self.lane_claims(lane) {
            self.opened.insert(lane.to_owned());
        }
        json!({ "lane": lane, "state": state, "previousState": previous })
    }

    /// The key of a registered worker.
    fn registered(&self, instance: &str, namespace: Option<&str>) -> Option<(String, usize)> {
        let key = (instance.to_owned(), self.namespace(namespace.unwrap_or("default"))?);
        self.workers.contains_key(&key).then_some(key)
    }

    fn register(&mut self, one: &Register, now: i64, found: &Value) -> Result<Value, Value> {
        let instance = self.instance_of(one.instance.as_ref(), found["ok"]["workerInstanceId"].as_str());
        let known = self.registered(&instance, one.namespace.as_deref()).map(|key| self.workers[&key].clone());
        if known.as_ref().is_some_and(|known| known.name != one.worker) {
            return Err(refused("validation.invalid_input"));
        }
        let place = self.intern_namespace(one.namespace.as_deref());
        let next_row = self.workers.values().map(|worker| worker.row).max().unwrap_or(0) + 1;
        let worker = Worker {
            row: known.as_ref().map_or(next_row, |known| known.row),
            name: one.worker.clone(),
            instance: instance.clone(),
            namespace: one.namespace.clone().unwrap_or_else(|| "default".to_owned()),
            lanes: one.lanes.iter().cloned().collect(),
            offered: one.offered.clone(),
            ttl_ms: one.ttl_ms.unwrap_or(60_000),
            registered_at: known.as_ref().map_or(now, |known| known.registered_at),
            heard_at: now,
            expires_at: now + one.ttl_ms.unwrap_or(60_000),
        };
        self.tell_worker(&worker, now, "worker_registered", "");
        let expires_at = worker.expires_at;
        let outcome = if known.is_some() { "refreshed" } else { "registered" };
        let answer = json!({ "outcome": outcome, "workerInstanceId": instance, "expiresAt": expires_at });
        self.workers.insert((instance, place), worker);
        Ok(answer)
    }

    fn heartbeat(&mut self, instance: Option<&String>, namespace: Option<&str>, now: i64) -> Value {
        // Nobody registered under an instance that was never seen.
        let instance = instance.cloned().or_else(|| self.instance.clone()).unwrap_or_default();
        let Some(key) = self.registered(&instance, namespace) else { return json!({ "outcome": "not_registered" }) };
        let worker = self.workers.get_mut(&key).expect("a registered worker");
        worker.heard_at = now;
        worker.expires_at = now + worker.ttl_ms;
        let worker = worker.clone();
        self.tell_worker(&worker, now, "worker_heartbeat", "");
        json!({ "outcome": "refreshed", "expiresAt": now + worker.ttl_ms })
    }

    /// For every lease that the worker holds, where they are to be released. Contract: states.revoke.
    fn mark_dead(
        &mut self,
        instance: &str,
        namespace: Option<&str>,
        (reason, release): (&str, bool),
        now: i64,
    ) -> Value {
        let Some(key) = self.registered(instance, namespace) else { return json!({ "outcome": "not_registered" }) };
        let worker = self.workers.remove(&key).expect("a registered worker");
        self.tell_worker(&worker, now, "worker_marked_dead", reason);
        let mut held: Vec<(i64, usize)> = Vec::new();
        for row in self.open.iter().filter(|_| release) {
            let one = &self.executions[*row];
            let of_it = |at: &crate::model::state::Attempt| at.instance == worker.instance && at.worker == worker.name;
            if let (Phase::Held { expires_at, .. }, true) = (one.phase, one.attempts.last().is_some_and(of_it)) {
                held.push((expires_at, *row));
            }
        }
        held.sort_unstable();
        for (_, row) in &held {
            self.release_lease(*row, now, reason);
        }
        json!({ "outcome": "marked", "releasedLeases": held.len() })
    }

    /// Takes the worker of a row from the registry: it was not heard of for too long.
    pub fn sweep(&mut self, row: usize, at: i64) {
        let key = self.workers.iter().find(|(_, worker)| worker.row == row).map(|(key, _)| key.clone());
        let worker = key.and_then(|key| self.workers.remove(&key)).expect("a registered worker");
        self.tell_worker(&worker, at, "worker_swept", "");
    }

    fn tell_worker(&mut self, worker: &Worker, at: i64, cause: &str, reason: &str) {
        let event = json!({
            "at": at,
            "executionId": null,
            "namespace": worker.namespace,
            "cause": cause,
            "publicState": null,
            "state": null,
            "completion": null,
            "lease": null,
            "leaseId": null,
            "leaseEpoch": null,
            "workerId": worker.name,
            "workerInstanceId": worker.instance,
            "detail": if reason.is_empty() { Value::Null } else { json!({ "reason": reason }) },
        });
        self.log.push(Logged { row: None, event, attempts: 0, replaced: false });
        self.wrote = true;
    }
}
