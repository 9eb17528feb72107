//! Mutations of calls: from a valid one to texts that are nearly, or not at all, like it.

use crate::ground::random::Random;
use serde_json::{Value, json};

const NUMBERS: [i64; 15] = [
    0,
    -1,
    1,
    2,
    7,
    100,
    101,
    1_000,
    86_400_001,
    253_402_300_800_000,
    9_007_199_254_740_991,
    -9_007_199_254_740_991,
    9_007_199_254_740_992,
    i64::MIN,
    i64::MAX,
];

/// A text that is nearly a batch of this call.
pub fn mutated(random: &mut Random, call: &Value) -> Vec<u8> {
    let mut call = call.clone();
    // Else most calls would be refused for an id that another operation used.
    if random.percent(95) {
        call["requestId"] = json!(random.uuid());
    }
    for _ in 0..random.below(4).max(1) {
        if random.percent(94) { change_a_member(random, &mut call) } else { add_a_member(random, &mut call) }
    }
    let mut text = format!("[{call}]").into_bytes();
    match random.below(32) {
        0 => text.truncate(random.below(text.len())),
        1 => (0..=random.below(4)).for_each(|_| {
            let place = random.below(text.len());
            text[place] = random.number().to_le_bytes()[0];
        }),
        2 => text = repeat_a_member(random, &call),
        3 => text = random.number().to_be_bytes().repeat(1 + random.below(20)),
        _ => {}
    }
    text
}

/// Paths to every value of a document.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    for (name, member) in value.as_object().into_iter().flatten() {
        paths(member, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), found);
    }
    for (index, member) in value.as_array().into_iter().flatten().enumerate() {
        paths(member, &format!("{path}/{index}"), found);
    }
}

fn any_place<'a>(random: &mut Random, call: &'a mut Value) -> &'a mut Value {
    let mut found = Vec::new();
    paths(call, "", &mut found);
    // Mostly among the arguments.
    let within: Vec<String> = found.iter().filter(|path| path.starts_with("/args/")).cloned().collect();
    let from = if within.is_empty() || random.percent(8) { &found } else { &within };
    call.pointer_mut(random.pick(from).as_str()).expect("a path just found")
}

fn change_a_member(random: &mut Random, call: &mut Value) {
    let place = any_place(random, call);
    let alike = random.percent(65);
    *place = match place {
        Value::String(text) if alike && random.percent(60) => json!(nearly(random, text)),
        Value::String(_) if alike => json!(strange_text(random)),
        Value::Number(_) if alike => json!(random.pick(&NUMBERS)),
        Value::Array(_) if alike => (0..random.below(4)).map(|_| json!(strange_text(random))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            strange(random)
        }
    };
}

fn add_a_member(random: &mut Random, call: &mut Value) {
    let value = strange(random);
    let name = strange_text(random);
    let place = any_place(random, call);
    if let Some(members) = place.as_object_mut() {
        members.insert(name, value);
    } else {
        *place = json!({ "extra": value });
    }
}

/// The text of a call in which one member of the arguments stands twice.
fn repeat_a_member(random: &mut Random, call: &Value) -> Vec<u8> {
    let text = format!("[{call}]");
    let members = call["args"].as_object().filter(|members| !members.is_empty());
    let Some(members) = members else { return text.into_bytes() };
    let names: Vec<&String> = members.keys().collect();
    let name = *random.pick(&names);
    let twice =
        format!("\"args\":{{{}:{},", json!(name), if random.percent(50) { &members[name] } else { &Value::Null });
    text.replacen("\"args\":{", &twice, 1).into_bytes()
}

/// A text with a few characters changed, as a forged handle or id is.
fn nearly(random: &mut Random, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let place = random.below(letters.len() + 1);
        let letter = *random.pick(&['A', '_', '-', '0', '9', 'é', '\u{0}', ' ', '}', '{', ':', ',']);
        match random.below(3) {
            0 => letters.insert(place, letter),
            1 if place < letters.len() => letters[place] = letter,
            _ if place < letters.len() => {
                letters.remove(place);
            }
            _ => {}
        }
    }
    letters.into_iter().collect()
}

fn strange_text(random: &mut Random) -> String {
    match random.below(14) {
        0 => String::new(),
        1 => "\u{0}".to_owned(),
        2 => "a\u{0}b\u{1f}\u{7f}\u{85}".to_owned(),
        3 => "🦀🚢".repeat(1 + random.below(80)),
        4 => "x".repeat(*random.pick(&[63, 64, 65, 255, 256, 257, 4_096, 4_097, 65_536, 65_537])),
        5 if random.percent(10) => "y".repeat(1 << 20),
        6 => "{fp:0}:".to_owned(),
        7 => "AQIB".to_owned(),
        8 => "start".to_owned(),
        9 => "e99999999999999999999".to_owned(),
        10 => "'; DROP TABLE execution; --".to_owned(),
        11 => "\u{feff}\u{202e}\u{2003}".to_owned(),
        _ => format!("t{}", random.below(1_000)),
    }
}

fn strange(random: &mut Random) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => json!(random.percent(50)),
        2 => json!(random.pick(&NUMBERS)),
        3 => json!(u64::MAX - random.number() % 3),
        4 => json!(random.pick(&[0.5, -0.0, 1e300, -1e300, 1e-300, 1.0, 2.5e10, 9.1e15])),
        5 => json!([]),
        6 => json!({}),
        7 => nested(random.within(1, 200), random.percent(50)),
        8 => json!([strange_text(random), random.below(9)]),
        9 => json!({ strange_text(random): strange_text(random) }),
        10 => json!((0..random.below(1_500)).map(|n| n.to_string()).collect::<Vec<_>>()),
        _ => json!(strange_text(random)),
    }
}

fn nested(levels: i64, lists: bool) -> Value {
    (0..levels).fold(json!(1), |value, _| if lists { json!([value]) } else { json!({ "a": value }) })
}
