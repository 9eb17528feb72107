//! What random walks met: a default run that misses some of it says too little.

use crate::model::state::Model;
use serde_json::Value;
use std::collections::BTreeSet;

/// Causes of events, refusals, outcomes and kinds in answers, reasons of endings.
const WANTED: [&str; 94] = [
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
    "woken",
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
    "a lease given back by a close",
    "a replay at or past its deadline",
    "a deadline lifted by a replay",
    "blocked",
    "unblocked",
    "waiting_children",
    "worker_registered",
    "worker_heartbeat",
    "worker_marked_dead",
    "worker_swept",
    "registered",
    "refreshed",
    "marked",
    "not_registered",
    "a worker marked dead that held leases",
    "granted",
    "no_work",
    "not_reclaimable",
    "grant_not_found",
    "reclaim_cap_exceeded by reclaim_execution",
    "reclaim_cap_exceeded by issue_reclaim_grant",
    "claimed by claim_execution",
    "claimed by claim_resumed_execution",
    "claimed by claim_from_resume_grant",
    "claimed by issue_grant_and_claim",
    "claimed by reclaim_execution",
    "a lapsed attempt that goes on",
    "a lift of a route's block",
    "a claim that hands back steps",
    "a grant that is over",
    "a grant in place of one that is over",
    "not_found.attempt",
    "contention.execution_not_leaseable",
    "contention.use_claim_resumed_execution",
    "contention.not_a_resumed_execution",
    "contention.invalid_claim_grant",
    "contention.claim_grant_expired",
    "state.grant_already_exists",
    "state.lane_closed",
    "validation.capability_mismatch",
    "claimable",
    "leased",
    "terminal",
    "not_found",
    "blocked_by_route",
    "blocked_by_budget",
    "blocked_by_quota",
    "blocked_by_operator",
    "lane_paused",
    "lane_disabled",
    "missing_capability",
    "other_lane",
    "an id used again before a tick",
    "state.stream_closed",
    "state.stale_owner_cannot_append",
    "state.cursor_too_old",
    "an execution that a tick deleted",
    "an event that a tick deleted",
];

#[derive(Debug, Default)]
pub struct Met(BTreeSet<String>);

impl Met {
    pub fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn answer(&mut self, op: &str, answer: &Value) {
        let (error, ok) = (&answer["error"], &answer["ok"]);
        if ok["outcome"] == "reclaim_cap_exceeded" {
            self.0.insert(format!("reclaim_cap_exceeded by {op}"));
        }
        if ok["handle"].is_string() {
            self.0.insert(format!("claimed by {op}"));
        }
        let released = ok["releasedLeases"].as_u64().is_some_and(|count| count > 0);
        let facts = [
            (released, "a worker marked dead that held leases"),
            (ok["handle"].is_string() && ok["steps"].is_array(), "a claim that hands back steps"),
        ];
        self.0.extend(facts.into_iter().filter(|(met, _)| *met).map(|(_, name)| name.to_owned()));
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
        self.0.extend(model.seen.iter().map(|fact| (*fact).to_owned()));
    }

    pub fn has(&self, fact: &str) -> bool {
        self.0.contains(fact)
    }

    pub fn missed(&self) -> Vec<&'static str> {
        WANTED.into_iter().filter(|name| !self.0.contains(*name)).collect()
    }
}
