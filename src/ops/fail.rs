//! `fail`: a worker ends its attempt badly; the retry policy decides what follows. Spec: lifecycle §12.2, decisions
//! 3.10.

use super::call::Call;
use super::gate::{Entry, enter};
use super::settle::{Change, settle};
use super::turn::Turn;
use crate::error::Result;
use crate::model::argument::{self, Limits, NAME_BYTES_MAX, REASON_BYTES_MAX};
use crate::model::execution::{Execution, Finished};
use crate::model::handle::Handle;
use crate::model::object::object;
use crate::model::phase::Active;
use crate::model::policy::Policy;
use crate::model::retry::retry_after_ms;
use crate::model::vocabulary::{FailureClass, Verb};
use crate::store::Failure;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct FailReason {
    /// In a sentence, at most 65 536 bytes.
    pub message: String,
    /// More about it, at most 65 536 bytes.
    pub detail: Option<String>,
}

/// The arguments of `fail`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct FailArgs {
    /// The handle of the claim.
    pub handle: String,
    /// What happened.
    #[serde(deserialize_with = "object")]
    pub reason: FailReason,
    /// What the worker makes of it.
    pub class: FailureClass,
    /// Free text that a retry policy may name; the class's own word when left out.
    pub category: Option<String>,
}

/// The answer of `fail`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum FailAnswer {
    /// It will be tried again.
    RetryScheduled {
        /// When, in Unix ms.
        delay_until: i64,
        /// The index that the next attempt will have.
        next_attempt_index: i64,
    },
    /// It failed for good.
    TerminalFailed,
}

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    failure: Failure,
}

impl Call for FailArgs {
    const OP: &'static str = "fail";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = FailAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        argument::text("reason.message", &self.reason.message, REASON_BYTES_MAX)?;
        argument::text("reason.detail", self.reason.detail.as_deref().unwrap_or_default(), REASON_BYTES_MAX)?;
        argument::text("category", self.category.as_deref().unwrap_or_default(), NAME_BYTES_MAX)?;
        let failure = Failure {
            class: self.class,
            category: self.category.unwrap_or_else(|| self.class.word().to_owned()),
            message: self.reason.message,
            detail: self.reason.detail,
        };
        Ok(Ready { handle, failure })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<FailAnswer> {
        let (mut execution, active) = match enter(turn, &ready.handle, Some(Verb::Fail))? {
            Entry::Held(execution, held) => (execution, Active::Held(held)),
            Entry::Lapsed(execution, lapsed) => (execution, Active::Lapsed(lapsed)),
            Entry::Repeated(_, finished) => return Ok(answer(finished.at, ready.handle.attempt_index)),
        };
        let retry_at = retry_at(turn, &execution, &ready.failure, turn.now)?;
        let step = match (active, retry_at) {
            (Active::Held(held), Some(at)) => held.retry(at),
            (Active::Held(held), None) => held.fail(),
            (Active::Lapsed(lapsed), Some(at)) => lapsed.retry(at),
            (Active::Lapsed(lapsed), None) => lapsed.fail(),
        };
        execution.retry_count += i64::from(retry_at.is_some());
        turn.store.insert_failure(execution.row, ready.handle.attempt_index, &ready.failure)?;
        let finished = Some(Finished { verb: Verb::Fail, at: retry_at });
        settle(turn, &mut execution, Change { finished, ..Change::plain(step, turn.now) })?;
        Ok(answer(retry_at, ready.handle.attempt_index))
    }
}

/// When a failure at `at` is tried again; `None` when it is final.
pub fn retry_at(turn: &mut Turn<'_>, execution: &Execution, failure: &Failure, at: i64) -> Result<Option<i64>> {
    let policy = Policy::of_stored(turn.store.policy(execution.row)?.as_deref())?;
    let delay_ms =
        retry_after_ms(policy.retry.as_ref(), failure.class, &failure.category, execution.retry_count, &mut || {
            turn.mint.number()
        });
    Ok(delay_ms.map(|delay_ms| at.saturating_add(delay_ms).min(argument::INTEGER_MAX)))
}

fn answer(retry_at: Option<i64>, attempt_index: i64) -> FailAnswer {
    match retry_at {
        Some(delay_until) => FailAnswer::RetryScheduled { delay_until, next_attempt_index: attempt_index + 1 },
        None => FailAnswer::TerminalFailed,
    }
}
