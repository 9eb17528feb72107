//! `mark_worker_dead`. Contract: workers.mark-dead, workers.dead-leases, workers.dead-others, states.revoke.

use crate::engine::world::calls::worker;
use crate::engine::world::scheduler::woken_lanes;
use crate::engine::world::{START, TTL, World, refusal, refused_field, test};
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptState, FailureClass, HandleKind, LeaseEvent, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::workers::mark_dead::{MarkWorkerDeadAnswer, MarkWorkerDeadArgs};
use tidegate::{Code, Operation};

const GONE: MarkWorkerDeadAnswer = MarkWorkerDeadAnswer::NotRegistered;

const fn marked(released_leases: u32) -> MarkWorkerDeadAnswer {
    MarkWorkerDeadAnswer::Marked { released_leases }
}

fn held_by(world: &mut World, id: &str, instance: &str) -> Claim {
    world.submit("mail");
    world.claim_with("mail", |claim| claim.worker = worker(id, instance)).unwrap().unwrap()
}

/// Contract: workers.mark-dead.
#[test]
fn a_worker_leaves_the_registry_once() {
    let mut world = World::new();
    world.register("one");
    world.register("two");
    assert_eq!(world.mark_dead("one"), marked(0));
    assert_eq!(world.instances(), ["two"]);
    assert_eq!(world.mark_dead("one"), GONE);
    assert_eq!(world.mark_dead("three"), GONE);
    assert_eq!(world.audit_causes().pop(), Some(Cause::WorkerMarkedDead));
    assert_eq!(world.audit().len(), 3);
}

/// Contract: workers.mark-dead.
#[test]
fn a_worker_that_was_swept_is_not_registered() {
    let mut world = World::new();
    world.register("one");
    world.pass(60_000);
    assert_eq!(world.mark_dead("one"), GONE);
}

/// Contract: workers.dead-leases.
#[test]
fn unless_it_is_asked_for_its_leases_run_out_by_themselves() {
    let mut world = World::new();
    world.register("mailer-1");
    let claim = world.running();
    assert_eq!(world.mark_dead("mailer-1"), marked(0));
    assert!(world.renew(&claim).is_ok());
    world.pass(TTL);
    assert_eq!(world.claim("mail").handle_kind, HandleKind::Reclaimed);
}

/// Contract: workers.dead-leases.
#[test]
fn its_leases_are_revoked_where_that_is_asked_for() {
    let mut world = World::new();
    world.register("mailer-1");
    let claims = [(); 3].map(|()| world.running());
    world.pass(5);
    assert_eq!(world.bury("mailer-1"), marked(3));
    for claim in &claims {
        let found = world.describe(&claim.execution_id);
        assert_eq!((found.public_state, found.current_lease), (PublicState::Waiting, None));
        assert_eq!((found.state.attempt_state, found.lease_epoch), (AttemptState::AttemptInterrupted, 2));
        assert_eq!(world.story(&claim.execution_id).pop(), Some((Cause::LeaseRevoked, 5)));
    }
    for claim in &claims {
        let again = world.claim("mail");
        assert_eq!((again.handle_kind, again.lease_epoch), (HandleKind::Resumed, 3));
        assert_eq!(again.attempt_id, claim.attempt_id);
    }
}

/// Contract: workers.dead-revoked.
#[test]
fn a_fence_that_was_revoked_so_is_told() {
    let mut world = World::new();
    world.register("mailer-1");
    let claim = world.running();
    world.bury("mailer-1");
    refusal(world.renew(&claim), Code::LeaseRevoked);
    refusal(world.complete(&claim), Code::LeaseRevoked);
    refusal(world.fail(&claim, FailureClass::Transient), Code::LeaseRevoked);
    world.claim("mail");
    refusal(world.complete(&claim), Code::LeaseConflict);
}

/// Contract: workers.dead-others.
#[test]
fn leases_of_other_instances_and_other_workers_stay() {
    let mut world = World::new();
    world.register("one");
    let [own, sister, namesake] = [("mailer", "one"), ("mailer", "two"), ("printer", "one")]
        .map(|(id, instance)| held_by(&mut world, id, instance));
    assert_eq!(world.bury("one"), marked(1));
    assert_eq!(world.state(&own.execution_id), PublicState::Waiting);
    world.complete(&sister).unwrap();
    world.complete(&namesake).unwrap();
}

/// Contract: workers.dead-others.
#[test]
fn a_lease_that_has_lapsed_is_left_to_whoever_takes_it_over() {
    let mut world = World::new();
    let lapsed = world.lapsed();
    world.register("mailer-1");
    world.running_in("post");
    assert_eq!(world.bury("mailer-1"), marked(1));
    assert_eq!(world.causes(&lapsed.execution_id).pop(), Some(Cause::LeaseExpired));
    assert!(world.fail(&lapsed, FailureClass::Permanent).is_ok());
}

/// Contract: workers.dead-others.
#[test]
fn what_has_ended_or_waits_is_left_alone() {
    let mut world = World::new();
    world.register("mailer-1");
    let ended = world.completed();
    let retrying = world.running();
    world.fail(&retrying, FailureClass::Transient).unwrap();
    assert_eq!(world.bury("mailer-1"), marked(0));
    assert_eq!(world.state(&ended.execution_id), PublicState::Completed);
    assert_eq!(world.state(&retrying.execution_id), PublicState::Delayed);
}

/// Contract: workers.dead-leases.
#[test]
fn each_release_is_one_event_with_the_lease_and_the_reason() {
    let mut world = World::new();
    world.register("mailer-1");
    let claim = world.running();
    world
        .mark_dead_with("mailer-1", |args| {
            args.release_leases = true;
            args.reason = "host is gone".to_owned();
        })
        .unwrap();
    let detail = Some(EventDetail::Reason { reason: "host is gone".to_owned() });
    let event = world.events_in(&[EventStream::Lease]).pop().unwrap();
    assert_eq!((event.cause, event.lease), (Cause::LeaseRevoked, Some(LeaseEvent::Revoked)));
    assert_eq!((event.lease_id, event.worker_instance_id.as_deref()), (Some(claim.lease_id), Some("mailer-1")));
    assert_eq!(
        (event.detail.as_ref(), world.audit().pop().unwrap().detail.as_ref()),
        (detail.as_ref(), detail.as_ref())
    );
}

#[test]
fn the_lanes_of_released_work_are_woken() {
    let mut world = World::new();
    world.register("mailer-1");
    world.running();
    world.running_in("post");
    let bury = MarkWorkerDeadArgs {
        worker_instance_id: "mailer-1".to_owned(),
        release_leases: true,
        ..MarkWorkerDeadArgs::default()
    };
    let wakes = world.batch(vec![Operation::from(bury).into()]).wakes;
    assert_eq!(woken_lanes(&wakes), ["mail", "post"]);
    assert!(wakes.events);
}

/// Contract: workers.dead-revoked.
#[test]
fn what_is_left_of_an_attempt_timeout_waits_with_the_attempt() {
    let mut world = World::new();
    world.register("mailer-1");
    world.running_with(|create| create.attempt_timeout_ms = Some(10_000));
    world.pass(4_000);
    world.bury("mailer-1");
    world.pass(100_000);
    assert_eq!(world.claim("mail").attempt_timeout_at, Some(START + 104_000 + 6_000));
}

/// Contract: workers.dead-reason.
#[test]
fn a_reason_is_at_most_256_bytes_without_control_characters() {
    let mut world = World::new();
    for reason in ["r".repeat(257), "ä".repeat(129), "a\nb".to_owned(), "\u{7f}".to_owned(), "\0".to_owned()] {
        let refused = world.mark_dead_with("nobody", |args| args.reason = reason.clone());
        refused_field(refused, Code::InvalidInput, "reason");
    }
    for reason in [String::new(), "r".repeat(256), "ä".repeat(128)] {
        world.register("one");
        assert_eq!(world.mark_dead_with("one", |args| args.reason = reason).unwrap(), marked(0));
    }
}

/// Contract: workers.dead-reason.
#[test]
fn a_refused_reason_leaves_the_worker_where_it_is() {
    let mut world = World::new();
    world.register("one");
    refused_field(world.mark_dead_with("one", |args| args.reason = "\t".to_owned()), Code::InvalidInput, "reason");
    assert_eq!((world.instances().len(), world.audit().len()), (1, 1));
}

/// Contract: workers.arguments.
#[test]
fn names_are_checked() {
    let mut world = World::new();
    for name in ["", "a\nb", &"x".repeat(257)] {
        refused_field(world.mark_dead_with(name, |_| {}), Code::InvalidInput, "workerInstanceId");
        let namespace = world.mark_dead_with("one", |args| args.namespace = Some(name.to_owned()));
        refused_field(namespace, Code::InvalidInput, "namespace");
    }
}
