//! Random calls that mostly mean something to the model as it stands.

use super::model::{EdgeState, Flow, Handle, Member, Model, Phase};
use super::shapes::{need, on, shape, size, some_policy};
use super::wire::Said;
use super::work::{BLOCKERS, worker};
use crate::ground::random::Random;
use crate::json::hex;
use serde_json::{Value, json};

const LANES: [&str; 2] = ["mail", "build"];

/// What a walk does more of than others.
#[derive(Clone, Copy, Debug)]
pub struct Taste {
    /// Of a hundred calls: so many build graphs, so many are workers', the rest are operators'.
    pub builds: usize,
    pub works: usize,
    /// Of a hundred graphs so many are submitted at once.
    pub submits: u64,
    /// Of a hundred calls of who holds a lease so many are failures, and so many are waits for others.
    pub fails: usize,
    pub waits: usize,
}

pub struct Script {
    pub random: Random,
    pub taste: Taste,
}

fn some(object: &mut Value, member: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object[member] = value.into();
    }
}

impl Script {
    pub fn call(&mut self, model: &Model, now: i64) -> Said {
        let place = self.random.below(100);
        if model.flows.is_empty() || place < self.taste.builds {
            self.building(model, now)
        } else if place < self.taste.builds + self.taste.works {
            self.working(model, now)
        } else {
            self.operating(model)
        }
    }

    fn id(&mut self) -> String {
        format!("{{fp:0}}:{}", self.random.uuid())
    }

    fn lane(&mut self) -> &'static str {
        self.random.pick::<&'static str>(&LANES)
    }

    /// Mostly one of the last flows, else any, else none.
    fn flow(&mut self, model: &Model) -> Option<usize> {
        let count = model.flows.len();
        match self.random.below(20) {
            0 => None,
            1 | 2 => count.checked_sub(1).map(|last| self.random.below(last + 1)),
            _ => count.checked_sub(1).map(|last| last - self.random.below(count.min(3))),
        }
    }

    fn flow_id(&mut self, model: &Model) -> String {
        self.flow(model).map_or_else(|| self.random.uuid(), |flow| model.flows[flow].id.clone())
    }

    /// A member of a flow, mostly such a one.
    fn member(&mut self, model: &Model, flow: Option<usize>, such: impl Fn(&Member) -> bool) -> Option<usize> {
        let of_flow = flow.filter(|_| self.random.percent(97));
        let all: Vec<usize> = match of_flow {
            Some(flow) => model.flows[flow].members.iter().copied().collect(),
            None => (0..model.members.len()).collect(),
        };
        let wanted: Vec<usize> = all.iter().copied().filter(|row| such(&model.members[*row])).collect();
        let from = if wanted.is_empty() || self.random.percent(4) { &all } else { &wanted };
        if from.is_empty() { None } else { Some(*self.random.pick(from)) }
    }

    fn member_id(&mut self, model: &Model, flow: Option<usize>, such: impl Fn(&Member) -> bool) -> String {
        self.member(model, flow, such).map_or_else(|| self.id(), |row| model.members[row].id.clone())
    }

    fn building(&mut self, model: &Model, now: i64) -> Said {
        let crowded = model.flows.iter().filter(|flow| model.live(flow.row) > 0).count() > 4;
        match self.random.below(100) {
            0..=7 if crowded => self.applying(model),
            0..=7 if self.random.percent(self.taste.submits) => self.submission(now),
            0..=7 => self.new_flow(model),
            8..=23 => ("create_execution", self.alone(model, now)),
            24..=44 => self.addition(model),
            45..=69 => self.staging(model),
            70..=91 => self.applying(model),
            92..=96 => {
                let flow = self.flow(model);
                let id = self.member_id(model, flow, |one| one.group.total == 0 && !one.over());
                let flow = flow.map_or_else(|| self.random.uuid(), |flow| model.flows[flow].id.clone());
                let mut policy = some_policy(&mut self.random);
                if policy["kind"] == "quorum" && self.random.percent(3) {
                    policy["k"] = json!(0);
                }
                ("set_edge_group_policy", json!({ "flowId": flow, "downstreamExecutionId": id, "policy": policy }))
            }
            _ => ("seal_flow", json!({ "flowId": self.flow_to_seal(model) })),
        }
    }

    /// Mostly one with a group that waits for edges that will not come.
    fn flow_to_seal(&mut self, model: &Model) -> String {
        let short = |flow: &&Flow| model.grows(flow.row) && flow.members.iter().any(|row| model.waits_for_edges(*row));
        let found = model.flows.iter().rfind(short).filter(|_| self.random.percent(80));
        found.map_or_else(|| self.flow_id(model), |flow| flow.id.clone())
    }

    fn new_flow(&mut self, model: &Model) -> Said {
        let mut args = json!({});
        let known = self.random.percent(4) && !model.flows.is_empty();
        let id = if known { Some(self.flow_id(model)) } else { self.random.maybe(80, Random::uuid) };
        some(&mut args, "flowId", id);
        some(&mut args, "kind", self.random.maybe(30, |random| format!("kind {}", random.below(3))));
        some(&mut args, "namespace", self.random.maybe(20, |_| "team"));
        some(&mut args, "tags", self.random.maybe(20, |random| json!({ "a.b": random.below(3).to_string() })));
        ("create_flow", args)
    }

    /// The fields of an execution that a member of `submit_flow` has as well.
    fn fields(&mut self, now: i64) -> Value {
        let lane = self.lane();
        let random = &mut self.random;
        let backoff = json!({ "type": "fixed", "delayMs": random.within(1, 2_000) });
        let retry = json!({ "maxRetries": random.below(3), "backoff": backoff });
        let mut args = json!({ "lane": lane, "kind": "k", "retry": retry });
        some(&mut args, "priority", random.maybe(20, |random| random.within(0, 3)));
        some(&mut args, "maxReclaimCount", random.maybe(40, |random| random.below(2)));
        some(&mut args, "maxReplayCount", random.maybe(10, |random| random.below(3)));
        some(&mut args, "delayUntil", random.maybe(8, |random| now + random.within(-5, 3_000)));
        some(&mut args, "deadlineAt", random.maybe(5, |random| now + random.within(1, 9_000)));
        some(&mut args, "input", random.maybe(40, |random| hex(&random.number().to_be_bytes()[..random.below(5)])));
        args
    }

    fn alone(&mut self, model: &Model, now: i64) -> Value {
        let mut args = self.execution(now);
        let flow = self.flow_id(model);
        some(&mut args, "flowId", self.random.maybe(25, |_| flow));
        args
    }

    fn execution(&mut self, now: i64) -> Value {
        let mut args = self.fields(now);
        let id = self.id();
        some(&mut args, "executionId", self.random.maybe(85, |_| id));
        args
    }

    fn submission(&mut self, now: i64) -> Said {
        let size = size(&mut self.random);
        let shape = shape(&mut self.random, size);
        // Whoever comes before another one need not be told before it.
        let turned = self.random.percent(30);
        let mut members: Vec<Value> = Vec::new();
        for (index, upstreams) in shape.iter().enumerate() {
            let mut one = self.execution(now);
            one["name"] = json!(format!("n{index}"));
            let after: Vec<Value> = upstreams.iter().map(|up| self.upstream(*up)).collect();
            if !after.is_empty() {
                one["after"] = json!(after);
                need(&mut self.random, &mut one, upstreams.len());
            }
            members.push(one);
        }
        if turned {
            members.reverse();
        }
        let mut args = json!({ "members": members });
        some(&mut args, "flowId", self.random.maybe(70, Random::uuid));
        some(&mut args, "namespace", self.random.maybe(20, |_| "team"));
        ("submit_flow", args)
    }

    fn upstream(&mut self, up: usize) -> Value {
        let name = format!("n{up}");
        if self.random.percent(60) {
            return json!(name);
        }
        let mut one = json!({ "name": name });
        some(&mut one, "edgeRef", self.random.maybe(50, |_| format!("ref {up}")));
        some(&mut one, "replaceInput", self.random.maybe(60, |random| random.percent(80)));
        some(&mut one, "on", on(&mut self.random));
        one
    }

    fn addition(&mut self, model: &Model) -> Said {
        let alone: Vec<usize> = model.members.iter().filter(|one| one.flow.is_none()).map(|one| one.row).collect();
        let row = if alone.is_empty() || self.random.percent(8) { None } else { Some(*self.random.pick(&alone)) };
        let id = row.map_or_else(|| self.member_id(model, None, |_| true), |row| model.members[row].id.clone());
        let mut args = json!({ "flowId": self.flow_id(model), "executionId": id });
        some(&mut args, "name", self.random.maybe(30, |random| format!("name {}", random.below(9))));
        ("add_execution_to_flow", args)
    }

    fn staging(&mut self, model: &Model) -> Said {
        let flow = self.flow(model);
        let (mut up, mut down) = (self.member(model, flow, |_| true), self.member(model, flow, Member::runnable));
        if up > down && self.random.percent(85) {
            std::mem::swap(&mut up, &mut down);
        }
        let id = |row: Option<usize>, script: &mut Self| {
            row.map_or_else(|| script.id(), |row| model.members[row].id.clone())
        };
        let (up, down) = (id(up, self), id(down, self));
        let flow_id = flow.map_or_else(|| self.random.uuid(), |flow| model.flows[flow].id.clone());
        let mut args = json!({ "flowId": flow_id, "upstreamExecutionId": up, "downstreamExecutionId": down });
        let random = &mut self.random;
        let known = flow.and_then(|flow| model.flows[flow].edges.first()).filter(|_| random.percent(4));
        let edge_id = known.map(|edge| model.edges[*edge].id.clone()).or_else(|| random.maybe(92, Random::uuid));
        some(&mut args, "edgeId", edge_id);
        some(&mut args, "edgeRef", random.maybe(30, |random| format!("ref {}", random.below(5))));
        some(&mut args, "replaceInput", random.maybe(40, |random| random.percent(80)));
        let word = on(random);
        if word == Some("end") && random.percent(8) {
            args["dependencyKind"] = json!(*random.pick(&["success_only", "any_end"]));
        }
        if word == Some("failure") && random.percent(40) {
            args["dependencyKind"] = json!("failure_only");
        } else {
            some(&mut args, "on", word);
        }
        let revision = flow.map_or(0, |flow| model.flows[flow].revision);
        some(&mut args, "expectedGraphRevision", random.maybe(20, |random| revision + i64::from(random.percent(20))));
        ("stage_dependency_edge", args)
    }

    fn applying(&mut self, model: &Model) -> Said {
        let flow = self.flow(model);
        let edges = flow.map_or(&[][..], |flow| &model.flows[flow].edges);
        let staged: Vec<usize> = edges
            .iter()
            .copied()
            .filter(|edge| {
                model.edges[*edge].state == EdgeState::Staged && model.members[model.edges[*edge].down].runnable()
            })
            .collect();
        let from = if staged.is_empty() || self.random.percent(6) { edges } else { &staged };
        let edge = if from.is_empty() { None } else { Some(*self.random.pick(from)) };
        let flow_id = flow.map_or_else(|| self.random.uuid(), |flow| model.flows[flow].id.clone());
        let edge_id = edge.map_or_else(|| self.random.uuid(), |edge| model.edges[edge].id.clone());
        ("apply_dependency_to_child", json!({ "flowId": flow_id, "edgeId": edge_id }))
    }

    /// A handle, mostly of who holds a lease.
    fn handle(&mut self, model: &Model) -> Option<Handle> {
        let live = |one: &&Handle| {
            let member = &model.members[one.row];
            member.active() && one.index + 1 == member.attempts.len() && member.epoch == one.epoch
        };
        let holding: Vec<&Handle> = model.handles.iter().filter(live).collect();
        if holding.is_empty() || self.random.percent(5) {
            let any = if model.handles.is_empty() { None } else { Some(self.random.pick(&model.handles)) };
            return any.cloned();
        }
        Some((*self.random.pick(&holding)).clone())
    }

    fn working(&mut self, model: &Model, now: i64) -> Said {
        let claims = self.random.percent(45);
        let handle = if claims { None } else { self.handle(model) };
        let Some(handle) = handle else {
            let ttl_ms = *self.random.pick(&[20, 800, 5_000, 60_000, 60_000]);
            return ("claim", json!({ "lanes": [self.lane()], "worker": worker(), "leaseTtlMs": ttl_ms }));
        };
        let random = &mut self.random;
        let mut args = json!({ "handle": handle.text });
        // Whoever goes on before all have ended waits again, now and then, while those still run.
        let unresolved = |edge: &usize| model.edges[*edge].state == EdgeState::Applied;
        let early = model.members[handle.row].inbound.iter().any(unresolved);
        let (fails, waits) = (self.taste.fails, if early { 60 } else { self.taste.waits });
        match random.below(100) {
            place if place < fails => {
                args["class"] = json!(random.pick(&["transient", "permanent"]));
                args["reason"] = json!({ "message": "no" });
                ("fail", args)
            }
            place if place < fails + waits => self.waiting(model, handle.row, args),
            95.. => {
                args["delayUntil"] = json!(now + random.within(-2, 2_500));
                ("delay", args)
            }
            _ => {
                some(
                    &mut args,
                    "result",
                    random.maybe(70, |random| hex(&random.number().to_be_bytes()[..random.below(6)])),
                );
                let encoded = args["result"].is_string() && random.percent(30);
                some(&mut args, "encoding", encoded.then_some("bytes"));
                ("complete", args)
            }
        }
    }

    /// A worker that waits for others of its flow, or for none.
    fn waiting(&mut self, model: &Model, row: usize, mut args: Value) -> Said {
        let flow = model.members[row].flow;
        let count = if flow.is_some() { self.random.below(4) } else { usize::from(self.random.percent(20)) };
        let mut edges = Vec::new();
        for _ in 0..count {
            let done = self.random.percent(40);
            let such = |one: &Member| {
                one.row != row
                    && !model.leads(row, one.row)
                    && one.over() == done
                    && (!done || one.outcome() == Some("success"))
            };
            let up = self.member(model, flow, such);
            let mut edge =
                json!({ "upstreamExecutionId": up.map_or_else(|| self.id(), |up| model.members[up].id.clone()) });
            edge["edgeId"] = json!(self.random.uuid());
            some(&mut edge, "edgeRef", self.random.maybe(30, |_| "child"));
            some(&mut edge, "replaceInput", self.random.maybe(30, |_| true));
            some(&mut edge, "on", on(&mut self.random));
            edges.push(edge);
        }
        if !edges.is_empty() {
            args["edges"] = json!(edges);
            let early = json!({ "kind": "any_of", "onSatisfied": "let_run" });
            let policy = match self.random.below(10) {
                0..=2 => None,
                3..=5 => Some(early),
                _ => Some(some_policy(&mut self.random)),
            };
            some(&mut args, "policy", policy);
        }
        some(&mut args, "timeoutMs", self.random.maybe(30, |random| random.within(1, 1_500)));
        ("wait_children", args)
    }

    fn operating(&mut self, model: &Model) -> Said {
        let flow = self.flow(model);
        match self.random.below(100) {
            0..=19 => {
                let reason = *self.random.pick(&["enough", "sibling_quorum_satisfied", ""]);
                let id = self.member_id(model, flow, |one| !one.over());
                ("cancel_execution", json!({ "executionId": id, "reason": reason }))
            }
            20..=59 => {
                let mut args = json!({ "executionId": self.member_id(model, flow, Member::over) });
                some(&mut args, "cascade", self.random.maybe(80, |random| random.percent(60)));
                ("replay_execution", args)
            }
            60..=69 => {
                let id = self.member_id(model, flow, |one| matches!(one.phase, Phase::Waiting { .. }));
                ("block_execution_for_admission", json!({ "executionId": id, "reason": self.random.pick(&BLOCKERS) }))
            }
            70..=79 => {
                let row = self.member(
                    model,
                    None,
                    |one| matches!(one.phase, Phase::Blocked { by, .. } if BLOCKERS.contains(&by)),
                );
                let by = row.and_then(|row| {
                    if let Phase::Blocked { by, .. } = model.members[row].phase { Some(by) } else { None }
                });
                let by = by.filter(|by| BLOCKERS.contains(by)).unwrap_or(BLOCKERS[0]);
                let id = row.map_or_else(|| self.id(), |row| model.members[row].id.clone());
                ("unblock_execution", json!({ "executionId": id, "expectedReason": by }))
            }
            80 | 81 => {
                let later = |one: &Member| {
                    matches!(one.phase, Phase::Delayed { .. } | Phase::Blocked { not_before_at: Some(_), .. })
                };
                ("wake_execution", json!({ "executionId": self.member_id(model, None, later) }))
            }
            82..=85 => ("cancel_flow", self.cancellation(model)),
            86..=89 => {
                let mut args = self.cancellation(model);
                some(&mut args, "graceMs", self.random.maybe(70, |random| *random.pick(&[0, 10, 700, 5_000, -1])));
                ("cancel_flow_header", args)
            }
            _ => {
                let called_off = |flow: &&Flow| flow.backlog.is_some();
                let flow = model.flows.iter().filter(called_off).map(|flow| flow.row).next_back().or(flow);
                let id = self.member_id(model, flow, |_| true);
                let flow = flow.map_or_else(|| self.random.uuid(), |flow| model.flows[flow].id.clone());
                ("ack_cancel_member", json!({ "flowId": flow, "executionId": id }))
            }
        }
    }

    fn cancellation(&mut self, model: &Model) -> Value {
        let policy = *self.random.pick(&["flow_only", "cancel_all", "cancel_all", "cancel_pending"]);
        let mut args = json!({ "flowId": self.flow_id(model), "policy": policy });
        some(&mut args, "reason", self.random.maybe(50, |_| "off"));
        args
    }
}
