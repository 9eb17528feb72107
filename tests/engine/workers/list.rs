//! `list_workers` and the stream `worker`. Contract: workers.list, workers.is-who, workers.events.

use crate::engine::world::calls::worker;
use crate::engine::world::{START, World, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::ground::cause::Cause;
use tidegate::ops::workers::list::{ListWorkersArgs, WorkerPage};

fn list(world: &mut World, set: impl FnOnce(&mut ListWorkersArgs)) -> tidegate::Result<WorkerPage> {
    let mut args = ListWorkersArgs::default();
    set(&mut args);
    world.call(args)
}

/// All pages of a list: instance and namespace of each worker, and whether each page had a cursor.
fn pages(world: &mut World, limit: i64, namespace: Option<&str>) -> (Vec<(String, String)>, Vec<bool>) {
    let (mut found, mut cursors, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let (limit, namespace) = (Some(limit), namespace.map(str::to_owned));
        let page = world.call(ListWorkersArgs { namespace, cursor, limit }).unwrap();
        found.extend(page.workers.into_iter().map(|worker| (worker.worker_instance_id, worker.namespace)));
        cursors.push(page.next_cursor.is_some());
        cursor = page.next_cursor;
        if cursor.is_none() {
            return (found, cursors);
        }
    }
}

/// Instances that are told apart by order, separators and case, in two namespaces.
fn filled() -> World {
    let mut world = World::new();
    for namespace in ["zeta", "acme"] {
        for instance in ["b", "a/1", "a", "B", "ä", "a/", "1/a", "10", "9"] {
            if namespace == "zeta" || instance != "b" {
                world.register_in(namespace, instance);
            }
        }
    }
    world
}

const SORTED: [&str; 9] = ["1/a", "10", "9", "B", "a", "a/", "a/1", "b", "ä"];

/// Contract: workers.list.
#[test]
fn the_workers_of_a_namespace_come_by_instance_once_each_for_any_limit() {
    let mut world = filled();
    let zeta: Vec<_> = SORTED.iter().map(|name| ((*name).to_owned(), "zeta".to_owned())).collect();
    for limit in 1..=10 {
        assert_eq!(pages(&mut world, limit, Some("zeta")).0, zeta, "limit {limit}");
        assert_eq!(pages(&mut world, limit, Some("acme")).0.len(), 8);
    }
    assert_eq!(pages(&mut world, 3, Some("zeta")).1, [true, true, false]);
    assert!(pages(&mut world, 3, Some("Zeta")).0.is_empty());
}

/// Contract: workers.list.
#[test]
fn the_workers_of_all_namespaces_come_by_instance_once_each_for_any_limit() {
    let mut world = filled();
    let whole = pages(&mut world, 1_000, None).0;
    let instances: Vec<_> = whole.iter().map(|(instance, _)| instance.as_str()).collect();
    assert!(instances.is_sorted(), "{instances:?}");
    assert_eq!((instances.len(), whole.iter().filter(|(_, namespace)| namespace == "acme").count()), (17, 8));
    for limit in 1..=18 {
        assert_eq!(pages(&mut world, limit, None).0, whole, "limit {limit}");
    }
    assert_eq!(pages(&mut world, 17, None).1, [false], "the page that exhausts the list has no cursor");
}

#[test]
fn a_page_goes_on_though_what_it_ended_with_is_gone() {
    let mut world = World::new();
    for instance in ["a", "b", "c"] {
        world.register(instance);
    }
    let page = list(&mut world, |args| args.limit = Some(2)).unwrap();
    world.mark_dead("b");
    let rest = list(&mut world, |args| args.cursor = page.next_cursor).unwrap();
    assert_eq!(rest.workers.into_iter().map(|worker| worker.worker_instance_id).collect::<Vec<_>>(), ["c"]);
}

/// Contract: workers.list.
#[test]
fn a_limit_of_0_is_an_empty_page_and_an_empty_registry_lists_nothing() {
    let empty = WorkerPage { workers: Vec::new(), next_cursor: None };
    assert_eq!(list(&mut World::new(), |_| {}).unwrap(), empty);
    assert_eq!(list(&mut filled(), |args| args.limit = Some(0)).unwrap(), empty);
}

#[test]
fn a_malformed_namespace_cursor_or_limit_is_refused() {
    let mut world = filled();
    for cursor in ["", "a", "a/b"] {
        refused_field(list(&mut world, |args| args.cursor = Some(cursor.to_owned())), Code::InvalidInput, "cursor");
    }
    for namespace in ["", "a\nb"] {
        let refused = list(&mut world, |args| args.namespace = Some(namespace.to_owned()));
        refused_field(refused, Code::InvalidInput, "namespace");
    }
    refused_field(list(&mut world, |args| args.limit = Some(-1)), Code::InvalidInput, "limit");
}

/// Contract: workers.is-who.
#[test]
fn registered_is_listed_marked_or_swept() {
    let mut world = World::new();
    for n in 0..9 {
        world
            .register_with(|args| {
                args.worker = worker("mailer", &format!("{n}"));
                args.liveness_ttl_ms = Some(if n % 3 == 0 { 10 } else { 1_000 });
            })
            .unwrap();
    }
    world.mark_dead("0");
    world.mark_dead("1");
    world.pass(10);
    assert_eq!(world.instances(), ["2", "4", "5", "7", "8"]);
    let causes = world.audit_causes();
    let count = |cause: Cause| causes.iter().filter(|found| **found == cause).count();
    assert_eq!((count(Cause::WorkerRegistered), count(Cause::WorkerMarkedDead), count(Cause::WorkerSwept)), (9, 2, 2));
}

/// Contract: workers.events.
#[test]
fn the_stream_worker_tells_who_when_and_why() {
    let mut world = World::new();
    world.register_in("acme", "one");
    world.pass(1);
    world.register("two");
    world.pass(1);
    world.register("two");
    world.pass(1);
    world.heartbeat("two");
    world.pass(1);
    world.mark_dead_with("two", |args| args.reason = "host is gone".to_owned()).unwrap();
    world.pass(100_000);
    let audit = world.audit();
    let facts: Vec<_> = audit
        .iter()
        .map(|event| (event.cause, event.worker_instance_id.as_deref(), &*event.namespace, event.at - START))
        .collect();
    let expected = [
        (Cause::WorkerRegistered, Some("one"), "acme", 0),
        (Cause::WorkerRegistered, Some("two"), "default", 1),
        (Cause::WorkerRegistered, Some("two"), "default", 2),
        (Cause::WorkerHeartbeat, Some("two"), "default", 3),
        (Cause::WorkerMarkedDead, Some("two"), "default", 4),
        (Cause::WorkerSwept, Some("one"), "acme", 60_000),
    ];
    assert_eq!(facts, expected);
    for event in &audit {
        let reason = (event.cause == Cause::WorkerMarkedDead).then(|| "host is gone".to_owned());
        assert_eq!(event.detail, reason.map(|reason| EventDetail::Reason { reason }));
        assert_eq!(event.worker_id.as_deref(), Some("mailer"));
        assert_eq!((event.execution_id.as_ref(), event.public_state, event.state), (None, None, None));
        assert_eq!(
            (event.completion, event.lease, event.lease_id.as_ref(), event.lease_epoch),
            (None, None, None, None)
        );
    }
}

/// Contract: workers.dead-reason, events.detail.
#[test]
fn a_worker_marked_dead_without_a_reason_has_no_detail() {
    let mut world = World::new();
    world.register("one");
    world.mark_dead("one");
    assert_eq!(world.audit().pop().unwrap().detail, None);
}

/// Contract: workers.events.
#[test]
fn two_events_of_one_instant_both_stand() {
    let mut world = World::new();
    world.register("one");
    world.heartbeat("one");
    world.heartbeat("one");
    assert_eq!(world.audit_causes(), [Cause::WorkerRegistered, Cause::WorkerHeartbeat, Cause::WorkerHeartbeat]);
}

/// Contract: workers.events, events.view-worker.
#[test]
fn no_other_stream_tells_of_workers_and_that_of_workers_tells_of_nothing_else() {
    let mut world = World::new();
    world.register("mailer-1");
    let claim = world.running();
    world.renew(&claim).unwrap();
    world.bury("mailer-1");
    assert_eq!(world.events().len(), 4);
    assert_eq!(world.audit().len(), 2);
    let all = [EventStream::Execution, EventStream::Lease, EventStream::Worker];
    let causes: Vec<_> = world.events_in(&all).into_iter().map(|event| event.cause).collect();
    let expected = [
        Cause::WorkerRegistered,
        Cause::Created,
        Cause::Claimed,
        Cause::Renewed,
        Cause::WorkerMarkedDead,
        Cause::LeaseRevoked,
    ];
    assert_eq!(causes, expected);
}
