//! `describe_edge`: one dependency, as every read of edges tells it. Contract: edges.words, edges.list-none.

use crate::error::Result;
use crate::model::flows::edge::{DependencyKind, Edge, EdgeWord};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, required_uuid, uuid_text};
use crate::model::ground::vocabulary::Outcome;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `describe_edge`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct DescribeEdgeArgs {
    /// The flow.
    pub flow_id: String,
    /// The edge.
    pub edge_id: String,
}

reads!(DescribeEdgeArgs { flow_id, edge_id });

/// A dependency of one member of a flow on another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct EdgeSnapshot {
    /// The edge.
    pub edge_id: String,
    /// Its flow.
    pub flow_id: String,
    /// The member that must end.
    pub upstream_execution_id: String,
    /// The member that depends on it.
    pub downstream_execution_id: String,
    /// Which ends of it meet the dependency.
    pub dependency_kind: DependencyKind,
    /// Always `all_required`; the policy of the downstream's edge group says how many are.
    #[cfg_attr(feature = "types", ts(type = "\"all_required\""))]
    pub satisfaction_condition: &'static str,
    /// What the downstream's worker is told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge_ref: Option<String>,
    /// Whether the upstream's result becomes the downstream's input.
    pub replace_input: bool,
    /// Where it is in its life.
    pub edge_state: EdgeWord,
    /// How its upstream ended, once it is resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// When it was staged, in Unix ms.
    pub created_at: i64,
    /// Who staged it: always `engine`.
    #[cfg_attr(feature = "types", ts(type = "\"engine\""))]
    pub created_by: &'static str,
    /// Which group of its downstream counts it; 0 while it is staged.
    pub round: i64,
}

/// An edge as it is told, its ends the upstream first.
pub fn edge_snapshot(flow: Uuid, edge: Edge, [upstream, downstream]: [ExecutionId; 2]) -> EdgeSnapshot {
    EdgeSnapshot {
        edge_id: uuid_text(edge.id),
        flow_id: uuid_text(flow),
        upstream_execution_id: upstream.text(),
        downstream_execution_id: downstream.text(),
        dependency_kind: edge.kind,
        satisfaction_condition: "all_required",
        edge_ref: edge.edge_ref,
        replace_input: edge.replaces,
        edge_state: edge.kind.edge_word(edge.state),
        outcome: edge.state.outcome(),
        created_at: edge.created_at,
        created_by: "engine",
        round: edge.round,
    }
}

impl Call for DescribeEdgeArgs {
    const OP: &'static str = "describe_edge";
    const WRITES: bool = false;
    type Ready = [Uuid; 2];
    type Answer = Option<EdgeSnapshot>;

    fn check(self, _limits: &Limits) -> Result<[Uuid; 2]> {
        Ok([required_uuid("flowId", &self.flow_id)?, required_uuid("edgeId", &self.edge_id)?])
    }

    fn run([flow, id]: &[Uuid; 2], turn: &mut Turn<'_>) -> Result<Option<EdgeSnapshot>> {
        let Some(row) = turn.find_flow(*flow)? else { return Ok(None) };
        let Some(edge) = turn.store.edge(row, *id)? else { return Ok(None) };
        let ends = [turn.store.execution(edge.upstream)?.id, turn.store.execution(edge.downstream)?.id];
        Ok(Some(edge_snapshot(*flow, edge, ends)))
    }
}
