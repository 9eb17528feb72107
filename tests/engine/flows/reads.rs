//! What reads tell of flows that run. Contract: flows.reads-agree, flows.state, edges.words, edges.eligibility.

use crate::engine::world::drawn::uuid;
use crate::engine::world::flows::Graph;
use crate::engine::world::spy::Spy;
use crate::engine::world::{START, Span, World, test};
use serde_json::{Value, json};
use std::rc::Rc;
use tidegate::model::flows::edge::{EdgeGroupPolicy, GroupState};
use tidegate::model::flows::flow::FlowEligibility::{self, BlockedByDependencies, Eligible, NotRunnable};
use tidegate::model::flows::flow::FlowState;
use tidegate::model::ground::vocabulary::Outcome;
use tidegate::ops::flows::describe::{DescribeFlowArgs, FlowSnapshot};
use tidegate::ops::flows::edges::describe::{DescribeEdgeArgs, EdgeSnapshot};
use tidegate::ops::flows::edges::eligibility::EvaluateFlowEligibilityArgs;
use tidegate::ops::flows::edges::list::ListEdgesArgs;
use tidegate::ops::flows::graph::{FlowGraph, FlowGraphArgs};
use tidegate::ops::flows::list::ListFlowsArgs;
use tidegate::ops::flows::of_execution::ResolveExecutionFlowIdArgs;

fn snapshot(world: &mut World, flow: &str) -> FlowSnapshot {
    world.call(DescribeFlowArgs { flow_id: flow.to_owned() }).unwrap().expect("the flow exists")
}

fn picture(world: &mut World, flow: &str) -> FlowGraph {
    world.call(FlowGraphArgs { flow_id: flow.to_owned(), limit: None }).unwrap().expect("the flow exists")
}

fn edges(world: &mut World, flow: &str) -> Vec<EdgeSnapshot> {
    world.call(ListEdgesArgs { flow_id: flow.to_owned(), ..ListEdgesArgs::default() }).unwrap().edges
}

fn eligibility(world: &mut World, id: &str) -> FlowEligibility {
    world.call(EvaluateFlowEligibilityArgs { execution_id: id.to_owned() }).unwrap().status
}

/// The state of a flow, which every read tells alike.
fn state(world: &mut World, flow: &str) -> FlowState {
    let described = snapshot(world, flow);
    let listed = world.call(ListFlowsArgs::default()).unwrap().flows;
    let line = listed.into_iter().find(|line| line.flow_id == flow).expect("a line");
    let drawn = picture(world, flow);
    assert_eq!(line.public_flow_state, described.public_flow_state);
    assert_eq!(line.status, described.public_flow_state.status());
    assert_eq!(drawn.public_flow_state, described.public_flow_state);
    assert_eq!((drawn.counts, drawn.graph_revision), (described.counts, described.graph_revision));
    assert_eq!(line.node_count, described.node_count);
    assert_eq!(described.counts.0.iter().sum::<i64>(), described.node_count);
    consistent(world, flow);
    described.public_flow_state
}

/// Groups and edges say the same in every read.
fn consistent(world: &mut World, flow: &str) {
    let (described, drawn, listed) = (snapshot(world, flow), picture(world, flow), edges(world, flow));
    let groups: Vec<Value> =
        drawn.nodes.iter().filter_map(|node| node.group.as_ref()).map(|group| json!(group)).collect();
    let told = described.edge_groups.iter().map(|group| {
        assert_eq!(
            group.total_deps,
            group.satisfied_count + group.failed_count + group.skipped_count + group.running_count
        );
        json!({ "policy": group.policy, "total": group.total_deps, "succeeded": group.satisfied_count,
            "failed": group.failed_count, "skipped": group.skipped_count, "state": group.group_state })
    });
    assert_eq!(groups, told.collect::<Vec<_>>());
    assert_eq!(listed.len(), drawn.edges.len());
    for edge in &drawn.edges {
        let one = listed.iter().find(|one| one.edge_id == edge.edge_id).expect("a listed edge");
        assert_eq!(one.upstream_execution_id, drawn.nodes[edge.from].execution_id);
        assert_eq!(one.downstream_execution_id, drawn.nodes[edge.to].execution_id);
        assert_eq!((one.edge_state, one.outcome), (edge.edge_state, edge.outcome));
        let described = DescribeEdgeArgs { flow_id: flow.to_owned(), edge_id: edge.edge_id.clone() };
        assert_eq!(world.call(described).unwrap().as_ref(), Some(one));
    }
    for node in &drawn.nodes {
        let of = ResolveExecutionFlowIdArgs { execution_id: node.execution_id.clone() };
        assert_eq!(world.call(of).unwrap().as_deref(), Some(flow));
        assert_eq!(world.state(&node.execution_id), node.public_state);
    }
}

fn edge_words(world: &mut World, flow: &str) -> Vec<(&'static str, Option<&'static str>)> {
    let listed = edges(world, flow).into_iter();
    listed.map(|edge| (edge.edge_state.word(), edge.outcome.map(Outcome::word))).collect()
}

const DIAMOND: &[(&str, &[&str])] = &[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])];

fn diamond() -> (World, Graph) {
    let mut world = World::new();
    let graph = world.graph(DIAMOND);
    (world, graph)
}

/// Contract: flows.reads-agree.
#[test]
fn a_diamond_is_told_alike_by_every_read_at_every_step() {
    let (mut world, graph) = diamond();
    let flow = graph.flow.clone();
    assert_eq!(state(&mut world, &flow), FlowState::Blocked, "three of them wait for others");
    assert_eq!((snapshot(&mut world, &flow).graph_revision, snapshot(&mut world, &flow).edge_count), (8, 4));
    let claim = world.claim("a");
    assert_eq!(state(&mut world, &flow), FlowState::Running);
    world.complete(&claim).unwrap();
    assert_eq!(state(&mut world, &flow), FlowState::Blocked);
    let (one, unresolved) = (("satisfied", Some("success")), ("applied", None));
    assert_eq!(edge_words(&mut world, &flow), [one, one, unresolved, unresolved]);
    world.finish("b");
    world.pass(5);
    world.finish("c");
    assert_eq!(state(&mut world, &flow), FlowState::Open);
    let group = snapshot(&mut world, &flow).edge_groups.remove(2);
    assert_eq!((group.group_state, group.satisfied_at), (GroupState::Satisfied, Some(START + 5)));
    world.finish("d");
    assert_eq!(state(&mut world, &flow), FlowState::Completed);
    assert_eq!(snapshot(&mut world, &flow).ended_at, None, "it is not sealed");
    world.seal(&flow).unwrap();
    assert_eq!(snapshot(&mut world, &flow).ended_at, Some(START + 5));
}

#[test]
fn a_failure_in_a_diamond_is_told_with_the_skips_that_follow() {
    let (mut world, graph) = diamond();
    world.finish("a");
    world.spoil("b");
    assert_eq!(state(&mut world, &graph.flow), FlowState::Open, "c can be claimed still");
    world.finish("c");
    assert_eq!(state(&mut world, &graph.flow), FlowState::Failed);
    let good = ("satisfied", Some("success"));
    assert_eq!(edge_words(&mut world, &graph.flow), [good, good, ("impossible", Some("failed")), good]);
    let group = snapshot(&mut world, &graph.flow).edge_groups.remove(2);
    assert_eq!((group.group_state, group.failed_count, group.satisfied_at), (GroupState::Impossible, 1, None));
    assert_eq!(json!(snapshot(&mut world, &graph.flow).counts)["skipped"], 1);
}

/// Contract: flows.skipped-completes.
#[test]
fn every_bad_end_of_a_member_makes_its_flow_fail() {
    for end in ["failed", "cancelled", "expired"] {
        let mut world = World::new();
        let flow = world.flow();
        let id = world.member_with(&flow, "a", |create| create.deadline_at = Some(START + 60_000));
        world.member(&flow, "b");
        world.finish("b");
        match end {
            "failed" => drop(world.spoil("a")),
            "cancelled" => drop(world.cancel(&id).unwrap()),
            _ => world.pass(60.secs()),
        }
        assert_eq!(state(&mut world, &flow), FlowState::Failed, "{end}");
        assert_eq!(json!(snapshot(&mut world, &flow).counts)[end], 1);
    }
}

/// Contract: flows.excused.
#[test]
fn a_sibling_that_nobody_needs_any_more_is_excused() {
    let mut world = World::new();
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: None };
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("c", &["a", "b"])], |name, _| (name == "c").then_some(any));
    world.finish("a");
    let flow = snapshot(&mut world, &graph.flow);
    assert_eq!((flow.excused, json!(flow.counts)["cancelled"].clone()), (1, json!(1)));
    world.finish("c");
    assert_eq!(state(&mut world, &graph.flow), FlowState::Completed);
}

#[test]
fn a_live_member_of_each_kind_says_what_its_flow_does() {
    let mut world = World::new();
    let flow = world.flow();
    assert_eq!(state(&mut world, &flow), FlowState::Open);
    let waiting = world.member(&flow, "a");
    assert_eq!(state(&mut world, &flow), FlowState::Open);
    world.block(&waiting, "waiting_for_budget", "");
    assert_eq!(state(&mut world, &flow), FlowState::Blocked);
    world.unblock(&waiting, "waiting_for_budget").unwrap();
    assert_eq!(state(&mut world, &flow), FlowState::Open);
    world.member_with(&flow, "b", |create| create.delay_until = Some(START + 50));
    assert_eq!(state(&mut world, &flow), FlowState::Blocked);
    let claim = world.claim("a");
    assert_eq!(state(&mut world, &flow), FlowState::Running, "active goes before blocked");
    world.pass(50);
    assert_eq!(state(&mut world, &flow), FlowState::Running);
    world.complete(&claim).unwrap();
    assert_eq!(state(&mut world, &flow), FlowState::Open);
    world.finish("b");
    assert_eq!(state(&mut world, &flow), FlowState::Completed);
    world.member(&flow, "c");
    assert_eq!(state(&mut world, &flow), FlowState::Open, "what is not sealed takes more");
}

#[test]
fn eligibility_follows_what_a_member_depends_on() {
    let mut world = World::new();
    let flow = world.flow();
    let [a, b, c] = ["a", "b", "c"].map(|name| world.member(&flow, name));
    let staged = world.staged(&flow, &a, &b);
    assert_eq!(eligibility(&mut world, &b), Eligible, "what is staged keeps nobody");
    world.apply(&flow, &staged).unwrap();
    world.edge(&flow, &b, &c);
    assert_eq!(
        [&a, &b, &c].map(|id| eligibility(&mut world, id)),
        [Eligible, BlockedByDependencies, BlockedByDependencies]
    );
    let claim = world.claim("a");
    assert_eq!(eligibility(&mut world, &a), NotRunnable);
    world.complete(&claim).unwrap();
    assert_eq!([&a, &b, &c].map(|id| eligibility(&mut world, id)), [NotRunnable, Eligible, BlockedByDependencies]);
    world.spoil("b");
    assert_eq!([&b, &c].map(|id| eligibility(&mut world, id)), [NotRunnable, NotRunnable], "c was skipped");
}

/// Contract: edges.eligibility.
#[test]
fn what_something_else_keeps_as_well_is_blocked_by_dependencies_until_they_are_there() {
    let mut world = World::new();
    let flow = world.flow();
    let [a, b] = ["a", "b"].map(|name| world.member(&flow, name));
    world.block(&b, "paused_by_operator", "");
    assert_eq!(eligibility(&mut world, &b), Eligible, "an operator is no dependency");
    world.edge(&flow, &a, &b);
    assert_eq!(eligibility(&mut world, &b), BlockedByDependencies);
    world.finish("a");
    assert_eq!(eligibility(&mut world, &b), Eligible);
}

#[test]
fn a_worker_that_waits_for_children_is_blocked_by_dependencies() {
    let mut world = World::new();
    let flow = world.flow();
    let [a, b] = ["a", "b"].map(|name| world.member(&flow, name));
    let claim = world.claim("a");
    world.wait_for(&claim, &[&b], None).unwrap();
    assert_eq!(eligibility(&mut world, &a), BlockedByDependencies);
    assert_eq!(edges(&mut world, &flow)[0].round, 1);
    world.finish("b");
    assert_eq!(eligibility(&mut world, &a), Eligible);
    consistent(&mut world, &flow);
}

/// Contract: edges.words.
#[test]
fn edges_keep_their_words_in_every_read() {
    let mut world = World::new();
    let flow = world.flow();
    let [a, b] = ["a", "b"].map(|name| world.member(&flow, name));
    world.pass(3);
    let edge = world.edge_with(&flow, &a, &b, |args| {
        (args.edge_id, args.edge_ref, args.replace_input) = (Some(uuid(5)), Some("invoice".to_owned()), true);
    });
    let found = edges(&mut world, &flow).remove(0);
    assert_eq!((found.edge_id, edge), (uuid(5), uuid(5)));
    assert_eq!((found.edge_ref.as_deref(), found.replace_input, found.created_at), (Some("invoice"), true, START + 3));
    assert_eq!((found.upstream_execution_id, found.downstream_execution_id), (a, b));
}

#[test]
fn minted_edges_are_listed_in_the_order_in_which_they_were_staged() {
    let mut world = World::new();
    let flow = world.flow();
    let hub = world.member(&flow, "hub");
    let staged: Vec<String> = (0..20)
        .map(|n| {
            let leaf = world.member(&flow, &format!("leaf-{n}"));
            world.pass(1);
            world.staged(&flow, &hub, &leaf)
        })
        .collect();
    let listed: Vec<String> = edges(&mut world, &flow).into_iter().map(|edge| edge.edge_id).collect();
    assert_eq!(listed, staged);
}

#[test]
fn reads_in_a_batch_see_what_the_calls_before_them_did() {
    let mut world = World::new();
    let ids = ["{fp:0}:00000000-0000-4000-8000-000000000001", "{fp:0}:00000000-0000-4000-8000-000000000002"];
    let flow = uuid(1);
    let create =
        |id: &str| json!({ "op": "create_execution", "args": { "executionId": id, "lane": "m", "kind": "k" } });
    let add =
        |id: &str| json!({ "op": "add_execution_to_flow", "args": { "flowId": flow, "executionId": id, "name": "n" } });
    let of = |op: &str| json!({ "op": op, "args": { "flowId": flow } });
    let calls = json!([
        create(ids[0]),
        create(ids[1]),
        { "op": "create_flow", "args": { "flowId": flow } },
        add(ids[0]),
        { "op": "list_flows", "args": {} },
        add(ids[1]),
        { "op": "stage_dependency_edge", "args": { "flowId": flow, "edgeId": uuid(9), "upstreamExecutionId": ids[0],
            "downstreamExecutionId": ids[1] } },
        { "op": "apply_dependency_to_child", "args": { "flowId": flow, "edgeId": uuid(9) } },
        of("describe_flow"),
        of("flow_graph"),
        { "op": "cancel_execution", "args": { "executionId": ids[0], "reason": "r" } },
        of("list_edges"),
        of("describe_flow"),
        of("flow_graph"),
    ]);
    let answers = world.say(&calls.to_string())["answers"].clone();
    let ok = |place: usize| answers[place]["ok"].clone();
    assert_eq!((&ok(4)["flows"][0]["nodeCount"], &ok(4)["flows"][0]["publicFlowState"]), (&json!(1), &json!("open")));
    assert_eq!((&ok(8)["edgeGroups"][0]["runningCount"], &ok(8)["graphRevision"]), (&json!(1), &json!(3)));
    assert_eq!(ok(9)["nodes"][1]["group"]["state"], "pending");
    assert_eq!((&ok(9)["edges"][0]["from"], &ok(9)["edges"][0]["to"]), (&json!(0), &json!(1)));
    assert_eq!(ok(11)["edges"][0]["outcome"], "cancelled");
    assert_eq!(
        (&ok(12)["edgeGroups"][0]["groupState"], &ok(12)["publicFlowState"]),
        (&json!("impossible"), &json!("failed"))
    );
    assert_eq!(ok(13)["nodes"][1]["publicState"], "skipped");
}

/// Contract: flows.unknown-null.
#[test]
fn a_read_of_a_flow_writes_nothing() {
    let (mut world, graph) = diamond();
    world.finish("a");
    world.unwritten(|world| state(world, &graph.flow));
}

/// Contract: flows.reads-agree.
#[test]
fn a_flow_is_told_alike_after_the_database_was_opened_again() {
    let (mut world, graph) = diamond();
    world.finish("a");
    world.claim("b");
    let before = (snapshot(&mut world, &graph.flow), picture(&mut world, &graph.flow), edges(&mut world, &graph.flow));
    let mut world = world.reopened();
    let after = (snapshot(&mut world, &graph.flow), picture(&mut world, &graph.flow), edges(&mut world, &graph.flow));
    assert_eq!(before, after);
}

#[test]
fn a_picture_takes_as_many_statements_for_many_members_as_for_few() {
    let reads = |count: usize| {
        let world = World::new();
        let spy = Rc::new(Spy::over(Rc::clone(&world.driver)));
        let mut world = world.reopened_through(Rc::<Spy>::clone(&spy));
        let flow = world.flow();
        let members: Vec<String> = (0..count).map(|_| world.submit("mail")).collect();
        for id in &members {
            world.add(&flow, id).unwrap();
        }
        for pair in members.windows(2) {
            world.edge(&flow, &pair[0], &pair[1]);
        }
        let before = spy.reads();
        assert_eq!(picture(&mut world, &flow).edges.len(), count - 1);
        spy.reads() - before
    };
    assert_eq!(reads(3), reads(60));
}
