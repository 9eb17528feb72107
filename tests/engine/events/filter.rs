//! The filter of a reading. Contract: events.filter, events.filter-tag, events.looked-at.

use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::watcher::causes;
use crate::engine::world::{World, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::ops::events::filter::TagFilter;
use tidegate::ops::events::read::EventRecord;

fn tag(key: &str, value: &str) -> TagFilter {
    TagFilter { key: key.to_owned(), value: value.to_owned() }
}

fn ids(events: &[EventRecord]) -> Vec<&str> {
    events.iter().filter_map(|event| event.execution_id.as_deref()).collect()
}

fn submit_in(world: &mut World, namespace: &str) -> String {
    world.submit_with("mail", |create| create.namespace = Some(namespace.to_owned()))
}

#[test]
fn an_empty_filter_matches_everything() {
    let mut world = World::new();
    submit_in(&mut world, "team");
    world.submit_tagged("k", "v");
    world.register("mailer-1");
    assert_eq!(world.watched(|_| {}).len(), 3);
}

#[test]
fn a_namespace_lets_its_executions_and_its_workers_through() {
    let mut world = World::new();
    let id = submit_in(&mut world, "team");
    submit_in(&mut world, "other");
    world.register_in("team", "one");
    world.register_in("other", "two");
    let found = world.watched(|args| args.namespace = Some("team".to_owned()));
    assert_eq!(causes(&found), [Cause::Created, Cause::WorkerRegistered]);
    assert_eq!(ids(&found), [id]);
}

#[test]
fn an_execution_lets_only_its_own_events_through() {
    let mut world = World::new();
    let claim = world.running();
    world.running_in("post");
    world.renew(&claim).unwrap();
    world.register("mailer-1");
    world.complete(&claim).unwrap();
    let found = world.watched(|args| args.execution_id = Some(claim.execution_id.clone()));
    assert_eq!(causes(&found), [Cause::Created, Cause::Claimed, Cause::Renewed, Cause::Completed]);
}

#[test]
fn of_tagged_and_untagged_executions_only_the_tagged_one_is_told_of_and_all_of_it() {
    let mut world = World::new();
    let tagged = world.submit_tagged("cairn.instance_id", "one");
    world.submit_tagged("cairn.instance_id", "two");
    world.submit_tagged("other", "one");
    world.submit("mail");
    while let Some(claim) = world.claim_if_any("mail") {
        world.complete(&claim).unwrap();
    }
    let found = world.watched(|args| args.tag = Some(tag("cairn.instance_id", "one")));
    assert_eq!(causes(&found), [Cause::Created, Cause::Claimed, Cause::Completed]);
    assert!(ids(&found).iter().all(|id| *id == tagged));
}

/// Contract: events.filter-tag.
#[test]
fn a_tag_is_that_of_now_not_that_of_the_event() {
    let mut world = World::new();
    let id = world.submit_tagged("k", "old");
    world.driver.execute("UPDATE tag SET value = 'new'", &[]).unwrap();
    assert!(world.watched(|args| args.tag = Some(tag("k", "old"))).is_empty());
    assert_eq!(ids(&world.watched(|args| args.tag = Some(tag("k", "new")))), [id]);
}

/// Contract: events.filter-tag.
#[test]
fn an_execution_past_its_retention_has_no_tag() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.retention_ms = Some(10));
    world.driver.execute("INSERT INTO tag (name, value, execution) VALUES ('k', 'v', 1)", &[]).unwrap();
    world.cancel(&id).unwrap();
    world.pass(9);
    assert_eq!(world.watched(|args| args.tag = Some(tag("k", "v"))).len(), 2);
    world.pass(1);
    assert!(world.watched(|args| args.tag = Some(tag("k", "v"))).is_empty());
    assert_eq!(world.watched(|args| args.execution_id = Some(id.clone())).len(), 2, "its events stay");
}

/// Contract: events.filter.
#[test]
fn all_members_must_match() {
    let mut world = World::new();
    let id = world.submit_tagged("k", "v");
    let both = |namespace: &str, value: &str, world: &mut World| {
        world.watched(|args| {
            args.namespace = Some(namespace.to_owned());
            args.tag = Some(tag("k", value));
            args.execution_id = Some(id.clone());
        })
    };
    assert_eq!(both("default", "v", &mut world).len(), 1);
    assert!(both("other", "v", &mut world).is_empty());
    assert!(both("default", "w", &mut world).is_empty());
    let streams = world.watched(|args| {
        args.execution_id = Some(id.clone());
        args.streams = vec![EventStream::Lease];
    });
    assert!(streams.is_empty());
}

/// Contract: events.filter-tag.
#[test]
fn an_event_about_no_execution_has_neither_an_id_nor_a_tag() {
    let mut world = World::new();
    world.register("mailer-1");
    assert!(world.watched(|args| args.tag = Some(tag("k", "v"))).is_empty());
    assert!(world.watched(|args| args.execution_id = Some(UNKNOWN.to_owned())).is_empty());
}

/// Contract: events.filter.
#[test]
fn what_does_not_exist_yet_may_be_named() {
    let mut world = World::new();
    let page = world
        .watch(|args| {
            args.namespace = Some("to-come".to_owned());
            args.execution_id = Some(UNKNOWN.to_owned());
        })
        .unwrap();
    assert!(page.events.is_empty() && page.at_end);
    let id = world.submit_with("mail", |create| {
        create.namespace = Some("to-come".to_owned());
        create.execution_id = Some(UNKNOWN.to_owned());
    });
    let later = world.watched(|args| {
        args.after = page.cursor;
        args.execution_id = Some(UNKNOWN.to_owned());
    });
    assert_eq!(ids(&later), [id]);
}

#[test]
fn events_that_are_filtered_out_move_the_cursor_on() {
    let mut world = World::new();
    for _ in 0..30 {
        world.submit("mail");
    }
    let newest = world.events().pop().unwrap().cursor;
    let page = world.watch(|args| args.namespace = Some("other".to_owned())).unwrap();
    assert_eq!((page.events.len(), page.cursor, page.at_end), (0, newest, true));
}

/// Contract: events.looked-at.
#[test]
fn a_read_looks_at_ten_thousand_events_and_goes_on_from_there() {
    let mut world = World::new();
    let claim = world.running();
    world.renew_often(&claim, 12_000);
    world.complete(&claim).unwrap();
    let first = world.watch(|args| args.streams = vec![EventStream::Completion]).unwrap();
    assert!(first.events.is_empty() && !first.at_end);
    let second = world
        .watch(|args| {
            args.streams = vec![EventStream::Completion];
            args.after = first.cursor;
        })
        .unwrap();
    assert!(second.events.len() == 1 && second.at_end);
}

/// Contract: events.pages.
#[test]
fn pages_through_a_filter_are_all_that_it_lets_through_for_any_limit() {
    let mut world = World::new();
    for at in 0..40 {
        submit_in(&mut world, if at % 3 == 0 { "team" } else { "other" });
    }
    let all = world.watched(|args| args.namespace = Some("team".to_owned()));
    assert_eq!(all.len(), 14);
    for limit in [1, 2, 13, 14, 15] {
        let read = world.watched_by_pages(limit, |args| args.namespace = Some("team".to_owned()));
        assert_eq!(read, all, "limit {limit}");
    }
}

/// Contract: events.filter.
#[test]
fn a_filter_is_checked() {
    let mut world = World::new();
    let long = "x".repeat(257);
    for namespace in ["", "a\u{7}", &long] {
        let read = world.watch(|args| args.namespace = Some(namespace.to_owned()));
        refused_field(read, Code::InvalidInput, "namespace");
    }
    for id in ["", "one", "{fp:0}:x"] {
        refused_field(world.watch(|args| args.execution_id = Some(id.to_owned())), Code::InvalidInput, "executionId");
    }
    for key in ["", "Upper", "a..b", "1a", &long] {
        refused_field(world.watch(|args| args.tag = Some(tag(key, "v"))), Code::InvalidInput, "tag.key");
    }
    refused_field(world.watch(|args| args.tag = Some(tag("k", &"x".repeat(1_025)))), Code::InvalidInput, "tag.value");
    assert!(world.watch(|args| args.tag = Some(tag("k", ""))).is_ok());
}
