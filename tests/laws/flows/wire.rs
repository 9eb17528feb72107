//! Calls of flows as one text, the way a host makes them. Payload bytes stand in hex in the calls and answers here.

use crate::ground::world::World;
use crate::json::{attach, detached};
use serde_json::{Value, json};
use tidegate::wire::{self, Message};

/// An operation and its arguments.
pub type Said = (&'static str, Value);

/// Makes calls in one batch; answers the whole answer of the batch.
pub fn say(world: &mut World, calls: &[Said]) -> Value {
    say_twice(world, calls, None)
}

/// Makes calls in one batch; one of them and the next one, where they are named, with the same request id.
pub fn say_twice(world: &mut World, calls: &[Said], twice: Option<(usize, &str)>) -> Value {
    let mut payloads = Vec::new();
    let mut texts: Vec<Value> =
        calls.iter().map(|(op, given)| json!({ "op": op, "args": detached(given, &mut payloads) })).collect();
    if let Some((place, id)) = twice {
        texts[place..=place + 1].iter_mut().for_each(|call| call["requestId"] = json!(id));
    }
    let message = Message { text: Value::Array(texts).to_string(), payloads };
    let answer = wire::batch(world.engine(), message).expect("the message is well formed");
    let mut batch: Value = serde_json::from_str(&answer.text).expect("an answer is JSON");
    attach(&mut batch["answers"], &answer.payloads);
    batch
}

/// The answer of one call that must be granted.
pub fn ask(world: &mut World, op: &'static str, args: &Value) -> Value {
    let mut batch = say(world, &[(op, args.clone())]);
    let mut answer = batch["answers"][0].take();
    assert!(answer.get("ok").is_some(), "{op} {args} is refused: {answer}");
    answer["ok"].take()
}

/// Every event of the log from a cursor on; answers the cursor after them.
pub fn events_after(world: &mut World, cursor: &str, filter: &Value) -> (Vec<Value>, String) {
    const STREAMS: [&str; 6] = ["execution", "completion", "lease", "operator", "worker", "flow"];
    let (mut events, mut after) = (Vec::new(), cursor.to_owned());
    loop {
        let mut args = json!({ "after": after, "limit": 1_000, "streams": STREAMS });
        for (name, value) in filter.as_object().into_iter().flatten() {
            args[name] = value.clone();
        }
        let mut page = ask(world, "read_events", &args);
        if let Value::Array(told) = page["events"].take() {
            events.extend(told);
        }
        page["cursor"].as_str().expect("a cursor").clone_into(&mut after);
        if page["atEnd"] == true {
            return (events, after);
        }
    }
}
