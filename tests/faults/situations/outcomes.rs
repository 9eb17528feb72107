//! Prepared situations of edges by outcome: clean-ups, losers that nobody needed, waits that are over, seals of flows that
//! were to grow.

use crate::calls::op::Call;
use crate::situations::executions::{cancel, claim, complete, create, id, one};
use crate::situations::flows::{complete_last, edge_id, end, flow, of_it, replay};
use crate::situations::stage::{Act, Situation, Stage};
use serde_json::{Value, json};

/// A build with a deployment, a clean-up and a report; two more need either of it and another one.
fn built(stage: &mut Stage) {
    let member = |name: &str, more: Value| {
        let mut one = json!({ "executionId": id(name), "name": name, "lane": "mail", "kind": "send" });
        for (field, value) in more.as_object().into_iter().flatten() {
            one[field] = value.clone();
        }
        one
    };
    let after = |on: &str| json!({ "after": [{ "name": "1", "on": on, "replaceInput": true }] });
    let either = json!({ "after": ["1", "5"], "need": "any_of", "onSatisfied": "let_run" });
    let members = [
        member("1", json!({})),
        member("2", after("success")),
        member("3", after("failure")),
        member("4", after("end")),
        member("5", json!({})),
        member("6", either),
    ];
    stage.grant(of_it("submit_flow", &json!({ "members": members })));
    stage.grant(claim(&["mail"], 5_000));
}

/// The build has failed, and the other one is held.
fn failed(stage: &mut Stage) {
    built(stage);
    stage.grant(end(stage, "permanent"));
    for _ in 0..3 {
        stage.grant(claim(&["mail"], 5_000));
    }
}

/// What needed either has the other one.
fn lost(stage: &mut Stage) {
    failed(stage);
    stage.grant(complete_last(stage));
}

/// A parent waits for a child that has failed and for one that goes on, until an instant that has passed.
fn waited(stage: &mut Stage) {
    stage.grant(of_it("create_flow", &json!({})));
    for name in ["1", "2", "3"] {
        stage.grant(create(name, |_| {}));
        stage.grant(of_it("add_execution_to_flow", &json!({ "executionId": id(name) })));
    }
    stage.grant(claim(&["mail"], 5_000));
    let handle = stage.handles.last().expect("a handle").encode();
    let edge = |name: &str| json!({ "upstreamExecutionId": id(name), "edgeId": edge_id(name) });
    let policy = json!({ "kind": "any_of", "onSatisfied": "let_run" });
    let args = json!({ "handle": handle, "edges": [edge("2"), edge("3")], "policy": policy, "timeoutMs": 50 });
    stage.grant(flow("wait_children", args));
    stage.grant(cancel("2"));
    stage.pass(60);
}

/// A member asks for two upstreams and has one, which has ended.
fn short(stage: &mut Stage) {
    stage.grant(of_it("create_flow", &json!({})));
    for name in ["1", "2"] {
        stage.grant(create(name, |_| {}));
        stage.grant(of_it("add_execution_to_flow", &json!({ "executionId": id(name) })));
    }
    let policy = json!({ "downstreamExecutionId": id("2"), "policy": { "kind": "quorum", "k": 2 } });
    stage.grant(of_it("set_edge_group_policy", &policy));
    let edge = json!({ "upstreamExecutionId": id("1"), "downstreamExecutionId": id("2"), "edgeId": edge_id("1"),
        "on": "end" });
    stage.grant(of_it("stage_dependency_edge", &edge));
    stage.grant(of_it("apply_dependency_to_child", &json!({ "edgeId": edge_id("1") })));
    stage.grant(claim(&["mail"], 5_000));
    stage.grant(complete_last(stage));
}

fn handed_on(stage: &Stage) -> Vec<Call> {
    vec![complete(stage, stage.handles.len() - 2), complete_last(stage), claim(&["mail"], 500)]
}

pub const SITUATIONS: &[Situation] = &[
    Situation {
        name: "a failure with a clean-up",
        prepare: built,
        act: Act::Calls(|stage| vec![end(stage, "permanent"), claim(&["mail"], 500)]),
    },
    Situation {
        name: "a success without a clean-up",
        prepare: built,
        act: Act::Calls(|stage| one(complete_last(stage))),
    },
    Situation { name: "a loser that nobody needs", prepare: failed, act: Act::Calls(handed_on) },
    Situation { name: "a loser that is replayed", prepare: lost, act: Act::Calls(|_| one(replay("1", true))) },
    Situation { name: "a clean-up that is replayed", prepare: failed, act: Act::Calls(|_| one(replay("2", false))) },
    Situation { name: "a wait that is over", prepare: waited, act: Act::Tick },
    Situation {
        name: "a seal of what was to grow",
        prepare: short,
        act: Act::Calls(|_| one(of_it("seal_flow", &json!({})))),
    },
];
