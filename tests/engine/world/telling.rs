//! Calls as texts and calls with a request id, told as their callers read them, and what refusals tell.

use super::{World, detail};
use serde_json::{Value, json};
use tidegate::{Answer, Envelope, Error, Operation, Result};

/// An answer as its caller reads it: a repeated one is the text of the first.
#[derive(Debug)]
pub struct Told(pub Answer);

impl Told {
    pub fn text(&self) -> (String, Vec<Vec<u8>>) {
        let (mut answer, mut payloads, mut text) = (self.0.clone(), Vec::new(), Vec::new());
        answer.bytes(&mut |bytes| bytes.detach(&mut payloads));
        answer.write_json(&mut text).unwrap();
        (String::from_utf8(text).unwrap(), payloads)
    }

    pub fn read(&self) -> (Value, Vec<Vec<u8>>) {
        let (text, payloads) = self.text();
        (serde_json::from_str(&text).unwrap(), payloads)
    }
}

impl PartialEq for Told {
    fn eq(&self, other: &Self) -> bool {
        self.read() == other.read()
    }
}

/// A call with a request id.
pub fn once(world: &mut World, id: &str, operation: impl Into<Operation>) -> Result<Told> {
    let envelope = Envelope { operation: operation.into(), request_id: Some(id.to_owned()) };
    world.batch(vec![envelope]).answers.remove(0).map(Told)
}

/// One call as a text, its answer as one.
pub fn say_one(world: &mut World, call: &Value) -> Value {
    world.say(&json!([call]).to_string())["answers"][0].clone()
}

/// The four facts that the refusal of an execution that is not active tells.
pub fn not_active(error: &Error) -> [&str; 4] {
    ["terminalOutcome", "leaseEpoch", "lifecyclePhase", "attemptId"].map(|name| detail(error, name))
}
