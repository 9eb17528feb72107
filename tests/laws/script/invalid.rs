//! Calls whose arguments are refused whatever the state, with the code that the contract gives them (contract:
//! executions.id-refused, leases.handle-corrupt, executions.capability-tokens, executions.tag-key, values.texts).
//! `validation.*` stands where it names only the category.

use crate::calls::handle::Handle;
use crate::calls::op::Op;
use crate::ground::random::Random;
use serde_json::{Value, json};

const INPUT: &str = "validation.invalid_input";
const POLICY: &str = "validation.invalid_policy_json";
const CAPABILITIES: &str = "validation.invalid_capabilities";
const CORRUPTION: &str = "validation.corruption";
const BLOCKING: &str = "validation.invalid_blocking_reason";
const FOREIGN: &str = "validation.handle_from_other_backend";
const ANY: &str = "validation.*";
const BEYOND: i64 = 9_007_199_254_740_992;
const UUID: &str = "0123abcd-0000-4000-8000-000000000001";

/// A call that is refused before anything else is looked at.
pub fn invalid(random: &mut Random) -> Op {
    let handle = sound_handle();
    match random.below(9) {
        0 | 1 => create(random),
        2 => claim(random),
        3 => with_handle(random, &handle),
        4 => worker_call(random, &handle.encode()),
        5 => operator_call(random),
        6 => scheduler_call(random),
        7 => registry_call(random),
        _ => read(random),
    }
}

/// A handle that decodes, of an execution that does not exist.
fn sound_handle() -> Handle {
    Handle {
        kind: 1,
        backend: 3,
        execution: format!("{{fp:0}}:{UUID}"),
        attempt_index: 0,
        attempt_id: UUID.to_owned(),
        lease_id: UUID.to_owned(),
        epoch: 1,
        ttl_ms: 1_000,
        lane: "mail".to_owned(),
        instance: "one".to_owned(),
    }
}

fn refusal(op: &'static str, args: Value, code: &'static str) -> Op {
    Op::Invalid { op, args, code }
}

fn create(random: &mut Random) -> Op {
    let tokens: Vec<String> = (0..257).map(|n| format!("t{n}")).collect();
    let long: Vec<String> = (0..200).map(|n| format!("{n:030}")).collect();
    let many: Value = (0..65).map(|n| (format!("k{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
    let wrong: Vec<(&str, Value, &'static str)> = vec![
        ("lane", json!(""), INPUT),
        ("lane", json!("x".repeat(65)), INPUT),
        ("lane", json!("Ä"), INPUT),
        ("lane", json!("a\u{7f}"), INPUT),
        ("lane", json!("a\tb"), INPUT),
        ("lane", Value::Null, INPUT),
        ("lane", json!(["mail"]), INPUT),
        ("kind", json!(""), INPUT),
        ("kind", json!("k".repeat(257)), INPUT),
        ("kind", json!("a\u{0}b"), INPUT),
        ("namespace", json!(""), INPUT),
        ("namespace", json!("n\n"), INPUT),
        ("creator", json!("c".repeat(257)), INPUT),
        ("idempotencyKey", json!(""), INPUT),
        ("executionId", json!(UUID), INPUT),
        ("executionId", json!(format!("{{fp:65536}}:{UUID}")), INPUT),
        ("executionId", json!(format!("{{fp:-1}}:{UUID}")), INPUT),
        ("executionId", json!("{fp:0}:nothing"), INPUT),
        ("executionId", json!(""), INPUT),
        ("priority", json!(BEYOND), INPUT),
        ("priority", json!(1.5), INPUT),
        ("priority", json!("high"), INPUT),
        ("delayUntil", json!(BEYOND), INPUT),
        ("deadlineAt", json!(0.5), INPUT),
        ("attemptTimeoutMs", json!(BEYOND), INPUT),
        ("dedupWindowMs", json!(BEYOND), INPUT),
        ("maxReclaimCount", json!(-1), POLICY),
        ("requiredCapabilities", json!(["a,b"]), CAPABILITIES),
        ("requiredCapabilities", json!([""]), CAPABILITIES),
        ("requiredCapabilities", json!(["a b"]), CAPABILITIES),
        ("requiredCapabilities", json!(["a\u{1}"]), CAPABILITIES),
        ("requiredCapabilities", json!(tokens), CAPABILITIES),
        ("requiredCapabilities", json!(long), CAPABILITIES),
        ("requiredCapabilities", json!([1]), CAPABILITIES),
        ("requiredCapabilities", json!("gpu"), CAPABILITIES),
        ("retry", json!({ "maxRetries": -1 }), POLICY),
        ("retry", json!({ "backoff": { "type": "exponential", "multiplier": -0.5 } }), POLICY),
        ("retry", json!({ "maxretries": 1 }), POLICY),
        ("retry", json!("often"), POLICY),
        ("tags", json!({ "Bad": "x" }), INPUT),
        ("tags", json!({ "a..b": "x" }), INPUT),
        ("tags", json!({ "a": "v".repeat(1_025) }), INPUT),
        ("tags", many, INPUT),
        ("input", json!(100_000), INPUT),
        ("encoding", json!("text/plain"), INPUT),
        ("lanes", json!(["mail"]), INPUT),
    ];
    let (member, value, code) = random.pick(&wrong).clone();
    let mut args = json!({ "lane": "mail", "kind": "send" });
    args[member] = value;
    refusal("create_execution", args, code)
}

fn claim(random: &mut Random) -> Op {
    let wrong: Vec<(&str, Value, &'static str)> = vec![
        ("lanes", json!([]), INPUT),
        ("lanes", json!([""]), INPUT),
        ("lanes", json!("mail"), INPUT),
        ("kinds", json!([]), INPUT),
        ("kinds", json!([""]), INPUT),
        ("kinds", json!(["k".repeat(257)]), INPUT),
        ("kinds", json!(vec!["k"; 1_001]), INPUT),
        ("worker", json!({ "id": "" }), INPUT),
        ("worker", json!({ "id": "w", "instanceId": "" }), INPUT),
        ("worker", json!({ "id": "w\u{7}" }), INPUT),
        ("worker", json!({}), INPUT),
        ("leaseTtlMs", json!(0), INPUT),
        ("leaseTtlMs", json!(-1), INPUT),
        ("leaseTtlMs", json!(86_400_001), INPUT),
        ("leaseTtlMs", json!(1.5), INPUT),
        ("maxWaitMs", json!(600_001), INPUT),
        ("capabilities", json!(["a b"]), CAPABILITIES),
        ("capabilities", json!(["a,b"]), CAPABILITIES),
        ("capabilities", json!(["\u{2003}"]), CAPABILITIES),
        ("lane", json!("mail"), INPUT),
    ];
    let (member, value, code) = random.pick(&wrong).clone();
    let mut args = json!({ "lanes": ["mail"], "worker": { "id": "w" } });
    args[member] = value;
    refusal("claim", args, code)
}

/// Handles that cannot be read, or are another backend's.
fn with_handle(random: &mut Random, handle: &Handle) -> Op {
    let text = handle.encode();
    let with = |change: &dyn Fn(&mut Handle)| {
        let mut changed = handle.clone();
        change(&mut changed);
        changed.encode()
    };
    let wrong: Vec<(String, &'static str)> = vec![
        (String::new(), CORRUPTION),
        ("!!!".to_owned(), CORRUPTION),
        (text[..text.len() - 4].to_owned(), CORRUPTION),
        (text[..8].to_owned(), CORRUPTION),
        (format!("{text}AAAA"), CORRUPTION),
        (format!("{text}="), CORRUPTION),
        ("AQ".repeat(4_000), CORRUPTION),
        (with(&|one| one.backend = 1), FOREIGN),
        (with(&|one| one.backend = 2), FOREIGN),
        (with(&|one| one.backend = 9), CORRUPTION),
        (with(&|one| one.kind = 9), CORRUPTION),
        (with(&|one| "mail".clone_into(&mut one.execution)), CORRUPTION),
        (with(&|one| "lease".clone_into(&mut one.lease_id)), CORRUPTION),
        (with(&|one| one.attempt_id = String::new()), CORRUPTION),
    ];
    let (handle, code) = random.pick(&wrong).clone();
    let (op, args) = match random.below(8) {
        6 => ("wait_children", json!({ "handle": handle })),
        7 => ("record_step", json!({ "handle": handle, "name": "n" })),
        0 => ("renew", json!({ "handle": handle })),
        1 => ("progress", json!({ "handle": handle, "percent": 5 })),
        2 => ("complete", json!({ "handle": handle })),
        3 => ("delay", json!({ "handle": handle, "delayUntil": 5 })),
        4 => ("cancel", json!({ "handle": handle, "reason": "r" })),
        _ => ("fail", json!({ "handle": handle, "class": "transient", "reason": { "message": "m" } })),
    };
    refusal(op, args, code)
}

/// Calls of a worker whose other arguments are wrong.
fn worker_call(random: &mut Random, handle: &str) -> Op {
    let reason = json!({ "message": "m" });
    let wrong = [
        ("renew", json!({ "handle": handle, "ttl": 5 })),
        ("renew", json!({})),
        ("progress", json!({ "handle": handle, "percent": 256 })),
        ("progress", json!({ "handle": handle, "percent": -1 })),
        ("progress", json!({ "handle": 7 })),
        ("complete", json!({ "handle": handle, "result": 100_000 })),
        ("complete", json!({ "handle": handle, "result": "text" })),
        ("renew", json!({ "handle": handle, "leaseTtlMs": 0 })),
        ("renew", json!({ "handle": handle, "leaseTtlMs": 86_400_001 })),
        ("fail", json!({ "handle": handle, "class": "weird", "reason": reason })),
        ("fail", json!({ "handle": handle, "class": "transient", "reason": reason, "retryAt": -1 })),
        ("fail", json!({ "handle": handle, "class": "transient", "reason": reason, "retryAt": 1.5 })),
        ("fail", json!({ "handle": handle, "class": "transient" })),
        ("fail", json!({ "handle": handle, "class": "transient", "reason": {} })),
        ("delay", json!({ "handle": handle, "delayUntil": -1 })),
        ("delay", json!({ "handle": handle, "delayUntil": BEYOND })),
        ("delay", json!({ "handle": handle, "delayUntil": 253_402_300_800_000_i64 })),
        ("delay", json!({ "handle": handle, "delayUntil": 0.5 })),
        ("delay", json!({ "handle": handle, "delayUntil": "later" })),
        ("delay", json!({ "handle": handle })),
        ("delay", json!({ "delayUntil": 5 })),
        ("delay", json!({ "handle": handle, "until": 5, "delayUntil": 5 })),
        ("cancel", json!({})),
        ("cancel", json!({ "handle": handle, "reason": 5 })),
        ("cancel", json!({ "handle": handle, "reason": "r".repeat(65_537) })),
        ("cancel", json!({ "handle": handle, "source": "mine" })),
        ("cancel_everything", json!({})),
        ("wait_children", json!({ "handle": handle, "edges": [{}] })),
        ("wait_children", json!({ "handle": handle, "edges": [{ "upstreamExecutionId": "one" }] })),
        ("wait_children", json!({ "handle": handle, "policy": { "kind": "quorum", "k": 0 } })),
        ("record_step", json!({ "handle": handle, "name": "n", "tookMs": -1 })),
        ("record_step", json!({ "handle": handle, "name": "n", "tookMs": 0.5 })),
        ("record_step", json!({ "handle": handle })),
        ("record_step", json!({ "handle": handle, "name": "" })),
        ("record_step", json!({ "handle": handle, "name": "n".repeat(257) })),
        ("record_step", json!({ "handle": handle, "name": "n\n" })),
        ("record_step", json!({ "handle": handle, "name": "n", "result": 100_000 })),
        ("record_step", json!({ "handle": handle, "name": "n", "encoding": "text" })),
    ];
    let (op, args) = random.pick(&wrong).clone();
    refusal(op, args, INPUT)
}

fn operator_call(random: &mut Random) -> Op {
    let id = format!("{{fp:0}}:{UUID}");
    let wrong = [
        ("list_attempts", json!({})),
        ("list_attempts", json!({ "executionId": id, "cursor": "5" })),
        ("list_attempts", json!({ "executionId": id, "limit": -1 })),
        ("read_step", json!({ "executionId": id })),
        ("read_step", json!({ "executionId": id, "name": "" })),
        ("read_step", json!({ "name": "n" })),
        ("cancel_execution", json!({ "executionId": "x" })),
        ("cancel_execution", json!({ "executionId": id, "leaseEpoch": 1.5 })),
        ("cancel_execution", json!({ "executionId": id, "leaseId": "x" })),
        ("cancel_execution", json!({ "executionId": id, "attemptId": 5 })),
        ("revoke_lease", json!({})),
        ("revoke_lease", json!({ "executionId": UUID })),
        ("revoke_lease", json!({ "executionId": id, "expectedLeaseId": "x" })),
        ("revoke_lease", json!({ "executionId": id, "expectedLeaseId": 5 })),
        ("revoke_lease", json!({ "executionId": id, "workerInstanceId": "i".repeat(257) })),
        ("revoke_lease", json!({ "executionId": id, "workerInstanceId": 5 })),
        ("revoke_lease", json!({ "executionId": id, "reason": "r".repeat(65_537) })),
        ("revoke_lease", json!({ "executionId": id, "leaseId": UUID })),
        ("change_priority", json!({ "executionId": id })),
        ("change_priority", json!({ "newPriority": 5 })),
        ("change_priority", json!({ "executionId": "", "newPriority": 5 })),
        ("change_priority", json!({ "executionId": id, "newPriority": BEYOND })),
        ("change_priority", json!({ "executionId": id, "newPriority": -BEYOND })),
        ("change_priority", json!({ "executionId": id, "newPriority": 1.5 })),
        ("change_priority", json!({ "executionId": id, "newPriority": "high" })),
        ("change_priority", json!({ "executionId": id, "newPriority": 5, "lane": "mail" })),
        ("wake_execution", json!({})),
        ("wake_execution", json!({ "executionId": UUID })),
        ("wake_execution", json!({ "executionId": id, "reason": "r".repeat(65_537) })),
        ("wake_execution", json!({ "executionId": id, "reason": 5 })),
        ("wake_execution", json!({ "executionId": id, "until": 5 })),
        ("replay_execution", json!({})),
        ("replay_execution", json!({ "executionId": "{fp:65536}:x" })),
        ("replay_execution", json!({ "executionId": 5 })),
        ("replay_execution", json!({ "executionId": id, "cascade": "all" })),
        ("replay_execution", json!({ "executionId": id, "deep": true })),
    ];
    let (op, args) = random.pick(&wrong).clone();
    refusal(op, args, INPUT)
}

/// Grants, blocks and typed fences.
fn scheduler_call(random: &mut Random) -> Op {
    let (id, worker) = (format!("{{fp:0}}:{UUID}"), json!({ "id": "w" }));
    let fence = json!({ "leaseId": UUID, "leaseEpoch": 1, "attemptId": UUID });
    let reason = json!({ "message": "m" });
    let wrong = [
        ("claim_for_worker", json!({ "lanes": [], "worker": worker }), INPUT),
        ("claim_for_worker", json!({ "lanes": ["mail"], "kinds": [""], "worker": worker }), INPUT),
        ("claim_for_worker", json!({ "lanes": ["mail"], "worker": worker, "grantTtlMs": 0 }), INPUT),
        ("claim_for_worker", json!({ "lanes": ["mail"], "worker": worker, "grantTtlMs": 60_001 }), INPUT),
        ("claim_for_worker", json!({ "lanes": ["mail"], "worker": worker, "capabilities": ["a b"] }), CAPABILITIES),
        ("issue_claim_grant", json!({ "executionId": id }), INPUT),
        ("issue_claim_grant", json!({ "executionId": "x", "worker": worker }), INPUT),
        ("issue_claim_grant", json!({ "executionId": id, "worker": worker, "capabilities": [""] }), CAPABILITIES),
        ("issue_reclaim_grant", json!({ "executionId": id, "worker": { "id": "" } }), INPUT),
        ("issue_reclaim_grant", json!({ "executionId": id, "worker": worker, "grantTtlMs": 1.5 }), INPUT),
        ("claim_execution", json!({ "executionId": id, "worker": worker, "leaseTtlMs": 86_400_001 }), INPUT),
        ("claim_execution", json!({ "executionId": id, "worker": worker, "leaseId": "x" }), INPUT),
        ("claim_execution", json!({ "executionId": id, "worker": worker, "grantKey": UUID }), INPUT),
        ("claim_resumed_execution", json!({ "executionId": id, "worker": worker, "attemptId": UUID }), INPUT),
        ("claim_from_resume_grant", json!({ "executionId": id, "worker": worker }), INPUT),
        ("claim_from_resume_grant", json!({ "executionId": id, "worker": worker, "grantKey": "" }), INPUT),
        ("issue_grant_and_claim", json!({ "executionId": id, "worker": worker }), INPUT),
        ("issue_grant_and_claim", json!({ "executionId": id, "leaseTtlMs": 0 }), INPUT),
        ("reclaim_execution", json!({ "executionId": id, "worker": worker, "maxReclaimCount": -1 }), INPUT),
        ("reclaim_execution", json!({ "executionId": id, "worker": worker, "attemptId": 5 }), INPUT),
        ("scan_eligible_executions", json!({}), INPUT),
        ("scan_eligible_executions", json!({ "lane": "mail", "limit": -1 }), INPUT),
        ("block_route", json!({ "executionId": id, "reason": "r".repeat(65_537) }), INPUT),
        ("block_execution_for_admission", json!({ "executionId": id }), INPUT),
        ("block_execution_for_admission", json!({ "executionId": id, "reason": "lunch" }), BLOCKING),
        ("block_execution_for_admission", json!({ "executionId": id, "reason": "waiting_for_children" }), BLOCKING),
        ("unblock_execution", json!({ "executionId": id, "expectedReason": "" }), BLOCKING),
        ("unblock_execution", json!({ "executionId": id }), INPUT),
        ("renew_lease", json!({ "executionId": id, "attemptIndex": 0, "leaseTtlMs": 5 }), INPUT),
        ("renew_lease", json!({ "executionId": id, "attemptIndex": 0, "leaseTtlMs": 0, "fence": fence }), INPUT),
        ("renew_lease", json!({ "executionId": id, "attemptIndex": -1, "leaseTtlMs": 5, "fence": fence }), INPUT),
        ("complete_execution", json!({ "executionId": id, "attemptIndex": 0 }), INPUT),
        ("complete_execution", json!({ "executionId": id, "attemptIndex": 0, "source": "lease_holder" }), INPUT),
        ("complete_execution", json!({ "executionId": id, "attemptIndex": 0, "fence": { "leaseId": UUID } }), INPUT),
        ("complete_execution", json!({ "executionId": id, "attemptIndex": 0, "fence": fence, "source": "" }), INPUT),
        (
            "fail_execution",
            json!({ "executionId": id, "attemptIndex": 0, "class": "transient", "reason": reason }),
            INPUT,
        ),
        (
            "fail_execution",
            json!({ "executionId": id, "attemptIndex": 0, "fence": fence, "class": "transient", "reason": reason,
                "retry": { "maxRetries": -1 } }),
            ANY,
        ),
    ];
    let (op, args, code) = random.pick(&wrong).clone();
    refusal(op, args, code)
}

/// Lanes, leases and workers.
fn registry_call(random: &mut Random) -> Op {
    let (id, worker) = (format!("{{fp:0}}:{UUID}"), json!({ "id": "w" }));
    let wrong = [
        ("set_lane_state", json!({ "lane": "mail" }), INPUT),
        ("set_lane_state", json!({ "lane": "mail", "state": "open" }), INPUT),
        ("set_lane_state", json!({ "lane": "", "state": "active" }), INPUT),
        ("list_lanes", json!({ "limit": -1 }), INPUT),
        ("list_lanes", json!({ "cursor": "x".repeat(65) }), INPUT),
        ("list_expired_leases", json!({ "asOf": -1 }), INPUT),
        ("list_expired_leases", json!({ "asOf": 253_402_300_800_000_i64 }), INPUT),
        ("list_expired_leases", json!({ "cursor": id }), INPUT),
        ("list_expired_leases", json!({ "cursor": format!("-1/{id}") }), INPUT),
        ("list_expired_leases", json!({ "cursor": "5/x" }), INPUT),
        ("list_expired_leases", json!({ "namespace": "" }), INPUT),
        ("explain_claim", json!({ "executionId": "x" }), INPUT),
        ("explain_claim", json!({ "executionId": id, "lanes": [""] }), INPUT),
        ("explain_claim", json!({ "executionId": id, "kinds": [] }), INPUT),
        ("explain_claim", json!({ "executionId": id, "capabilities": ["a,b"] }), CAPABILITIES),
        ("register_worker", json!({ "worker": worker }), INPUT),
        ("register_worker", json!({ "worker": worker, "lanes": [] }), INPUT),
        ("register_worker", json!({ "worker": {}, "lanes": ["mail"] }), INPUT),
        ("register_worker", json!({ "worker": worker, "lanes": ["mail"], "livenessTtlMs": 0 }), INPUT),
        ("register_worker", json!({ "worker": worker, "lanes": ["mail"], "livenessTtlMs": 86_400_001 }), INPUT),
        ("register_worker", json!({ "worker": worker, "lanes": ["mail"], "namespace": "" }), INPUT),
        ("register_worker", json!({ "worker": worker, "lanes": ["mail"], "capabilities": ["a b"] }), CAPABILITIES),
        ("heartbeat_worker", json!({ "workerInstanceId": "" }), INPUT),
        ("heartbeat_worker", json!({ "worker": worker }), INPUT),
        ("mark_worker_dead", json!({}), INPUT),
        ("mark_worker_dead", json!({ "workerInstanceId": "i", "reason": "r".repeat(257) }), INPUT),
        ("mark_worker_dead", json!({ "workerInstanceId": "i", "reason": "a\nb" }), INPUT),
        ("mark_worker_dead", json!({ "workerInstanceId": "i", "releaseLeases": "yes" }), INPUT),
        ("list_workers", json!({ "limit": -1 }), INPUT),
        ("list_workers", json!({ "cursor": "process" }), INPUT),
        ("list_workers", json!({ "cursor": "x/process" }), INPUT),
    ];
    let (op, args, code) = random.pick(&wrong).clone();
    refusal(op, args, code)
}

fn read(random: &mut Random) -> Op {
    let wrong = [
        ("describe_execution", json!({ "executionId": UUID })),
        ("describe_execution", json!({})),
        ("get_execution_result", json!({ "executionId": "" })),
        ("list_executions", json!({ "cursor": UUID, "before": UUID })),
        ("search_executions", json!({ "cursor": "x1", "before": "x2" })),
        ("search_executions", json!({ "before": "1" })),
        ("list_executions", json!({ "limit": -1 })),
        ("list_executions", json!({ "limit": "all" })),
        ("list_executions", json!({ "cursor": "x" })),
        ("list_executions", json!({ "namespace": "" })),
        ("read_events", json!({ "after": "nowhere" })),
        ("read_events", json!({ "limit": -1 })),
        ("read_events", json!({ "streams": ["gossip"] })),
        ("read_events", json!({ "streams": "lease" })),
        ("read_events", json!({ "lease": true })),
    ];
    let (op, args) = random.pick(&wrong).clone();
    refusal(op, args, INPUT)
}
