//! One valid call of each operation, each of which is granted on the stage of arbitrary arguments.

use crate::situations::executions;
use crate::situations::flows;
use crate::situations::stage::Stage;
use serde_json::{Value, json};

/// One valid call of each operation, as JSON.
pub fn valid_calls(stage: &Stage) -> Vec<Value> {
    let (handle, lease_id) = (stage.handles[0].encode(), &stage.handles[0].lease_id);
    let (id, ended) = (executions::id("1"), executions::id("3"));
    let rich = json!({
        "executionId": executions::id("2"), "namespace": "team", "lane": "mail", "kind": "send", "input": 0,
        "encoding": "text", "priority": 5, "creator": "me", "idempotencyKey": "key", "tags": { "a.b": "c" },
        "delayUntil": 1_700_000_000_500_i64, "deadlineAt": 1_700_000_900_000_i64, "attemptTimeoutMs": 1_000,
        "dedupWindowMs": 1_000, "requiredCapabilities": ["gpu"], "maxReclaimCount": 3, "maxReplayCount": 3,
        "maxSignals": 3, "budgetIds": ["00000000-0000-4000-8000-000000000009"],
        "retry": { "maxRetries": 2, "backoff": { "type": "exponential", "initialDelayMs": 1, "maxDelayMs": 9,
            "multiplier": 2.0, "jitter": false }, "retryableCategories": ["a"] },
        "stream": { "durabilityMode": "buffered", "retentionMaxlen": 5, "retentionTtlMs": 5 },
        "suspension": { "defaultTimeoutMs": 5, "timeoutBehavior": "fail" },
        "fallback": { "tiers": [{ "provider": "p", "model": "m", "timeoutMs": 5 }] },
        "preferredLocality": "eu", "isolationLevel": "high",
    });
    let calls = vec![
        call("create_execution", rich),
        call(
            "claim",
            json!({ "lanes": ["mail"], "worker": { "id": "w", "instanceId": "i" }, "capabilities": ["gpu"],
                "leaseTtlMs": 1_000, "maxWaitMs": 5 }),
        ),
        call("renew", json!({ "handle": handle, "leaseTtlMs": 700 })),
        call("progress", json!({ "handle": handle, "percent": 5, "message": "m" })),
        call("complete", json!({ "handle": handle, "result": 0, "encoding": "text" })),
        call(
            "fail",
            json!({ "handle": handle, "class": "transient", "category": "c",
                "reason": { "message": "m", "detail": "d" }, "retryAt": 1_700_000_000_500_i64 }),
        ),
        call(
            "cancel_execution",
            json!({ "executionId": id, "reason": "r", "source": "mine", "leaseEpoch": 1,
                "leaseId": "00000000-0000-4000-8000-000000000009", "attemptId": "00000000-0000-4000-8000-000000000009" }),
        ),
        call("delay", json!({ "handle": handle, "delayUntil": 1_700_000_000_500_i64 })),
        call("cancel", json!({ "handle": handle, "reason": "r" })),
        call(
            "revoke_lease",
            json!({ "executionId": id, "expectedLeaseId": lease_id, "workerInstanceId": "process", "reason": "r" }),
        ),
        call("change_priority", json!({ "executionId": executions::id("4"), "newPriority": 5 })),
        call("wake_execution", json!({ "executionId": executions::id("4"), "reason": "r" })),
        call("replay_execution", json!({ "executionId": ended, "cascade": true })),
    ];
    let others = of_schedulers(stage).into_iter().chain(of_the_registry(stage)).chain(of_flows());
    calls.into_iter().chain(reads(&id, &ended)).chain(others).collect()
}

/// Calls that read, and what they are found by.
fn reads(id: &str, ended: &str) -> Vec<Value> {
    vec![
        call("describe_execution", json!({ "executionId": id })),
        call("get_execution_result", json!({ "executionId": id, "attemptIndex": 0 })),
        call("get_execution_input", json!({ "executionId": id })),
        call("list_executions", json!({ "cursor": id, "limit": 5, "namespace": "team" })),
        call("list_executions", json!({ "before": id, "limit": 5 })),
        call(
            "search_executions",
            json!({ "lane": "mail", "states": ["waiting", "active"], "kind": "send", "tags": { "a.b": "c" },
                "namespace": "default", "createdFrom": 5, "createdBefore": 1_700_000_000_500_i64,
                "oldestFirst": true, "cursor": "x0", "limit": 5 }),
        ),
        call("count_executions", json!({ "lane": "mail", "namespace": "default" })),
        call("set_execution_tag", json!({ "executionId": id, "key": "a.b", "value": "c" })),
        call("get_execution_tag", json!({ "executionId": id, "key": "a.b" })),
        call(
            "read_events",
            json!({ "after": "start", "limit": 5, "streams": ["lease"], "namespace": "team", "executionId": id,
                "flowId": flows::flow_id("1"), "tag": { "key": "a.b", "value": "c" } }),
        ),
        call("inspect_storage", json!({})),
        call("execution_history", json!({ "executionId": id, "streams": ["lease"], "limit": 5 })),
        call("wait", json!({ "executionId": ended, "after": "start" })),
    ]
}

fn call(op: &str, args: impl Into<Value>) -> Value {
    let args: Value = args.into();
    json!({ "op": op, "args": args, "requestId": "r" })
}

/// Grants and their use, blocks, typed fences.
fn of_schedulers(stage: &Stage) -> Vec<Value> {
    let handle = &stage.handles[0];
    let (id, waiting) = (executions::id("1"), executions::id("4"));
    let worker = json!({ "id": "worker", "instanceId": "process" });
    let fence = json!({ "leaseId": handle.lease_id, "leaseEpoch": handle.epoch, "attemptId": handle.attempt_id });
    let to = json!({ "executionId": waiting, "worker": worker, "capabilities": ["gpu"], "grantTtlMs": 5_000 });
    let taken = |name: &str| {
        json!({ "executionId": executions::id(name), "worker": worker, "leaseTtlMs": 1_000,
            "leaseId": "00000000-0000-4000-8000-000000000009" })
    };
    let with_attempt = |name: &str| {
        let mut taken = taken(name);
        taken["attemptId"] = json!("00000000-0000-4000-8000-000000000008");
        taken
    };
    let mut reclaim = with_attempt("1");
    reclaim["maxReclaimCount"] = json!(3);
    let lanes = json!({ "lanes": ["mail"], "worker": worker, "capabilities": ["gpu"], "grantTtlMs": 5_000 });
    vec![
        call("claim_for_worker", lanes),
        call("issue_claim_grant", to.clone()),
        call("issue_reclaim_grant", to),
        call("claim_execution", with_attempt("5")),
        call("claim_resumed_execution", taken("6")),
        call(
            "claim_from_resume_grant",
            json!({ "executionId": executions::id("6"), "grantKey": stage.grants.last(), "worker": worker,
                "leaseTtlMs": 1_000 }),
        ),
        call("issue_grant_and_claim", json!({ "executionId": waiting, "leaseTtlMs": 1_000 })),
        call("reclaim_execution", reclaim),
        call("scan_eligible_executions", json!({ "lane": "mail", "limit": 5 })),
        call("block_route", json!({ "executionId": waiting, "reason": "r" })),
        call(
            "block_execution_for_admission",
            json!({ "executionId": waiting, "reason": "waiting_for_quota", "detail": "d" }),
        ),
        call(
            "unblock_execution",
            json!({ "executionId": executions::id("7"), "expectedReason": "waiting_for_budget" }),
        ),
        call("renew_lease", json!({ "executionId": id, "attemptIndex": 0, "fence": fence, "leaseTtlMs": 1_000 })),
        call(
            "complete_execution",
            json!({ "executionId": id, "attemptIndex": 0, "fence": fence, "result": 0, "encoding": "text",
                "source": "lease_holder" }),
        ),
        call(
            "fail_execution",
            json!({ "executionId": id, "attemptIndex": 0, "source": "operator_override", "class": "transient",
                "category": "c", "reason": { "message": "m", "detail": "d" },
                "retry": { "maxRetries": 2, "backoff": { "type": "fixed", "delayMs": 5 } } }),
        ),
    ]
}

/// Lanes, leases, workers; steps and children.
fn of_the_registry(stage: &Stage) -> Vec<Value> {
    let (handle, id) = (stage.handles[0].encode(), executions::id("1"));
    vec![
        call(
            "wait_children",
            json!({ "handle": handle, "policy": { "kind": "quorum", "k": 1, "onSatisfied": "let_run" },
                "edges": [{ "upstreamExecutionId": executions::id("10"), "edgeId": flows::edge_id("7"), "edgeRef": "r",
                    "replaceInput": true }] }),
        ),
        call(
            "record_step",
            json!({ "handle": handle, "name": "part", "result": 0, "encoding": "text",
            "tookMs": 5 }),
        ),
        call("list_attempts", json!({ "executionId": id, "cursor": "x1", "limit": 5 })),
        call("read_step", json!({ "executionId": id, "name": "part" })),
        call(
            "append_frame",
            json!({ "handle": handle, "bytes": 0, "kind": "stdout", "frameType": "line", "seq": 5,
                "correlationId": "c", "mode": "best_effort", "ttlMs": 5, "maxlenFloor": 5, "maxlenCeiling": 9,
                "emaAlpha": 0.5 }),
        ),
        call("read_stream", json!({ "executionId": id, "attemptIndex": 0, "from": "start", "to": "5-5", "limit": 5 })),
        call(
            "tail_stream",
            json!({ "executionId": id, "attemptIndex": 0, "after": "0-0", "blockMs": 5, "limit": 5,
                "visibility": "all" }),
        ),
        call("read_summary", json!({ "executionId": id, "attemptIndex": 0 })),
        call("set_lane_state", json!({ "lane": "mail", "state": "paused" })),
        call("list_lanes", json!({ "cursor": "a", "limit": 5 })),
        call(
            "list_expired_leases",
            json!({ "asOf": 1_700_090_000_000_i64, "cursor": format!("5/{id}"), "limit": 5, "namespace": "default" }),
        ),
        call("explain_claim", json!({ "executionId": id, "lanes": ["mail"], "capabilities": ["gpu"] })),
        call(
            "register_worker",
            json!({ "worker": { "id": "w", "instanceId": "i" }, "lanes": ["mail"], "capabilities": ["gpu"],
                "livenessTtlMs": 1_000, "namespace": "team" }),
        ),
        call("heartbeat_worker", json!({ "workerInstanceId": "process", "namespace": "default" })),
        call(
            "mark_worker_dead",
            json!({ "workerInstanceId": "process", "namespace": "default", "reason": "gone", "releaseLeases": true }),
        ),
        call("list_workers", json!({ "namespace": "default", "cursor": "1/a", "limit": 5 })),
    ]
}

/// Graphs, their cancellations, what is read of them.
fn of_flows() -> Vec<Value> {
    let (flow, edge) = (flows::flow_id("1"), flows::edge_id("1"));
    let ends = |up: &str, down: &str| (executions::id(up), executions::id(down));
    let (up, down) = ends("11", "12");
    let after = json!(["a", { "name": "b", "edgeRef": "r", "replaceInput": true }]);
    let member = |name: &str| json!({ "name": name, "lane": "mail", "kind": "send" });
    let needs = json!({ "name": "c", "executionId": executions::id("30"), "lane": "mail", "kind": "send", "input": 0,
        "encoding": "text", "priority": 5, "creator": "me", "tags": { "a.b": "c" }, "after": after,
        "need": { "quorum": 2 }, "onSatisfied": "let_run", "retry": { "maxRetries": 2 }, "attemptTimeoutMs": 1_000 });
    let cancel = json!({ "flowId": flow, "policy": "cancel_all", "reason": "r" });
    let mut header = cancel.clone();
    header["graceMs"] = json!(5);
    vec![
        call(
            "create_flow",
            json!({ "flowId": flows::flow_id("2"), "kind": "k", "namespace": "team", "tags": { "a.b": "c" },
                "retentionMs": 5 }),
        ),
        call(
            "submit_flow",
            json!({ "flowId": flows::flow_id("3"), "kind": "k", "namespace": "team", "tags": { "a.b": "c" },
                "retentionMs": 5, "members": [member("a"), member("b"), needs] }),
        ),
        call("add_execution_to_flow", json!({ "flowId": flow, "executionId": executions::id("4"), "name": "n" })),
        call(
            "stage_dependency_edge",
            json!({ "flowId": flow, "edgeId": flows::edge_id("5"), "upstreamExecutionId": up,
                "downstreamExecutionId": down, "dependencyKind": "success_only", "edgeRef": "r", "replaceInput": true,
                "expectedGraphRevision": 6 }),
        ),
        call("apply_dependency_to_child", json!({ "flowId": flow, "edgeId": edge })),
        call(
            "set_edge_group_policy",
            json!({ "flowId": flow, "downstreamExecutionId": executions::id("11"),
                "policy": { "kind": "quorum", "k": 2, "onSatisfied": "let_run" } }),
        ),
        call("seal_flow", json!({ "flowId": flow })),
        call("cancel_flow", cancel),
        call("cancel_flow_header", header),
        call("ack_cancel_member", json!({ "flowId": flow, "executionId": up })),
        call("describe_flow", json!({ "flowId": flow })),
        call("list_flows", json!({ "cursor": flows::flow_id("0"), "limit": 5, "namespace": "team" })),
        call("list_edges", json!({ "flowId": flow, "upstreamExecutionId": up, "cursor": edge, "limit": 5 })),
        call("describe_edge", json!({ "flowId": flow, "edgeId": edge })),
        call("resolve_execution_flow_id", json!({ "executionId": up })),
        call("evaluate_flow_eligibility", json!({ "executionId": up })),
        call("set_flow_tag", json!({ "flowId": flow, "key": "a.b", "value": "c" })),
        call("get_flow_tag", json!({ "flowId": flow, "key": "a.b" })),
        call("flow_graph", json!({ "flowId": flow, "limit": 5 })),
        call("wait_flow", json!({ "flowId": flow, "after": 0 })),
    ]
}
