//! `wait_children` with a timeout. Contract: edges.timeout, states.children-timed-out.

use crate::engine::world::flows::{Graph, child_edge};
use crate::engine::world::telling::once;
use crate::engine::world::turns::replay;
use crate::engine::world::{START, World, pull, refused_field, test};
use tidegate::Code;
use tidegate::model::flows::edge::{EdgeGroupPolicy, OnSatisfied};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{HandleKind, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::flows::describe::DescribeFlowArgs;
use tidegate::ops::flows::edges::wait_children::WaitChildrenArgs;

const WAITS: PublicState = PublicState::WaitingChildren;
const READY: PublicState = PublicState::Waiting;

/// A parent and two children.
fn family(world: &mut World) -> Graph {
    world.graph(&[("p", &[]), ("a", &[]), ("b", &[])])
}

/// The parent waits for both children, or one of them, for 100 ms.
fn wait(world: &mut World, graph: &Graph, policy: Option<EdgeGroupPolicy>) -> Claim {
    let held = world.claim("p");
    let edges = vec![child_edge(&graph.id("a")), child_edge(&graph.id("b"))];
    let args = WaitChildrenArgs { handle: held.handle.clone(), edges, policy, timeout_ms: Some(100) };
    assert_eq!(world.call(args).unwrap().public_state, WAITS);
    held
}

/// Contract: edges.timeout, states.children-timed-out.
#[test]
fn it_waits_again_at_the_instant_and_its_claim_says_why() {
    let mut world = World::new();
    let graph = family(&mut world);
    wait(&mut world, &graph, None);
    assert_eq!(world.tick().next_due_at, Some(START + 100));
    world.pass(99);
    assert_eq!(world.state(&graph.id("p")), WAITS);
    world.finish("a");
    world.pass(50);
    assert_eq!(world.story(&graph.id("p")).last(), Some(&(Cause::ChildrenTimedOut, 100)), "at its own instant");
    let claim = world.claim("p");
    assert_eq!((claim.handle_kind, claim.attempt_index), (HandleKind::Resumed, 0));
    assert!(claim.children_timed_out);
    assert!(claim.upstream.is_empty(), "an empty round began");
}

/// Contract: edges.timeout.
#[test]
fn what_is_open_ends_without_effect_and_nobody_is_cancelled_or_skipped() {
    for policy in [None, Some(EdgeGroupPolicy::AnyOf { on_satisfied: None })] {
        let mut world = World::new();
        let graph = family(&mut world);
        wait(&mut world, &graph, policy);
        world.pass(100);
        assert_eq!(world.states(&graph), [READY; 3]);
        world.spoil("a");
        world.finish("b");
        assert_eq!(world.state(&graph.id("p")), READY);
        assert!(world.finish("p").children_timed_out);
        let flow = world.call(DescribeFlowArgs { flow_id: graph.flow.clone() }).unwrap().unwrap();
        assert_eq!((flow.public_flow_state.word(), flow.tolerated), ("completed", 1));
    }
}

/// Contract: edges.timeout.
#[test]
fn a_policy_that_is_set_afterwards_leaves_what_its_claim_says() {
    let mut world = World::new();
    let graph = family(&mut world);
    wait(&mut world, &graph, None);
    world.pass(100);
    world.set_policy(&graph.flow, &graph.id("p"), EdgeGroupPolicy::AnyOf { on_satisfied: None }).unwrap();
    assert!(world.claim("p").children_timed_out);
}

/// Contract: edges.timeout, time.request.
#[test]
fn a_claim_that_is_repeated_says_so_again_beside_what_came_later() {
    let mut world = World::new();
    let graph = family(&mut world);
    wait(&mut world, &graph, None);
    world.pass(100);
    world.finish_with("a", b"1");
    world.edge(&graph.flow, &graph.id("a"), &graph.id("p"));
    let first = once(&mut world, "r1", pull("p")).unwrap().text();
    assert!(first.0.contains("\"childrenTimedOut\":true"), "{first:?}");
    let again = once(&mut world, "r1", pull("p")).unwrap().text();
    assert!(again.0.contains("\"childrenTimedOut\":true") && again.0.contains("\"upstream\":["), "{again:?}");
}

/// Contract: edges.timeout, flows.tolerated.
#[test]
fn who_failed_before_it_was_over_is_tolerated_from_then_on() {
    let mut world = World::new();
    let graph = family(&mut world);
    wait(&mut world, &graph, Some(EdgeGroupPolicy::AnyOf { on_satisfied: Some(OnSatisfied::LetRun) }));
    world.spoil("a");
    assert_eq!(world.number("SELECT tolerated FROM flow"), 0);
    world.pass(100);
    world.claim("p");
    assert_eq!(world.number("SELECT tolerated FROM flow"), 1);
}

/// Contract: edges.timeout.
#[test]
fn what_settles_it_earlier_wins() {
    let mut world = World::new();
    let graph = family(&mut world);
    wait(&mut world, &graph, None);
    world.finish("a");
    world.pass(99);
    world.finish("b");
    assert_eq!(world.state(&graph.id("p")), READY);
    world.pass(10);
    let claim = world.claim("p");
    assert!(!claim.children_timed_out);
    assert_eq!(claim.upstream.len(), 2);
}

/// Contract: edges.timeout.
#[test]
fn who_ends_while_it_waits_waits_no_longer() {
    let mut world = World::new();
    let graph = family(&mut world);
    wait(&mut world, &graph, None);
    world.cancel(&graph.id("p")).unwrap();
    assert_eq!(world.tick().next_due_at, None);
    world.pass(200);
    assert_eq!(world.state(&graph.id("p")), PublicState::Cancelled);
    assert_eq!(replay(&mut world, &graph.id("p")).unwrap().public_state, WAITS);
    assert_eq!(world.tick().next_due_at, None, "a replay waits for as long as it takes");
}

/// Contract: edges.timeout.
#[test]
fn the_next_wait_is_a_round_of_its_own() {
    let mut world = World::new();
    let graph = family(&mut world);
    wait(&mut world, &graph, None);
    world.pass(100);
    let again = world.claim("p");
    let edges = vec![child_edge(&graph.id("a"))];
    let args = WaitChildrenArgs { handle: again.handle, edges, ..WaitChildrenArgs::default() };
    assert_eq!(world.call(args).unwrap().public_state, WAITS);
    world.finish("a");
    let claim = world.claim("p");
    assert!(!claim.children_timed_out);
    assert_eq!(claim.upstream.len(), 1);
}

/// Contract: edges.timeout.
#[test]
fn it_is_stored_and_a_replay_forgets_it() {
    let mut world = World::new();
    let graph = family(&mut world);
    wait(&mut world, &graph, None);
    world.reopen_with(tidegate::Limits::default());
    assert_eq!(world.tick().next_due_at, Some(START + 100));
    world.pass(100);
    world.claim("p");
    world.reopen_with(tidegate::Limits::default());
    world.cancel(&graph.id("p")).unwrap();
    replay(&mut world, &graph.id("p")).unwrap();
    assert!(!world.claim("p").children_timed_out);
}

/// Contract: edges.timeout.
#[test]
fn a_timeout_is_at_least_a_millisecond() {
    let mut world = World::new();
    let graph = family(&mut world);
    let held = world.claim("p");
    let edges = vec![child_edge(&graph.id("a"))];
    let args = WaitChildrenArgs { handle: held.handle, edges, policy: None, timeout_ms: Some(0) };
    refused_field(world.call(args), Code::InvalidInput, "timeoutMs");
}

/// Contract: edges.timeout.
#[test]
fn a_wait_for_nobody_is_a_wait_too_after_which_the_claim_says_no_more_of_the_one_before() {
    let mut world = World::new();
    let graph = family(&mut world);
    wait(&mut world, &graph, None);
    world.pass(100);
    let told = world.claim("p");
    assert!(told.children_timed_out);
    let args = WaitChildrenArgs { handle: told.handle, edges: Vec::new(), policy: None, timeout_ms: None };
    assert_eq!(world.call(args).unwrap().public_state, READY);
    assert!(!world.claim("p").children_timed_out);
}
