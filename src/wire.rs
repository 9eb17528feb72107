//! Batches as text: one JSON text of calls and one list of payload bytes in, one of each out.
//!
//! Shape in: `[{ "op": "claim", "args": { … }, "requestId"?: "…" }, …]`; a payload stands as its place in the list.
//! Shape out: `{ "answers": [{ "ok": … } | { "error": … }, …], "wakes": …, "nextDueAt": … | null, "now": …, "acceptedMs"?: … }`,
//! answers fewer than calls where they become large.
//! Invariant: whatever the text, the answer is a typed one; nothing here panics.

use crate::engine::{ANSWER_BYTES_MAX, BatchAnswer, Engine, Envelope};
use crate::error::{Code, Error, Result};
use crate::model::ground::argument;
use crate::model::ground::given::Fields;
use crate::model::ground::json::{Given, Path, refusal};
use crate::model::ground::payload::Bytes;
use crate::ops::{Answer, Operation};
use serde_json::value::RawValue;

/// Most calls in one text.
pub const CALLS_MAX: usize = 10_000;

/// A text and the payload bytes that go with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// JSON.
    pub text: String,
    /// Payload bytes; their places stand in the text.
    pub payloads: Vec<Vec<u8>>,
}

/// Makes the calls of a message and answers with another one. Where its answers reach [`ANSWER_BYTES_MAX`], they are fewer
/// than the calls: the rest was not made, and belongs into the next message.
pub fn batch(engine: &mut Engine, message: Message) -> Result<Message> {
    let calls: Vec<&RawValue> = serde_json::from_str(&message.text)
        .map_err(|e| Error::argument(Code::InvalidInput, "batch", "a JSON array of calls", e))?;
    argument::at_most("batch", calls.len(), CALLS_MAX, "calls")?;
    let mut payloads: Vec<Option<Vec<u8>>> = message.payloads.into_iter().map(Some).collect();
    let envelopes = calls.into_iter().map(|call| envelope(call.get(), &mut payloads)).collect();
    write(engine.batch_checked(envelopes, Some(ANSWER_BYTES_MAX)))
}

fn envelope(call: &str, payloads: &mut [Option<Vec<u8>>]) -> Result<Envelope> {
    let at = Path::named("call");
    let mut fields = Fields::of(Given::of_json(call)?, &at, &[&["op", "args", "request_id"]]);
    let (op, args) = (fields.given().1.unwrap_or(Given::Null), fields.given().1.unwrap_or(Given::Null));
    let mut request_id = None;
    fields.take(&mut request_id);
    fields.done()?;
    let Given::Text(op) = op else { return Err(refusal(&at.field("op"), "a string", &op)) };
    let args = if matches!(args, Given::Null) { Given::Object(Vec::new()) } else { args };
    Ok(Envelope { operation: operation(&op, args, payloads)?, request_id })
}

/// An operation from its name, its arguments and the payload bytes that these point to.
pub fn operation(op: &str, args: Given<'_>, payloads: &mut [Option<Vec<u8>>]) -> Result<Operation> {
    let mut operation = Operation::of_given(op, args)?;
    let mut lost = None;
    operation.bytes(&mut |bytes| {
        if bytes.attach(payloads).is_none() {
            lost = Some(bytes.clone());
        }
    });
    match lost {
        None => Ok(operation),
        Some(Bytes::At(place)) => {
            let limit = format!("a place among the {} payloads of the message, named once", payloads.len());
            Err(Error::argument(Code::InvalidInput, operation.payload_field(), &limit, place))
        }
        Some(Bytes::Here(_)) => Err(Error::new(Code::InvariantBroken, "payload bytes were lost")),
    }
}

/// The JSON of an answer and its payload bytes.
pub fn answer(mut answer: Answer) -> Result<Message> {
    let mut payloads = Vec::new();
    answer.bytes(&mut |bytes| bytes.detach(&mut payloads));
    Ok(Message { text: answer.text()?, payloads })
}

fn write(batch: BatchAnswer) -> Result<Message> {
    let mut text = b"{\"answers\":[".to_vec();
    for (index, answer) in batch.answers.into_iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        match answer {
            Ok(answer) => {
                text.extend_from_slice(b"{\"ok\":");
                answer.write_json(&mut text)?;
            }
            Err(e) => {
                text.extend_from_slice(b"{\"error\":");
                json(&e, &mut text)?;
            }
        }
        text.push(b'}');
    }
    text.extend_from_slice(b"],\"wakes\":");
    json(&batch.wakes, &mut text)?;
    text.extend_from_slice(b",\"nextDueAt\":");
    json(&batch.next_due_at, &mut text)?;
    text.extend_from_slice(b",\"now\":");
    json(&batch.now, &mut text)?;
    if let Some(accepted_ms) = batch.accepted_ms {
        text.extend_from_slice(b",\"acceptedMs\":");
        json(&accepted_ms, &mut text)?;
    }
    text.push(b'}');
    Ok(Message { text: utf8(text)?, payloads: batch.payloads })
}

fn json<T: serde::Serialize>(value: &T, text: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(text, value).map_err(|e| Error::new(Code::InvariantBroken, format!("an answer: {e}")))
}

fn utf8(text: Vec<u8>) -> Result<String> {
    String::from_utf8(text).map_err(|_| Error::new(Code::InvariantBroken, "an answer is not UTF-8"))
}
