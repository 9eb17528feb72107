//! How executions come to be in the model, by themselves or with a whole graph (contract: flows.submit, flows.add).

use super::model::{Answer, CHILDREN, Edge, EdgeState, Flow, Group, Member, Model, Next, Phase, owned, payload, text};
use super::shapes::policy_of;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

impl Model {
    /// What a member is made of, by the arguments of `create_execution`.
    fn made(&mut self, args: &Value, id: String, now: i64) -> usize {
        let row = self.members.len();
        let until_at = args["delayUntil"].as_i64().filter(|until_at| *until_at > now);
        let next = Next::First;
        let phase = until_at.map_or(Phase::Waiting { next }, |until_at| Phase::Delayed { next, until_at });
        self.by_id.insert(id.clone(), row);
        self.members.push(Member {
            row,
            id,
            name: None,
            lane: text(args, "lane").to_owned(),
            kind: text(args, "kind").to_owned(),
            namespace: owned(args, "namespace").unwrap_or_else(|| "default".to_owned()),
            priority: args["priority"].as_i64().unwrap_or(0),
            phase,
            flow: None,
            group: Group::default(),
            inbound: Vec::new(),
            outbound: Vec::new(),
            attempts: Vec::new(),
            epoch: 0,
            retries_max: args["retry"]["maxRetries"].as_i64().unwrap_or(3),
            retry_delay_ms: args["retry"]["backoff"]["delayMs"].as_i64().unwrap_or(1_000),
            retry_count: 0,
            reclaims_max: args["maxReclaimCount"].as_i64().unwrap_or(100),
            reclaim_count: 0,
            replays_max: args["maxReplayCount"].as_i64().unwrap_or(10),
            replay_count: 0,
            lapses: 0,
            deadline_at: args["deadlineAt"].as_i64(),
            created_at: now,
            started_at: None,
            changed_at: now,
            ended_at: None,
            input: payload(args, "input"),
            result: None,
            ending: None,
            excused: false,
        });
        row
    }

    /// Contract: states.create.
    pub fn create_execution(&mut self, args: &Value, found: &Value, now: i64) -> Answer {
        let id = owned(args, "executionId").unwrap_or_else(|| text(&found["ok"], "executionId").to_owned());
        if self.by_id.contains_key(&id) {
            return Ok(json!({ "outcome": "duplicate", "executionId": id }));
        }
        let flow = args["flowId"].as_str().map(|flow| self.open_flow(flow)).transpose()?;
        let row = self.made(args, id.clone(), now);
        let phase = self.members[row].phase;
        self.enter(row, now, phase, "created", None);
        if let Some(flow) = flow {
            self.join(flow, row);
            self.flow_event(flow, now, "flow_member_added", &json!({ "executionId": id }));
            self.meet("an execution created as a member");
        }
        Ok(json!({ "outcome": "created", "executionId": id }))
    }

    fn new_flow(&mut self, args: &Value, id: &str, now: i64) -> usize {
        let row = self.flows.len();
        let tags = args["tags"].as_object().into_iter().flatten();
        self.flow_ids.insert(id.to_owned(), row);
        self.flows.push(Flow {
            row,
            id: id.to_owned(),
            kind: owned(args, "kind").unwrap_or_else(|| "flow".to_owned()),
            namespace: owned(args, "namespace").unwrap_or_else(|| "default".to_owned()),
            tags: tags.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect(),
            revision: 0,
            members: BTreeSet::new(),
            edges: Vec::new(),
            created_at: now,
            sealed: false,
            cancelled: None,
            ended_at: None,
            backlog: None,
        });
        row
    }

    pub fn create_flow(&mut self, args: &Value, found: &Value, now: i64) -> Value {
        let id = owned(args, "flowId").unwrap_or_else(|| text(&found["ok"], "flowId").to_owned());
        if self.flow_ids.contains_key(&id) {
            return json!({ "outcome": "already_satisfied", "flowId": id });
        }
        let row = self.new_flow(args, &id, now);
        self.flow_event(row, now, "flow_created", &Value::Null);
        json!({ "outcome": "created", "flowId": id })
    }

    /// A whole graph at once; its edges are named by the engine, see [`Model::name_edges`].
    pub fn submit_flow(&mut self, args: &Value, found: &Value, now: i64) -> Value {
        let id = owned(args, "flowId").unwrap_or_else(|| text(&found["ok"], "flowId").to_owned());
        if let Some(flow) = self.flow_ids.get(&id) {
            let ids: Vec<_> = self.flows[*flow].members.iter().map(|row| self.members[*row].id.clone()).collect();
            return json!({ "outcome": "already_satisfied", "flowId": id, "executionIds": ids });
        }
        let flow = self.new_flow(args, &id, now);
        self.flows[flow].sealed = true;
        let (from, list) = (self.log.len(), args["members"].as_array().expect("members"));
        self.flow_event(flow, now, "flow_created", &Value::Null);
        let mut names = BTreeMap::new();
        for (index, one) in list.iter().enumerate() {
            let minted = found["ok"]["executionIds"][index].as_str().unwrap_or("not minted").to_owned();
            let row = self.made(one, owned(one, "executionId").unwrap_or(minted), now);
            self.members[row].namespace.clone_from(&self.flows[flow].namespace);
            self.members[row].name = owned(one, "name");
            names.insert(text(one, "name").to_owned(), row);
            self.join(flow, row);
        }
        for one in list {
            self.submitted_edges(flow, one, &names, now);
        }
        for one in list {
            let row = names[text(one, "name")];
            let phase = self.members[row].phase;
            self.enter(row, now, phase, "created", None);
        }
        let counts = json!({ "nodeCount": list.len(), "edgeCount": self.flows[flow].edges.len() });
        self.log[from]["detail"] = counts;
        let ids: Vec<_> = list.iter().map(|one| self.members[names[text(one, "name")]].id.clone()).collect();
        json!({ "outcome": "created", "flowId": id, "executionIds": ids })
    }

    fn submitted_edges(&mut self, flow: usize, one: &Value, names: &BTreeMap<String, usize>, now: i64) {
        let down = names[text(one, "name")];
        let after = one["after"].as_array().cloned().unwrap_or_default();
        if after.is_empty() {
            return;
        }
        self.members[down].group.policy = policy_of(one);
        self.members[down].group.known = true;
        for upstream in &after {
            let name = upstream.as_str().unwrap_or_else(|| text(upstream, "name"));
            self.join_edge(flow, (names[name], down), upstream, String::new(), now);
            let edge = self.edges.len() - 1;
            self.edges[edge].state = EdgeState::Applied;
            self.members[down].group.total += 1;
        }
        let not_before_at =
            if let Phase::Delayed { until_at, .. } = self.members[down].phase { Some(until_at) } else { None };
        self.members[down].phase = Phase::Blocked { next: Next::First, by: CHILDREN, not_before_at };
    }

    pub fn join(&mut self, flow: usize, row: usize) {
        self.members[row].flow = Some(flow);
        self.flows[flow].members.insert(row);
        self.flows[flow].revision += 1;
        self.touch(row);
    }

    /// A new edge, staged; `args` say what it carries.
    pub fn join_edge(&mut self, flow: usize, (up, down): (usize, usize), args: &Value, id: String, now: i64) {
        let edge = self.edges.len();
        self.edges.push(Edge {
            id,
            flow,
            up,
            down,
            on: on(args),
            named: owned(args, "edgeRef"),
            replaces: args["replaceInput"] == true,
            state: EdgeState::Staged,
            round: self.members[down].group.round,
            aside: false,
            result: None,
            created_at: now,
        });
        self.members[up].outbound.push(edge);
        self.members[down].inbound.push(edge);
        self.flows[flow].edges.push(edge);
        self.flows[flow].revision += 1;
        self.touch(up);
        self.touch(down);
    }

    /// Takes the ids of a submitted flow's edges from what `flow_graph` answers.
    pub fn name_edges(&mut self, flow: usize, graph: &Value) -> Result<(), String> {
        let rows: Vec<usize> = self.flows[flow].members.iter().copied().collect();
        for told in graph["edges"].as_array().into_iter().flatten() {
            let place = |member: &str| told[member].as_u64().and_then(|place| rows.get(usize::try_from(place).ok()?));
            let (up, down) = (place("from"), place("to"));
            let unnamed = |edge: &&usize| {
                let edge = &self.edges[**edge];
                edge.id.is_empty() && Some(&edge.up) == up && Some(&edge.down) == down
            };
            let edge = self.flows[flow].edges.iter().find(unnamed).copied();
            let Some(edge) = edge else { return Err(format!("nobody asked for the edge {told}")) };
            text(told, "edgeId").clone_into(&mut self.edges[edge].id);
        }
        let nameless = self.flows[flow].edges.iter().filter(|edge| self.edges[**edge].id.is_empty()).count();
        if nameless == 0 { Ok(()) } else { Err(format!("{nameless} edges are not in the graph: {graph}")) }
    }
}

/// Which ends meet an edge, in either word.
fn on(args: &Value) -> &'static str {
    match (args["on"].as_str(), args["dependencyKind"].as_str()) {
        (Some("failure"), _) | (_, Some("failure_only")) => "failure",
        (Some("end"), _) | (_, Some("any_end")) => "end",
        _ => "success",
    }
}
