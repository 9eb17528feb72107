//! Texts that are no batch: refused with a typed error that names what is wrong, never with a panic.

use crate::engine::world::{World, refusal, test};
use serde_json::{Value, json};
use tidegate::Code;
use tidegate::wire::{self, Message};

/// The refusal of one call's arguments.
fn refused(op: &str, args: &str) -> Value {
    let mut world = World::new();
    let answer = world.say(&format!(r#"[{{"op":"{op}","args":{args}}}]"#))["answers"][0].clone();
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0, "{answer}");
    assert_eq!(answer["error"]["code"], code_of(op, field(&answer["error"])), "{answer}");
    answer["error"].clone()
}

/// What is wrong in a policy has a code of its own. Contract: retries.checked, retries.unreadable.
fn code_of(op: &str, field: &str) -> &'static str {
    const POLICY: [&str; 9] = [
        "retry",
        "stream",
        "suspension",
        "fallback",
        "maxReclaimCount",
        "maxReplayCount",
        "maxSignals",
        "isolationLevel",
        "preferredLocality",
    ];
    let member = field.strip_prefix("members[0].").unwrap_or(field);
    let first = member.split('.').next().unwrap_or_default();
    let of_create = op == "create_execution" || op == "submit_flow" || op == "fail_execution";
    if of_create && POLICY.contains(&first) { "validation.invalid_policy_json" } else { "validation.invalid_input" }
}

fn refused_create(members: &str) -> Value {
    refused("create_execution", &format!(r#"{{"lane":"mail","kind":"send",{members}}}"#))
}

fn field(error: &Value) -> &str {
    error["details"]["field"].as_str().unwrap_or_default()
}

/// Contract: values.batch-refused.
#[test]
fn a_text_that_is_no_array_of_calls_is_refused_as_a_whole() {
    let mut world = World::new();
    let deep = "[".repeat(100_000);
    for text in ["", " ", "null", "{}", "1", "[", "[1,]", "[{]", "\u{0}", "\u{feff}[]", "[] x", &deep] {
        let message = Message { text: text.to_owned(), payloads: Vec::new() };
        refusal(wire::batch(&mut world.engine, message), Code::InvalidInput);
    }
    assert_eq!(world.say("[]")["answers"], json!([]));
    assert_eq!(world.say(" [ ] ")["answers"], json!([]));
}

/// Contract: values.batch-refused.
#[test]
fn a_call_that_is_no_call_is_refused_in_its_place() {
    let mut world = World::new();
    for call in [
        "1",
        "null",
        "[]",
        "{}",
        r#""claim""#,
        r#"{"op":1}"#,
        r#"{"op":null}"#,
        r#"{"args":{}}"#,
        r#"{"op":"list_executions","args":1}"#,
        r#"{"op":"list_executions","args":"x"}"#,
        r#"{"op":"list_executions","requestId":1}"#,
        r#"{"op":"list_executions","op":"claim"}"#,
    ] {
        let answers = world.say(&format!(r#"[{call},{{"op":"list_executions"}}]"#))["answers"].clone();
        assert_eq!(answers[0]["error"]["category"], "validation", "{call}: {answers}");
        assert!(answers[1].get("ok").is_some(), "{call}: {answers}");
    }
}

/// Contract: values.wire-names.
#[test]
fn an_unknown_member_of_a_call_is_refused_by_name() {
    let mut world = World::new();
    let answer = world.say(r#"[{"op":"list_executions","request_id":"r1"}]"#);
    assert!(answer["answers"][0]["error"]["message"].as_str().unwrap().contains("request_id"), "{answer}");
}

#[test]
fn an_unknown_operation_is_refused_by_name() {
    for op in ["", "Claim", "create", "drop table", "claim "] {
        let error = refused(op, "{}");
        assert_eq!(field(&error), "op");
        assert!(error["details"]["found"].as_str().unwrap().contains(op));
    }
}

/// Contract: values.wire-names, values.unknown-field.
#[test]
fn an_unknown_argument_is_refused_by_name() {
    for op in tidegate::Operation::NAMES {
        let error = refused(op, r#"{"nonsense":1}"#);
        assert_eq!(field(&error), "nonsense", "{op}: {error}");
    }
    for (members, name) in [
        (r#""execution_id":"x""#, "execution_id"),
        (r#""Lane":"x""#, "Lane"),
        (r#""retry":{"max_retries":1}"#, "retry.max_retries"),
        (r#""retry":{"backoff":{"type":"fixed","delay":1}}"#, "retry.backoff.delay"),
        (r#""stream":{"size":1}"#, "stream.size"),
    ] {
        let error = refused_create(members);
        assert_eq!(field(&error), name, "{error}");
    }
    let error = refused("claim", r#"{"lanes":["mail"],"worker":{"id":"w","name":"x"}}"#);
    assert_eq!(field(&error), "worker.name");
}

/// Contract: values.missing.
#[test]
fn a_missing_argument_is_refused_by_name() {
    for (op, args, name) in [
        ("create_execution", r#"{"kind":"send"}"#, "lane"),
        ("create_execution", r#"{"lane":"mail"}"#, "kind"),
        ("claim", r#"{"lanes":[]}"#, "worker"),
        ("claim", r#"{"lanes":[],"worker":{}}"#, "worker.id"),
        ("complete", "{}", "handle"),
        ("fail", r#"{"handle":"x","reason":{"message":""}}"#, "class"),
        ("fail", r#"{"handle":"x","reason":{},"class":"transient"}"#, "reason.message"),
        ("cancel_execution", "{}", "executionId"),
        ("describe_execution", "{}", "executionId"),
    ] {
        assert_eq!(field(&refused(op, args)), name, "{op} {args}");
    }
}

/// Contract: retries.unreadable, values.wrong-type.
#[test]
fn an_argument_of_the_wrong_type_is_refused_by_name() {
    for (members, name) in [
        (r#""priority":"high""#, "priority"),
        (r#""priority":true"#, "priority"),
        (r#""priority":1.5"#, "priority"),
        (r#""priority":[1]"#, "priority"),
        (r#""delayUntil":1700000000000.5"#, "delayUntil"),
        (r#""delayUntil":"soon""#, "delayUntil"),
        (r#""namespace":1"#, "namespace"),
        (r#""tags":{"a":1}"#, "tags.a"),
        (r#""tags":[]"#, "tags"),
        (r#""input":"letter""#, "input"),
        (r#""input":-1"#, "input"),
        (r#""input":0.5"#, "input"),
        (r#""retry":1"#, "retry"),
        (r#""retry":[]"#, "retry"),
        (r#""retry":{"maxRetries":1.5}"#, "retry.maxRetries"),
        (r#""retry":{"backoff":{"delayMs":1}}"#, "retry.backoff.type"),
        (r#""retry":{"backoff":{"type":"linear"}}"#, "retry.backoff.type"),
        (r#""retry":{"backoff":{"type":"fixed","delayMs":"1"}}"#, "retry.backoff.delayMs"),
        (r#""retry":{"backoff":{"type":"exponential","delayMs":1}}"#, "retry.backoff.delayMs"),
        (r#""retry":{"retryableCategories":["a",null]}"#, "retry.retryableCategories[1]"),
        (r#""fallback":{"tiers":[{"provider":"p","model":"m"},{"provider":"p"}]}"#, "fallback.tiers[1].model"),
        (r#""budgetIds":null"#, "budgetIds"),
    ] {
        let error = refused_create(members);
        assert_eq!(field(&error), name, "{members}: {error}");
    }
}

/// Contract: retries.unreadable, retries.checked, executions.budgets-uuid.
#[test]
fn whatever_is_wrong_in_a_policy_has_the_code_of_a_policy_and_its_path() {
    for (members, name) in [
        (r#""retry":1"#, "retry"),
        (r#""retry":{"maxRetries":1.5}"#, "retry.maxRetries"),
        (r#""retry":{"maxRetries":-1}"#, "retry.maxRetries"),
        (r#""retry":{"maxretries":1}"#, "retry.maxretries"),
        (r#""retry":{"maxRetries":1,"maxRetries":1}"#, "retry.maxRetries"),
        (r#""retry":{"backoff":{"delayMs":1}}"#, "retry.backoff.type"),
        (r#""retry":{"backoff":{"type":"linear"}}"#, "retry.backoff.type"),
        (r#""retry":{"backoff":{"type":"fixed","delayMs":"1"}}"#, "retry.backoff.delayMs"),
        (r#""retry":{"backoff":{"type":"exponential","multiplier":0.5}}"#, "retry.backoff.multiplier"),
        (r#""retry":{"retryableCategories":["a",null]}"#, "retry.retryableCategories[1]"),
        (r#""stream":[]"#, "stream"),
        (r#""stream":{"durability":"x"}"#, "stream.durability"),
        (r#""stream":{"retentionMaxlen":"all"}"#, "stream.retentionMaxlen"),
        (r#""suspension":{"timeoutBehavior":"explode"}"#, "suspension.timeoutBehavior"),
        (r#""suspension":{"defaultTimeoutMs":0}"#, "suspension.defaultTimeoutMs"),
        (r#""fallback":{"tiers":[{"provider":"p"}]}"#, "fallback.tiers[0].model"),
        (r#""maxReclaimCount":-1"#, "maxReclaimCount"),
        (r#""maxReclaimCount":"often""#, "maxReclaimCount"),
        (r#""maxReplayCount":-1"#, "maxReplayCount"),
        (r#""maxSignals":0.5"#, "maxSignals"),
        (r#""isolationLevel":1"#, "isolationLevel"),
    ] {
        let error = refused_create(members);
        assert_eq!((&error["code"], field(&error)), (&json!("validation.invalid_policy_json"), name), "{members}");
        let member = format!(r#"{{"members":[{{"name":"a","lane":"l","kind":"k",{members}}}]}}"#);
        let error = refused("submit_flow", &member);
        assert_eq!(error["code"], "validation.invalid_policy_json", "{error}");
        assert_eq!(field(&error), format!("members[0].{name}"), "{error}");
    }
    for members in [r#""budgetIds":null"#, r#""budgetIds":["7"]"#, r#""priority":"high","retry":1"#, r#""retries":1"#] {
        assert_eq!(refused_create(members)["code"], "validation.invalid_input", "{members}");
    }
}

/// Contract: retries.of-call, retries.unreadable.
#[test]
fn the_policy_of_one_failure_is_checked_as_that_of_a_create() {
    let id = "{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";
    for (retry, name) in
        [("1", "retry"), (r#"{"often":1}"#, "retry.often"), (r#"{"backoff":{}}"#, "retry.backoff.type")]
    {
        let args = format!(
            r#"{{"executionId":"{id}","attemptIndex":0,"reason":{{"message":"no"}},"class":"transient","retry":{retry}}}"#
        );
        let error = refused("fail_execution", &args);
        assert_eq!((&error["code"], field(&error)), (&json!("validation.invalid_policy_json"), name), "{retry}");
    }
    let args = format!(r#"{{"executionId":"{id}","worker":{{"id":"w"}},"maxReclaimCount":"x"}}"#);
    assert_eq!(refused("reclaim_execution", &args)["code"], "validation.invalid_input");
}

/// Contract: retries.unreadable, values.missing, values.wrong-type.
#[test]
fn a_refusal_says_what_was_needed_and_what_was_found() {
    for (members, limit, found) in [
        (r#""priority":"high""#, "a whole number", r#""high""#),
        (r#""priority":18446744073709551615"#, "a whole number", "18446744073709551615"),
        (r#""priority":1.5"#, "a whole number", "1.5"),
        (r#""priority":true"#, "a whole number", "true"),
        (r#""priority":{}"#, "a whole number", "an object"),
        (r#""tags":[]"#, "an object", "an array"),
        (r#""budgetIds":null"#, "an array", "null"),
        (r#""retry":{"backoff":{"delayMs":1}}"#, "one of `fixed`, `exponential`", "nothing"),
        (
            r#""retry":{"delayMs":1}"#,
            "one of `maxRetries`, `backoff`, `retryableCategories`",
            "unknown field `delayMs`",
        ),
        (r#""retry":{"backoff":{"type":"linear"}}"#, "one of `fixed`, `exponential`", r#""linear""#),
    ] {
        let details = refused_create(members)["details"].clone();
        assert_eq!((&details["limit"], &details["found"]), (&json!(limit), &json!(found)), "{members}");
    }
}

/// Contract: values.capabilities.
#[test]
fn a_set_of_capabilities_that_is_no_array_of_texts_says_so() {
    let mut world = World::new();
    for (set, why) in [(r#""gpu""#, "required:not_array"), (r#"["gpu",1]"#, "required:non_string_token")] {
        let call =
            format!(r#"[{{"op":"create_execution","args":{{"lane":"l","kind":"k","requiredCapabilities":{set}}}}}]"#);
        let error = world.say(&call)["answers"][0]["error"].clone();
        assert_eq!(error["code"], "validation.invalid_capabilities", "{error}");
        assert_eq!(error["details"]["detail"], why, "{error}");
    }
}

/// Contract: values.numbers.
#[test]
fn a_number_out_of_range_is_refused() {
    for number in ["9007199254740992", "-9007199254740992", "1e400", "-1e400", "9223372036854775808", "1e20"] {
        for name in ["priority", "delayUntil", "deadlineAt", "attemptTimeoutMs", "dedupWindowMs", "maxReclaimCount"] {
            let error = refused_create(&format!(r#""{name}":{number}"#));
            assert!([name, "arguments"].contains(&field(&error)), "{name} {number}: {error}");
        }
    }
    let digits = "9".repeat(100_000);
    refused_create(&format!(r#""priority":{digits}"#));
}

#[test]
fn an_argument_given_twice_is_refused() {
    refused("create_execution", r#"{"lane":"mail","kind":"send","lane":"post"}"#);
}

/// Contract: values.words.
#[test]
fn an_unknown_word_is_refused() {
    let handle = r#""handle":"x","reason":{"message":""}"#;
    assert_eq!(field(&refused("fail", &format!(r#"{{{handle},"class":"Transient"}}"#))), "class");
    assert!(field(&refused("read_events", r#"{"streams":["everything"]}"#)).starts_with("streams"));
}

/// Contract: values.places.
#[test]
fn a_payload_whose_place_is_not_in_the_list_is_refused() {
    let mut world = World::new();
    for (place, payloads) in [(0, &[][..]), (1, &[b"x".as_slice()]), (u32::MAX, &[b"x".as_slice()])] {
        let create = json!({ "op": "create_execution", "args": { "lane": "mail", "kind": "send", "input": place } });
        let (answer, _) = world.say_with(&json!([create]).to_string(), payloads).unwrap();
        assert_eq!(answer["answers"][0]["error"]["code"], "validation.invalid_input", "{answer}");
    }
    assert_eq!(world.number("SELECT count(*) FROM execution"), 0);
}

/// Contract: values.nesting.
#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for members in [format!(r#""tags":{{"a":{deep}}}"#), format!(r#""retry":{{"backoff":{deep}}}"#)] {
        refused_create(&members);
    }
    refused("claim", &deep);
}

/// Contract: values.wrong-type, errors.shortened.
#[test]
fn a_shown_value_is_shortened() {
    let error = refused(&"x".repeat(1_000_000), "{}");
    assert!(error.to_string().len() < 3_000, "{} bytes", error.to_string().len());
}

/// Contract: values.batch-refused.
#[test]
fn too_many_calls_in_one_text_are_refused() {
    let mut world = World::new();
    let calls = |count: usize| format!("[{}]", vec![r#"{"op":"list_executions","args":{"limit":0}}"#; count].join(","));
    let message = Message { text: calls(10_001), payloads: Vec::new() };
    refusal(wire::batch(&mut world.engine, message), Code::InvalidInput);
    assert_eq!(world.say(&calls(300))["answers"].as_array().unwrap().len(), 300);
}

/// Every prefix of a sound text and every text with one byte changed is answered.
#[test]
fn a_damaged_text_is_answered() {
    let mut world = World::new();
    let sound = r#"[{"op":"claim","args":{"lanes":["mail"],"worker":{"id":"w"},"leaseTtlMs":5},"requestId":"r"}]"#;
    let answers = |text: String, world: &mut World| {
        let message = Message { text, payloads: Vec::new() };
        if let Err(e) = wire::batch(&mut world.engine, message) {
            assert_eq!(e.code(), Code::InvalidInput);
        }
    };
    for length in 0..sound.len() {
        answers(sound[..length].to_owned(), &mut world);
    }
    for at in 0..sound.len() {
        for replaced in ["", "\"", "{", "}", ",", "\\", "0", "\u{1f30a}"] {
            answers(format!("{}{replaced}{}", &sound[..at], &sound[at + 1..]), &mut world);
        }
    }
    assert!(world.create("mail", |_| {}).is_ok(), "the engine is sound");
}

/// Contract: values.unknown-field.
#[test]
fn what_is_given_twice_is_refused_by_name() {
    assert_eq!(field(&refused_create(r#""priority":1,"priority":2"#)), "priority");
    assert_eq!(field(&refused_create(r#""tags":{"a":"1","a":"2"}"#)), "tags.a");
}

/// Contract: values.missing.
#[test]
fn what_is_missing_of_a_choice_is_told_with_its_choices() {
    for (op, args, name, limit) in [
        (
            "fail",
            r#"{"handle":"x","reason":{"message":"no"}}"#,
            "class",
            "one of `transient`, `permanent`, `infra_crash`, `timeout`, `cancelled`",
        ),
        ("set_lane_state", r#"{"lane":"l"}"#, "state", "one of `active`, `paused`, `draining`, `disabled`"),
        (
            "create_execution",
            r#"{"lane":"l","kind":"k","retry":{"backoff":{}}}"#,
            "retry.backoff.type",
            "one of `fixed`, `exponential`",
        ),
    ] {
        let error = refused(op, args);
        assert_eq!((field(&error), error["details"]["limit"].as_str()), (name, Some(limit)), "{error}");
        assert_eq!(error["details"]["found"], "nothing", "{error}");
    }
}

/// Contract: flows.submit-place, values.wire-names.
#[test]
fn an_unknown_field_of_a_member_is_told_the_fields_of_a_member() {
    let error = refused("submit_flow", r#"{"members":[{"name":"a","lane":"l","kind":"k","lanes":[]}]}"#);
    assert_eq!(field(&error), "members[0].lanes");
    let limit = error["details"]["limit"].as_str().unwrap();
    for own in ["name", "after", "need", "onSatisfied", "lane", "kind", "input", "retry", "maxReclaimCount"] {
        assert!(limit.contains(&format!("`{own}`")), "{limit} lacks {own}");
    }
    for of_flow in ["namespace", "idempotencyKey", "flowId"] {
        assert!(!limit.contains(&format!("`{of_flow}`")), "{limit} has {of_flow}");
    }
}
