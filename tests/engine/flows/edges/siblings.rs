//! Groups that need some of their upstreams, and what becomes of the others. Contract: edges.siblings, edges.let-run,
//! edges.verdict.

use super::resolution::counters;
use crate::engine::world::{World, test};
use tidegate::model::events::event::EventDetail;
use tidegate::model::flows::edge::{EdgeGroupPolicy, OnSatisfied};
use tidegate::model::flows::flow::FlowState;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState;

const WAITS: PublicState = PublicState::WaitingChildren;
const READY: PublicState = PublicState::Waiting;
const DONE: PublicState = PublicState::Completed;
const SKIPPED: PublicState = PublicState::Skipped;
const FAILED: PublicState = PublicState::Failed;
const CANCELLED: PublicState = PublicState::Cancelled;

/// Contract: edges.counters.
#[test]
fn a_skipped_upstream_counts_as_skipped_whatever_the_policy() {
    let mut world = World::new();
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: None };
    let graph = world.graph_with(&[("a", &[]), ("b", &["a"]), ("c", &[]), ("d", &["b", "c"])], |name, _| {
        (name == "d").then_some(any)
    });
    world.spoil("a");
    assert_eq!(world.states(&graph), [FAILED, SKIPPED, READY, WAITS]);
    assert_eq!(counters(&world), [2, 0, 0, 1]);
    world.finish("c");
    assert_eq!(world.states(&graph)[3], READY);
}

/// Contract: edges.verdict, edges.siblings.
#[test]
fn one_of_several_is_enough_for_any_of_and_the_others_are_cancelled() {
    let mut world = World::new();
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: None };
    let graph =
        world.graph_with(&[("a", &[]), ("b", &[]), ("c", &[]), ("d", &["a", "b", "c"])], |_, n| (n > 0).then_some(any));
    world.seal(&graph.flow).unwrap();
    let held = world.claim("b");
    world.finish("c");
    assert_eq!(world.states(&graph), [CANCELLED, CANCELLED, DONE, READY]);
    let ending = world.describe(&graph.id("b")).ending.unwrap();
    assert_eq!((ending.reason.as_str(), ending.source.as_str()), ("sibling_quorum_satisfied", "engine"));
    assert!(world.complete(&held).is_err(), "the lease of a cancelled sibling is revoked");
    assert_eq!(world.causes(&graph.id("b")), [Cause::Created, Cause::Claimed, Cause::Cancelled]);
    world.finish("d");
    let ended = world.flow_events().pop().unwrap();
    let completed = EventDetail::FlowEnded { public_flow_state: FlowState::Completed };
    assert_eq!(ended.detail, Some(completed), "siblings that a satisfied group cancels do not count as failed");
}

/// Contract: edges.settled-once, edges.let-run.
#[test]
fn siblings_run_on_where_the_policy_lets_them_and_their_ends_only_count() {
    let mut world = World::new();
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: Some(OnSatisfied::LetRun) };
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("d", &["a", "b"])], |_, n| (n > 0).then_some(any));
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, READY, READY]);
    world.finish("d");
    let before = world.causes(&graph.id("d"));
    world.spoil("b");
    assert_eq!(counters(&world), [2, 1, 1, 0]);
    assert_eq!(world.states(&graph), [DONE, FAILED, DONE]);
    assert_eq!(world.causes(&graph.id("d")), before, "a settled group never does anything to its downstream again");
}

/// Contract: edges.verdict.
#[test]
fn a_quorum_is_met_by_so_many_and_impossible_when_too_few_are_left() {
    for (good, bad, expected) in [(2, 0, READY), (1, 1, WAITS), (1, 2, SKIPPED), (0, 2, SKIPPED), (2, 1, READY)] {
        let mut world = World::new();
        let quorum = EdgeGroupPolicy::Quorum { k: 2, on_satisfied: Some(OnSatisfied::LetRun) };
        let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("c", &[]), ("d", &["a", "b", "c"])], |_, n| {
            (n > 0).then_some(quorum)
        });
        let names = ["a", "b", "c"];
        for name in &names[..good] {
            world.finish(name);
        }
        for name in &names[good..good + bad] {
            world.spoil(name);
        }
        assert_eq!(world.state(&graph.id("d")), expected, "{good} succeeded, {bad} failed");
    }
}

/// Contract: edges.counters, edges.siblings.
#[test]
fn an_impossible_quorum_cancels_the_rest_and_counts_them_as_failed() {
    let mut world = World::new();
    let quorum = EdgeGroupPolicy::Quorum { k: 2, on_satisfied: None };
    let graph = world
        .graph_with(&[("a", &[]), ("b", &[]), ("c", &[]), ("d", &["a", "b", "c"])], |_, n| (n > 0).then_some(quorum));
    world.seal(&graph.flow).unwrap();
    world.spoil("a");
    world.spoil("b");
    assert_eq!(world.states(&graph), [FAILED, FAILED, CANCELLED, SKIPPED]);
    assert_eq!(world.describe(&graph.id("c")).ending.unwrap().reason, "sibling_quorum_impossible");
    assert_eq!(counters(&world), [3, 0, 3, 0]);
    let told: Vec<_> = world.events().iter().rev().take(3).map(|event| event.cause).collect();
    assert_eq!(told, [Cause::Cancelled, Cause::Skipped, Cause::Failed], "newest first");
}

/// Contract: edges.verdict.
#[test]
fn a_quorum_of_more_than_there_are_is_impossible_once_all_have_ended() {
    let mut world = World::new();
    let quorum = EdgeGroupPolicy::Quorum { k: 3, on_satisfied: None };
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("d", &["a", "b"])], |_, n| (n > 0).then_some(quorum));
    world.seal(&graph.flow).unwrap();
    world.finish("a");
    assert_eq!(world.states(&graph)[2], WAITS);
    world.finish("b");
    assert_eq!(world.states(&graph)[2], SKIPPED);
}

/// Contract: edges.siblings-elsewhere.
#[test]
fn a_sibling_that_is_cancelled_skips_what_needs_it_elsewhere() {
    let mut world = World::new();
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: None };
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("d", &["a", "b"]), ("e", &["b"])], |name, _| {
        (name == "d").then_some(any)
    });
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, CANCELLED, READY, SKIPPED]);
}

/// Contract: edges.ended-downstream.
#[test]
fn nothing_is_cancelled_for_a_downstream_that_had_ended() {
    let mut world = World::new();
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: None };
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("d", &["a", "b"])], |_, n| (n > 0).then_some(any));
    world.cancel(&graph.id("d")).unwrap();
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, READY, CANCELLED]);
}

/// Contract: edges.parallel.
#[test]
fn two_edges_between_the_same_two_count_twice() {
    let mut world = World::new();
    let quorum = EdgeGroupPolicy::Quorum { k: 2, on_satisfied: None };
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("d", &["a", "a", "b"])], |_, n| (n > 0).then_some(quorum));
    world.finish("a");
    assert_eq!(world.states(&graph), [DONE, CANCELLED, READY]);
    assert_eq!(counters(&world), [3, 2, 1, 0]);
}
