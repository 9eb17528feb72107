//! `submit_flow` as its callers write it. Contract: flows.submit-place, flows.submit-after, values.places.

use crate::engine::world::telling::say_one;
use crate::engine::world::{World, test};
use serde_json::{Value, json};

fn submit(members: &Value) -> String {
    json!([{ "op": "submit_flow", "args": { "members": members } }]).to_string()
}

/// The refusal of some members: its code and its field.
fn refused(members: &Value, code: &str, field: &str) {
    let answer = World::new().say(&submit(members));
    let error = &answer["answers"][0]["error"];
    assert_eq!((error["code"].as_str(), error["details"]["field"].as_str()), (Some(code), Some(field)), "{answer}");
}

#[test]
fn payloads_stand_in_the_members_by_their_places() {
    let mut world = World::new();
    let members = json!([
        { "name": "a", "lane": "mail", "kind": "k", "input": 1 },
        { "name": "b", "lane": "mail", "kind": "k" },
        { "name": "c", "lane": "mail", "kind": "k", "input": 0, "encoding": "raw" },
    ]);
    let (answer, _) = world.say_with(&submit(&members), &[&[0xff, 0], b"first"]).unwrap();
    assert_eq!(answer["answers"][0]["ok"]["executionIds"].as_array().map(Vec::len), Some(3), "{answer}");
    let inputs: Vec<_> = (0..3).map(|_| world.claim("mail").input).collect();
    assert_eq!(inputs, [Some("first".into()), None, Some(vec![0xff, 0].into())]);
}

#[test]
fn a_payload_that_is_not_there_or_named_twice_is_refused() {
    for (place, count) in [(1, 1), (0, 2)] {
        let members: Vec<Value> =
            (0..count).map(|n| json!({ "name": n.to_string(), "lane": "l", "kind": "k", "input": place })).collect();
        let (answer, _) = World::new().say_with(&submit(&json!(members)), &[b"one"]).unwrap();
        let error = &answer["answers"][0]["error"];
        assert_eq!(error["details"]["field"], "members.input", "{answer}");
    }
}

/// Contract: flows.submit-after.
#[test]
fn what_is_needed_is_named_shortly_or_at_length() {
    let mut world = World::new();
    let members = json!([
        { "name": "a", "lane": "mail", "kind": "k" },
        { "name": "b", "lane": "mail", "kind": "k", "after": ["a"], "need": "all_of" },
        { "name": "c", "lane": "mail", "kind": "k", "after": ["a", { "name": "b" }], "need": "any_of" },
        { "name": "d", "lane": "mail", "kind": "k", "need": { "quorum": 2 }, "onSatisfied": "let_run",
          "after": [{ "name": "a", "edgeRef": "r", "replaceInput": true }, { "name": "c", "replaceInput": false }] },
    ]);
    let answer = say_one(&mut world, &json!({ "op": "submit_flow", "args": { "members": members } }));
    assert_eq!(answer["ok"]["outcome"], "created", "{answer}");
    // Each group in three digits: its policy, k, and whether the others run on.
    let policies = "SELECT sum((policy * 100 + k * 10 + let_run) * CASE execution WHEN 2 THEN 1000000 WHEN 3 THEN 1000 \
        ELSE 1 END) FROM edge_group";
    assert_eq!(world.number(policies), 100_200_321);
    assert_eq!(world.number("SELECT sum(replaces) * 10 + count(edge_ref) FROM edge"), 11);
}

/// Contract: flows.submit-place.
#[test]
fn unknown_members_are_refused_by_name_and_place() {
    let invalid = "validation.invalid_input";
    let with = |extra: Value| {
        let mut member = json!({ "name": "b", "lane": "l", "kind": "k" });
        member.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!([{ "name": "a", "lane": "l", "kind": "k" }, member])
    };
    refused(&with(json!({ "foo": 1 })), invalid, "members[1].foo");
    refused(&with(json!({ "after": "a" })), invalid, "members[1].after");
    refused(&with(json!({ "after": [1] })), invalid, "members[1].after[0]");
    refused(&with(json!({ "after": ["a", { "name": "a", "foo": 1 }] })), invalid, "members[1].after[1].foo");
    refused(&with(json!({ "after": [{}] })), invalid, "members[1].after[0].name");
    refused(&with(json!({ "after": ["a"], "need": "some" })), invalid, "members[1].need");
    refused(&with(json!({ "after": ["a"], "need": { "quorum": "1" } })), invalid, "members[1].need.quorum");
    refused(&with(json!({ "after": ["a"], "need": {} })), invalid, "members[1].need.quorum");
    refused(&with(json!({ "after": ["a"], "onSatisfied": "x" })), invalid, "members[1].onSatisfied");
    refused(&with(json!({ "lane": 5 })), invalid, "members[1].lane");
    let policy = "validation.invalid_policy_json";
    refused(&with(json!({ "retry": { "maxRetries": "x" } })), policy, "members[1].retry.maxRetries");
    refused(&json!([{ "lane": "l", "kind": "k" }]), invalid, "members[0].name");
    refused(&json!([{ "name": "a", "kind": "k" }]), invalid, "members[0].lane");
    refused(&json!([7]), invalid, "members[0]");
    refused(&json!({}), invalid, "members");
    let unreadable = with(json!({ "requiredCapabilities": "gpu" }));
    refused(&unreadable, "validation.invalid_capabilities", "members[1].requiredCapabilities");
}

#[test]
fn the_details_of_a_circle_name_it() {
    let members = json!([
        { "name": "a", "lane": "l", "kind": "k", "after": ["b"] },
        { "name": "b", "lane": "l", "kind": "k", "after": ["a"] },
    ]);
    let answer = World::new().say(&submit(&members));
    let error = &answer["answers"][0]["error"];
    assert_eq!(error["code"], "conflict.cycle_detected");
    assert!(["a → b → a", "b → a → b"].contains(&error["details"]["cycle"].as_str().unwrap()), "{answer}");
}
