//! `complete`. Contract: attempts.complete, attempts.result-refused, states.complete.

use crate::engine::world::{START, World, detail, refusal, test};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, EligibilityState, LeaseEvent, LifecyclePhase, Outcome, OwnershipState, PublicState,
};
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::{Code, Limits};

/// Contract: attempts.complete, states.complete, states.terminal.
#[test]
fn a_completed_execution_is_terminal_in_every_dimension() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(9);
    let answer = world.complete(&claim).unwrap();
    assert_eq!(
        (answer.execution_id.as_str(), answer.public_state),
        (claim.execution_id.as_str(), PublicState::Completed)
    );
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.public_state, PublicState::Completed);
    assert_eq!(found.state.lifecycle_phase, LifecyclePhase::Terminal);
    assert_eq!(found.state.ownership_state, OwnershipState::Unowned);
    assert_eq!(found.state.eligibility_state, EligibilityState::NotApplicable);
    assert_eq!(found.state.terminal_outcome, Some(Outcome::Success));
    assert_eq!(found.state.attempt_state, AttemptState::AttemptTerminal);
    assert_eq!((found.completed_at, found.last_mutation_at), (Some(START + 9), START + 9));
    assert_eq!((found.current_lease, found.lease_epoch), (None, 1));
    let attempt = &found.attempts[0];
    assert_eq!((attempt.lifecycle, attempt.ended_at), (AttemptLifecycle::EndedSuccess, Some(START + 9)));
    assert!(attempt.failure.is_none() && found.ending.is_none());
}

/// Contract: attempts.complete.
#[test]
fn a_completion_is_one_event_for_both_the_outcome_and_the_lease() {
    let mut world = World::new();
    let claim = world.completed();
    let completions = world.events_in(&[EventStream::Completion]);
    assert_eq!(completions.len(), 1);
    let event = &completions[0];
    assert_eq!((event.cause, event.completion), (Cause::Completed, Some(Outcome::Success)));
    assert_eq!((event.lease, event.lease_id.as_ref()), (Some(LeaseEvent::Revoked), Some(&claim.lease_id)));
}

/// Contract: attempts.complete.
#[test]
fn a_completed_execution_is_not_claimed_again_and_nothing_is_due() {
    let mut world = World::new();
    let claim = world.running_with(|create| {
        create.deadline_at = Some(START + 100);
        create.attempt_timeout_ms = Some(50);
    });
    world.complete(&claim).unwrap();
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    world.pass(1_000_000);
    assert!(world.claim_if_any("mail").is_none());
    assert_eq!(world.state(&claim.execution_id), PublicState::Completed);
}

#[test]
fn a_completion_with_a_result_says_so() {
    let mut world = World::new();
    let claim = world.running();
    world.complete_with(&claim, b"done").unwrap();
    assert!(world.describe(&claim.execution_id).attempts[0].has_result);
    let without = world.completed();
    assert!(!world.describe(&without.execution_id).attempts[0].has_result);
}

#[test]
fn a_result_is_at_most_1_mib_unless_another_limit_is_set() {
    let mut world = World::new();
    let claim = world.running();
    let error = refusal(world.complete_with(&claim, &vec![7; (1 << 20) + 1]), Code::PayloadTooLarge);
    assert_eq!(detail(&error, "field"), "result");
    assert!(world.complete_with(&claim, &vec![7; 1 << 20]).is_ok());
    let mut world = World::with_limits(Limits { payload_bytes_max: 2 << 20, ..Limits::default() });
    let claim = world.running();
    assert!(world.complete_with(&claim, &vec![7; 2 << 20]).is_ok());
}

/// Contract: attempts.result-refused.
#[test]
fn a_refused_result_leaves_the_lease_as_it_was() {
    let mut world = World::new();
    let claim = world.running();
    let before = world.describe(&claim.execution_id);
    refusal(world.complete_with(&claim, &vec![7; (1 << 20) + 1]), Code::PayloadTooLarge);
    assert_eq!(world.describe(&claim.execution_id), before);
}

/// Contract: leases.expired.
#[test]
fn a_completion_in_the_last_instant_of_the_lease_is_in_time() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(29_999);
    assert!(world.complete(&claim).is_ok());
}

/// Contract: attempts.result, values.encoding.
#[test]
fn an_encoding_is_recorded_with_the_result() {
    let mut world = World::new();
    let claim = world.running();
    let encoding = Some("json".to_owned());
    world.call(CompleteArgs { handle: claim.handle, result: Some("{}".into()), encoding }).unwrap();
    assert_eq!(world.result(&claim.execution_id).unwrap().encoding.as_deref(), Some("json"));
}
