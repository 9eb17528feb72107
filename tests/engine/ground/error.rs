//! Errors: the table of codes and their form as data. Contract: errors.shape, errors.codes, errors.class.

use crate::engine::world::{START, TTL, World, refusal, test};
use serde_json::json;
use std::collections::BTreeSet;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::{Class, Code, Error};

/// The categories as words. Contract: errors.codes.
const CATEGORIES: [&str; 9] =
    ["not_found", "validation", "contention", "conflict", "state", "timeout", "bug", "storage", "engine"];

/// The State kinds that are informational. Contract: errors.class.
const INFORMATIONAL: [&str; 14] = [
    "execution_not_suspended",
    "already_suspended",
    "already_satisfied",
    "waitpoint_closed",
    "duplicate_signal",
    "grant_already_exists",
    "ok_already_applied",
    "attempt_already_terminal",
    "stream_already_closed",
    "budget_soft_exceeded",
    "waitpoint_not_open",
    "waitpoint_not_pending",
    "not_blocked_by_deps",
    "deps_not_satisfied",
];

/// Contract: errors.shape.
#[test]
fn a_code_is_its_category_and_its_kind_in_snake_case() {
    let mut seen = BTreeSet::new();
    for code in Code::ALL.iter().copied() {
        assert_eq!(code.as_str(), format!("{}.{}", code.category(), code.kind()));
        let snake = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        assert!(snake(code.category()) && snake(code.kind()), "{}", code.as_str());
        assert!(CATEGORIES.contains(&code.category()), "{}", code.as_str());
        assert!(seen.insert(code.as_str()), "{} twice", code.as_str());
        assert!(code.meaning().ends_with('.'), "{}", code.as_str());
    }
}

/// Contract: errors.class.
#[test]
fn a_class_follows_from_category_and_kind() {
    for code in Code::ALL.iter().copied() {
        let expected = match code.category() {
            "state" if INFORMATIONAL.contains(&code.kind()) => Class::Informational,
            "not_found" | "validation" | "conflict" | "state" => Class::Terminal,
            "contention" => Class::Retryable,
            "bug" => Class::Bug,
            _ => continue,
        };
        assert_eq!(code.class(), expected, "{}", code.as_str());
    }
}

/// Contract: errors.codes.
#[test]
fn the_codes_that_the_contract_names_exist() {
    let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    for name in [
        "not_found.execution",
        "validation.invalid_input",
        "validation.invalid_capabilities",
        "validation.invalid_policy_json",
        "validation.payload_too_large",
        "validation.corruption",
        "validation.handle_from_other_backend",
        "contention.lease_conflict",
        "contention.execution_not_active",
        "state.stale_lease",
        "state.lease_expired",
        "state.lease_revoked",
        "storage.taken",
        "storage.unavailable",
        "storage.quota",
        "storage.damaged",
        "storage.newer_schema",
        "storage.io",
        "storage.unknown",
        "engine.closed",
        "engine.poisoned",
    ] {
        assert!(names.contains(name), "{name}");
    }
    assert!(names.iter().any(|name| name.ends_with(".cursor_too_old")));
}

/// Contract: errors.shape, errors.details.
#[test]
fn an_error_is_data_with_seven_members() {
    let error = Error::new(Code::LeaseConflict, "what was found and what was needed").with("leaseEpoch", 3);
    let json = serde_json::to_value(&error).unwrap();
    let expected = serde_json::json!({
        "code": "contention.lease_conflict",
        "category": "contention",
        "kind": "lease_conflict",
        "message": "what was found and what was needed",
        "details": { "leaseEpoch": "3" },
        "retryable": true,
        "class": "retryable",
    });
    assert_eq!(json, expected);
}

/// Contract: errors.class.
#[test]
fn every_code_is_data_that_agrees_with_its_table() {
    for code in Code::ALL.iter().copied() {
        let json = serde_json::to_value(Error::new(code, "m")).unwrap();
        assert_eq!(json["code"], code.as_str());
        assert_eq!((json["category"].as_str(), json["kind"].as_str()), (Some(code.category()), Some(code.kind())));
        assert_eq!(json["retryable"], json["class"] == "retryable");
        assert_eq!(json["details"], serde_json::json!({}));
        assert_eq!(json.as_object().unwrap().len(), 7);
    }
}

#[test]
fn an_error_reads_as_its_code_and_its_message() {
    let error = Error::new(Code::LeaseExpired, "it ran out");
    assert_eq!(error.to_string(), "state.lease_expired: it ran out");
}

/// Contract: errors.argument.
#[test]
fn a_refused_argument_says_which_what_it_may_be_and_what_was_found() {
    let mut world = World::new();
    let error = refusal(world.create("", |_| {}), Code::InvalidInput);
    let members: Vec<_> = error.details().iter().map(|(name, _)| name).collect();
    for member in ["field", "limit", "found"] {
        assert!(members.contains(&member), "{members:?}");
    }
    for (_, value) in error.details().iter() {
        assert!(error.message().contains(value.as_str()), "{error}");
    }
}

/// Contract: errors.message.
#[test]
fn a_refusal_names_the_execution_it_is_about() {
    let mut world = World::new();
    let claim = world.lapsed();
    let error = refusal(world.complete(&claim), Code::LeaseExpired);
    assert!(error.message().contains(&claim.execution_id), "{error}");
}

/// Contract: errors.details, errors.argument.
#[test]
fn numbers_are_numbers_and_what_is_counted_says_its_unit() {
    let mut world = World::new();
    let told = |error: &Error| serde_json::to_value(error.details()).unwrap();
    let long = refusal(world.create("mail", |create| create.kind = "k".repeat(257)), Code::InvalidInput);
    assert_eq!(told(&long), json!({ "field": "kind", "limit": 256, "found": 257, "unit": "bytes" }));
    let empty = refusal(world.create("mail", |create| create.kind = String::new()), Code::InvalidInput);
    assert_eq!(told(&empty), json!({ "field": "kind", "limit": 1, "found": 0, "unit": "bytes" }));
    assert!(empty.message().contains("1 to 256 bytes") && empty.message().contains("0 bytes"), "{empty}");
    let many = refusal(world.claim_with(&"l".repeat(65), |_| {}), Code::InvalidInput);
    assert_eq!(told(&many), json!({ "field": "lanes", "limit": 64, "found": 65, "unit": "bytes" }));
    let number = refusal(world.create("mail", |create| create.attempt_timeout_ms = Some(0)), Code::InvalidInput);
    assert_eq!(told(&number), json!({ "field": "attemptTimeoutMs", "limit": 1, "found": 0 }));
    let backoff =
        Backoff::Exponential { initial_delay_ms: None, max_delay_ms: None, multiplier: Some(0.5), jitter: None };
    let retry = RetryPolicy { backoff: Some(backoff), ..RetryPolicy::default() };
    let error = refusal(world.create("mail", |create| create.policy.retry = Some(retry)), Code::InvalidPolicy);
    assert_eq!(told(&error)["found"], json!(0.5));
    let text = refusal(world.create("mail", |create| create.execution_id = Some("1".to_owned())), Code::InvalidInput);
    assert_eq!(told(&text)["found"].as_str().map(|found| found.contains('1')), Some(true), "a text stays one");
}

/// Contract: errors.details.
#[test]
fn epochs_indexes_counts_and_instants_of_a_refusal_are_numbers() {
    let mut world = World::new();
    let claim = world.lapsed();
    let details = serde_json::to_value(refusal(world.complete(&claim), Code::LeaseExpired).details()).unwrap();
    assert_eq!(details["expiredAt"], json!(START + TTL), "{details}");
    let mut world = World::new();
    let id = world.completed().execution_id;
    let done = refusal(world.cancel(&id), Code::InvalidInput);
    assert_eq!(serde_json::to_value(done.details()).unwrap()["executionId"], json!(id), "an id is a text");
}
