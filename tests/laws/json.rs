//! The JSON of calls and answers: members without a value, and payload bytes, which go beside the text.

use serde_json::{Map, Value, json};

/// Puts payload bytes into the list; answers their place.
pub fn put(bytes: Option<&Vec<u8>>, payloads: &mut Vec<Vec<u8>>) -> Option<usize> {
    bytes.map(|bytes| {
        payloads.push(bytes.clone());
        payloads.len() - 1
    })
}

/// An object without the members that are null.
pub fn without_nulls(object: Value) -> Value {
    let Value::Object(members) = object else { return object };
    Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
}

/// Payload bytes as the tests compare them.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Members of arguments and answers that are places of payload bytes.
const BYTES: [&str; 3] = ["input", "result", "bytes"];

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex")).collect()
}

/// Puts payload bytes into the list, their places where they stood.
fn detach(value: &mut Value, payloads: &mut Vec<Vec<u8>>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if let (true, Some(hex)) = (BYTES.contains(&name.as_str()), member.as_str()) {
                    payloads.push(bytes_of(hex));
                    *member = json!(payloads.len() - 1);
                } else {
                    detach(member, payloads);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| detach(item, payloads)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Puts payload bytes where their places stand.
pub fn attach(value: &mut Value, payloads: &[Vec<u8>]) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                let place = member.as_u64().filter(|_| BYTES.contains(&name.as_str()));
                match place.and_then(|place| payloads.get(usize::try_from(place).ok()?)) {
                    Some(bytes) => *member = json!(hex(bytes)),
                    None => attach(member, payloads),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| attach(item, payloads)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The arguments of a call, its payload bytes in the list.
pub fn detached(args: &Value, payloads: &mut Vec<Vec<u8>>) -> Value {
    let mut args = args.clone();
    detach(&mut args, payloads);
    args
}
