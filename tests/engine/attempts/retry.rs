//! Retries: whether and when a failed attempt is tried again. Contract: retries.default, retries.policy,
//! retries.categories, retries.jitter.

use crate::engine::world::{START, World, detail, refusal, test, texts};
use tidegate::Code;
use tidegate::model::executions::policy::{StreamPolicy, SuspensionPolicy};
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::vocabulary::{AttemptType, FailureClass, PublicState};
use tidegate::ops::attempts::fail::FailAnswer;

const CLASSES: [FailureClass; 5] = [
    FailureClass::Transient,
    FailureClass::Permanent,
    FailureClass::InfraCrash,
    FailureClass::Timeout,
    FailureClass::Cancelled,
];

fn fixed(delay_ms: Option<i64>) -> Backoff {
    Backoff::Fixed { delay_ms }
}

fn policy(max_retries: Option<i64>, backoff: Option<Backoff>) -> RetryPolicy {
    RetryPolicy { max_retries, backoff, retryable_categories: None }
}

/// The waits before each retry of an execution that always fails so, until it fails for good.
fn waits(retry: Option<RetryPolicy>, class: FailureClass) -> Vec<i64> {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.policy.retry = retry);
    let mut waits = Vec::new();
    loop {
        let claim = world.claim("mail");
        assert_eq!(claim.execution_id, id);
        match world.fail(&claim, class).unwrap() {
            FailAnswer::RetryScheduled { delay_until, next_attempt_index } => {
                let now = world.engine.clock_report().unwrap().engine_now;
                assert_eq!(next_attempt_index, claim.attempt_index + 1);
                waits.push(delay_until - now);
                world.pass(delay_until - now);
            }
            FailAnswer::TerminalFailed => return waits,
        }
    }
}

/// Contract: retries.default.
#[test]
fn without_a_policy_transient_failures_and_crashes_are_retried_three_times() {
    for class in CLASSES {
        let expected = if matches!(class, FailureClass::Transient | FailureClass::InfraCrash) { 3 } else { 0 };
        assert_eq!(waits(None, class).len(), expected, "{class}");
    }
}

/// Contract: retries.default-wait.
#[test]
fn without_a_policy_the_wait_doubles_from_1_s_with_jitter() {
    let waits = waits(None, FailureClass::Transient);
    for (wait, whole) in waits.iter().zip([1_000, 2_000, 4_000]) {
        assert!((whole / 2..=whole).contains(wait), "{waits:?}");
    }
}

/// Contract: retries.policy.
#[test]
fn with_a_policy_all_classes_but_permanent_and_cancelled_are_retried() {
    for class in CLASSES {
        let expected = if matches!(class, FailureClass::Permanent | FailureClass::Cancelled) { 0 } else { 2 };
        assert_eq!(waits(Some(policy(Some(2), Some(fixed(Some(5))))), class).len(), expected, "{class}");
    }
}

/// Contract: retries.policy.
#[test]
fn a_policy_without_a_number_retries_three_times() {
    assert_eq!(waits(Some(policy(None, Some(fixed(Some(1))))), FailureClass::Transient), [1, 1, 1]);
}

/// Contract: retries.policy.
#[test]
fn a_policy_of_no_retries_retries_nothing() {
    assert_eq!(waits(Some(policy(Some(0), None)), FailureClass::Transient), [0; 0]);
}

/// Contract: retries.fixed.
#[test]
fn a_fixed_wait_is_the_same_each_time_and_1_s_when_left_out() {
    assert_eq!(waits(Some(policy(Some(3), Some(fixed(Some(250))))), FailureClass::Transient), [250; 3]);
    assert_eq!(waits(Some(policy(Some(2), Some(fixed(None)))), FailureClass::Transient), [1_000; 2]);
    assert_eq!(waits(Some(policy(Some(2), Some(fixed(Some(0))))), FailureClass::Transient), [0; 2]);
}

fn exponential(initial: Option<i64>, max: Option<i64>, multiplier: Option<f64>, jitter: Option<bool>) -> Backoff {
    Backoff::Exponential { initial_delay_ms: initial, max_delay_ms: max, multiplier, jitter }
}

/// Contract: retries.exponential, retries.jitter.
#[test]
fn an_exponential_wait_doubles_from_1_s_to_60_s_when_nothing_is_set() {
    let doubling = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
    for backoff in [None, Some(exponential(None, None, None, None))] {
        assert_eq!(waits(Some(policy(Some(8), backoff)), FailureClass::Transient), doubling);
    }
}

/// Contract: retries.exponential.
#[test]
fn an_exponential_wait_follows_its_initial_wait_multiplier_and_cap() {
    let backoff = exponential(Some(100), Some(2_000), Some(3.0), Some(false));
    assert_eq!(waits(Some(policy(Some(5), Some(backoff))), FailureClass::Transient), [100, 300, 900, 2_000, 2_000]);
    let backoff = exponential(Some(100), Some(1_000), Some(1.5), None);
    assert_eq!(waits(Some(policy(Some(4), Some(backoff))), FailureClass::Transient), [100, 150, 225, 337]);
    let backoff = exponential(Some(500), Some(100), None, None);
    assert_eq!(waits(Some(policy(Some(2), Some(backoff))), FailureClass::Transient), [100; 2]);
}

/// Contract: retries.jitter.
#[test]
fn a_wait_with_jitter_is_drawn_between_its_half_and_its_whole() {
    let backoff = exponential(Some(1_000), Some(1_000), None, Some(true));
    let waits = waits(Some(policy(Some(200), Some(backoff))), FailureClass::Transient);
    assert!(waits.iter().all(|wait| (500..=1_000).contains(wait)), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait < 625) && waits.iter().any(|wait| *wait > 875), "{waits:?}");
}

/// Contract: retries.categories.
#[test]
fn only_the_categories_of_a_policy_are_retried() {
    for (listed, category, retried) in [
        (&["net", "disk"][..], "net", true),
        (&["net", "disk"], "disk", true),
        (&["net", "disk"], "cpu", false),
        (&["net"], "Net", false),
        (&["net"], "", false),
        (&[], "anything", true),
    ] {
        let mut world = World::new();
        let categories = Some(texts(listed));
        let claim = world.running_with(|create| {
            create.policy.retry = Some(RetryPolicy { retryable_categories: categories, ..RetryPolicy::default() });
        });
        let answer = world.fail_as(&claim, FailureClass::Transient, category).unwrap();
        assert_eq!(matches!(answer, FailAnswer::RetryScheduled { .. }), retried, "{listed:?} {category}");
    }
}

/// Contract: retries.categories.
#[test]
fn a_listed_category_does_not_retry_a_permanent_failure() {
    let mut world = World::new();
    let categories = Some(texts(&["net"]));
    let claim = world.running_with(|create| {
        create.policy.retry = Some(RetryPolicy { retryable_categories: categories, ..RetryPolicy::default() });
    });
    let answer = world.fail_as(&claim, FailureClass::Permanent, "net").unwrap();
    assert_eq!(answer, FailAnswer::TerminalFailed);
}

/// Contract: retries.fixed.
#[test]
fn a_retry_of_no_wait_is_claimable_in_the_same_instant() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.retry = Some(policy(Some(1), Some(fixed(Some(0))))));
    world.fail(&claim, FailureClass::Transient).unwrap();
    let again = world.claim("mail");
    assert_eq!((again.execution_id, again.attempt_index), (claim.execution_id, 1));
    assert_eq!(again.attempt_type, AttemptType::Retry);
}

/// Contract: retries.instant.
#[test]
fn a_retry_is_claimable_at_its_instant_and_not_before() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.retry = Some(policy(Some(1), Some(fixed(Some(500))))));
    let answer = world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(answer, FailAnswer::RetryScheduled { delay_until: START + 500, next_attempt_index: 1 });
    assert_eq!(world.state(&claim.execution_id), PublicState::Delayed);
    world.pass(499);
    assert!(world.claim_if_any("mail").is_none());
    world.pass(1);
    assert_eq!(world.claim("mail").retry_count, 1);
}

/// Contract: retries.checked.
#[test]
fn a_retry_policy_is_checked_at_create() {
    let categories = |count: usize, length: usize| RetryPolicy {
        retryable_categories: Some(vec!["c".repeat(length); count]),
        ..RetryPolicy::default()
    };
    for (retry, member) in [
        (policy(Some(-1), None), "retry.maxRetries"),
        (policy(Some(1 << 53), None), "retry.maxRetries"),
        (policy(None, Some(fixed(Some(-1)))), "retry.backoff.delayMs"),
        (policy(None, Some(exponential(Some(-1), None, None, None))), "retry.backoff.initialDelayMs"),
        (policy(None, Some(exponential(None, Some(-1), None, None))), "retry.backoff.maxDelayMs"),
        (policy(None, Some(exponential(None, None, Some(f64::NAN), None))), "retry.backoff.multiplier"),
        (policy(None, Some(exponential(None, None, Some(f64::INFINITY), None))), "retry.backoff.multiplier"),
        (policy(None, Some(exponential(None, None, Some(-2.0), None))), "retry.backoff.multiplier"),
        (categories(1_000, 1), "retry.retryableCategories"),
        (categories(1, 1_000), "retry.retryableCategories"),
    ] {
        let mut world = World::new();
        let outcome = world.create("mail", |create| create.policy.retry = Some(retry));
        let error = outcome.expect_err(member);
        assert_eq!((error.code().category(), detail(&error, "field")), ("validation", member));
    }
}

/// Contract: retries.checked.
#[test]
fn a_retry_policy_that_breaks_the_rules_is_an_invalid_policy() {
    for retry in [policy(Some(-1), None), policy(None, Some(fixed(Some(-1))))] {
        let mut world = World::new();
        refusal(world.create("mail", |create| create.policy.retry = Some(retry)), Code::InvalidPolicy);
    }
}

/// Contract: retries.checked.
#[test]
fn a_stream_or_suspension_policy_that_breaks_the_rules_is_an_invalid_policy() {
    let mut world = World::new();
    let stream = StreamPolicy { durability_mode: None, retention_maxlen: Some(-1), retention_ttl_ms: None };
    refusal(world.create("mail", |create| create.policy.stream = Some(stream)), Code::InvalidPolicy);
    let suspension = SuspensionPolicy { default_timeout_ms: Some(-1), timeout_behavior: None };
    refusal(world.create("mail", |create| create.policy.suspension = Some(suspension)), Code::InvalidPolicy);
}

/// Contract: retries.exponential.
#[test]
fn the_largest_waits_do_not_overflow() {
    let largest = (1_i64 << 53) - 1;
    for backoff in [fixed(Some(largest)), exponential(Some(largest), Some(largest), Some(1_000.0), Some(true))] {
        let mut world = World::new();
        let claim = world.running_with(|create| create.policy.retry = Some(policy(Some(1), Some(backoff))));
        let answer = world.fail(&claim, FailureClass::Transient).unwrap();
        let FailAnswer::RetryScheduled { delay_until, .. } = answer else { panic!("{answer:?}") };
        assert!((START..=largest).contains(&delay_until), "{delay_until}");
    }
}
