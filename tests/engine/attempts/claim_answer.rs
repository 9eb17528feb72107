//! What a claim hands back, and what it writes. Contract: claims.answer, claims.active, claims.ids.

use crate::engine::world::{START, TTL, World, test, texts};
use std::collections::BTreeMap;
use tidegate::model::events::event::EventStream;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptType, FailureClass, HandleKind, LeaseEvent, PublicState,
};

/// Contract: claims.answer, executions.input.
#[test]
fn a_claim_hands_back_all_a_worker_needs() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| {
        create.namespace = Some("acme".to_owned());
        create.kind = "send letter".to_owned();
        create.input = Some(vec![0, 255, 10].into());
        create.encoding = Some("raw".to_owned());
        create.priority = Some(3);
        create.tags = BTreeMap::from([("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())]);
        create.deadline_at = Some(START + 1_000_000);
        create.attempt_timeout_ms = Some(40_000);
    });
    world.pass(7);
    let claim = world.claim("mail");
    assert_eq!((claim.execution_id.as_str(), claim.handle_kind), (id.as_str(), HandleKind::Fresh));
    assert_eq!((claim.namespace.as_str(), claim.lane.as_str()), ("acme", "mail"));
    assert_eq!((claim.kind.as_str(), claim.priority), ("send letter", 3));
    assert_eq!((claim.attempt_index, claim.attempt_type, claim.retry_count), (0, AttemptType::Initial, 0));
    assert_eq!((claim.lease_epoch, claim.lease_expires_at), (1, START + 7 + TTL));
    assert_eq!(claim.attempt_timeout_at, Some(START + 7 + 40_000));
    assert_eq!(claim.deadline_at, Some(START + 1_000_000));
    assert_eq!((claim.input, claim.encoding.as_deref()), (Some(vec![0, 255, 10].into()), Some("raw")));
    assert_eq!(claim.tags.into_iter().map(|(key, value)| key + &value).collect::<Vec<_>>(), ["a1", "b2"]);
}

/// Contract: claims.answer.
#[test]
fn a_claim_of_a_plain_execution_leaves_out_what_it_has_not() {
    let mut world = World::new();
    let claim = world.running();
    assert_eq!((claim.input, claim.encoding, claim.attempt_timeout_at, claim.deadline_at), (None, None, None, None));
    assert!(claim.tags.is_empty());
}

/// Contract: claims.ttl.
#[test]
fn a_lease_lasts_30_s_when_a_claim_names_no_time() {
    let mut world = World::new();
    assert_eq!(world.running().lease_expires_at, START + 30_000);
}

/// Contract: claims.active, states.claim.
#[test]
fn a_claim_makes_the_execution_active_under_a_lease() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.pass(3);
    let claim = world.claim("mail");
    let found = world.describe(&id);
    assert_eq!(found.public_state, PublicState::Active);
    assert_eq!((found.total_attempt_count, found.current_attempt_index, found.lease_epoch), (1, 0, 1));
    assert_eq!((found.started_at, found.last_mutation_at), (Some(START + 3), START + 3));
    let lease = found.current_lease.unwrap();
    assert_eq!((lease.lease_id, lease.lease_epoch), (claim.lease_id, 1));
    assert_eq!((lease.worker_id.as_str(), lease.worker_instance_id.as_str()), ("mailer", "mailer-1"));
    assert_eq!((lease.expires_at, lease.last_heartbeat_at), (START + 3 + TTL, START + 3));
    let attempt = &found.attempts[0];
    assert_eq!(
        (attempt.attempt_id.as_str(), attempt.lifecycle),
        (claim.attempt_id.as_str(), AttemptLifecycle::Started)
    );
}

/// Contract: claims.active.
#[test]
fn a_claim_writes_one_event_with_its_lease_and_worker() {
    let mut world = World::new();
    let claim = world.running();
    let events = world.events_in(&[EventStream::Lease]);
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!((event.cause, event.lease, event.at), (Cause::Claimed, Some(LeaseEvent::Acquired), START));
    assert_eq!((event.lease_id.as_ref(), event.lease_epoch), (Some(&claim.lease_id), Some(1)));
    assert_eq!(event.worker_id.as_deref(), Some("mailer"));
    assert_eq!(event.worker_instance_id.as_deref(), Some("mailer-1"));
}

/// Contract: claims.worker.
#[test]
fn an_instance_that_is_left_out_is_the_same_for_every_claim_of_a_connection() {
    let mut world = World::new();
    let mut instances = Vec::new();
    for _ in 0..2 {
        world.submit("mail");
        let claim = world.claim_with("mail", |claim| claim.worker.instance_id = None).unwrap().unwrap();
        instances.push(world.describe(&claim.execution_id).attempts[0].worker_instance_id.clone());
    }
    assert_eq!(instances[0], instances[1]);
    assert!(!instances[0].is_empty());
    let mut world = world.reopened();
    world.submit("mail");
    let claim = world.claim_with("mail", |claim| claim.worker.instance_id = None).unwrap().unwrap();
    let reopened = world.describe(&claim.execution_id).attempts[0].worker_instance_id.clone();
    assert_ne!(reopened, instances[0]);
}

/// Contract: claims.ids.
#[test]
fn every_lease_and_attempt_has_an_id_of_its_own() {
    let mut world = World::new();
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let claim = world.running();
        assert!(ids.insert(claim.lease_id) && ids.insert(claim.attempt_id));
    }
}

/// Contract: attempts.index, claims.kinds.
#[test]
fn the_attempts_of_a_life_are_initial_retry_and_reclaim_and_their_indexes_have_no_gaps() {
    let mut world = World::new();
    let retry = RetryPolicy { backoff: Some(Backoff::Fixed { delay_ms: Some(0) }), ..RetryPolicy::default() };
    let first = world.running_with(|create| create.policy.retry = Some(retry));
    world.fail(&first, FailureClass::Transient).unwrap();
    let second = world.claim("mail");
    world.pass(TTL);
    let third = world.claim("mail");
    world.fail(&third, FailureClass::Transient).unwrap();
    let fourth = world.claim("mail");
    let claims = [&first, &second, &third, &fourth];
    assert_eq!(claims.map(|claim| claim.attempt_index), [0, 1, 2, 3]);
    assert_eq!(claims.map(|claim| claim.lease_epoch), [1, 2, 3, 4]);
    assert_eq!(claims.map(|claim| claim.retry_count), [0, 1, 1, 2]);
    let types = [AttemptType::Initial, AttemptType::Retry, AttemptType::Reclaim, AttemptType::Retry];
    assert_eq!(claims.map(|claim| claim.attempt_type), types);
    let kinds = [HandleKind::Fresh, HandleKind::Fresh, HandleKind::Reclaimed, HandleKind::Fresh];
    assert_eq!(claims.map(|claim| claim.handle_kind), kinds);
    let found = world.describe(&first.execution_id);
    assert_eq!(found.attempts.iter().map(|attempt| attempt.attempt_type).collect::<Vec<_>>(), types);
    assert_eq!((found.total_attempt_count, found.current_attempt_index), (4, 3));
    assert_eq!((found.retry_count, found.lease_reclaim_count, found.replay_count), (2, 1, 0));
    assert_eq!(found.started_at, Some(START), "set by the first claim, never overwritten");
}

/// Contract: claims.every-attempt.
#[test]
fn every_attempt_gets_the_input_the_tags_and_the_whole_attempt_timeout() {
    let mut world = World::new();
    let first = world.running_with(|create| {
        create.input = Some("letter".into());
        create.tags.insert("colour".to_owned(), "red".to_owned());
        create.attempt_timeout_ms = Some(1_000_000);
    });
    world.pass(TTL);
    let second = world.claim("mail");
    assert_eq!((&second.input, &second.tags), (&first.input, &first.tags));
    assert_eq!(second.input, Some("letter".into()));
    assert_eq!(second.attempt_timeout_at, Some(START + TTL + 1_000_000));
}

/// Contract: claims.answer.
#[test]
fn a_claim_from_several_lanes_says_which_lane_it_was() {
    let mut world = World::new();
    world.submit("post");
    let claim = world.claim_with("", |claim| claim.lanes = texts(&["mail", "post"])).unwrap().unwrap();
    assert_eq!(claim.lane, "post");
}
