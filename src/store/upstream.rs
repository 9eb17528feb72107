//! What a claim hands back of the upstreams of its execution.

use super::Store;
use crate::error::Result;
use crate::model::edge::EdgeState;
use crate::model::id::{ExecutionId, stored_uuid};
use uuid::Uuid;

/// A resolved edge with its upstream.
#[derive(Clone, Debug)]
pub struct UpstreamRow {
    /// The edge.
    pub edge: Uuid,
    /// What its downstream's worker is told of it.
    pub edge_ref: Option<String>,
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

impl Store {
    /// The ids of a flow's members in the order in which they were created, at most so many.
    pub fn member_ids(&self, flow: i64, limit: i64) -> Result<Vec<ExecutionId>> {
        const SQL: &str =
            "SELECT public_id FROM execution INDEXED BY execution_flow WHERE flow = ?1 ORDER BY id LIMIT ?2";
        self.all(SQL, &[flow.into(), limit.into()], |row| ExecutionId::of_stored(row.blob(0)?))
    }

    /// What the resolved edges of one round of a downstream's group brought, in the order of their ids.
    pub fn upstreams(&self, downstream: i64, round: i64) -> Result<Vec<UpstreamRow>> {
        const SQL: &str = "SELECT edge.public_id, edge_ref, up.public_id, member_name, state, edge.result, \
             coalesce(length(bytes), 0) FROM edge INDEXED BY edge_downstream JOIN execution up ON up.id = upstream \
             JOIN specification s ON s.execution = upstream LEFT JOIN payload ON payload.id = edge.result \
             WHERE downstream = ?1 AND round = ?2 AND state > 1 ORDER BY edge.public_id";
        self.all(SQL, &[downstream.into(), round.into()], |row| {
            Ok(UpstreamRow {
                edge: stored_uuid(row.blob(0)?)?,
                edge_ref: row.opt_text(1)?.map(str::to_owned),
                execution: ExecutionId::of_stored(row.blob(2)?)?,
                name: row.opt_text(3)?.map(str::to_owned),
                state: EdgeState::of_number(row.int(4)?)?,
                result: row.opt_int(5)?,
                bytes: row.int(6)?,
            })
        })
    }
}
