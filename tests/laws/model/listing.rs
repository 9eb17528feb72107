//! What the model expects listings to say: lanes, workers, leases, what can be claimed, and why something cannot
//! (contract: protocol.scan, leases.list-pages, workers.list, claims.explain).

use crate::calls::op::Wish;
use crate::model::picture::{eligibility, order_of};
use crate::model::state::{Execution, Model, Phase, count};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A page of what is listed and whether more remains.
fn page<T>(mut all: Vec<T>, limit: i64) -> (Vec<T>, bool) {
    let size = usize::try_from(limit.min(1_000)).expect("a limit");
    let more = size > 0 && all.len() > size;
    all.truncate(size);
    (all, more)
}

impl Model {
    /// What of a lane can be claimed, in the order of claims.
    pub fn scan(&self, lane: &str, limit: i64) -> Value {
        let all: BTreeSet<String> = self.routes.iter().flat_map(|(.., required)| required.clone()).collect();
        let (rows, _) = page(self.claim_order(Wish { lanes: &[lane.to_owned()], kinds: None, offered: &all }), limit);
        let ids: Vec<&str> = rows.iter().map(|row| self.executions[*row].id.as_str()).collect();
        json!({ "executionIds": ids })
    }

    pub fn list_lanes(&self, cursor: Option<&str>, limit: Option<i64>) -> Value {
        let after = self.lanes.iter().filter(|(name, _)| cursor.is_none_or(|cursor| name.as_str() > cursor));
        let (lanes, more) = page(after.collect(), limit.unwrap_or(100));
        let next = lanes.last().filter(|_| more).map(|(name, _)| name);
        let lanes: Vec<Value> = lanes.iter().map(|(name, state)| json!({ "lane": name, "state": state })).collect();
        json!({ "lanes": lanes, "nextCursor": next })
    }

    /// In the order of instances, then of namespaces as they came up; within one namespace an instance comes once.
    pub fn list_workers(&self, namespace: Option<&str>, cursor: Option<&str>, limit: Option<i64>) -> Value {
        let after = cursor.and_then(|cursor| cursor.split_once('/'));
        let after = after.map(|(place, instance)| (instance.to_owned(), place.parse::<usize>().expect("a place")));
        let all =
            self.workers.iter().filter(|(_, worker)| namespace.is_none_or(|name| worker.namespace == name)).filter(
                |(key, _)| match &after {
                    Some(after) if namespace.is_some() => key.0 > after.0,
                    Some(after) => *key > after,
                    None => true,
                },
            );
        let (found, more) = page(all.collect(), limit.unwrap_or(1_000));
        let next = found.last().filter(|_| more).map(|((instance, place), _)| format!("{place}/{instance}"));
        let workers: Vec<Value> = found
            .iter()
            .map(|(_, worker)| {
                json!({
                    "workerId": worker.name,
                    "workerInstanceId": worker.instance,
                    "namespace": worker.namespace,
                    "lanes": worker.lanes,
                    "capabilities": worker.offered,
                    "lastHeartbeatAt": worker.heard_at,
                    "livenessTtlMs": worker.ttl_ms,
                    "expiresAt": worker.expires_at,
                    "registeredAt": worker.registered_at,
                })
            })
            .collect();
        json!({ "workers": workers, "nextCursor": next })
    }

    /// By expiry, then in the order of ids.
    pub fn list_leases(&self, as_of: i64, cursor: Option<&str>, limit: Option<i64>, namespace: Option<&str>) -> Value {
        let after = cursor.and_then(|cursor| cursor.split_once('/'));
        let after = after.map(|(at, id)| (at.parse::<i64>().expect("an instant"), order_of(id)));
        let mut all: Vec<_> = self
            .open
            .iter()
            .map(|row| &self.executions[*row])
            .filter(|one| namespace.is_none_or(|name| one.made.namespace.as_deref().unwrap_or("default") == name))
            .filter_map(|one| Some(((one.lease_ends_at()?, order_of(&one.id)), one)))
            .filter(|(key, _)| key.0 <= as_of && after.as_ref().is_none_or(|after| key > after))
            .collect();
        all.sort_by(|left, right| left.0.cmp(&right.0));
        let (found, more) = page(all, limit.unwrap_or(1_000));
        let next = found.last().filter(|_| more).map(|((at, _), one)| format!("{at}/{}", one.id));
        let entries: Vec<Value> = found.iter().map(|((at, _), one)| one.lease_entry(*at)).collect();
        json!({ "entries": entries, "nextCursor": next })
    }

    /// In one word; the sentence is for people.
    pub fn explain(
        &self,
        id: &str,
        lanes: Option<&[String]>,
        kinds: Option<&[String]>,
        offered: Option<&BTreeSet<String>>,
    ) -> Value {
        let reason = self.find(id).map_or("not_found", |one| self.why(one, (lanes, kinds), offered));
        json!({ "reason": reason })
    }

    fn why(
        &self,
        one: &Execution,
        (lanes, kinds): (Option<&[String]>, Option<&[String]>),
        offered: Option<&BTreeSet<String>>,
    ) -> &'static str {
        match one.phase {
            Phase::Waiting { .. } | Phase::Lapsed { .. } if one.reserved() => "granted",
            Phase::Delayed { .. } | Phase::Lapsed { backoff_until: Some(_), .. } => "delayed",
            Phase::Blocked { by, .. } if by != "waiting_for_capable_worker" || offered.is_none() => eligibility(by),
            Phase::Held { .. } => "leased",
            Phase::Ended { .. } => "terminal",
            // The claim of a worker that offers what is required lets a blocked route go.
            Phase::Waiting { .. } | Phase::Lapsed { .. } | Phase::Blocked { .. } => {
                match self.lane_state(&one.made.lane) {
                    "paused" => "lane_paused",
                    "disabled" => "lane_disabled",
                    _ if lanes.is_some_and(|lanes| !lanes.contains(&one.made.lane)) => "other_lane",
                    _ if kinds.is_some_and(|kinds| !kinds.contains(&one.made.kind)) => "other_kind",
                    _ if offered.is_some_and(|offered| !one.made.required.is_subset(offered)) => "missing_capability",
                    _ => "claimable",
                }
            }
        }
    }
}

impl Execution {
    /// When the lease runs out, or ran out, while it is active.
    fn lease_ends_at(&self) -> Option<i64> {
        match self.phase {
            Phase::Held { expires_at, .. } => Some(expires_at),
            Phase::Lapsed { expired_at, .. } => Some(expired_at),
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => None,
        }
    }

    fn lease_entry(&self, expires_at: i64) -> Value {
        let attempt = self.attempts.last().expect("an attempt under a lease");
        json!({
            "executionId": self.id,
            "lane": self.made.lane,
            "kind": self.made.kind,
            "leaseId": attempt.fence.lease_id,
            "leaseEpoch": attempt.fence.epoch,
            "workerId": attempt.worker,
            "workerInstanceId": attempt.instance,
            "attemptIndex": count(&self.attempts) - 1,
            "expiresAt": expires_at,
            "lapsed": matches!(self.phase, Phase::Lapsed { .. }),
        })
    }
}
