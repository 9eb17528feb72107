//! Edges by outcome: members that run on a failure, on success, on any end. Contract: edges.on, edges.not-needed,
//! edges.counters, edges.replay-met.

use crate::engine::world::graphs::{Graph, LANE, node, some_of};
use crate::engine::world::turns::replay;
use crate::engine::world::watcher::plain_end;
use crate::engine::world::{World, refused_field, test};
use tidegate::Code;
use tidegate::model::flows::edge::{DependencyKind, EdgeOn, OnSatisfied};
use tidegate::model::flows::need::Need;
use tidegate::model::ground::vocabulary::{Outcome, PublicState};
use tidegate::ops::executions::replay::ReplayExecutionArgs;
use tidegate::ops::flows::describe::DescribeFlowArgs;
use tidegate::ops::flows::edges::list::ListEdgesArgs;
use tidegate::ops::flows::edges::wait_children::{ChildEdge, WaitChildrenArgs};
use tidegate::ops::flows::submit::MemberArgs;

const WAITS: PublicState = PublicState::WaitingChildren;
const READY: PublicState = PublicState::Waiting;
const SKIPPED: PublicState = PublicState::Skipped;
const DONE: PublicState = PublicState::Completed;
const FAILED: PublicState = PublicState::Failed;

/// A member that needs others to end in a way.
fn on(name: &str, after: &[(&str, EdgeOn)]) -> MemberArgs {
    let names: Vec<&str> = after.iter().map(|(name, _)| *name).collect();
    let mut member = node(name, &names);
    for (needed, (_, on)) in member.needs.after.iter_mut().zip(after) {
        needed.on = Some(*on);
    }
    member
}

/// A build with what follows it: a deployment on success, a clean-up on failure, a report on any end.
fn build(world: &mut World) -> Graph {
    world.submitted(vec![
        node("build", &[]),
        on("deploy", &[("build", EdgeOn::Success)]),
        on("clean", &[("build", EdgeOn::Failure)]),
        on("report", &[("build", EdgeOn::End)]),
    ])
}

fn reason(world: &mut World, id: &str) -> String {
    world.describe(id).ending.expect("an ending").reason
}

/// The counters of the only group of a flow: satisfied, failed, skipped, running.
fn counters(world: &mut World, graph: &Graph) -> [i64; 4] {
    let flow = world.call(DescribeFlowArgs { flow_id: graph.id.clone() }).unwrap().unwrap();
    let group = flow.edge_groups.last().expect("a group");
    [group.satisfied_count, group.failed_count, group.skipped_count, group.running_count]
}

/// Contract: edges.on.
#[test]
fn a_failure_lets_the_clean_up_and_the_report_go_and_skips_the_deployment() {
    let mut world = World::new();
    let graph = build(&mut world);
    assert_eq!(world.states_of(&graph), [READY, WAITS, WAITS, WAITS]);
    world.spoil_node(&graph, "build");
    assert_eq!(world.states_of(&graph), [FAILED, SKIPPED, READY, READY]);
    let id = graph.of("deploy").to_owned();
    assert_eq!(reason(&mut world, &id), "dependency_impossible");
    let flow = world.call(DescribeFlowArgs { flow_id: graph.id.clone() }).unwrap().unwrap();
    let words: Vec<&str> = flow.edge_groups.iter().map(|group| group.group_state.word()).collect();
    assert_eq!(words, ["impossible", "satisfied", "satisfied"]);
}

/// Contract: edges.on, edges.not-needed.
#[test]
fn a_success_lets_the_deployment_and_the_report_go_and_the_clean_up_is_not_needed() {
    let mut world = World::new();
    let graph = build(&mut world);
    world.finish_node(&graph, "build");
    assert_eq!(world.states_of(&graph), [DONE, READY, SKIPPED, READY]);
    let id = graph.of("clean").to_owned();
    assert_eq!(reason(&mut world, &id), "not_needed");
    for _ in 0..2 {
        let claim = world.claim(LANE);
        world.complete(&claim).unwrap();
    }
    let flow = world.call(DescribeFlowArgs { flow_id: graph.id.clone() }).unwrap().unwrap();
    assert_eq!(flow.public_flow_state.word(), "completed");
}

/// Contract: edges.on.
#[test]
fn whatever_ends_a_member_badly_meets_an_edge_on_failure() {
    let ends: [fn(&mut World, &Graph); 3] = [
        |world, graph| world.spoil_node(graph, "a"),
        |world, graph| {
            world.cancel(graph.of("a")).unwrap();
        },
        |world, graph| {
            world.pass(50);
            assert_eq!(world.state(graph.of("a")), PublicState::Expired);
        },
    ];
    for end in ends {
        let mut world = World::new();
        let mut first = node("a", &[]);
        first.create.deadline_at = Some(crate::engine::world::START + 50);
        let graph = world.submitted(vec![
            first,
            node("b", &["a"]),
            on("c", &[("a", EdgeOn::Failure)]),
            on("d", &[("b", EdgeOn::Failure)]),
        ]);
        end(&mut world, &graph);
        assert_eq!(world.states_of(&graph)[1..], [SKIPPED, READY, READY], "d follows what was skipped");
    }
}

/// Contract: edges.not-needed.
#[test]
fn what_was_not_needed_meets_no_edge_on_failure_down_any_chain() {
    let mut world = World::new();
    let graph = world.submitted(vec![
        node("a", &[]),
        on("b", &[("a", EdgeOn::Failure)]),
        on("c", &[("b", EdgeOn::Failure)]),
        on("d", &[("c", EdgeOn::Failure)]),
        on("e", &[("b", EdgeOn::End)]),
        on("f", &[("b", EdgeOn::Success)]),
    ]);
    world.finish_node(&graph, "a");
    assert_eq!(world.states_of(&graph), [DONE, SKIPPED, SKIPPED, SKIPPED, READY, SKIPPED]);
    let reasons = ["b", "c", "d", "f"].map(|name| reason(&mut world, graph.of(name)));
    assert_eq!(reasons, ["not_needed", "not_needed", "not_needed", "dependency_impossible"]);
    let end = world.end_since(graph.of("b"), None);
    assert_eq!(end, plain_end(Outcome::Skipped, Some("not_needed")));
}

/// Contract: edges.not-needed.
#[test]
fn one_edge_that_a_failure_leaves_unmet_makes_it_impossible() {
    let mut world = World::new();
    let graph = world.submitted(vec![
        node("a", &[]),
        node("b", &[]),
        some_mixed("c", &[("a", EdgeOn::Failure), ("b", EdgeOn::Success)], Need::AnyOf),
    ]);
    world.finish_node(&graph, "a");
    assert_eq!(counters(&mut world, &graph), [0, 1, 0, 1]);
    world.spoil_node(&graph, "b");
    assert_eq!(reason(&mut world, graph.of("c")), "dependency_impossible");
}

fn some_mixed(name: &str, after: &[(&str, EdgeOn)], need: Need) -> MemberArgs {
    let names: Vec<&str> = after.iter().map(|(name, _)| *name).collect();
    let mut member = some_of(name, &names, need, Some(OnSatisfied::LetRun));
    for (needed, (_, on)) in member.needs.after.iter_mut().zip(after) {
        needed.on = Some(*on);
    }
    member
}

/// Contract: edges.counters.
#[test]
fn a_group_counts_what_is_met_whatever_met_it() {
    let mut world = World::new();
    let after = [("a", EdgeOn::Failure), ("b", EdgeOn::End), ("c", EdgeOn::Success)];
    let graph =
        world.submitted(vec![node("a", &[]), node("b", &[]), node("c", &[]), some_mixed("d", &after, Need::Quorum(3))]);
    world.spoil_node(&graph, "a");
    assert_eq!(counters(&mut world, &graph), [1, 0, 0, 2]);
    world.spoil_node(&graph, "b");
    assert_eq!(counters(&mut world, &graph), [2, 0, 0, 1]);
    world.finish_node(&graph, "c");
    assert_eq!(counters(&mut world, &graph), [3, 0, 0, 0]);
    assert_eq!(world.state(graph.of("d")), READY);
}

/// Contract: edges.upstream.
#[test]
fn a_claim_tells_how_each_upstream_ended_and_why() {
    let mut world = World::new();
    let after = [("a", EdgeOn::Failure), ("b", EdgeOn::End), ("c", EdgeOn::End)];
    let graph = world.submitted(vec![node("a", &[]), node("b", &[]), node("c", &[]), on("d", &after)]);
    world.spoil_node(&graph, "a");
    world.cancel_with(graph.of("b"), |args| args.reason = "sold out".to_owned()).unwrap();
    world.finish_node(&graph, "c");
    let claim = world.claim_member(&graph, "d");
    let told: Vec<_> =
        claim.upstream.iter().map(|one| (one.outcome, one.reason.is_some(), one.result.is_some())).collect();
    let (failed, cancelled) = (Outcome::Failed, Outcome::Cancelled);
    assert_eq!(told, [(failed, true, false), (cancelled, true, false), (Outcome::Success, false, true)]);
}

/// Contract: edges.replace-none.
#[test]
fn an_edge_on_any_end_passes_the_result_of_a_success_alone() {
    for (spoils, expected) in [(true, &b"own"[..]), (false, b"a")] {
        let mut world = World::new();
        let mut child = on("b", &[("a", EdgeOn::End)]);
        child.create.input = Some("own".into());
        child.needs.after[0].replace_input = Some(true);
        let graph = world.submitted(vec![node("a", &[]), child]);
        if spoils {
            world.spoil_node(&graph, "a");
        } else {
            world.finish_node(&graph, "a");
        }
        assert_eq!(world.claim_member(&graph, "b").input.unwrap().as_slice(), expected);
    }
}

/// Contract: edges.replay-met.
#[test]
fn a_met_edge_stays_met_whatever_its_upstream_comes_to_later() {
    let mut world = World::new();
    let graph = world.submitted(vec![node("a", &[]), on("b", &[("a", EdgeOn::Failure)]), node("c", &["a"])]);
    world.spoil_node(&graph, "a");
    world.finish_node(&graph, "b");
    world.call(ReplayExecutionArgs { execution_id: graph.of("a").to_owned(), cascade: true }).unwrap();
    assert_eq!(world.states_of(&graph), [READY, DONE, WAITS], "the clean-up is not run again");
    world.finish_node(&graph, "a");
    assert_eq!(world.states_of(&graph), [DONE, DONE, READY]);
    let page = world.call(ListEdgesArgs { flow_id: graph.id.clone(), ..ListEdgesArgs::default() }).unwrap();
    let told: Vec<_> =
        page.edges.iter().map(|edge| (edge.dependency_kind, edge.edge_state.word(), edge.outcome)).collect();
    let expected = [
        (DependencyKind::FailureOnly, "satisfied", Some(Outcome::Failed)),
        (DependencyKind::SuccessOnly, "satisfied", Some(Outcome::Success)),
    ];
    assert_eq!(told, expected);
}

/// Contract: edges.replay-met.
#[test]
fn an_unmet_edge_is_opened_by_a_replay_whatever_outcome_left_it_so() {
    let mut world = World::new();
    let graph = build(&mut world);
    world.finish_node(&graph, "build");
    assert_eq!(world.states_of(&graph), [DONE, READY, SKIPPED, READY]);
    world.call(ReplayExecutionArgs { execution_id: graph.of("build").to_owned(), cascade: true }).unwrap();
    assert_eq!(world.state(graph.of("clean")), WAITS);
    world.spoil_node(&graph, "build");
    assert_eq!(world.states_of(&graph), [FAILED, READY, READY, READY]);
}

/// Contract: edges.replay-met.
#[test]
fn a_replayed_downstream_takes_what_its_upstream_is_now() {
    let mut world = World::new();
    let graph = build(&mut world);
    world.finish_node(&graph, "build");
    replay(&mut world, graph.of("build")).unwrap();
    world.spoil_node_of(&graph, "build");
    assert_eq!(world.state(graph.of("clean")), SKIPPED);
    assert_eq!(replay(&mut world, graph.of("clean")).unwrap().public_state, READY);
}

/// Contract: edges.on.
#[test]
fn a_staged_edge_says_it_in_either_word() {
    let mut world = World::new();
    let flow = world.flow();
    let (up, down) = (world.member(&flow, "a"), world.member(&flow, "b"));
    for (given, kind, expected) in [
        (None, None, DependencyKind::SuccessOnly),
        (Some(EdgeOn::Failure), None, DependencyKind::FailureOnly),
        (None, Some(DependencyKind::AnyEnd), DependencyKind::AnyEnd),
        (Some(EdgeOn::End), Some(DependencyKind::AnyEnd), DependencyKind::AnyEnd),
    ] {
        let edge = world.stage_with(&flow, &up, &down, |args| (args.on, args.dependency_kind) = (given, kind)).unwrap();
        let page = world.call(ListEdgesArgs { flow_id: flow.clone(), ..ListEdgesArgs::default() }).unwrap();
        let told = page.edges.iter().find(|one| one.edge_id == edge.edge_id).unwrap();
        assert_eq!(told.dependency_kind, expected);
    }
    let refused = world.stage_with(&flow, &up, &down, |args| {
        (args.on, args.dependency_kind) = (Some(EdgeOn::End), Some(DependencyKind::SuccessOnly));
    });
    refused_field(refused, Code::InvalidInput, "dependencyKind");
}

/// Contract: edges.on.
#[test]
fn a_worker_may_wait_for_the_end_of_its_children_whatever_it_is() {
    let mut world = World::new();
    let flow = world.flow();
    let (_, good, bad) = (world.member(&flow, "parent"), world.member(&flow, "good"), world.member(&flow, "bad"));
    let held = world.claim("parent");
    let child = |id: &str, on| ChildEdge { upstream_execution_id: id.to_owned(), on: Some(on), ..ChildEdge::default() };
    let edges = vec![child(&good, EdgeOn::End), child(&bad, EdgeOn::End)];
    let args = WaitChildrenArgs { handle: held.handle, edges, ..WaitChildrenArgs::default() };
    assert_eq!(world.call(args).unwrap().public_state, WAITS);
    world.finish("good");
    world.spoil("bad");
    let again = world.claim("parent");
    let mut outcomes: Vec<_> = again.upstream.iter().map(|one| one.outcome.word()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["failed", "success"]);
}
