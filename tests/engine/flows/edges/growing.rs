//! Groups that ask for more upstreams than they have, while their flow may give them some. Contract: edges.grows.

use crate::engine::world::flows::{Graph, child_edge};
use crate::engine::world::{World, test};
use tidegate::model::flows::edge::EdgeGroupPolicy;
use tidegate::model::flows::flow::{CancellationPolicy, FlowEligibility};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::flows::cancel::CancelFlowArgs;
use tidegate::ops::flows::edges::eligibility::EvaluateFlowEligibilityArgs;
use tidegate::ops::flows::edges::wait_children::WaitChildrenArgs;

const WAITS: PublicState = PublicState::WaitingChildren;
const READY: PublicState = PublicState::Waiting;
const SKIPPED: PublicState = PublicState::Skipped;

const fn quorum(k: i64) -> EdgeGroupPolicy {
    EdgeGroupPolicy::Quorum { k, on_satisfied: None }
}

/// Three members, the last of which needs `k` and depends on the first so far.
fn short(world: &mut World, k: i64) -> Graph {
    world.graph_with(&[("a", &[]), ("b", &[]), ("c", &["a"])], |name, _| (name == "c").then_some(quorum(k)))
}

fn eligibility(world: &mut World, graph: &Graph) -> FlowEligibility {
    world.call(EvaluateFlowEligibilityArgs { execution_id: graph.id("c") }).unwrap().status
}

/// Contract: edges.grows.
#[test]
fn a_quorum_of_two_waits_for_its_second_edge_whatever_came_of_the_first() {
    for succeeds in [true, false] {
        let mut world = World::new();
        let graph = short(&mut world, 2);
        if succeeds {
            world.finish("a")
        } else {
            world.spoil("a")
        };
        assert_eq!(world.state(&graph.id("c")), WAITS);
        assert_eq!(eligibility(&mut world, &graph), FlowEligibility::BlockedByDependencies);
        world.finish("b");
        let edge = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
        let state = world.apply(&graph.flow, &edge).unwrap().public_state;
        assert_eq!(state, if succeeds { READY } else { SKIPPED }, "with two edges it is judged");
    }
}

/// Contract: edges.grows.
#[test]
fn an_edge_whose_upstream_succeeded_before_it_was_applied_is_waited_with() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &[])]);
    world.set_policy(&graph.flow, &graph.id("c"), quorum(2)).unwrap();
    world.finish("a");
    let first = world.staged(&graph.flow, &graph.id("a"), &graph.id("c"));
    assert_eq!(world.apply(&graph.flow, &first).unwrap().public_state, WAITS);
    let second = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    world.apply(&graph.flow, &second).unwrap();
    world.finish("b");
    assert_eq!(world.state(&graph.id("c")), READY);
}

/// Contract: edges.grows.
#[test]
fn a_group_of_all_is_judged_by_its_first_failed_edge() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &["a", "b"])]);
    world.spoil("a");
    assert_eq!(world.state(&graph.id("c")), SKIPPED);
}

/// Contract: edges.grows, flows.seal.
#[test]
fn a_seal_judges_what_waits_for_edges_that_will_not_come() {
    let mut world = World::new();
    let graph = short(&mut world, 2);
    world.finish("a");
    world.finish("b");
    assert_eq!(world.state(&graph.id("c")), WAITS);
    let answer = world.seal(&graph.flow).unwrap();
    assert_eq!(world.state(&graph.id("c")), SKIPPED);
    assert_eq!(answer.public_flow_state.word(), "completed");
    assert_eq!(world.flow_causes().last(), Some(&Cause::FlowCompleted));
    assert_eq!(world.causes(&graph.id("c")).last(), Some(&Cause::Skipped));
}

/// Contract: edges.grows.
#[test]
fn a_seal_leaves_what_can_still_be_resolved() {
    let mut world = World::new();
    let graph = short(&mut world, 2);
    world.seal(&graph.flow).unwrap();
    assert_eq!(world.state(&graph.id("c")), WAITS, "its edge is unresolved");
    world.finish("a");
    assert_eq!(world.state(&graph.id("c")), SKIPPED);
}

/// Contract: edges.grows.
#[test]
fn a_cancelled_flow_gives_no_more_edges_either() {
    let mut world = World::new();
    let graph = short(&mut world, 2);
    world.finish("a");
    let flow_id = graph.flow.clone();
    world.call(CancelFlowArgs { flow_id, policy: CancellationPolicy::FlowOnly, reason: String::new() }).unwrap();
    assert_eq!(world.states(&graph), [PublicState::Completed, READY, SKIPPED]);
}

/// Contract: edges.grows.
#[test]
fn a_round_of_fewer_children_than_are_asked_for_waits_while_the_flow_grows() {
    for seals in [false, true] {
        let mut world = World::new();
        let graph = world.graph(&[("a", &[]), ("p", &[])]);
        world.finish("a");
        let held = world.claim("p");
        if seals {
            world.seal(&graph.flow).unwrap();
        }
        let edges = vec![child_edge(&graph.id("a"))];
        let args = WaitChildrenArgs { handle: held.handle, edges, policy: Some(quorum(2)), timeout_ms: None };
        assert_eq!(world.call(args).unwrap().public_state, if seals { SKIPPED } else { WAITS });
    }
}

/// Contract: edges.grows.
#[test]
fn an_edge_that_makes_a_quorum_whole_judges_it_though_its_upstream_still_runs() {
    let mut world = World::new();
    let graph = short(&mut world, 2);
    world.spoil("a");
    assert_eq!(world.state(&graph.id("c")), WAITS);
    let edge = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    assert_eq!(world.apply(&graph.flow, &edge).unwrap().public_state, SKIPPED, "one of two has failed already");
    assert_eq!(world.state(&graph.id("b")), PublicState::Cancelled, "and nobody needs the other");
}
