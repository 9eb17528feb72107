//! Prepared situations of flows; the others stand in [`executions`](crate::situations::executions),
//! [`scheduled`](crate::situations::scheduled) and [`streams`](crate::situations::streams).

use crate::calls::kept::Kept;
use crate::calls::op::{Call, Op};
use crate::ground::world::START;
use crate::situations::executions::{born, cancel, claim, complete, create, id, nothing, one, revoke, with_id};
use crate::situations::stage::{Act, Situation, Stage};
use serde_json::{Value, json};

pub fn flow_id(name: &str) -> String {
    format!("00000000-0000-4000-9000-0000000000{name:0>2}")
}

pub fn edge_id(name: &str) -> String {
    format!("00000000-0000-4000-a000-0000000000{name:0>2}")
}

pub fn flow(op: &'static str, args: Value) -> Call {
    Op::Flow(op, args).into()
}

/// About the one flow of a situation.
pub fn of_it(op: &'static str, more: &Value) -> Call {
    let mut args = json!({ "flowId": flow_id("1") });
    for (name, value) in more.as_object().into_iter().flatten() {
        args[name] = value.clone();
    }
    flow(op, args)
}

fn new_flow() -> Call {
    of_it("create_flow", &json!({ "kind": "trip", "tags": { "a": "b" } }))
}

fn add(name: &str) -> Call {
    of_it("add_execution_to_flow", &json!({ "executionId": id(name), "name": format!("member {name}") }))
}

fn stage_edge(name: &str, up: &str, down: &str) -> Call {
    let ends = json!({ "edgeId": edge_id(name), "upstreamExecutionId": id(up), "downstreamExecutionId": id(down),
        "edgeRef": "ref", "replaceInput": true });
    of_it("stage_dependency_edge", &ends)
}

fn apply(name: &str) -> Call {
    of_it("apply_dependency_to_child", &json!({ "edgeId": edge_id(name) }))
}

fn any_of(name: &str) -> Call {
    of_it("set_edge_group_policy", &json!({ "downstreamExecutionId": id(name), "policy": { "kind": "any_of" } }))
}

pub fn cancellation(policy: &str) -> Call {
    of_it("cancel_flow", &json!({ "policy": policy, "reason": "off" }))
}

const ALL: &str = "cancel_all";
fn header(policy: &str) -> Call {
    of_it("cancel_flow_header", &json!({ "policy": policy, "reason": "off", "graceMs": 500 }))
}

pub fn replay(name: &str, cascade: bool) -> Call {
    flow("replay_execution", json!({ "executionId": id(name), "cascade": cascade }))
}

pub fn end(stage: &Stage, class: &str) -> Call {
    let handle = stage.handles.last().expect("a handle").encode();
    flow("fail", json!({ "handle": handle, "class": class, "reason": { "message": "no" } }))
}

pub fn complete_last(stage: &Stage) -> Call {
    complete(stage, stage.handles.len() - 1)
}

/// Reads of everything about the flow.
fn reads() -> Vec<Call> {
    let mut calls: Vec<Call> =
        ["describe_flow", "flow_graph", "wait_flow"].map(|op| of_it(op, &json!({}))).into_iter().collect();
    calls.push(of_it("flow_graph", &json!({ "limit": 2 })));
    calls.push(of_it("describe_edge", &json!({ "edgeId": edge_id("1") })));
    calls.push(of_it("list_edges", &json!({ "limit": 2 })));
    for member in ["upstreamExecutionId", "downstreamExecutionId"] {
        calls.push(of_it("list_edges", &json!({ member: id("2") })));
        calls.push(of_it("list_edges", &json!({ member: id("2"), "cursor": edge_id("1"), "limit": 1 })));
    }
    calls.push(flow("list_flows", json!({ "kind": "trip", "tags": { "a": "b" }, "states": ["open"] })));
    calls.push(flow("list_flows", json!({ "namespace": "default", "cursor": flow_id("0"), "limit": 5 })));
    for name in ["1", "2", "4", "99"] {
        calls.push(flow("evaluate_flow_eligibility", json!({ "executionId": id(name) })));
        calls.push(flow("resolve_execution_flow_id", json!({ "executionId": id(name) })));
    }
    calls.push(of_it("get_flow_tag", &json!({ "key": "a" })));
    let log = json!({ "after": "start", "streams": ["flow", "execution"], "flowId": flow_id("1") });
    calls.push(flow("read_events", log));
    calls
}

/// What is put to use once more however a situation went on: whatever is remembered of a flow and its groups.
pub fn again() -> Vec<Call> {
    let looks = || [of_it("describe_flow", &json!({})), of_it("flow_graph", &json!({}))];
    let mut calls = looks().to_vec();
    calls.extend([apply("9"), replay("2", true), replay("3", true), of_it("seal_flow", &json!({}))]);
    calls.extend(looks());
    calls.push(cancellation("cancel_all"));
    calls.extend(looks());
    calls
}

/// A flow with these members, of which the last waits for the one before it; an edge to that one is staged alone.
pub fn joined(stage: &mut Stage, names: &[&str]) {
    stage.grant(new_flow());
    for name in names {
        // Some are known and under way.
        stage.world.send(&[create(name, |one| "joined".clone_into(&mut one.lane))]);
        stage.grant(add(name));
    }
    if let [.., first, second, third] = names {
        stage.grant(stage_edge("1", first, second));
        stage.grant(stage_edge("2", second, third));
        stage.grant(apply("2"));
    }
}

/// A flow with four members that nothing holds together yet.
fn loose(stage: &mut Stage) {
    stage.grant(new_flow());
    for name in ["1", "2", "3", "4"] {
        stage.grant(create(name, |_| {}));
        stage.grant(add(name));
    }
}

/// One, then two and three, then four, which needs any of those; edge 9 from two to three is staged alone.
fn diamond(stage: &mut Stage) {
    loose(stage);
    stage.grant(any_of("4"));
    for (name, up, down) in [("1", "1", "2"), ("2", "1", "3"), ("3", "2", "4"), ("4", "3", "4"), ("9", "2", "3")] {
        stage.grant(stage_edge(name, up, down));
        if name != "9" {
            stage.grant(apply(name));
        }
    }
}

/// The first of a diamond is held.
fn held(stage: &mut Stage) {
    diamond(stage);
    stage.grant(claim(&["mail"], 5_000));
}

fn sealed(stage: &mut Stage) {
    held(stage);
    stage.grant(of_it("seal_flow", &json!({})));
}

/// The first of a sealed diamond has failed, and so all others are skipped.
fn skipped(stage: &mut Stage) {
    sealed(stage);
    stage.grant(end(stage, "permanent"));
}

/// The first has succeeded; two and three are held, four waits for either.
fn forked(stage: &mut Stage) {
    sealed(stage);
    stage.grant(complete_last(stage));
    stage.grant(claim(&["mail"], 5_000));
    stage.grant(claim(&["mail"], 5_000));
}

/// All but the last have ended, and that one is held.
fn nearly_done(stage: &mut Stage) {
    forked(stage);
    stage.grant(complete_last(stage));
    stage.grant(claim(&["mail"], 5_000));
}

/// Cancelled in two steps, the second of which is due.
fn called_off(stage: &mut Stage) {
    held(stage);
    stage.grant(header(ALL));
    stage.pass(600);
}

fn cancelled(stage: &mut Stage) {
    held(stage);
    stage.grant(cancellation("cancel_all"));
}

/// One has ended well, one badly, before anything hangs on them.
fn ended(stage: &mut Stage) {
    loose(stage);
    stage.grant(claim(&["mail"], 5_000));
    stage.grant(complete_last(stage));
    stage.grant(cancel("2"));
    stage.grant(stage_edge("1", "1", "3"));
    stage.grant(stage_edge("2", "2", "4"));
}

/// As [`ended`], and its members are past their retention.
fn past(stage: &mut Stage) {
    stage.world.keep(Kept { executions_ms: Some(500), events_ms: None });
    held(stage);
    stage.grant(cancellation("cancel_all"));
    stage.pass(600);
}

/// The second may not run after an instant that has passed, unless it is done; the third is put off.
pub fn timed(stage: &mut Stage) {
    stage.grant(new_flow());
    stage.grant(create("1", |one| one.deadline_at = Some(START + 50)));
    stage.grant(create("2", |_| {}));
    stage.grant(create("3", |one| one.delay_until = Some(START + 40)));
    for name in ["1", "2", "3"] {
        stage.grant(add(name));
    }
    stage.grant(stage_edge("1", "1", "2"));
    stage.grant(apply("1"));
    stage.grant(stage_edge("9", "2", "3"));
    stage.pass(100);
}

/// Two is blocked by a scheduler while it waits for one.
fn blocked(stage: &mut Stage) {
    loose(stage);
    stage.grant(crate::situations::scheduled::block("2"));
    stage.grant(stage_edge("1", "1", "2"));
    stage.grant(apply("1"));
}

/// One has been edited after two: whoever comes first in a flow may come after the others.
fn backwards(stage: &mut Stage) {
    loose(stage);
    for (name, up, down) in [("1", "4", "3"), ("2", "3", "2")] {
        stage.grant(stage_edge(name, up, down));
    }
}

fn submission() -> Call {
    let fields = |name: &str| json!({ "executionId": id(name), "name": name, "lane": "mail", "kind": "send" });
    let mut members: Vec<Value> = ["1", "2", "3", "4"].map(fields).into_iter().collect();
    members[0]["input"] = json!("6869");
    members[1]["after"] = json!([{ "name": "1", "edgeRef": "r", "replaceInput": true }]);
    members[2]["after"] = json!(["1"]);
    members[2]["delayUntil"] = json!(START + 50);
    members[3]["after"] = json!(["2", "3"]);
    members[3]["need"] = json!({ "quorum": 1 });
    of_it("submit_flow", &json!({ "members": members }))
}

fn wait_for(stage: &Stage, ups: &[&str]) -> Call {
    let handle = stage.handles.last().expect("a handle").encode();
    let edge = |(index, up): (usize, &&str)| json!({ "upstreamExecutionId": id(up), "edgeId": edge_id(&(20 + index).to_string()) });
    let edges: Vec<Value> = ups.iter().enumerate().map(edge).collect();
    flow("wait_children", json!({ "handle": handle, "edges": edges, "policy": { "kind": "all_of" } }))
}

/// One of them works while the others wait or have ended.
fn at_work(stage: &mut Stage) {
    loose(stage);
    stage.grant(claim(&["mail"], 5_000));
    stage.grant(complete_last(stage));
    stage.grant(cancel("2"));
    stage.grant(claim(&["mail"], 5_000));
}

/// Three goes on after one, and waits for four in a round of its own.
fn another_round(stage: &mut Stage) {
    at_work(stage);
    stage.grant(wait_for(stage, &["1"]));
    stage.grant(claim(&["mail"], 5_000));
    let handle = stage.handles.last().expect("a handle").encode();
    let edge = json!({ "upstreamExecutionId": id("4"), "edgeId": edge_id("30"), "replaceInput": true });
    let policy = json!({ "kind": "any_of" });
    stage.grant(flow("wait_children", json!({ "handle": handle, "edges": [edge], "policy": policy })));
    stage.grant(claim(&["mail"], 5_000));
}

fn flow_batch(stage: &Stage) -> Vec<Call> {
    let mut calls = vec![complete_last(stage), claim(&["mail"], 700), claim(&["mail"], 700)];
    calls.extend([with_id(cancel("2"), "c"), with_id(replay("2", true), "r")]);
    calls.push(with_id(of_it("set_flow_tag", &json!({ "key": "a", "value": "c" })), "t"));
    calls.push(cancellation("cancel_pending"));
    calls.extend(reads());
    calls
}

pub const SITUATIONS: &[Situation] = &[
    Situation { name: "a flow", prepare: nothing, act: Act::Calls(|_| one(new_flow())) },
    Situation {
        name: "a new member",
        prepare: loose,
        act: Act::Calls(|_| vec![create("5", |_| {}), add("5"), add("5"), born("6", &flow_id("1"))]),
    },
    Situation { name: "a new edge", prepare: loose, act: Act::Calls(|_| one(stage_edge("1", "1", "2"))) },
    Situation { name: "an edge to the front", prepare: backwards, act: Act::Calls(|_| one(stage_edge("5", "2", "1"))) },
    Situation {
        name: "an edge that closes a circle",
        prepare: diamond,
        act: Act::Calls(|_| one(stage_edge("5", "4", "1"))),
    },
    Situation { name: "an edge applied", prepare: diamond, act: Act::Calls(|_| one(apply("9"))) },
    Situation { name: "an edge applied to one put off", prepare: timed, act: Act::Calls(|_| one(apply("9"))) },
    Situation { name: "an edge from one that succeeded", prepare: ended, act: Act::Calls(|_| one(apply("1"))) },
    Situation { name: "an edge from one that was cancelled", prepare: ended, act: Act::Calls(|_| one(apply("2"))) },
    Situation { name: "a policy", prepare: loose, act: Act::Calls(|_| one(any_of("3"))) },
    Situation { name: "a seal", prepare: held, act: Act::Calls(|_| one(of_it("seal_flow", &json!({})))) },
    Situation {
        name: "a completion with dependants",
        prepare: held,
        act: Act::Calls(|stage| one(complete_last(stage))),
    },
    Situation {
        name: "a failure with dependants",
        prepare: held,
        act: Act::Calls(|stage| one(end(stage, "permanent"))),
    },
    Situation {
        name: "a completion that cancels another",
        prepare: forked,
        act: Act::Calls(|stage| one(complete_last(stage))),
    },
    Situation {
        name: "the last completion of a flow",
        prepare: nearly_done,
        act: Act::Calls(|stage| one(complete_last(stage))),
    },
    Situation {
        name: "a claim with upstreams",
        prepare: nearly_done,
        act: Act::Calls(|_| vec![replay("4", false), claim(&["mail"], 500)]),
    },
    Situation { name: "a submitted flow", prepare: nothing, act: Act::Calls(|_| one(submission())) },
    Situation {
        name: "a cancellation of the flow alone",
        prepare: held,
        act: Act::Calls(|_| one(cancellation("flow_only"))),
    },
    Situation { name: "a cancellation of all", prepare: forked, act: Act::Calls(|_| one(cancellation("cancel_all"))) },
    Situation {
        name: "a cancellation of those that wait",
        prepare: forked,
        act: Act::Calls(|_| one(cancellation("cancel_pending"))),
    },
    Situation {
        name: "a cancellation again",
        prepare: cancelled,
        act: Act::Calls(|_| vec![cancellation("cancel_all"), header(ALL)]),
    },
    Situation {
        name: "a cancellation in two steps",
        prepare: held,
        act: Act::Calls(|_| {
            vec![header(ALL), header(ALL), of_it("ack_cancel_member", &json!({ "executionId": id("1") }))]
        }),
    },
    Situation { name: "the end of a backlog", prepare: called_off, act: Act::Tick },
    Situation { name: "a replay of one skipped", prepare: skipped, act: Act::Calls(|_| one(replay("2", false))) },
    Situation { name: "a replay and what was skipped", prepare: skipped, act: Act::Calls(|_| one(replay("1", true))) },
    Situation {
        name: "a replay that finds it satisfied",
        prepare: nearly_done,
        act: Act::Calls(|_| one(replay("1", true))),
    },
    Situation { name: "a wait for others", prepare: at_work, act: Act::Calls(|stage| one(wait_for(stage, &["4"]))) },
    Situation {
        name: "a wait for one that ended",
        prepare: at_work,
        act: Act::Calls(|stage| one(wait_for(stage, &["1"]))),
    },
    Situation {
        name: "the end of another round",
        prepare: another_round,
        act: Act::Calls(|stage| {
            let taken = with_id(claim(&["mail"], 500), "t");
            vec![complete_last(stage), taken.clone(), revoke("3"), claim(&["mail"], 900), taken]
        }),
    },
    Situation { name: "a wait in vain", prepare: at_work, act: Act::Calls(|stage| one(wait_for(stage, &["4", "2"]))) },
    Situation {
        name: "an unblocked member that waits",
        prepare: blocked,
        act: Act::Calls(|_| {
            one(flow("unblock_execution", json!({ "executionId": id("2"), "expectedReason": "waiting_for_budget" })))
        }),
    },
    Situation { name: "a deadline with dependants", prepare: timed, act: Act::Tick },
    Situation {
        name: "a tag of a flow",
        prepare: held,
        act: Act::Calls(|_| one(of_it("set_flow_tag", &json!({ "key": "c.d", "value": "e" })))),
    },
    Situation { name: "a tick that deletes a flow", prepare: past, act: Act::Tick },
    Situation { name: "a flow id used again", prepare: past, act: Act::Calls(|_| one(new_flow())) },
    Situation { name: "a header alone", prepare: forked, act: Act::Calls(|_| one(header("flow_only"))) },
    Situation { name: "reads of a flow", prepare: forked, act: Act::Calls(|_| reads()) },
    Situation { name: "reads of a flow that is over", prepare: skipped, act: Act::Calls(|_| reads()) },
    Situation { name: "reads of no flow", prepare: nothing, act: Act::Calls(|_| reads()) },
    Situation { name: "a batch in a flow", prepare: held, act: Act::Calls(flow_batch) },
];
