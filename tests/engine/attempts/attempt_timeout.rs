//! Attempt timeouts: a failure of class timeout while retries are left, else the end. Contract: attempts.timeout,
//! attempts.timeout-retried, attempts.timeout-left, states.expire.

use crate::engine::world::{START, TTL, World, refusal, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, FailureClass, LeaseEvent, Outcome, PublicState,
};
use tidegate::ops::executions::create::CreateArgs;

const TIMEOUT: i64 = 10_000;

fn limited(create: &mut CreateArgs) {
    create.attempt_timeout_ms = Some(TIMEOUT);
}

/// One retry after 100 ms.
fn limited_with_a_retry(create: &mut CreateArgs) {
    limited(create);
    let backoff = Some(Backoff::Fixed { delay_ms: Some(100) });
    create.policy.retry = Some(RetryPolicy { max_retries: Some(1), backoff, retryable_categories: None });
}

/// Contract: attempts.timeout.
#[test]
fn an_attempt_that_takes_too_long_expires_the_execution_without_retries() {
    let mut world = World::new();
    let claim = world.running_with(limited);
    assert_eq!(claim.attempt_timeout_at, Some(START + TIMEOUT));
    world.pass(TIMEOUT - 1);
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
    world.pass(1);
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.public_state, found.state.terminal_outcome), (PublicState::Expired, Some(Outcome::Expired)));
    assert_eq!(found.state.attempt_state, AttemptState::AttemptTerminal);
    assert_eq!(found.completed_at, Some(START + TIMEOUT));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedFailure);
    let ending = found.ending.unwrap();
    assert_eq!((ending.reason.as_str(), ending.source.as_str()), ("attempt_timeout", "system_timeout"));
}

/// Contract: attempts.timeout, states.expire.
#[test]
fn a_final_timeout_writes_one_event_for_the_completion_and_the_lease() {
    let mut world = World::new();
    let claim = world.running_with(limited);
    world.pass(TIMEOUT);
    let last = world.events().pop().unwrap();
    assert_eq!((last.cause, last.at), (Cause::AttemptTimedOut, START + TIMEOUT));
    assert_eq!((last.completion, last.lease), (Some(Outcome::Expired), Some(LeaseEvent::Expired)));
    assert_eq!(last.lease_id, Some(claim.lease_id));
}

/// Contract: attempts.timeout-retried.
#[test]
fn an_attempt_that_takes_too_long_is_retried_while_retries_are_left() {
    let mut world = World::new();
    let claim = world.running_with(limited_with_a_retry);
    world.pass(TIMEOUT);
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.public_state, found.retry_count), (PublicState::Delayed, 1));
    let attempt = &found.attempts[0];
    assert_eq!(attempt.lifecycle, AttemptLifecycle::EndedFailure);
    assert_eq!(attempt.failure.as_ref().map(|failure| failure.class), Some(FailureClass::Timeout));
    let last = world.events().pop().unwrap();
    assert_eq!((last.cause, last.lease, last.completion), (Cause::RetryScheduled, Some(LeaseEvent::Revoked), None));
    world.pass(100);
    let second = world.claim("mail");
    assert_eq!((second.attempt_index, second.attempt_type), (1, AttemptType::Retry));
    assert_eq!(second.attempt_timeout_at, Some(START + TIMEOUT + 100 + TIMEOUT));
    world.pass(TIMEOUT);
    assert_eq!(world.state(&claim.execution_id), PublicState::Expired);
}

/// Contract: attempts.timeout-retried.
#[test]
fn the_wait_after_a_timeout_counts_from_its_instant_however_late_it_is_noticed() {
    let mut world = World::new();
    let claim = world.running_with(limited_with_a_retry);
    world.pass(TIMEOUT + 5_000);
    world.claim("mail");
    let story = world.story(&claim.execution_id);
    let expected = [
        (Cause::Created, 0),
        (Cause::Claimed, 0),
        (Cause::RetryScheduled, TIMEOUT),
        (Cause::DelayOver, TIMEOUT + 100),
        (Cause::Claimed, TIMEOUT + 5_000),
    ];
    assert_eq!(story, expected);
}

/// Contract: attempts.timeout-retried.
#[test]
fn a_policy_that_does_not_name_the_category_does_not_retry_a_timeout() {
    let mut world = World::new();
    let claim = world.running_with(|create| {
        limited_with_a_retry(create);
        if let Some(retry) = create.policy.retry.as_mut() {
            retry.retryable_categories = Some(vec!["net".to_owned()]);
        }
    });
    world.pass(TIMEOUT);
    assert_eq!(world.state(&claim.execution_id), PublicState::Expired);
}

/// Contract: attempts.timeout-disarmed, leases.lapse, states.attempt-interrupted.
#[test]
fn a_lapse_disarms_the_attempt_timeout() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.attempt_timeout_ms = Some(TTL + 1));
    world.pass(10 * TTL);
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    let second = world.claim("mail");
    assert_eq!(second.attempt_timeout_at, Some(START + 10 * TTL + TTL + 1));
}

/// Contract: attempts.timeout-first.
#[test]
fn a_timeout_comes_before_the_expiry_of_the_lease_in_the_same_instant() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.attempt_timeout_ms = Some(TTL));
    world.pass(TTL);
    let causes = world.causes(&claim.execution_id);
    assert_eq!(causes, [Cause::Created, Cause::Claimed, Cause::AttemptTimedOut]);
}

/// Contract: attempts.timeout-disarmed.
#[test]
fn a_finish_disarms_the_attempt_timeout() {
    let mut world = World::new();
    let claim = world.running_with(limited);
    world.complete(&claim).unwrap();
    world.pass(TIMEOUT);
    assert_eq!(world.state(&claim.execution_id), PublicState::Completed);
    assert_eq!(world.events_in(&[EventStream::Completion]).len(), 1);
}

/// Contract: attempts.timeout-holder.
#[test]
fn a_holder_whose_attempt_timed_out_is_told_so() {
    let mut world = World::new();
    let claim = world.running_with(limited);
    world.pass(TIMEOUT);
    let error = refusal(world.complete(&claim), Code::ExecutionNotActive);
    assert_eq!(error.details().get("terminalOutcome"), Some("expired"));
}

/// Contract: attempts.timeout-left.
#[test]
fn a_time_that_passes_while_nobody_runs_it_is_not_counted() {
    let mut world = World::new();
    let id = world.submit_with("mail", limited);
    world.pass(100 * TIMEOUT);
    assert_eq!(world.state(&id), PublicState::Waiting);
    assert_eq!(world.claim("mail").attempt_timeout_at, Some(START + 101 * TIMEOUT));
}
