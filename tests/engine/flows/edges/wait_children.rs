//! `wait_children`. Contract: states.wait-children, edges.children-none, leases.repeat.

use crate::engine::world::scheduler::woken_lanes;
use crate::engine::world::turns::revoke;
use crate::engine::world::{START, Span, World, refusal, test};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, BlockingReason, EligibilityState, FailureClass, HandleKind,
    LeaseEvent, PublicState,
};
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::flows::edges::wait_children::{WaitChildrenAnswer, WaitChildrenArgs};
use tidegate::{Code, Operation, Result};

fn wait(world: &mut World, claim: &Claim) -> Result<WaitChildrenAnswer> {
    world.call(WaitChildrenArgs { handle: claim.handle.clone(), ..WaitChildrenArgs::default() })
}

/// Contract: edges.children-none.
#[test]
fn with_nothing_unresolved_the_execution_waits_again_at_once() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    let answer = wait(&mut world, &claim).unwrap();
    let execution_id = claim.execution_id.clone();
    assert_eq!(answer, WaitChildrenAnswer { execution_id, public_state: PublicState::Waiting });
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.public_state, found.current_lease), (PublicState::Waiting, None));
    assert_eq!(found.state.eligibility_state, EligibilityState::EligibleNow);
    assert_eq!(found.state.blocking_reason, BlockingReason::WaitingForWorker);
    assert_eq!(found.state.attempt_state, AttemptState::AttemptInterrupted);
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::Suspended);
    assert_eq!((found.lease_epoch, found.retry_count, found.last_mutation_at), (1, 0, START + 5));
}

/// Contract: states.wait-children, edges.children-none.
#[test]
fn the_log_tells_that_it_waited_and_that_it_waits_no_longer() {
    let mut world = World::new();
    let claim = world.running();
    let before = world.events().len();
    wait(&mut world, &claim).unwrap();
    let events = world.events().split_off(before);
    let facts: Vec<_> = events.iter().map(|event| (event.cause, event.public_state.unwrap(), event.lease)).collect();
    let expected = [
        (Cause::WaitingChildren, PublicState::WaitingChildren, Some(LeaseEvent::Revoked)),
        (Cause::Unblocked, PublicState::Waiting, None),
    ];
    assert_eq!(facts, expected);
    let state = events[0].state.unwrap();
    assert_eq!(state.eligibility_state, EligibilityState::BlockedByDependencies);
    assert_eq!(state.blocking_reason, BlockingReason::WaitingForChildren);
    assert_eq!(state.attempt_state, AttemptState::AttemptInterrupted);
    assert_eq!((events[0].lease_id.as_ref(), events[0].lease_epoch), (Some(&claim.lease_id), Some(1)));
    assert!(world.events_in(&[EventStream::Completion]).is_empty());
}

/// Contract: attempts.continued.
#[test]
fn a_plain_claim_continues_the_same_attempt() {
    let mut world = World::new();
    let claim = world.running();
    wait(&mut world, &claim).unwrap();
    let again = world.claim("mail");
    assert_eq!((again.handle_kind, again.lease_epoch), (HandleKind::Resumed, 2));
    assert_eq!((again.attempt_index, &again.attempt_id), (0, &claim.attempt_id));
    assert_eq!((again.attempt_type, again.retry_count), (AttemptType::Initial, 0));
    assert_ne!(again.lease_id, claim.lease_id);
    world.complete(&again).unwrap();
    assert_eq!(world.describe(&claim.execution_id).total_attempt_count, 1);
}

#[test]
fn the_lane_is_woken() {
    let mut world = World::new();
    let claim = world.running();
    let wait = Operation::from(WaitChildrenArgs { handle: claim.handle, ..WaitChildrenArgs::default() });
    let wakes = world.batch(vec![wait.into()]).wakes;
    assert!(woken_lanes(&wakes).contains(&"mail") && wakes.finished.is_empty());
}

/// Contract: edges.children-repeat.
#[test]
fn the_same_call_again_gets_the_same_answer_and_writes_nothing() {
    let mut world = World::new();
    let claim = world.running();
    let first = wait(&mut world, &claim).unwrap();
    let (before, events) = (world.describe(&claim.execution_id), world.events());
    world.pass(5);
    assert_eq!(wait(&mut world, &claim).unwrap(), first);
    assert_eq!((world.describe(&claim.execution_id), world.events()), (before, events));
    for refused in [world.complete(&claim).err(), world.fail(&claim, FailureClass::Transient).err()] {
        assert_eq!(refused.unwrap().code(), Code::ExecutionNotActive);
    }
    refusal(world.renew(&claim), Code::ExecutionNotActive);
}

/// Contract: leases.repeat-continued.
#[test]
fn the_former_handle_is_refused_once_the_attempt_goes_on() {
    let mut world = World::new();
    let claim = world.running();
    wait(&mut world, &claim).unwrap();
    let again = world.claim("mail");
    refusal(wait(&mut world, &claim), Code::LeaseConflict);
    assert_eq!(wait(&mut world, &again).unwrap().public_state, PublicState::Waiting);
}

#[test]
fn only_the_holder_of_a_live_lease_may_wait() {
    let mut world = World::new();
    let lapsed = world.lapsed();
    refusal(wait(&mut world, &lapsed), Code::LeaseExpired);
    world.claim("mail");
    refusal(wait(&mut world, &lapsed), Code::LeaseConflict);
    let revoked = world.running();
    revoke(&mut world, &revoked.execution_id, |_| {}).unwrap();
    refusal(wait(&mut world, &revoked), Code::LeaseRevoked);
    let ended = world.running_in("post");
    world.cancel(&ended.execution_id).unwrap();
    refusal(wait(&mut world, &ended), Code::ExecutionNotActive);
    refusal(world.call(WaitChildrenArgs { handle: "AA".to_owned(), ..WaitChildrenArgs::default() }), Code::Corruption);
}

/// Contract: states.attempt-interrupted, edges.children-timeout.
#[test]
fn what_is_left_of_an_attempt_timeout_waits_with_the_attempt() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.attempt_timeout_ms = Some(10.secs()));
    world.pass(4.secs());
    wait(&mut world, &claim).unwrap();
    world.pass(1.hours());
    assert_eq!(world.claim("mail").attempt_timeout_at, Some(START + 4.secs() + 1.hours() + 6.secs()));
}

#[test]
fn it_waits_in_a_paused_lane_until_the_lane_opens() {
    let mut world = World::new();
    let claim = world.running();
    world.set_lane("mail", LaneState::Paused);
    assert_eq!(wait(&mut world, &claim).unwrap().public_state, PublicState::Waiting);
    assert!(world.claim_if_any("mail").is_none());
    world.set_lane("mail", LaneState::Active);
    assert_eq!(world.claim("mail").attempt_id, claim.attempt_id);
}
