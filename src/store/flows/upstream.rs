//! What a claim hands back of the upstreams of its execution.

use crate::error::Result;
use crate::model::flows::edge::EdgeState;
use crate::model::ground::id::{ExecutionId, stored_uuid};
use crate::store::Store;
use uuid::Uuid;

/// A resolved edge with its upstream.
#[derive(Clone, Debug)]
pub struct UpstreamRow {
    /// The edge.
    pub edge: Uuid,
    /// What its downstream's worker is told of it.
    pub edge_ref: Option<String>,
    /// The row of the upstream.
    pub upstream: i64,
    /// The upstream.
    pub execution: ExecutionId,
    /// What the flow calls it.
    pub name: Option<String>,
    /// How it ended.
    pub state: EdgeState,
    /// The payload of its result.
    pub result: Option<i64>,
    /// How many bytes that has.
    pub bytes: i64,
}

macro_rules! upstream_columns {
    () => {
        "SELECT edge.public_id, edge_ref, up.public_id, member_name, state, edge.result, coalesce(length(bytes), 0), upstream FROM \
         edge "
    };
}

macro_rules! upstream_tables {
    () => {
        " CROSS JOIN execution up ON up.id = upstream JOIN specification s ON s.execution = upstream \
         LEFT JOIN payload ON payload.id = edge.result WHERE downstream = ?1 AND round = ?2 "
    };
}

impl Store {
    /// What the resolved edges of one round of a downstream's group brought, in the order of their ids, at most so
    /// many.
    pub fn upstreams(&self, downstream: i64, round: i64, limit: usize) -> Result<Vec<UpstreamRow>> {
        const FIRST: &str = concat!(
            upstream_columns!(),
            "INDEXED BY edge_downstream",
            upstream_tables!(),
            "AND state > 1 ORDER BY edge.public_id LIMIT ?3"
        );
        const LATER: &str = concat!(
            upstream_columns!(),
            "INDEXED BY edge_round",
            upstream_tables!(),
            "AND round > 1 AND state > 1 ORDER BY edge.public_id LIMIT ?3"
        );
        let sql = if round > 1 { LATER } else { FIRST };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.all(sql, &[downstream.into(), round.into(), limit.into()], |row| {
            Ok(UpstreamRow {
                edge: stored_uuid(row.blob(0)?)?,
                edge_ref: row.opt_text(1)?.map(str::to_owned),
                execution: ExecutionId::of_stored(row.blob(2)?)?,
                name: row.opt_text(3)?.map(str::to_owned),
                state: EdgeState::of_number(row.int(4)?)?,
                result: row.opt_int(5)?,
                bytes: row.int(6)?,
                upstream: row.int(7)?,
            })
        })
    }
}
