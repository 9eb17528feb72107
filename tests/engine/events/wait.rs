//! `wait`: how an execution ended, now or for the first time since a cursor. Contract: executions.wait,
//! executions.wait-after, executions.wait-reason.

use crate::engine::world::scheduler::{Stand, UNKNOWN};
use crate::engine::world::turns::replay;
use crate::engine::world::watcher::plain_end;
use crate::engine::world::{START, TTL, World, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::executions::retry::RetryPolicy;
use tidegate::model::ground::vocabulary::{FailureClass, Outcome};
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::events::wait::{WaitAnswer, WaitOutcome};

fn success(result: &[u8]) -> WaitOutcome {
    WaitOutcome { result: Some(result.to_vec().into()), ..plain_end(Outcome::Success, None) }
}

/// Contract: executions.wait.
#[test]
fn what_has_ended_is_answered_at_once_with_its_result_and_encoding() {
    let mut world = World::new();
    let claim = world.running();
    let (handle, result, encoding) = (claim.handle.clone(), Some(b"one".to_vec().into()), Some("text".to_owned()));
    world.call(CompleteArgs { handle, result, encoding }).unwrap();
    let expected = WaitOutcome { encoding: Some("text".to_owned()), ..success(b"one") };
    assert_eq!(world.end_since(&claim.execution_id, None), expected);
}

#[test]
fn an_end_without_a_result_has_none() {
    let mut world = World::new();
    let id = world.completed().execution_id;
    assert_eq!(world.end_since(&id, None), plain_end(Outcome::Success, None));
}

/// Contract: executions.wait.
#[test]
fn what_has_not_ended_is_pending_in_every_phase() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let ended = stand == Stand::Completed;
        assert_eq!(matches!(world.wait_after(&id, None).unwrap(), WaitAnswer::Ended(_)), ended, "{stand:?}");
    }
}

/// Contract: executions.wait-after.
#[test]
fn waiting_goes_on_from_its_cursor_until_the_end() {
    let mut world = World::new();
    let claim = world.running();
    let mut after = world.begin_wait(&claim.execution_id);
    for _ in 0..3 {
        world.renew(&claim).unwrap();
        let WaitAnswer::Pending(pending) = world.wait_after(&claim.execution_id, Some(&after)).unwrap() else {
            panic!("it has not ended")
        };
        assert!(pending.pending && pending.after != after);
        after = pending.after;
    }
    world.complete_with(&claim, b"one").unwrap();
    assert_eq!(world.end_since(&claim.execution_id, Some(&after)), success(b"one"));
}

/// Contract: executions.wait-reason.
#[test]
fn a_failure_says_its_message() {
    let mut world = World::new();
    let claim = world.running();
    let after = world.begin_wait(&claim.execution_id);
    world.fail(&claim, FailureClass::Permanent).unwrap();
    let expected = plain_end(Outcome::Failed, Some("no route to host"));
    assert_eq!(world.end_since(&claim.execution_id, Some(&after)), expected);
    assert_eq!(world.end_since(&claim.execution_id, None), expected);
}

/// Contract: executions.wait.
#[test]
fn a_failure_that_is_tried_again_is_no_end() {
    let mut world = World::new();
    let claim = world.running();
    world.fail(&claim, FailureClass::Transient).unwrap();
    world.begin_wait(&claim.execution_id);
}

/// Contract: executions.wait-reason.
#[test]
fn a_cancel_and_an_expiry_say_why() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.cancel_with(&id, |args| args.reason = "not needed".to_owned()).unwrap();
    assert_eq!(world.end_since(&id, None), plain_end(Outcome::Cancelled, Some("not needed")));
    let silent = world.submit("mail");
    world.cancel(&silent).unwrap();
    assert_eq!(world.end_since(&silent, None), plain_end(Outcome::Cancelled, None));
    let late = world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    assert_eq!(world.end_since(&late, None), plain_end(Outcome::Expired, Some("execution_deadline")));
}

#[test]
fn one_that_was_taken_over_too_often_says_so() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.max_reclaim_count = Some(0));
    world.pass(TTL);
    assert!(world.claim_if_any("mail").is_none());
    let expected = plain_end(Outcome::Failed, Some("reclaim_cap_exceeded"));
    assert_eq!(world.end_since(&claim.execution_id, None), expected);
}

#[test]
fn time_is_applied_before_the_answer() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    let after = world.begin_wait(&id);
    world.pass(1_000);
    assert_eq!(world.end_since(&id, Some(&after)).outcome, Outcome::Expired);
}

/// Contract: executions.wait-after.
#[test]
fn an_end_is_not_missed_when_it_was_replayed_meanwhile() {
    let mut world = World::new();
    let claim = world.running();
    let after = world.begin_wait(&claim.execution_id);
    world.complete_with(&claim, b"one").unwrap();
    replay(&mut world, &claim.execution_id).unwrap();
    assert_eq!(world.end_since(&claim.execution_id, Some(&after)), success(b"one"));
    let second = world.claim("mail");
    assert_eq!(world.end_since(&claim.execution_id, Some(&after)), success(b"one"));
    world.complete_with(&second, b"two").unwrap();
    assert_eq!(world.end_since(&claim.execution_id, Some(&after)), success(b"one"), "the first end counts");
    assert_eq!(world.end_since(&claim.execution_id, None), success(b"two"), "now, it is the second");
}

#[test]
fn one_who_waits_since_a_replay_gets_the_end_after_it() {
    let mut world = World::new();
    let id = world.completed().execution_id;
    replay(&mut world, &id).unwrap();
    let after = world.begin_wait(&id);
    let claim = world.claim("mail");
    world.complete_with(&claim, b"two").unwrap();
    assert_eq!(world.end_since(&id, Some(&after)), success(b"two"));
}

#[test]
fn a_failure_that_was_replayed_still_says_its_message() {
    for lapsed in [false, true] {
        let mut world = World::new();
        let claim = world.running();
        let after = world.begin_wait(&claim.execution_id);
        world.pass(if lapsed { TTL } else { 0 });
        world.fail(&claim, FailureClass::Permanent).unwrap();
        replay(&mut world, &claim.execution_id).unwrap();
        let again = world.claim("mail");
        world.complete(&again).unwrap();
        replay(&mut world, &claim.execution_id).unwrap();
        let expected = plain_end(Outcome::Failed, Some("no route to host"));
        assert_eq!(world.end_since(&claim.execution_id, Some(&after)), expected, "lapsed: {lapsed}");
    }
}

#[test]
fn an_expiry_that_was_replayed_still_says_why() {
    let mut world = World::new();
    let retry = RetryPolicy { max_retries: Some(0), ..RetryPolicy::default() };
    let claim = world.running_with(|create| (create.attempt_timeout_ms, create.policy.retry) = (Some(10), Some(retry)));
    let after = world.begin_wait(&claim.execution_id);
    world.pass(10);
    replay(&mut world, &claim.execution_id).unwrap();
    let expected = plain_end(Outcome::Expired, Some("attempt_timeout"));
    assert_eq!(world.end_since(&claim.execution_id, Some(&after)), expected);
}

/// Contract: executions.wait-reason.
#[test]
fn a_cancel_that_was_replayed_has_forgotten_why() {
    let mut world = World::new();
    let id = world.submit("mail");
    let after = world.begin_wait(&id);
    world.cancel_with(&id, |args| args.reason = "not needed".to_owned()).unwrap();
    replay(&mut world, &id).unwrap();
    assert_eq!(world.end_since(&id, Some(&after)), plain_end(Outcome::Cancelled, None));
}

/// Contract: executions.wait-after.
#[test]
fn start_waits_for_the_first_end_of_all() {
    let mut world = World::new();
    let claim = world.running();
    world.complete_with(&claim, b"one").unwrap();
    replay(&mut world, &claim.execution_id).unwrap();
    assert_eq!(world.end_since(&claim.execution_id, Some("start")), success(b"one"));
}

/// Contract: executions.wait-trimmed.
#[test]
fn what_the_log_no_longer_holds_is_no_end_any_more() {
    let mut world = World::keeping_events(1_000);
    let claim = world.running();
    let after = world.begin_wait(&claim.execution_id);
    world.complete(&claim).unwrap();
    world.pass(500);
    replay(&mut world, &claim.execution_id).unwrap();
    world.pass(500);
    assert!(matches!(world.wait_after(&claim.execution_id, Some(&after)).unwrap(), WaitAnswer::Pending(_)));
    let second = world.claim("mail");
    world.complete_with(&second, b"two").unwrap();
    assert_eq!(world.end_since(&claim.execution_id, Some(&after)), success(b"two"));
}

/// Contract: executions.wait-trimmed.
#[test]
fn an_end_outlives_its_event() {
    let mut world = World::keeping_events(10);
    let id = world.submit("mail");
    let after = world.begin_wait(&id);
    world.cancel_with(&id, |args| args.reason = "not needed".to_owned()).unwrap();
    world.pass(10);
    world.tick();
    assert_eq!(world.end_since(&id, Some(&after)), plain_end(Outcome::Cancelled, Some("not needed")));
}

/// Contract: executions.wait-refused.
#[test]
fn an_unknown_execution_and_one_past_its_retention_are_not_found() {
    let mut world = World::new();
    refusal(world.wait_after(UNKNOWN, None), Code::NotFoundExecution);
    let id = world.submit_with("mail", |create| create.retention_ms = Some(10));
    world.cancel(&id).unwrap();
    assert_eq!(world.end_since(&id, None).outcome, Outcome::Cancelled);
    world.pass(10);
    refusal(world.wait_after(&id, None), Code::NotFoundExecution);
}

/// Contract: executions.wait-refused.
#[test]
fn arguments_are_checked() {
    let mut world = World::new();
    let id = world.submit("mail");
    refused_field(world.wait_after("one", None), Code::InvalidInput, "executionId");
    for after in ["x", "e", "e-1", "e2"] {
        refused_field(world.wait_after(&id, Some(after)), Code::InvalidInput, "after");
    }
    assert!(world.wait_after(&id, Some("")).is_ok());
}
