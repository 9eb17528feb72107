//! Where an execution of the model stands: whether it can be claimed, what is due to it, which attempt is its current one.

use crate::calls::protocol::Fence;
use crate::model::state::{DueKey, DueKind, Execution, Next, Phase, count};

impl Execution {
    /// Whether a plain claim may take it, its lane being open.
    pub fn claimable(&self) -> bool {
        let free = matches!(self.phase, Phase::Waiting { .. } | Phase::Lapsed { backoff_until: None, .. });
        free && !self.reserved()
    }

    pub fn reserved(&self) -> bool {
        self.grant.as_ref().is_some_and(|grant| grant.live)
    }

    pub fn over(&self) -> bool {
        matches!(self.phase, Phase::Ended { .. })
    }

    pub fn expired(&self) -> bool {
        matches!(self.phase, Phase::Ended { outcome: "expired" })
    }

    /// An attempt that is put off or loses its lease keeps what is left of its timeout.
    pub fn keep_what_is_left(&mut self, at: i64, phase: Phase) {
        let waits = matches!(
            phase,
            Phase::Waiting { next: Next::Interrupted }
                | Phase::Delayed { next: Next::Interrupted, .. }
                | Phase::Blocked { next: Next::Interrupted, .. }
                | Phase::Lapsed { .. }
        );
        if let (true, Phase::Held { timeout_at, .. }, Some(attempt)) = (waits, self.phase, self.attempts.last_mut()) {
            attempt.timeout_left_ms = timeout_at.map(|timeout_at| timeout_at - at);
        }
    }

    pub fn live_fence(&self) -> Option<&Fence> {
        match self.phase {
            Phase::Held { .. } => self.attempts.last().map(|attempt| &attempt.fence),
            Phase::Waiting { .. }
            | Phase::Delayed { .. }
            | Phase::Blocked { .. }
            | Phase::Lapsed { .. }
            | Phase::Ended { .. } => None,
        }
    }

    pub fn lifecycle(&self) -> &'static str {
        match self.phase {
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } => "runnable",
            Phase::Held { .. } | Phase::Lapsed { .. } => "active",
            Phase::Ended { .. } => "terminal",
        }
    }

    pub fn reclaims_max(&self) -> i64 {
        self.made.reclaims_max.unwrap_or(100)
    }

    pub fn replays_max(&self) -> i64 {
        self.made.replays_max.unwrap_or(10)
    }

    pub fn due(&self) -> Option<DueKey> {
        let before = self.due_but_for_the_lease();
        let Phase::Held { expires_at, .. } = self.phase else { return before };
        before.into_iter().chain([(expires_at, DueKind::LeaseExpiry, self.row)]).min()
    }

    /// What stands in the row: the expiry of a live lease has a column and an index of its own.
    pub fn due_but_for_the_lease(&self) -> Option<DueKey> {
        let own = match self.phase {
            Phase::Waiting { .. } | Phase::Blocked { .. } => None,
            Phase::Delayed { until_at, .. } => Some((until_at, DueKind::Delay)),
            Phase::Held { timeout_at, .. } => timeout_at.map(|at| (at, DueKind::AttemptTimeout)),
            Phase::Lapsed { backoff_until, .. } => backoff_until.map(|at| (at, DueKind::Delay)),
            Phase::Ended { .. } => return None,
        };
        // A grant is good at its very last instant.
        let granted =
            self.grant.as_ref().filter(|grant| grant.live).map(|grant| (grant.expires_at + 1, DueKind::Delay));
        // What was past already when the execution came to be, or was replayed, happens then: times never go back.
        let deadline = self.deadline_at.map(|at| (at.max(self.changed_at), DueKind::Deadline));
        own.into_iter().chain(granted).chain(deadline).min().map(|(at, kind)| (at, kind, self.row))
    }

    /// The attempt pointer (contract: attempts.index, attempts.kept).
    pub fn pointer(&self) -> i64 {
        let retry = matches!(
            self.phase,
            Phase::Waiting { next: Next::Retry }
                | Phase::Delayed { next: Next::Retry, .. }
                | Phase::Blocked { next: Next::Retry, .. }
        );
        let count = count(&self.attempts);
        if retry { count } else { (count - 1).max(0) }
    }
}
