//! `describe_execution`: one read that answers everything. Contract: executions.describe, executions.describe-attempts.

use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::{START, TTL, World, refused_field, test, texts};
use tidegate::Code;
use tidegate::model::executions::grant::GrantKind;
use tidegate::model::executions::policy::Policy;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::argument::{Limits, Retention};
use tidegate::model::ground::vocabulary::{AttemptLifecycle, AttemptType, BlockingReason, FailureClass, PublicState};

/// Contract: executions.describe.
#[test]
fn an_unknown_execution_is_nothing() {
    let mut world = World::new();
    assert_eq!(world.find(UNKNOWN).unwrap(), None);
    let text = format!(r#"[{{"op":"describe_execution","args":{{"executionId":"{UNKNOWN}"}}}}]"#);
    assert!(world.say(&text)["answers"][0]["ok"].is_null());
}

/// Contract: executions.describe.
#[test]
fn a_malformed_id_is_refused() {
    refused_field(World::new().find("mine"), Code::InvalidInput, "executionId");
}

/// Contract: executions.describe.
#[test]
fn a_new_execution_is_described_as_it_was_created() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| {
        create.namespace = Some("acme".to_owned());
        create.creator = Some("ada".to_owned());
        create.kind = "letter".to_owned();
        create.priority = Some(7);
        create.idempotency_key = Some("order 1".to_owned());
        create.deadline_at = Some(START + 1_000);
        create.attempt_timeout_ms = Some(500);
        create.required_capabilities = texts(&["gpu"]);
        create.tags.insert("b.c".to_owned(), "2".to_owned());
        create.tags.insert("a".to_owned(), "1".to_owned());
    });
    let found = world.describe(&id);
    assert_eq!(
        (found.execution_id.as_str(), found.namespace.as_str(), found.lane.as_str()),
        (id.as_str(), "acme", "mail")
    );
    assert_eq!((found.kind.as_str(), found.creator.as_str(), found.priority), ("letter", "ada", 7));
    assert_eq!(
        (found.public_state, found.state.blocking_reason),
        (PublicState::Waiting, BlockingReason::WaitingForWorker)
    );
    assert_eq!((found.blocking_detail, found.claimable_at, found.ending), (None, None, None));
    assert_eq!((found.current_lease, found.progress, found.attempts.len()), (None, None, 0));
    assert_eq!((found.idempotency_key.as_deref(), found.deadline_at), (Some("order 1"), Some(START + 1_000)));
    assert_eq!(found.attempt_timeout_ms, Some(500));
    assert_eq!(found.required_capabilities, ["gpu"]);
    assert_eq!(found.tags.keys().collect::<Vec<_>>(), ["a", "b.c"], "sorted by key");
    assert_eq!((found.created_at, found.last_mutation_at), (START, START));
    assert_eq!((found.started_at, found.completed_at), (None, None));
}

/// Contract: executions.describe-waits.
#[test]
fn a_delayed_execution_says_until_when() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.delay_until = Some(START + 9));
    let found = world.describe(&id);
    assert_eq!(found.state.blocking_reason, BlockingReason::WaitingForDelay);
    assert!(found.blocking_detail.unwrap().starts_with("delayed until"));
    assert_eq!(found.claimable_at, Some(START + 9));
    world.pass(9);
    let found = world.describe(&id);
    assert_eq!((found.blocking_detail, found.claimable_at), (None, None));
}

/// Contract: executions.describe-lease.
#[test]
fn a_running_execution_shows_its_lease_and_its_last_heartbeat() {
    let mut world = World::new();
    let claim = world.running();
    let lease = world.describe(&claim.execution_id).current_lease.unwrap();
    assert_eq!((lease.lease_id.as_str(), lease.lease_epoch), (claim.lease_id.as_str(), 1));
    assert_eq!((lease.worker_id.as_str(), lease.worker_instance_id.as_str()), ("mailer", "mailer-1"));
    assert_eq!((lease.attempt_index, lease.expires_at, lease.last_heartbeat_at), (0, START + TTL, START));
    world.pass(7);
    world.renew(&claim).unwrap();
    let lease = world.describe(&claim.execution_id).current_lease.unwrap();
    assert_eq!(lease.last_heartbeat_at, START + 7);
}

/// Contract: executions.describe-waits, executions.describe-lease.
#[test]
fn a_lapsed_execution_shows_no_lease_and_from_when_it_can_be_taken_over() {
    let mut world = World::new();
    world.lapsed();
    let claim = world.claim("mail");
    world.pass(TTL);
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.current_lease, None);
    assert_eq!(found.claimable_at, Some(START + 2 * TTL + 1_000));
}

/// Contract: attempts.lifecycle, attempts.kept, executions.describe-attempts.
#[test]
fn every_attempt_is_listed_with_its_worker_its_times_its_outcome_and_its_reason() {
    let mut world = World::new();
    let first = world.running();
    world.pass(TTL);
    let worker = |claim: &mut tidegate::ops::attempts::claim::ClaimArgs| {
        claim.worker.id = "other".to_owned();
        claim.worker.instance_id = Some("other-1".to_owned());
    };
    let second = world.claim_with("mail", worker).unwrap().unwrap();
    world.pass(5);
    world.fail(&second, FailureClass::Transient).unwrap();
    world.pass(1_000);
    let third = world.claim("mail");
    world.pass(5);
    world.complete_with(&third, b"done").unwrap();
    let attempts = world.describe(&first.execution_id).attempts;
    let (takeover, retry) = (START + TTL, START + TTL + 5 + 1_000);
    let facts: Vec<_> = attempts.iter().map(|a| (a.attempt_index, a.attempt_type, a.lifecycle)).collect();
    let expected = [
        (0, AttemptType::Initial, AttemptLifecycle::InterruptedReclaimed),
        (1, AttemptType::Reclaim, AttemptLifecycle::EndedFailure),
        (2, AttemptType::Retry, AttemptLifecycle::EndedSuccess),
    ];
    assert_eq!(facts, expected);
    let ids: Vec<_> = attempts.iter().map(|attempt| attempt.attempt_id.clone()).collect();
    assert_eq!(ids, [first.attempt_id, second.attempt_id, third.attempt_id]);
    let workers: Vec<_> = attempts.iter().map(|a| (a.worker_id.as_str(), a.worker_instance_id.as_str())).collect();
    assert_eq!(workers, [("mailer", "mailer-1"), ("other", "other-1"), ("mailer", "mailer-1")]);
    let times: Vec<_> = attempts.iter().map(|attempt| (attempt.started_at, attempt.ended_at)).collect();
    let (ended, done) = (Some(takeover + 5), Some(retry + 5));
    assert_eq!(times, [(START, Some(takeover)), (takeover, ended), (retry, done)]);
    assert_eq!(attempts.iter().map(|attempt| attempt.lease_epoch).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(attempts.iter().map(|attempt| attempt.failure.is_some()).collect::<Vec<_>>(), [false, true, false]);
    assert_eq!(attempts.iter().map(|attempt| attempt.has_result).collect::<Vec<_>>(), [false, false, true]);
}

/// Contract: executions.describe-absent, values.null.
#[test]
fn what_an_execution_has_not_is_left_out_of_its_json() {
    let mut world = World::new();
    let id = world.submit("mail");
    let json = serde_json::to_value(world.describe(&id)).unwrap();
    for absent in [
        "blockingDetail",
        "claimableAt",
        "ending",
        "currentLease",
        "progress",
        "deadlineAt",
        "startedAt",
        "grant",
        "steps",
    ] {
        assert!(json.get(absent).is_none(), "{absent}");
    }
    assert_eq!(json["publicState"], "waiting");
    assert_eq!(json["state"]["lifecyclePhase"], "runnable");
    assert_eq!(json["state"]["attemptState"], "pending_first_attempt");
    assert_eq!(json["totalAttemptCount"], 0);
}

/// Contract: executions.stamps.
#[test]
fn stamps_that_are_set_never_change_and_the_last_mutation_never_goes_back() {
    let mut world = World::new();
    let first = world.running();
    let id = first.execution_id.clone();
    let mut last = START;
    let mut check = |world: &mut World| {
        let found = world.describe(&id);
        assert_eq!((found.created_at, found.started_at), (START, Some(START)));
        assert!(found.last_mutation_at >= last);
        last = found.last_mutation_at;
    };
    world.pass(TTL);
    check(&mut world);
    let second = world.claim("mail");
    world.pass(5);
    world.fail(&second, FailureClass::Transient).unwrap();
    check(&mut world);
    world.pass(1_000);
    let third = world.claim("mail");
    world.complete(&third).unwrap();
    check(&mut world);
}

/// Contract: executions.describe-grant.
#[test]
fn a_grant_is_shown_with_whom_it_is_for_while_it_is_good_and_after() {
    let mut world = World::new();
    let id = world.submit("mail");
    assert_eq!(world.describe(&id).grant, None);
    let given = world.grant(&id);
    let grant = world.describe(&id).grant.unwrap();
    assert_eq!((grant.kind, grant.expires_at, grant.live), (GrantKind::Claim, given.expires_at, true));
    assert_eq!((grant.worker_id.as_str(), grant.worker_instance_id.as_str()), ("chosen", "chosen-1"));
    world.set_clock(given.expires_at);
    assert!(world.describe(&id).grant.unwrap().live, "good at its last instant");
    world.pass(1);
    assert!(!world.describe(&id).grant.unwrap().live);
    world.claim("mail");
    assert_eq!(world.describe(&id).grant, None);
}

/// Contract: executions.describe-steps.
#[test]
fn steps_are_shown_in_order_with_the_bytes_they_take() {
    let mut world = World::new();
    let claim = world.running();
    for (name, bytes) in [("b", b"12345".as_slice()), ("a", b""), ("c", b"1")] {
        world.pass(1);
        world.record(&claim, name, bytes).unwrap();
    }
    let steps = world.describe(&claim.execution_id).steps.into_iter();
    let facts: Vec<_> = steps.map(|step| (step.name, step.result_bytes, step.recorded_at - START)).collect();
    assert_eq!(facts, [("b".to_owned(), 5, 1), ("a".to_owned(), 0, 2), ("c".to_owned(), 1, 3)]);
}

/// Contract: executions.describe-effective, retries.default.
#[test]
fn what_counts_is_told_where_nothing_was_given() {
    let mut world = World::new();
    let id = world.submit("mail");
    let found = world.describe(&id);
    assert_eq!(found.policy, Policy::default());
    let effective = serde_json::to_value(&found.effective).unwrap();
    let backoff = serde_json::json!({
        "type": "exponential", "initialDelayMs": 1_000, "maxDelayMs": 60_000, "multiplier": 2.0, "jitter": true,
    });
    let expected = serde_json::json!({
        "maxReclaimCount": 100,
        "maxReplayCount": 10,
        "retry": { "maxRetries": 3, "backoff": backoff, "retryableCategories": [] },
        "retriedClasses": ["transient", "infra_crash"],
    });
    assert_eq!(effective, expected);
}

/// Contract: executions.describe-effective, executions.policy-frozen, retries.policy.
#[test]
fn what_was_given_counts_and_what_it_leaves_open_is_filled_in() {
    let mut world = World::new();
    let retry = RetryPolicy {
        max_retries: None,
        backoff: Some(Backoff::Exponential {
            initial_delay_ms: Some(5),
            max_delay_ms: None,
            multiplier: None,
            jitter: None,
        }),
        retryable_categories: Some(vec!["net".to_owned()]),
    };
    let id = world.submit_with("mail", |create| {
        (create.policy.max_reclaim_count, create.retention_ms) = (Some(0), Some(7));
        create.policy.retry = Some(retry.clone());
    });
    let found = world.describe(&id);
    assert_eq!(found.policy.retry, Some(retry));
    let (effective, classes) =
        (found.effective, [FailureClass::Transient, FailureClass::InfraCrash, FailureClass::Timeout]);
    assert_eq!((effective.max_reclaim_count, effective.max_replay_count, effective.retention_ms), (0, 10, Some(7)));
    assert_eq!(effective.retried_classes, classes);
    let backoff = Backoff::Exponential {
        initial_delay_ms: Some(5),
        max_delay_ms: Some(60_000),
        multiplier: Some(2.0),
        jitter: Some(false),
    };
    let categories = Some(vec!["net".to_owned()]);
    let expected = RetryPolicy { max_retries: Some(3), backoff: Some(backoff), retryable_categories: categories };
    assert_eq!(effective.retry, expected);
    let fixed = RetryPolicy { backoff: Some(Backoff::Fixed { delay_ms: None }), ..RetryPolicy::default() };
    let id = world.submit_with("mail", |create| create.policy.retry = Some(fixed));
    let effective = world.describe(&id).effective;
    assert_eq!(effective.retry.backoff, Some(Backoff::Fixed { delay_ms: Some(1_000) }));
}

/// Contract: executions.describe-effective, retention.flow.
#[test]
fn a_member_is_kept_as_long_as_its_flow_whatever_it_was_created_with() {
    let retention = Retention { executions_ms: Some(90), events_ms: None };
    let mut world = World::with_limits(Limits { retention, ..Limits::default() });
    let alone = world.submit("mail");
    assert_eq!(world.describe(&alone).effective.retention_ms, Some(90));
    let flow = world.create_flow(|args| args.retention_ms = Some(40)).unwrap().flow_id;
    let id = world.submit_with("mail", |create| create.retention_ms = Some(7));
    assert_eq!(world.describe(&id).effective.retention_ms, Some(7));
    world.add(&flow, &id).unwrap();
    assert_eq!(world.describe(&id).effective.retention_ms, Some(40));
}

/// Contract: executions.describe-waits.
#[test]
fn a_blocked_execution_says_why_in_the_words_of_who_blocked_it() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.block(&id, "waiting_for_quota", "7 of 7 slots are taken");
    let mut world = world.reopened();
    let found = world.describe(&id);
    assert_eq!(found.state.blocking_reason, BlockingReason::WaitingForQuota);
    assert_eq!((found.blocking_detail.as_deref(), found.claimable_at), (Some("7 of 7 slots are taken"), None));
    let silent = world.submit("mail");
    world.block(&silent, "paused_by_operator", "");
    assert_eq!(world.describe(&silent).blocking_detail, None);
    world.cancel(&id).unwrap();
    assert_eq!(world.describe(&id).blocking_detail, None);
}
