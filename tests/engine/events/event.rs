//! The event log: one row for every phase change, positions strictly rising. Contract: events.one-row,
//! events.positions, events.reconstructs.

use crate::engine::world::{START, Span, TTL, World, test};
use std::collections::BTreeMap;
use tidegate::model::events::event::EventStream;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};

fn position(cursor: &str) -> i64 {
    cursor.strip_prefix('e').and_then(|digits| digits.parse().ok()).expect("a cursor")
}

/// A world in which a bit of everything happened.
fn eventful() -> (World, Vec<String>) {
    let mut world = World::new();
    let mut ids = Vec::new();
    ids.push(world.completed().execution_id);
    let retried = world.running_with(|create| {
        let backoff = Some(Backoff::Fixed { delay_ms: Some(100) });
        create.policy.retry = Some(RetryPolicy { max_retries: Some(1), backoff, ..RetryPolicy::default() });
    });
    world.fail(&retried, FailureClass::Transient).unwrap();
    world.pass(100);
    let again = world.claim("mail");
    world.renew(&again).unwrap();
    world.fail(&again, FailureClass::Transient).unwrap();
    ids.push(retried.execution_id);
    let lapsed = world.running();
    world.pass(TTL);
    let taken = world.claim("mail");
    world.complete_with(&taken, b"done").unwrap();
    ids.push(lapsed.execution_id);
    ids.push(world.submit_with("mail", |create| create.deadline_at = Some(START + 1.hours())));
    world.cancel(&ids[3]).unwrap();
    let now = world.engine.clock_report().unwrap().engine_now;
    ids.push(world.submit_with("mail", |create| {
        create.delay_until = Some(now + 10);
        create.deadline_at = Some(now + 20);
    }));
    world.pass(15);
    ids.push(world.submit_with("fax", |create| create.delay_until = Some(now + 1.hours())));
    ids.push(world.running_in("post").execution_id);
    world.pass(5);
    (world, ids)
}

/// Contract: events.positions.
#[test]
fn positions_rise_strictly_and_instants_never_go_back() {
    let (mut world, _) = eventful();
    let events = world.events();
    let positions: Vec<_> = events.iter().map(|event| position(&event.cursor)).collect();
    assert!(positions.windows(2).all(|pair| pair[0] < pair[1]), "{positions:?}");
    assert!(events.iter().map(|event| event.at).is_sorted());
}

/// Contract: events.reconstructs.
#[test]
fn replaying_the_stream_from_its_start_reconstructs_every_public_state() {
    let (mut world, ids) = eventful();
    for id in &ids {
        world.describe(id);
    }
    let mut replayed = BTreeMap::new();
    for event in world.events_in(&[EventStream::Execution]) {
        let state = event.state.expect("a phase change has a state");
        assert_eq!(event.public_state, Some(state.public_state()), "the public state is its derivation");
        replayed.insert(event.execution_id.unwrap(), (state, event.at));
    }
    assert_eq!(replayed.len(), ids.len());
    for id in &ids {
        let found = world.describe(id);
        assert_eq!(replayed[id].0, found.state);
        assert_eq!(replayed[id].1, found.last_mutation_at);
    }
}

/// Contract: events.one-row.
#[test]
fn every_phase_change_is_exactly_one_row() {
    let (mut world, ids) = eventful();
    for id in &ids {
        world.describe(id);
    }
    let mut latest: BTreeMap<String, PublicState> = BTreeMap::new();
    for event in world.events_in(&[EventStream::Execution]) {
        let public = event.public_state.unwrap();
        let before = latest.insert(event.execution_id.unwrap_or_default(), public);
        let stays_active = matches!(event.cause, Cause::LeaseExpired | Cause::Reclaimed);
        assert!(stays_active || before != Some(public), "{:?} changed nothing", event.cause);
    }
}

/// Contract: events.begins-with-creation.
#[test]
fn the_first_event_of_every_execution_is_its_creation() {
    let (mut world, ids) = eventful();
    for id in &ids {
        let causes = world.causes(id);
        assert_eq!(causes[0], Cause::Created);
        assert_eq!(causes.iter().filter(|cause| **cause == Cause::Created).count(), 1);
    }
}

/// Contract: events.view-completion.
#[test]
fn each_entry_into_terminal_is_one_completion_and_nothing_follows_it() {
    let (mut world, ids) = eventful();
    for id in &ids {
        world.describe(id);
    }
    for id in &ids {
        let own: Vec<_> = world.events().into_iter().filter(|event| event.execution_id.as_ref() == Some(id)).collect();
        let completions: Vec<_> = own.iter().filter(|event| event.completion.is_some()).collect();
        let ended = world.describe(id).completed_at.is_some();
        assert_eq!(completions.len(), usize::from(ended));
        assert!(!ended || own.last().is_some_and(|last| last.completion.is_some()));
    }
}

/// Contract: events.names.
#[test]
fn an_event_names_its_execution_its_namespace_and_its_instant() {
    let mut world = World::new();
    world.pass(5);
    let id = world.submit_with("mail", |create| create.namespace = Some("acme".to_owned()));
    let event = world.events().remove(0);
    assert_eq!((event.execution_id, event.namespace, event.at), (Some(id), "acme".to_owned(), START + 5));
}

/// Contract: events.lease-fields.
#[test]
fn an_event_without_a_lease_names_no_worker() {
    let mut world = World::new();
    world.submit("mail");
    let event = world.events().remove(0);
    assert_eq!((event.lease, event.lease_id, event.lease_epoch), (None, None, None));
    assert_eq!((event.worker_id, event.worker_instance_id), (None, None));
}

/// Contract: events.nothing-appended.
#[test]
fn a_duplicate_a_refusal_and_a_read_append_nothing() {
    let mut world = World::new();
    let claim = world.completed();
    let before = world.events();
    world.create("mail", |create| create.execution_id = Some(claim.execution_id.clone())).unwrap();
    world.cancel(&claim.execution_id).unwrap_err();
    world.complete(&claim).unwrap();
    world.describe(&claim.execution_id);
    assert_eq!(world.events(), before);
}

/// Contract: events.in-batch.
#[test]
fn a_read_sees_the_events_of_what_came_before_it_in_its_batch() {
    let mut world = World::new();
    let operations = vec![
        crate::engine::world::order("mail").into(),
        tidegate::ops::events::read::ReadEventsArgs { after: "start".to_owned(), ..Default::default() }.into(),
    ];
    let answers = world.batch(operations).answers;
    let Ok(tidegate::Answer::ReadEvents(page)) = &answers[1] else { panic!("{answers:?}") };
    assert_eq!(page.events.len(), 1);
}
