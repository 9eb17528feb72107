//! Flows as large as one call makes them: a chain, and a fan-out, that complete and that are skipped at one blow, on a
//! stack of an ordinary size (contract: edges.cascade).

use super::wire::{Said, ask, say};
use super::work::worker;
use crate::ground::world::World;
use serde_json::{Value, json};

const CHAIN: usize = 100_000;
const FAN: usize = 50_000;
/// As many as a commit holds.
const BATCH: usize = 256;

fn one(name: &str, lane: &str, after: Option<String>) -> Value {
    let mut one = json!({ "name": name, "lane": lane, "kind": "k" });
    if let Some(after) = after {
        one["after"] = json!([after]);
    }
    one
}

fn submit(world: &mut World, members: &[Value]) -> String {
    let answer = ask(world, "submit_flow", &json!({ "members": members }));
    answer["flowId"].as_str().expect("a flow id").to_owned()
}

fn chain(world: &mut World, length: usize) -> String {
    let after = |index: usize| index.checked_sub(1).map(|before| format!("n{before}"));
    submit(world, &(0..length).map(|index| one(&format!("n{index}"), "mail", after(index))).collect::<Vec<_>>())
}

/// One, then all the others.
fn fan(world: &mut World) -> String {
    let after = |index: usize| (index > 0).then(|| "n0".to_owned());
    submit(world, &(0..=FAN).map(|index| one(&format!("n{index}"), "mail", after(index))).collect::<Vec<_>>())
}

fn claims(count: usize) -> Vec<Said> {
    let claim = json!({ "lanes": ["mail"], "worker": worker(), "leaseTtlMs": 3_600_000 });
    vec![("claim", claim); count]
}

/// Claims and completes by batches; answers how many there were.
fn work(world: &mut World, at_once: usize) -> usize {
    let mut done = 0;
    loop {
        let batch = say(world, &claims(at_once));
        let handles =
            batch["answers"].as_array().expect("answers").iter().filter_map(|one| one["ok"]["handle"].as_str());
        let completes: Vec<Said> = handles.map(|handle| ("complete", json!({ "handle": handle }))).collect();
        if completes.is_empty() {
            return done;
        }
        let batch = say(world, &completes);
        let refused = batch["answers"].as_array().expect("answers").iter().find(|one| one.get("ok").is_none());
        assert!(refused.is_none(), "a completion is refused: {refused:?}");
        done += completes.len();
    }
}

/// Fails the one that can be claimed, for good; answers whom it wakes.
fn fail_the_first(world: &mut World) -> usize {
    let handle = ask(world, "claim", &claims(1)[0].1)["handle"].clone();
    let args = json!({ "handle": handle, "class": "permanent", "reason": { "message": "no" } });
    let batch = say(world, &[("fail", args)]);
    assert_eq!(batch["answers"][0]["ok"]["outcome"], "terminal_failed", "{}", batch["answers"]);
    batch["wakes"]["finished"].as_array().expect("who ended").len()
}

fn state(world: &mut World, flow: &str) -> String {
    let snapshot = ask(world, "describe_flow", &json!({ "flowId": flow }));
    snapshot["publicFlowState"].as_str().expect("a state").to_owned()
}

/// Contract: edges.cascade.
#[test]
fn a_chain_of_a_hundred_thousand_is_skipped_at_one_blow() {
    let mut world = World::memory(1);
    let flow = chain(&mut world, CHAIN);
    assert_eq!(fail_the_first(&mut world), CHAIN + 1, "everybody ends, and the flow");
    assert_eq!(state(&mut world, &flow), "failed");
    let replayed = json!({ "executionId": first(&mut world, &flow), "cascade": true });
    ask(&mut world, "replay_execution", &replayed);
    assert_eq!(state(&mut world, &flow), "blocked");
    ask(&mut world, "cancel_flow", &json!({ "flowId": flow, "policy": "cancel_all" }));
    assert_eq!(state(&mut world, &flow), "cancelled");
}

fn first(world: &mut World, flow: &str) -> Value {
    ask(world, "flow_graph", &json!({ "flowId": flow, "limit": 1 }))["nodes"][0]["executionId"].clone()
}

#[test]
fn a_chain_of_a_hundred_thousand_completes_one_by_one() {
    let mut world = World::memory(2);
    let flow = chain(&mut world, CHAIN);
    assert_eq!(work(&mut world, 1), CHAIN);
    assert_eq!(state(&mut world, &flow), "completed");
}

#[test]
fn a_fan_of_fifty_thousand_opens_at_one_blow_and_completes() {
    let mut world = World::memory(3);
    let flow = fan(&mut world);
    assert_eq!(work(&mut world, BATCH), FAN + 1);
    assert_eq!(state(&mut world, &flow), "completed");
}

#[test]
fn a_fan_of_fifty_thousand_is_skipped_at_one_blow() {
    let mut world = World::memory(4);
    let flow = fan(&mut world);
    assert_eq!(fail_the_first(&mut world), FAN + 2, "everybody ends, and the flow");
    assert_eq!(state(&mut world, &flow), "failed");
}
