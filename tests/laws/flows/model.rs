//! A pure model of flows, written from the contract: members with their phases, edges, groups, flows.
//!
//! Calls are read from their JSON, ids that the engine mints are taken from its answers; all else is predicted. What
//! follows from an end stands in `cascade`, calls about graphs in `graph` and `ending`, those of workers in `work`,
//! replays in `replay`, what is due in `time`, what reads answer in `picture`.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a call answers, or its refusal.
pub type Answer = Result<Value, Value>;
/// Bytes in hex and how they are encoded.
pub type Payload = Option<(String, Option<String>)>;

/// Why a member is skipped when nothing that it is for has come to pass.
pub const NOT_NEEDED: &str = "not_needed";
pub const CHILDREN: &str = "waiting_for_children";

/// Why a member is claimed the next time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    First,
    Retry,
    Replay,
    Interrupted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Waiting { next: Next },
    Delayed { next: Next, until_at: i64 },
    Blocked { next: Next, by: &'static str, not_before_at: Option<i64> },
    Held { expires_at: i64 },
    Lapsed { backoff_until: Option<i64> },
    Ended { outcome: &'static str },
}

#[derive(Clone, Debug)]
pub struct Attempt {
    pub epoch: i64,
    /// Through which opening of the engine its latest lease was taken.
    pub connection: usize,
    pub ended: Option<&'static str>,
    /// The call that ended its lease, and its answer.
    pub finished: Option<(&'static str, Value)>,
}

/// What a worker holds.
#[derive(Clone, Debug)]
pub struct Handle {
    pub text: String,
    pub row: usize,
    pub index: usize,
    pub epoch: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Need {
    #[default]
    All,
    Any,
    Quorum(i64),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    pub need: Need,
    pub let_run: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupState {
    #[default]
    Pending,
    Satisfied,
    Impossible,
}

/// The applied inbound edges of one round of a member.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Whether it has a policy of its own or an edge.
    pub known: bool,
    pub policy: Policy,
    pub round: i64,
    pub total: i64,
    pub succeeded: i64,
    pub failed: i64,
    pub skipped: i64,
    pub state: GroupState,
    /// When its downstream stops waiting for it.
    pub due_at: Option<i64>,
    /// Whether that stopped waiting for the round before.
    pub timed_out: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeState {
    Staged,
    Applied,
    /// Met, with the end of its upstream: its outcome, or `not_needed`.
    Satisfied(&'static str),
    /// Not met.
    Impossible(&'static str),
}

#[derive(Clone, Debug)]
pub struct Edge {
    /// Empty until the engine has told which one it minted.
    pub id: String,
    pub flow: usize,
    pub up: usize,
    pub down: usize,
    /// Which ends meet it.
    pub on: &'static str,
    pub named: Option<String>,
    pub replaces: bool,
    pub state: EdgeState,
    pub round: i64,
    /// Left behind by a replay of its downstream alone.
    pub aside: bool,
    pub result: Payload,
    pub created_at: i64,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub row: usize,
    pub id: String,
    pub name: Option<String>,
    pub lane: String,
    pub kind: String,
    pub namespace: String,
    pub priority: i64,
    pub phase: Phase,
    pub flow: Option<usize>,
    pub group: Group,
    /// Edges to it and from it, in the order in which they were staged.
    pub inbound: Vec<usize>,
    pub outbound: Vec<usize>,
    pub attempts: Vec<Attempt>,
    pub epoch: i64,
    pub retries_max: i64,
    pub retry_delay_ms: i64,
    pub retry_count: i64,
    pub reclaims_max: i64,
    pub reclaim_count: i64,
    pub replays_max: i64,
    pub replay_count: i64,
    pub lapses: i64,
    pub deadline_at: Option<i64>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub changed_at: i64,
    pub ended_at: Option<i64>,
    pub input: Payload,
    pub result: Payload,
    /// Why it was cancelled, expired or skipped, and by whom.
    pub ending: Option<(String, Option<String>)>,
    /// Cancelled since a group that it was an upstream of was satisfied.
    pub excused: bool,
}

/// How a flow was cancelled.
#[derive(Clone, Debug)]
pub struct Cancelled {
    pub at: i64,
    pub policy: String,
    pub reason: Option<String>,
    /// Members that it has ended.
    pub count: usize,
}

#[derive(Clone, Debug)]
pub struct Flow {
    pub row: usize,
    pub id: String,
    pub kind: String,
    pub namespace: String,
    pub tags: BTreeMap<String, String>,
    pub revision: i64,
    pub members: BTreeSet<usize>,
    pub edges: Vec<usize>,
    pub created_at: i64,
    pub sealed: bool,
    pub cancelled: Option<Cancelled>,
    pub ended_at: Option<i64>,
    /// When the rest of its members is cancelled, and which those are.
    pub backlog: Option<(i64, BTreeSet<usize>)>,
}

#[derive(Debug, Default)]
pub struct Model {
    pub members: Vec<Member>,
    pub by_id: BTreeMap<String, usize>,
    pub flows: Vec<Flow>,
    pub flow_ids: BTreeMap<String, usize>,
    pub edges: Vec<Edge>,
    pub handles: Vec<Handle>,
    /// Events since the beginning, and where those of the step begin.
    pub log: Vec<Value>,
    pub step_from: usize,
    /// Of the step: executions that ended, flows that ended, members and flows that were touched.
    pub finished: BTreeSet<String>,
    pub over: BTreeSet<String>,
    pub touched: BTreeSet<usize>,
    pub touched_flows: BTreeSet<usize>,
    /// Ended, their edges not resolved yet.
    pub queue: VecDeque<usize>,
    /// How often the engine was opened again.
    pub connection: usize,
    /// What happened, by name.
    pub met: BTreeMap<&'static str, usize>,
}

pub fn refused(code: &str) -> Value {
    json!({ "error": { "code": code } })
}

pub fn text<'a>(args: &'a Value, member: &str) -> &'a str {
    args[member].as_str().unwrap_or_default()
}

pub fn owned(args: &Value, member: &str) -> Option<String> {
    args[member].as_str().map(str::to_owned)
}

pub fn payload(args: &Value, member: &str) -> Payload {
    owned(args, member).map(|bytes| (bytes, owned(args, "encoding")))
}

impl Member {
    pub fn over(&self) -> bool {
        matches!(self.phase, Phase::Ended { .. })
    }

    pub fn outcome(&self) -> Option<&'static str> {
        if let Phase::Ended { outcome } = self.phase { Some(outcome) } else { None }
    }

    /// Neither ended nor in the hands of a worker.
    pub fn runnable(&self) -> bool {
        matches!(self.phase, Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. })
    }

    pub fn active(&self) -> bool {
        matches!(self.phase, Phase::Held { .. } | Phase::Lapsed { .. })
    }

    pub fn held(&self) -> bool {
        matches!(self.phase, Phase::Held { .. })
    }

    pub fn public_state(&self) -> &'static str {
        match self.phase {
            Phase::Delayed { .. } => "delayed",
            Phase::Blocked { by: CHILDREN, .. } => "waiting_children",
            Phase::Blocked { by: "waiting_for_budget" | "waiting_for_quota", .. } => "rate_limited",
            Phase::Waiting { .. } | Phase::Blocked { .. } => "waiting",
            Phase::Held { .. } | Phase::Lapsed { .. } => "active",
            Phase::Ended { outcome: "success" } => "completed",
            Phase::Ended { outcome } => outcome,
        }
    }
}

impl Model {
    /// Forgets what is remembered of the step before.
    pub fn next_step(&mut self) {
        self.step_from = self.log.len();
        self.finished.clear();
        self.over.clear();
        self.touched.clear();
        self.touched_flows.clear();
    }

    pub fn meet(&mut self, what: &'static str) {
        *self.met.entry(what).or_default() += 1;
    }

    pub fn find(&self, id: &str) -> Result<usize, Value> {
        self.by_id.get(id).copied().ok_or_else(|| refused("not_found.execution"))
    }

    pub fn find_flow(&self, id: &str) -> Result<usize, Value> {
        self.flow_ids.get(id).copied().ok_or_else(|| refused("not_found.flow"))
    }

    /// A flow that still takes members and edges.
    pub fn open_flow(&self, id: &str) -> Result<usize, Value> {
        let row = self.find_flow(id)?;
        if self.is_over(row) { Err(refused("state.flow_already_terminal")) } else { Ok(row) }
    }

    pub fn live(&self, flow: usize) -> usize {
        self.flows[flow].members.iter().filter(|row| !self.members[**row].over()).count()
    }

    pub fn is_over(&self, flow: usize) -> bool {
        let one = &self.flows[flow];
        one.cancelled.is_some() || (one.sealed && self.live(flow) == 0)
    }

    pub fn edge_of(&self, flow: usize, id: &str) -> Option<usize> {
        self.flows[flow].edges.iter().copied().find(|edge| self.edges[*edge].id == id)
    }

    /// In the order of their ids.
    pub fn sorted(&self, mut edges: Vec<usize>) -> Vec<usize> {
        edges.sort_by(|left, right| self.edges[*left].id.cmp(&self.edges[*right].id));
        edges
    }

    /// Whether a path leads from a member to another one.
    pub fn leads(&self, from: usize, to: usize) -> bool {
        let (mut seen, mut next) = (BTreeSet::from([from]), vec![from]);
        while let Some(row) = next.pop() {
            if row == to {
                return true;
            }
            next.extend(
                self.members[row].outbound.iter().map(|edge| self.edges[*edge].down).filter(|row| seen.insert(*row)),
            );
        }
        false
    }

    /// Moves a member to another phase at an instant: the one event, the stamps, what follows from an end.
    pub fn enter(&mut self, row: usize, at: i64, phase: Phase, cause: &str, lease: Option<&str>) {
        let one = &mut self.members[row];
        if matches!(one.phase, Phase::Blocked { by: CHILDREN, .. }) {
            one.group.due_at = None;
        }
        one.phase = phase;
        one.changed_at = at;
        one.ended_at = one.over().then_some(at);
        one.lapses = match phase {
            Phase::Lapsed { .. } => one.lapses + 1,
            Phase::Held { .. } => one.lapses,
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => 0,
        };
        let (id, over) = (one.id.clone(), one.over());
        self.log.push(json!({
            "at": at,
            "executionId": id,
            "namespace": one.namespace,
            "cause": cause,
            "publicState": one.public_state(),
            "completion": one.outcome(),
            "lease": lease,
            "detail": null,
        }));
        self.touch(row);
        if over {
            self.finished.insert(id);
            self.queue.push_back(row);
        }
    }

    pub fn touch(&mut self, row: usize) {
        self.touched.insert(row);
        self.touched_flows.extend(self.members[row].flow);
    }

    /// What the event just told says beyond its columns.
    pub fn tell(&mut self, detail: Value) {
        self.log.last_mut().expect("an event")["detail"] = detail;
    }

    /// An event of a flow.
    pub fn flow_event(&mut self, flow: usize, at: i64, cause: &str, detail: &Value) {
        let one = &self.flows[flow];
        self.log.push(json!({
            "at": at,
            "executionId": null,
            "flowId": one.id,
            "namespace": one.namespace,
            "cause": cause,
            "publicState": null,
            "completion": null,
            "lease": null,
            "detail": detail,
        }));
        self.touched_flows.insert(flow);
    }
}
