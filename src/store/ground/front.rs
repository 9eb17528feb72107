//! Keeping the heads of queues, the fronts of the lease and due indexes, and the counts by state exact while rows move
//! through them.

use crate::error::Result;
use crate::model::executions::due::DueKey;
use crate::model::executions::execution::{Execution, PRIORITY_MAX};
use crate::model::executions::phase::{Blocked, Blocker, Phase};
use crate::model::ground::frontier::Frontier;
use crate::model::ground::vocabulary::PublicState;
use crate::store::{ClaimKey, Store};

/// Where an execution stands in its queue and in the lease and due indexes, its state and until when it is kept; taken before it
/// changes, compared when it is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    pub(in crate::store) claim: Option<ClaimKey>,
    /// Its place among those that wait for a capable worker.
    pub(in crate::store) blocked: Option<ClaimKey>,
    pub(in crate::store) due: Option<DueKey>,
    pub(in crate::store) lease: Option<DueKey>,
    /// Its state, for the counts and for the list of its route that it stands in.
    pub(in crate::store) state: Option<PublicState>,
    /// When it ended.
    pub(in crate::store) ended_at: Option<i64>,
    /// How long it is kept after that, where that is its own affair.
    pub(in crate::store) retention_ms: Option<i64>,
}

impl Keys {
    /// Those of an execution that is not there yet.
    pub(in crate::store) const NONE: Self =
        Self { claim: None, blocked: None, due: None, lease: None, state: None, ended_at: None, retention_ms: None };

    /// The keys of an execution as it is.
    pub fn of(execution: &Execution) -> Self {
        Self {
            claim: execution.claim_rank().map(|rank| (rank, execution.row)),
            blocked: match execution.phase {
                Phase::Blocked(Blocked { by: Blocker::Route, .. }) => {
                    Some((PRIORITY_MAX - execution.priority, execution.row))
                }
                Phase::Blocked(_)
                | Phase::Waiting(_)
                | Phase::Delayed(_)
                | Phase::Active(_)
                | Phase::Suspended(_)
                | Phase::Terminal(_) => None,
            },
            due: execution.due(),
            lease: execution.lease_due(),
            state: Some(execution.public_state()),
            ended_at: execution.ended_at,
            retention_ms: execution.retention_ms,
        }
    }
}

impl Store {
    /// Tells the queue, the fronts of the lease and due indexes, and the counts that a row has moved.
    pub(in crate::store) fn moved(&mut self, execution: &Execution, before: Keys, after: Keys) -> Result<()> {
        self.tell(execution, before.state, after.state)?;
        self.count_member(execution, before.state, after.state)?;
        self.remember_past(execution, before, after);
        self.shift_queue(execution.route, [before.claim, after.claim], [before.blocked, after.blocked])?;
        shift(&mut self.due, before.due, after.due);
        shift(&mut self.leases, before.lease, after.lease);
        Ok(())
    }
}

fn shift(front: &mut Frontier<DueKey>, before: Option<DueKey>, after: Option<DueKey>) {
    if before == after {
        return;
    }
    if let Some(key) = before {
        front.leave(key);
    }
    if let Some(key) = after {
        front.enter(key);
    }
}
