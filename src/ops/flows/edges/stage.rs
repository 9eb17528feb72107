//! `stage_dependency_edge`: a flow is told that one member depends on another. Nothing follows from it until it is
//! applied; only a cycle is closed by staged edges too. Contract: edges.stage, edges.acyclic, edges.known-id,
//! edges.expected-revision.

use super::order;
use crate::error::{Code, Error, Result};
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::Execution;
use crate::model::flows::edge::{DependencyKind, Edge, EdgeOn, EdgeState};
use crate::model::flows::flow::Flow;
use crate::model::flows::order::Found;
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, opt_uuid, required_uuid, uuid_text};
use crate::ops::flows::find::{member, open_flow};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `stage_dependency_edge`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct StageDependencyEdgeArgs {
    /// The flow.
    pub flow_id: String,
    /// The id of the edge, a UUID that no other edge of the flow has; minted when left out.
    pub edge_id: Option<String>,
    /// The member that must end.
    pub upstream_execution_id: String,
    /// The member that depends on it.
    pub downstream_execution_id: String,
    /// Which ends of it meet the dependency; `success` when left out.
    pub on: Option<EdgeOn>,
    /// The same in the word that reads tell; not beside `on`, unless they agree.
    pub dependency_kind: Option<DependencyKind>,
    /// What the downstream's worker is told of the edge: 1 to 256 bytes.
    pub edge_ref: Option<String>,
    /// Whether the upstream's result becomes the downstream's input.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub replace_input: bool,
    /// The revision that the flow must have, where that matters.
    pub expected_graph_revision: Option<i64>,
}

reads!(StageDependencyEdgeArgs {
    flow_id,
    edge_id,
    upstream_execution_id,
    downstream_execution_id,
    on,
    dependency_kind,
    edge_ref,
    replace_input = default,
    expected_graph_revision,
});

/// The answer of `stage_dependency_edge`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct StageDependencyEdgeAnswer {
    /// The edge.
    pub edge_id: String,
    /// The revision of the flow now.
    pub new_graph_revision: i64,
}

/// Checked arguments.
pub struct Ready {
    flow: Uuid,
    upstream: ExecutionId,
    downstream: ExecutionId,
    edge: NewEdge,
    revision: Option<i64>,
}

/// What is told of an edge beside its ends.
#[derive(Clone, Debug)]
pub struct NewEdge {
    /// Its id; minted where there is none.
    pub id: Option<Uuid>,
    /// Which ends it asks for.
    pub kind: DependencyKind,
    /// What the downstream's worker is told of it.
    pub edge_ref: Option<String>,
    /// Whether the upstream's result becomes the downstream's input.
    pub replaces: bool,
}

impl Call for StageDependencyEdgeArgs {
    const OP: &'static str = "stage_dependency_edge";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = StageDependencyEdgeAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let flow = required_uuid("flowId", &self.flow_id)?;
        let id = opt_uuid("edgeId", self.edge_id.as_deref())?;
        let upstream = ExecutionId::parse("upstreamExecutionId", &self.upstream_execution_id)?;
        let downstream = ExecutionId::parse("downstreamExecutionId", &self.downstream_execution_id)?;
        argument::opt_name("edgeRef", self.edge_ref.as_deref())?;
        argument::opt_number("expectedGraphRevision", self.expected_graph_revision, 0, INTEGER_MAX)?;
        if upstream == downstream {
            return Err(self_reference(&upstream));
        }
        let kind = DependencyKind::of(self.on);
        let told = self.dependency_kind.unwrap_or(kind);
        if self.on.is_some() && told != kind {
            return Err(Error::argument(Code::InvalidInput, "dependencyKind", "the kind that on beside it says", told));
        }
        let edge = NewEdge { id, kind: told, edge_ref: self.edge_ref, replaces: self.replace_input };
        Ok(Ready { flow, upstream, downstream, edge, revision: self.expected_graph_revision })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<StageDependencyEdgeAnswer> {
        let flow = open_flow(turn, ready.flow)?;
        let found = turn.store.flow(flow)?.revision;
        if let Some(expected) = ready.revision.filter(|expected| *expected != found) {
            return Err(stale(turn.store.flow(flow)?, expected));
        }
        let upstream = member(turn, flow, "upstreamExecutionId", &ready.upstream)?;
        let downstream = member(turn, flow, "downstreamExecutionId", &ready.downstream)?;
        let found = refuse_cycle(turn, flow, &upstream, &downstream)?;
        refuse_known(turn, flow, ready.edge.id)?;
        turn.store.refuse_when_full()?;
        order::carry_out(turn, flow, found)?;
        let edge = stage(turn, flow, (&upstream, &downstream), &ready.edge, None)?;
        Ok(StageDependencyEdgeAnswer {
            edge_id: uuid_text(edge.id),
            new_graph_revision: turn.store.flow(flow)?.revision,
        })
    }
}

/// Refuses an edge that would close a cycle; answers what it moves in the order of all members.
pub fn refuse_cycle(
    turn: &mut Turn<'_>,
    flow: i64,
    upstream: &Execution,
    downstream: &Execution,
) -> Result<Option<Found>> {
    match order::found(turn, upstream.row, downstream.row)? {
        Some(Found::Cycle) => Err(cycle(turn.store.flow(flow)?, upstream, downstream)),
        found => Ok(found),
    }
}

/// Refuses an edge whose id another one of the flow has.
pub fn refuse_known(turn: &Turn<'_>, flow: i64, id: Option<Uuid>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    match turn.store.edge(flow, id)? {
        Some(edge) => Err(known(turn, &edge)?),
        None => Ok(()),
    }
}

/// Stages an edge that nothing is in the way of, from an upstream to a downstream, or has it applied in a round of its
/// downstream's group at once. What it moves in the order of all members was moved before.
pub fn stage(
    turn: &mut Turn<'_>,
    flow: i64,
    (upstream, downstream): (&Execution, &Execution),
    new: &NewEdge,
    round: Option<i64>,
) -> Result<Edge> {
    let edge = Edge {
        id: new.id.unwrap_or_else(|| turn.mint.ordered_uuid(turn.now)),
        flow,
        upstream: upstream.row,
        downstream: downstream.row,
        kind: new.kind,
        state: if round.is_some() { EdgeState::Applied } else { EdgeState::Staged },
        round: round.unwrap_or(0),
        aside: false,
        replaces: new.replaces,
        edge_ref: new.edge_ref.clone(),
        result: None,
        created_at: turn.now,
    };
    turn.store.insert_edge(&edge)?;
    let flow = turn.store.flow_mut(flow)?;
    flow.edge_count += 1;
    flow.revision += 1;
    flow.changed_at = turn.now;
    let flow = flow.clone();
    let detail = EventDetail::Edge {
        edge_id: uuid_text(edge.id),
        upstream_execution_id: upstream.id.text(),
        downstream_execution_id: downstream.id.text(),
    };
    turn.tell_flow(turn.now, Cause::FlowEdgeStaged, &flow, Some(&detail))?;
    Ok(edge)
}

/// The refusal of an edge from an execution to itself.
#[cold]
pub fn self_reference(id: &ExecutionId) -> Error {
    Error::new(Code::SelfReferencingEdge, format!("execution {id} cannot depend on itself")).with("executionId", id)
}

#[cold]
fn stale(flow: &Flow, expected: i64) -> Error {
    let (id, found) = (uuid_text(flow.id), flow.revision);
    Error::new(Code::StaleGraphRevision, format!("flow {id} has the revision {found}, the caller expects {expected}"))
        .with("flowId", id)
        .with_number("expected", expected)
        .with_number("found", found)
}

#[cold]
fn cycle(flow: &Flow, upstream: &Execution, downstream: &Execution) -> Error {
    let (upstream, downstream) = (upstream.id, downstream.id);
    let message = format!("execution {downstream} cannot depend on {upstream}, which depends on it already");
    Error::new(Code::CycleDetected, message)
        .with("flowId", uuid_text(flow.id))
        .with("upstreamExecutionId", upstream)
        .with("downstreamExecutionId", downstream)
}

#[cold]
fn known(turn: &Turn<'_>, edge: &Edge) -> Result<Error> {
    let id = uuid_text(edge.id);
    let refused = Error::new(Code::DependencyAlreadyExists, format!("the flow has an edge with the id {id} already"))
        .with("edgeId", id)
        .with("upstreamExecutionId", turn.store.execution(edge.upstream)?.id)
        .with("downstreamExecutionId", turn.store.execution(edge.downstream)?.id)
        .with("dependencyKind", edge.kind)
        .with("edgeState", edge.kind.edge_word(edge.state))
        .with("replaceInput", edge.replaces)
        .with_number("createdAt", edge.created_at);
    Ok(match &edge.edge_ref {
        Some(edge_ref) => refused.with("edgeRef", edge_ref),
        None => refused,
    })
}
