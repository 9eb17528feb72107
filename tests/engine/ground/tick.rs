//! `tick` and `next_due_at`. Contract: time.tick, time.next-due.

use crate::engine::world::{START, Span, TTL, World, order, test};
use tidegate::Envelope;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::vocabulary::FailureClass;

/// So many executions, all delayed to one instant.
fn delayed(world: &mut World, count: usize, until: i64) {
    let make = || {
        let mut args = order("mail");
        args.delay_until = Some(until);
        Envelope::from(args)
    };
    let answers = world.batch((0..count).map(|_| make()).collect()).answers;
    assert!(answers.iter().all(Result::is_ok));
}

/// Contract: time.tick.
#[test]
fn a_tick_with_nothing_due_does_nothing() {
    let mut world = World::new();
    world.submit("mail");
    world.pass(1.hours());
    let answer = world.tick();
    assert_eq!((answer.applied, answer.more, answer.next_due_at), (0, false, None));
    assert_eq!(answer.now, START + 1.hours());
    assert_eq!(world.number("SELECT last_instant FROM meta"), START);
}

#[test]
fn a_tick_applies_what_is_due_and_says_what_comes_next() {
    let mut world = World::new();
    delayed(&mut world, 3, START + 10);
    delayed(&mut world, 1, START + 20);
    world.pass(10);
    let answer = world.tick();
    assert_eq!((answer.applied, answer.more, answer.next_due_at), (3, false, Some(START + 20)));
}

/// Contract: time.tick.
#[test]
fn a_tick_applies_at_most_1000_actions_and_says_that_more_is_due() {
    let mut world = World::new();
    delayed(&mut world, 2_001, START + 10);
    world.pass(10);
    let rounds: Vec<_> = (0..4).map(|_| world.tick()).map(|answer| (answer.applied, answer.more)).collect();
    assert_eq!(rounds, [(1_000, true), (1_000, true), (1, false), (0, false)]);
}

/// Contract: time.tick.
#[test]
fn exactly_1000_actions_leave_nothing() {
    let mut world = World::new();
    delayed(&mut world, 1_000, START + 10);
    world.pass(10);
    let answer = world.tick();
    assert_eq!((answer.applied, answer.more), (1_000, false));
}

/// Contract: time.before-everything.
#[test]
fn an_operation_applies_all_that_is_due_however_much() {
    let mut world = World::new();
    delayed(&mut world, 1_500, START + 10);
    world.pass(10);
    world.submit("post");
    assert_eq!(world.number("SELECT count(*) FROM execution WHERE phase = 1"), 1_501);
}

/// Contract: time.next-due.
#[test]
fn the_next_instant_is_the_earliest_of_all() {
    let mut world = World::new();
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    let claim = world.running_with(|create| {
        create.deadline_at = Some(START + 1.hours());
        create.attempt_timeout_ms = Some(TTL + 5);
        let backoff = Some(Backoff::Fixed { delay_ms: Some(2_000) });
        create.policy.retry = Some(RetryPolicy { backoff, ..RetryPolicy::default() });
    });
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + TTL), "the lease");
    world.pass(20.secs());
    world.renew(&claim).unwrap();
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + TTL + 5), "the attempt timeout");
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 22.secs()), "the retry");
    world.pass(2.secs());
    world.tick();
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 1.hours()), "the deadline");
    world.cancel(&claim.execution_id).unwrap();
    assert_eq!(world.engine.next_due_at().unwrap(), None);
}

/// Contract: retries.lapse-due, time.next-due.
#[test]
fn the_end_of_the_wait_of_a_lapsed_lease_is_due() {
    let mut world = World::new();
    world.lapsed();
    world.claim("mail");
    world.pass(TTL);
    assert_eq!(world.tick().next_due_at, Some(START + 2 * TTL + 1_000));
}

/// Contract: time.late-timer.
#[test]
fn a_missed_timer_changes_no_outcome() {
    let [mut punctual, mut late] = [World::new(), World::new()];
    for world in [&mut punctual, &mut late] {
        let claim = world.running_with(|create| create.attempt_timeout_ms = Some(5_000));
        world.running();
        world.submit_with("mail", |create| create.delay_until = Some(START + 7_000));
        assert_eq!(claim.attempt_index, 0);
    }
    for _ in 0..40 {
        punctual.pass(1.secs());
        punctual.tick();
    }
    late.pass(40.secs());
    late.tick();
    assert_eq!(punctual.events(), late.events());
}
