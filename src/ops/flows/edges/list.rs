//! `list_edges`: those of a flow, or of one of its members, in the order of ids. Contract: edges.list, edges.list-none.

use super::describe::{EdgeSnapshot, edge_snapshot};
use crate::error::{Code, Error, Result};
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, opt_uuid, required_uuid, uuid_text};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::EdgesOf;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `list_edges`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ListEdgesArgs {
    /// The flow.
    pub flow_id: String,
    /// Only edges that leave this member.
    pub upstream_execution_id: Option<String>,
    /// Only edges that lead to this member; not beside the other one.
    pub downstream_execution_id: Option<String>,
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
    pub limit: Option<i64>,
}

reads!(ListEdgesArgs { flow_id, upstream_execution_id, downstream_execution_id, cursor, limit });

/// A page of edges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct EdgePage {
    /// In the order of ids.
    pub edges: Vec<EdgeSnapshot>,
    /// Present only when more remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Which edges of a row.
type Side = fn(i64) -> EdgesOf;

/// Checked arguments.
pub struct Ready {
    flow: Uuid,
    /// A member, and which of its edges.
    node: Option<(ExecutionId, Side)>,
    after: Option<Uuid>,
    limit: i64,
}

impl Call for ListEdgesArgs {
    const OP: &'static str = "list_edges";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = EdgePage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let flow = required_uuid("flowId", &self.flow_id)?;
        let node = |field, id: Option<&str>| id.map(|id| ExecutionId::parse(field, id)).transpose();
        let upstream = node("upstreamExecutionId", self.upstream_execution_id.as_deref())?;
        let downstream = node("downstreamExecutionId", self.downstream_execution_id.as_deref())?;
        if let (Some(_), Some(found)) = (upstream, downstream) {
            let limit = "nothing beside upstreamExecutionId";
            return Err(Error::argument(Code::InvalidInput, "downstreamExecutionId", limit, found));
        }
        let leaving = upstream.map(|id| (id, EdgesOf::Upstream as Side));
        let node = leaving.or(downstream.map(|id| (id, EdgesOf::Downstream as Side)));
        let limit = argument::page("limit", self.limit)?;
        let after = opt_uuid("cursor", self.cursor.as_deref())?;
        Ok(Ready { flow, node, after, limit })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<EdgePage> {
        let empty = EdgePage { edges: Vec::new(), next_cursor: None };
        let Some(of) = edges_of(ready, turn)? else { return Ok(empty) };
        let found = turn.store.list_edges(of, ready.after, ready.limit + 1)?;
        let (found, next_cursor) = argument::page_after(found, ready.limit, |(last, _)| Some(uuid_text(last.id)));
        let edges = found.into_iter().map(|(edge, ends)| edge_snapshot(ready.flow, edge, ends)).collect();
        Ok(EdgePage { edges, next_cursor })
    }
}

/// Which edges are asked for; none where the flow is unknown, or the execution is no member of it.
fn edges_of(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<EdgesOf>> {
    let Some(flow) = turn.find_flow(ready.flow)? else { return Ok(None) };
    let Some((id, of)) = &ready.node else { return Ok(Some(EdgesOf::Flow(flow))) };
    let node = turn.find(id)?.filter(|node| node.flow == Some(flow));
    Ok(node.map(|node| of(node.row)))
}
