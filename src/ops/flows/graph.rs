//! `flow_graph`: a flow as a picture of it needs it, in two statements: its members and the edges between them.
//! Contract: flows.graph, flows.graph-limits.
//!
//! Absent on purpose: pages; a picture of more members than its limit shows the first of them, and says so.

use crate::error::Result;
use crate::model::flows::edge::{DependencyKind, EdgeGroup, EdgeGroupPolicy, EdgeWord, GroupState};
use crate::model::flows::flow::FlowState;
use crate::model::ground::argument::{self, INTEGER_MAX, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::{required_uuid, uuid_text};
use crate::model::ground::vocabulary::{Outcome, PublicState};
use crate::ops::executions::count::Counts;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::{Drawn, Member};
use serde::Serialize;
use uuid::Uuid;

/// Members that are shown when no limit is named.
pub const NODES_DEFAULT: i64 = 1_000;
/// Members that are shown at most.
pub const NODES_MAX: i64 = 10_000;
/// Edges that are shown at most.
pub const EDGES_MAX: i64 = 100_000;

/// The arguments of `flow_graph`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct FlowGraphArgs {
    /// The flow.
    pub flow_id: String,
    /// How many members are shown: 1 000 when left out; more than 10 000 is read as 10 000.
    pub limit: Option<i64>,
}

reads!(FlowGraphArgs { flow_id, limit });

/// What a member needs of its upstreams, and what became of them so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct GraphGroup {
    /// What it needs.
    pub policy: EdgeGroupPolicy,
    /// Applied edges.
    pub total: i64,
    /// Those that are met.
    pub succeeded: i64,
    /// Those that are not, as their upstream failed, expired, was cancelled or succeeded.
    pub failed: i64,
    /// Those that are not, as their upstream was skipped.
    pub skipped: i64,
    /// Whether it is settled.
    pub state: GroupState,
}

/// A member of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct GraphNode {
    /// The execution.
    pub execution_id: String,
    /// What the flow calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its lane.
    pub lane: String,
    /// Its kind of work.
    pub kind: String,
    /// Its state.
    pub public_state: PublicState,
    /// When it was created, in Unix ms.
    pub created_at: i64,
    /// When it was first claimed, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When it ended, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// When it last changed, in Unix ms.
    pub changed_at: i64,
    /// Attempts ever started.
    pub attempt_count: i64,
    /// What it needs of its upstreams; left out where it never needed any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GraphGroup>,
}

/// An edge between two members that are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct GraphEdge {
    /// The edge.
    pub edge_id: String,
    /// The place of its upstream among the nodes, from 0 on.
    pub from: usize,
    /// The place of its downstream among the nodes.
    pub to: usize,
    /// Which ends of its upstream meet it.
    pub dependency_kind: DependencyKind,
    /// Where it is in its life.
    pub edge_state: EdgeWord,
    /// How its upstream ended, once it is resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// A flow as a picture of it needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct FlowGraph {
    /// The flow.
    pub flow_id: String,
    /// What it is for.
    pub kind: String,
    /// Its state in one word.
    pub public_flow_state: FlowState,
    /// Rises with each member and each edge.
    pub graph_revision: i64,
    /// How many of all its members are in each state.
    #[cfg_attr(feature = "types", ts(type = "Record<PublicState, number>"))]
    pub counts: Counts,
    /// Its members, in the order of their creation.
    pub nodes: Vec<GraphNode>,
    /// The edges between them, by upstream, then in the order of ids; 100 000 at most.
    pub edges: Vec<GraphEdge>,
    /// Whether there are more members, or more edges between those shown.
    pub truncated: bool,
}

/// Checked arguments.
pub struct Ready {
    id: Uuid,
    limit: i64,
}

impl Call for FlowGraphArgs {
    const OP: &'static str = "flow_graph";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = Option<FlowGraph>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = required_uuid("flowId", &self.flow_id)?;
        argument::opt_number("limit", self.limit, 0, INTEGER_MAX)?;
        Ok(Ready { id, limit: self.limit.unwrap_or(NODES_DEFAULT).min(NODES_MAX) })
    }

    /// Nothing for an unknown flow.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<FlowGraph>> {
        turn.find_flow(ready.id)?.map(|row| graph(turn, row, ready.limit)).transpose()
    }
}

fn graph(turn: &mut Turn<'_>, row: i64, limit: i64) -> Result<FlowGraph> {
    turn.store.save_flows()?;
    let (members, more) = argument::page_of(turn.store.members(row, limit + 1)?, limit);
    let rows: Vec<i64> = members.iter().map(|member| member.row).collect();
    let drawn = match rows.last() {
        Some(last) => turn.store.edges_among(row, *last, EDGES_MAX + 1)?,
        None => Vec::new(),
    };
    let (drawn, more_edges) = argument::page_of(drawn, EDGES_MAX);
    let nodes = members.into_iter().map(|member| node(turn, member)).collect::<Result<_>>()?;
    let kind = turn.store.flow_texts(row)?.kind;
    let flow = turn.store.flow(row)?;
    Ok(FlowGraph {
        flow_id: uuid_text(flow.id),
        kind,
        public_flow_state: flow.state(),
        graph_revision: flow.revision,
        counts: Counts(flow.counts),
        nodes,
        edges: drawn.iter().filter_map(|edge| between(edge, &rows)).collect(),
        truncated: more || more_edges,
    })
}

fn node(turn: &mut Turn<'_>, member: Member) -> Result<GraphNode> {
    let listed = member.listed;
    Ok(GraphNode {
        execution_id: listed.id.text(),
        name: member.name,
        lane: turn.store.route(listed.route)?.lane.clone(),
        kind: listed.kind,
        public_state: listed.state,
        created_at: listed.created_at,
        started_at: listed.started_at,
        ended_at: listed.ended_at,
        changed_at: member.changed_at,
        attempt_count: listed.attempt_count,
        group: member.group.as_ref().map(group),
    })
}

fn group(group: &EdgeGroup) -> GraphGroup {
    let EdgeGroup { policy, total, succeeded, failed, skipped, state, .. } = *group;
    GraphGroup { policy, total, succeeded, failed, skipped, state }
}

/// An edge by the places of its ends among the rows that are shown.
fn between(edge: &Drawn, rows: &[i64]) -> Option<GraphEdge> {
    Some(GraphEdge {
        edge_id: uuid_text(edge.id),
        from: rows.binary_search(&edge.upstream).ok()?,
        to: rows.binary_search(&edge.downstream).ok()?,
        dependency_kind: edge.kind,
        edge_state: edge.kind.edge_word(edge.state),
        outcome: edge.state.outcome(),
    })
}
