//! What a create, or a typed failure, says about retries.

use crate::json::without_nulls;
use serde_json::{Value, json};

/// How long to wait before a retry.
#[derive(Clone, Debug, PartialEq)]
pub enum Backoff {
    Fixed { delay_ms: Option<i64> },
    Exponential { initial_ms: Option<i64>, max_ms: Option<i64>, multiplier: Option<f64>, jitter: Option<bool> },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retry {
    pub max_retries: Option<i64>,
    pub backoff: Option<Backoff>,
    pub categories: Option<Vec<String>>,
}

impl Retry {
    pub fn json(&self) -> Value {
        let backoff = self.backoff.as_ref().map(|backoff| match backoff {
            Backoff::Fixed { delay_ms } => without_nulls(json!({ "type": "fixed", "delayMs": delay_ms })),
            Backoff::Exponential { initial_ms, max_ms, multiplier, jitter } => without_nulls(json!({
                "type": "exponential",
                "initialDelayMs": initial_ms,
                "maxDelayMs": max_ms,
                "multiplier": multiplier,
                "jitter": jitter,
            })),
        });
        without_nulls(json!({
            "maxRetries": self.max_retries,
            "backoff": backoff,
            "retryableCategories": self.categories,
        }))
    }
}
