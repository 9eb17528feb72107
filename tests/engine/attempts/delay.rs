//! `delay`. Contract: attempts.delay, attempts.delay-past, attempts.delay-again, states.delay.

use crate::engine::world::turns::delay;
use crate::engine::world::{START, Span, TTL, World, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, BlockingReason, EligibilityState, HandleKind, LeaseEvent, PublicState,
};
use tidegate::ops::attempts::delay::{DelayAnswer, DelayArgs};

/// Contract: attempts.lifecycle, attempts.continued, attempts.delay, claims.kinds, retries.cap-own-retries.
#[test]
fn a_delayed_attempt_gives_its_lease_up_and_goes_on_when_its_time_has_come() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    let answer = delay(&mut world, &claim, START + 1_000).unwrap();
    let expected = DelayAnswer {
        execution_id: claim.execution_id.clone(),
        public_state: PublicState::Delayed,
        delay_until: START + 1_000,
    };
    assert_eq!(answer, expected);
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.state.eligibility_state, EligibilityState::NotEligibleUntilTime);
    assert_eq!(found.state.blocking_reason, BlockingReason::WaitingForDelay);
    assert_eq!(found.state.attempt_state, AttemptState::AttemptInterrupted);
    assert_eq!((found.current_lease, found.lease_epoch, found.retry_count), (None, 1, 0));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::Suspended);
    assert!(world.claim_if_any("mail").is_none());
    world.pass(995);
    let again = world.claim("mail");
    assert_eq!((again.handle_kind, again.lease_epoch), (HandleKind::Resumed, 2));
    assert_eq!((again.attempt_index, &again.attempt_id), (0, &claim.attempt_id));
    assert_eq!(again.attempt_type, AttemptType::Initial);
    assert_eq!(
        world.story(&claim.execution_id),
        [
            (Cause::Created, 0),
            (Cause::Claimed, 0),
            (Cause::Delayed, 5),
            (Cause::DelayOver, 1_000),
            (Cause::Resumed, 1_000)
        ]
    );
}

/// Contract: states.delay.
#[test]
fn the_lease_event_of_a_delay_is_revoked() {
    let mut world = World::new();
    let claim = world.running();
    delay(&mut world, &claim, START + 1_000).unwrap();
    let last = world.events().pop().unwrap();
    assert_eq!((last.cause, last.lease), (Cause::Delayed, Some(LeaseEvent::Revoked)));
    assert_eq!((last.lease_id, last.lease_epoch), (Some(claim.lease_id), Some(1)));
}

/// Contract: attempts.delay-past.
#[test]
fn a_delay_until_an_instant_that_has_passed_is_over_at_once() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(50);
    assert_eq!(delay(&mut world, &claim, START - 7).unwrap().delay_until, START + 50);
    assert_eq!(world.claim("mail").attempt_id, claim.attempt_id);
}

/// Contract: attempts.delay-again.
#[test]
fn the_same_delay_again_gets_the_same_answer() {
    let mut world = World::new();
    let claim = world.running();
    let first = delay(&mut world, &claim, START + 1_000).unwrap();
    assert_eq!(delay(&mut world, &claim, START + 9_000).unwrap(), first);
    assert_eq!(world.causes(&claim.execution_id).len(), 3);
    refusal(world.complete(&claim), Code::ExecutionNotActive);
    refusal(world.renew(&claim), Code::ExecutionNotActive);
}

/// Contract: leases.repeat-continued.
#[test]
fn the_former_handle_is_refused_once_the_attempt_goes_on() {
    let mut world = World::new();
    let claim = world.running();
    delay(&mut world, &claim, START).unwrap();
    let again = world.claim("mail");
    refusal(delay(&mut world, &claim, START), Code::LeaseConflict);
    world.complete(&again).unwrap();
}

/// Contract: attempts.delay.
#[test]
fn an_attempt_that_goes_on_can_be_delayed_anew() {
    let mut world = World::new();
    let claim = world.running();
    delay(&mut world, &claim, START).unwrap();
    let again = world.claim("mail");
    assert_eq!(delay(&mut world, &again, START + 700).unwrap().delay_until, START + 700);
    assert_eq!(world.state(&claim.execution_id), PublicState::Delayed);
}

/// Contract: attempts.delay-live.
#[test]
fn a_lapsed_holder_cannot_delay() {
    let mut world = World::new();
    let claim = world.lapsed();
    refusal(delay(&mut world, &claim, START), Code::LeaseExpired);
}

/// Contract: attempts.timeout-left, states.attempt-interrupted.
#[test]
fn what_is_left_of_an_attempt_timeout_waits_with_the_attempt() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.attempt_timeout_ms = Some(10.secs()));
    world.pass(4.secs());
    delay(&mut world, &claim, START + 60.secs()).unwrap();
    world.pass(56.secs());
    assert_eq!(world.claim("mail").attempt_timeout_at, Some(START + 66.secs()));
}

/// Contract: attempts.delay-ends.
#[test]
fn an_execution_past_its_deadline_while_delayed_expires() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.deadline_at = Some(START + 500));
    delay(&mut world, &claim, START + 1_000).unwrap();
    world.pass(500);
    assert_eq!(world.state(&claim.execution_id), PublicState::Expired);
}

/// Contract: attempts.delay-ends.
#[test]
fn a_delay_is_cancelled_by_an_operator() {
    let mut world = World::new();
    let claim = world.running();
    delay(&mut world, &claim, START + TTL).unwrap();
    world.cancel(&claim.execution_id).unwrap();
    assert_eq!(world.describe(&claim.execution_id).attempts[0].lifecycle, AttemptLifecycle::EndedCancelled);
}

#[test]
fn arguments_are_checked() {
    let mut world = World::new();
    let claim = world.running();
    refused_field(delay(&mut world, &claim, -1), Code::InvalidInput, "delayUntil");
    refused_field(delay(&mut world, &claim, i64::MAX), Code::InvalidInput, "delayUntil");
    refusal(world.call(DelayArgs { handle: "AA".to_owned(), delay_until: 0 }), Code::Corruption);
}
