//! `submit_flow`: what one call makes, and how its shapes run. Contract: flows.submit, flows.submit-again,
//! flows.submit-order.

use crate::engine::world::graphs::{LANE, flow_of, node, some_of};
use crate::engine::world::telling::once;
use crate::engine::world::{START, Span, World, test, texts};
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::flows::edge::OnSatisfied;
use tidegate::model::flows::need::Need;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState::{
    self, Cancelled, Completed, Failed, Skipped, Waiting, WaitingChildren,
};
use tidegate::ops::flows::submit::{SubmitFlowArgs, SubmitOutcome};

const DIAMOND: &[(&str, &[&str])] = &[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])];

/// Contract: flows.submit.
#[test]
fn one_call_creates_members_dependencies_and_groups() {
    let mut world = World::new();
    let graph = world.wired(DIAMOND);
    assert_eq!(world.states_of(&graph), [Waiting, WaitingChildren, WaitingChildren, WaitingChildren]);
    let flow =
        "SELECT (sealed * 1000 + revision) * 1000 + edge_count * 100 + waiting * 10 + waiting_children FROM flow";
    assert_eq!(world.number(flow), 1_008_413, "sealed, 8 changes, 4 edges, 1 waits, 3 are blocked");
    assert_eq!(world.number("SELECT count(*) FROM edge WHERE state = 1 AND round = 1"), 4);
    assert_eq!(world.number("SELECT sum(total) FROM edge_group WHERE state = 1 AND policy = 1"), 4);
    let found = world.describe(graph.of("d"));
    assert_eq!((found.flow_id.as_ref(), found.member_name.as_deref()), (Some(&graph.id), Some("d")));
    assert_eq!(found.created_at, START);
}

#[test]
fn members_stand_in_topological_order_whatever_the_order_of_the_call() {
    let mut world = World::new();
    world.wired(&[("d", &["c"]), ("c", &["b", "a"]), ("b", &["a"]), ("a", &[])]);
    let wrong = "SELECT count(*) FROM edge JOIN specification up ON up.execution = upstream \
        JOIN specification down ON down.execution = downstream WHERE up.member_rank >= down.member_rank";
    assert_eq!(world.number(wrong), 0);
    assert_eq!(world.number("SELECT count(DISTINCT member_rank) FROM specification"), 4);
    assert_eq!(world.number("SELECT min(member_rank) - first_rank FROM specification, flow"), 1);
    assert_eq!(world.number("SELECT last_rank - max(member_rank) FROM specification, flow"), 1);
}

/// Contract: flows.submit-order.
#[test]
fn the_flow_is_told_of_first_and_then_each_member_in_the_order_of_the_call() {
    let mut world = World::new();
    let graph = world.wired(DIAMOND);
    let all = [EventStream::Execution, EventStream::Flow, EventStream::Lease, EventStream::Operator];
    let events = world.events_in(&all);
    let causes: Vec<Cause> = events.iter().map(|event| event.cause).collect();
    assert_eq!(causes, [[Cause::FlowCreated].as_slice(), &[Cause::Created; 4]].concat());
    assert_eq!(events[0].detail, Some(EventDetail::FlowShape { node_count: 4, edge_count: 4 }));
    let told: Vec<&str> = events[1..].iter().filter_map(|event| event.execution_id.as_deref()).collect();
    assert_eq!(told, graph.ids);
    assert!(events.iter().all(|event| event.at == START));
}

#[test]
fn a_chain_runs_from_its_first_member_to_its_last() {
    let mut world = World::new();
    let names: Vec<String> = (0..200).map(|n| format!("m{n}")).collect();
    let members = names.iter().enumerate().map(|(n, name)| match n {
        0 => node(name, &[]),
        _ => node(name, &[&names[n - 1]]),
    });
    let graph = world.submitted(members.collect());
    for name in &names {
        world.finish_node(&graph, name);
    }
    assert_eq!(world.claim_if_any(LANE), None);
    assert_eq!(world.flow_words(), ["flow_created", "flow_completed"]);
}

#[test]
fn a_diamond_joins_when_both_sides_are_done() {
    let mut world = World::new();
    let graph = world.wired(DIAMOND);
    world.finish_node(&graph, "a");
    world.finish_node(&graph, "b");
    assert_eq!(world.state(graph.of("d")), PublicState::WaitingChildren);
    world.finish_node(&graph, "c");
    world.finish_node(&graph, "d");
    assert_eq!(world.states_of(&graph), [PublicState::Completed; 4]);
    assert_eq!(world.causes(graph.of("d"))[..2], [Cause::Created, Cause::Unblocked]);
}

#[test]
fn a_fan_out_lets_all_go_at_once_and_a_fan_in_waits_for_the_last() {
    let mut world = World::new();
    let parts: Vec<String> = (0..50).map(|n| format!("p{n}")).collect();
    let all: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut members = vec![node("in", &[])];
    members.extend(all.iter().map(|part| node(part, &["in"])));
    members.push(node("out", &all));
    let graph = world.submitted(members);
    world.finish_node(&graph, "in");
    for part in &parts {
        assert_eq!(world.state(graph.of("out")), PublicState::WaitingChildren);
        world.finish_node(&graph, part);
    }
    world.finish_node(&graph, "out");
    assert_eq!(world.flow_words(), ["flow_created", "flow_completed"]);
}

#[test]
fn the_first_of_any_lets_the_downstream_go_and_cancels_the_rest() {
    let mut world = World::new();
    let graph = world.submitted(vec![
        node("a", &[]),
        node("b", &[]),
        node("c", &[]),
        some_of("d", &["a", "b", "c"], Need::AnyOf, None),
    ]);
    let first = world.claim_member(&graph, "a");
    world.finish_node(&graph, "b");
    assert_eq!(world.states_of(&graph), [Cancelled, Completed, Cancelled, Waiting]);
    assert_eq!(world.describe(graph.of("c")).ending.unwrap().reason, "sibling_quorum_satisfied");
    assert!(world.complete(&first).is_err());
    world.finish_node(&graph, "d");
    let last = world.events_in(&[EventStream::Flow]).pop().unwrap();
    assert_eq!(last.cause, Cause::FlowCompleted, "cancelled siblings are excused");
}

#[test]
fn the_others_of_any_run_on_where_they_are_let() {
    let mut world = World::new();
    let any = some_of("d", &["a", "b"], Need::AnyOf, Some(OnSatisfied::LetRun));
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), any]);
    world.finish_node(&graph, "a");
    assert_eq!(world.state(graph.of("d")), PublicState::Waiting);
    world.finish_node(&graph, "b");
    world.finish_node(&graph, "d");
    assert_eq!(world.states_of(&graph), [PublicState::Completed; 3]);
}

#[test]
fn a_quorum_lets_the_downstream_go_at_its_number() {
    for (on_satisfied, rest) in [
        (None, PublicState::Cancelled),
        (Some(OnSatisfied::CancelRemaining), PublicState::Cancelled),
        (Some(OnSatisfied::LetRun), PublicState::Waiting),
    ] {
        let mut world = World::new();
        let quorum = some_of("d", &["a", "b", "c"], Need::Quorum(2), on_satisfied);
        let graph = world.submitted(vec![node("a", &[]), node("b", &[]), node("c", &[]), quorum]);
        world.finish_node(&graph, "a");
        assert_eq!(world.state(graph.of("d")), PublicState::WaitingChildren);
        world.finish_node(&graph, "b");
        assert_eq!((world.state(graph.of("d")), world.state(graph.of("c"))), (PublicState::Waiting, rest));
    }
}

#[test]
fn a_quorum_that_cannot_be_reached_skips_the_downstream_and_cancels_the_rest() {
    let mut world = World::new();
    let quorum = some_of("e", &["a", "b", "c", "d"], Need::Quorum(3), None);
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), node("c", &[]), node("d", &[]), quorum]);
    world.spoil_node(&graph, "a");
    assert_eq!(world.state(graph.of("e")), PublicState::WaitingChildren);
    world.spoil_node(&graph, "b");
    assert_eq!(world.states_of(&graph), [Failed, Failed, Cancelled, Cancelled, Skipped]);
    assert_eq!(world.describe(graph.of("d")).ending.unwrap().reason, "sibling_quorum_impossible");
}

#[test]
fn a_failed_member_skips_all_that_hangs_on_it() {
    let mut world = World::new();
    let graph = world.wired(&[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &[])]);
    world.spoil_node(&graph, "a");
    assert_eq!(world.states_of(&graph), [Failed, Skipped, Skipped, Waiting]);
}

/// Contract: flows.submit-again.
#[test]
fn the_same_flow_id_again_answers_the_members_that_are_there() {
    let mut world = World::new();
    let id = "00000000-0000-4000-8000-00000000000a";
    let mut args = flow_of(vec![node("b", &["a"]), node("a", &[])]);
    args.flow.flow_id = Some(id.to_owned());
    let first = world.submit_flow(args.clone()).unwrap();
    assert_eq!((first.outcome, first.flow_id.as_str()), (SubmitOutcome::Created, id));
    let events = world.events();
    world.pass(1.mins());
    let other = SubmitFlowArgs { members: vec![node("z", &[])], ..args };
    let again = world.submit_flow(other).unwrap();
    assert_eq!((again.outcome, again.flow_id.as_str()), (SubmitOutcome::AlreadySatisfied, id));
    assert_eq!(again.execution_ids, first.execution_ids);
    assert_eq!(world.events(), events);
}

#[test]
fn a_repeated_request_answers_the_same_flow() {
    let mut world = World::new();
    let args = flow_of(vec![node("a", &[])]);
    let first = once(&mut world, "r1", args.clone()).unwrap();
    assert_eq!(once(&mut world, "r1", args).unwrap(), first);
    assert_eq!(world.number("SELECT count(*) FROM flow"), 1);
}

#[test]
fn ids_are_the_callers_where_it_minted_them() {
    let mut world = World::new();
    let (a, b) = ("{fp:7}:00000000-0000-4000-8000-000000000001", "{fp:0}:00000000-0000-4000-8000-000000000002");
    let mut members = vec![node("a", &["b"]), node("b", &[]), node("c", &[])];
    members[0].create.execution_id = Some(a.to_owned());
    members[1].create.execution_id = Some(b.to_owned());
    let graph = world.submitted(members);
    assert_eq!(graph.ids[..2], texts(&[a, b]));
    assert_eq!(world.claim_member(&graph, "b").execution_id, b);
}

/// Contract: flows.minted-ids.
#[test]
fn minted_ids_of_flows_and_edges_rise_with_time() {
    let mut world = World::new();
    let first = world.wired(DIAMOND);
    world.pass(1);
    let second = world.wired(DIAMOND);
    assert!(first.id < second.id);
    let falling = "SELECT count(*) FROM edge one JOIN edge other ON other.downstream > one.downstream \
        WHERE other.public_id < one.public_id";
    assert_eq!(world.number(falling), 0);
}

#[test]
fn a_flow_outlives_the_engine_that_took_it() {
    let mut world = World::new();
    let graph = world.wired(DIAMOND);
    world.finish_node(&graph, "a");
    let mut world = world.reopened();
    for name in ["b", "c", "d"] {
        world.finish_node(&graph, name);
    }
    assert_eq!(world.flow_words(), ["flow_created", "flow_completed"]);
}

#[test]
fn twenty_thousand_members_come_and_go() {
    let mut world = World::new();
    let names: Vec<String> = (0..20_000).map(|n| format!("m{n}")).collect();
    let members = names.iter().enumerate().map(|(n, name)| match n {
        0 => node(name, &[]),
        1..10_000 => node(name, &[&names[n - 1]]),
        _ => node(name, &["m0", &names[n - 1]]),
    });
    let graph = world.submitted(members.collect());
    assert_eq!(world.number("SELECT waiting_children FROM flow"), 19_999);
    world.spoil_node(&graph, "m0");
    assert_eq!(world.number("SELECT skipped * 10 + failed FROM flow"), 199_991);
    assert_eq!(world.flow_words(), ["flow_created", "flow_completed"]);
}
