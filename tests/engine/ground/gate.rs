//! The lease gate, in its order: exists, active, fence, not expired. Contract: leases.gate, leases.conflict,
//! leases.expired, leases.not-active.

use crate::engine::world::telling::not_active;
use crate::engine::world::{TTL, World, detail, refusal, test};
use tidegate::model::attempts::handle::Handle;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::{Code, Error};
use uuid::Uuid;

/// What every call of a holder answers: renew, progress, complete, fail.
fn refusals(world: &mut World, claim: &Claim, codes: [Code; 4]) -> [Error; 4] {
    [
        refusal(world.renew(claim), codes[0]),
        refusal(world.progress(claim, Some(1), None), codes[1]),
        refusal(world.complete(claim), codes[2]),
        refusal(world.fail(claim, FailureClass::Transient), codes[3]),
    ]
}

/// The claim with its handle changed.
fn forged(claim: &Claim, change: impl FnOnce(&mut Handle)) -> Claim {
    let mut handle = Handle::decode(&claim.handle).unwrap();
    change(&mut handle);
    Claim { handle: handle.encode(), ..claim.clone() }
}

const OTHER: Uuid = Uuid::from_u128(42);

/// Contract: leases.gate.
#[test]
fn a_handle_of_an_unknown_execution_is_not_found() {
    let mut world = World::new();
    let claim = world.running();
    let mut other = World::new();
    for error in refusals(&mut other, &claim, [Code::NotFoundExecution; 4]) {
        assert_eq!(detail(&error, "executionId"), claim.execution_id);
    }
}

/// Contract: leases.fence.
#[test]
fn each_part_of_the_fence_is_compared() {
    let mut world = World::new();
    let claim = world.running();
    let before = world.describe(&claim.execution_id);
    for forged in [
        forged(&claim, |handle| handle.fence.lease_id = OTHER),
        forged(&claim, |handle| handle.fence.attempt_id = OTHER),
        forged(&claim, |handle| handle.fence.epoch += 1),
        forged(&claim, |handle| handle.fence.epoch -= 1),
    ] {
        refusals(&mut world, &forged, [Code::LeaseConflict; 4]);
    }
    assert_eq!(world.describe(&claim.execution_id), before, "nothing is left behind");
    assert!(world.complete(&claim).is_ok(), "the rightful holder can still complete");
}

/// Contract: leases.conflict.
#[test]
fn a_handle_of_an_earlier_lease_meets_a_conflict() {
    let mut world = World::new();
    let first = world.lapsed();
    let second = world.claim("mail");
    for error in refusals(&mut world, &first, [Code::LeaseConflict; 4]) {
        assert_eq!(detail(&error, "executionId"), first.execution_id);
        assert_eq!(detail(&error, "leaseEpoch"), "2");
        assert!(error.retryable());
    }
    assert!(world.complete(&second).is_ok());
}

/// Contract: leases.gate.
#[test]
fn the_fence_is_compared_before_the_expiry() {
    let mut world = World::new();
    let claim = world.lapsed();
    let forged = forged(&claim, |handle| handle.fence.epoch += 1);
    refusals(&mut world, &forged, [Code::LeaseConflict; 4]);
}

/// Contract: leases.gate.
#[test]
fn activity_is_checked_before_the_fence() {
    let mut world = World::new();
    let claim = world.completed();
    let forged = forged(&claim, |handle| handle.fence.lease_id = OTHER);
    refusals(&mut world, &forged, [Code::ExecutionNotActive; 4]);
}

/// Contract: leases.expired, leases.lapsed-fail.
#[test]
fn a_lapsed_holder_may_fail_and_nothing_else() {
    let mut world = World::new();
    let claim = world.lapsed();
    for outcome in [
        world.renew(&claim).map(|_| ()),
        world.progress(&claim, Some(1), None).map(|_| ()),
        world.complete(&claim).map(|_| ()),
    ] {
        let error = refusal(outcome, Code::LeaseExpired);
        assert_eq!(detail(&error, "executionId"), claim.execution_id);
        assert_eq!(detail(&error, "expiredAt"), claim.lease_expires_at.to_string());
    }
    assert!(world.fail(&claim, FailureClass::Transient).is_ok());
    assert_eq!(world.state(&claim.execution_id), PublicState::Delayed);
}

/// Contract: leases.expired, leases.lapse-survives, time.over-at.
#[test]
fn a_lease_is_over_at_its_instant_and_not_before() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(TTL - 1);
    assert!(world.progress(&claim, Some(1), None).is_ok());
    world.pass(1);
    refusal(world.progress(&claim, Some(2), None), Code::LeaseExpired);
}

/// Contract: leases.not-active.
#[test]
fn after_a_scheduled_retry_the_details_are_of_an_execution_that_waits() {
    let mut world = World::new();
    let claim = world.running();
    world.fail(&claim, FailureClass::Transient).unwrap();
    let error = refusal(world.complete(&claim), Code::ExecutionNotActive);
    assert_eq!(not_active(&error), ["none", "1", "runnable", ""]);
}

/// Contract: leases.not-active.
#[test]
fn after_a_terminal_finish_the_details_describe_the_finishing_attempt() {
    let mut world = World::new();
    let completed = world.completed();
    let error = refusal(world.fail(&completed, FailureClass::Transient), Code::ExecutionNotActive);
    assert_eq!(not_active(&error), ["success", "1", "terminal", &completed.attempt_id]);
    let failed = world.running();
    world.fail(&failed, FailureClass::Permanent).unwrap();
    let error = refusal(world.complete(&failed), Code::ExecutionNotActive);
    assert_eq!(not_active(&error), ["failed", "1", "terminal", &failed.attempt_id]);
}

/// Contract: leases.not-active.
#[test]
fn after_somebody_else_ended_it_the_details_tell_how() {
    let mut world = World::new();
    let cancelled = world.running();
    world.cancel(&cancelled.execution_id).unwrap();
    for error in refusals(&mut world, &cancelled, [Code::ExecutionNotActive; 4]) {
        let [outcome, _, phase, attempt] = not_active(&error);
        assert_eq!([outcome, phase, attempt], ["cancelled", "terminal", &cancelled.attempt_id]);
    }
    let expired = world.running_with(|create| create.attempt_timeout_ms = Some(5));
    world.pass(5);
    for error in refusals(&mut world, &expired, [Code::ExecutionNotActive; 4]) {
        assert_eq!(not_active(&error), ["expired", "1", "terminal", &expired.attempt_id]);
    }
}

#[test]
fn a_retry_that_became_claimable_is_still_not_active() {
    let mut world = World::new();
    let claim = world.running();
    world.fail(&claim, FailureClass::Transient).unwrap();
    world.pass(60_000);
    let error = refusal(world.renew(&claim), Code::ExecutionNotActive);
    assert_eq!(not_active(&error), ["none", "1", "runnable", ""]);
}

/// Contract: leases.gate-silent.
#[test]
fn a_refusal_at_the_gate_writes_no_event() {
    let mut world = World::new();
    let claim = world.running();
    world.fail(&claim, FailureClass::Permanent).unwrap();
    let before = world.events();
    refusal(world.renew(&claim), Code::ExecutionNotActive);
    refusal(world.complete(&claim), Code::ExecutionNotActive);
    assert_eq!(world.events(), before);
}

/// Contract: leases.fence.
#[test]
fn an_attempt_index_that_was_changed_in_the_handle_reaches_no_record() {
    let mut world = World::new();
    let claim = world.running();
    let forged = forged(&claim, |handle| handle.attempt_index = 7);
    let _ = world.progress(&forged, Some(5), None);
    let _ = world.fail(&forged, FailureClass::Permanent);
    let found = world.describe(&claim.execution_id);
    assert!(found.progress.is_none_or(|progress| progress.attempt_index == 0));
    assert_eq!(world.number("SELECT count(*) FROM failure WHERE attempt_index <> 0"), 0);
    let failed = found.public_state == PublicState::Failed;
    assert_eq!(failed, found.attempts[0].failure.is_some(), "a failed attempt says why");
}
