//! What random walks met: a default run that misses some of it says too little.

use crate::model::Model;
use serde_json::Value;
use std::collections::BTreeSet;

/// Causes of events, refusals, outcomes and kinds in answers, reasons of endings.
const WANTED: [&str; 36] = [
    "created",
    "claimed",
    "resumed",
    "reclaimed",
    "renewed",
    "completed",
    "failed",
    "retry_scheduled",
    "cancelled",
    "delayed",
    "lease_expired",
    "lease_revoked",
    "delay_over",
    "deadline_passed",
    "attempt_timed_out",
    "replayed",
    "priority_changed",
    "validation.invalid_input",
    "contention.lease_conflict",
    "contention.execution_not_active",
    "contention.execution_not_eligible",
    "state.lease_expired",
    "state.lease_revoked",
    "state.stale_lease",
    "state.execution_not_terminal",
    "state.max_replays_exhausted",
    "not_found.execution",
    "reclaim_cap_exceeded",
    "replay",
    "revoked",
    "already_satisfied",
    "no_active_lease",
    "already_expired",
    "different_worker_instance_id",
    "lease_id_mismatch",
    "a replay at or past its deadline",
];

#[derive(Debug, Default)]
pub struct Met(BTreeSet<String>);

impl Met {
    pub fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn answer(&mut self, answer: &Value) {
        let (error, ok) = (&answer["error"], &answer["ok"]);
        let words = [&error["code"], &ok["outcome"], &ok["reason"], &ok["attemptType"]];
        self.0.extend(words.into_iter().filter_map(Value::as_str).map(str::to_owned));
    }

    pub fn events(&mut self, events: &[Value]) {
        self.0.extend(events.iter().filter_map(|event| event["cause"].as_str()).map(str::to_owned));
        let ends_at_once = |pair: &[Value]| {
            pair[0]["cause"] == "replayed"
                && pair[1]["cause"] == "deadline_passed"
                && pair[0]["executionId"] == pair[1]["executionId"]
                && pair[0]["at"] == pair[1]["at"]
        };
        if events.windows(2).any(ends_at_once) {
            self.0.insert("a replay at or past its deadline".to_owned());
        }
    }

    pub fn endings(&mut self, model: &Model) {
        let reasons = model.executions.iter().filter_map(|one| one.ending.as_ref().map(|(reason, _)| reason.clone()));
        self.0.extend(reasons);
    }

    pub fn missed(&self) -> Vec<&'static str> {
        WANTED.into_iter().filter(|name| !self.0.contains(*name)).collect()
    }
}
