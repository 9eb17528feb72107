//! Edges: kept beside each other by upstream, so that what hangs on an end is found in one place.

use crate::error::Result;
use crate::model::flows::edge::{DependencyKind, Edge, EdgeState};
use crate::model::ground::id::stored_uuid;
use crate::store::Store;
use crate::store::driver::Row;
use uuid::Uuid;

macro_rules! edge_columns {
    () => {
        "public_id, flow, upstream, downstream, state, round, aside, replaces, edge_ref, result, created_at, dependency_kind"
    };
}

pub(in crate::store) use edge_columns;

/// How many columns that is.
pub(in crate::store) const COLUMNS: usize = 12;

impl Store {
    /// Keeps a new edge.
    pub fn insert_edge(&mut self, edge: &Edge) -> Result<()> {
        const SQL: &str = "INSERT INTO edge (public_id, flow, upstream, downstream, state, round, replaces, edge_ref, \
             result, created_at, aside, dependency_kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11)";
        let params = [
            edge.id.as_bytes().into(),
            edge.flow.into(),
            edge.upstream.into(),
            edge.downstream.into(),
            edge.state.number().into(),
            edge.round.into(),
            i64::from(edge.replaces).into(),
            edge.edge_ref.as_deref().into(),
            edge.result.into(),
            edge.created_at.into(),
            edge.kind.number().into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }

    /// The edge of a flow with an id.
    pub fn edge(&self, flow: i64, id: Uuid) -> Result<Option<Edge>> {
        const SQL: &str = concat!("SELECT ", edge_columns!(), " FROM edge WHERE flow = ?1 AND public_id = ?2");
        self.first(SQL, &[flow.into(), id.as_bytes().into()], read)
    }

    /// Saves what became of an edge: its state, its round, its result.
    pub fn save_edge(&mut self, edge: &Edge) -> Result<()> {
        const SQL: &str = "UPDATE edge SET state = ?3, round = ?4, result = ?5, aside = ?6 \
             WHERE upstream = ?1 AND public_id = ?2";
        let params = [
            edge.upstream.into(),
            edge.id.as_bytes().into(),
            edge.state.number().into(),
            edge.round.into(),
            edge.result.into(),
            i64::from(edge.aside).into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }

    /// The applied edges of an upstream, in the order of their ids.
    pub fn applied_edges(&self, upstream: i64) -> Result<Vec<Edge>> {
        const SQL: &str =
            concat!("SELECT ", edge_columns!(), " FROM edge WHERE upstream = ?1 AND state = 1 ORDER BY public_id");
        self.all(SQL, &[upstream.into()], read)
    }

    /// Resolves all applied edges of an upstream.
    pub fn resolve_edges(&mut self, upstream: i64, state: EdgeState, result: Option<i64>) -> Result<()> {
        const SQL: &str = "UPDATE edge SET state = ?2, result = CASE dependency_kind WHEN 2 THEN NULL ELSE ?3 END, \
             aside = 0 WHERE upstream = ?1 AND state = 1";
        self.execute(SQL, &[upstream.into(), state.number().into(), result.into()]).map(|_| ())
    }

    /// The resolved edges of an upstream, in the order of their ids.
    pub fn resolved_edges(&self, upstream: i64) -> Result<Vec<Edge>> {
        const SQL: &str =
            concat!("SELECT ", edge_columns!(), " FROM edge WHERE upstream = ?1 AND state > 1 ORDER BY public_id");
        self.all(SQL, &[upstream.into()], read)
    }

    /// The applied edges of an upstream that ask for its success.
    pub fn success_edges(&self, upstream: i64) -> Result<Vec<Edge>> {
        const SQL: &str =
            concat!("SELECT ", edge_columns!(), " FROM edge WHERE upstream = ?1 AND state > 0 AND dependency_kind = 1");
        self.all(SQL, &[upstream.into()], read)
    }

    /// The edges of an upstream that nothing of runs, as their downstream was replayed alone.
    pub fn aside_edges(&self, upstream: i64) -> Result<Vec<Edge>> {
        const SQL: &str = concat!("SELECT ", edge_columns!(), " FROM edge WHERE upstream = ?1 AND aside = 1");
        self.all(SQL, &[upstream.into()], read)
    }

    /// The edges that one round of a downstream's group counts, in the order of their ids.
    pub fn group_edges(&self, downstream: i64, round: i64) -> Result<Vec<Edge>> {
        const FIRST: &str = concat!(
            "SELECT ",
            edge_columns!(),
            " FROM edge INDEXED BY edge_downstream WHERE downstream = ?1 AND round = ?2 ORDER BY public_id"
        );
        const LATER: &str = concat!(
            "SELECT ",
            edge_columns!(),
            " FROM edge INDEXED BY edge_round WHERE downstream = ?1 AND round = ?2 AND round > 1 ORDER BY public_id"
        );
        let sql = if round > 1 { LATER } else { FIRST };
        self.all(sql, &[downstream.into(), round.into()], read)
    }
}

pub(in crate::store) fn read(row: &dyn Row) -> Result<Edge> {
    Ok(Edge {
        id: stored_uuid(row.blob(0)?)?,
        flow: row.int(1)?,
        upstream: row.int(2)?,
        downstream: row.int(3)?,
        state: EdgeState::of_number(row.int(4)?)?,
        round: row.int(5)?,
        aside: row.int(6)? == 1,
        replaces: row.int(7)? == 1,
        edge_ref: row.opt_text(8)?.map(str::to_owned),
        result: row.opt_int(9)?,
        created_at: row.int(10)?,
        kind: DependencyKind::of_number(row.int(11)?)?,
    })
}
