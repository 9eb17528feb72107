//! The operations of a scheduler as texts, and made again with a request id. Contract: protocol.repeated.

use crate::engine::world::scheduler::{GRANT_TTL, MINTED};
use crate::engine::world::telling::say_one;
use crate::engine::world::turns::revoke;
use crate::engine::world::{START, TTL, World, test};
use serde_json::{Value, json};

/// What a call answers that is not refused.
fn told(world: &mut World, op: &str, args: &Value) -> Value {
    let answer = say_one(world, &json!({ "op": op, "args": args }));
    answer.get("ok").unwrap_or_else(|| panic!("{op}: {answer}")).clone()
}

/// What a call with a request id answers, with the payloads beside it.
fn once(world: &mut World, id: &str, op: &str, args: &Value) -> (Value, Vec<Vec<u8>>) {
    let call = json!([{ "op": op, "args": args, "requestId": id }]);
    let (answer, payloads) = world.say_with(&call.to_string(), &[]).unwrap();
    (answer["answers"][0].clone(), payloads)
}

/// The same call twice with one request id: the second writes nothing and answers the same, which is not refused.
fn twice(world: &mut World, op: &str, args: &Value) -> (Value, Vec<Vec<u8>>) {
    let first = once(world, op, op, args);
    assert!(first.0.get("ok").is_some(), "{op}: {}", first.0);
    let again = world.unwritten(|world| once(world, op, op, args));
    assert_eq!(again, first, "{op}");
    first
}

/// A call that leaves nothing to be answered again: after some change the same request id gets the other answer.
fn not_kept(world: &mut World, op: &str, args: &Value, change: impl FnOnce(&mut World)) -> [Value; 2] {
    let (first, _) = world.unwritten(|world| once(world, op, op, args));
    change(world);
    let (second, _) = once(world, op, op, args);
    [first, second]
}

fn by_mailer(id: &str) -> Value {
    json!({ "executionId": id, "worker": { "id": "mailer" } })
}

/// A lapsed execution with an input.
fn lapsed_with_input(world: &mut World) -> String {
    let id = world.running_with(|create| create.input = Some("letter".into())).execution_id;
    world.pass(TTL);
    id
}

#[test]
fn a_grant_is_given_and_used_in_texts() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| {
        create.input = Some("letter".into());
        create.required_capabilities = vec!["gpu".to_owned()];
    });
    let mut args = by_mailer(&id);
    args["capabilities"] = json!(["gpu"]);
    args["grantTtlMs"] = json!(9);
    let grant = told(&mut world, "issue_claim_grant", &args);
    let expected = json!({ "executionId": id, "grantKey": grant["grantKey"], "expiresAt": START + 9, "lane": "mail" });
    assert_eq!(grant, expected);
    let args = json!({
        "executionId": id, "worker": { "id": "mailer", "instanceId": "m1" }, "leaseTtlMs": 50, "leaseId": MINTED,
        "attemptId": MINTED,
    });
    let call = json!([{ "op": "claim_execution", "args": args }]).to_string();
    let (answer, payloads) = world.say_with(&call, &[]).unwrap();
    let claim = &answer["answers"][0]["ok"];
    assert_eq!((&claim["handleKind"], &claim["attemptType"]), (&json!("fresh"), &json!("initial")));
    assert_eq!((&claim["leaseId"], &claim["attemptId"]), (&json!(MINTED), &json!(MINTED)));
    assert_eq!((&claim["leaseEpoch"], &claim["leaseExpiresAt"]), (&json!(1), &json!(START + 50)));
    assert_eq!((&claim["input"], payloads), (&json!(0), vec![b"letter".to_vec()]));
}

#[test]
fn work_is_kept_for_a_worker_in_texts() {
    let mut world = World::new();
    let args = json!({ "lanes": ["mail"], "worker": { "id": "mailer" }, "capabilities": [], "grantTtlMs": 7 });
    assert_eq!(told(&mut world, "claim_for_worker", &args), json!({ "outcome": "no_work" }));
    let id = world.submit("mail");
    let kept = told(&mut world, "claim_for_worker", &args);
    let key = &kept["grantKey"];
    let expected = json!({
        "outcome": "granted", "executionId": id, "grantKey": key, "expiresAt": START + 7, "lane": "mail",
    });
    assert_eq!(kept, expected);
}

#[test]
fn interrupted_attempts_are_continued_in_texts() {
    let mut world = World::new();
    let first = world.interrupted();
    let id = first.execution_id;
    world.reserve(&id);
    let mut args = by_mailer(&id);
    args["leaseId"] = json!(MINTED);
    let claim = told(&mut world, "claim_resumed_execution", &args);
    assert_eq!((&claim["handleKind"], &claim["leaseId"]), (&json!("resumed"), &json!(MINTED)));
    assert_eq!(claim["attemptId"], json!(first.attempt_id));
    world.pass(TTL);
    let mut args = by_mailer(&id);
    args["grantKey"] = json!(world.reserve(&id).grant_key);
    let claim = told(&mut world, "claim_from_resume_grant", &args);
    assert_eq!((&claim["handleKind"], &claim["leaseEpoch"]), (&json!("resumed"), &json!(4)));
    assert_eq!(told(&mut world, "claim_from_resume_grant", &args), Value::Null, "a live lease");
}

#[test]
fn an_operator_takes_an_execution_in_texts() {
    let mut world = World::new();
    let id = world.submit("mail");
    let claim = told(&mut world, "issue_grant_and_claim", &json!({ "executionId": id, "leaseTtlMs": 5 }));
    assert_eq!((&claim["leaseEpoch"], &claim["attemptIndex"]), (&json!(1), &json!(0)));
    assert_eq!((&claim["executionId"], &claim["leaseExpiresAt"]), (&json!(id), &json!(START + 5)));
}

#[test]
fn a_lapsed_execution_is_reclaimed_in_texts() {
    let mut world = World::new();
    let id = world.running().execution_id;
    let answer = told(&mut world, "issue_reclaim_grant", &by_mailer(&id));
    assert_eq!((&answer["outcome"], &answer["executionId"]), (&json!("not_reclaimable"), &json!(id)));
    assert!(answer["detail"].is_string());
    world.pass(TTL);
    let none = json!({ "outcome": "grant_not_found", "executionId": id });
    assert_eq!(told(&mut world, "reclaim_execution", &by_mailer(&id)), none);
    let grant = told(&mut world, "issue_reclaim_grant", &by_mailer(&id));
    assert_eq!((&grant["outcome"], &grant["lane"]), (&json!("granted"), &json!("mail")));
    assert_eq!(grant["expiresAt"], json!(START + TTL + GRANT_TTL));
    let mut args = by_mailer(&id);
    args["attemptId"] = json!(MINTED);
    let claim = told(&mut world, "reclaim_execution", &args);
    assert_eq!((&claim["outcome"], &claim["handleKind"]), (&json!("claimed"), &json!("reclaimed")));
    assert_eq!((&claim["attemptId"], &claim["attemptType"]), (&json!(MINTED), &json!("reclaim")));
    let answer = told(&mut world, "reclaim_execution", &by_mailer(&id));
    assert_eq!((&answer["outcome"], answer["detail"].is_string()), (&json!("not_reclaimable"), true));
    world.pass(TTL);
    world.rescue(&id);
    args["maxReclaimCount"] = json!(1);
    let over = json!({ "outcome": "reclaim_cap_exceeded", "executionId": id, "reclaimCount": 1 });
    assert_eq!(told(&mut world, "reclaim_execution", &args), over);
}

#[test]
fn at_its_cap_a_grant_to_reclaim_says_so_in_texts() {
    let mut world = World::new();
    let id = world.running_with(|create| create.policy.max_reclaim_count = Some(0)).execution_id;
    world.pass(TTL);
    let over = json!({ "outcome": "reclaim_cap_exceeded", "executionId": id, "reclaimCount": 0 });
    assert_eq!(told(&mut world, "issue_reclaim_grant", &by_mailer(&id)), over);
}

#[test]
fn executions_are_scanned_blocked_and_unblocked_in_texts() {
    let mut world = World::new();
    let id = world.submit("mail");
    let scan = json!({ "lane": "mail", "limit": 5 });
    assert_eq!(told(&mut world, "scan_eligible_executions", &scan), json!({ "executionIds": [id] }));
    let waiting = json!({ "executionId": id, "publicState": "waiting" });
    assert_eq!(told(&mut world, "block_route", &json!({ "executionId": id, "reason": "no gpu" })), waiting);
    assert_eq!(told(&mut world, "scan_eligible_executions", &scan), json!({ "executionIds": [] }));
    let unblock = json!({ "executionId": id, "expectedReason": "waiting_for_capable_worker" });
    assert_eq!(told(&mut world, "unblock_execution", &unblock), waiting);
    let block = json!({ "executionId": id, "reason": "waiting_for_budget", "detail": "spent" });
    let limited = json!({ "executionId": id, "publicState": "rate_limited" });
    assert_eq!(told(&mut world, "block_execution_for_admission", &block), limited);
}

#[test]
fn a_missing_argument_is_refused_by_name() {
    let mut world = World::new();
    let id = world.submit("mail");
    for (op, args, field) in [
        ("claim_for_worker", json!({ "worker": { "id": "w" } }), "lanes"),
        ("issue_claim_grant", json!({ "executionId": id }), "worker"),
        ("claim_execution", json!({ "executionId": id, "worker": {} }), "worker.id"),
        ("claim_resumed_execution", json!({ "worker": { "id": "w" } }), "executionId"),
        ("claim_resumed_execution", json!({ "executionId": id, "attemptId": MINTED }), "attemptId"),
        ("claim_from_resume_grant", by_mailer(&id), "grantKey"),
        ("issue_grant_and_claim", json!({}), "executionId"),
        ("issue_grant_and_claim", by_mailer(&id), "worker"),
        ("issue_reclaim_grant", json!({ "executionId": id }), "worker"),
        ("reclaim_execution", json!({ "executionId": id }), "worker"),
        ("scan_eligible_executions", json!({}), "lane"),
        ("block_route", json!({ "reason": "x" }), "executionId"),
        ("block_execution_for_admission", json!({ "executionId": id }), "reason"),
        ("unblock_execution", json!({ "executionId": id }), "expectedReason"),
    ] {
        let answer = world.unwritten(|world| say_one(world, &json!({ "op": op, "args": args })));
        assert_eq!(answer["error"]["code"], "validation.invalid_input", "{op}: {answer}");
        assert_eq!(answer["error"]["details"]["field"], field, "{op}: {answer}");
    }
}

/// Contract: protocol.repeated.
#[test]
fn a_repeated_grant_is_the_same_grant() {
    let mut world = World::new();
    let id = world.submit("mail");
    twice(&mut world, "issue_claim_grant", &by_mailer(&id));
    world.submit("mail");
    twice(&mut world, "claim_for_worker", &json!({ "lanes": ["mail"], "worker": { "id": "mailer" } }));
    assert_eq!(world.grants(), 2);
    let id = world.running_in("post").execution_id;
    world.pass(TTL);
    twice(&mut world, "issue_reclaim_grant", &by_mailer(&id));
}

/// Contract: protocol.repeated.
#[test]
fn a_repeated_claim_by_a_grant_is_the_same_claim_with_its_input_again() {
    let letter = vec![b"letter".to_vec()];
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.input = Some("letter".into()));
    world.reserve(&id);
    let (answer, payloads) = twice(&mut world, "claim_execution", &by_mailer(&id));
    assert_eq!((&answer["ok"]["input"], payloads), (&json!(0), letter.clone()));
    world.pass(TTL);
    let mut args = by_mailer(&id);
    args["grantKey"] = json!(world.reserve(&id).grant_key);
    let (answer, payloads) = twice(&mut world, "claim_from_resume_grant", &args);
    assert_eq!((&answer["ok"]["leaseEpoch"], payloads), (&json!(2), letter.clone()));
    revoke(&mut world, &id, |_| {}).unwrap();
    world.reserve(&id);
    let (answer, payloads) = twice(&mut world, "claim_resumed_execution", &by_mailer(&id));
    assert_eq!((&answer["ok"]["leaseEpoch"], payloads), (&json!(4), letter));
    assert_eq!(world.describe(&id).lease_epoch, 4, "nothing was claimed again");
}

/// Contract: protocol.repeated.
#[test]
fn a_repeated_claim_of_an_operator_or_by_a_reclaim_is_the_same_claim_with_its_input_again() {
    let letter = vec![b"letter".to_vec()];
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.input = Some("letter".into()));
    let (_, payloads) = twice(&mut world, "issue_grant_and_claim", &json!({ "executionId": id }));
    assert_eq!(payloads, letter);
    let id = lapsed_with_input(&mut world);
    world.rescue(&id);
    let (answer, payloads) = twice(&mut world, "reclaim_execution", &by_mailer(&id));
    assert_eq!((&answer["ok"]["outcome"], payloads), (&json!("claimed"), letter));
    assert_eq!(world.describe(&id).lease_reclaim_count, 1);
}

#[test]
fn a_repeated_claim_hands_the_recorded_steps_back_again() {
    let mut world = World::new();
    let claim = world.running();
    let args = json!({ "handle": claim.handle, "name": "sent", "result": 0 });
    let call = json!([{ "op": "record_step", "args": args }]).to_string();
    world.say_with(&call, &[b"receipt"]).unwrap();
    world.pass(TTL);
    world.rescue(&claim.execution_id);
    let (answer, payloads) = twice(&mut world, "reclaim_execution", &by_mailer(&claim.execution_id));
    assert_eq!((&answer["ok"]["steps"][0]["name"], payloads), (&json!("sent"), vec![b"receipt".to_vec()]));
}

#[test]
fn a_repeated_end_over_the_cap_answers_the_same_count() {
    let mut world = World::new();
    let id = lapsed_with_input(&mut world);
    world.rescue(&id);
    let mut args = by_mailer(&id);
    args["maxReclaimCount"] = json!(0);
    let (answer, payloads) = twice(&mut world, "reclaim_execution", &args);
    assert_eq!(answer["ok"]["outcome"], "reclaim_cap_exceeded");
    assert!(payloads.is_empty());
}

#[test]
fn a_repeated_block_or_unblock_is_no_second_one() {
    let mut world = World::new();
    let id = world.submit("mail");
    twice(&mut world, "block_execution_for_admission", &json!({ "executionId": id, "reason": "waiting_for_quota" }));
    twice(&mut world, "unblock_execution", &json!({ "executionId": id, "expectedReason": "waiting_for_quota" }));
    twice(&mut world, "block_route", &json!({ "executionId": id }));
    assert_eq!(world.events().len(), 4);
}

#[test]
fn a_refused_claim_or_grant_is_not_kept() {
    let mut world = World::new();
    let id = world.submit("mail");
    let [refused, granted] = not_kept(&mut world, "claim_execution", &by_mailer(&id), |world| {
        world.reserve(&id);
    });
    assert_eq!(refused["error"]["code"], "contention.invalid_claim_grant");
    assert_eq!(granted["ok"]["executionId"], json!(id));
    let [refused, granted] = not_kept(&mut world, "issue_claim_grant", &by_mailer(&id), |world| world.pass(TTL));
    assert_eq!(refused["error"]["code"], "contention.execution_not_eligible");
    assert_eq!(granted["ok"]["executionId"], json!(id));
}

/// Contract: claims.repeated.
#[test]
fn an_answer_that_changed_nothing_is_not_kept() {
    let mut world = World::new();
    let keep = json!({ "lanes": ["mail"], "worker": { "id": "mailer" } });
    let [nothing, granted] = not_kept(&mut world, "claim_for_worker", &keep, |world| {
        world.submit("mail");
    });
    assert_eq!((&nothing["ok"]["outcome"], &granted["ok"]["outcome"]), (&json!("no_work"), &json!("granted")));
    let id = granted["ok"]["executionId"].as_str().unwrap().to_owned();
    world.redeem(&id).unwrap();
    let [not_yet, granted] = not_kept(&mut world, "issue_reclaim_grant", &by_mailer(&id), |world| world.pass(TTL));
    assert_eq!((&not_yet["ok"]["outcome"], &granted["ok"]["outcome"]), (&json!("not_reclaimable"), &json!("granted")));
    world.pass(GRANT_TTL + 1);
    let [none, claimed] = not_kept(&mut world, "reclaim_execution", &by_mailer(&id), |world| {
        world.rescue(&id);
    });
    assert_eq!((&none["ok"]["outcome"], &claimed["ok"]["outcome"]), (&json!("grant_not_found"), &json!("claimed")));
}
