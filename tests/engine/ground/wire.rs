//! Batches as text: what goes in and what comes out.

use crate::engine::world::telling::say_one;
use crate::engine::world::{START, World, test};
use serde_json::{Value, json};
use tidegate::Operation;

/// Contract: values.batch.
#[test]
fn a_life_in_texts() {
    let mut world = World::new();
    let create = json!({ "op": "create_execution", "args": { "lane": "mail", "kind": "send", "input": 0 } });
    let (answer, payloads) = world.say_with(&json!([create]).to_string(), &[b"letter"]).unwrap();
    let created = &answer["answers"][0]["ok"];
    assert_eq!((created["outcome"].as_str(), created["publicState"].as_str()), (Some("created"), Some("waiting")));
    assert!(payloads.is_empty());
    assert_eq!(
        answer["wakes"],
        json!({ "lanes": [{ "lane": "mail", "kind": "send", "count": 1 }], "opened": [], "finished": [], "streams": [], "events": true })
    );
    assert_eq!((&answer["now"], &answer["nextDueAt"]), (&json!(START), &Value::Null));

    let claim = json!({ "op": "claim", "args": { "lanes": ["mail"], "worker": { "id": "w" } } });
    let (answer, payloads) = world.say_with(&json!([claim]).to_string(), &[]).unwrap();
    let claim = &answer["answers"][0]["ok"];
    assert_eq!((claim["handleKind"].as_str(), claim["attemptType"].as_str()), (Some("fresh"), Some("initial")));
    assert_eq!((&claim["input"], payloads), (&json!(0), vec![b"letter".to_vec()]));
    assert_eq!(answer["nextDueAt"], json!(START + 30_000));

    let complete = json!({ "op": "complete", "args": { "handle": claim["handle"], "result": 0, "encoding": "text" } });
    let read = json!({ "op": "get_execution_result", "args": { "executionId": claim["executionId"] } });
    let (answer, payloads) = world.say_with(&json!([complete, read]).to_string(), &[b"\xff\x00"]).unwrap();
    assert_eq!(answer["answers"][0]["ok"]["publicState"], "completed");
    let result = &answer["answers"][1]["ok"];
    assert_eq!(result, &json!({ "attemptIndex": 0, "result": 0, "encoding": "text" }));
    assert_eq!(payloads, [b"\xff\x00"]);
    assert_eq!(answer["wakes"]["finished"], json!([claim["executionId"]]));
}

/// Contract: values.places.
#[test]
fn payloads_stand_for_themselves_whatever_their_order() {
    let mut world = World::new();
    let create =
        |input: u32| json!({ "op": "create_execution", "args": { "lane": "mail", "kind": "send", "input": input } });
    let text = json!([create(2), create(0), create(1)]).to_string();
    world.say_with(&text, &[b"zero", b"one", b"two"]).unwrap();
    let claim = json!({ "op": "claim", "args": { "lanes": ["mail"], "worker": { "id": "w" } } });
    let (answer, payloads) = world.say_with(&json!([claim, claim, claim]).to_string(), &[]).unwrap();
    let given: Vec<&[u8]> = (0..3)
        .map(|at| {
            let place = answer["answers"][at]["ok"]["input"].as_u64().unwrap();
            payloads[usize::try_from(place).unwrap()].as_slice()
        })
        .collect();
    assert_eq!(given, [b"two".as_slice(), b"zero", b"one"]);
}

#[test]
fn a_payload_named_twice_is_never_silently_lost() {
    let mut world = World::new();
    let create = json!({ "op": "create_execution", "args": { "lane": "mail", "kind": "send", "input": 0 } });
    let (answer, _) = world.say_with(&json!([create, create]).to_string(), &[b"letter"]).unwrap();
    for at in 0..2 {
        if answer["answers"][at].get("ok").is_some() {
            assert_eq!(world.claim("mail").input, Some("letter".into()), "call {at}");
        }
    }
}

/// Contract: values.null.
#[test]
fn a_claim_that_finds_nothing_answers_null() {
    let mut world = World::new();
    let claim = json!({ "op": "claim", "args": { "lanes": ["mail"], "worker": { "id": "w" } } });
    assert_eq!(say_one(&mut world, &claim), json!({ "ok": null }));
}

/// Contract: values.batch.
#[test]
fn a_refusal_stands_in_the_place_of_its_answer() {
    let mut world = World::new();
    let calls = json!([
        { "op": "create_execution", "args": { "lane": "mail", "kind": "send" } },
        { "op": "complete", "args": { "handle": "nonsense" } },
        { "op": "list_executions" },
    ]);
    let answers = world.say(&calls.to_string())["answers"].clone();
    assert!(answers[0].get("ok").is_some());
    assert_eq!(answers[1]["error"]["code"], "validation.corruption");
    assert_eq!(answers[1]["error"].as_object().unwrap().len(), 7);
    assert_eq!(answers[2]["ok"]["executions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_request_id_is_told_beside_the_operation() {
    let mut world = World::new();
    let create = json!({ "op": "create_execution", "args": { "lane": "mail", "kind": "send" }, "requestId": "r1" });
    let first = say_one(&mut world, &create);
    assert_eq!(say_one(&mut world, &create), first);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
}

#[test]
fn kept_claims_hand_their_inputs_back_again_in_text() {
    let mut world = World::new();
    for input in ["letter", "card"] {
        world.submit_with("mail", |create| create.input = Some(input.into()));
    }
    let args = json!({ "lanes": ["mail"], "worker": { "id": "w" } });
    let claims = ["r1", "r2"].map(|id| json!({ "op": "claim", "args": args, "requestId": id }));
    let text = json!(claims).to_string();
    let (first, payloads) = world.say_with(&text, &[]).unwrap();
    assert_eq!(payloads, [b"letter".as_slice(), b"card"]);
    assert_eq!(world.say_with(&text, &[]).unwrap().0["answers"], first["answers"]);
    let (again, payloads) = world.say_with(&json!([claims[1], claims[0]]).to_string(), &[]).unwrap();
    assert_eq!(payloads, [b"card".as_slice(), b"letter"]);
    let inputs = [0, 1].map(|at| again["answers"][at]["ok"]["input"].clone());
    assert_eq!(inputs, [0, 1]);
}

#[test]
fn every_operation_is_known_by_its_name() {
    let mut world = World::new();
    for name in Operation::NAMES {
        let answer = say_one(&mut world, &json!({ "op": name }));
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(!message.contains("one of"), "{name}: {answer}");
    }
    for name in ["create_execution", "claim", "renew", "progress", "complete", "fail", "cancel_execution"] {
        assert!(Operation::NAMES.contains(&name), "{name}");
    }
    for name in ["describe_execution", "get_execution_result", "list_executions", "read_events"] {
        assert!(Operation::NAMES.contains(&name), "{name}");
    }
}

#[test]
fn a_fail_answers_its_outcome() {
    let mut world = World::new();
    let claim = world.running();
    let mut args = json!({ "handle": claim.handle, "class": "infra_crash", "category": "net" });
    args["reason"] = json!({ "message": "no route", "detail": "ICMP 3" });
    let answer = say_one(&mut world, &json!({ "op": "fail", "args": args }));
    assert_eq!(answer["ok"]["outcome"], "retry_scheduled");
    assert_eq!(answer["ok"]["nextAttemptIndex"], 1);
    assert!(answer["ok"]["delayUntil"].is_i64());
    let claim = world.running_in("post");
    let fail =
        json!({ "op": "fail", "args": { "handle": claim.handle, "reason": { "message": "" }, "class": "permanent" } });
    assert_eq!(say_one(&mut world, &fail), json!({ "ok": { "outcome": "terminal_failed" } }));
}

#[test]
fn a_policy_is_told_in_its_members() {
    let mut world = World::new();
    let retry =
        json!({ "maxRetries": 2, "backoff": { "type": "fixed", "delayMs": 7 }, "retryableCategories": ["net"] });
    let exponential = json!({ "backoff": {
        "type": "exponential", "initialDelayMs": 1, "maxDelayMs": 9, "multiplier": 1.5, "jitter": true,
    }});
    for retry in [retry, exponential] {
        let args =
            json!({ "lane": "mail", "kind": "send", "retry": retry, "maxReclaimCount": 3, "tags": { "a": "b" } });
        let created = say_one(&mut world, &json!({ "op": "create_execution", "args": args }));
        let id = &created["ok"]["executionId"];
        let found = say_one(&mut world, &json!({ "op": "describe_execution", "args": { "executionId": id } }));
        assert_eq!(found["ok"]["policy"], json!({ "retry": retry, "maxReclaimCount": 3 }));
        assert_eq!(found["ok"]["tags"], json!({ "a": "b" }));
    }
}

#[test]
fn events_are_told_with_their_cursors() {
    let mut world = World::new();
    world.completed();
    let read =
        json!({ "op": "read_events", "args": { "after": "start", "streams": ["completion", "lease"], "limit": 9 } });
    let page = say_one(&mut world, &read)["ok"].clone();
    let events = page["events"].as_array().unwrap();
    assert_eq!(events.iter().map(|event| &event["lease"]).collect::<Vec<_>>(), ["acquired", "revoked"]);
    assert_eq!((&events[1]["completion"], &events[1]["publicState"]), (&json!("success"), &json!("completed")));
    assert_eq!((&page["cursor"], &page["atEnd"]), (&events[1]["cursor"], &json!(true)));
}
