//! The limits of a create, each at its boundary and one past it. Refused, it writes nothing. Contract:
//! executions.capability-tokens, executions.tag-count, executions.budgets-uuid.

use crate::engine::world::{World, detail, refusal, refused_field, test, texts};
use std::collections::BTreeMap;
use tidegate::ops::executions::create::CreateArgs;
use tidegate::{Code, Error, Limits};

const MIB: usize = 1 << 20;

/// A create that must be refused, and must write nothing.
fn refused(code: Code, set: impl FnOnce(&mut CreateArgs)) -> Error {
    let mut world = World::new();
    let error = refusal(world.create("mail", set), code);
    assert_eq!(world.number("SELECT count(*) FROM execution") + world.number("SELECT count(*) FROM lane"), 0);
    assert_eq!(world.number("SELECT last_instant FROM meta"), 0);
    error
}

fn field(error: &Error) -> &str {
    detail(error, "field")
}

fn accepted(set: impl FnOnce(&mut CreateArgs)) {
    World::new().create("mail", set).unwrap();
}

/// A name of a create and what sets it.
type Name = (&'static str, fn(&mut CreateArgs, String));

/// A number of a create and what sets it.
type Number = (&'static str, fn(&mut CreateArgs, i64));

const NAMES: [Name; 4] = [
    ("kind", |create, name| create.kind = name),
    ("namespace", |create, name| create.namespace = Some(name)),
    ("creator", |create, name| create.creator = Some(name)),
    ("idempotencyKey", |create, name| create.idempotency_key = Some(name)),
];

/// Contract: values.texts.
#[test]
fn a_name_is_1_to_256_bytes() {
    for (name, set) in NAMES {
        for length in [1, 256] {
            accepted(|create| set(create, "n".repeat(length)));
        }
        accepted(|create| set(create, "é".repeat(128)));
        for text in [String::new(), "n".repeat(257), "é".repeat(129)] {
            let (bytes, bound) = (text.len().to_string(), if text.is_empty() { "1" } else { "256" });
            let error = refused(Code::InvalidInput, |create| set(create, text));
            assert_eq!(field(&error), name);
            assert_eq!((detail(&error, "found"), detail(&error, "limit")), (bytes.as_str(), bound), "{error}");
        }
    }
}

/// Contract: values.texts.
#[test]
fn a_name_has_no_control_characters() {
    for (name, set) in NAMES {
        for text in ["a\u{0}b", "a\nb", "\u{7f}", "a\u{85}"] {
            let error = refused(Code::InvalidInput, |create| set(create, text.to_owned()));
            assert_eq!(field(&error), name);
        }
        accepted(|create| set(create, "ein Name mit Leerzeichen, ü und 名".to_owned()));
    }
}

/// Contract: limits.payload, limits.inclusive.
#[test]
fn an_input_is_at_most_1_mib_unless_another_limit_is_set() {
    accepted(|create| create.input = Some(vec![7; MIB].into()));
    let error = refused(Code::PayloadTooLarge, |create| create.input = Some(vec![7; MIB + 1].into()));
    assert_eq!(field(&error), "input");
    assert!(detail(&error, "limit").contains("1048576") && detail(&error, "found").contains("1048577"), "{error}");
}

/// Contract: limits.payload.
#[test]
fn an_input_is_at_most_what_was_set_at_open() {
    let mut world = World::with_limits(Limits { payload_bytes_max: 4, ..Limits::default() });
    assert!(world.create("mail", |create| create.input = Some("four".into())).is_ok());
    let outcome = world.create("mail", |create| create.input = Some("fives".into()));
    refused_field(outcome, Code::PayloadTooLarge, "input");
}

/// Contract: executions.input, values.bytes.
#[test]
fn an_input_may_be_empty() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.input = Some(Vec::new().into()));
    assert_eq!(world.claim("mail").input, Some(Vec::new().into()));
}

fn tags(count: usize) -> BTreeMap<String, String> {
    (0..count).map(|n| (format!("k{n}"), "v".to_owned())).collect()
}

fn tag(key: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(key.to_owned(), value.to_owned())])
}

/// Contract: executions.tag-value, executions.tag-count.
#[test]
fn tags_are_at_most_64_with_values_of_at_most_1024_bytes() {
    accepted(|create| create.tags = tags(64));
    let error = refused(Code::InvalidInput, |create| create.tags = tags(65));
    assert_eq!((field(&error), detail(&error, "found")), ("tags", "65"));
    accepted(|create| create.tags = tag("k", &"v".repeat(1_024)));
    accepted(|create| create.tags = tag("k", ""));
    let error = refused(Code::InvalidInput, |create| create.tags = tag("k", &"v".repeat(1_025)));
    assert!(field(&error).starts_with("tags") && detail(&error, "found").contains("1025"), "{error}");
}

/// Contract: executions.tag-key.
#[test]
fn a_tag_key_follows_its_grammar_at_create_too() {
    for key in ["a", "colour", "cairn.instance_id", "a1_b.0.2_", &"k".repeat(256)] {
        accepted(|create| create.tags = tag(key, "v"));
    }
    for key in ["", "A", "1a", "_a", ".a", "a.", "a..b", "a-b", "a b", "ä", "a.B", &"k".repeat(257)] {
        let error = refused(Code::InvalidInput, |create| create.tags = tag(key, "v"));
        assert!(field(&error).starts_with("tags"), "{key}: {error}");
    }
}

fn capabilities(tokens: Vec<String>) -> impl FnOnce(&mut CreateArgs) {
    move |create| create.required_capabilities = tokens
}

/// Contract: executions.capability-count, executions.capability-tokens, limits.inclusive.
#[test]
fn required_capabilities_are_at_most_256_tokens() {
    let tokens = |count: usize| (0..count).map(|n| format!("t{n}")).collect();
    accepted(capabilities(tokens(256)));
    let error = refused(Code::InvalidCapabilities, capabilities(tokens(257)));
    assert_eq!(detail(&error, "detail"), "required:too_many_tokens");
    assert_eq!(detail(&error, "found"), "257");
}

/// Contract: executions.capability-count, executions.capability-tokens.
#[test]
fn required_capabilities_are_at_most_4096_bytes_joined() {
    let halves = |second: usize| vec!["a".repeat(2_000), "b".repeat(second)];
    accepted(capabilities(halves(2_095)));
    let error = refused(Code::InvalidCapabilities, capabilities(halves(2_096)));
    assert_eq!(detail(&error, "detail"), "required:too_many_bytes");
    assert_eq!(detail(&error, "found"), "4097");
}

/// Contract: executions.capability-tokens.
#[test]
fn a_required_token_is_not_empty_and_has_no_comma_control_or_blank() {
    for (token, why) in [
        ("", "empty_token"),
        ("a,b", "comma_in_token"),
        ("a b", "control_or_whitespace"),
        ("a\tb", "control_or_whitespace"),
        ("a\u{7f}", "control_or_whitespace"),
        ("\u{0}", "control_or_whitespace"),
    ] {
        let error = refused(Code::InvalidCapabilities, capabilities(texts(&["ok", token])));
        assert_eq!(detail(&error, "detail"), format!("required:{why}"));
    }
    accepted(capabilities(texts(&["gpu:a100", "größe=xl", "名"])));
}

/// What it is refused as: the counts are members of the policy. Contract: retries.checked.
fn code_of(name: &str) -> Code {
    if name.starts_with("max") { Code::InvalidPolicy } else { Code::InvalidInput }
}

/// Contract: values.numbers, values.instants.
#[test]
fn an_instant_or_count_is_a_whole_number_within_2_to_the_53() {
    let past: i64 = 1 << 53;
    let sets: [Number; 7] = [
        ("priority", |create, n| create.priority = Some(n)),
        ("delayUntil", |create, n| create.delay_until = Some(n)),
        ("deadlineAt", |create, n| create.deadline_at = Some(n)),
        ("attemptTimeoutMs", |create, n| create.attempt_timeout_ms = Some(n)),
        ("dedupWindowMs", |create, n| create.dedup_window_ms = Some(n)),
        ("maxReclaimCount", |create, n| create.policy.max_reclaim_count = Some(n)),
        ("maxReplayCount", |create, n| create.policy.max_replay_count = Some(n)),
    ];
    for (name, set) in sets {
        for number in [past, -past, i64::MAX, i64::MIN] {
            let error = refused(code_of(name), |create| set(create, number));
            assert_eq!((field(&error), detail(&error, "found")), (name, number.to_string().as_str()));
        }
    }
}

/// Contract: values.numbers.
#[test]
fn a_count_or_duration_is_not_negative() {
    let sets: [Number; 4] = [
        ("attemptTimeoutMs", |create, n| create.attempt_timeout_ms = Some(n)),
        ("maxReclaimCount", |create, n| create.policy.max_reclaim_count = Some(n)),
        ("maxReplayCount", |create, n| create.policy.max_replay_count = Some(n)),
        ("maxSignals", |create, n| create.policy.max_signals = Some(n)),
    ];
    for (name, set) in sets {
        assert_eq!(field(&refused(code_of(name), |create| set(create, -1))), name);
    }
}

/// Contract: executions.budgets-uuid.
#[test]
fn a_budget_is_a_hyphenated_uuid() {
    accepted(|create| create.policy.budget_ids = texts(&["936da01f-9abd-4d9d-80c7-02af85c822a8"]));
    for id in ["", "budget", "936da01f9abd4d9d80c702af85c822a8"] {
        let error = refused(Code::InvalidInput, |create| create.policy.budget_ids = texts(&[id]));
        assert!(field(&error).starts_with("budgetIds"), "{error}");
    }
}

#[test]
fn an_id_that_is_malformed_is_refused() {
    let error = refused(Code::InvalidInput, |create| create.execution_id = Some("mine".to_owned()));
    assert_eq!(field(&error), "executionId");
}
