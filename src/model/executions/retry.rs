//! Retries: whether a failure is tried again, and after how long.
//!
//! Invariant: the decision depends on the policy, the class, the category and the retries used, on nothing else.
//! Contract: retries.default, retries.policy, retries.exponential, retries.jitter.

use crate::error::{Code, Error, Result};
use crate::model::ground::argument::{self, INTEGER_MAX, NAME_BYTES_MAX};
use crate::model::ground::given::{reads, tagged};
use crate::model::ground::json::number_text;
use crate::model::ground::vocabulary::FailureClass;
use serde::Serialize;

/// Most categories a policy may list.
pub const CATEGORIES_MAX: usize = 64;
/// Retries of a policy that sets no number.
pub const RETRIES_DEFAULT: i64 = 3;
/// Most retries a policy may set.
pub const RETRIES_MAX: i64 = 1_000_000;
/// A fixed wait that sets no time, in ms.
pub const FIXED_MS_DEFAULT: i64 = 1_000;
/// The first wait of an exponential back-off that sets none, in ms.
pub const INITIAL_MS_DEFAULT: i64 = 1_000;
/// The longest wait of an exponential back-off that sets none, in ms.
pub const CAP_MS_DEFAULT: i64 = 60_000;
const MULTIPLIER_DEFAULT: f64 = 2.0;
const MULTIPLIER_MAX: f64 = 1_000.0;

/// When and how often a failed attempt is tried again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct RetryPolicy {
    /// Retries at most; 3 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<i64>,
    /// How long to wait before a retry; exponential when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff: Option<Backoff>,
    /// Only failures of these categories are retried; of any when left out or empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retryable_categories: Option<Vec<String>>,
}

reads!(RetryPolicy { max_retries, backoff, retryable_categories } coded InvalidPolicy);

/// How long to wait before a retry.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub enum Backoff {
    /// The same wait each time.
    Fixed {
        /// In ms; 1 000 when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        delay_ms: Option<i64>,
    },
    /// A wait that grows with each retry.
    Exponential {
        /// Before the first retry, in ms; 1 000 when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_delay_ms: Option<i64>,
        /// At most, in ms; 60 000 when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        max_delay_ms: Option<i64>,
        /// From one retry to the next, 1 to 1 000; 2 when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        multiplier: Option<f64>,
        /// Whether the wait is drawn between its half and its whole; no when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        jitter: Option<bool>,
    },
}

tagged!(Backoff by type {
    "fixed" => Fixed { delay_ms },
    "exponential" => Exponential { initial_delay_ms, max_delay_ms, multiplier, jitter },
});

impl RetryPolicy {
    /// Checks every member; refusals name it below `field`.
    pub fn check(&self, field: &str) -> Result<()> {
        argument::opt_number(&format!("{field}.maxRetries"), self.max_retries, 0, RETRIES_MAX)?;
        let categories = self.retryable_categories.as_deref().unwrap_or_default();
        argument::at_most(&format!("{field}.retryableCategories"), categories.len(), CATEGORIES_MAX, "categories")?;
        for category in categories {
            argument::text(&format!("{field}.retryableCategories"), category, NAME_BYTES_MAX)?;
        }
        match &self.backoff {
            None => Ok(()),
            Some(Backoff::Fixed { delay_ms }) => {
                argument::opt_number(&format!("{field}.backoff.delayMs"), *delay_ms, 0, INTEGER_MAX)
            }
            Some(Backoff::Exponential { initial_delay_ms, max_delay_ms, multiplier, jitter: _ }) => {
                argument::opt_number(&format!("{field}.backoff.initialDelayMs"), *initial_delay_ms, 0, INTEGER_MAX)?;
                argument::opt_number(&format!("{field}.backoff.maxDelayMs"), *max_delay_ms, 0, INTEGER_MAX)?;
                check_multiplier(&format!("{field}.backoff.multiplier"), *multiplier)
            }
        }
    }

    /// Whether a failure is retried when `used` retries have been scheduled before.
    fn allows(&self, class: FailureClass, category: &str, used: i64) -> bool {
        let categories = self.retryable_categories.as_deref().unwrap_or_default();
        let named = categories.is_empty() || categories.iter().any(|listed| listed == category);
        Self::tries_again(Some(self), class) && named && used < self.max_retries.unwrap_or(RETRIES_DEFAULT)
    }

    /// Whether failures of a class are tried again at all, under a policy or the engine's default.
    pub fn tries_again(policy: Option<&Self>, class: FailureClass) -> bool {
        match class {
            FailureClass::Transient | FailureClass::InfraCrash => true,
            FailureClass::Timeout => policy.is_some(),
            FailureClass::Permanent | FailureClass::Cancelled => false,
        }
    }

    /// A policy with every member set, or the engine's default where there is none.
    pub fn effective(policy: Option<&Self>) -> Self {
        let backoff = match policy.and_then(|policy| policy.backoff.clone()) {
            Some(Backoff::Fixed { delay_ms }) => Backoff::Fixed { delay_ms: delay_ms.or(Some(FIXED_MS_DEFAULT)) },
            Some(Backoff::Exponential { initial_delay_ms, max_delay_ms, multiplier, jitter }) => Backoff::Exponential {
                initial_delay_ms: initial_delay_ms.or(Some(INITIAL_MS_DEFAULT)),
                max_delay_ms: max_delay_ms.or(Some(CAP_MS_DEFAULT)),
                multiplier: multiplier.or(Some(MULTIPLIER_DEFAULT)),
                jitter: jitter.or(Some(false)),
            },
            None => Backoff::Exponential {
                initial_delay_ms: Some(INITIAL_MS_DEFAULT),
                max_delay_ms: Some(CAP_MS_DEFAULT),
                multiplier: Some(MULTIPLIER_DEFAULT),
                jitter: Some(policy.is_none()),
            },
        };
        Self {
            max_retries: policy.and_then(|policy| policy.max_retries).or(Some(RETRIES_DEFAULT)),
            backoff: Some(backoff),
            retryable_categories: policy.and_then(|policy| policy.retryable_categories.clone()).or(Some(Vec::new())),
        }
    }
}

fn check_multiplier(field: &str, multiplier: Option<f64>) -> Result<()> {
    match multiplier {
        Some(found) if !(1.0..=MULTIPLIER_MAX).contains(&found) => {
            Err(Error::argument(Code::InvalidPolicy, field, "a number from 1 to 1000", number_text(found)).found(found))
        }
        Some(_) | None => Ok(()),
    }
}

/// How long to wait before the next retry, in ms; `None` when the failure is final. Without a policy the engine's
/// default decides: transient failures and crashes, 3 times, from 1 s doubling to 60 s, with jitter. `entropy` is
/// drawn only where jitter is on.
pub fn retry_after_ms(
    policy: Option<&RetryPolicy>,
    class: FailureClass,
    category: &str,
    used: i64,
    entropy: &mut dyn FnMut() -> u64,
) -> Option<i64> {
    let Some(policy) = policy else {
        let tried_again = RetryPolicy::tries_again(None, class);
        let delay_ms = exponential_ms(INITIAL_MS_DEFAULT, CAP_MS_DEFAULT, MULTIPLIER_DEFAULT, used);
        return (tried_again && used < RETRIES_DEFAULT).then(|| jittered_ms(delay_ms, entropy()));
    };
    if !policy.allows(class, category, used) {
        return None;
    }
    Some(match &policy.backoff {
        Some(Backoff::Fixed { delay_ms }) => delay_ms.unwrap_or(FIXED_MS_DEFAULT),
        Some(Backoff::Exponential { initial_delay_ms, max_delay_ms, multiplier, jitter }) => {
            let delay_ms = exponential_ms(
                initial_delay_ms.unwrap_or(INITIAL_MS_DEFAULT),
                max_delay_ms.unwrap_or(CAP_MS_DEFAULT),
                multiplier.unwrap_or(MULTIPLIER_DEFAULT),
                used,
            );
            if jitter.unwrap_or(false) { jittered_ms(delay_ms, entropy()) } else { delay_ms }
        }
        None => exponential_ms(INITIAL_MS_DEFAULT, CAP_MS_DEFAULT, MULTIPLIER_DEFAULT, used),
    })
}

/// min(initial × multiplier^used, cap), by repeated multiplication so that every platform rounds alike.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "both below 2^53, both positive")]
fn exponential_ms(initial_ms: i64, cap_ms: i64, multiplier: f64, used: i64) -> i64 {
    let (mut delay, cap) = (initial_ms as f64, cap_ms as f64);
    if multiplier > 1.0 && delay > 0.0 {
        for _ in 0..used {
            if delay >= cap {
                break;
            }
            delay *= multiplier;
        }
    }
    delay.min(cap) as i64
}

/// A wait drawn evenly from half to whole, both included.
fn jittered_ms(delay_ms: i64, entropy: u64) -> i64 {
    let half = delay_ms / 2;
    let width = (delay_ms - half).unsigned_abs() + 1;
    half + i64::try_from(entropy % width).unwrap_or(0)
}
