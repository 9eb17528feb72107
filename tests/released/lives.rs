//! The lives of executions that the story tells: in every phase and with every outcome, with all that may belong to them.
//!
//! Each lane holds what one chapter needs, so that a claim finds what is meant.

use crate::teller::{START, Teller, id};
use serde_json::{Value, json};

const DONE: &str = "646f6e65";

fn failure(class: &str) -> Value {
    json!({ "class": class, "category": "card", "reason": { "message": "declined", "detail": "code 51" } })
}

/// Lanes in every state, workers of two namespaces.
pub fn lanes_and_workers(teller: &mut Teller) {
    for (lane, state) in [("reports", "paused"), ("legacy", "draining"), ("closed", "disabled"), ("mail", "active")] {
        teller.ask("set_lane_state", &json!({ "lane": lane, "state": state }));
    }
    for (instance, namespace, ttl_ms) in [("till-1", "default", 86_400_000), ("till-2", "team", 3_600_000)] {
        let worker = json!({ "id": "cashier", "instanceId": instance });
        let args = json!({ "worker": worker, "lanes": ["mail", "build"], "capabilities": ["eu", "gpu"],
            "livenessTtlMs": ttl_ms, "namespace": namespace });
        teller.ask("register_worker", &args);
    }
    teller.ask("heartbeat_worker", &json!({ "workerInstanceId": "till-1", "namespace": "default" }));
}

/// Those that have ended, one for each outcome; one is replayed, one deleted.
pub fn ended(teller: &mut Teller) {
    let rich = json!({ "input": "7b2261223a317d", "encoding": "json", "priority": 7, "creator": "shop",
        "idempotencyKey": "order 1", "tags": { "shop": "a", "order.no": "1" }, "retry": { "maxRetries": 3,
        "backoff": { "type": "fixed", "delayMs": 1_000 } }, "attemptTimeoutMs": 600_000,
        "stream": { "retentionMaxlen": 50 } });
    teller.create(1, "done", &rich);
    let first = teller.claim("done", 60_000);
    teller.held("progress", &first, &json!({ "percent": 40, "message": "weighing" }));
    teller.held("record_step", &first, &json!({ "name": "charge", "result": DONE, "encoding": "text" }));
    teller.held("append_frame", &first, &json!({ "bytes": "6f6e65", "kind": "stdout", "frameType": "line" }));
    teller.held("fail", &first, &failure("transient"));
    teller.at(2_000);
    let second = teller.claim("done", 60_000);
    teller.held("append_frame", &second, &json!({ "bytes": "74776f", "seq": 4, "correlationId": "c" }));
    teller.held("append_frame", &second, &json!({ "bytes": "7b2261223a317d", "mode": "summary" }));
    teller.held("append_frame", &second, &json!({ "bytes": "7b2262223a5b315d7d", "mode": "summary" }));
    teller.held("complete", &second, &json!({ "result": DONE, "encoding": "text" }));

    teller.create(2, "done", &json!({ "namespace": "team" }));
    let held = teller.claim("done", 60_000);
    teller.held("fail", &held, &failure("permanent"));
    teller.create(3, "done", &json!({ "tags": { "shop": "b" } }));
    teller.ask("cancel_execution", &json!({ "executionId": id(3), "reason": "not wanted any more" }));
    teller.create(4, "done", &json!({ "deadlineAt": START + 2_500 }));
    teller.at(3_000);
    teller.create(5, "done", &json!({ "maxReplayCount": 3, "retentionMs": 86_400_000 }));
    let held = teller.claim("done", 60_000);
    teller.held("complete", &held, &json!({ "result": DONE }));
    teller.ask("replay_execution", &json!({ "executionId": id(5) }));
    let held = teller.claim("done", 60_000);
    teller.held("cancel", &held, &json!({ "reason": "once was enough" }));
    teller.create(6, "done", &json!({ "retentionMs": 10 }));
    let held = teller.claim("done", 60_000);
    teller.held("complete", &held, &json!({}));
}

/// Those that can be claimed, or will be able to by themselves.
pub fn ready(teller: &mut Teller) {
    teller.at(70_000);
    teller.create(11, "mail", &json!({ "input": "00ff", "priority": 3 }));
    teller.create(12, "mail", &json!({ "requiredCapabilities": ["gpu", "eu"], "namespace": "team" }));
    teller.create(13, "later", &json!({ "delayUntil": START + 900_000, "deadlineAt": START + 2_000_000 }));
    teller.create(
        14,
        "later",
        &json!({ "retry": { "maxRetries": 2, "backoff": { "type": "exponential",
        "initialDelayMs": 600_000, "maxDelayMs": 900_000, "multiplier": 1.5, "jitter": true } } }),
    );
    let held = teller.claim("later", 60_000);
    teller.held("fail", &held, &failure("timeout"));
    teller.create(15, "later", &json!({}));
    let held = teller.claim("later", 60_000);
    teller.held("delay", &held, &json!({ "delayUntil": START + 1_000_000 }));
    teller.create(16, "later", &json!({ "attemptTimeoutMs": 700_000 }));
    teller.claim("later", 900_000);
    teller.ask("revoke_lease", &json!({ "executionId": id(16), "reason": "maintenance" }));
    teller.create(17, "reports", &json!({}));
    teller.create(18, "keyed", &json!({ "idempotencyKey": "order 2", "dedupWindowMs": 86_400_000 }));
    teller.create(19, "mail", &json!({}));
}

/// Those that wait for somebody else's word.
pub fn blocked(teller: &mut Teller) {
    teller.create(21, "blocked", &json!({}));
    let of = |number| json!({ "executionId": id(number) });
    let budget = json!({ "executionId": id(21), "reason": "waiting_for_budget", "detail": "used up" });
    teller.ask("block_execution_for_admission", &budget);
    teller.create(22, "blocked", &json!({}));
    let quota = json!({ "executionId": id(22), "reason": "waiting_for_quota", "detail": "ten a minute" });
    teller.ask("block_execution_for_admission", &quota);
    teller.create(23, "blocked", &json!({ "requiredCapabilities": ["tpu"] }));
    teller.ask("block_route", &crate::teller::with(of(23), &json!({ "reason": "no worker has it" })));
}

/// Those that are held, and those whose holders were not heard of in time.
pub fn active(teller: &mut Teller) {
    teller.create(31, "held", &json!({ "tags": { "shop": "a" }, "stream": { "retentionTtlMs": 86_400_000 } }));
    let held = teller.claim("held", 3_600_000);
    teller.held("record_step", &held, &json!({ "name": "one", "result": DONE }));
    teller.held("progress", &held, &json!({ "percent": 5 }));
    let loose = json!({ "bytes": "6c6f6f7365", "mode": "best_effort", "ttlMs": 3_600_000, "maxlenFloor": 2 });
    teller.held("append_frame", &held, &loose);
    teller.held("append_frame", &held, &json!({ "bytes": "6b657074" }));
    teller.create(32, "held", &json!({ "attemptTimeoutMs": 5_000_000 }));
    teller.claim("held", 7_200_000);
    for number in [33, 34] {
        teller.create(number, "lost", &json!({}));
        teller.claim("lost", 10_000);
    }
    // Reclaimed once, and lost again.
    teller.at(90_000);
    teller.claim("lost", 10_000);
    teller.at(120_000);
}

/// Those that are kept for a worker: one that waits, one that was lost.
pub fn granted(teller: &mut Teller) {
    for (op, number) in [("issue_claim_grant", 19), ("issue_reclaim_grant", 34)] {
        let worker = json!({ "id": "cashier", "instanceId": "till-1" });
        teller
            .ask(op, &json!({ "executionId": id(number), "worker": worker, "capabilities": [], "grantTtlMs": 60_000 }));
    }
}

/// Calls whose answers are kept for whoever repeats them.
pub fn requests(teller: &mut Teller) {
    let create = json!({ "executionId": id(41), "lane": "asked", "kind": "send", "input": "01" });
    for (op, args) in [("create_execution", create), ("claim", claim_again())] {
        let answer = teller.say(op, &args, Some(op));
        assert!(answer.get("ok").is_some(), "{op} is refused: {answer}");
    }
}

/// The claim whose answer is kept.
pub fn claim_again() -> Value {
    json!({ "lanes": ["asked"], "worker": { "id": "cashier", "instanceId": "till-1" }, "leaseTtlMs": 3_600_000 })
}
