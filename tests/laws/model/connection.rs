//! What connections hold and give back in the model (contract: leases.connection, leases.gone, leases.close,
//! storage.open-gives-back).

use crate::model::state::{Model, Next, Phase};
use crate::model::time::Drawn;
use serde_json::json;

impl Model {
    /// What is held through the connection under way, or through all others, goes back once nothing is due.
    pub fn give_back(&mut self, others: bool, now: i64, drawn: &Drawn) {
        if self.held_through(others).is_empty() {
            return;
        }
        self.apply_due(now, usize::MAX, drawn);
        for (_, row) in self.held_through(others) {
            self.touched.insert(row);
            self.release_lease(row, now, "connection_gone");
            self.seen.insert(if others { "a lease of an earlier connection" } else { "a lease given back by a close" });
        }
    }

    /// By expiry, then by row.
    fn held_through(&self, others: bool) -> Vec<(i64, usize)> {
        let held = self.open.iter().filter_map(|row| {
            let one = &self.executions[*row];
            let own = one.attempts.last().is_some_and(|attempt| attempt.connection == self.connection);
            match one.phase {
                Phase::Held { expires_at, .. } if own != others => Some((expires_at, *row)),
                Phase::Held { .. }
                | Phase::Waiting { .. }
                | Phase::Delayed { .. }
                | Phase::Blocked { .. }
                | Phase::Lapsed { .. }
                | Phase::Ended { .. } => None,
            }
        });
        let mut held: Vec<(i64, usize)> = held.collect();
        held.sort_unstable();
        held
    }

    /// The attempt waits to go on. Contract: states.revoke.
    pub fn release_lease(&mut self, row: usize, now: i64, reason: &str) {
        let one = &mut self.executions[row];
        one.epoch += 1;
        one.attempts.last_mut().expect("an attempt").finished = Some(("revoke", Some(now)));
        self.enter(row, now, Phase::Waiting { next: Next::Interrupted }, "lease_revoked", Some("revoked"));
        if !reason.is_empty() {
            self.tell(&json!({ "reason": reason }));
        }
    }
}
