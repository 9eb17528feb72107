//! `fail_execution`. Contract: attempts.fail, retries.of-call, leases.operator-attempt, states.retry, states.fail.

use crate::engine::world::calls::{OPERATOR, Shown, shown, unfenced};
use crate::engine::world::telling::not_active;
use crate::engine::world::{START, TTL, World, refusal, refused_field, test, texts};
use tidegate::model::events::event::EventStream;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptState, BlockingReason, FailureClass, LeaseEvent, Outcome, PublicState,
};
use tidegate::ops::attempts::fail::FailAnswer;
use tidegate::{Code, Result};

fn retries(max_retries: i64, delay_ms: i64) -> RetryPolicy {
    let backoff = Some(Backoff::Fixed { delay_ms: Some(delay_ms) });
    RetryPolicy { max_retries: Some(max_retries), backoff, ..RetryPolicy::default() }
}

/// Fails as an operator.
fn override_by(world: &mut World, shown: &Shown, class: FailureClass) -> Result<FailAnswer> {
    world.fail_execution_with(shown, class, |args| args.source = Some(OPERATOR.to_owned()))
}

const TERMINAL: FailAnswer = FailAnswer::TerminalFailed;

/// Contract: attempts.fail-retried.
#[test]
fn a_failure_with_retries_left_waits_for_its_next_attempt() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.retry = Some(retries(2, 700)));
    world.pass(3);
    let answer = world.fail_execution(&shown(&claim), FailureClass::Transient).unwrap();
    let delay_until = START + 703;
    assert_eq!(answer, FailAnswer::RetryScheduled { delay_until, next_attempt_index: 1 });
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.public_state, found.claimable_at), (PublicState::Delayed, Some(delay_until)));
    assert_eq!(found.state.blocking_reason, BlockingReason::WaitingForRetryBackoff);
    assert_eq!(found.state.attempt_state, AttemptState::PendingRetryAttempt);
    assert_eq!((found.retry_count, found.current_attempt_index, found.total_attempt_count), (1, 1, 1));
    let last = world.events().pop().unwrap();
    assert_eq!((last.cause, last.lease), (Cause::RetryScheduled, Some(LeaseEvent::Revoked)));
    world.pass(700);
    assert_eq!(world.claim("mail").attempt_index, 1);
}

/// Contract: attempts.fail-final.
#[test]
fn a_failure_without_retries_left_is_final() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.retry = Some(retries(0, 0)));
    assert_eq!(world.fail_execution(&shown(&claim), FailureClass::Transient).unwrap(), TERMINAL);
    assert_eq!(world.state(&claim.execution_id), PublicState::Failed);
    let ends = world.events_in(&[EventStream::Completion]);
    assert_eq!((ends.len(), ends[0].completion, ends[0].lease), (1, Some(Outcome::Failed), Some(LeaseEvent::Revoked)));
}

/// Contract: attempts.fail.
#[test]
fn what_the_caller_says_of_the_failure_is_kept_with_the_attempt() {
    let mut world = World::new();
    let claim = world.running();
    let failed = world.fail_execution_with(&shown(&claim), FailureClass::Permanent, |args| {
        args.reason.detail = Some("ICMP 3".to_owned());
        args.category = Some("net".to_owned());
    });
    assert_eq!(failed.unwrap(), TERMINAL);
    let failure = world.describe(&claim.execution_id).attempts[0].failure.clone().unwrap();
    assert_eq!((failure.class, failure.category.as_str()), (FailureClass::Permanent, "net"));
    assert_eq!((failure.message.as_str(), failure.detail.as_deref()), ("no route to host", Some("ICMP 3")));
}

/// Contract: retries.of-call.
#[test]
fn the_policy_of_the_call_wins_over_that_of_the_execution() {
    let mut world = World::new();
    let generous = world.running_with(|create| create.policy.retry = Some(retries(5, 100)));
    let answer =
        world.fail_execution_with(&shown(&generous), FailureClass::Transient, |args| args.retry = Some(retries(0, 0)));
    assert_eq!(answer.unwrap(), TERMINAL);
    let mean = world.running_with(|create| create.policy.retry = Some(retries(0, 0)));
    let answer =
        world.fail_execution_with(&shown(&mean), FailureClass::Timeout, |args| args.retry = Some(retries(1, 7)));
    assert_eq!(answer.unwrap(), FailAnswer::RetryScheduled { delay_until: START + 7, next_attempt_index: 1 });
    world.pass(7);
    let again = world.claim("mail");
    assert_eq!(again.execution_id, mean.execution_id);
    let answer =
        world.fail_execution_with(&shown(&again), FailureClass::Transient, |args| args.retry = Some(retries(1, 7)));
    assert_eq!(answer.unwrap(), TERMINAL, "the retries used are counted on the execution");
}

/// Contract: retries.of-call.
#[test]
fn the_policy_of_a_call_counts_for_that_call_alone() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.retry = Some(retries(1, 100)));
    world
        .fail_execution_with(&shown(&claim), FailureClass::Transient, |args| args.retry = Some(retries(9, 0)))
        .unwrap();
    let again = world.claim("mail");
    assert_eq!(world.fail_execution(&shown(&again), FailureClass::Transient).unwrap(), TERMINAL);
}

#[test]
fn under_the_policy_of_a_call_class_and_category_decide_as_ever() {
    let mut world = World::new();
    let listed = RetryPolicy { retryable_categories: Some(texts(&["net"])), ..retries(3, 0) };
    for (class, category, retried) in [
        (FailureClass::Transient, "net", true),
        (FailureClass::Timeout, "net", true),
        (FailureClass::Transient, "disk", false),
        (FailureClass::Permanent, "net", false),
        (FailureClass::Cancelled, "net", false),
    ] {
        let claim = world.running_in("post");
        let answer = world.fail_execution_with(&shown(&claim), class, |args| {
            args.category = Some(category.to_owned());
            args.retry = Some(listed.clone());
        });
        assert_eq!(answer.unwrap() != TERMINAL, retried, "{class:?} {category}");
        world.cancel(&claim.execution_id).ok();
    }
}

/// Contract: retries.of-call.
#[test]
fn the_policy_of_a_call_is_checked() {
    let mut world = World::new();
    let claim = shown(&world.running());
    let refused = world.fail_execution_with(&claim, FailureClass::Transient, |args| args.retry = Some(retries(-1, 0)));
    refused_field(refused, Code::InvalidPolicy, "retry.maxRetries");
    let refused = world.fail_execution_with(&claim, FailureClass::Transient, |args| args.retry = Some(retries(1, -1)));
    refused_field(refused, Code::InvalidPolicy, "retry.backoff.delayMs");
    let long = "m".repeat(65_537);
    let refused = world.fail_execution_with(&claim, FailureClass::Transient, |args| args.reason.message = long);
    refused_field(refused, Code::InvalidInput, "reason.message");
    assert!(world.renew_lease(&claim, TTL).is_ok());
}

/// Contract: leases.lapsed-fail.
#[test]
fn a_holder_may_report_its_failure_after_its_lease_has_lapsed_until_somebody_takes_over() {
    let mut world = World::new();
    let claim = world.lapsed();
    world.pass(5);
    assert_eq!(world.fail_execution(&shown(&claim), FailureClass::Permanent).unwrap(), TERMINAL);
    let leases = world.events_in(&[EventStream::Lease]).into_iter().filter_map(|event| event.lease);
    assert_eq!(leases.collect::<Vec<_>>(), [LeaseEvent::Acquired, LeaseEvent::Expired], "no second lease event");
    let claim = world.lapsed();
    world.claim("mail");
    refusal(world.fail_execution(&shown(&claim), FailureClass::Permanent), Code::StaleLease);
}

#[test]
fn the_same_call_again_gets_the_same_answer_also_after_the_next_attempt_has_started() {
    let mut world = World::new();
    let claim = world.running();
    let first = world.fail_execution(&shown(&claim), FailureClass::Transient).unwrap();
    let events = world.events();
    assert_eq!(world.fail_execution(&shown(&claim), FailureClass::Permanent).unwrap(), first);
    assert_eq!(world.events(), events);
    world.pass(1_000);
    let next = world.claim("mail");
    assert_eq!(world.fail_execution(&shown(&claim), FailureClass::Transient).unwrap(), first);
    refusal(world.complete_execution(&shown(&claim)), Code::StaleLease);
    assert!(world.complete_execution(&shown(&next)).is_ok());
    assert_eq!(world.fail_execution(&shown(&claim), FailureClass::Transient).unwrap(), first);
}

/// Contract: leases.operator-attempt.
#[test]
fn an_operator_fails_what_a_worker_holds_and_what_has_lapsed() {
    let mut world = World::new();
    let held = world.running();
    assert_eq!(override_by(&mut world, &unfenced(&held), FailureClass::Permanent).unwrap(), TERMINAL);
    let lapsed = world.lapsed();
    assert_eq!(override_by(&mut world, &unfenced(&lapsed), FailureClass::Permanent).unwrap(), TERMINAL);
    let retried = world.running();
    let answer = override_by(&mut world, &unfenced(&retried), FailureClass::Transient).unwrap();
    assert!(matches!(answer, FailAnswer::RetryScheduled { next_attempt_index: 1, .. }));
}

/// Contract: leases.operator.
#[test]
fn a_fence_that_an_operator_shows_is_not_compared() {
    let mut world = World::new();
    let mut shown = shown(&world.running());
    if let Some(fence) = shown.fence.as_mut() {
        fence.lease_epoch = 9;
    }
    refusal(world.fail_execution(&shown, FailureClass::Permanent), Code::StaleLease);
    assert_eq!(override_by(&mut world, &shown, FailureClass::Permanent).unwrap(), TERMINAL);
}

#[test]
fn what_an_operator_did_is_not_the_holders_call() {
    let mut world = World::new();
    let claim = world.running();
    override_by(&mut world, &shown(&claim), FailureClass::Permanent).unwrap();
    for refused in [
        world.fail_execution(&shown(&claim), FailureClass::Permanent),
        world.fail(&claim, FailureClass::Permanent),
        override_by(&mut world, &unfenced(&claim), FailureClass::Permanent),
    ] {
        let error = refusal(refused, Code::ExecutionNotActive);
        assert_eq!(not_active(&error), ["failed", "1", "terminal", &claim.attempt_id]);
    }
    let claim = world.running();
    override_by(&mut world, &unfenced(&claim), FailureClass::Transient).unwrap();
    refusal(world.fail_execution(&shown(&claim), FailureClass::Transient), Code::ExecutionNotActive);
    world.pass(1_000);
    world.claim("mail");
    refusal(world.fail_execution(&shown(&claim), FailureClass::Transient), Code::StaleLease);
}

#[test]
fn an_operator_fails_nothing_that_is_not_active() {
    let mut world = World::new();
    let ended = world.completed();
    refusal(override_by(&mut world, &unfenced(&ended), FailureClass::Permanent), Code::ExecutionNotActive);
    let waiting = Shown { execution_id: world.submit("mail"), attempt_index: 0, fence: None };
    refusal(override_by(&mut world, &waiting, FailureClass::Permanent), Code::ExecutionNotActive);
    assert_eq!(world.state(&waiting.execution_id), PublicState::Waiting);
}
