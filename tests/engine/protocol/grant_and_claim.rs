//! `issue_grant_and_claim`. Contract: protocol.grant-and-claim, protocol.operator-states, protocol.grant-void.

use crate::engine::world::scheduler::{GRANT_TTL, Stand, UNKNOWN, seized};
use crate::engine::world::{START, TTL, World, detail, refusal, refused_field, test, texts};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptType, HandleKind, LeaseEvent, LifecyclePhase, PublicState};
use tidegate::model::lanes::lane::LaneState;
use tidegate::{Code, Error};

/// A claim that must be refused, with nothing written and no grant left.
fn refused(world: &mut World, id: &str, code: Code) -> Error {
    let error = refusal(world.unwritten(|world| world.seize(id)), code);
    assert_eq!(world.grants(), 0);
    error
}

/// Contract: protocol.grant-and-claim.
#[test]
fn an_operator_takes_a_fresh_execution_in_one_step() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.pass(3);
    let claim = world.seize(&id).unwrap();
    assert_eq!((claim.lease_epoch, claim.attempt_index), (1, 0));
    assert_eq!((claim.handle_kind, claim.attempt_type), (HandleKind::Fresh, AttemptType::Initial));
    assert_eq!(claim.lease_expires_at, START + 3 + TTL);
    let found = world.describe(&id);
    assert_eq!((found.state.lifecycle_phase, found.public_state), (LifecyclePhase::Active, PublicState::Active));
    let lease = found.current_lease.unwrap();
    assert_eq!((lease.worker_id.as_str(), &lease.lease_id), ("operator", &claim.lease_id));
    assert!(!lease.worker_instance_id.is_empty());
    assert_eq!(world.grants(), 0);
    world.complete(&claim).unwrap();
}

#[test]
fn one_lease_event_tells_of_it() {
    let mut world = World::new();
    let id = world.submit("mail");
    let claim = world.seize(&id).unwrap();
    let events = world.events_in(&[EventStream::Lease]);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.cause, event.lease), (Cause::Claimed, Some(LeaseEvent::Acquired)));
    assert_eq!((event.lease_id.as_ref(), event.worker_id.as_deref()), (Some(&claim.lease_id), Some("operator")));
    assert!(world.events_in(&[EventStream::Operator]).is_empty(), "the operator stream stays silent");
}

/// Contract: protocol.grant-and-claim.
#[test]
fn capabilities_do_not_matter() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.required_capabilities = texts(&["gpu", "arm"]));
    assert_eq!(world.seize(&id).unwrap().execution_id, id);
}

#[test]
fn an_interrupted_attempt_is_continued() {
    let mut world = World::new();
    let first = world.interrupted();
    let claim = world.seize(&first.execution_id).unwrap();
    assert_eq!((claim.handle_kind, claim.attempt_id), (HandleKind::Resumed, first.attempt_id));
    assert_eq!((claim.lease_epoch, claim.attempt_index), (3, 0));
}

/// Contract: protocol.operator-states.
#[test]
fn each_state_has_its_answer() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let code = match stand {
            Stand::Waiting | Stand::Retrying | Stand::Interrupted => {
                assert_eq!(world.seize(&id).unwrap().execution_id, id, "{stand:?}");
                continue;
            }
            Stand::Delayed | Stand::Blocked => Code::ExecutionNotLeaseable,
            Stand::Held | Stand::Lapsed => Code::LeaseConflict,
            Stand::Completed => Code::ExecutionNotActive,
        };
        let error = refused(&mut world, &id, code);
        assert_eq!(detail(&error, "executionId"), id, "{stand:?}");
    }
    refused(&mut World::new(), UNKNOWN, Code::NotFoundExecution);
}

#[test]
fn a_retry_is_a_new_attempt() {
    let mut world = World::new();
    let id = world.stand(Stand::Retrying);
    let claim = world.seize(&id).unwrap();
    assert_eq!((claim.attempt_type, claim.attempt_index, claim.lease_epoch), (AttemptType::Retry, 1, 2));
}

#[test]
fn a_second_identical_call_meets_the_lease() {
    let mut world = World::new();
    let id = world.submit("mail");
    let claim = world.seize(&id).unwrap();
    refused(&mut world, &id, Code::LeaseConflict);
    world.complete(&claim).unwrap();
    refused(&mut world, &id, Code::ExecutionNotActive);
}

/// Contract: protocol.grant-and-claim.
#[test]
fn the_grant_of_a_worker_is_respected_while_it_lives() {
    let mut world = World::new();
    let grant = world.granted();
    let error = refusal(world.unwritten(|world| world.seize(&grant.execution_id)), Code::GrantAlreadyExists);
    assert_eq!(detail(&error, "expiresAt"), grant.expires_at.to_string());
    world.pass(GRANT_TTL + 1);
    assert!(world.seize(&grant.execution_id).is_ok());
    assert_eq!(world.grants(), 0, "the one that was over is void");
}

/// Contract: protocol.operator-states.
#[test]
fn a_shut_lane_is_checked_after_the_state_and_before_the_grant() {
    for state in [LaneState::Paused, LaneState::Disabled] {
        let mut world = World::new();
        let waiting = world.granted().execution_id;
        let held = world.stand(Stand::Held);
        world.set_lane("mail", state);
        let error = refusal(world.unwritten(|world| world.seize(&waiting)), Code::ExecutionNotLeaseable);
        assert_eq!(detail(&error, "reason"), format!("lane mail is {state}"));
        refusal(world.unwritten(|world| world.seize(&held)), Code::LeaseConflict);
    }
    let mut world = World::new();
    let id = world.submit("mail");
    world.set_lane("mail", LaneState::Draining);
    assert!(world.seize(&id).is_ok());
}

#[test]
fn a_lease_lasts_as_long_as_asked_for() {
    let mut world = World::new();
    let id = world.submit("mail");
    for ttl in [0, 86_400_001] {
        let mut args = seized(&id);
        args.lease_ttl_ms = Some(ttl);
        refused_field(world.unwritten(|world| world.call(args)), Code::InvalidInput, "leaseTtlMs");
    }
    refused_field(world.seize("x"), Code::InvalidInput, "executionId");
    let mut args = seized(&id);
    args.lease_ttl_ms = Some(12);
    assert_eq!(world.call(args).unwrap().lease_expires_at, START + 12);
}
