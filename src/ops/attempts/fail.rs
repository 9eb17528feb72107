//! `fail`: a worker ends its attempt badly; the retry policy decides what follows. Contract: attempts.fail,
//! attempts.fail-retried, retries.default.

use crate::error::Result;
use crate::model::attempts::handle::Handle;
use crate::model::executions::execution::{Execution, Finished};
use crate::model::executions::phase::Active;
use crate::model::executions::policy::Policy;
use crate::model::executions::retry::{RetryPolicy, retry_after_ms};
use crate::model::ground::argument::{self, Limits, NAME_BYTES_MAX, REASON_BYTES_MAX};
use crate::model::ground::given::reads;
use crate::model::ground::vocabulary::{FailureClass, Verb};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{Entry, enter};
use crate::ops::ground::settle::{Change, settle};
use crate::ops::ground::turn::Turn;
use crate::store::Failure;
use serde::Serialize;

/// What happened.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct FailReason {
    /// In a sentence, at most 65 536 bytes.
    pub message: String,
    /// More about it, at most 65 536 bytes.
    pub detail: Option<String>,
}

reads!(FailReason { message, detail });

/// The arguments of `fail`.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct FailArgs {
    /// The handle of the claim.
    pub handle: String,
    /// What happened.
    pub reason: FailReason,
    /// What the worker makes of it.
    pub class: FailureClass,
    /// Free text that a retry policy may name; the class's own word when left out.
    pub category: Option<String>,
    /// When it is tried again, in Unix ms, in place of the policy's back-off; in the past is now. Whether it is, the policy
    /// alone decides.
    pub retry_at: Option<i64>,
}

reads!(FailArgs { handle, reason, class, category, retry_at });

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
    retry_at: Option<i64>,
}

impl Call for FailArgs {
    const OP: &'static str = "fail";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = FailAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        argument::opt_instant("retryAt", self.retry_at)?;
        Ok(Ready { handle, failure: failure(self.reason, self.class, self.category)?, retry_at: self.retry_at })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<FailAnswer> {
        let entry = enter(turn, &ready.handle, Some(Verb::Fail))?;
        let retry = ready.retry_at.map_or(Retry::Own, Retry::At);
        fail(turn, entry, ready.handle.attempt_index, &ready.failure, &retry, true)
    }
}

/// Checks what a failure says of itself.
pub fn failure(reason: FailReason, class: FailureClass, category: Option<String>) -> Result<Failure> {
    argument::text("reason.message", &reason.message, REASON_BYTES_MAX)?;
    argument::text("reason.detail", reason.detail.as_deref().unwrap_or_default(), REASON_BYTES_MAX)?;
    argument::text("category", category.as_deref().unwrap_or_default(), NAME_BYTES_MAX)?;
    Ok(Failure {
        class,
        category: category.unwrap_or_else(|| class.word().to_owned()),
        message: reason.message,
        detail: reason.detail,
    })
}

/// What a failing call says of its retry. Contract: attempts.fail-at, retries.of-call.
pub enum Retry<'a> {
    /// Nothing: the execution's policy decides.
    Own,
    /// When it is, where the execution's policy grants one.
    At(i64),
    /// Another policy decides.
    Policy(&'a RetryPolicy),
}

/// Fails the attempt that a caller was let in to. The call of a `holder` is answered again.
pub fn fail(
    turn: &mut Turn<'_>,
    entry: Entry,
    index: i64,
    failure: &Failure,
    retry: &Retry<'_>,
    holder: bool,
) -> Result<FailAnswer> {
    let (mut execution, active) = match entry {
        Entry::Held(execution, held) => (execution, Active::Held(held)),
        Entry::Lapsed(execution, lapsed) => (execution, Active::Lapsed(lapsed)),
        Entry::Repeated(_, finished) => return Ok(answer(finished.at, index)),
    };
    let retry_at = match retry {
        Retry::Policy(policy) => retry_under(turn, &execution, Some(policy), failure, turn.now),
        Retry::Own => retry_at(turn, &execution, failure, turn.now)?,
        Retry::At(at) => retry_at(turn, &execution, failure, turn.now)?.map(|_| turn.now.max(*at)),
    };
    let step = match (active, retry_at) {
        (Active::Held(held), Some(at)) => held.retry(at),
        (Active::Held(held), None) => held.fail(),
        (Active::Lapsed(lapsed), Some(at)) => lapsed.retry(at),
        (Active::Lapsed(lapsed), None) => lapsed.fail(),
    };
    execution.retry_count += i64::from(retry_at.is_some());
    turn.store.insert_failure(execution.row, index, failure)?;
    let finished = holder.then_some(Finished { verb: Verb::Fail, at: retry_at });
    settle(turn, &mut execution, Change { finished, ..Change::plain(step, turn.now) })?;
    Ok(answer(retry_at, index))
}

/// When a failure at `at` is tried again; `None` when it is final.
pub fn retry_at(turn: &mut Turn<'_>, execution: &Execution, failure: &Failure, at: i64) -> Result<Option<i64>> {
    let policy = Policy::of_stored(turn.store.policy(execution.row)?.as_deref())?;
    Ok(retry_under(turn, execution, policy.retry.as_ref(), failure, at))
}

fn retry_under(
    turn: &mut Turn<'_>,
    execution: &Execution,
    policy: Option<&RetryPolicy>,
    failure: &Failure,
    at: i64,
) -> Option<i64> {
    let mut random = || turn.mint.number();
    let delay_ms = retry_after_ms(policy, failure.class, &failure.category, execution.retry_count, &mut random)?;
    Some(at.saturating_add(delay_ms).min(argument::INTEGER_MAX))
}

fn answer(retry_at: Option<i64>, attempt_index: i64) -> FailAnswer {
    match retry_at {
        Some(delay_until) => FailAnswer::RetryScheduled { delay_until, next_attempt_index: attempt_index + 1 },
        None => FailAnswer::TerminalFailed,
    }
}
