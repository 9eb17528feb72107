//! When the model tries a failure again (contract: retries.default, retries.policy, retries.exponential).

use crate::calls::retry::{Backoff, Retry};
use crate::model::state::{Execution, Model};
use serde_json::{Value, json};

impl Model {
    /// The earliest and latest instant at which a failure is tried again; nothing when it is final (contract:
    /// retries.jitter).
    pub fn retry_bounds(&self, row: usize, class: &str, category: &str, at: i64) -> Option<(i64, i64)> {
        self.retry_bounds_by(self.executions[row].made.retry.as_ref(), row, (class, category), at)
    }

    /// As another policy than the execution's own decides.
    pub fn retry_bounds_by(
        &self,
        policy: Option<&Retry>,
        row: usize,
        (class, category): (&str, &str),
        at: i64,
    ) -> Option<(i64, i64)> {
        let (low, high) = retry_delay(policy, class, category, self.executions[row].retry_count)?;
        Some((at + low, at + high))
    }
}

impl Execution {
    /// Its policy as it was given.
    pub fn policy(&self) -> Value {
        json!({
            "retry": self.made.retry.as_ref().map(Retry::json),
            "maxReclaimCount": self.made.reclaims_max,
            "maxReplayCount": self.made.replays_max,
        })
    }

    /// What counts of it (contract: executions.describe-effective).
    pub fn effective(&self) -> Value {
        let classes: &[&str] = if self.made.retry.is_some() {
            &["transient", "infra_crash", "timeout"]
        } else {
            &["transient", "infra_crash"]
        };
        json!({
            "maxReclaimCount": self.made.reclaims_max.unwrap_or(100),
            "maxReplayCount": self.made.replays_max.unwrap_or(10),
            "retry": effective(self.made.retry.as_ref()),
            "retriedClasses": classes,
        })
    }
}

fn retry_delay(policy: Option<&Retry>, class: &str, category: &str, used: i64) -> Option<(i64, i64)> {
    let Some(policy) = policy else {
        let again = (class == "transient" || class == "infra_crash") && used < 3;
        return again.then(|| jittered(exponential(1_000, 60_000, 2.0, used)));
    };
    let categories = policy.categories.as_deref().unwrap_or_default();
    let named = categories.is_empty() || categories.iter().any(|one| one == category);
    if class == "permanent" || class == "cancelled" || !named || used >= policy.max_retries.unwrap_or(3) {
        return None;
    }
    Some(match &policy.backoff {
        Some(Backoff::Fixed { delay_ms }) => {
            let delay_ms = delay_ms.unwrap_or(1_000);
            (delay_ms, delay_ms)
        }
        Some(Backoff::Exponential { initial_ms, max_ms, multiplier, jitter }) => {
            let (initial_ms, max_ms) = (initial_ms.unwrap_or(1_000), max_ms.unwrap_or(60_000));
            let exact = exponential(initial_ms, max_ms, multiplier.unwrap_or(2.0), used);
            if jitter.unwrap_or(false) { jittered(exact) } else { exact }
        }
        None => exponential(1_000, 60_000, 2.0, used),
    })
}

/// min(initial × multiplier^used, max), rounded either way.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "small numbers")]
fn exponential(initial_ms: i64, max_ms: i64, multiplier: f64, used: i64) -> (i64, i64) {
    let exact = (initial_ms as f64 * multiplier.powi(used as i32)).min(max_ms as f64);
    (exact.floor() as i64, exact.ceil() as i64)
}

fn jittered((low, high): (i64, i64)) -> (i64, i64) {
    (low / 2, high)
}

/// A retry policy as it acts. Contract: executions.describe-effective.
fn effective(retry: Option<&Retry>) -> Value {
    let given = retry.cloned().unwrap_or_default();
    let backoff = match given.backoff {
        Some(Backoff::Fixed { delay_ms }) => json!({ "type": "fixed", "delayMs": delay_ms.unwrap_or(1_000) }),
        Some(Backoff::Exponential { initial_ms, max_ms, multiplier, jitter }) => json!({
            "type": "exponential",
            "initialDelayMs": initial_ms.unwrap_or(1_000),
            "maxDelayMs": max_ms.unwrap_or(60_000),
            "multiplier": multiplier.unwrap_or(2.0),
            "jitter": jitter.unwrap_or(false),
        }),
        None => json!({
            "type": "exponential", "initialDelayMs": 1_000, "maxDelayMs": 60_000, "multiplier": 2.0,
            "jitter": retry.is_none(),
        }),
    };
    json!({
        "maxRetries": given.max_retries.unwrap_or(3),
        "backoff": backoff,
        "retryableCategories": given.categories.unwrap_or_default(),
    })
}
