//! What must hold of every flow, looked at in the engine's own answers and in its log (contract: flows.state,
//! edges.verdict, edges.acyclic, flows.ends-once): nothing here is predicted.

use super::model::{Model, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub type Verdict = Result<(), String>;

/// What was seen of every flow so far.
#[derive(Debug, Default)]
pub struct History {
    /// Edges that were satisfied, and groups that were, by flow.
    satisfied: BTreeSet<(String, String)>,
    groups: BTreeMap<(String, String), (i64, String)>,
    /// Members with a group that may cancel, and those that began another round.
    cancels: BTreeSet<String>,
    rounds: BTreeSet<String>,
    /// Pairs of a submitted graph: the second needs the first, among all that come before it.
    after: Vec<(String, String)>,
    /// Flows that are over, as the log tells it.
    over: BTreeSet<String>,
    states: BTreeMap<String, String>,
    completions: BTreeMap<String, Option<String>>,
}

fn broken(law: &str, what: impl std::fmt::Display) -> Verdict {
    Err(format!("{law}: {what}"))
}

fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value[member].as_array().map_or(&[], Vec::as_slice)
}

fn int(value: &Value, member: &str) -> i64 {
    value[member].as_i64().unwrap_or(-1)
}

fn may_cancel(policy: &Value, kind: &str) -> bool {
    kind != "all_of" && policy["onSatisfied"] != "let_run"
}

impl History {
    /// Takes in a call and its answer.
    pub fn granted(&mut self, op: &str, args: &Value, found: &Value) {
        if found.get("ok").is_none() {
            return;
        }
        match op {
            "set_edge_group_policy" if may_cancel(&args["policy"], text(&args["policy"], "kind")) => {
                self.cancels.insert(text(args, "downstreamExecutionId").to_owned());
            }
            "submit_flow" => self.submitted(args, found),
            "wait_children" => {
                let id = text(&found["ok"], "executionId").to_owned();
                self.rounds.insert(id.clone());
                if args["policy"].is_object() && may_cancel(&args["policy"], text(&args["policy"], "kind")) {
                    self.cancels.insert(id);
                }
            }
            _ => {}
        }
    }

    fn submitted(&mut self, args: &Value, found: &Value) {
        let ids: Vec<&str> = list(&found["ok"], "executionIds").iter().filter_map(Value::as_str).collect();
        let members = list(args, "members");
        let names: BTreeMap<&str, &str> =
            members.iter().map(|one| text(one, "name")).zip(ids.iter().copied()).collect();
        for (id, one) in ids.iter().zip(members) {
            let kind = one["need"].as_str().unwrap_or(if one["need"].is_object() { "quorum" } else { "all_of" });
            if may_cancel(one, kind) {
                self.cancels.insert((*id).to_owned());
            }
            if kind == "all_of" {
                let ups = list(one, "after")
                    .iter()
                    .filter(|up| up["on"].is_null() || up["on"] == "success")
                    .map(|up| names[up.as_str().unwrap_or_else(|| text(up, "name"))]);
                self.after.extend(ups.map(|up| (up.to_owned(), (*id).to_owned())));
            }
        }
    }

    /// Takes in the next events of the log.
    pub fn events(&mut self, events: &[Value]) -> Verdict {
        for event in events {
            if let Some(state) = event["publicState"].as_str() {
                self.states.insert(text(event, "executionId").to_owned(), state.to_owned());
                continue;
            }
            let flow = text(event, "flowId").to_owned();
            let over = self.over.contains(&flow);
            let (sound, law) = match text(event, "cause") {
                "flow_member_added" | "flow_edge_staged" => {
                    (!over, "flows.over-refuses: nothing joins a flow that is over")
                }
                "flow_created" => (!self.completions.contains_key(&flow), "a flow is created once"),
                "flow_cancel_requested" => (!over, "a flow is cancelled once"),
                "flow_completed" => (!over, "a flow completes once"),
                "flow_reopened" => (over, "what is not over is not opened again"),
                _ => (true, ""),
            };
            if !sound {
                return broken(law, event);
            }
            match text(event, "cause") {
                "flow_created" => drop(self.completions.insert(flow, None)),
                "flow_cancel_requested" => drop(self.over.insert(flow)),
                "flow_completed" => {
                    let state = text(&event["detail"], "publicFlowState").to_owned();
                    self.completions.insert(flow.clone(), Some(state));
                    self.over.insert(flow);
                }
                "flow_reopened" => {
                    self.completions.insert(flow.clone(), None);
                    self.over.remove(&flow);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes in what the engine says of a flow now.
    pub fn flow(&mut self, snapshot: &Value, graph: &Value) -> Verdict {
        let (nodes, edges) = (list(graph, "nodes"), list(graph, "edges"));
        law_5_counts(snapshot, nodes, edges)?;
        for node in nodes {
            law_2_who_may_run_has_what_it_needs(node)?;
            self.law_3_what_is_settled_stays(text(snapshot, "flowId"), node)?;
            if self.states.get(text(node, "executionId")).is_some_and(|state| *state != text(node, "publicState")) {
                return broken("the log tells every state", node);
            }
        }
        for edge in edges {
            let key = (text(snapshot, "flowId").to_owned(), text(edge, "edgeId").to_owned());
            let satisfied = edge["edgeState"] == "satisfied";
            if !satisfied && self.satisfied.contains(&key) {
                return broken("edges.resolve-once: what is satisfied stays so", edge);
            }
            if satisfied {
                self.satisfied.insert(key);
            }
            law_7_whoever_succeeded_has_resolved(nodes, edge)?;
        }
        let told = self.completions.get(text(snapshot, "flowId")).cloned().flatten();
        let state = text(snapshot, "publicFlowState");
        let over = ["completed", "failed"].contains(&state) && snapshot["sealed"] == true;
        if state != "cancelled" && told.as_deref() != over.then_some(state) {
            return broken("the log tells how a flow ended", format!("{told:?}: {snapshot}"));
        }
        Ok(())
    }

    /// Absorbing within a round, but for an `all_of` group that gets another edge and what a replay opens again.
    fn law_3_what_is_settled_stays(&mut self, flow: &str, node: &Value) -> Verdict {
        let group = &node["group"];
        let Some(state) = group["state"].as_str() else { return Ok(()) };
        let (id, total) = (text(node, "executionId").to_owned(), int(group, "total"));
        let before = self.groups.insert((flow.to_owned(), id.clone()), (total, state.to_owned()));
        let Some((before_total, before)) = before else { return Ok(()) };
        let grown = total > before_total && group["policy"]["kind"] == "all_of";
        if before == "satisfied" && state != "satisfied" && !grown && !self.rounds.contains(&id) {
            return broken("edges.settled-once: a satisfied group stays so", node);
        }
        Ok(())
    }

    /// Takes in the whole log.
    pub fn in_the_end(&self, model: &Model, events: &[Value]) -> Verdict {
        let mut claimed: BTreeMap<&str, usize> = BTreeMap::new();
        let mut done = BTreeMap::new();
        for (place, event) in events.iter().enumerate() {
            if event["cause"] == "claimed" {
                claimed.entry(text(event, "executionId")).or_insert(place);
            }
            if event["completion"] == "success" {
                done.entry(text(event, "executionId")).or_insert(place);
            }
        }
        for (up, down) in &self.after {
            let (claimed, done) = (claimed.get(down.as_str()), done.get(up.as_str()));
            if claimed.is_some_and(|claimed| done.is_none_or(|done| done > claimed)) {
                return broken("edges.resolve: who needs all runs after all", format!("{down} before {up}"));
            }
        }
        self.law_4_only_siblings_are_cancelled(model)
    }

    fn law_4_only_siblings_are_cancelled(&self, model: &Model) -> Verdict {
        for one in &model.members {
            let by_group = one.ending.as_ref().is_some_and(|(reason, source)| {
                reason.starts_with("sibling_quorum_") && source.as_deref() == Some("engine")
            });
            let mut downs = one.outbound.iter().map(|edge| &model.members[model.edges[*edge].down]);
            if by_group && !downs.any(|down| self.cancels.contains(&down.id)) {
                return broken("edges.siblings: only who cancels the rest cancels siblings", &one.id);
            }
        }
        Ok(())
    }
}

fn law_2_who_may_run_has_what_it_needs(node: &Value) -> Verdict {
    let group = &node["group"];
    if int(group, "total") < 1 {
        return Ok(());
    }
    let (state, settled) = (text(node, "publicState"), text(group, "state"));
    if ["waiting", "delayed", "active"].contains(&state) && settled == "impossible" {
        return broken("edges.let-go: who may run has what it needs", node);
    }
    if ["delayed", "active"].contains(&state) && settled != "satisfied" {
        return broken("edges.let-go: who runs has what it needs", node);
    }
    if state == "skipped" && settled != "impossible" {
        return broken("edges.skip: who is skipped cannot have what it needs", node);
    }
    let counted = int(group, "succeeded") + int(group, "failed") + int(group, "skipped");
    if counted > int(group, "total") {
        return broken("a group counts no edge twice", node);
    }
    let needed = match text(&group["policy"], "kind") {
        "all_of" => int(group, "total"),
        "any_of" => 1,
        _ => int(&group["policy"], "k"),
    };
    if (settled == "satisfied") != (int(group, "succeeded") >= needed) && settled != "impossible" {
        return broken("a group is satisfied when its policy is met", node);
    }
    Ok(())
}

fn law_5_counts(snapshot: &Value, nodes: &[Value], edges: &[Value]) -> Verdict {
    let same = |count: usize, member: &str| i64::try_from(count) == Ok(int(snapshot, member));
    if same(nodes.len(), "nodeCount")
        && same(edges.len(), "edgeCount")
        && same(nodes.len() + edges.len(), "graphRevision")
    {
        return Ok(());
    }
    broken("edges.counters: every member and every edge counts once", snapshot)
}

/// Whoever succeeded has resolved every edge that was applied.
fn law_7_whoever_succeeded_has_resolved(nodes: &[Value], edge: &Value) -> Verdict {
    let from = usize::try_from(int(edge, "from")).ok().and_then(|from| nodes.get(from));
    let Some(from) = from else { return broken("an edge leads from a node", edge) };
    let of_success = edge["dependencyKind"] != "failure_only";
    if edge["edgeState"] == "applied" && from["publicState"] == "completed" && of_success {
        return broken("edges.resolve: every child of who succeeded is resolved", edge);
    }
    Ok(())
}
