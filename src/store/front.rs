//! Keeping the fronts of the claim and due indexes exact while rows move through them.

use super::{ClaimKey, Store};
use crate::model::due::DueKey;
use crate::model::execution::Execution;

/// Where an execution stands in the claim and due indexes; taken before it changes, compared when it is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    pub(super) claim: Option<ClaimKey>,
    pub(super) due: Option<DueKey>,
}

impl Keys {
    /// The keys of an execution as it is.
    pub fn of(execution: &Execution) -> Self {
        Self { claim: execution.claim_rank().map(|rank| (rank, execution.row)), due: execution.due() }
    }
}

impl Store {
    /// Tells the fronts of the claim and due indexes that a row has moved.
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
        if before.due != after.due {
            if let Some(key) = before.due {
                self.due.leave(key);
            }
            if let Some(key) = after.due {
                self.due.enter(key);
            }
        }
    }
}
