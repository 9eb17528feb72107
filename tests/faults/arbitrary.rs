//! Arbitrary texts and bytes in any argument of any operation: the answer is a typed one, a refusal of arguments names
//! its field and writes nothing, and nothing panics.

use crate::calls::op::Op;
use crate::ground::random::Random;
use crate::ground::seeds::chosen;
use crate::mutation::mutated;
use crate::rows::tables::{broken_rules, total_changes};
use crate::situations::executions::{cancel, claim, create, revoke};
use crate::situations::flows;
use crate::situations::scheduled::{block, grant, register};
use crate::situations::stage::{Act, Situation, Stage};
use crate::valid::valid_calls;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tidegate::wire::{self, Message};
use tidegate::{Code, Error};

const MUTATIONS: u64 = 22_000;
/// The stage is set anew after so many.
const ON_ONE_STAGE: u64 = 60;

fn on_stage() -> Stage {
    let situation = Situation { name: "arbitrary", prepare: |_| {}, act: Act::Tick };
    let mut stage = Stage::prepared(&situation, &|driver| driver);
    stage.world.granted(create("1", |_| {}));
    let answer = stage.world.granted(claim(&["mail"], 80_000_000));
    let handle = crate::calls::handle::Handle::decode(answer["handle"].as_str().expect("a handle"));
    stage.handles.push(handle.expect("a handle reads back"));
    // What is replayed, and what is moved in its lane.
    stage.world.granted(create("3", |_| {}));
    stage.world.granted(cancel("3"));
    stage.world.granted(create("4", |_| {}));
    // What is claimed by a grant, what is resumed by one, what is let go; and who is heard of.
    stage.grant(create("5", |one| "granted".clone_into(&mut one.lane)));
    stage.grant(grant("5"));
    stage.grant(create("6", |one| "resumed".clone_into(&mut one.lane)));
    stage.grant(claim(&["resumed"], 80_000_000));
    stage.grant(revoke("6"));
    stage.grant(grant("6"));
    stage.grant(create("7", |_| {}));
    stage.grant(block("7"));
    stage.grant(register("process", "worker", None));
    flows::joined(&mut stage, &["1", "10", "11", "12"]);
    stage
}

/// The codes that were answered, and refusals of arguments that named no field, each with an example.
#[derive(Default)]
struct Tally {
    granted: u64,
    codes: BTreeMap<String, u64>,
    nameless: BTreeMap<String, String>,
}

/// Sends a text; stops where its answer is not a typed one.
fn send(stage: &mut Stage, text: &str, context: &str, tally: &mut Tally) {
    let before = total_changes(&*stage.raw);
    let payloads = vec![b"bytes".to_vec(), Vec::new()];
    let engine = stage.world.engine();
    let answer = catch_unwind(AssertUnwindSafe(|| wire::batch(engine, Message { text: text.to_owned(), payloads })));
    let Ok(answer) = answer else { panic!("{context}: a panic for {text}") };
    let unchanged = total_changes(&*stage.raw) == before;
    let answers: Vec<Value> = match answer {
        Ok(message) => {
            let batch: Value = serde_json::from_str(&message.text).expect("an answer is JSON");
            batch["answers"].as_array().expect("answers").clone()
        }
        Err(e) => vec![serde_json::json!({ "error": serde_json::to_value::<&Error>(&e).expect("an error has JSON") })],
    };
    let arguments_only = answers.iter().all(|one| one["error"]["category"] == "validation" && !is_late(&one["error"]));
    for one in &answers {
        let Some(error) = one.get("error") else {
            assert!(one.get("ok").is_some(), "{context}: {one} for {text}");
            tally.granted += 1;
            continue;
        };
        check_error(error, &format!("{context}: {text}"), tally);
    }
    assert!(unchanged || !arguments_only, "{context}: a refusal of arguments wrote something: {answers:?} for {text}");
}

/// Refusals of the category validation that come from the state, not from the arguments.
fn is_late(error: &Value) -> bool {
    let limit = error["details"]["limit"].as_str().unwrap_or_default();
    error["details"].get("terminalOutcome").is_some() || limit.starts_with("an earlier answer's")
}

fn check_error(error: &Value, context: &str, tally: &mut Tally) {
    let code = error["code"].as_str().unwrap_or_default();
    assert!(Code::ALL.iter().any(|known| known.as_str() == code), "{context}: {error} has no known code");
    let broken = ["bug", "storage", "engine"].contains(&error["category"].as_str().unwrap_or_default());
    assert!(!broken, "{context}: {error}");
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{context}: {error} says nothing");
    *tally.codes.entry(code.to_owned()).or_default() += 1;
    let field = error["details"]["field"].as_str().unwrap_or_default();
    // An unknown member may have an empty name.
    let empty_name = error["details"]["found"].as_str().is_some_and(|found| found.contains("field ``"));
    if error["category"] == "validation" && field.is_empty() && !empty_name {
        let shown: String = context.chars().take(300).collect();
        tally.nameless.entry(code.to_owned()).or_insert(format!("{error} for {shown}"));
    }
}

#[test]
fn arbitrary_arguments_get_typed_answers_and_refusals_write_nothing() {
    let seed = chosen().unwrap_or(4_711);
    println!("seed {seed}, {MUTATIONS} steps");
    let mut random = Random::new(seed);
    let mut tally = Tally::default();
    let mut stage = on_stage();
    for n in 0..MUTATIONS {
        if n % ON_ONE_STAGE == 0 {
            let broken = broken_rules(&*stage.raw);
            assert!(broken.is_empty(), "seed {seed}, before mutation {n}: {broken:?}");
            stage = on_stage();
        }
        let calls = valid_calls(&stage);
        let call = random.pick(&calls);
        let text = mutated(&mut random, call);
        let text = String::from_utf8(text).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        send(&mut stage, &text, &format!("seed {seed}, mutation {n}"), &mut tally);
    }
    println!("{} granted, {:?}", tally.granted, tally.codes);
    assert!(tally.nameless.is_empty(), "refusals of arguments that name no field:\n{:#?}", tally.nameless);
    assert!(
        tally.granted > 500 && tally.codes.len() > 6,
        "too little was tried: {} granted, {:?}",
        tally.granted,
        tally.codes
    );
}

#[test]
fn valid_calls_are_granted() {
    let stage = on_stage();
    for call in valid_calls(&stage) {
        let mut stage = on_stage();
        let mut tally = Tally::default();
        let handle = stage.handles[0].encode();
        let text = format!("[{call}]").replace(&stage.handles[0].encode(), &handle);
        send(&mut stage, &text, call["op"].as_str().expect("a name"), &mut tally);
        let outdated = tally.codes.keys().all(|code| code == "state.stale_lease");
        assert!(tally.granted == 1 || outdated, "{call}: {:?}", tally.codes);
    }
    let made: BTreeSet<String> =
        valid_calls(&stage).iter().filter_map(|call| call["op"].as_str()).map(str::to_owned).collect();
    let all: BTreeSet<String> = tidegate::Operation::NAMES.iter().map(ToString::to_string).collect();
    assert_eq!(made, all, "there is one for every operation");
}

/// Contract: values.nesting.
#[test]
fn deep_and_long_texts_are_refused() {
    let mut stage = on_stage();
    let mut tally = Tally::default();
    let texts = [
        "[".repeat(100_000),
        format!("[{}{}]", "[".repeat(50_000), "]".repeat(50_000)),
        format!(r#"[{{"op":"claim","args":{}1{}}}]"#, r#"{"a":"#.repeat(20_000), "}".repeat(20_000)),
        format!(r#"[{{"op":"describe_execution","args":{{"executionId":{}{}}}}}]"#, "[".repeat(200), "]".repeat(200)),
        format!("[{}]", vec!["{}"; 10_001].join(",")),
        format!(r#"[{{"op":"renew","args":{{"handle":"{}"}}}}]"#, "A".repeat(1 << 20)),
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        "[null]".to_owned(),
        "[[]]".to_owned(),
        r#"[{"op":"claim"}]"#.to_owned(),
        r#"[{"op":"claim","args":null}]"#.to_owned(),
        r#"[{"op":"claim","args":[]}]"#.to_owned(),
        r#"[{"args":{}}]"#.to_owned(),
    ];
    for text in texts {
        let shown: String = text.chars().take(60).collect();
        send(&mut stage, &text, &shown, &mut tally);
    }
    assert_eq!(tally.granted, 0, "{:?}", tally.codes);
    let read = stage.world.granted(Op::Describe { id: crate::situations::executions::id("1") });
    assert_eq!(read["publicState"], "active");
}
