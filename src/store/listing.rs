//! Listing executions: what a line of a listing tells, read in one statement, and the order of ids.

use super::Store;
use super::driver::Row;
use super::execution::read_phase;
use crate::error::{Code, Error, Result};
use crate::model::execution::kept_until;
use crate::model::id::ExecutionId;
use crate::model::vocabulary::PublicState;

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
    /// Its state.
    pub state: PublicState,
    /// Attempts ever started.
    pub attempt_count: i64,
    /// When it was first claimed, in Unix ms.
    pub started_at: Option<i64>,
    /// When it ended, in Unix ms.
    pub ended_at: Option<i64>,
    /// How long after its end it is kept, in ms, where that is its own affair.
    pub retention_ms: Option<i64>,
    /// Its kind.
    pub kind: String,
}

macro_rules! listed_columns {
    () => {
        "public_id, namespace, route, created_at, priority, phase, next, reason, outcome, lapsed, until_at, expires_at, \
         timeout_at, attempt_count, started_at, ended_at, retention_ms, kind FROM execution \
         LEFT JOIN specification ON specification.execution = execution.id"
    };
}

impl Listed {
    /// Whether its retention was over at an instant; `engine_ms` is that of executions which name none.
    pub fn is_past(&self, now: i64, engine_ms: Option<i64>) -> bool {
        kept_until(self.ended_at, self.retention_ms, engine_ms).is_some_and(|until| until <= now)
    }
}

impl Store {
    /// Executions after an id, in the order of ids, at most so many; of one namespace or of all. Left out is what is
    /// past its retention at an instant.
    pub fn list_executions(
        &self,
        after: Option<&ExecutionId>,
        namespace: Option<i64>,
        limit: i64,
        now: i64,
    ) -> Result<Vec<Listed>> {
        const ALL: &str = concat!(
            "SELECT ",
            listed_columns!(),
            " WHERE public_id > ?1 AND coalesce(ended_at + coalesce(retention_ms, ?4) > ?3, 1) \
             ORDER BY public_id LIMIT ?2"
        );
        const ONE: &str = concat!(
            "SELECT ",
            listed_columns!(),
            " WHERE namespace = ?5 AND public_id > ?1 AND coalesce(ended_at + coalesce(retention_ms, ?4) > ?3, 1) \
             ORDER BY public_id LIMIT ?2"
        );
        let after = after.map(ExecutionId::stored);
        let after: &[u8] = after.as_ref().map_or(&[], |id| id);
        let params = [after.into(), limit.into(), now.into(), self.retention.executions_ms.into(), namespace.into()];
        match namespace {
            None => self.all(ALL, &params[..4], read),
            Some(_) => self.all(ONE, &params, read),
        }
    }

    /// What a listing tells of the execution of a row.
    pub fn listed(&self, row: i64) -> Result<Listed> {
        const SQL: &str = concat!("SELECT ", listed_columns!(), " WHERE execution.id = ?1");
        self.first(SQL, &[row.into()], read)?
            .ok_or_else(|| Error::new(Code::Corruption, format!("execution row {row} is gone")))
    }
}

fn read(row: &dyn Row) -> Result<Listed> {
    let attempt_count = row.int(13)?;
    Ok(Listed {
        id: ExecutionId::of_stored(row.blob(0)?)?,
        namespace: row.int(1)?,
        route: row.int(2)?,
        created_at: row.int(3)?,
        priority: row.int(4)?,
        state: read_phase(row, 5)?.typed(attempt_count > 0)?.state().public_state(),
        attempt_count,
        started_at: row.opt_int(14)?,
        ended_at: row.opt_int(15)?,
        retention_ms: row.opt_int(16)?,
        kind: row.text(17)?.to_owned(),
    })
}
