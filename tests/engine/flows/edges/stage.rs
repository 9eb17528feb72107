//! `stage_dependency_edge`; its cycles stand in `cycle`. Contract: edges.stage, edges.expected-revision,
//! edges.stage-order.

use crate::engine::world::flows::Graph;
use crate::engine::world::scheduler::{MINTED, UNKNOWN};
use crate::engine::world::telling::once;
use crate::engine::world::{START, World, detail, refusal, refused_field, test};
use serde_json::json;
use tidegate::model::events::event::EventDetail;
use tidegate::model::flows::edge::DependencyKind;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::flows::edges::stage::StageDependencyEdgeArgs;
use tidegate::{Answer, Code, Operation};

fn pair(world: &mut World) -> (Graph, String, String) {
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    let (a, b) = (graph.id("a"), graph.id("b"));
    (graph, a, b)
}

fn edge(flow: &str, upstream: &str, downstream: &str) -> StageDependencyEdgeArgs {
    StageDependencyEdgeArgs {
        flow_id: flow.to_owned(),
        upstream_execution_id: upstream.to_owned(),
        downstream_execution_id: downstream.to_owned(),
        ..StageDependencyEdgeArgs::default()
    }
}

/// Contract: flows.revision, edges.stage.
#[test]
fn a_staged_edge_counts_in_the_revision_and_blocks_nothing() {
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    world.pass(5);
    let answer = world.stage_with(&graph.flow, &a, &b, |args| args.edge_id = Some(MINTED.to_uppercase())).unwrap();
    assert_eq!((&*answer.edge_id, answer.new_graph_revision), (MINTED, 3));
    assert_eq!(world.number("SELECT edge_count FROM flow WHERE revision = 3"), 1);
    assert_eq!(world.number("SELECT changed_at FROM flow"), START + 5);
    assert_eq!(world.number("SELECT state + round + replaces FROM edge"), 0);
    assert_eq!(world.number("SELECT count(*) FROM edge_group"), 0);
    let event = world.flow_events().pop().unwrap();
    assert_eq!((event.cause, event.at, event.execution_id), (Cause::FlowEdgeStaged, START + 5, None));
    let (edge_id, upstream_execution_id) = (MINTED.to_owned(), a);
    let expected = EventDetail::Edge { edge_id, upstream_execution_id, downstream_execution_id: b.clone() };
    assert_eq!(event.detail, Some(expected));
    assert_eq!(world.state(&b), PublicState::Waiting);
    world.finish("b");
    world.finish("a");
    assert_eq!(world.number("SELECT state FROM edge"), 0, "it is never resolved");
}

/// Contract: edges.minted-ids.
#[test]
fn ids_that_are_left_out_are_minted_in_the_order_of_time() {
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(world.staged(&graph.flow, &a, &b));
        world.pass(1);
    }
    assert!(ids.is_sorted() && ids.iter().all(|id| id.len() == 36), "{ids:?}");
}

/// Contract: edges.parallel.
#[test]
fn two_edges_between_the_same_members_count_twice() {
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    let first = world.staged(&graph.flow, &a, &b);
    let second = world.staged(&graph.flow, &a, &b);
    assert_eq!(world.apply(&graph.flow, &first).unwrap().unsatisfied_count, 1);
    assert_eq!(world.apply(&graph.flow, &second).unwrap().unsatisfied_count, 2);
    world.finish("a");
    assert_eq!(world.state(&b), PublicState::Waiting);
}

/// Contract: edges.expected-revision.
#[test]
fn the_revision_that_a_caller_expects_must_be_the_stored_one() {
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    for expected in [0, 1, 3] {
        let stage = |world: &mut World| {
            world.stage_with(&graph.flow, &a, &b, |args| args.expected_graph_revision = Some(expected))
        };
        let error = world.refused(stage);
        assert_eq!((error.code(), error.retryable()), (Code::StaleGraphRevision, true));
        assert_eq!((detail(&error, "expected"), detail(&error, "found")), (&*expected.to_string(), "2"));
        assert_eq!(detail(&error, "flowId"), graph.flow);
    }
    let stage = |world: &mut World, expected| {
        world.stage_with(&graph.flow, &a, &b, |args| args.expected_graph_revision = Some(expected))
    };
    assert_eq!(stage(&mut world, 2).unwrap().new_graph_revision, 3);
    assert_eq!(stage(&mut world, 3).unwrap().new_graph_revision, 4);
    refused_field(stage(&mut world, -1), Code::InvalidInput, "expectedGraphRevision");
    refused_field(stage(&mut world, 1 << 53), Code::InvalidInput, "expectedGraphRevision");
}

/// Contract: edges.expected-revision.
#[test]
fn of_two_callers_that_expect_the_same_revision_one_wins() {
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    let args = StageDependencyEdgeArgs { expected_graph_revision: Some(2), ..edge(&graph.flow, &a, &b) };
    let mut answers = world.batch(vec![Operation::from(args.clone()).into(), Operation::from(args).into()]).answers;
    refusal(answers.pop().unwrap(), Code::StaleGraphRevision);
    let Ok(Answer::StageDependencyEdge(first)) = answers.pop().unwrap() else { panic!("the first one wins") };
    assert_eq!(first.new_graph_revision, 3);
}

/// Contract: edges.members-only.
#[test]
fn an_edge_joins_two_members_of_the_flow() {
    let mut world = World::new();
    let (graph, a, _) = pair(&mut world);
    let outside = world.submit("mail");
    let other = world.flow();
    let elsewhere = world.member(&other, "mail");
    for id in [UNKNOWN, &outside, &elsewhere] {
        let error = world.refused(|world| world.stage(&graph.flow, id, &a));
        assert_eq!((error.code(), detail(&error, "field")), (Code::ExecutionNotInFlow, "upstreamExecutionId"));
        assert_eq!((detail(&error, "executionId"), detail(&error, "flowId")), (id, &*graph.flow));
        let error = world.refused(|world| world.stage(&graph.flow, &a, id));
        assert_eq!((error.code(), detail(&error, "field")), (Code::ExecutionNotInFlow, "downstreamExecutionId"));
        assert_eq!(detail(&error, "executionId"), id);
    }
    let error = world.refused(|world| world.stage(&graph.flow, UNKNOWN, &outside));
    assert_eq!(detail(&error, "field"), "upstreamExecutionId", "the first one is named");
}

/// Contract: edges.known-id.
#[test]
fn an_id_that_is_known_is_refused_with_the_edge_that_has_it() {
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    let c = world.member(&graph.flow, "c");
    let whole = |args: &mut StageDependencyEdgeArgs| {
        args.edge_id = Some(MINTED.to_owned());
        args.edge_ref = Some("goods".to_owned());
        args.replace_input = true;
        args.dependency_kind = Some(DependencyKind::SuccessOnly);
    };
    world.edge_with(&graph.flow, &a, &b, whole);
    world.pass(5);
    let error = world.refused(|world| world.stage_with(&graph.flow, &b, &c, whole));
    assert_eq!(error.code(), Code::DependencyAlreadyExists);
    let expected = [
        ("edgeId", MINTED),
        ("upstreamExecutionId", &*a),
        ("downstreamExecutionId", &*b),
        ("dependencyKind", "success_only"),
        ("edgeState", "applied"),
        ("edgeRef", "goods"),
        ("replaceInput", "true"),
        ("createdAt", &*START.to_string()),
    ];
    for (name, value) in expected {
        assert_eq!(detail(&error, name), value, "{name}");
    }
    let other = world.graph(&[("d", &[]), ("e", &[])]);
    world
        .stage_with(&other.flow, &other.id("d"), &other.id("e"), whole)
        .expect("another flow's edges have their own ids");
}

/// Contract: flows.over-refuses.
#[test]
fn a_flow_that_is_over_takes_no_edges() {
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    world.finish("a");
    world.seal(&graph.flow).unwrap();
    world.stage(&graph.flow, &a, &b).expect("a sealed flow takes edges until it ends");
    world.finish("b");
    let error = world.refused(|world| world.stage(&graph.flow, &a, &b));
    assert_eq!((error.code(), detail(&error, "publicFlowState")), (Code::FlowAlreadyTerminal, "completed"));
}

/// A call that meets every refusal is freed of one after the other.
/// Contract: edges.stage-order.
#[test]
fn the_refusals_come_in_their_order() {
    let mut world = World::new();
    let over = world.flow();
    world.seal(&over).unwrap();
    let (graph, a, b) = pair(&mut world);
    world.stage_with(&graph.flow, &a, &b, |args| args.edge_id = Some(MINTED.to_owned())).unwrap();
    let mut args = StageDependencyEdgeArgs {
        edge_id: Some(MINTED.to_owned()),
        expected_graph_revision: Some(99),
        ..edge(MINTED, UNKNOWN, UNKNOWN)
    };
    let expect = |world: &mut World, args: &StageDependencyEdgeArgs, code: Code| {
        let error = world.refused(|world| world.call(args.clone()));
        assert_eq!(error.code(), code, "{error}");
    };
    expect(&mut world, &args, Code::SelfReferencingEdge);
    args.downstream_execution_id = a.clone();
    expect(&mut world, &args, Code::NotFoundFlow);
    args.flow_id = over;
    expect(&mut world, &args, Code::FlowAlreadyTerminal);
    args.flow_id = graph.flow;
    expect(&mut world, &args, Code::StaleGraphRevision);
    args.expected_graph_revision = Some(3);
    expect(&mut world, &args, Code::ExecutionNotInFlow);
    args.upstream_execution_id = b;
    expect(&mut world, &args, Code::CycleDetected);
    (args.upstream_execution_id, args.downstream_execution_id) =
        (args.downstream_execution_id, args.upstream_execution_id);
    expect(&mut world, &args, Code::DependencyAlreadyExists);
    args.edge_id = None;
    assert_eq!(world.call(args).unwrap().new_graph_revision, 4);
}

/// Contract: edges.self.
#[test]
fn an_execution_cannot_depend_on_itself_whatever_the_flow() {
    let mut world = World::new();
    let (graph, a, _) = pair(&mut world);
    for flow in [&*graph.flow, MINTED] {
        let error = world.refused(|world| world.stage(flow, &a, &a));
        assert_eq!((error.code(), detail(&error, "executionId")), (Code::SelfReferencingEdge, &*a));
    }
}

/// Contract: edges.stage.
#[test]
fn members_in_whatever_state_can_be_joined() {
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    world.claim("b");
    world.stage(&graph.flow, &a, &b).unwrap();
    world.spoil("a");
    world.stage(&graph.flow, &a, &b).unwrap();
    world.cancel(&b).unwrap();
    assert_eq!(world.stage(&graph.flow, &a, &b).unwrap().new_graph_revision, 5);
}

#[test]
fn an_argument_out_of_range_is_refused_by_name() {
    type Set = fn(&mut StageDependencyEdgeArgs);
    let wrong: [(&str, Set); 7] = [
        ("flowId", |args| args.flow_id = "flow".to_owned()),
        ("edgeId", |args| args.edge_id = Some("edge".to_owned())),
        ("upstreamExecutionId", |args| args.upstream_execution_id = String::new()),
        ("downstreamExecutionId", |args| args.downstream_execution_id = String::new()),
        ("edgeRef", |args| args.edge_ref = Some(String::new())),
        ("edgeRef", |args| args.edge_ref = Some("r".repeat(257))),
        ("edgeRef", |args| args.edge_ref = Some("a\tb".to_owned())),
    ];
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    for (field, set) in wrong {
        refused_field(world.unwritten(|world| world.stage_with(&graph.flow, &a, &b, set)), Code::InvalidInput, field);
    }
    let text = json!([{ "op": "stage_dependency_edge", "args": { "flowId": graph.flow, "upstreamExecutionId": a,
        "downstreamExecutionId": b, "dependencyKind": "any" } }]);
    let answer = world.say(&text.to_string());
    assert_eq!(answer["answers"][0]["error"]["details"]["field"], "dependencyKind", "{answer}");
}

#[test]
fn a_repeated_request_stages_one_edge() {
    let mut world = World::new();
    let (graph, a, b) = pair(&mut world);
    let first = once(&mut world, "r1", edge(&graph.flow, &a, &b)).unwrap();
    assert_eq!(once(&mut world, "r1", edge(&graph.flow, &a, &b)).unwrap(), first);
    assert_eq!(world.number("SELECT count(*) FROM edge"), 1);
}
