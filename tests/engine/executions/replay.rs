//! `replay_execution`. Contract: retries.replay, retries.replay-limit, retries.replay-event, states.replay.

use crate::engine::world::scheduler::woken_lanes;
use crate::engine::world::turns::replay;
use crate::engine::world::{START, World, detail, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::{EventDetail, EventStream, ReplayBranch};
use tidegate::model::executions::retry::RetryPolicy;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, FailureClass, HandleKind, PublicState,
};
use tidegate::ops::executions::replay::{ReplayExecutionAnswer, ReplayExecutionArgs};

/// Contract: retries.replay, retries.replay-forgets, states.replay.
#[test]
fn a_replayed_execution_waits_and_starts_a_new_attempt_at_its_next_claim() {
    let mut world = World::new();
    let first = world.running();
    world.complete_with(&first, b"one").unwrap();
    let id = first.execution_id.clone();
    let answer = replay(&mut world, &id).unwrap();
    let expected = ReplayExecutionAnswer {
        execution_id: id.clone(),
        public_state: PublicState::Waiting,
        replay_count: 1,
        deadline_lifted: false,
    };
    assert_eq!(answer, expected);
    let found = world.describe(&id);
    assert_eq!(found.state.attempt_state, AttemptState::PendingReplayAttempt);
    assert_eq!((found.state.terminal_outcome, found.completed_at, found.replay_count), (None, None, 1));
    assert!(world.result(&id).is_none());
    let second = world.claim("mail");
    assert_eq!((second.handle_kind, second.attempt_type), (HandleKind::Fresh, AttemptType::Replay));
    assert_eq!((second.attempt_index, second.lease_epoch), (1, 2));
    world.complete_with(&second, b"two").unwrap();
    assert_eq!(world.result(&id).unwrap().result.unwrap().as_slice(), b"two");
    let attempts = world.describe(&id).attempts;
    assert_eq!(attempts.len(), 2);
    assert!(attempts.iter().all(|attempt| attempt.lifecycle == AttemptLifecycle::EndedSuccess));
}

/// Contract: retries.replay, retries.replay-forgets.
#[test]
fn every_outcome_can_be_replayed() {
    let mut world = World::new();
    let completed = world.completed().execution_id;
    let claim = world.running();
    world.fail(&claim, FailureClass::Permanent).unwrap();
    let failed = claim.execution_id;
    let cancelled = world.submit("mail");
    world.cancel(&cancelled).unwrap();
    let claim = world.running_with(|create| {
        create.attempt_timeout_ms = Some(10);
        create.policy.retry = None;
    });
    world.pass(10);
    let mut ids = vec![completed, failed, cancelled];
    if world.state(&claim.execution_id) == PublicState::Expired {
        ids.push(claim.execution_id);
    }
    for id in ids {
        replay(&mut world, &id).unwrap();
        assert_eq!(world.state(&id), PublicState::Waiting);
        assert!(world.describe(&id).ending.is_none(), "why it ended is forgotten");
    }
}

/// Contract: attempts.index.
#[test]
fn a_replay_of_what_never_ran_starts_at_attempt_0() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.cancel(&id).unwrap();
    replay(&mut world, &id).unwrap();
    let claim = world.claim("mail");
    assert_eq!((claim.attempt_index, claim.attempt_type), (0, AttemptType::Replay));
}

/// Contract: retries.replay-event.
#[test]
fn one_operator_event_tells_the_branch() {
    let mut world = World::new();
    let id = world.completed().execution_id;
    world.pass(3);
    replay(&mut world, &id).unwrap();
    let events = world.events_in(&[EventStream::Operator]);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.cause, event.at), (Cause::Replayed, START + 3));
    assert_eq!(event.public_state, Some(PublicState::Waiting));
    assert_eq!(event.detail, Some(EventDetail::Replayed { branch: ReplayBranch::Normal, groups_reset: 0 }));
}

/// Contract: retries.replay-event.
#[test]
fn a_replay_wakes_the_claims_of_its_lane() {
    let mut world = World::new();
    let id = world.completed().execution_id;
    let answer = world.batch(vec![ReplayExecutionArgs { execution_id: id, ..Default::default() }.into()]);
    assert!(woken_lanes(&answer.wakes).contains(&"mail"));
}

/// Contract: retries.replay-limit.
#[test]
fn the_policy_limits_how_often() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.max_replay_count = Some(1));
    world.complete(&claim).unwrap();
    replay(&mut world, &claim.execution_id).unwrap();
    let again = world.claim("mail");
    world.complete(&again).unwrap();
    let error = refusal(replay(&mut world, &claim.execution_id), Code::MaxReplaysExhausted);
    assert_eq!((detail(&error, "replayCount"), detail(&error, "maxReplayCount")), ("1", "1"));
    assert_eq!(world.state(&claim.execution_id), PublicState::Completed);
}

/// Contract: retries.replay-limit.
#[test]
fn ten_replays_are_allowed_where_nothing_is_set() {
    let mut world = World::new();
    let id = world.completed().execution_id;
    for _ in 0..10 {
        replay(&mut world, &id).unwrap();
        world.cancel(&id).unwrap();
    }
    refusal(replay(&mut world, &id), Code::MaxReplaysExhausted);
}

/// Contract: retries.replay-handles.
#[test]
fn the_handle_of_an_earlier_attempt_stays_what_it_was() {
    let mut world = World::new();
    let first = world.completed();
    replay(&mut world, &first.execution_id).unwrap();
    world.complete(&first).unwrap();
    let second = world.claim("mail");
    world.complete(&first).unwrap();
    refusal(world.fail(&first, FailureClass::Transient), Code::LeaseConflict);
    world.complete(&second).unwrap();
}

/// Contract: retries.replay-lifts.
#[test]
fn replaying_what_its_deadline_ended_lifts_the_deadline() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 100));
    world.pass(500);
    assert_eq!(world.state(&id), PublicState::Expired);
    assert!(replay(&mut world, &id).unwrap().deadline_lifted);
    assert_eq!((world.state(&id), world.describe(&id).deadline_at), (PublicState::Waiting, None));
    assert_eq!(world.story(&id)[1..], [(Cause::DeadlinePassed, 100), (Cause::Replayed, 500)]);
    let claim = world.claim("mail");
    world.complete(&claim).unwrap();
    let again = replay(&mut world, &id).unwrap();
    assert!(!again.deadline_lifted, "it is told once");
    assert!(serde_json::to_value(&again).unwrap().get("deadlineLifted").is_none());
}

/// Contract: retries.replay-lifts.
#[test]
fn a_deadline_that_ended_it_under_a_lease_is_lifted_too() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.deadline_at = Some(START + 100));
    world.pass(100);
    assert_eq!(world.state(&claim.execution_id), PublicState::Expired);
    assert!(replay(&mut world, &claim.execution_id).unwrap().deadline_lifted);
    world.pass(1_000);
    assert_eq!(world.state(&claim.execution_id), PublicState::Waiting);
}

/// Contract: retries.replay-lifts, retries.replay-deadline.
#[test]
fn an_attempt_that_timed_out_keeps_the_deadline_to_come() {
    let mut world = World::new();
    let claim = world.running_with(|create| {
        (create.attempt_timeout_ms, create.deadline_at) = (Some(50), Some(START + 100));
        create.policy.retry = Some(RetryPolicy { max_retries: Some(0), ..RetryPolicy::default() });
    });
    world.pass(60);
    assert_eq!(world.state(&claim.execution_id), PublicState::Expired);
    assert!(!replay(&mut world, &claim.execution_id).unwrap().deadline_lifted);
    assert_eq!(world.describe(&claim.execution_id).deadline_at, Some(START + 100));
}

/// Contract: retries.replay-deadline, time.past-deadline.
#[test]
fn a_replay_past_the_deadline_expires_at_the_instant_of_the_replay() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.deadline_at = Some(START + 100));
    world.complete(&claim).unwrap();
    world.pass(500);
    let id = claim.execution_id;
    assert!(!replay(&mut world, &id).unwrap().deadline_lifted);
    assert_eq!(world.state(&id), PublicState::Expired);
    assert_eq!(world.story(&id)[3..], [(Cause::Replayed, 500), (Cause::DeadlinePassed, 500)]);
    assert!(replay(&mut world, &id).unwrap().deadline_lifted);
    assert_eq!(world.state(&id), PublicState::Waiting);
}

/// Contract: retries.replay-terminal.
#[test]
fn only_what_has_ended_is_replayed() {
    let mut world = World::new();
    let waiting = world.submit("other");
    let active = world.running().execution_id;
    for id in [waiting, active] {
        refusal(replay(&mut world, &id), Code::ExecutionNotTerminal);
    }
    let unknown = "{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";
    refusal(replay(&mut world, unknown), Code::NotFoundExecution);
    refused_field(replay(&mut world, "x"), Code::InvalidInput, "executionId");
}
