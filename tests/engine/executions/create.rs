//! `create_execution`. Contract: executions.create, executions.create-stamps, executions.same-id.

use crate::engine::world::{START, Span, World, test};
use tidegate::model::executions::policy::{
    FallbackPolicy, FallbackTier, StreamPolicy, SuspensionPolicy, TimeoutBehavior,
};
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptState, BlockingReason, EligibilityState, LifecyclePhase, PublicState,
};
use tidegate::ops::executions::create::CreateOutcome;

const ID: &str = "{fp:12}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";

/// Contract: executions.create, states.create.
#[test]
fn a_new_execution_is_claimable_at_once() {
    let mut world = World::new();
    let created = world.create("mail", |_| {}).unwrap();
    assert_eq!((created.outcome, created.public_state), (CreateOutcome::Created, Some(PublicState::Waiting)));
    let state = world.describe(&created.execution_id).state;
    assert_eq!(state.lifecycle_phase, LifecyclePhase::Runnable);
    assert_eq!(state.eligibility_state, EligibilityState::EligibleNow);
    assert_eq!(state.blocking_reason, BlockingReason::WaitingForWorker);
    assert_eq!(state.attempt_state, AttemptState::PendingFirstAttempt);
    assert_eq!(world.claim("mail").execution_id, created.execution_id);
}

/// Contract: executions.create-stamps.
#[test]
fn a_new_execution_has_all_counters_at_0_and_its_stamps_at_now() {
    let mut world = World::new();
    world.pass(5);
    let id = world.submit("mail");
    let found = world.describe(&id);
    let counters = [found.total_attempt_count, found.retry_count, found.lease_reclaim_count, found.replay_count];
    assert_eq!(counters, [0; 4]);
    assert_eq!((found.current_attempt_index, found.lease_epoch), (0, 0));
    assert_eq!((found.created_at, found.last_mutation_at), (START + 5, START + 5));
    assert_eq!((found.started_at, found.completed_at), (None, None));
    assert_eq!(world.story(&id), [(Cause::Created, 5)]);
}

/// Contract: executions.create-delay, states.create, states.delay-over.
#[test]
fn a_delay_into_the_future_delays() {
    let mut world = World::new();
    let created = world.create("mail", |create| create.delay_until = Some(START + 10)).unwrap();
    assert_eq!(created.public_state, Some(PublicState::Delayed));
    let state = world.describe(&created.execution_id).state;
    assert_eq!(state.eligibility_state, EligibilityState::NotEligibleUntilTime);
    assert_eq!(state.blocking_reason, BlockingReason::WaitingForDelay);
    assert!(world.claim_if_any("mail").is_none());
    world.pass(9);
    assert!(world.claim_if_any("mail").is_none());
    world.pass(1);
    assert_eq!(world.claim("mail").execution_id, created.execution_id);
}

/// Contract: executions.create-delay.
#[test]
fn a_delay_until_now_or_before_does_not_delay() {
    let mut world = World::new();
    for until in [0, START - 1, START] {
        let created = world.create("mail", |create| create.delay_until = Some(until)).unwrap();
        assert_eq!(created.public_state, Some(PublicState::Waiting));
    }
}

/// Contract: executions.create-priority.
#[test]
fn a_priority_is_clamped_to_0_and_9000() {
    let mut world = World::new();
    for (given, kept) in [(None, 0), (Some(-5), 0), (Some(0), 0), (Some(9_000), 9_000), (Some(9_001), 9_000)] {
        let id = world.submit_with("mail", |create| create.priority = given);
        assert_eq!(world.describe(&id).priority, kept);
    }
    let id = world.submit_with("mail", |create| create.priority = Some(10_000));
    assert_eq!(world.describe(&id).priority, 9_000);
}

/// Contract: executions.create-defaults.
#[test]
fn a_namespace_and_a_creator_default_to_default() {
    let mut world = World::new();
    let id = world.submit("mail");
    let found = world.describe(&id);
    assert_eq!((found.namespace.as_str(), found.creator.as_str()), ("default", "default"));
    let id = world.submit_with("mail", |create| {
        create.namespace = Some("acme".to_owned());
        create.creator = Some("ada".to_owned());
    });
    let found = world.describe(&id);
    assert_eq!((found.namespace.as_str(), found.creator.as_str()), ("acme", "ada"));
}

/// Contract: executions.same-id.
#[test]
fn the_same_id_again_is_a_duplicate_that_changes_nothing() {
    let mut world = World::new();
    world.submit_with("mail", |create| {
        create.execution_id = Some(ID.to_owned());
        create.tags.insert("colour".to_owned(), "red".to_owned());
    });
    let before = world.describe(ID);
    world.pass(1.secs());
    let again = world.create("mail", |create| {
        create.execution_id = Some(ID.to_owned());
        create.kind = "something else".to_owned();
        create.namespace = Some("acme".to_owned());
        create.priority = Some(7);
        create.delay_until = Some(START + 1.hours());
        create.input = Some("other".into());
    });
    let again = again.unwrap();
    assert_eq!((again.outcome, again.execution_id.as_str()), (CreateOutcome::Duplicate, ID));
    assert_eq!(world.describe(ID), before);
    assert_eq!(world.causes(ID), [Cause::Created]);
}

/// Contract: executions.same-id.
#[test]
fn the_same_id_is_a_duplicate_also_after_it_has_ended() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.execution_id = Some(ID.to_owned()));
    world.complete(&claim).unwrap();
    let again = world.create("mail", |create| create.execution_id = Some(ID.to_owned())).unwrap();
    assert_eq!(again.outcome, CreateOutcome::Duplicate);
    assert!(world.claim_if_any("mail").is_none());
}

/// Contract: executions.duplicate-lane.
#[test]
fn a_lane_is_registered_also_on_a_duplicate() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.execution_id = Some(ID.to_owned()));
    let again = world.create("post", |create| create.execution_id = Some(ID.to_owned())).unwrap();
    assert_eq!(again.outcome, CreateOutcome::Duplicate);
    assert_eq!(world.number("SELECT count(*) FROM lane WHERE name = 'post'"), 1);
    assert_eq!(world.number("SELECT count(*) FROM lane"), 2);
    assert_eq!(world.describe(ID).lane, "mail");
}

/// Contract: executions.create-deadline, time.past-deadline.
#[test]
fn a_deadline_in_the_past_expires_the_execution_as_it_is_created() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START - 1.hours()));
    assert!(world.claim_if_any("mail").is_none());
    assert_eq!(world.state(&id), PublicState::Expired);
    assert_eq!(world.story(&id), [(Cause::Created, 0), (Cause::DeadlinePassed, 0)]);
}

/// Contract: executions.create-deadline.
#[test]
fn a_deadline_now_is_in_the_past() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START));
    assert_eq!(world.state(&id), PublicState::Expired);
}

/// Contract: executions.policy-frozen.
#[test]
fn the_frozen_policy_is_kept_as_it_was_given() {
    let mut world = World::new();
    let retry = RetryPolicy {
        max_retries: Some(5),
        backoff: Some(Backoff::Fixed { delay_ms: Some(20) }),
        retryable_categories: Some(vec!["net".to_owned()]),
    };
    let stream = StreamPolicy { durability_mode: None, retention_maxlen: Some(10), retention_ttl_ms: Some(20) };
    let behaviour = Some(TimeoutBehavior::Escalate);
    let suspension = SuspensionPolicy { default_timeout_ms: Some(30), timeout_behavior: behaviour };
    let tier = FallbackTier { provider: "p".to_owned(), model: "m".to_owned(), timeout_ms: None };
    let fallback = FallbackPolicy { tiers: vec![tier] };
    let budget = "936da01f-9abd-4d9d-80c7-02af85c822a8";
    let (kept, given) = (retry.clone(), (stream.clone(), suspension.clone(), fallback.clone()));
    let id = world.submit_with("mail", move |create| {
        create.policy.retry = Some(retry);
        create.policy.stream = Some(stream);
        create.policy.suspension = Some(suspension);
        create.policy.fallback = Some(fallback);
        create.policy.max_reclaim_count = Some(3);
        create.policy.max_replay_count = Some(4);
        create.policy.max_signals = Some(5);
        create.policy.budget_ids = vec![budget.to_owned()];
        create.policy.preferred_locality = Some("eu".to_owned());
        create.policy.isolation_level = Some("process".to_owned());
        create.attempt_timeout_ms = Some(6);
    });
    let found = world.describe(&id);
    let policy = found.policy;
    assert_eq!(policy.retry, Some(kept));
    assert_eq!((policy.stream, policy.suspension, policy.fallback), (Some(given.0), Some(given.1), Some(given.2)));
    let counts = (policy.max_reclaim_count, policy.max_replay_count, policy.max_signals);
    assert_eq!(counts, (Some(3), Some(4), Some(5)));
    assert_eq!(policy.budget_ids, [budget]);
    assert_eq!(
        (policy.preferred_locality.as_deref(), policy.isolation_level.as_deref()),
        (Some("eu"), Some("process"))
    );
    assert_eq!(found.attempt_timeout_ms, Some(6));
}

/// Contract: executions.policy-frozen.
#[test]
fn a_default_policy_contains_no_nulls() {
    let mut world = World::new();
    let id = world.submit("mail");
    assert_eq!(serde_json::to_string(&world.describe(&id).policy).unwrap(), "{}");
}

/// Contract: executions.capabilities-set.
#[test]
fn capabilities_are_kept_as_a_sorted_set() {
    let mut world = World::new();
    let tokens = crate::engine::world::texts(&["gpu", "arm", "gpu"]);
    let id = world.submit_with("mail", |create| create.required_capabilities = tokens);
    assert_eq!(world.describe(&id).required_capabilities, ["arm", "gpu"]);
}
