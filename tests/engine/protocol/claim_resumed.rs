//! `claim_resumed_execution`. Contract: protocol.claim-resumed, states.resume.

use crate::engine::world::scheduler::{GRANT_TTL, MINTED, Stand, UNKNOWN, named};
use crate::engine::world::{START, TTL, World, detail, refusal, refused_field, test};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, HandleKind, LeaseEvent, PublicState,
};
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::attempts::delay::DelayArgs;
use tidegate::ops::protocol::claim_resumed::ClaimResumedExecutionArgs;
use tidegate::{Code, Error};

/// A claim that must be refused, with nothing written.
fn refused(world: &mut World, id: &str, code: Code) -> Error {
    refusal(world.unwritten(|world| world.resume(id)), code)
}

/// Contract: protocol.claim-resumed, states.resume.
#[test]
fn the_same_attempt_goes_on_under_a_new_lease() {
    let mut world = World::new();
    let first = world.interrupted();
    let id = first.execution_id.clone();
    world.reserve(&id);
    world.pass(3);
    let claim = world.resume(&id).unwrap();
    assert_eq!((claim.handle_kind, claim.attempt_type), (HandleKind::Resumed, AttemptType::Initial));
    assert_eq!((claim.attempt_index, &claim.attempt_id), (0, &first.attempt_id));
    assert_eq!((claim.lease_epoch, claim.lease_expires_at), (3, START + 3 + TTL), "the revoke has raised the epoch");
    assert_ne!(claim.lease_id, first.lease_id);
    let found = world.describe(&id);
    assert_eq!((found.public_state, found.state.attempt_state), (PublicState::Active, AttemptState::RunningAttempt));
    assert_eq!((found.total_attempt_count, found.lease_reclaim_count, world.grants()), (1, 0, 0));
    assert_eq!((found.started_at, found.attempts[0].started_at), (Some(START), START));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::Started);
    assert_eq!(found.current_lease.map(|lease| lease.lease_id), Some(claim.lease_id.clone()));
    refusal(world.complete(&first), Code::LeaseConflict);
    world.complete(&claim).unwrap();
}

/// Contract: protocol.lease-event.
#[test]
fn one_lease_event_acquired_tells_of_it() {
    let mut world = World::new();
    let id = world.interrupted().execution_id;
    world.reserve(&id);
    let claim = world.resume(&id).unwrap();
    let events = world.events_in(&[EventStream::Lease]);
    let leases: Vec<_> = events.iter().filter_map(|event| event.lease).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Revoked, LeaseEvent::Acquired]);
    let last = &events[2];
    assert_eq!((last.cause, last.lease_id.as_ref()), (Cause::Resumed, Some(&claim.lease_id)));
    assert_eq!((last.lease_epoch, last.worker_id.as_deref()), (Some(3), Some("mailer")));
}

#[test]
fn the_callers_own_lease_and_worker_are_used() {
    let mut world = World::new();
    let id = world.interrupted().execution_id;
    world.grant_with(&id, |args| args.worker = named("other")).unwrap();
    let claim = world.resume_with(&id, |args| {
        args.worker = named("other");
        args.lease_id = Some(MINTED.to_owned());
        args.lease_ttl_ms = Some(9);
    });
    assert_eq!(claim.unwrap().lease_id, MINTED);
    let lease = world.describe(&id).current_lease.unwrap();
    assert_eq!((lease.lease_id.as_str(), lease.expires_at), (MINTED, START + 9));
    assert_eq!((lease.worker_id.as_str(), lease.worker_instance_id.as_str()), ("other", "other-1"));
}

#[test]
fn an_attempt_that_was_put_off_goes_on_with_the_input_and_what_is_left_of_its_time() {
    let mut world = World::new();
    let first = world.running_with(|create| {
        create.input = Some("letter".into());
        create.attempt_timeout_ms = Some(20_000);
    });
    world.pass(5_000);
    world.call(DelayArgs { handle: first.handle.clone(), delay_until: START + 60_000 }).unwrap();
    refused(&mut world, &first.execution_id, Code::ExecutionNotLeaseable);
    world.pass(55_000);
    world.reserve(&first.execution_id);
    world.pass(1_000);
    let claim = world.resume(&first.execution_id).unwrap();
    assert_eq!((claim.input, claim.attempt_id), (Some("letter".into()), first.attempt_id));
    assert_eq!(claim.attempt_timeout_at, Some(START + 61_000 + 15_000));
    assert_eq!(claim.lease_epoch, 2);
}

/// Contract: protocol.claim-resumed.
#[test]
fn each_state_has_its_refusal() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let code = match stand {
            Stand::Interrupted => Code::InvalidClaimGrant,
            Stand::Waiting | Stand::Retrying => Code::NotAResumedExecution,
            Stand::Delayed | Stand::Blocked | Stand::Held | Stand::Lapsed | Stand::Completed => {
                Code::ExecutionNotLeaseable
            }
        };
        let error = refused(&mut world, &id, code);
        assert_eq!(detail(&error, "executionId"), id, "{stand:?}");
        assert!(error.retryable(), "{stand:?}");
    }
    refused(&mut World::new(), UNKNOWN, Code::NotFoundExecution);
}

#[test]
fn a_shut_lane_is_checked_after_the_state_and_before_the_attempt_and_the_grant() {
    for stand in [Stand::Waiting, Stand::Retrying, Stand::Interrupted] {
        let mut world = World::new();
        let id = world.stand(stand);
        world.set_lane("mail", LaneState::Disabled);
        let error = refused(&mut world, &id, Code::ExecutionNotLeaseable);
        assert_eq!(detail(&error, "reason"), "lane mail is disabled");
        world.set_lane("mail", LaneState::Active);
        world.reserve(&id);
        world.set_lane("mail", LaneState::Paused);
        refused(&mut world, &id, Code::ExecutionNotLeaseable);
        assert_eq!(world.grants(), 1);
    }
}

/// Contract: protocol.claim-resumed.
#[test]
fn what_has_no_interrupted_attempt_is_told_so_even_with_a_grant() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    refused(&mut world, &id, Code::NotAResumedExecution);
    assert!(world.redeem(&id).is_ok(), "the grant is intact");
}

/// Contract: protocol.grant-checked.
#[test]
fn the_grant_must_be_the_workers_own_and_not_over() {
    let mut world = World::new();
    let id = world.interrupted().execution_id;
    refused(&mut world, &id, Code::InvalidClaimGrant);
    let grant = world.reserve(&id);
    let other = |args: &mut ClaimResumedExecutionArgs| args.worker = named("other");
    let error = refusal(world.unwritten(|world| world.resume_with(&id, other)), Code::InvalidClaimGrant);
    assert_eq!((detail(&error, "executionId"), detail(&error, "workerId")), (id.as_str(), "other"));
    world.pass(GRANT_TTL + 1);
    refusal(world.unwritten(|world| world.resume_with(&id, other)), Code::InvalidClaimGrant);
    let error = refused(&mut world, &id, Code::ClaimGrantExpired);
    assert_eq!(detail(&error, "expiresAt"), grant.expires_at.to_string());
    world.reserve(&id);
    world.pass(GRANT_TTL);
    assert!(world.resume(&id).is_ok());
}

#[test]
fn a_second_identical_call_meets_the_lease_and_then_a_missing_grant() {
    let mut world = World::new();
    let id = world.interrupted().execution_id;
    world.reserve(&id);
    let claim = world.resume(&id).unwrap();
    refused(&mut world, &id, Code::ExecutionNotLeaseable);
    world.interrupt(&claim);
    refused(&mut world, &id, Code::InvalidClaimGrant);
}

/// Contract: leases.epoch.
#[test]
fn the_epoch_rises_with_every_interruption_and_every_lease() {
    let mut world = World::new();
    let mut claim = world.interrupted();
    let id = claim.execution_id.clone();
    for round in 1..4 {
        world.reserve(&id);
        let next = world.resume(&id).unwrap();
        assert_eq!((next.lease_epoch, &next.attempt_id), (1 + 2 * round, &claim.attempt_id));
        world.interrupt(&next);
        claim = next;
    }
    assert_eq!(world.describe(&id).attempts.len(), 1);
}

#[test]
fn bad_arguments_are_refused() {
    let mut world = World::new();
    let id = world.interrupted().execution_id;
    world.reserve(&id);
    let mut bad = |field, set: fn(&mut ClaimResumedExecutionArgs)| {
        refused_field(world.unwritten(|world| world.resume_with(&id, set)), Code::InvalidInput, field);
    };
    bad("executionId", |args| args.execution_id.clear());
    bad("worker.id", |args| args.worker.id.clear());
    bad("worker.instanceId", |args| args.worker.instance_id = Some("a\tb".to_owned()));
    bad("leaseTtlMs", |args| args.lease_ttl_ms = Some(-1));
    bad("leaseId", |args| args.lease_id = Some("{}".to_owned()));
}
