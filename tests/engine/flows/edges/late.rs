//! Edges that are applied after others have been resolved. Contract: edges.late-edge, edges.settled-once.

use crate::engine::world::{START, Span, World, test};
use tidegate::model::flows::edge::{EdgeGroupPolicy, OnSatisfied};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};

const ANY: EdgeGroupPolicy = EdgeGroupPolicy::AnyOf { on_satisfied: None };

/// Contract: edges.late-edge.
#[test]
fn a_late_edge_has_a_child_wait_again_that_needs_all() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &["a"])]);
    world.finish("a");
    world.pass(5);
    let edge = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    let answer = world.apply(&graph.flow, &edge).unwrap();
    assert_eq!((answer.unsatisfied_count, answer.public_state), (1, PublicState::WaitingChildren));
    world.pass(5);
    world.finish("b");
    let causes = [Cause::Created, Cause::Blocked, Cause::Unblocked, Cause::Blocked, Cause::Unblocked];
    assert_eq!(world.causes(&graph.id("c")), causes);
    assert_eq!(world.number("SELECT satisfied_at FROM edge_group WHERE state = 2 AND total = 2"), START);
}

#[test]
fn a_late_edge_that_is_resolved_already_leaves_a_satisfied_child_where_it_is() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &["a"])]);
    world.finish("a");
    world.finish("b");
    let edge = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    let answer = world.apply(&graph.flow, &edge).unwrap();
    assert_eq!((answer.unsatisfied_count, answer.public_state), (0, PublicState::Waiting));
    assert_eq!(world.causes(&graph.id("c")), [Cause::Created, Cause::Blocked, Cause::Unblocked]);
    assert_eq!(world.number("SELECT succeeded FROM edge_group WHERE state = 2 AND total = 2"), 2);
}

/// Contract: edges.late-edge.
#[test]
fn a_late_edge_that_failed_skips_a_child_that_needs_all() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &["a"])]);
    world.finish("a");
    world.spoil("b");
    let edge = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    assert_eq!(world.apply(&graph.flow, &edge).unwrap().public_state, PublicState::Skipped);
}

/// Contract: edges.settled-once.
#[test]
fn what_is_satisfied_by_any_stays_so_whatever_comes_late() {
    let mut world = World::new();
    let needs = |name: &str, _| (name == "c").then_some(ANY);
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("d", &[]), ("c", &["a"])], needs);
    world.finish("a");
    let live = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    let answer = world.apply(&graph.flow, &live).unwrap();
    assert_eq!((answer.unsatisfied_count, answer.public_state), (1, PublicState::Waiting));
    world.spoil("d");
    let lost = world.staged(&graph.flow, &graph.id("d"), &graph.id("c"));
    let answer = world.apply(&graph.flow, &lost).unwrap();
    assert_eq!((answer.unsatisfied_count, answer.public_state), (1, PublicState::Waiting));
    assert_eq!(world.state(&graph.id("b")), PublicState::Waiting, "what comes late is not cancelled");
    world.spoil("b");
    assert_eq!(world.number("SELECT failed FROM edge_group WHERE state = 2 AND total = 3 AND succeeded = 1"), 2);
    assert_eq!(world.claim("c").execution_id, graph.id("c"));
}

#[test]
fn a_late_edge_that_succeeded_settles_a_group_of_any_and_cancels_the_others() {
    let mut world = World::new();
    let needs = |name: &str, _| (name == "c").then_some(ANY);
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("c", &["a"])], needs);
    world.finish("b");
    world.pass(5);
    let edge = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    let answer = world.apply(&graph.flow, &edge).unwrap();
    assert_eq!((answer.unsatisfied_count, answer.public_state), (0, PublicState::Waiting));
    assert_eq!(world.state(&graph.id("a")), PublicState::Cancelled);
    assert_eq!(world.describe(&graph.id("a")).ending.unwrap().reason, "sibling_quorum_satisfied");
    assert_eq!(world.story(&graph.id("a")).last(), Some(&(Cause::Cancelled, 5)));
}

#[test]
fn the_others_run_on_where_the_policy_lets_them() {
    let mut world = World::new();
    let needs =
        |name: &str, _| (name == "c").then_some(EdgeGroupPolicy::AnyOf { on_satisfied: Some(OnSatisfied::LetRun) });
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("c", &["a"])], needs);
    world.finish("b");
    let edge = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    let answer = world.apply(&graph.flow, &edge).unwrap();
    assert_eq!((answer.unsatisfied_count, answer.public_state), (1, PublicState::Waiting));
    assert_eq!(world.state(&graph.id("a")), PublicState::Waiting);
}

/// Contract: edges.late-edge.
#[test]
fn a_late_edge_catches_a_child_between_two_attempts() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &["a"])]);
    world.finish("a");
    let claim = world.claim("c");
    world.fail(&claim, FailureClass::Transient).unwrap();
    let edge = world.staged(&graph.flow, &graph.id("b"), &graph.id("c"));
    assert_eq!(world.apply(&graph.flow, &edge).unwrap().public_state, PublicState::WaitingChildren);
    world.pass(1.mins());
    assert!(world.claim_if_any("c").is_none());
    world.finish("b");
    assert_eq!(world.claim("c").retry_count, 1);
}

#[test]
fn the_last_result_that_is_there_replaces_the_input_where_all_are_needed() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &[])]);
    world.finish_with("a", b"one");
    world.finish_with("b", b"two");
    for upstream in ["b", "a"] {
        world.edge_with(&graph.flow, &graph.id(upstream), &graph.id("c"), |args| args.replace_input = true);
    }
    assert_eq!(world.claim("c").input.unwrap().as_slice(), b"one");
}

#[test]
fn a_quorum_that_all_applied_edges_cannot_meet_is_impossible() {
    let mut world = World::new();
    let needs = |name: &str, _| (name == "c").then_some(EdgeGroupPolicy::Quorum { k: 2, on_satisfied: None });
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("c", &["a"])], needs);
    world.seal(&graph.flow).unwrap();
    world.finish("a");
    assert_eq!(world.state(&graph.id("c")), PublicState::Skipped, "all that was applied is resolved");
}
