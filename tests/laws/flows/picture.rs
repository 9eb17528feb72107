//! What reads of flows answer in the model (contract: flows.describe, flows.list, flows.graph, edges.eligibility).

use super::cascade::verdict_of;
use super::model::{EdgeState, Group, GroupState, Model, Need, Phase, text};
use super::standing::outcome_of;
use crate::model::finding::STATES;
use serde_json::{Value, json};

impl Group {
    pub fn policy_json(&self) -> Value {
        let on_satisfied = if self.policy.let_run { "let_run" } else { "cancel_remaining" };
        match self.policy.need {
            Need::All => json!({ "kind": "all_of" }),
            Need::Any => json!({ "kind": "any_of", "onSatisfied": on_satisfied }),
            Need::Quorum(k) => json!({ "kind": "quorum", "k": k, "onSatisfied": on_satisfied }),
        }
    }

    fn state_word(&self) -> &'static str {
        match self.state {
            GroupState::Pending => "pending",
            GroupState::Satisfied => "satisfied",
            GroupState::Impossible => "impossible",
        }
    }

    fn json(&self) -> Value {
        json!({
            "policy": self.policy_json(),
            "total": self.total,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "skipped": self.skipped,
            "state": self.state_word(),
        })
    }
}

impl EdgeState {
    pub fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Staged => ("pending", None),
            Self::Applied => ("applied", None),
            Self::Satisfied(end) => ("satisfied", Some(outcome_of(end))),
            Self::Impossible(end) => ("impossible", Some(outcome_of(end))),
        }
    }
}

impl Model {
    /// The parts of an execution's snapshot that flows have to do with.
    pub fn snapshot(&self, row: usize) -> Value {
        let one = &self.members[row];
        let attempts: Vec<Value> = one
            .attempts
            .iter()
            .enumerate()
            .map(|(index, attempt)| {
                let open = if one.active() { "started" } else { "suspended" };
                json!({ "attemptIndex": index, "lifecycle": attempt.ended.unwrap_or(open) })
            })
            .collect();
        let state = self.blocking_reason(row).map_or(json!({}), |reason| json!({ "blockingReason": reason }));
        json!({
            "executionId": one.id,
            "publicState": one.public_state(),
            "state": state,
            "flowId": one.flow.map(|flow| &self.flows[flow].id),
            "attempts": attempts,
            "replayCount": one.replay_count,
            "createdAt": one.created_at,
            "startedAt": one.started_at,
            "completedAt": one.ended_at,
        })
    }

    /// What the step at hand told, as it is read now: an event of a member names its flow, whenever that joined.
    /// Contract: events.names.
    pub fn told(&self) -> Value {
        let named = |event: &Value| {
            let mut event = event.clone();
            if let Some(row) = event["executionId"].as_str().and_then(|id| self.find(id).ok()) {
                event["flowId"] = json!(self.members[row].flow.map(|flow| &self.flows[flow].id));
            }
            event
        };
        self.log[self.step_from..].iter().map(named).collect()
    }

    /// Whether it backs off or was put off is the other model's to say.
    fn blocking_reason(&self, row: usize) -> Option<&'static str> {
        match self.members[row].phase {
            Phase::Waiting { .. } => Some("waiting_for_worker"),
            Phase::Blocked { by, .. } => Some(by),
            Phase::Delayed { .. } => None,
            Phase::Held { .. } | Phase::Lapsed { .. } | Phase::Ended { .. } => Some("none"),
        }
    }

    pub fn eligibility(&self, row: usize) -> &'static str {
        let one = &self.members[row];
        if !one.runnable() {
            return "not_runnable";
        }
        match one.group.state {
            GroupState::Impossible => "impossible",
            GroupState::Pending if one.group.total > 0 && self.verdict_as_they_are(row) == GroupState::Impossible => {
                "impossible"
            }
            GroupState::Pending if one.group.total > 0 => "blocked_by_dependencies",
            GroupState::Pending | GroupState::Satisfied => "eligible",
        }
    }

    /// Where a group stands when what has ended counts as it ended.
    fn verdict_as_they_are(&self, row: usize) -> GroupState {
        let group = &self.members[row].group;
        let left = |edge: &&usize| {
            let edge = &self.edges[**edge];
            edge.round == group.round && edge.state == EdgeState::Applied && self.members[edge.up].over()
        };
        let lost = self.members[row].inbound.iter().filter(left).count();
        let grows = self.members[row].flow.is_some_and(|flow| self.grows(flow));
        verdict_of(&Group { failed: group.failed + i64::try_from(lost).expect("a count"), ..group.clone() }, grows)
    }

    fn group_snapshot(&self, row: usize) -> Value {
        let one = &self.members[row];
        let running = |edge: &&usize| {
            let edge = &self.edges[**edge];
            edge.round == one.group.round && edge.state == EdgeState::Applied && !edge.aside
        };
        json!({
            "downstreamExecutionId": one.id,
            "totalDeps": one.group.total,
            "satisfiedCount": one.group.succeeded,
            "failedCount": one.group.failed,
            "skippedCount": one.group.skipped,
            "runningCount": one.inbound.iter().filter(running).count(),
            "groupState": one.group.state_word(),
        })
    }

    pub fn flow_snapshot(&self, flow: usize) -> Value {
        let one = &self.flows[flow];
        let cancelled = one.cancelled.as_ref();
        json!({
            "flowId": one.id,
            "kind": one.kind,
            "namespace": one.namespace,
            "publicFlowState": self.public_flow_state(flow),
            "graphRevision": one.revision,
            "nodeCount": one.members.len(),
            "edgeCount": one.edges.len(),
            "createdAt": one.created_at,
            "sealed": one.sealed,
            "cancelledAt": cancelled.map(|one| one.at),
            "cancelReason": cancelled.and_then(|one| one.reason.as_ref()),
            "cancellationPolicy": cancelled.map(|one| &one.policy),
            "endedAt": one.ended_at,
            "tags": one.tags,
            "counts": self.counts(flow),
            "tolerated": one.members.iter().filter(|row| self.is_tolerated(&self.members[**row])).count(),
            "edgeGroups": one.members.iter().filter(|row| self.members[**row].group.known)
                .map(|row| self.group_snapshot(*row)).collect::<Vec<_>>(),
            "excused": one.members.iter().filter(|row| self.members[**row].excused).count(),
        })
    }

    /// How it ended, or that it has not.
    pub fn awaited(&self, flow: usize) -> Value {
        if !self.is_over(flow) || self.live(flow) > 0 {
            return json!({ "pending": true });
        }
        let policy = self.flows[flow].cancelled.as_ref().map(|one| &one.policy);
        json!({ "publicFlowState": self.public_flow_state(flow), "cancellationPolicy": policy, "counts": self.counts(flow) })
    }

    /// How many members are in which state.
    fn counts(&self, flow: usize) -> Value {
        let state = |row: &usize| self.members[*row].public_state();
        let count = |word: &str| self.flows[flow].members.iter().filter(|row| state(row) == word).count();
        Value::Object(STATES.iter().map(|word| ((*word).to_owned(), json!(count(word)))).collect())
    }

    pub fn graph(&self, flow: usize) -> Value {
        let one = &self.flows[flow];
        let rows: Vec<usize> = one.members.iter().copied().collect();
        let place = |row: usize| rows.binary_search(&row).expect("a member");
        let edges: Vec<Value> = self
            .sorted(one.edges.clone())
            .into_iter()
            .map(|edge| {
                let edge = &self.edges[edge];
                let (state, outcome) = edge.state.words();
                json!({ "edgeId": edge.id, "from": place(edge.up), "to": place(edge.down), "edgeState": state,
                    "dependencyKind": kind_of(edge.on), "outcome": outcome })
            })
            .collect();
        json!({
            "flowId": one.id,
            "kind": one.kind,
            "publicFlowState": self.public_flow_state(flow),
            "graphRevision": one.revision,
            "counts": self.counts(flow),
            "nodes": rows.iter().map(|row| self.node(*row)).collect::<Vec<_>>(),
            "edges": edges,
            "truncated": false,
        })
    }

    fn node(&self, row: usize) -> Value {
        let one = &self.members[row];
        json!({
            "executionId": one.id,
            "name": one.name,
            "lane": one.lane,
            "kind": one.kind,
            "publicState": one.public_state(),
            "createdAt": one.created_at,
            "startedAt": one.started_at,
            "endedAt": one.ended_at,
            "changedAt": one.changed_at,
            "attemptCount": one.attempts.len(),
            "group": one.group.known.then(|| one.group.json()),
        })
    }

    pub fn edge_snapshot(&self, edge: usize) -> Value {
        let edge = &self.edges[edge];
        let (state, outcome) = edge.state.words();
        json!({
            "edgeId": edge.id,
            "flowId": self.flows[edge.flow].id,
            "upstreamExecutionId": self.members[edge.up].id,
            "downstreamExecutionId": self.members[edge.down].id,
            "dependencyKind": kind_of(edge.on),
            "edgeRef": edge.named,
            "replaceInput": edge.replaces,
            "edgeState": state,
            "outcome": outcome,
            "createdAt": edge.created_at,
        })
    }

    pub fn edges_at(&self, flow: usize, args: &Value) -> Value {
        let row = |member: &str| self.by_id.get(text(args, member)).copied();
        let (up, down) = (row("upstreamExecutionId"), row("downstreamExecutionId"));
        let at = |edge: &usize| {
            let edge = &self.edges[*edge];
            let of_all = args["upstreamExecutionId"].is_null() && args["downstreamExecutionId"].is_null();
            of_all || Some(edge.up) == up || Some(edge.down) == down
        };
        let cursor = text(args, "cursor");
        let edges = self.flows[flow].edges.iter().copied().filter(at).filter(|edge| *self.edges[*edge].id > *cursor);
        let mut edges = self.sorted(edges.collect());
        let size = usize::try_from(args["limit"].as_i64().unwrap_or(100).min(1_000)).expect("a limit");
        let more = edges.len() > size && size > 0;
        edges.truncate(size);
        let next = edges.last().filter(|_| more).map(|edge| &self.edges[*edge].id);
        json!({ "edges": edges.iter().map(|edge| self.edge_snapshot(*edge)).collect::<Vec<_>>(), "nextCursor": next })
    }

    fn is_wanted(&self, flow: usize, args: &Value) -> bool {
        let one = &self.flows[flow];
        let states =
            args["states"].as_array().is_none_or(|states| states.contains(&json!(self.public_flow_state(flow))));
        let kind = args["kind"].as_str().is_none_or(|kind| kind == one.kind);
        let mut tags = args["tags"].as_object().into_iter().flatten();
        states && kind && tags.all(|(key, value)| one.tags.get(key).is_some_and(|tag| value == tag.as_str()))
    }

    pub fn flow_page(&self, args: &Value) -> Value {
        let cursor = text(args, "cursor");
        let wanted = |name: &str| args["namespace"].as_str().is_none_or(|wanted| wanted == name);
        let mut rows: Vec<usize> =
            self.flow_ids.iter().filter(|(id, _)| id.as_str() > cursor).map(|(_, row)| *row).collect();
        rows.retain(|row| wanted(&self.flows[*row].namespace));
        let size = usize::try_from(args["limit"].as_i64().unwrap_or(100).min(1_000)).expect("a limit");
        let last = rows.last().copied();
        rows.retain(|row| self.is_wanted(*row, args));
        rows.truncate(size);
        // There is more to look at where another flow follows, wanted or not.
        let next = rows.last().filter(|row| rows.len() == size && Some(**row) != last).map(|row| &self.flows[*row].id);
        let told = rows.iter().map(|row| {
            let one = &self.flows[*row];
            let state = self.public_flow_state(*row);
            let status = if ["open", "running", "blocked"].contains(&state) { "active" } else { state };
            json!({ "flowId": one.id, "kind": one.kind, "namespace": one.namespace, "createdAt": one.created_at,
                "publicFlowState": state, "status": status, "nodeCount": one.members.len() })
        });
        json!({ "flows": told.collect::<Vec<_>>(), "nextCursor": next })
    }
}

/// The word that reads have for the ends that meet an edge.
fn kind_of(on: &str) -> &'static str {
    match on {
        "success" => "success_only",
        "failure" => "failure_only",
        _ => "any_end",
    }
}
