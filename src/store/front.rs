//! Keeping the fronts of the claim, lease and due indexes exact while rows move through them.

use super::{ClaimKey, Store};
use crate::model::due::DueKey;
use crate::model::execution::Execution;
use crate::model::frontier::Frontier;

/// Where an execution stands in the claim, lease and due indexes; taken before it changes, compared when it is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    pub(super) claim: Option<ClaimKey>,
    pub(super) due: Option<DueKey>,
    pub(super) lease: Option<DueKey>,
}

impl Keys {
    /// Those of an execution that is not there yet.
    pub(super) const NONE: Self = Self { claim: None, due: None, lease: None };

    /// The keys of an execution as it is.
    pub fn of(execution: &Execution) -> Self {
        Self {
            claim: execution.claim_rank().map(|rank| (rank, execution.row)),
            due: execution.due(),
            lease: execution.lease_due(),
        }
    }
}

impl Store {
    /// Tells the fronts of the claim, lease and due indexes that a row has moved.
    pub(super) fn moved(&mut self, route: i64, before: Keys, after: Keys) {
        if before.claim != after.claim
            && let Some(front) = self.claimable.get_mut(&route)
        {
            if let Some(key) = before.claim {
                front.leave(key);
            }
            if let Some(key) = after.claim {
                front.enter(key);
            }
        }
        shift(&mut self.due, before.due, after.due);
        shift(&mut self.leases, before.lease, after.lease);
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
