//! Listing flows, the groups of one, and edges: pages in the order of ids, each an index search without a sort.

use super::edge::{self, edge_columns};
use super::flow::{self, flow_columns};
use super::group::{self, group_columns};
use crate::error::Result;
use crate::model::flows::edge::{DependencyKind, Edge, EdgeGroup, EdgeState};
use crate::model::flows::flow::Flow;
use crate::model::ground::id::{ExecutionId, stored_uuid};
use crate::store::Store;
use uuid::Uuid;

/// Which edges are listed.
#[derive(Clone, Copy, Debug)]
pub enum EdgesOf {
    /// Those of a flow.
    Flow(i64),
    /// Those that leave an execution.
    Upstream(i64),
    /// Those that lead to an execution.
    Downstream(i64),
}

/// A flow as a listing looks at it.
#[derive(Clone, Debug)]
pub struct ListedFlow {
    /// The flow.
    pub flow: Flow,
    /// What it is for.
    pub kind: String,
    /// Its tags, as they are stored.
    pub tags: Option<String>,
}

/// An edge as a picture of its flow shows it.
#[derive(Clone, Copy, Debug)]
pub struct Drawn {
    /// Its id.
    pub id: Uuid,
    /// The row of its upstream.
    pub upstream: i64,
    /// The row of its downstream.
    pub downstream: i64,
    /// Which ends it asks for.
    pub kind: DependencyKind,
    /// Where it is in its life.
    pub state: EdgeState,
}

/// Edges with their ends, upstream first.
macro_rules! edges_where {
    () => {
        concat!(
            "SELECT ",
            edge_columns!(),
            ", (SELECT public_id FROM execution WHERE id = upstream), \
             (SELECT public_id FROM execution WHERE id = downstream) FROM edge WHERE "
        )
    };
}

impl Store {
    /// Flows after an id with their kinds and tags, in the order of ids, at most so many; of one namespace or of all. Left out is
    /// what is past its retention at an instant. What is remembered of flows must have been written.
    pub fn list_flows(
        &self,
        after: Option<Uuid>,
        namespace: Option<i64>,
        limit: i64,
        now: i64,
    ) -> Result<Vec<ListedFlow>> {
        const ALL: &str = concat!(
            "SELECT ",
            flow_columns!(),
            ", kind, tags FROM flow WHERE public_id > ?1 AND coalesce(ended_at + coalesce(retention_ms, ?4) > ?3, 1) \
             ORDER BY public_id LIMIT ?2"
        );
        const ONE: &str = concat!(
            "SELECT ",
            flow_columns!(),
            ", kind, tags FROM flow WHERE namespace = ?5 AND public_id > ?1 \
             AND coalesce(ended_at + coalesce(retention_ms, ?4) > ?3, 1) ORDER BY public_id LIMIT ?2"
        );
        let after = after_id(after.as_ref());
        let params = [after.into(), limit.into(), now.into(), self.retention.executions_ms.into(), namespace.into()];
        let (sql, params) = if namespace.is_some() { (ONE, &params[..]) } else { (ALL, &params[..4]) };
        self.all(sql, params, |row| {
            Ok(ListedFlow {
                flow: flow::read(row)?,
                kind: row.text(flow::COLUMNS)?.to_owned(),
                tags: row.opt_text(flow::COLUMNS + 1)?.map(str::to_owned),
            })
        })
    }

    /// The groups of a flow's members in the order of their creation, at most so many. They must have been written.
    pub fn flow_groups(&self, flow: i64, limit: i64) -> Result<Vec<(ExecutionId, EdgeGroup)>> {
        const SQL: &str = concat!(
            "SELECT public_id, ",
            group_columns!(),
            " FROM execution CROSS JOIN edge_group ON edge_group.execution = execution.id WHERE flow = ?1 \
             ORDER BY execution.id LIMIT ?2"
        );
        self.all(SQL, &[flow.into(), limit.into()], |row| {
            Ok((ExecutionId::of_stored(row.blob(0)?)?, group::read(row, 1)?))
        })
    }

    /// Those groups of a flow's members that have edges and ask for more. They must have been written.
    pub fn short_groups(&self, flow: i64) -> Result<Vec<EdgeGroup>> {
        const SQL: &str = concat!(
            "SELECT ",
            group_columns!(),
            " FROM execution CROSS JOIN edge_group ON edge_group.execution = execution.id WHERE flow = ?1 \
             AND edge_group.policy = 3 AND k > total AND total > 0 AND state = 1 ORDER BY execution.id"
        );
        self.all(SQL, &[flow.into()], |row| group::read(row, 0))
    }

    /// Edges after an id with their ends, upstream first, in the order of ids, at most so many.
    pub fn list_edges(&self, of: EdgesOf, after: Option<Uuid>, limit: i64) -> Result<Vec<(Edge, [ExecutionId; 2])>> {
        const FLOW: &str = concat!(edges_where!(), "flow = ?1 AND public_id > ?2 ORDER BY public_id LIMIT ?3");
        const UPSTREAM: &str = concat!(edges_where!(), "upstream = ?1 AND public_id > ?2 ORDER BY public_id LIMIT ?3");
        const DOWNSTREAM: &str =
            concat!(edges_where!(), "downstream = ?1 AND public_id > ?2 ORDER BY public_id LIMIT ?3");
        let (sql, row) = match of {
            EdgesOf::Flow(row) => (FLOW, row),
            EdgesOf::Upstream(row) => (UPSTREAM, row),
            EdgesOf::Downstream(row) => (DOWNSTREAM, row),
        };
        self.all(sql, &[row.into(), after_id(after.as_ref()).into(), limit.into()], |row| {
            let end = |place| ExecutionId::of_stored(row.blob(edge::COLUMNS + place)?);
            Ok((edge::read(row)?, [end(0)?, end(1)?]))
        })
    }

    /// The edges between those members of a flow that stand up to a row, by upstream, then in the order of ids, at most
    /// so many.
    pub fn edges_among(&self, flow: i64, last: i64, limit: i64) -> Result<Vec<Drawn>> {
        const SQL: &str = "SELECT edge.public_id, upstream, downstream, state, dependency_kind FROM execution \
             CROSS JOIN edge ON upstream = execution.id WHERE execution.flow = ?1 AND execution.id <= ?2 \
             AND downstream <= ?2 ORDER BY execution.id, edge.public_id LIMIT ?3";
        self.all(SQL, &[flow.into(), last.into(), limit.into()], |row| {
            Ok(Drawn {
                id: stored_uuid(row.blob(0)?)?,
                upstream: row.int(1)?,
                downstream: row.int(2)?,
                state: EdgeState::of_number(row.int(3)?)?,
                kind: DependencyKind::of_number(row.int(4)?)?,
            })
        })
    }
}

/// The bytes after which a page begins: all others where it begins with the first.
fn after_id(id: Option<&Uuid>) -> &[u8] {
    id.map_or(&[], |id| id.as_bytes())
}
