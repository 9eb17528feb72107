//! `wait_children`: a worker gives its lease up until the children of its execution are done; the same attempt goes on
//! at a later claim. It may name them: their edges are staged and applied in the same step, as a new round. While
//! nothing is unresolved the execution is waiting again at once. Contract: states.wait-children, leases.repeat,
//! edges.children.

use super::apply::resolve_ended;
use super::order;
use super::stage::{NewEdge, refuse_cycle, refuse_known, self_reference, stage};
use crate::error::{Code, Error, Result};
use crate::model::attempts::handle::Handle;
use crate::model::executions::execution::{Execution, Finished};
use crate::model::executions::phase::{Held, Phase};
use crate::model::flows::edge::{DependencyKind, EdgeGroup, EdgeGroupPolicy, EdgeOn, GroupState};
use crate::model::ground::argument::{self, INSTANT_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, opt_uuid, uuid_text};
use crate::model::ground::vocabulary::{PublicState, Verb};
use crate::ops::flows::find::{member, over};
use crate::ops::ground::call::Call;
use crate::ops::ground::cascade::{end_of, follow};
use crate::ops::ground::gate::{Entry, enter, held};
use crate::ops::ground::settle::{Change, settle, transit};
use crate::ops::ground::turn::Turn;
use rustc_hash::FxHashMap;
use serde::Serialize;

/// The arguments of `wait_children`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct WaitChildrenArgs {
    /// The handle of the claim.
    pub handle: String,
    /// What it waits for: other members of its flow.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub edges: Vec<ChildEdge>,
    /// How many of them it needs; what was set for it before its first edge, or else all of them, when left out.
    pub policy: Option<EdgeGroupPolicy>,
    /// How long it waits at most, in ms: 1 or more. When that is over it is waiting again, its claim says so, and what is
    /// left of the children counts no more. For ever when left out.
    pub timeout_ms: Option<i64>,
}

/// A child that an execution waits for.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ChildEdge {
    /// The member that must end.
    pub upstream_execution_id: String,
    /// Which ends of it meet the dependency; `success` when left out.
    pub on: Option<EdgeOn>,
    /// The id of the edge, a UUID that no other edge of the flow has; minted when left out.
    pub edge_id: Option<String>,
    /// What the worker is told of the edge: 1 to 256 bytes.
    pub edge_ref: Option<String>,
    /// Whether the upstream's result becomes the input.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub replace_input: bool,
}

reads!(WaitChildrenArgs { handle, edges = default, policy, timeout_ms });
reads!(ChildEdge { upstream_execution_id, on, edge_id, edge_ref, replace_input = default });

/// The answer of `wait_children`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct WaitChildrenAnswer {
    /// The execution.
    pub execution_id: String,
    /// Its state: `waiting_children`; or, where it was settled at once, `waiting` or `skipped`.
    pub public_state: PublicState,
}

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    edges: Vec<(ExecutionId, NewEdge)>,
    policy: Option<EdgeGroupPolicy>,
    timeout_ms: Option<i64>,
}

/// What a call adds to a flow, none of which anything is in the way of.
struct Round {
    flow: i64,
    upstreams: Vec<Execution>,
    group: EdgeGroup,
    grows: bool,
}

impl Call for WaitChildrenArgs {
    const OP: &'static str = "wait_children";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = WaitChildrenAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        let mut edges = Vec::with_capacity(self.edges.len());
        for (place, edge) in self.edges.into_iter().enumerate() {
            edges.push(edge.checked(&format!("edges[{place}]"))?);
        }
        let policy = self.policy.map(EdgeGroupPolicy::whole);
        policy.map_or(Ok(()), |policy| policy.check("policy"))?;
        argument::opt_number("timeoutMs", self.timeout_ms, 1, INSTANT_MAX)?;
        Ok(Ready { handle, edges, policy, timeout_ms: self.timeout_ms })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<WaitChildrenAnswer> {
        let entry = enter(turn, &ready.handle, Some(Verb::WaitChildren))?;
        if let Entry::Repeated(execution, finished) = entry {
            return Ok(answered(&execution, finished));
        }
        let (mut execution, held) = held(entry)?;
        let round = if ready.edges.is_empty() { None } else { Some(ready.round(turn, &execution)?) };
        let settled = match &round {
            Some(round) => round.settled(turn, &ready.edges)?,
            None => Some(GroupState::Satisfied),
        };
        let skips = settled == Some(GroupState::Impossible);
        let verb = if skips { Verb::Skip } else { Verb::WaitChildren };
        let finished = Finished { verb, at: settled.map(|_| turn.now) };
        match round {
            Some(round) => ready.wait(turn, &mut execution, held, &round, finished)?,
            None => pass(turn, &mut execution, held, finished)?,
        }
        Ok(answered(&execution, finished))
    }
}

impl ChildEdge {
    fn checked(self, at: &str) -> Result<(ExecutionId, NewEdge)> {
        let upstream = ExecutionId::parse(&format!("{at}.upstreamExecutionId"), &self.upstream_execution_id)?;
        let id = opt_uuid(&format!("{at}.edgeId"), self.edge_id.as_deref())?;
        argument::opt_name(&format!("{at}.edgeRef"), self.edge_ref.as_deref())?;
        let kind = DependencyKind::of(self.on);
        Ok((upstream, NewEdge { id, kind, edge_ref: self.edge_ref, replaces: self.replace_input }))
    }
}

impl Round {
    /// What the upstreams that have ended already make of it, where they settle it.
    fn settled(&self, turn: &Turn<'_>, edges: &[(ExecutionId, NewEdge)]) -> Result<Option<GroupState>> {
        let mut group = self.group;
        for (upstream, (_, edge)) in self.upstreams.iter().zip(edges) {
            let Some(end) = end_of(turn, upstream)? else { continue };
            group.count(edge.kind, end, 1);
            let verdict = group.verdict(self.grows);
            if verdict != GroupState::Pending {
                return Ok(Some(verdict));
            }
        }
        Ok(None)
    }
}

impl Ready {
    /// The round that the edges make, refused where one of them is in the way of what is there.
    fn round(&self, turn: &mut Turn<'_>, execution: &Execution) -> Result<Round> {
        let Some(flow) = execution.flow else { return Err(flowless(execution)) };
        let mut upstreams = Vec::with_capacity(self.edges.len());
        for (place, (id, _)) in self.edges.iter().enumerate() {
            upstreams.push(member(turn, flow, &format!("edges[{place}].upstreamExecutionId"), id)?);
        }
        let found = turn.store.flow(flow)?;
        if found.is_over() {
            return Err(over(found));
        }
        let grows = found.grows();
        if upstreams.iter().any(|upstream| upstream.row == execution.row) {
            return Err(self_reference(&execution.id));
        }
        for upstream in &upstreams {
            refuse_cycle(turn, flow, upstream, execution)?;
        }
        self.refuse_known(turn, flow)?;
        turn.store.refuse_when_full()?;
        let former = turn.store.group(execution.row)?;
        // What was set before the first edge is for the first edges.
        let set = former.filter(|group| group.total == 0).map(|group| group.policy);
        let policy = self.policy.or(set).unwrap_or_default();
        let mut group = EdgeGroup::new(execution.row, policy, former.map_or(1, |group| group.round + 1));
        group.total = i64::try_from(upstreams.len()).unwrap_or(i64::MAX);
        group.due_at = self.timeout_ms.map(|timeout_ms| turn.now.saturating_add(timeout_ms).min(INSTANT_MAX));
        Ok(Round { flow, upstreams, group, grows })
    }

    /// Refuses an edge id that is in use, or stands here twice.
    fn refuse_known(&self, turn: &Turn<'_>, flow: i64) -> Result<()> {
        let mut ids = FxHashMap::default();
        for (upstream, edge) in &self.edges {
            refuse_known(turn, flow, edge.id)?;
            if let Some(id) = edge.id
                && let Some(first) = ids.insert(id, upstream)
            {
                return Err(twice(&uuid_text(id), first));
            }
        }
        Ok(())
    }

    /// Stages and applies the edges, gives the lease up, and lets what has ended already count.
    fn wait(
        &self,
        turn: &mut Turn<'_>,
        execution: &mut Execution,
        held: Held,
        round: &Round,
        finished: Finished,
    ) -> Result<()> {
        let mut edges = Vec::with_capacity(round.upstreams.len());
        for (upstream, (_, edge)) in round.upstreams.iter().zip(&self.edges) {
            // The edges before it may have moved what stood in its way.
            let found = order::found(turn, upstream.row, execution.row)?;
            order::carry_out(turn, round.flow, found)?;
            edges.push(stage(turn, round.flow, (upstream, execution), edge, Some(round.group.round))?);
        }
        turn.store.save_group(round.group)?;
        transit(turn, execution, Change { finished: Some(finished), ..Change::plain(held.wait_children(), turn.now) })?;
        for (edge, upstream) in edges.iter_mut().zip(&round.upstreams) {
            resolve_ended(turn, edge, upstream)?;
        }
        follow(turn, round.flow, turn.now)
    }
}

/// There is nothing to wait for. Contract: states.wait-children, states.unblock.
fn pass(turn: &mut Turn<'_>, execution: &mut Execution, held: Held, finished: Finished) -> Result<()> {
    if let Some(group) = turn.store.group(execution.row)?.filter(|group| group.timed_out) {
        turn.store.save_group(EdgeGroup { timed_out: false, ..group })?;
    }
    let change = Change { finished: Some(finished), ..Change::plain(held.wait_children(), turn.now) };
    settle(turn, execution, change)?;
    match execution.phase {
        Phase::Blocked(blocked) => settle(turn, execution, Change::plain(blocked.unblock(turn.now), turn.now)),
        Phase::Waiting(_) | Phase::Delayed(_) | Phase::Active(_) | Phase::Suspended(_) | Phase::Terminal(_) => Ok(()),
    }
}

/// What the call that gave the lease up was answered.
fn answered(execution: &Execution, finished: Finished) -> WaitChildrenAnswer {
    let public_state = match finished {
        Finished { at: None, .. } => PublicState::WaitingChildren,
        Finished { verb: Verb::Skip, .. } => PublicState::Skipped,
        Finished { .. } => PublicState::Waiting,
    };
    WaitChildrenAnswer { execution_id: execution.id.text(), public_state }
}

#[cold]
fn flowless(execution: &Execution) -> Error {
    Error::new(Code::ExecutionNotInFlow, format!("handle: execution {} is not a member of a flow", execution.id))
        .with("field", "handle")
        .with("executionId", execution.id)
}

#[cold]
fn twice(id: &str, first: &ExecutionId) -> Error {
    Error::new(Code::DependencyAlreadyExists, format!("edges: the id {id} stands for two of them"))
        .with("edgeId", id)
        .with("upstreamExecutionId", first)
}
