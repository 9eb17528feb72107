//! `set_edge_group_policy`. Contract: edges.policy, edges.policy-fixed, edges.quorum-range.

use crate::engine::world::scheduler::{MINTED, UNKNOWN};
use crate::engine::world::telling::once;
use crate::engine::world::{START, World, detail, refused_field, test};
use serde_json::{Value, json};
use tidegate::Code;
use tidegate::model::flows::edge::{EdgeGroupPolicy, OnSatisfied, QUORUM_MAX};
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::flows::edges::policy::{SetEdgeGroupPolicyArgs, SetPolicyOutcome};

const ALL: EdgeGroupPolicy = EdgeGroupPolicy::AllOf;
const ANY: EdgeGroupPolicy = EdgeGroupPolicy::AnyOf { on_satisfied: None };

const fn any(on_satisfied: OnSatisfied) -> EdgeGroupPolicy {
    EdgeGroupPolicy::AnyOf { on_satisfied: Some(on_satisfied) }
}

const fn quorum(k: i64) -> EdgeGroupPolicy {
    EdgeGroupPolicy::Quorum { k, on_satisfied: None }
}

/// Sets a policy; whether that changed anything.
fn sets(world: &mut World, flow: &str, id: &str, policy: EdgeGroupPolicy) -> bool {
    world.set_policy(flow, id, policy).unwrap().outcome == SetPolicyOutcome::Set
}

/// Contract: edges.policy.
#[test]
fn a_policy_is_set_once_and_again_where_anything_in_it_differs() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.member(&flow, "mail");
    let steps = [
        (ALL, true),
        (ALL, false),
        (ANY, true),
        (any(OnSatisfied::CancelRemaining), false),
        (any(OnSatisfied::LetRun), true),
        (any(OnSatisfied::LetRun), false),
        (quorum(2), true),
        (quorum(2), false),
        (quorum(3), true),
        (EdgeGroupPolicy::Quorum { k: 3, on_satisfied: Some(OnSatisfied::LetRun) }, true),
        (ALL, true),
    ];
    for (policy, changes) in steps {
        assert_eq!(sets(&mut world, &flow, &id, policy), changes, "{policy:?}");
    }
    assert_eq!(world.number("SELECT count(*) FROM edge_group"), 1);
}

/// Contract: flows.last-mutation.
#[test]
fn setting_it_changes_the_flow_and_setting_it_again_does_not() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.member(&flow, "mail");
    world.pass(5);
    world.set_policy(&flow, &id, ANY).unwrap();
    assert_eq!(world.number("SELECT changed_at FROM flow WHERE revision = 1"), START + 5);
    world.pass(5);
    let before = world.rows();
    world.unwritten(|world| world.set_policy(&flow, &id, ANY)).unwrap();
    assert_eq!(world.rows(), before);
    assert_eq!(world.state(&id), PublicState::Waiting, "a policy blocks nothing");
}

/// Contract: edges.policy-fixed.
#[test]
fn it_is_fixed_once_an_edge_is_applied() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    let edge = world.staged(&graph.flow, &graph.id("a"), &graph.id("b"));
    assert!(sets(&mut world, &graph.flow, &graph.id("b"), quorum(2)), "a staged edge does not fix it");
    assert!(sets(&mut world, &graph.flow, &graph.id("b"), ANY));
    world.apply(&graph.flow, &edge).unwrap();
    assert!(!sets(&mut world, &graph.flow, &graph.id("b"), ANY), "the same one is no change");
    for other in [ALL, any(OnSatisfied::LetRun), quorum(1)] {
        let b = graph.id("b");
        let error = world.refused(|world| world.set_policy(&graph.flow, &b, other));
        assert_eq!((error.code(), detail(&error, "field")), (Code::InvalidInput, "policy"));
        assert!(error.message().starts_with("edge_group_policy_already_fixed"), "{error}");
        assert_eq!((detail(&error, "executionId"), detail(&error, "found")), (&*b, "1"));
    }
    world.finish("a");
    let b = graph.id("b");
    let error = world.refused(|world| world.set_policy(&graph.flow, &b, ALL));
    assert!(error.message().starts_with("edge_group_policy_already_fixed"), "{error}");
}

/// Contract: edges.policy.
#[test]
fn a_group_that_nothing_was_said_of_needs_all() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &["a"])]);
    assert!(!sets(&mut world, &graph.flow, &graph.id("b"), ALL));
}

/// Contract: edges.quorum-range.
#[test]
fn a_quorum_asks_for_one_to_2_31_of_them() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.member(&flow, "mail");
    for k in [0, -1, QUORUM_MAX + 1] {
        let error = refused_field(
            world.unwritten(|world| world.set_policy(&flow, &id, quorum(k))),
            Code::InvalidInput,
            "policy.k",
        );
        assert!(error.message().contains("quorum k must be >= 1"), "{error}");
    }
    assert!(sets(&mut world, &flow, &id, quorum(QUORUM_MAX)), "more than there are may be asked for");
    assert!(sets(&mut world, &flow, &id, quorum(1)));
}

#[test]
fn more_than_there_are_is_impossible_once_all_are_resolved() {
    let mut world = World::new();
    let needs = |name: &str, _| (name == "c").then_some(quorum(3));
    let graph = world.graph_with(&[("a", &[]), ("b", &[]), ("c", &["a", "b"])], needs);
    world.seal(&graph.flow).unwrap();
    world.finish("a");
    assert_eq!(world.state(&graph.id("c")), PublicState::WaitingChildren);
    world.finish("b");
    assert_eq!(world.state(&graph.id("c")), PublicState::Skipped);
}

/// Contract: edges.quorum-range, values.words.
#[test]
fn words_that_nobody_knows_are_refused_by_name() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.member(&flow, "mail");
    let wrong: [(Value, &str); 7] = [
        (json!({ "kind": "most_of" }), "policy.kind"),
        (json!({}), "policy.kind"),
        (json!("all_of"), "policy"),
        (json!({ "kind": "any_of", "onSatisfied": "stop" }), "policy.onSatisfied"),
        (json!({ "kind": "quorum" }), "policy.k"),
        (json!({ "kind": "quorum", "k": 1.5 }), "policy.k"),
        (json!({ "kind": "all_of", "onSatisfied": "let_run" }), "policy.onSatisfied"),
    ];
    for (policy, field) in wrong {
        let args = json!({ "flowId": flow, "downstreamExecutionId": id, "policy": policy });
        let answer = world.say(&json!([{ "op": "set_edge_group_policy", "args": args }]).to_string());
        let error = &answer["answers"][0]["error"];
        assert_eq!((&error["code"], &error["details"]["field"]), (&json!("validation.invalid_input"), &json!(field)));
    }
}

/// Contract: edges.policy-order.
#[test]
fn the_refusals_come_in_their_order() {
    let mut world = World::new();
    let over = world.flow();
    world.seal(&over).unwrap();
    let graph = world.graph(&[("a", &[]), ("b", &["a"])]);
    let outside = world.submit("mail");
    let cases = [
        (MINTED, UNKNOWN, Code::NotFoundFlow),
        (&*over, UNKNOWN, Code::FlowAlreadyTerminal),
        (&*over, &*graph.id("b"), Code::FlowAlreadyTerminal),
        (&*graph.flow, UNKNOWN, Code::ExecutionNotInFlow),
        (&*graph.flow, &*outside, Code::ExecutionNotInFlow),
        (&*graph.flow, &*graph.id("b"), Code::InvalidInput),
    ];
    for (flow, id, code) in cases {
        let error = world.refused(|world| world.set_policy(flow, id, ANY));
        assert_eq!(error.code(), code, "{error}");
        if code == Code::ExecutionNotInFlow {
            assert_eq!((detail(&error, "field"), detail(&error, "executionId")), ("downstreamExecutionId", id));
        }
    }
    refused_field(world.set_policy("flow", UNKNOWN, ANY), Code::InvalidInput, "flowId");
    refused_field(world.set_policy(MINTED, "id", ANY), Code::InvalidInput, "downstreamExecutionId");
}

/// Contract: edges.policy.
#[test]
fn members_in_whatever_state_may_be_given_one() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    world.claim("a");
    assert!(sets(&mut world, &graph.flow, &graph.id("a"), ANY));
    world.finish("b");
    assert!(sets(&mut world, &graph.flow, &graph.id("b"), ANY));
}

#[test]
fn a_repeated_request_gets_its_first_answer() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.member(&flow, "mail");
    let args = SetEdgeGroupPolicyArgs { flow_id: flow.clone(), downstream_execution_id: id, policy: ANY };
    let first = once(&mut world, "r1", args.clone()).unwrap();
    assert_eq!(once(&mut world, "r1", args).unwrap(), first);
}
