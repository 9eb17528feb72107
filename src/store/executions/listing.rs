//! Listing executions: what a line of a listing tells, read in one statement, and the order of ids.

use super::execution::read_phase;
use crate::error::{Code, Error, Result};
use crate::model::executions::phase::Phase;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::vocabulary::PublicState;
use crate::store::Store;
use crate::store::driver::Row;

/// What a listing tells of an execution, and what it is filtered by.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its public id.
    pub id: ExecutionId,
    /// Its namespace's row.
    pub namespace: i64,
    /// Its route's row.
    pub route: i64,
    /// When it was created, in Unix ms.
    pub created_at: i64,
    /// Its priority.
    pub priority: i64,
    /// Its phase.
    pub phase: Phase,
    /// Its state, which follows from that.
    pub state: PublicState,
    /// Attempts ever started.
    pub attempt_count: i64,
    /// When it was first claimed, in Unix ms.
    pub started_at: Option<i64>,
    /// When it ended, in Unix ms.
    pub ended_at: Option<i64>,
    /// How long after its end it is kept, in ms, where that is its own affair.
    pub retention_ms: Option<i64>,
    /// The row of its flow, with which it is kept.
    pub flow: Option<i64>,
    /// Its kind.
    pub kind: String,
    /// The JSON of its tags; none where it has none.
    pub tags: Option<String>,
}

macro_rules! listed_columns {
    () => {
        "public_id, namespace, route, created_at, priority, phase, next, reason, outcome, lapsed, until_at, expires_at, \
         timeout_at, attempt_count, started_at, ended_at, retention_ms, kind, flow, tags"
    };
}
pub(in crate::store) use listed_columns;

macro_rules! listed_tables {
    () => {
        " FROM execution LEFT JOIN specification ON specification.execution = execution.id"
    };
}
pub(in crate::store) use listed_tables;

/// Whether an execution is kept still at the instant ?1, where the engine keeps the others for ?2 ms; a member is kept with
/// its flow.
macro_rules! kept {
    () => {
        "coalesce(CASE WHEN execution.flow IS NULL THEN ended_at + coalesce(retention_ms, ?2) \
         ELSE (SELECT f.ended_at + coalesce(f.retention_ms, ?2) FROM flow f WHERE f.id = execution.flow) END > ?1, 1)"
    };
}
pub(in crate::store) use kept;

impl Store {
    /// Executions after an id in the order of ids, or before one in the opposite order, at most so many; of one namespace
    /// or of all. Left out is what is past its retention at an instant.
    pub fn list_executions(
        &mut self,
        (place, back): (Option<&ExecutionId>, bool),
        namespace: Option<i64>,
        limit: i64,
        now: i64,
    ) -> Result<Vec<Listed>> {
        const ALL: &str = concat!(
            "SELECT ",
            listed_columns!(),
            listed_tables!(),
            " WHERE public_id > ?3 AND ",
            kept!(),
            " ORDER BY public_id LIMIT ?4"
        );
        const ONE: &str = concat!(
            "SELECT ",
            listed_columns!(),
            listed_tables!(),
            " WHERE namespace = ?5 AND public_id > ?3 AND ",
            kept!(),
            " ORDER BY public_id LIMIT ?4"
        );
        const ALL_BACK: &str = concat!(
            "SELECT ",
            listed_columns!(),
            listed_tables!(),
            " WHERE public_id < ?3 AND ",
            kept!(),
            " ORDER BY public_id DESC LIMIT ?4"
        );
        const ONE_BACK: &str = concat!(
            "SELECT ",
            listed_columns!(),
            listed_tables!(),
            " WHERE namespace = ?5 AND public_id < ?3 AND ",
            kept!(),
            " ORDER BY public_id DESC LIMIT ?4"
        );
        self.save_flows()?;
        let place = place.map(ExecutionId::stored);
        let place: &[u8] = place.as_ref().map_or(&[], |id| id);
        let params = [now.into(), self.retention.executions_ms.into(), place.into(), limit.into(), namespace.into()];
        match (namespace, back) {
            (None, false) => self.all(ALL, &params[..4], read),
            (None, true) => self.all(ALL_BACK, &params[..4], read),
            (Some(_), false) => self.all(ONE, &params, read),
            (Some(_), true) => self.all(ONE_BACK, &params, read),
        }
    }

    /// What a listing tells of the execution of a row.
    pub fn listed(&self, row: i64) -> Result<Listed> {
        const SQL: &str = concat!("SELECT ", listed_columns!(), listed_tables!(), " WHERE execution.id = ?1");
        self.first(SQL, &[row.into()], read)?
            .ok_or_else(|| Error::new(Code::Corruption, format!("execution row {row} is gone")))
    }
}

/// Reads the columns of a line, the first of a statement.
pub(in crate::store) fn read(row: &dyn Row) -> Result<Listed> {
    let attempt_count = row.int(13)?;
    let phase = read_phase(row, 5)?.typed(attempt_count > 0)?;
    Ok(Listed {
        id: ExecutionId::of_stored(row.blob(0)?)?,
        namespace: row.int(1)?,
        route: row.int(2)?,
        created_at: row.int(3)?,
        priority: row.int(4)?,
        phase,
        state: phase.state().public_state(),
        attempt_count,
        started_at: row.opt_int(14)?,
        ended_at: row.opt_int(15)?,
        retention_ms: row.opt_int(16)?,
        kind: row.text(17)?.to_owned(),
        flow: row.opt_int(18)?,
        tags: row.opt_text(19)?.map(str::to_owned),
    })
}
