//! Typed calls, steps, lanes and the registry as text, each operation once.

use crate::engine::world::telling::say_one;
use crate::engine::world::{START, TTL, World, test};
use serde_json::{Value, json};
use tidegate::ops::attempts::claim::Claim;

/// The answer of one call.
fn ok(world: &mut World, op: &str, args: &Value) -> Value {
    let answer = say_one(world, &json!({ "op": op, "args": args }));
    assert!(answer.get("ok").is_some(), "{op}: {answer}");
    answer["ok"].clone()
}

fn shown(claim: &Claim) -> Value {
    let fence = json!({ "leaseId": claim.lease_id, "leaseEpoch": claim.lease_epoch, "attemptId": claim.attempt_id });
    json!({ "executionId": claim.execution_id, "attemptIndex": claim.attempt_index, "fence": fence })
}

#[test]
fn renew_lease_answers_the_expiry() {
    let mut world = World::new();
    let mut args = shown(&world.running());
    args["leaseTtlMs"] = json!(900);
    assert_eq!(ok(&mut world, "renew_lease", &args), json!({ "expiresAt": START + 900, "leaseEpoch": 1 }));
}

#[test]
fn complete_execution_carries_its_result() {
    let mut world = World::new();
    let claim = world.running();
    let mut args = shown(&claim);
    args["result"] = json!(0);
    let call = json!([{ "op": "complete_execution", "args": args }]);
    let (answer, payloads) = world.say_with(&call.to_string(), &[b"\xff\x00"]).unwrap();
    let expected = json!({ "executionId": claim.execution_id, "publicState": "completed" });
    assert_eq!((&answer["answers"][0]["ok"], payloads.len()), (&expected, 0));
    assert_eq!(world.result(&claim.execution_id).unwrap().result, Some(vec![0xff, 0].into()));
}

#[test]
fn fail_execution_carries_its_reason_and_its_policy() {
    let mut world = World::new();
    let mut args = shown(&world.running());
    args["reason"] = json!({ "message": "no route" });
    args["class"] = json!("timeout");
    args["retry"] = json!({ "maxRetries": 1, "backoff": { "type": "fixed", "delayMs": 7 } });
    let expected = json!({ "outcome": "retry_scheduled", "delayUntil": START + 7, "nextAttemptIndex": 1 });
    assert_eq!(ok(&mut world, "fail_execution", &args), expected);
    let claim = world.running();
    let operator = json!({
        "executionId": claim.execution_id, "attemptIndex": 0, "source": "operator_override",
        "reason": { "message": "", "detail": "by hand" }, "class": "cancelled", "category": "hand",
    });
    assert_eq!(ok(&mut world, "fail_execution", &operator), json!({ "outcome": "terminal_failed" }));
}

#[test]
fn wait_children_answers_the_state() {
    let mut world = World::new();
    let claim = world.running();
    let expected = json!({ "executionId": claim.execution_id, "publicState": "waiting" });
    assert_eq!(ok(&mut world, "wait_children", &json!({ "handle": claim.handle })), expected);
}

#[test]
fn record_step_carries_bytes_both_ways_and_a_claim_brings_them_back() {
    let mut world = World::new();
    let claim = world.running();
    let args = json!({ "handle": claim.handle, "name": "pay", "result": 0, "encoding": "raw" });
    let call = json!([{ "op": "record_step", "args": args, "requestId": "r1" }]).to_string();
    let step = json!({ "name": "pay", "result": 0, "encoding": "raw", "recordedAt": START });
    for _ in 0..2 {
        let (answer, payloads) = world.say_with(&call, &[b"\xff\x00"]).unwrap();
        assert_eq!((&answer["answers"][0]["ok"], payloads), (&step, vec![b"\xff\x00".to_vec()]));
    }
    world.pass(TTL);
    let args = json!({ "lanes": ["mail"], "worker": { "id": "w" } });
    let call = json!([{ "op": "claim", "args": args, "requestId": "r2" }]).to_string();
    for _ in 0..2 {
        let (answer, payloads) = world.say_with(&call, &[]).unwrap();
        assert_eq!((&answer["answers"][0]["ok"]["steps"], payloads), (&json!([step]), vec![b"\xff\x00".to_vec()]));
    }
}

#[test]
fn list_expired_leases_tells_each_lease() {
    let mut world = World::new();
    let claims = [world.running(), world.running()];
    world.pass(TTL);
    let args = json!({ "asOf": START + TTL, "limit": 1 });
    let page = ok(&mut world, "list_expired_leases", &args);
    let claim = claims.iter().min_by_key(|claim| claim.execution_id.clone()).unwrap();
    let expected = json!([{
        "executionId": claim.execution_id, "lane": "mail", "kind": "send", "leaseId": claim.lease_id,
        "leaseEpoch": 1, "workerId": "mailer", "workerInstanceId": "mailer-1", "attemptIndex": 0,
        "expiresAt": START + TTL, "lapsed": true,
    }]);
    assert_eq!(page["entries"], expected);
    let page = ok(&mut world, "list_expired_leases", &json!({ "cursor": page["nextCursor"], "namespace": "default" }));
    assert_eq!((page["entries"].as_array().unwrap().len(), page.get("nextCursor")), (1, None));
}

#[test]
fn explain_claim_answers_a_word_and_a_sentence() {
    let mut world = World::new();
    let id = world.submit("mail");
    let args = json!({ "executionId": id, "lanes": ["post"], "capabilities": ["gpu"] });
    let answer = ok(&mut world, "explain_claim", &args);
    assert_eq!((answer["reason"].as_str(), answer["sentence"].is_string()), (Some("other_lane"), true));
    assert_eq!(ok(&mut world, "explain_claim", &json!({ "executionId": id }))["reason"], "claimable");
}

#[test]
fn lanes_are_set_and_listed_by_their_words() {
    let mut world = World::new();
    for (state, previous) in
        [("paused", "active"), ("draining", "paused"), ("disabled", "draining"), ("active", "disabled")]
    {
        let answer = ok(&mut world, "set_lane_state", &json!({ "lane": "mail", "state": state }));
        assert_eq!(answer, json!({ "lane": "mail", "state": state, "previousState": previous }));
    }
    ok(&mut world, "set_lane_state", &json!({ "lane": "post", "state": "paused" }));
    let page = ok(&mut world, "list_lanes", &json!({ "limit": 1 }));
    assert_eq!(page["lanes"], json!([{ "lane": "mail", "state": "active" }]));
    let page = ok(&mut world, "list_lanes", &json!({ "cursor": page["nextCursor"] }));
    assert_eq!(page, json!({ "lanes": [{ "lane": "post", "state": "paused" }] }));
    let answer = say_one(&mut world, &json!({ "op": "set_lane_state", "args": { "lane": "mail", "state": "shut" } }));
    assert_eq!(answer["error"]["code"], "validation.invalid_input");
}

#[test]
fn a_worker_comes_is_heard_of_and_goes() {
    let mut world = World::new();
    let worker = json!({ "id": "mailer", "instanceId": "one" });
    let register = json!({ "worker": worker, "lanes": ["mail"], "capabilities": ["gpu"], "livenessTtlMs": 9, "namespace": "acme" });
    let answered = |outcome: &str| json!({ "outcome": outcome, "workerInstanceId": "one", "expiresAt": START + 9 });
    assert_eq!(ok(&mut world, "register_worker", &register), answered("registered"));
    assert_eq!(ok(&mut world, "register_worker", &register), answered("refreshed"));
    let own = json!({ "workerInstanceId": "one", "namespace": "acme" });
    let heard = json!({ "outcome": "refreshed", "expiresAt": START + 9 });
    assert_eq!(ok(&mut world, "heartbeat_worker", &own), heard);
    let listed = json!({ "workers": [{
        "workerId": "mailer", "workerInstanceId": "one", "namespace": "acme", "lanes": ["mail"],
        "capabilities": ["gpu"], "lastHeartbeatAt": START, "livenessTtlMs": 9, "expiresAt": START + 9,
        "registeredAt": START,
    }]});
    assert_eq!(ok(&mut world, "list_workers", &json!({ "namespace": "acme", "limit": 5 })), listed);
    let mut dead = own.clone();
    dead["reason"] = json!("gone");
    dead["releaseLeases"] = json!(true);
    let marked = json!({ "outcome": "marked", "releasedLeases": 0 });
    assert_eq!(ok(&mut world, "mark_worker_dead", &dead), marked);
    let gone = json!({ "outcome": "not_registered" });
    assert_eq!(ok(&mut world, "mark_worker_dead", &dead), gone);
    assert_eq!(ok(&mut world, "heartbeat_worker", &own), gone);
}

#[test]
fn the_stream_worker_is_read_by_its_name() {
    let mut world = World::new();
    world.register("one");
    world.mark_dead_with("one", |args| args.reason = "gone".to_owned()).unwrap();
    let page = ok(&mut world, "read_events", &json!({ "after": "start", "streams": ["worker"] }));
    let mut event = page["events"][1].clone();
    event.as_object_mut().unwrap().remove("cursor");
    let expected = json!({
        "at": START, "namespace": "default", "cause": "worker_marked_dead", "workerId": "mailer",
        "workerInstanceId": "one", "detail": { "reason": "gone" },
    });
    assert_eq!((page["events"][0]["cause"].as_str(), event), (Some("worker_registered"), expected));
}

#[test]
fn a_member_that_no_argument_is_named_for_is_refused_by_name() {
    let mut world = World::new();
    for op in [
        "renew_lease",
        "complete_execution",
        "fail_execution",
        "wait_children",
        "record_step",
        "append_frame",
        "read_stream",
        "tail_stream",
        "read_summary",
        "list_expired_leases",
        "explain_claim",
        "set_lane_state",
        "list_lanes",
        "register_worker",
        "heartbeat_worker",
        "mark_worker_dead",
        "list_workers",
    ] {
        let answer = say_one(&mut world, &json!({ "op": op, "args": { "nonsense": 1 } }));
        assert_eq!(answer["error"]["details"]["field"], "nonsense", "{op}: {answer}");
    }
}
