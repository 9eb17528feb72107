//! The flows that the story tells of: under way, with groups of every kind, ended in every way, cancelled in two steps.

use crate::teller::{Teller, edge_id, id, with};
use serde_json::{Value, json};

/// A member by the number of its execution, which is its name as well.
fn member(number: u32, lane: &str, more: &Value) -> Value {
    let one = json!({ "name": number.to_string(), "executionId": id(number), "lane": lane, "kind": "send" });
    with(one, more)
}

fn after(numbers: &[u32]) -> Value {
    json!({ "after": numbers.iter().map(ToString::to_string).collect::<Vec<_>>() })
}

fn submit(teller: &mut Teller, flow: u32, more: &Value, members: &[Value]) {
    teller.flow("submit_flow", flow, &with(json!({ "kind": "trip", "members": members }), more));
}

fn complete(teller: &mut Teller, lane: &str) {
    let held = teller.claim(lane, 60_000);
    teller.held("complete", &held, &json!({ "result": "6f6b", "encoding": "text" }));
}

fn fail(teller: &mut Teller, lane: &str) {
    let held = teller.claim(lane, 60_000);
    teller.held("fail", &held, &json!({ "class": "permanent", "reason": { "message": "no" } }));
}

/// A diamond that has completed, a result of which went on as an input.
pub fn completed(teller: &mut Teller) {
    let passed = json!({ "after": [{ "name": "101", "edgeRef": "cargo", "replaceInput": true }] });
    let members = [
        member(101, "trip", &json!({ "input": "6869" })),
        member(102, "trip", &passed),
        member(103, "trip", &after(&[101])),
        member(104, "trip", &after(&[102, 103])),
    ];
    submit(teller, 1, &json!({ "tags": { "to": "rome" }, "retentionMs": 86_400_000 }), &members);
    for _ in 0..4 {
        complete(teller, "trip");
    }
    teller.flow("set_flow_tag", 1, &json!({ "key": "to", "value": "paris" }));
}

/// One member failed; who needed it is skipped.
pub fn failed(teller: &mut Teller) {
    let members =
        [member(111, "bad", &json!({})), member(112, "bad", &after(&[111])), member(113, "bad", &after(&[112]))];
    submit(teller, 2, &json!({ "namespace": "team" }), &members);
    fail(teller, "bad");
}

/// Under way and not sealed: groups that are open, met and out of reach, of each policy; an edge that is only staged.
pub fn open(teller: &mut Teller) {
    teller.flow("create_flow", 3, &json!({ "kind": "order", "tags": { "open": "yes" } }));
    for number in 121..=128 {
        let lane = if number < 125 { "open" } else { "open later" };
        teller.create(number, lane, &json!({}));
        let named = json!({ "executionId": id(number), "name": format!("member {number}") });
        teller.flow("add_execution_to_flow", 3, &named);
    }
    let quorum = json!({ "kind": "quorum", "k": 2, "onSatisfied": "let_run" });
    for (number, policy) in [(125, json!({ "kind": "any_of" })), (126, quorum)] {
        let args = json!({ "downstreamExecutionId": id(number), "policy": policy });
        teller.flow("set_edge_group_policy", 3, &args);
    }
    let edges =
        [(1, 121, 125), (2, 122, 125), (3, 121, 126), (4, 122, 126), (5, 123, 126), (6, 121, 127), (7, 124, 127)];
    for (edge, up, down) in edges {
        stage(teller, edge, up, down);
        teller.flow("apply_dependency_to_child", 3, &json!({ "edgeId": edge_id(edge) }));
    }
    stage(teller, 8, 126, 128);
    // 121 meets an any_of, and its quorum and its all_of in part.
    complete(teller, "open");
    // What 122 was for goes on without it.
    teller.ask("cancel_execution", &json!({ "executionId": id(122), "reason": "sold out" }));
}

fn stage(teller: &mut Teller, edge: u32, up: u32, down: u32) {
    let args = json!({ "edgeId": edge_id(edge), "upstreamExecutionId": id(up), "downstreamExecutionId": id(down),
        "edgeRef": format!("from {up}") });
    teller.flow("stage_dependency_edge", 3, &args);
}

/// Cancelled at once, while one of it was held.
pub fn cancelled(teller: &mut Teller) {
    submit(teller, 4, &json!({}), &[member(131, "off", &json!({})), member(132, "off", &after(&[131]))]);
    teller.claim("off", 3_600_000);
    teller.flow("cancel_flow", 4, &json!({ "policy": "cancel_all", "reason": "called off" }));
}

/// Cancelled in two steps, the second of which is to come; one member has been ended already.
pub fn being_cancelled(teller: &mut Teller) {
    let members: Vec<Value> = (141..=144).map(|number| member(number, "slowly", &json!({}))).collect();
    submit(teller, 5, &json!({}), &members);
    let header = json!({ "policy": "cancel_all", "reason": "called off", "graceMs": 1_000_000 });
    teller.flow("cancel_flow_header", 5, &header);
    teller.flow("ack_cancel_member", 5, &json!({ "executionId": id(142) }));
}

/// A member waits for children of its second round.
pub fn with_children(teller: &mut Teller) {
    teller.flow("create_flow", 6, &json!({ "kind": "parent" }));
    for (number, lane) in [(151, "parent"), (152, "child"), (153, "child")] {
        teller.create(number, lane, &json!({}));
        teller.flow("add_execution_to_flow", 6, &json!({ "executionId": id(number), "name": number.to_string() }));
    }
    for (edge, child) in [(11, 152), (12, 153)] {
        let held = teller.claim("parent", 60_000);
        let edges = json!([{ "upstreamExecutionId": id(child), "edgeId": edge_id(edge), "replaceInput": edge == 11 }]);
        teller.held("wait_children", &held, &json!({ "edges": edges, "policy": { "kind": "all_of" } }));
        if child == 152 {
            complete(teller, "child");
        }
    }
}

/// A member failed that nobody needs any more, since another one was enough.
pub fn with_a_loser(teller: &mut Teller) {
    let either = json!({ "after": ["161", "162"], "need": "any_of", "onSatisfied": "let_run" });
    let members = [161, 162].map(|number| member(number, "race", &json!({})));
    let members = [members.to_vec(), vec![member(163, "race", &either)]].concat();
    submit(teller, 7, &json!({}), &members);
    complete(teller, "race");
    fail(teller, "race");
}
