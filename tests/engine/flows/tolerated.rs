//! Losers that nobody needed: members that ended badly and do not make their flow fail. Contract: flows.tolerated.

use crate::engine::world::flows::{Graph, child_edge};
use crate::engine::world::turns::replay;
use crate::engine::world::{World, test};
use tidegate::model::flows::edge::{EdgeGroupPolicy, EdgeOn, OnSatisfied};
use tidegate::model::flows::flow::FlowState;
use tidegate::ops::flows::describe::DescribeFlowArgs;
use tidegate::ops::flows::edges::wait_children::WaitChildrenArgs;

const QUORUM: EdgeGroupPolicy = EdgeGroupPolicy::Quorum { k: 2, on_satisfied: Some(OnSatisfied::LetRun) };

/// Three of which two are needed by the last.
fn two_of_three(world: &mut World) -> Graph {
    let needs = |name: &str, _| (name == "d").then_some(QUORUM);
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("c", &[]), ("d", &["a", "b", "c"])], needs);
    world.seal(&graph.flow).unwrap();
    graph
}

/// The state of a flow, how many are tolerated, how many are excused.
fn told(world: &mut World, flow: &str) -> (FlowState, i64, i64) {
    let flow = world.call(DescribeFlowArgs { flow_id: flow.to_owned() }).unwrap().unwrap();
    (flow.public_flow_state, flow.tolerated, flow.excused)
}

/// Contract: flows.tolerated, flows.state.
#[test]
fn a_flow_whose_quorum_was_met_completes_whoever_failed_before_it() {
    let mut world = World::new();
    let graph = two_of_three(&mut world);
    world.spoil("a");
    assert_eq!(told(&mut world, &graph.flow).1, 0, "its group is open");
    world.finish("b");
    world.finish("c");
    assert_eq!(told(&mut world, &graph.flow).1, 1, "its group is satisfied");
    world.finish("d");
    assert_eq!(told(&mut world, &graph.flow), (FlowState::Completed, 1, 0));
}

/// Contract: flows.tolerated.
#[test]
fn who_fails_after_the_quorum_was_met_is_tolerated_at_once() {
    let mut world = World::new();
    let graph = two_of_three(&mut world);
    world.finish("a");
    world.finish("b");
    world.finish("d");
    world.spoil("c");
    assert_eq!(told(&mut world, &graph.flow), (FlowState::Completed, 1, 0));
}

/// Contract: flows.tolerated.
#[test]
fn who_is_needed_elsewhere_is_not_tolerated() {
    let mut world = World::new();
    let needs = |name: &str, _| (name == "d").then_some(QUORUM);
    let members: [(&str, &[&str]); 5] = [("a", &[]), ("b", &[]), ("c", &[]), ("d", &["a", "b", "c"]), ("e", &["c"])];
    let graph = world.graph_with(&members, needs);
    world.seal(&graph.flow).unwrap();
    for name in ["a", "b", "d"] {
        world.finish(name);
    }
    world.spoil("c");
    assert_eq!(told(&mut world, &graph.flow), (FlowState::Failed, 0, 0));
}

/// Contract: flows.tolerated.
#[test]
fn who_leads_nowhere_is_not_tolerated() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    world.spoil("a");
    assert_eq!(told(&mut world, &graph.flow), (FlowState::Failed, 0, 0));
}

/// Contract: flows.tolerated.
#[test]
fn edges_on_failure_and_on_any_end_forgive_nothing() {
    for on in [EdgeOn::Failure, EdgeOn::End] {
        let mut world = World::new();
        let graph = world.graph(&[("build", &[]), ("clean", &[])]);
        world.edge_with(&graph.flow, &graph.id("build"), &graph.id("clean"), |edge| edge.on = Some(on));
        world.seal(&graph.flow).unwrap();
        world.spoil("build");
        world.finish("clean");
        assert_eq!(told(&mut world, &graph.flow), (FlowState::Failed, 0, 0), "{on}");
    }
}

/// Contract: flows.tolerated, flows.excused.
#[test]
fn nobody_counts_twice() {
    let mut world = World::new();
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: None };
    let graph =
        world.graph_with(&[("a", &[]), ("b", &[]), ("c", &["a", "b"])], |name, _| (name == "c").then_some(any));
    world.seal(&graph.flow).unwrap();
    world.finish("a");
    assert_eq!((told(&mut world, &graph.flow).1, told(&mut world, &graph.flow).2), (0, 1));
    world.finish("c");
    assert_eq!(told(&mut world, &graph.flow), (FlowState::Completed, 0, 1));
}

/// Contract: flows.tolerated.
#[test]
fn a_replay_forgets_it_and_the_next_end_judges_anew() {
    let mut world = World::new();
    let graph = two_of_three(&mut world);
    world.spoil("a");
    for name in ["b", "c", "d"] {
        world.finish(name);
    }
    replay(&mut world, &graph.id("a")).unwrap();
    assert_eq!(told(&mut world, &graph.flow), (FlowState::Open, 0, 0));
    world.cancel(&graph.id("a")).unwrap();
    assert_eq!(told(&mut world, &graph.flow), (FlowState::Completed, 1, 0));
}

/// Contract: flows.tolerated.
#[test]
fn an_edge_that_is_applied_to_an_open_group_takes_it_back() {
    let mut world = World::new();
    let needs = |name: &str, _| (name == "d").then_some(QUORUM);
    let members: [(&str, &[&str]); 5] = [("a", &[]), ("b", &[]), ("c", &[]), ("d", &["a", "b", "c"]), ("e", &[])];
    let graph = world.graph_with(&members, needs);
    world.finish("a");
    world.finish("b");
    world.spoil("c");
    assert_eq!(told(&mut world, &graph.flow).1, 1);
    let edge = world.staged(&graph.flow, &graph.id("c"), &graph.id("e"));
    assert_eq!(told(&mut world, &graph.flow).1, 1, "a staged edge needs nothing");
    world.apply(&graph.flow, &edge).unwrap();
    assert_eq!(told(&mut world, &graph.flow).1, 0);
}

/// Contract: flows.tolerated.
#[test]
fn what_failed_for_an_earlier_round_is_tolerated() {
    let mut world = World::new();
    let graph = world.graph(&[("p", &[]), ("a", &[]), ("b", &[])]);
    let held = world.claim("p");
    let edges = vec![child_edge(&graph.id("a")), child_edge(&graph.id("b"))];
    let policy = Some(EdgeGroupPolicy::AnyOf { on_satisfied: Some(OnSatisfied::LetRun) });
    world.call(WaitChildrenArgs { handle: held.handle, edges, policy, timeout_ms: None }).unwrap();
    world.finish("a");
    world.finish("p");
    world.spoil("b");
    assert_eq!(told(&mut world, &graph.flow), (FlowState::Completed, 1, 0));
    world.reopen_with(tidegate::Limits::default());
    assert_eq!(told(&mut world, &graph.flow), (FlowState::Completed, 1, 0), "it is stored");
}
