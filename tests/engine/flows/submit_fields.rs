//! `submit_flow`: members are executions, with all that these can be created with. Contract: flows.submit-members,
//! flows.submit-order, flows.submit-wakes.

use crate::engine::world::graphs::{LANE, flow_of, node};
use crate::engine::world::scheduler::woken_lanes;
use crate::engine::world::{START, Span, World, test, texts};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState::{self, Expired, Skipped};
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::flows::submit::MemberArgs;
use tidegate::{Envelope, Operation, Wakes};

/// A member with more to it.
fn set(mut member: MemberArgs, set: impl FnOnce(&mut MemberArgs)) -> MemberArgs {
    set(&mut member);
    member
}

fn wakes(world: &mut World, operation: impl Into<Operation>) -> Wakes {
    world.batch(vec![Envelope::from(operation)]).wakes
}

/// Contract: flows.submit-members.
#[test]
fn members_live_in_the_namespace_of_their_flow() {
    let mut world = World::new();
    let mut args = flow_of(vec![node("a", &[]), node("b", &["a"])]);
    args.flow.namespace = Some("team".to_owned());
    for id in world.submit_flow(args).unwrap().execution_ids {
        assert_eq!(world.describe(&id).namespace, "team");
    }
    assert_eq!(world.number("SELECT count(*) FROM namespace"), 1);
}

#[test]
fn a_delayed_member_waits_for_its_instant() {
    let mut world = World::new();
    let later = set(node("a", &[]), |member| member.create.delay_until = Some(START + 10));
    let now = set(node("b", &[]), |member| member.create.delay_until = Some(START));
    let graph = world.submitted(vec![later, now]);
    assert_eq!(world.states_of(&graph), [PublicState::Delayed, PublicState::Waiting]);
    world.finish_node(&graph, "b");
    world.pass(10);
    world.finish_node(&graph, "a");
}

#[test]
fn a_delayed_member_that_needs_others_waits_for_both() {
    let mut world = World::new();
    let later = || set(node("b", &["a"]), |member| member.create.delay_until = Some(START + 10));
    let graph = world.submitted(vec![node("a", &[]), later()]);
    assert_eq!(world.state(graph.of("b")), PublicState::WaitingChildren);
    assert_eq!(world.describe(graph.of("b")).claimable_at, Some(START + 10));
    world.finish_node(&graph, "a");
    assert_eq!(world.state(graph.of("b")), PublicState::Delayed);
    world.pass(10);
    assert_eq!(world.causes(graph.of("b"))[..3], [Cause::Created, Cause::Unblocked, Cause::DelayOver]);
    world.finish_node(&graph, "b");
    let graph =
        world.submitted(vec![node("a", &[]), set(later(), |member| member.create.delay_until = Some(START + 20))]);
    world.pass(20);
    world.finish_node(&graph, "a");
    assert_eq!(world.state(graph.of("b")), PublicState::Waiting, "the instant is past");
}

/// Contract: flows.submit-order.
#[test]
fn members_are_claimed_by_priority_and_then_in_the_order_of_the_call() {
    let mut world = World::new();
    let of = |name: &str, priority: i64| set(node(name, &[]), |member| member.create.priority = Some(priority));
    let graph = world.submitted(vec![of("a", 0), of("b", 7), of("c", 20_000), of("d", 7), of("e", -5)]);
    assert_eq!(world.describe(graph.of("c")).priority, 9_000);
    assert_eq!(world.claims_of(&graph), ["c", "b", "d", "a", "e"]);
}

/// Contract: flows.submit-order.
#[test]
fn members_that_are_let_go_stand_where_they_were_created() {
    let mut world = World::new();
    let graph = world.wired(&[("a", &[]), ("d", &["a"]), ("b", &[]), ("c", &["a"])]);
    world.finish_node(&graph, "a");
    assert_eq!(world.claims_of(&graph), ["d", "b", "c"]);
}

#[test]
fn only_a_capable_worker_gets_a_member() {
    let mut world = World::new();
    let capable = set(node("b", &["a"]), |member| member.create.required_capabilities = texts(&["gpu"]));
    let graph = world.submitted(vec![node("a", &[]), capable]);
    world.finish_node(&graph, "a");
    assert_eq!(world.claim_if_any(LANE), None);
    let claim = world.claim_with(LANE, |claim| claim.capabilities = texts(&["gpu"])).unwrap().unwrap();
    assert_eq!(claim.execution_id, graph.of("b"));
}

#[test]
fn a_member_past_its_deadline_expires_and_what_needs_it_is_skipped() {
    let mut world = World::new();
    let urgent = set(node("a", &[]), |member| member.create.deadline_at = Some(START + 10));
    let graph = world.submitted(vec![urgent, node("b", &["a"]), node("c", &["b"])]);
    world.pass(15);
    assert_eq!(world.states_of(&graph), [Expired, Skipped, Skipped]);
    assert_eq!(world.story(graph.of("c")).last(), Some(&(Cause::Skipped, 10)), "at the instant of the deadline");
    assert_eq!(world.flow_words(), ["flow_created", "flow_completed"]);
}

#[test]
fn a_member_expires_while_it_waits_for_others_too() {
    let mut world = World::new();
    let urgent = set(node("b", &["a"]), |member| member.create.deadline_at = Some(START + 10));
    let graph = world.submitted(vec![node("a", &[]), urgent]);
    world.pass(10);
    assert_eq!(world.states_of(&graph), [PublicState::Waiting, PublicState::Expired]);
    world.finish_node(&graph, "a");
    assert_eq!(world.state(graph.of("b")), PublicState::Expired);
}

#[test]
fn members_are_found_by_their_tags() {
    let mut world = World::new();
    let tagged = |name: &str, after: &[&str]| {
        set(node(name, after), |member| drop(member.create.tags.insert("part".to_owned(), "x".to_owned())))
    };
    let graph = world.submitted(vec![tagged("a", &[]), node("b", &["a"]), tagged("c", &["a"])]);
    let found = world.search(|search| drop(search.tags.insert("part".to_owned(), "x".to_owned()))).executions;
    let ids: Vec<&str> = found.iter().map(|line| line.execution_id.as_str()).collect();
    assert_eq!(ids, [graph.of("c"), graph.of("a")]);
    let blocked = world.search(|search| {
        search.tags.insert("part".to_owned(), "x".to_owned());
        search.states = vec![PublicState::WaitingChildren];
    });
    assert_eq!(blocked.executions.len(), 1);
}

/// Contract: flows.tags-apart.
#[test]
fn the_tags_of_the_flow_are_not_those_of_its_members() {
    let mut world = World::new();
    let mut args = flow_of(vec![node("a", &[])]);
    args.flow.tags.insert("part".to_owned(), "x".to_owned());
    let answer = world.submit_flow(args).unwrap();
    assert!(world.describe(&answer.execution_ids[0]).tags.is_empty());
    assert_eq!(world.number("SELECT count(*) FROM flow WHERE tags = '{\"part\":\"x\"}'"), 1);
}

/// Contract: flows.submit-members.
#[test]
fn the_rest_of_a_create_is_kept() {
    let mut world = World::new();
    let rich = set(node("a", &[]), |member| {
        member.create.creator = Some("me".to_owned());
        member.create.kind = "print".to_owned();
        member.create.attempt_timeout_ms = Some(5_000);
        member.create.policy.max_reclaim_count = Some(3);
        member.create.retention_ms = Some(9);
        member.create.input = Some("letter".into());
        member.create.encoding = Some("text".to_owned());
    });
    let graph = world.submitted(vec![rich]);
    let found = world.describe(graph.of("a"));
    assert_eq!((found.creator.as_str(), found.kind.as_str(), found.retention_ms), ("me", "print", Some(9)));
    assert_eq!(found.policy.max_reclaim_count, Some(3));
    let claim = world.claim_member(&graph, "a");
    assert_eq!((claim.input, claim.encoding.as_deref()), (Some("letter".into()), Some("text")));
    assert_eq!(claim.attempt_timeout_at, Some(START + 5_000));
}

#[test]
fn a_member_counts_in_its_lane() {
    let mut world = World::new();
    world.wired(&[("a", &[]), ("b", &["a"]), ("c", &["a"])]);
    assert_eq!(world.number("SELECT waiting * 10 + waiting_children FROM tally"), 12);
}

/// Contract: flows.submit-wakes.
#[test]
fn a_submission_wakes_the_lanes_of_what_can_be_claimed() {
    let mut world = World::new();
    let in_lane =
        |name: &str, after: &[&str], lane: &str| set(node(name, after), |member| member.create.lane = lane.to_owned());
    let members = vec![in_lane("a", &[], "first"), in_lane("b", &["a"], "second")];
    let woken = wakes(&mut world, flow_of(members));
    assert_eq!(woken_lanes(&woken), ["first"]);
    assert!(woken.events && woken.finished.is_empty());
    let (claim, flow) = (world.claim("first"), world.number("SELECT count(*) FROM flow"));
    let woken = wakes(&mut world, CompleteArgs { handle: claim.handle.clone(), ..CompleteArgs::default() });
    assert_eq!(woken_lanes(&woken), ["second"]);
    assert_eq!((woken.finished, flow), (vec![claim.execution_id], 1));
    let claim = world.claim("second");
    let woken = wakes(&mut world, CompleteArgs { handle: claim.handle.clone(), ..CompleteArgs::default() });
    assert_eq!(woken.finished, [claim.execution_id, claim.flow_id.unwrap()]);
}

/// Contract: flows.submit-again.
#[test]
fn a_flow_whose_id_is_known_wakes_nobody_and_writes_nothing() {
    let mut world = World::new();
    let mut args = flow_of(vec![node("a", &[])]);
    args.flow.flow_id = Some("00000000-0000-4000-8000-00000000000a".to_owned());
    wakes(&mut world, args.clone());
    let before = world.number("SELECT last_instant FROM meta");
    world.pass(1.secs());
    assert_eq!(wakes(&mut world, args), Wakes::default());
    assert_eq!(world.number("SELECT last_instant FROM meta"), before);
}
