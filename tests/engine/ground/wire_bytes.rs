//! How much one message answers. Contract: time.message-bytes.

use crate::engine::world::spy::Spy;
use crate::engine::world::{World, failure, test};
use serde_json::{Value, json};
use std::rc::Rc;
use tidegate::ANSWER_BYTES_MAX;
use tidegate::model::ground::argument::{Limits, PAYLOAD_BYTES_MAX};
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::store::driver::Embedded;

fn large() -> World {
    World::with_limits(Limits { payload_bytes_max: PAYLOAD_BYTES_MAX, ..Limits::default() })
}

/// An execution that came to so many bytes.
fn completed(world: &mut World, bytes: usize) -> String {
    let claim = world.running();
    world.complete_with(&claim, &vec![7; bytes]).unwrap();
    claim.execution_id
}

fn read(id: &str) -> Value {
    json!({ "op": "get_execution_result", "args": { "executionId": id } })
}

fn create(lane: &str) -> Value {
    json!({ "op": "create_execution", "args": { "lane": lane, "kind": "send" } })
}

/// The answers to calls and how many bytes of payloads came with them.
fn said(world: &mut World, calls: &[Value]) -> (Vec<Value>, Vec<usize>) {
    let (answer, payloads) = world.say_with(&json!(calls).to_string(), &[]).unwrap();
    (answer["answers"].as_array().unwrap().clone(), payloads.iter().map(Vec::len).collect())
}

/// Contract: time.message-bytes.
#[test]
fn a_message_ends_with_the_answer_that_reaches_16_mib() {
    let mut world = large();
    let id = completed(&mut world, 6 << 20);
    let refused = json!({ "op": "no such" });
    let calls = [read(&id), refused.clone(), read(&id), read(&id), refused, create("mail"), read(&id)];
    let (answers, payloads) = said(&mut world, &calls);
    assert_eq!((answers.len(), payloads), (5, vec![6 << 20; 3]), "what was refused when it was read is answered");
    assert_eq!((&answers[2]["ok"]["result"], answers[1].get("error").is_some()), (&json!(1), true));
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
    let (answers, payloads) = said(&mut world, &calls[answers.len()..]);
    assert_eq!((answers.len(), payloads), (2, vec![6 << 20]));
    assert_eq!(world.number("SELECT count(*) FROM execution"), 2);
}

/// Contract: time.message-bytes.
#[test]
fn one_answer_that_reaches_the_bound_is_answered_alone() {
    let mut world = large();
    let id = completed(&mut world, PAYLOAD_BYTES_MAX);
    for _ in 0..2 {
        let (answers, payloads) = said(&mut world, &[read(&id), create("mail"), read(&id)]);
        assert_eq!((answers.len(), payloads), (1, vec![PAYLOAD_BYTES_MAX]));
    }
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
}

/// Contract: time.message-bytes.
#[test]
fn texts_count_as_payloads_do() {
    let mut world = World::new();
    let id = world.submit("mail");
    for _ in 0..4 {
        let Some(claim) = world.claim_if_any("mail") else { break };
        let mut failing = failure(&claim.handle, FailureClass::Transient);
        failing.reason.message = "\u{1}".repeat(65_536);
        failing.retry_at = Some(0);
        world.call(failing).unwrap();
    }
    let describe = json!({ "op": "describe_execution", "args": { "executionId": id } });
    let (text, _) = world.say_with(&json!([describe]).to_string(), &[]).unwrap();
    let one = text["answers"][0].to_string().len();
    assert!(one > 65_536 * 6, "a character of control takes six in JSON: {one}");
    let (answers, _) = said(&mut world, &vec![describe; 256]);
    assert_eq!(answers.len(), ANSWER_BYTES_MAX.div_ceil(one));
}

/// Contract: time.message-bytes, time.request.
#[test]
fn what_was_not_made_keeps_no_answer_and_is_made_once() {
    let mut world = large();
    let id = completed(&mut world, PAYLOAD_BYTES_MAX);
    let mut asked = create("mail");
    asked["requestId"] = json!("r");
    said(&mut world, &[read(&id), asked.clone()]);
    assert_eq!(world.number("SELECT count(*) FROM request"), 0);
    let (first, _) = said(&mut world, &[asked.clone(), asked]);
    assert_eq!(first[0]["ok"]["executionId"], first[1]["ok"]["executionId"]);
    assert_eq!(world.number("SELECT count(*) FROM execution"), 2);
}

/// Contract: time.message-bytes.
#[test]
fn nothing_is_committed_for_calls_that_are_not_made() {
    let limits = Limits { payload_bytes_max: PAYLOAD_BYTES_MAX, ..Limits::default() };
    let spy = Rc::new(Spy::over(Rc::new(Embedded::memory().unwrap())));
    let mut world = World::over(Rc::clone(&spy) as _);
    world.reopen_with(limits);
    let id = completed(&mut world, PAYLOAD_BYTES_MAX);
    let before = spy.writes();
    let calls: Vec<Value> = std::iter::once(read(&id)).chain((0..600).map(|_| create("mail"))).collect();
    assert_eq!(said(&mut world, &calls).0.len(), 1);
    assert_eq!(spy.writes(), before);
    assert_eq!(world.batch(Vec::new()).answers.len(), 0);
    assert_eq!(said(&mut world, &calls[1..]).0.len(), 600);
}
