//! The lease gate of calls that show their fence as an argument: `renew_lease`, `complete_execution`, `fail_execution`.
//! Contract: leases.stale, leases.typed-order, leases.fence-required, leases.operator.

use crate::engine::world::calls::{Shown, shown, unfenced};
use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::telling::not_active;
use crate::engine::world::turns::revoke;
use crate::engine::world::{TTL, World, detail, refusal, refused_field, test};
use serde_json::json;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::{Code, Error};

const OTHER: &str = "018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";

/// What every typed call is refused with.
fn refusals(world: &mut World, shown: &Shown, code: Code) -> [Error; 3] {
    [
        refusal(world.renew_lease(shown, TTL), code),
        refusal(world.complete_execution(shown), code),
        refusal(world.fail_execution(shown, FailureClass::Transient), code),
    ]
}

/// The fences that differ from a claim's in one part.
fn forged(claim: &Claim) -> [Shown; 4] {
    let mut forged = [(); 4].map(|()| shown(claim));
    let [lease, attempt, newer, older] = forged.each_mut().map(|shown| shown.fence.as_mut().unwrap());
    lease.lease_id = OTHER.to_owned();
    attempt.attempt_id = OTHER.to_owned();
    newer.lease_epoch += 1;
    older.lease_epoch -= 1;
    forged
}

#[test]
fn the_rightful_fence_passes() {
    let mut world = World::new();
    let claim = world.running();
    let shown = shown(&claim);
    assert_eq!(world.renew_lease(&shown, TTL).unwrap().lease_epoch, 1);
    assert_eq!(world.complete_execution(&shown).unwrap().public_state, PublicState::Completed);
}

/// Contract: leases.fence-required, leases.operator.
#[test]
fn a_fence_is_required() {
    let mut world = World::new();
    let claim = world.running();
    for error in refusals(&mut world, &unfenced(&claim), Code::InvalidInput) {
        assert_eq!((detail(&error, "field"), detail(&error, "detail")), ("fence", "fence_required"));
    }
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
}

/// Contract: leases.operator.
#[test]
fn only_the_source_of_an_operator_needs_no_fence() {
    let mut world = World::new();
    let claim = unfenced(&world.running());
    for source in ["lease_holder", "flow_cascade", "system_timeout", "operator", "Operator_Override"] {
        let source = Some(source.to_owned());
        let completed = world.complete_execution_with(&claim, |args| args.source = source.clone());
        assert_eq!(detail(&refusal(completed, Code::InvalidInput), "detail"), "fence_required");
        let failed = world.fail_execution_with(&claim, FailureClass::Transient, |args| args.source = source);
        assert_eq!(detail(&refusal(failed, Code::InvalidInput), "detail"), "fence_required");
    }
}

/// Contract: leases.fence-required.
#[test]
fn a_partly_filled_fence_is_told_the_member_that_it_lacks() {
    let mut world = World::new();
    let claim = world.running();
    let whole = json!({ "leaseId": claim.lease_id, "leaseEpoch": 1, "attemptId": claim.attempt_id });
    for op in ["renew_lease", "complete_execution", "fail_execution"] {
        for member in ["leaseId", "leaseEpoch", "attemptId"] {
            let mut fence = whole.clone();
            fence.as_object_mut().unwrap().remove(member);
            let mut args = json!({ "executionId": claim.execution_id, "attemptIndex": 0, "fence": fence });
            match op {
                "renew_lease" => args["leaseTtlMs"] = json!(TTL),
                "fail_execution" => {
                    args["reason"] = json!({ "message": "" });
                    args["class"] = json!("transient");
                }
                _ => {}
            }
            let answer = world.say(&json!([{ "op": op, "args": args }]).to_string());
            let error = &answer["answers"][0]["error"];
            assert_eq!(error["code"], "validation.invalid_input", "{op}: {error}");
            assert_eq!(error["details"]["field"], format!("fence.{member}"), "{op}: {error}");
        }
    }
}

/// Contract: leases.fence-required.
#[test]
fn the_parts_of_a_fence_are_checked() {
    let mut world = World::new();
    let claim = world.running();
    let mut malformed = [(); 3].map(|()| shown(&claim));
    let [lease, epoch, attempt] = malformed.each_mut().map(|shown| shown.fence.as_mut().unwrap());
    lease.lease_id = "mine".to_owned();
    epoch.lease_epoch = -1;
    attempt.attempt_id = String::new();
    for (shown, field) in malformed.iter().zip(["fence.leaseId", "fence.leaseEpoch", "fence.attemptId"]) {
        for error in refusals(&mut world, shown, Code::InvalidInput) {
            assert_eq!(detail(&error, "field"), field);
        }
    }
}

#[test]
fn an_id_an_index_and_a_source_are_checked() {
    let mut world = World::new();
    let claim = shown(&world.running());
    for error in refusals(&mut world, &Shown { execution_id: "x".to_owned(), ..claim.clone() }, Code::InvalidInput) {
        assert_eq!(detail(&error, "field"), "executionId");
    }
    for attempt_index in [-1, 1 << 53] {
        for error in refusals(&mut world, &Shown { attempt_index, ..claim.clone() }, Code::InvalidInput) {
            assert_eq!(detail(&error, "field"), "attemptIndex");
        }
    }
    for source in ["", "a\nb"] {
        let completed = world.complete_execution_with(&claim, |args| args.source = Some(source.to_owned()));
        refused_field(completed, Code::InvalidInput, "source");
    }
}

#[test]
fn an_unknown_execution_is_not_found() {
    let mut world = World::new();
    let claim = Shown { execution_id: UNKNOWN.to_owned(), ..shown(&world.running()) };
    for error in refusals(&mut world, &claim, Code::NotFoundExecution) {
        assert_eq!(detail(&error, "executionId"), UNKNOWN);
    }
}

/// Contract: leases.fence.
#[test]
fn each_of_the_three_parts_is_compared() {
    let mut world = World::new();
    let claim = world.running();
    let (before, events) = (world.describe(&claim.execution_id), world.events());
    for shown in forged(&claim) {
        for error in refusals(&mut world, &shown, Code::StaleLease) {
            assert_eq!((detail(&error, "executionId"), detail(&error, "leaseEpoch")), (&*claim.execution_id, "1"));
            assert!(!error.retryable());
        }
    }
    assert_eq!((world.describe(&claim.execution_id), world.events()), (before, events), "nothing is left behind");
    assert!(world.complete_execution(&shown(&claim)).is_ok(), "the rightful holder can still complete");
}

/// Contract: leases.stale.
#[test]
fn a_fence_of_an_earlier_lease_is_stale() {
    let mut world = World::new();
    let first = world.lapsed();
    let second = world.claim("mail");
    refusals(&mut world, &shown(&first), Code::StaleLease);
    let crossed = Shown { attempt_index: 0, ..shown(&second) };
    refusals(&mut world, &crossed, Code::StaleLease);
    assert!(world.complete_execution(&shown(&second)).is_ok());
}

/// Contract: leases.stale.
#[test]
fn an_attempt_that_was_never_started_is_not_found() {
    let mut world = World::new();
    let claim = world.running();
    for error in refusals(&mut world, &Shown { attempt_index: 1, ..shown(&claim) }, Code::NotFoundAttempt) {
        assert_eq!((detail(&error, "executionId"), detail(&error, "attemptIndex")), (&*claim.execution_id, "1"));
    }
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
}

/// Contract: leases.typed-order.
#[test]
fn activity_is_checked_before_the_attempt_and_the_fence() {
    let mut world = World::new();
    let claim = world.completed();
    for shown in forged(&claim) {
        refusals(&mut world, &shown, Code::ExecutionNotActive);
    }
    refusals(&mut world, &Shown { attempt_index: 7, ..shown(&claim) }, Code::ExecutionNotActive);
}

/// Contract: leases.typed-order.
#[test]
fn the_attempt_and_the_fence_are_checked_before_the_expiry() {
    let mut world = World::new();
    let claim = world.lapsed();
    for shown in forged(&claim) {
        refusals(&mut world, &shown, Code::StaleLease);
    }
    refusals(&mut world, &Shown { attempt_index: 1, ..shown(&claim) }, Code::NotFoundAttempt);
}

#[test]
fn a_lapsed_holder_may_fail_and_nothing_else() {
    let mut world = World::new();
    let claim = world.lapsed();
    let shown = shown(&claim);
    for error in [
        refusal(world.renew_lease(&shown, TTL), Code::LeaseExpired),
        refusal(world.complete_execution(&shown), Code::LeaseExpired),
    ] {
        assert_eq!(detail(&error, "expiredAt"), claim.lease_expires_at.to_string());
        assert_eq!(detail(&error, "executionId"), claim.execution_id);
    }
    assert!(world.fail_execution(&shown, FailureClass::Transient).is_ok());
    assert_eq!(world.state(&claim.execution_id), PublicState::Delayed);
}

#[test]
fn a_lease_is_over_at_its_instant_and_not_before() {
    let mut world = World::new();
    let claim = shown(&world.running());
    world.pass(TTL - 1);
    assert!(world.renew_lease(&claim, 10).is_ok());
    world.pass(10);
    refusal(world.renew_lease(&claim, 10), Code::LeaseExpired);
    refusal(world.complete_execution(&claim), Code::LeaseExpired);
}

/// Contract: leases.revoked-holder.
#[test]
fn a_revoked_fence_is_told_so_until_the_next_lease() {
    let mut world = World::new();
    let claim = world.running();
    revoke(&mut world, &claim.execution_id, |_| {}).unwrap();
    for error in refusals(&mut world, &shown(&claim), Code::LeaseRevoked) {
        assert_eq!(detail(&error, "executionId"), claim.execution_id);
    }
    for shown in forged(&claim) {
        refusals(&mut world, &shown, Code::ExecutionNotActive);
    }
    let again = world.claim("mail");
    refusals(&mut world, &shown(&claim), Code::StaleLease);
    assert!(world.complete_execution(&shown(&again)).is_ok());
}

#[test]
fn the_four_details_tell_what_became_of_the_execution() {
    let mut world = World::new();
    let retrying = world.running();
    world.fail(&retrying, FailureClass::Transient).unwrap();
    let error = refusal(world.complete_execution(&shown(&retrying)), Code::ExecutionNotActive);
    assert_eq!(not_active(&error), ["none", "1", "runnable", ""]);
    let completed = world.running();
    world.complete(&completed).unwrap();
    let error = refusal(world.fail_execution(&shown(&completed), FailureClass::Transient), Code::ExecutionNotActive);
    assert_eq!(not_active(&error), ["success", "1", "terminal", &completed.attempt_id]);
    let cancelled = world.running();
    world.cancel(&cancelled.execution_id).unwrap();
    for error in refusals(&mut world, &shown(&cancelled), Code::ExecutionNotActive) {
        assert_eq!(not_active(&error), ["cancelled", "2", "terminal", &cancelled.attempt_id]);
    }
}

/// Contract: leases.repeat-former.
#[test]
fn a_handle_and_its_fence_are_one_caller() {
    let mut world = World::new();
    let claim = world.running();
    let first = world.complete(&claim).unwrap();
    assert_eq!(world.complete_execution(&shown(&claim)).unwrap(), first);
    let claim = world.running();
    let first = world.fail_execution(&shown(&claim), FailureClass::Transient).unwrap();
    assert_eq!(world.fail(&claim, FailureClass::Permanent).unwrap(), first);
    refusal(world.complete(&claim), Code::ExecutionNotActive);
}
