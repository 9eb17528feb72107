//! Executions that wait for a capable worker: on which routes there are any, and which.
//!
//! Invariant: what is remembered of a route is that there are some, or that there are none.

use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Blocked, Blocker, Phase};
use crate::store::Store;

/// Routes remembered at most; past it all are forgotten and looked at again as needed.
const ROUTES_MAX: usize = 100_000;

impl Store {
    /// Whether executions on a route wait for a capable worker.
    pub fn route_is_blocked(&mut self, route: i64) -> Result<bool> {
        const SQL: &str = "SELECT 1 FROM execution WHERE phase = 3 AND reason = 33 AND route = ?1 LIMIT 1";
        if let Some(blocked) = self.routes_blocked.get(&route) {
            return Ok(*blocked);
        }
        let blocked = self.first(SQL, &[route.into()], |_| Ok(()))?.is_some();
        if self.routes_blocked.len() >= ROUTES_MAX {
            self.routes_blocked.clear();
        }
        self.routes_blocked.insert(route, blocked);
        Ok(blocked)
    }

    /// The first executions on a route that wait for a capable worker, in the order of claims, at most so many; the caller
    /// lets them go.
    pub fn take_blocked(&mut self, route: i64, limit: i64) -> Result<Vec<i64>> {
        const SQL: &str = "SELECT id FROM execution WHERE phase = 3 AND reason = 33 AND route = ?1 \
             ORDER BY priority DESC, id LIMIT ?2";
        let found = self.all(SQL, &[route.into(), limit.into()], |row| row.int(0))?;
        self.routes_blocked.insert(route, found.len() as u64 == limit.unsigned_abs());
        Ok(found)
    }

    /// Remembers the route of an execution that was just saved, where it waits for a capable worker.
    pub(in crate::store) fn remember_blocked(&mut self, execution: &Execution) {
        if let Phase::Blocked(Blocked { by: Blocker::Route, .. }) = execution.phase {
            self.routes_blocked.insert(execution.route, true);
        }
    }
}
