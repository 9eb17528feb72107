//! `revoke_lease`. Contract: leases.revoke, leases.revoked-holder, leases.revoke-satisfied, states.revoke.

use crate::engine::world::turns::revoke;
use crate::engine::world::{World, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptState, EligibilityState, HandleKind, LeaseEvent, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::revoke::{RevokeLeaseAnswer, RevokeLeaseArgs, Satisfied};

/// What is satisfied already has written nothing.
fn satisfied(world: &mut World, id: &str, reason: Satisfied, set: impl FnOnce(&mut RevokeLeaseArgs)) {
    let events = world.events().len();
    assert_eq!(revoke(world, id, set).unwrap(), RevokeLeaseAnswer::AlreadySatisfied { reason });
    assert_eq!(world.events().len(), events);
}

fn revoked() -> (World, Claim) {
    let mut world = World::new();
    let claim = world.running();
    revoke(&mut world, &claim.execution_id, |_| {}).unwrap();
    (world, claim)
}

/// Contract: leases.revoke, states.revoke.
#[test]
fn a_revoked_execution_waits_for_a_claim_that_continues_its_attempt() {
    let mut world = World::new();
    let claim = world.running();
    let answer = revoke(&mut world, &claim.execution_id, |_| {}).unwrap();
    let expected = RevokeLeaseAnswer::Revoked { lease_id: claim.lease_id.clone(), lease_epoch: "2".to_owned() };
    assert_eq!(answer, expected);
    let found = world.describe(&claim.execution_id);
    assert_eq!(
        (found.public_state, found.state.eligibility_state),
        (PublicState::Waiting, EligibilityState::EligibleNow)
    );
    assert_eq!(found.state.attempt_state, AttemptState::AttemptInterrupted);
    assert_eq!((found.current_lease, found.lease_epoch), (None, 2));
    let again = world.claim("mail");
    assert_eq!((again.handle_kind, again.lease_epoch), (HandleKind::Resumed, 3));
    assert_eq!(again.attempt_id, claim.attempt_id);
}

/// Contract: leases.revoke-event.
#[test]
fn the_event_names_the_lease_and_the_reason() {
    let mut world = World::new();
    let claim = world.running();
    revoke(&mut world, &claim.execution_id, |args| args.reason = "maintenance".to_owned()).unwrap();
    let last = world.events_in(&[EventStream::Lease]).pop().unwrap();
    assert_eq!((last.cause, last.lease), (Cause::LeaseRevoked, Some(LeaseEvent::Revoked)));
    assert_eq!(last.lease_id, Some(claim.lease_id));
    assert_eq!(last.detail, Some(EventDetail::Reason { reason: "maintenance".to_owned() }));
    let (mut world, _) = revoked();
    assert_eq!(world.events().pop().unwrap().detail, None);
}

/// Contract: leases.revoked-holder.
#[test]
fn the_holder_of_a_revoked_lease_is_told_so_until_the_next_lease() {
    let (mut world, claim) = revoked();
    refusal(world.renew(&claim), Code::LeaseRevoked);
    refusal(world.progress(&claim, Some(1), None), Code::LeaseRevoked);
    refusal(world.complete(&claim), Code::LeaseRevoked);
    let again = world.claim("mail");
    refusal(world.complete(&claim), Code::LeaseConflict);
    world.complete(&again).unwrap();
}

/// Contract: leases.revoked-holder.
#[test]
fn an_earlier_holder_is_not_told_of_a_revocation_that_was_not_its_own() {
    let mut world = World::new();
    let first = world.lapsed();
    let second = world.claim("mail");
    revoke(&mut world, &second.execution_id, |_| {}).unwrap();
    refusal(world.complete(&first), Code::ExecutionNotActive);
    refusal(world.complete(&second), Code::LeaseRevoked);
}

/// Contract: leases.revoke-satisfied.
#[test]
fn without_a_live_lease_it_is_satisfied_already() {
    let (mut world, claim) = revoked();
    satisfied(&mut world, &claim.execution_id, Satisfied::NoActiveLease, |_| {});
    let waiting = world.submit("other");
    satisfied(&mut world, &waiting, Satisfied::NoActiveLease, |_| {});
    let ended = world.completed_in("third").execution_id;
    satisfied(&mut world, &ended, Satisfied::NoActiveLease, |_| {});
}

/// Contract: leases.revoke-satisfied.
#[test]
fn a_lapsed_lease_is_gone_already() {
    let mut world = World::new();
    let claim = world.lapsed();
    satisfied(&mut world, &claim.execution_id, Satisfied::AlreadyExpired, |_| {});
    assert_eq!(world.claim("mail").handle_kind, HandleKind::Reclaimed);
}

/// Contract: leases.revoke-satisfied.
#[test]
fn another_instance_or_lease_than_meant_stays() {
    let mut world = World::new();
    let claim = world.running();
    let id = claim.execution_id.clone();
    satisfied(&mut world, &id, Satisfied::DifferentWorkerInstanceId, |args| {
        "another".clone_into(&mut args.worker_instance_id);
    });
    satisfied(&mut world, &id, Satisfied::LeaseIdMismatch, |args| {
        args.expected_lease_id = Some(claim.attempt_id.clone());
    });
    world.renew(&claim).unwrap();
    let instance = world.describe(&id).current_lease.unwrap().worker_instance_id;
    let meant = revoke(&mut world, &id, |args| {
        args.worker_instance_id = instance;
        args.expected_lease_id = Some(claim.lease_id.clone());
    });
    assert!(matches!(meant.unwrap(), RevokeLeaseAnswer::Revoked { .. }));
}

/// Contract: leases.revoke-event.
#[test]
fn an_unknown_execution_and_bad_arguments_are_refused() {
    let mut world = World::new();
    let unknown = "{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";
    refusal(revoke(&mut world, unknown, |_| {}), Code::NotFoundExecution);
    refused_field(revoke(&mut world, "x", |_| {}), Code::InvalidInput, "executionId");
    let bad = |set: fn(&mut RevokeLeaseArgs), field| {
        refused_field(revoke(&mut World::new(), unknown, set), Code::InvalidInput, field);
    };
    bad(|args| args.expected_lease_id = Some("x".to_owned()), "expectedLeaseId");
    bad(|args| args.worker_instance_id = "x".repeat(257), "workerInstanceId");
    bad(|args| args.reason = "x".repeat(65_537), "reason");
}
