//! Repeating a call that ended a lease: the same verb with the same fence answers the same. Contract: leases.repeat,
//! leases.repeat-former, leases.repeat-other, leases.repeat-own.

use crate::engine::world::{START, TTL, World, refusal, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};

/// Contract: leases.repeat.
#[test]
fn a_repeated_complete_answers_the_same_and_writes_nothing() {
    let mut world = World::new();
    let claim = world.running();
    let first = world.complete_with(&claim, b"done").unwrap();
    let (before, events) = (world.describe(&claim.execution_id), world.events());
    world.pass(5);
    assert_eq!(world.complete_with(&claim, b"other").unwrap(), first);
    assert_eq!(world.complete(&claim).unwrap(), first);
    assert_eq!(world.describe(&claim.execution_id), before);
    assert_eq!(world.events(), events);
    assert_eq!(world.result(&claim.execution_id).unwrap().result, Some("done".into()));
}

/// Contract: leases.repeat.
#[test]
fn a_repeated_complete_is_answered_long_after_and_by_another_connection() {
    let mut world = World::new();
    let claim = world.completed();
    world.pass(1_000 * TTL);
    let mut world = world.reopened();
    assert_eq!(world.complete(&claim).unwrap().public_state, PublicState::Completed);
}

/// Contract: leases.repeat.
#[test]
fn a_repeated_fail_answers_the_same_retry() {
    let mut world = World::new();
    let claim = world.running();
    let first = world.fail(&claim, FailureClass::Transient).unwrap();
    world.pass(5);
    assert_eq!(world.fail(&claim, FailureClass::Transient).unwrap(), first);
    assert_eq!(world.fail(&claim, FailureClass::Permanent).unwrap(), first, "the verb counts, not its arguments");
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.retry_count, found.last_mutation_at), (1, START));
}

#[test]
fn a_repeated_terminal_fail_answers_the_same() {
    let mut world = World::new();
    let claim = world.running();
    let first = world.fail(&claim, FailureClass::Permanent).unwrap();
    assert_eq!(world.fail(&claim, FailureClass::Transient).unwrap(), first);
    assert_eq!(world.events_in(&[EventStream::Completion]).len(), 1);
}

#[test]
fn a_repeated_fail_answers_the_same_also_after_the_next_attempt_has_started() {
    let mut world = World::new();
    let first = world.running();
    let answer = world.fail(&first, FailureClass::Transient).unwrap();
    world.pass(1_000);
    let second = world.claim("mail");
    assert_eq!(world.fail(&first, FailureClass::Transient).unwrap(), answer);
    assert_eq!(world.state(&first.execution_id), PublicState::Active);
    world.complete(&second).unwrap();
    assert_eq!(world.fail(&first, FailureClass::Transient).unwrap(), answer, "also after the end");
    assert_eq!(world.complete(&second).unwrap().public_state, PublicState::Completed);
}

/// Contract: leases.repeat-former.
#[test]
fn each_finished_attempt_repeats_its_own_answer() {
    let mut world = World::new();
    let mut finished = Vec::new();
    world.submit("mail");
    for _ in 0..3 {
        let claim = world.claim("mail");
        let answer = world.fail(&claim, FailureClass::Transient).unwrap();
        finished.push((claim, answer));
        world.pass(60_000);
    }
    for (claim, answer) in finished {
        assert_eq!(world.fail(&claim, FailureClass::Transient).unwrap(), answer);
    }
}

/// Contract: leases.repeat-other.
#[test]
fn another_verb_than_the_one_that_ended_it_is_refused() {
    let mut world = World::new();
    let completed = world.completed();
    refusal(world.fail(&completed, FailureClass::Transient), Code::ExecutionNotActive);
    refusal(world.renew(&completed), Code::ExecutionNotActive);
    refusal(world.progress(&completed, None, None), Code::ExecutionNotActive);
    let failed = world.running();
    world.fail(&failed, FailureClass::Permanent).unwrap();
    refusal(world.complete(&failed), Code::ExecutionNotActive);
}

/// Contract: leases.repeat-other.
#[test]
fn another_verb_of_an_ended_attempt_is_refused_while_the_next_one_runs() {
    let mut world = World::new();
    let first = world.running();
    world.fail(&first, FailureClass::Transient).unwrap();
    world.pass(1_000);
    let second = world.claim("mail");
    assert!(world.complete(&first).is_err());
    assert!(world.renew(&first).is_err());
    assert!(world.complete(&second).is_ok());
    refusal(world.complete(&first), Code::ExecutionNotActive);
}

/// Contract: leases.repeat-own.
#[test]
fn a_fail_that_was_never_made_is_no_repetition() {
    let mut world = World::new();
    let first = world.lapsed();
    let second = world.claim("mail");
    refusal(world.fail(&first, FailureClass::Transient), Code::LeaseConflict);
    world.fail(&second, FailureClass::Permanent).unwrap();
    refusal(world.fail(&first, FailureClass::Transient), Code::ExecutionNotActive);
}

/// Contract: leases.repeat-former.
#[test]
fn a_lapsed_holders_fail_repeats_too() {
    let mut world = World::new();
    let claim = world.lapsed();
    let answer = world.fail(&claim, FailureClass::Transient).unwrap();
    world.pass(1);
    assert_eq!(world.fail(&claim, FailureClass::Transient).unwrap(), answer);
}

/// Contract: leases.repeat-own.
#[test]
fn an_end_that_the_holder_did_not_cause_is_no_repetition() {
    let mut world = World::new();
    let cancelled = world.running();
    world.cancel(&cancelled.execution_id).unwrap();
    refusal(world.complete(&cancelled), Code::ExecutionNotActive);
    refusal(world.fail(&cancelled, FailureClass::Transient), Code::ExecutionNotActive);
    let timed_out = world.running_with(|create| create.attempt_timeout_ms = Some(5));
    world.pass(5);
    refusal(world.fail(&timed_out, FailureClass::Timeout), Code::ExecutionNotActive);
}
