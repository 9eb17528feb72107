//! Reading the events of one flow. Contract: events.filter-flow, events.view-flow.

use crate::engine::world::drawn::uuid;
use crate::engine::world::flows::Graph;
use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::watcher::causes;
use crate::engine::world::{START, World, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::ops::events::filter::TagFilter;
use tidegate::ops::events::history::ExecutionHistoryArgs;
use tidegate::ops::events::read::{EventRecord, ReadEventsArgs};

/// The events of phase changes and of flows that a filter lets through.
fn told(world: &mut World, set: impl FnOnce(&mut ReadEventsArgs)) -> Vec<EventRecord> {
    world.watched(|args| {
        args.streams = vec![EventStream::Execution, EventStream::Flow];
        set(args);
    })
}

fn of_flow(world: &mut World, flow: &str) -> Vec<EventRecord> {
    told(world, |args| args.flow_id = Some(flow.to_owned()))
}

/// Two flows alike and an execution that stands alone, all of them begun.
fn two_flows() -> (World, [Graph; 2], String) {
    let mut world = World::new();
    let one = world.graph(&[("a", &[]), ("b", &["a"])]);
    let other = world.graph(&[("c", &[]), ("d", &["c"])]);
    let alone = world.running().execution_id;
    world.claim("a");
    world.claim("c");
    (world, [one, other], alone)
}

/// Contract: events.filter-flow.
#[test]
fn a_flow_lets_through_what_is_told_of_it_and_of_its_members() {
    let (mut world, [one, _], _) = two_flows();
    let events = of_flow(&mut world, &one.flow);
    let members: Vec<String> = ["a", "b"].map(|name| one.id(name)).into();
    for event in &events {
        assert_eq!(event.flow_id.as_ref(), Some(&one.flow), "{event:?}");
        assert!(event.execution_id.as_ref().is_none_or(|id| members.contains(id)), "{event:?}");
    }
    let (members, flow): (Vec<_>, Vec<_>) = events.iter().partition(|event| event.execution_id.is_some());
    let causes = |events: Vec<&EventRecord>| events.iter().map(|event| event.cause).collect::<Vec<_>>();
    let added = Cause::FlowMemberAdded;
    assert_eq!(causes(flow), [Cause::FlowCreated, added, added, Cause::FlowEdgeStaged]);
    assert_eq!(causes(members), [Cause::Created, Cause::Created, Cause::Blocked, Cause::Claimed]);
}

#[test]
fn the_events_of_all_flows_and_of_what_stands_alone_are_all_there_are() {
    let (mut world, [one, other], alone) = two_flows();
    let of_one = of_flow(&mut world, &one.flow);
    let of_other = of_flow(&mut world, &other.flow);
    let lonely = told(&mut world, |args| args.execution_id = Some(alone));
    let mut parts: Vec<EventRecord> = of_one.into_iter().chain(of_other).chain(lonely).collect();
    let all = told(&mut world, |_| {});
    parts.sort_by_key(|event| all.iter().position(|one| one == event));
    assert_eq!(parts, all);
}

/// Contract: events.names.
#[test]
fn an_event_about_a_flow_names_it_and_no_execution() {
    let mut world = World::new();
    let flow = world.create_flow(|args| args.namespace = Some("team".to_owned())).unwrap().flow_id;
    let event = of_flow(&mut world, &flow).remove(0);
    assert_eq!((event.flow_id.as_ref(), event.execution_id.as_ref()), (Some(&flow), None));
    assert_eq!((event.namespace.as_str(), event.at, event.cause), ("team", START, Cause::FlowCreated));
    assert_eq!((event.public_state, event.lease, event.worker_id), (None, None, None));
}

/// Contract: events.filter-flow.
#[test]
fn a_member_is_one_of_now_whenever_it_joined() {
    let mut world = World::new();
    let (flow, id) = (world.flow(), world.submit("mail"));
    assert_eq!(causes(&of_flow(&mut world, &flow)), [Cause::FlowCreated]);
    world.add(&flow, &id).unwrap();
    assert_eq!(causes(&of_flow(&mut world, &flow)), [Cause::FlowCreated, Cause::Created, Cause::FlowMemberAdded]);
}

/// Contract: events.view-flow.
#[test]
fn streams_are_chosen_among_what_a_flow_lets_through() {
    let (mut world, [one, other], _) = two_flows();
    world.seal(&one.flow).unwrap();
    for id in [one.id("a"), other.id("c")] {
        world.cancel(&id).unwrap();
    }
    let mut through = |streams: &[EventStream]| {
        let found = world.watched(|args| {
            (args.streams, args.flow_id) = (streams.to_vec(), Some(one.flow.clone()));
        });
        causes(&found)
    };
    assert_eq!(through(&[EventStream::Completion]), [Cause::Cancelled, Cause::Skipped]);
    assert_eq!(through(&[EventStream::Lease]), [Cause::Claimed, Cause::Cancelled]);
    assert_eq!(through(&[EventStream::Operator]), []);
    let added = Cause::FlowMemberAdded;
    let flow = [Cause::FlowCreated, added, added, Cause::FlowEdgeStaged, Cause::FlowSealed, Cause::FlowCompleted];
    assert_eq!(through(&[EventStream::Flow]), flow);
    assert_eq!(through(&[]), through(&[EventStream::Execution]), "all phase changes where none is named");
}

#[test]
fn a_namespace_and_a_flow_must_both_match() {
    let mut world = World::new();
    let flow = world.create_flow(|args| args.namespace = Some("team".to_owned())).unwrap().flow_id;
    let member = world.member_with(&flow, "a", |create| create.namespace = Some("other".to_owned()));
    let mut within = |namespace: &str| {
        told(&mut world, |args| {
            (args.namespace, args.flow_id) = (Some(namespace.to_owned()), Some(flow.clone()));
        })
    };
    assert_eq!(causes(&within("team")), [Cause::FlowCreated, Cause::FlowMemberAdded]);
    let other = within("other");
    assert_eq!((causes(&other), other[0].execution_id.as_ref()), (vec![Cause::Created], Some(&member)));
    assert!(within("default").is_empty());
}

#[test]
fn an_execution_and_a_flow_must_both_match() {
    let (mut world, [one, other], alone) = two_flows();
    let mut both = |id: &str| {
        let (execution_id, flow_id) = (Some(id.to_owned()), Some(one.flow.clone()));
        causes(&told(&mut world, |args| (args.execution_id, args.flow_id) = (execution_id, flow_id)))
    };
    assert_eq!(both(&one.id("a")), [Cause::Created, Cause::Claimed]);
    for id in [other.id("c"), alone, UNKNOWN.to_owned()] {
        assert!(both(&id).is_empty(), "{id}");
    }
}

#[test]
fn a_tag_and_a_flow_must_both_match() {
    let mut world = World::new();
    let flow = world.flow();
    let tagged = |create: &mut tidegate::ops::executions::create::CreateArgs| {
        create.tags.insert("k".to_owned(), "v".to_owned());
    };
    let member = world.member_with(&flow, "a", tagged);
    world.member(&flow, "b");
    world.submit_with("c", tagged);
    let events = told(&mut world, |args| {
        args.flow_id = Some(flow);
        args.tag = Some(TagFilter { key: "k".to_owned(), value: "v".to_owned() });
    });
    assert_eq!((causes(&events), events[0].execution_id.as_ref()), (vec![Cause::Created], Some(&member)));
}

#[test]
fn a_flow_that_does_not_exist_yet_may_be_named() {
    let mut world = World::new();
    world.submit("mail");
    let page = world.watch(|args| args.flow_id = Some(uuid(7))).unwrap();
    assert!(page.events.is_empty() && page.at_end);
    world.create_flow(|args| args.flow_id = Some(uuid(7))).unwrap();
    world.member(&uuid(7), "a");
    let later = told(&mut world, |args| (args.after, args.flow_id) = (page.cursor, Some(uuid(7))));
    assert_eq!(causes(&later), [Cause::FlowCreated, Cause::Created, Cause::FlowMemberAdded]);
}

#[test]
fn pages_through_a_flow_are_all_that_it_lets_through_for_any_limit() {
    let (mut world, [one, _], _) = two_flows();
    let all = of_flow(&mut world, &one.flow);
    for limit in 1..=9 {
        let read = world.watched_by_pages(limit, |args| {
            args.streams = vec![EventStream::Execution, EventStream::Flow];
            args.flow_id = Some(one.flow.clone());
        });
        assert_eq!(read, all, "limit {limit}");
    }
}

/// Contract: events.names.
#[test]
fn every_event_of_a_member_names_its_flow_whenever_it_joined() {
    let (mut world, [one, other], alone) = two_flows();
    let streams = [EventStream::Execution, EventStream::Lease, EventStream::Operator];
    let events = world.events_in(&streams);
    for (flow, ids) in [(&one, ["a", "b"].map(|name| one.id(name))), (&other, ["c", "d"].map(|name| other.id(name)))] {
        for id in &ids {
            let own: Vec<_> = events.iter().filter(|event| event.execution_id.as_ref() == Some(id)).collect();
            assert!(!own.is_empty() && own.iter().all(|event| event.flow_id.as_ref() == Some(&flow.flow)), "{own:?}");
        }
    }
    assert!(events.iter().all(|event| event.execution_id.as_ref() != Some(&alone) || event.flow_id.is_none()));
    world.add(&one.flow, &alone).unwrap();
    let told = world.events_in(&streams);
    let own = |event: &&EventRecord| event.execution_id.as_ref() == Some(&alone);
    assert!(told.iter().filter(own).all(|event| event.flow_id.as_ref() == Some(&one.flow)), "{told:?}");
    world.cancel(&alone).unwrap();
    let last = world.events_in(&[EventStream::Completion]).pop().unwrap();
    assert_eq!(last.flow_id.as_ref(), Some(&one.flow));
    let history = ExecutionHistoryArgs { execution_id: alone, ..ExecutionHistoryArgs::default() };
    assert!(world.call(history).unwrap().events.iter().all(|event| event.flow_id.as_ref() == Some(&one.flow)));
}

/// Contract: events.names, events.former.
#[test]
fn an_event_of_a_member_that_was_deleted_with_its_flow_still_names_it() {
    let mut world = World::new();
    let flow = world.create_flow(|args| args.retention_ms = Some(10)).unwrap().flow_id;
    let member = world.member(&flow, "a");
    world.seal(&flow).unwrap();
    world.finish("a");
    world.pass(10);
    let hidden = told(&mut world, |args| args.execution_id = Some(member.clone()));
    while world.tick().more {}
    let mut world = world.reopened();
    let deleted = told(&mut world, |args| args.execution_id = Some(member));
    assert_eq!(deleted, hidden);
    assert!(deleted.iter().all(|event| event.flow_id.as_ref() == Some(&flow)), "{deleted:?}");
}

/// Contract: events.filter-flow.
#[test]
fn a_flow_past_its_retention_has_no_members_but_what_was_told_of_it_stays() {
    let mut world = World::new();
    let flow = world.create_flow(|args| args.retention_ms = Some(10)).unwrap().flow_id;
    let member = world.member(&flow, "a");
    world.seal(&flow).unwrap();
    world.finish("a");
    world.pass(9);
    let own = [Cause::FlowCreated, Cause::FlowMemberAdded, Cause::FlowSealed, Cause::FlowCompleted];
    assert_eq!(of_flow(&mut world, &flow).len(), own.len() + 3);
    world.pass(1);
    assert_eq!(causes(&of_flow(&mut world, &flow)), own);
    assert_eq!(told(&mut world, |args| args.execution_id = Some(member)).len(), 3, "its events stay as well");
}

/// Contract: values.uuid.
#[test]
fn an_id_that_is_none_is_refused_and_either_case_is_one() {
    let mut world = World::new();
    for id in ["", "x", UNKNOWN] {
        let args = ReadEventsArgs { flow_id: Some(id.to_owned()), ..ReadEventsArgs::default() };
        refused_field(world.call(args), Code::InvalidInput, "flowId");
    }
    let flow = world.create_flow(|args| args.flow_id = Some(uuid(0xabc))).unwrap().flow_id;
    assert_eq!(of_flow(&mut world, &flow.to_uppercase()).len(), 1);
}
