//! `cancel`, by the holder of the lease. Contract: attempts.cancel, attempts.cancel-ended.

use crate::engine::world::{World, detail, refusal, refused_field, test};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptLifecycle, FailureClass, LeaseEvent, Outcome, PublicState};
use tidegate::ops::attempts::abandon::CancelArgs;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::executions::cancel::CancelExecutionAnswer;
use tidegate::ops::executions::replay::ReplayExecutionArgs;
use tidegate::{Code, Result};

fn cancel(world: &mut World, claim: &Claim, reason: &str) -> Result<CancelExecutionAnswer> {
    world.call(CancelArgs { handle: claim.handle.clone(), reason: reason.to_owned() })
}

/// Contract: attempts.cancel.
#[test]
fn a_holder_cancels_its_execution() {
    let mut world = World::new();
    let claim = world.running();
    let answer = cancel(&mut world, &claim, "not wanted any more").unwrap();
    assert_eq!((answer.execution_id.as_str(), answer.public_state), (&*claim.execution_id, PublicState::Cancelled));
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.state.terminal_outcome, Some(Outcome::Cancelled));
    let ending = found.ending.unwrap();
    assert_eq!((ending.reason.as_str(), ending.source.as_str()), ("not wanted any more", "lease_holder"));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedCancelled);
    let last = world.events().pop().unwrap();
    assert_eq!(
        (last.cause, last.lease, last.completion),
        (Cause::Cancelled, Some(LeaseEvent::Revoked), Some(Outcome::Cancelled))
    );
}

/// Contract: attempts.cancel-ended.
#[test]
fn what_is_cancelled_already_is_cancelled_whoever_did_it() {
    let mut world = World::new();
    let own = world.running();
    let first = cancel(&mut world, &own, "a").unwrap();
    assert_eq!(cancel(&mut world, &own, "b").unwrap(), first);
    assert_eq!(world.describe(&own.execution_id).ending.unwrap().reason, "a");
    let other = world.running();
    world.cancel(&other.execution_id).unwrap();
    let events = world.events().len();
    assert_eq!(cancel(&mut world, &other, "c").unwrap().public_state, PublicState::Cancelled);
    assert_eq!(world.events().len(), events);
}

/// Contract: attempts.cancel-ended.
#[test]
fn the_reason_of_whoever_cancelled_first_is_kept() {
    let mut world = World::new();
    let claim = world.running();
    world.cancel_with(&claim.execution_id, |args| args.reason = "first".to_owned()).unwrap();
    cancel(&mut world, &claim, "second").unwrap();
    let ending = world.describe(&claim.execution_id).ending.unwrap();
    assert_eq!((ending.reason.as_str(), ending.source.as_str()), ("first", "operator_override"));
}

/// Contract: attempts.cancel-ended.
#[test]
fn its_own_cancel_is_answered_again_whatever_followed() {
    let mut world = World::new();
    let claim = world.running();
    let first = cancel(&mut world, &claim, "a").unwrap();
    world.call(ReplayExecutionArgs { execution_id: claim.execution_id.clone(), ..Default::default() }).unwrap();
    assert_eq!(cancel(&mut world, &claim, "a").unwrap(), first);
    let again = world.claim("mail");
    assert_eq!(cancel(&mut world, &claim, "a").unwrap(), first);
    world.complete(&again).unwrap();
    assert_eq!(cancel(&mut world, &claim, "a").unwrap(), first);
    assert_eq!(world.state(&claim.execution_id), PublicState::Completed);
}

/// Contract: attempts.cancel-ended.
#[test]
fn another_ending_is_refused_by_its_name() {
    let mut world = World::new();
    let claim = world.completed();
    let error = refused_field(cancel(&mut world, &claim, ""), Code::InvalidInput, "handle");
    assert_eq!(detail(&error, "terminalOutcome"), "success");
    let claim = world.running();
    world.fail(&claim, FailureClass::Permanent).unwrap();
    assert_eq!(detail(&refusal(cancel(&mut world, &claim, ""), Code::InvalidInput), "terminalOutcome"), "failed");
}

/// Contract: attempts.cancel.
#[test]
fn only_the_holder_of_a_live_lease_cancels() {
    let mut world = World::new();
    let claim = world.lapsed();
    refusal(cancel(&mut world, &claim, ""), Code::LeaseExpired);
    let taken = world.claim("mail");
    refusal(cancel(&mut world, &claim, ""), Code::LeaseConflict);
    cancel(&mut world, &taken, "").unwrap();
}

/// Contract: attempts.cancel.
#[test]
fn arguments_are_checked() {
    let mut world = World::new();
    let claim = world.running();
    refused_field(cancel(&mut world, &claim, &"x".repeat(65_537)), Code::InvalidInput, "reason");
    refusal(world.call(CancelArgs::default()), Code::Corruption);
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
}
