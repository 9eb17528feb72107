//! The policy an execution is created with, frozen for its life.
//!
//! Invariant: what is stored is what was given: unset members stay unset, defaults are applied when they are used.
//! Contract: executions.policy-frozen, retries.checked.

use super::retry::RetryPolicy;
use crate::error::{Code, Error, Result};
use crate::model::ground::argument::{self, INTEGER_MAX};
use crate::model::ground::given::{of_stored, reads, spelled};
use serde::Serialize;

/// How often an execution may be reclaimed when nothing is set.
pub const RECLAIMS_DEFAULT: i64 = 100;
/// How often an execution may be replayed when nothing is set.
pub const REPLAYS_DEFAULT: i64 = 10;
/// Most budgets an execution may name.
pub const BUDGETS_MAX: usize = 64;
/// Most tiers of a fallback policy.
pub const TIERS_MAX: usize = 16;

/// Members of the policy that are not needed on every claim.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct Policy {
    /// When and how often a failed attempt is tried again; the engine's default when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryPolicy>,
    /// How often a lapsed lease may be taken over; 100 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_reclaim_count: Option<i64>,
    /// How often it may be replayed; 10 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replay_count: Option<i64>,
    /// How many signals it accepts; 10 000 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_signals: Option<i64>,
    /// The budgets it draws on, as UUIDs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub budget_ids: Vec<String>,
    /// How its streams are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamPolicy>,
    /// What its suspensions do when they name nothing themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspension: Option<SuspensionPolicy>,
    /// Providers to fall back to; recorded only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<FallbackPolicy>,
    /// Where it would like to run; recorded only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_locality: Option<String>,
    /// How isolated it would like to run; recorded only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolation_level: Option<String>,
}

reads!(Policy {
    retry,
    max_reclaim_count,
    max_replay_count,
    max_signals,
    budget_ids = default,
    stream,
    suspension,
    fallback,
    preferred_locality,
    isolation_level,
} coded InvalidPolicy);

/// How the streams of an execution are kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct StreamPolicy {
    /// Recorded only; `buffered` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub durability_mode: Option<String>,
    /// The newest frames that are kept; 10 000 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_maxlen: Option<i64>,
    /// How long frames are kept, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_ttl_ms: Option<i64>,
}

reads!(StreamPolicy { durability_mode, retention_maxlen, retention_ttl_ms });

/// What a suspension does when it times out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum TimeoutBehavior {
    /// The execution fails.
    Fail,
    /// The execution is cancelled.
    Cancel,
    /// The execution expires.
    Expire,
    /// The execution resumes, told of the timeout by a signal.
    AutoResumeWithTimeoutSignal,
    /// The execution goes on waiting, for an operator.
    Escalate,
}

spelled!(TimeoutBehavior {
    "fail" => Fail,
    "cancel" => Cancel,
    "expire" => Expire,
    "auto_resume_with_timeout_signal" => AutoResumeWithTimeoutSignal,
    "escalate" => Escalate,
    "auto_resume" => AutoResumeWithTimeoutSignal,
});

/// Defaults of an execution's suspensions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct SuspensionPolicy {
    /// How long a suspension lasts, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_timeout_ms: Option<i64>,
    /// What happens then; `fail` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_behavior: Option<TimeoutBehavior>,
}

reads!(SuspensionPolicy { default_timeout_ms, timeout_behavior });

/// Providers to fall back to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct FallbackPolicy {
    /// In the order of preference.
    pub tiers: Vec<FallbackTier>,
}

reads!(FallbackPolicy { tiers });

/// One provider to fall back to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct FallbackTier {
    /// The provider's name.
    pub provider: String,
    /// The model's name.
    pub model: String,
    /// How long it may take, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<i64>,
}

reads!(FallbackTier { provider, model, timeout_ms });

impl Policy {
    /// Checks every member. Whatever breaks the rules is an invalid policy, but for a budget, which is an id.
    pub fn check(&self) -> Result<()> {
        self.check_parts().and_then(|()| self.check_counts()).map_err(|e| e.coded(Code::InvalidPolicy))?;
        self.check_budgets()
    }

    fn check_counts(&self) -> Result<()> {
        argument::opt_number("maxReclaimCount", self.max_reclaim_count, 0, INTEGER_MAX)?;
        argument::opt_number("maxReplayCount", self.max_replay_count, 0, INTEGER_MAX)?;
        argument::opt_number("maxSignals", self.max_signals, 0, INTEGER_MAX)?;
        argument::opt_name("preferredLocality", self.preferred_locality.as_deref())?;
        argument::opt_name("isolationLevel", self.isolation_level.as_deref())
    }

    fn check_budgets(&self) -> Result<()> {
        argument::at_most("budgetIds", self.budget_ids.len(), BUDGETS_MAX, "budgets")?;
        for id in &self.budget_ids {
            if crate::model::ground::id::parse_uuid(id).is_none() {
                let shown = format!("{:?}", id.chars().take(80).collect::<String>());
                return Err(Error::argument(Code::InvalidInput, "budgetIds", "hyphenated UUIDs", shown));
            }
        }
        Ok(())
    }

    fn check_parts(&self) -> Result<()> {
        if let Some(retry) = &self.retry {
            retry.check("retry")?;
        }
        if let Some(stream) = &self.stream {
            argument::opt_name("stream.durabilityMode", stream.durability_mode.as_deref())?;
            argument::opt_number("stream.retentionMaxlen", stream.retention_maxlen, 1, INTEGER_MAX)?;
            argument::opt_number("stream.retentionTtlMs", stream.retention_ttl_ms, 1, INTEGER_MAX)?;
        }
        if let Some(suspension) = &self.suspension {
            argument::opt_number("suspension.defaultTimeoutMs", suspension.default_timeout_ms, 1, INTEGER_MAX)?;
        }
        let tiers = self.fallback.as_ref().map_or(&[][..], |fallback| &fallback.tiers);
        argument::at_most("fallback.tiers", tiers.len(), TIERS_MAX, "tiers")?;
        for tier in tiers {
            argument::name("fallback.tiers.provider", &tier.provider)?;
            argument::name("fallback.tiers.model", &tier.model)?;
            argument::opt_number("fallback.tiers.timeoutMs", tier.timeout_ms, 1, INTEGER_MAX)?;
        }
        Ok(())
    }

    /// The stored form; `None` when no member is set.
    pub fn stored(&self) -> Result<Option<String>> {
        if *self == Self::default() {
            return Ok(None);
        }
        serde_json::to_string(self).map(Some).map_err(|e| Error::new(Code::InvariantBroken, format!("policy: {e}")))
    }

    /// Reads the stored form.
    pub fn of_stored(stored: Option<&str>) -> Result<Self> {
        stored.map_or_else(|| Ok(Self::default()), |text| of_stored(text, "a stored policy"))
    }
}
