//! The operations that build flows as text, each once; what was built is there when the database is opened again.

use crate::engine::world::telling::say_one;
use crate::engine::world::{Span, World, test};
use serde_json::{Value, json};
use tidegate::model::ground::vocabulary::PublicState;

const FLOW: &str = "0198c0de-0000-7000-8000-0000000000f1";
const EDGE: &str = "0198c0de-0000-7000-8000-0000000000e1";

/// The answer of one call.
fn ok(world: &mut World, op: &str, args: &Value) -> Value {
    let answer = say_one(world, &json!({ "op": op, "args": args }));
    assert!(answer.get("ok").is_some(), "{op}: {answer}");
    answer["ok"].clone()
}

#[test]
fn a_flow_is_built_in_texts() {
    let mut world = World::new();
    let whole = json!({ "flowId": FLOW, "kind": "order", "namespace": "team", "tags": { "a": "b" }, "retentionMs": 5 });
    assert_eq!(ok(&mut world, "create_flow", &whole), json!({ "outcome": "created", "flowId": FLOW }));
    assert_eq!(ok(&mut world, "create_flow", &whole)["outcome"], "already_satisfied");
    let ids = ["a", "b"].map(|lane| world.submit(lane));
    for (place, id) in ids.iter().enumerate() {
        let args = json!({ "flowId": FLOW, "executionId": id, "name": "step" });
        let expected = json!({ "outcome": "added", "executionId": id, "nodeCount": place + 1 });
        assert_eq!(ok(&mut world, "add_execution_to_flow", &args), expected);
        assert_eq!(ok(&mut world, "add_execution_to_flow", &args)["outcome"], "already_member");
    }
    let policy = json!({ "flowId": FLOW, "downstreamExecutionId": ids[1],
        "policy": { "kind": "quorum", "k": 1, "onSatisfied": "let_run" } });
    assert_eq!(ok(&mut world, "set_edge_group_policy", &policy), json!({ "outcome": "set" }));
    assert_eq!(ok(&mut world, "set_edge_group_policy", &policy), json!({ "outcome": "already_set" }));
    let edge = json!({ "flowId": FLOW, "edgeId": EDGE, "upstreamExecutionId": ids[0], "downstreamExecutionId": ids[1],
        "dependencyKind": "success_only", "edgeRef": "goods", "replaceInput": true, "expectedGraphRevision": 2 });
    let expected = json!({ "edgeId": EDGE, "newGraphRevision": 3 });
    assert_eq!(ok(&mut world, "stage_dependency_edge", &edge), expected);
    let args = json!({ "flowId": FLOW, "edgeId": EDGE });
    let mut expected = json!({ "outcome": "applied", "unsatisfiedCount": 1, "publicState": "waiting_children" });
    assert_eq!(ok(&mut world, "apply_dependency_to_child", &args), expected);
    expected["outcome"] = json!("already_applied");
    assert_eq!(ok(&mut world, "apply_dependency_to_child", &args), expected);
    let args = json!({ "flowId": FLOW });
    assert_eq!(ok(&mut world, "seal_flow", &args), json!({ "outcome": "sealed", "publicFlowState": "blocked" }));
    assert_eq!(ok(&mut world, "seal_flow", &args)["outcome"], "already_sealed");
}

#[test]
fn a_worker_waits_for_its_children_in_texts() {
    let mut world = World::new();
    let graph = world.graph(&[("parent", &[]), ("child", &[])]);
    let claim = world.claim("parent");
    let edges = json!([{ "upstreamExecutionId": graph.id("child"), "edgeId": EDGE, "edgeRef": "goods",
        "replaceInput": true }]);
    let args = json!({ "handle": claim.handle, "edges": edges, "policy": { "kind": "any_of" } });
    let expected = json!({ "executionId": claim.execution_id, "publicState": "waiting_children" });
    assert_eq!(ok(&mut world, "wait_children", &args), expected);
}

/// Contract: values.unknown-field.
#[test]
fn a_field_that_nobody_knows_is_refused_by_name() {
    let mut world = World::new();
    let calls = [
        ("create_flow", json!({ "flowKind": "order" }), "flowKind"),
        ("add_execution_to_flow", json!({ "flowId": FLOW, "executionId": "", "lane": "a" }), "lane"),
        ("stage_dependency_edge", json!({ "flowId": FLOW, "graphRevision": 5 }), "graphRevision"),
        ("apply_dependency_to_child", json!({ "flowId": FLOW, "upstream": "" }), "upstream"),
        ("set_edge_group_policy", json!({ "flowId": FLOW, "k": 5 }), "k"),
        ("seal_flow", json!({ "flowId": FLOW, "now": 5 }), "now"),
        ("wait_children", json!({ "handle": "", "edges": [{ "upstream": "" }] }), "edges[0].upstream"),
    ];
    for (op, args, field) in calls {
        let answer = say_one(&mut world, &json!({ "op": op, "args": args }));
        assert_eq!(answer["error"]["details"]["field"], field, "{op}: {answer}");
    }
}

#[test]
fn a_flow_goes_on_where_it_was_when_its_database_is_opened_again() {
    let mut world = World::new();
    let graph = world.graph(&[("c", &["b"]), ("b", &["a"]), ("a", &[])]);
    world.seal(&graph.flow).unwrap();
    let before = world.rows();
    let mut world = world.reopened();
    assert_eq!(world.rows(), before);
    let (a, c) = (graph.id("a"), graph.id("c"));
    assert_eq!(world.refused(|world| world.stage(&graph.flow, &c, &a)).code(), tidegate::Code::CycleDetected);
    for name in ["a", "b"] {
        world.finish(name);
        world = world.reopened();
    }
    assert_eq!(world.state(&c), PublicState::Waiting);
    world.finish("c");
    assert_eq!(world.seal(&graph.flow).unwrap().public_flow_state.word(), "completed");
}

/// Contract: time.alone.
#[test]
fn a_refused_call_in_a_batch_takes_nothing_of_the_others_with_it() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &["b"])]);
    let [a, b, c] = ["a", "b", "c"].map(|name| graph.id(name));
    let stage = |upstream: &str, downstream: &str| {
        json!({ "op": "stage_dependency_edge", "args": { "flowId": graph.flow, "upstreamExecutionId": upstream,
            "downstreamExecutionId": downstream } })
    };
    let answer = world.say(&json!([stage(&a, &b), stage(&c, &a), stage(&a, &c), stage(&c, &b)]).to_string());
    let codes: Vec<_> = (0..4).map(|place| answer["answers"][place]["error"]["code"].clone()).collect();
    assert_eq!(codes, [json!(null), json!("conflict.cycle_detected"), json!(null), json!("conflict.cycle_detected")]);
    assert_eq!(world.number("SELECT revision FROM flow WHERE edge_count = 3"), 6);
    world.pass(1.secs());
    let mut world = world.reopened();
    assert_eq!(world.stage(&graph.flow, &a, &b).unwrap().new_graph_revision, 7);
}
