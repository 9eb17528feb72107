//! What is read of a database of the story: every execution and flow, every listing, the whole log.

use crate::teller::{END, Teller, flow_id, id};
use serde_json::{Value, json};

/// Executions whose attempts streamed.
const STREAMED: [u32; 2] = [1, 31];

/// All reads, as operation and arguments.
pub fn reads() -> Vec<(&'static str, Value)> {
    let mut reads = Vec::new();
    let singles = (1..=6).chain(11..=19).chain(21..=23).chain(31..=34).chain([41]);
    let members = (101..=104).chain(111..=113).chain(121..=128).chain([131, 132]).chain(141..=144).chain(151..=153);
    // What was deleted is not there to be described.
    for number in singles.chain(members).filter(|number| *number != 6) {
        let of = json!({ "executionId": id(number) });
        reads.push(("describe_execution", of.clone()));
        reads.push(("evaluate_flow_eligibility", of));
    }
    for number in [1, 5] {
        reads.push(("get_execution_result", json!({ "executionId": id(number) })));
        reads.push(("wait", json!({ "executionId": id(number), "after": "start" })));
    }
    for number in STREAMED {
        for index in 0..2 {
            let of = json!({ "executionId": id(number), "attemptIndex": index });
            reads.push(("read_stream", of.clone()));
            reads.push(("read_summary", of));
        }
    }
    reads.push(("execution_history", json!({ "executionId": id(34), "streams": ["execution", "lease", "operator"] })));
    reads.extend(of_flows());
    reads.extend(listings());
    reads
}

fn of_flows() -> Vec<(&'static str, Value)> {
    let mut reads = Vec::new();
    for number in 1..=6 {
        for op in ["describe_flow", "flow_graph", "list_edges", "wait_flow"] {
            reads.push((op, json!({ "flowId": flow_id(number) })));
        }
    }
    reads.push(("list_flows", json!({})));
    reads.push(("get_flow_tag", json!({ "flowId": flow_id(1), "key": "to" })));
    reads
}

fn listings() -> Vec<(&'static str, Value)> {
    let streams = json!(["execution", "completion", "lease", "operator", "worker", "flow"]);
    let mut reads = vec![
        ("list_lanes", json!({})),
        ("list_workers", json!({})),
        ("list_expired_leases", json!({ "asOf": END + 3_700_000 })),
        ("scan_eligible_executions", json!({ "lane": "mail" })),
        ("explain_claim", json!({ "executionId": id(23), "lanes": ["blocked"], "capabilities": ["gpu"] })),
        ("search_executions", json!({ "tags": { "shop": "a" }, "limit": 100 })),
        ("count_executions", json!({})),
        ("count_executions", json!({ "namespace": "team" })),
        ("read_events", json!({ "after": "start", "limit": 1_000, "streams": streams })),
    ];
    for state in ["waiting", "delayed", "rate_limited", "active", "cancelled", "expired", "skipped"] {
        reads.push(("search_executions", json!({ "states": [state], "limit": 100 })));
    }
    reads
}

/// What all reads answer, a line each.
pub fn answers(teller: &mut Teller) -> Vec<String> {
    let line = |(op, args)| {
        let answer = teller.ask(op, &args);
        json!({ "op": op, "args": args, "answer": answer }).to_string()
    };
    reads().into_iter().map(line).collect()
}
