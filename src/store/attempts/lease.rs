//! Leases by their expiry: those that run, and those that have lapsed and that nobody has taken over.

use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::merge::merged;
use crate::store::Store;
use crate::store::driver::Row;
use crate::store::executions::execution::{columns, read as read_execution};

/// Which leases a list is about.
#[derive(Clone, Copy, Debug)]
pub struct LeaseRange<'a> {
    /// Those that run out up to this instant (Unix ms), included.
    pub as_of: i64,
    /// Those after this expiry and execution.
    pub after: Option<(i64, &'a ExecutionId)>,
    /// Those of one namespace.
    pub namespace: Option<i64>,
    /// So many at most.
    pub limit: i64,
}

impl Store {
    /// Active executions by the expiry of their lease, then by id.
    pub fn leases(&self, range: LeaseRange<'_>) -> Result<Vec<Execution>> {
        // scan: of those that run out at the same instant alone, to order them by id
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM execution WHERE lapsed = ?1 AND expires_at BETWEEN ?2 AND ?3 AND (expires_at > ?2 OR public_id > ?4) \
             AND (?5 IS NULL OR namespace = ?5) ORDER BY expires_at, public_id LIMIT ?6"
        );
        let id = range.after.map(|(_, id)| id.stored());
        let from = range.after.map_or(-1, |(at, _)| at);
        let id: &[u8] = id.as_ref().map_or(&[], |id| id);
        let on = |lapsed: i64| {
            let params =
                [lapsed.into(), from.into(), range.as_of.into(), id.into(), range.namespace.into(), range.limit.into()];
            self.all(SQL, &params, |row: &dyn Row| read_execution(row))
        };
        let limit = usize::try_from(range.limit).unwrap_or(0);
        Ok(merged(on(1)?, on(0)?, limit, |execution| (execution.lease_ends_at(), execution.id.stored())))
    }

    /// Executions under a live lease that was taken through this connection, or through any other, at most so many.
    pub fn held_through(&self, connection: i64, others: bool, limit: i64) -> Result<Vec<i64>> {
        const SQL: &str = "SELECT id FROM execution WHERE lapsed = 0 AND expires_at IS NOT NULL \
             AND (coalesce(verb_at, 0) = ?1) <> ?2 ORDER BY expires_at, id LIMIT ?3";
        let params = [connection.into(), i64::from(others).into(), limit.into()];
        self.all(SQL, &params, |row| row.int(0))
    }

    /// The executions that an instance of a worker holds under a live lease.
    pub fn held_by(&self, worker: &str, instance: &str) -> Result<Vec<i64>> {
        const SQL: &str = "SELECT id FROM execution WHERE lapsed = 0 AND expires_at IS NOT NULL AND worker = ?1 \
             AND instance = ?2 ORDER BY expires_at, id";
        self.all(SQL, &[worker.into(), instance.into()], |row| row.int(0))
    }
}
