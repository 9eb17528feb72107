//! `fail`, also by the holder of a lapsed lease. Contract: attempts.fail, attempts.fail-retried, attempts.fail-final,
//! attempts.fail-lapsed, states.retry, states.fail.

use crate::engine::world::{START, TTL, World, failure, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, BlockingReason, FailureClass, LeaseEvent, Outcome, PublicState,
};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::fail::{FailAnswer, FailArgs, FailReason};
use tidegate::ops::executions::create::CreateArgs;

/// Three retries, each after 100 ms.
fn retrying(create: &mut CreateArgs) {
    create.policy.retry =
        Some(RetryPolicy { backoff: Some(Backoff::Fixed { delay_ms: Some(100) }), ..RetryPolicy::default() });
}

/// Contract: attempts.fail-retried, states.retry.
#[test]
fn a_failure_with_retries_left_delays_the_execution() {
    let mut world = World::new();
    let claim = world.running_with(retrying);
    world.pass(5);
    let answer = world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(answer, FailAnswer::RetryScheduled { delay_until: START + 105, next_attempt_index: 1 });
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.public_state, PublicState::Delayed);
    assert_eq!(found.state.blocking_reason, BlockingReason::WaitingForRetryBackoff);
    assert_eq!(found.state.attempt_state, AttemptState::PendingRetryAttempt);
    assert_eq!((found.retry_count, found.total_attempt_count, found.lease_epoch), (1, 1, 1));
    assert_eq!((found.current_lease, found.completed_at), (None, None));
    let attempt = &found.attempts[0];
    assert_eq!((attempt.lifecycle, attempt.ended_at), (AttemptLifecycle::EndedFailure, Some(START + 5)));
}

/// Contract: attempts.pointer.
#[test]
fn the_attempt_pointer_is_one_further_after_a_failure_that_is_retried() {
    let mut world = World::new();
    let claim = world.running_with(retrying);
    assert_eq!(world.describe(&claim.execution_id).current_attempt_index, 0);
    world.fail(&claim, FailureClass::Transient).unwrap();
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.current_attempt_index, found.attempts.len()), (1, 1), "the next claim creates the attempt");
    world.pass(100);
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.current_attempt_index, found.total_attempt_count), (1, 1));
    world.claim("mail");
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.current_attempt_index, found.total_attempt_count), (1, 2));
}

/// Contract: attempts.fail-final, states.fail.
#[test]
fn a_failure_without_retries_left_is_terminal() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    assert_eq!(world.fail(&claim, FailureClass::Permanent).unwrap(), FailAnswer::TerminalFailed);
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.public_state, found.state.terminal_outcome), (PublicState::Failed, Some(Outcome::Failed)));
    assert_eq!(found.state.attempt_state, AttemptState::AttemptTerminal);
    assert_eq!((found.completed_at, found.retry_count, found.current_attempt_index), (Some(START + 5), 0, 0));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedFailure);
}

#[test]
fn a_retried_failure_is_no_completion_and_a_terminal_one_is_one() {
    let mut world = World::new();
    let claim = world.running_with(|create| {
        retrying(create);
        if let Some(retry) = create.policy.retry.as_mut() {
            retry.max_retries = Some(1);
        }
    });
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert!(world.events_in(&[EventStream::Completion]).is_empty());
    world.pass(100);
    let claim = world.claim("mail");
    world.fail(&claim, FailureClass::Transient).unwrap();
    let completions = world.events_in(&[EventStream::Completion]);
    assert_eq!(completions.len(), 1);
    assert_eq!((completions[0].completion, completions[0].cause), (Some(Outcome::Failed), Cause::Failed));
    let leases: Vec<_> = world.events_in(&[EventStream::Lease]).iter().filter_map(|event| event.lease).collect();
    let (acquired, revoked) = (LeaseEvent::Acquired, LeaseEvent::Revoked);
    assert_eq!(leases, [acquired, revoked, acquired, revoked]);
}

/// Contract: attempts.kept, attempts.fail, executions.describe-attempts.
#[test]
fn every_attempt_keeps_why_it_failed() {
    let mut world = World::new();
    let claim = world.running_with(retrying);
    let reason = FailReason { message: "no route".to_owned(), detail: Some("ICMP 3".to_owned()) };
    let first = FailArgs {
        handle: claim.handle.clone(),
        reason,
        class: FailureClass::InfraCrash,
        category: Some("net".to_owned()),
        retry_at: None,
    };
    world.call(first).unwrap();
    world.pass(100);
    let second = world.claim("mail");
    world.fail(&second, FailureClass::Permanent).unwrap();
    let attempts = world.describe(&claim.execution_id).attempts;
    let why = attempts[0].failure.clone().unwrap();
    assert_eq!((why.class, why.category.as_str()), (FailureClass::InfraCrash, "net"));
    assert_eq!((why.message.as_str(), why.detail.as_deref()), ("no route", Some("ICMP 3")));
    let why = attempts[1].failure.clone().unwrap();
    assert_eq!((why.class, why.message.as_str(), why.detail), (FailureClass::Permanent, "no route to host", None));
}

/// Contract: attempts.fail-lapsed, retries.cap-own-retries, states.retry.
#[test]
fn a_lapsed_holder_that_fails_is_retried_without_a_second_lease_event() {
    let mut world = World::new();
    let claim = world.running_with(retrying);
    world.pass(TTL + 5);
    let answer = world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(answer, FailAnswer::RetryScheduled { delay_until: START + TTL + 105, next_attempt_index: 1 });
    let leases: Vec<_> = world.events_in(&[EventStream::Lease]).iter().filter_map(|event| event.lease).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Expired]);
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.retry_count, found.lease_reclaim_count, found.public_state), (1, 0, PublicState::Delayed));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedFailure);
    world.pass(100);
    assert_eq!(world.claim("mail").attempt_index, 1);
}

/// Contract: attempts.fail-lapsed, states.fail.
#[test]
fn a_lapsed_holder_that_fails_for_good_ends_it_without_a_second_lease_event() {
    let mut world = World::new();
    let claim = world.lapsed();
    assert_eq!(world.fail(&claim, FailureClass::Permanent).unwrap(), FailAnswer::TerminalFailed);
    let last = world.events().pop().unwrap();
    assert_eq!((last.cause, last.completion, last.lease), (Cause::Failed, Some(Outcome::Failed), None));
}

/// Contract: attempts.fail-limits.
#[test]
fn a_message_and_a_detail_have_limits() {
    let mut world = World::new();
    let claim = world.running();
    let long = "m".repeat(1 << 20);
    let mut args = failure(&claim.handle, FailureClass::Transient);
    args.reason.message.clone_from(&long);
    refused_field(world.call(args), Code::InvalidInput, "reason.message");
    let mut args = failure(&claim.handle, FailureClass::Transient);
    args.reason.detail = Some(long.clone());
    refused_field(world.call(args), Code::InvalidInput, "reason.detail");
    let mut args = failure(&claim.handle, FailureClass::Transient);
    args.category = Some(long);
    refused_field(world.call(args), Code::InvalidInput, "category");
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
}

/// Contract: attempts.fail, attempts.fail-limits.
#[test]
fn an_empty_message_is_a_message() {
    let mut world = World::new();
    let claim = world.running();
    let mut args = failure(&claim.handle, FailureClass::Permanent);
    args.reason.message.clear();
    assert!(world.call(args).is_ok());
}

fn until(world: &mut World, claim: &Claim, class: FailureClass, retry_at: i64) -> FailAnswer {
    world.call(FailArgs { retry_at: Some(retry_at), ..failure(&claim.handle, class) }).unwrap()
}

/// Contract: attempts.fail-at, retries.instant.
#[test]
fn the_holder_says_when_it_is_tried_again() {
    let mut world = World::new();
    let claim = world.running_with(retrying);
    let answer = until(&mut world, &claim, FailureClass::Transient, START + 7_000);
    assert_eq!(answer, FailAnswer::RetryScheduled { delay_until: START + 7_000, next_attempt_index: 1 });
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.claimable_at, found.retry_count), (Some(START + 7_000), 1));
    assert_eq!(found.state.blocking_reason, BlockingReason::WaitingForRetryBackoff);
    world.pass(6_999);
    assert!(world.claim_if_any("mail").is_none());
    world.pass(1);
    assert_eq!(world.claim("mail").attempt_type, AttemptType::Retry);
    assert_eq!(world.fail(&claim, FailureClass::Transient).unwrap(), answer, "told again, whatever is said now");
}

/// Contract: attempts.fail-at.
#[test]
fn a_retry_in_the_past_is_now() {
    let mut world = World::new();
    let claim = world.running_with(retrying);
    world.pass(5);
    let answer = until(&mut world, &claim, FailureClass::Transient, START);
    assert_eq!(answer, FailAnswer::RetryScheduled { delay_until: START + 5, next_attempt_index: 1 });
    assert_eq!(world.claim("mail").attempt_index, 1);
}

/// Contract: attempts.fail-at-policy.
#[test]
fn what_the_policy_does_not_try_again_is_final_whatever_instant_is_named() {
    let mut world = World::new();
    for class in [FailureClass::Permanent, FailureClass::Cancelled] {
        let claim = world.running_with(retrying);
        assert_eq!(until(&mut world, &claim, class, START + 50), FailAnswer::TerminalFailed);
    }
    let once = |create: &mut CreateArgs| {
        create.policy.retry = Some(RetryPolicy { max_retries: Some(1), ..RetryPolicy::default() });
    };
    let claim = world.running_with(once);
    until(&mut world, &claim, FailureClass::Transient, START);
    let again = world.claim("mail");
    assert_eq!(until(&mut world, &again, FailureClass::Transient, START), FailAnswer::TerminalFailed);
}

/// Contract: attempts.fail-at.
#[test]
fn an_instant_that_is_none_is_refused_by_name() {
    let mut world = World::new();
    let claim = world.running();
    for at in [-1, 253_402_300_800_000] {
        let args = FailArgs { retry_at: Some(at), ..failure(&claim.handle, FailureClass::Transient) };
        refused_field(world.call(args), Code::InvalidInput, "retryAt");
    }
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
}
