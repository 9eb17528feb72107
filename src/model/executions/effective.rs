//! What counts for an execution where its policy is silent: the settings as they act, beside those that were given.
//!
//! Invariant: whoever decides by a policy decides as this says. Contract: executions.describe-effective.

use super::policy::{Policy, RECLAIMS_DEFAULT, REPLAYS_DEFAULT};
use super::retry::RetryPolicy;
use crate::model::ground::vocabulary::FailureClass;
use serde::Serialize;

/// The settings of an execution as they act.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct EffectivePolicy {
    /// How often a lapsed lease may be taken over.
    pub max_reclaim_count: i64,
    /// How often it may be replayed.
    pub max_replay_count: i64,
    /// When and how often a failed attempt is tried again, every member set; no categories stand for any.
    pub retry: RetryPolicy,
    /// The classes of failures that are tried again at all.
    pub retried_classes: Vec<FailureClass>,
    /// How long after its end it is kept, in ms, a member as long as its flow; for ever when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_ms: Option<i64>,
}

impl EffectivePolicy {
    /// What acts where this was given.
    pub fn of(given: &Policy, retention_ms: Option<i64>) -> Self {
        let retry = given.retry.as_ref();
        let retried = |class: &&FailureClass| RetryPolicy::tries_again(retry, **class);
        Self {
            max_reclaim_count: given.max_reclaim_count.unwrap_or(RECLAIMS_DEFAULT),
            max_replay_count: given.max_replay_count.unwrap_or(REPLAYS_DEFAULT),
            retry: RetryPolicy::effective(retry),
            retried_classes: FailureClass::ALL.iter().filter(retried).copied().collect(),
            retention_ms,
        }
    }
}
