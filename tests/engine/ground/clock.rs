//! The host's clock and engine time. Contract: time.clock, time.never-back, time.accept.

use crate::engine::world::{START, Span, TTL, World, order, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};

const YEAR_10000: f64 = 253_402_300_800_000.0;

/// Contract: time.clock.
#[test]
fn a_clock_that_is_nan_infinite_negative_or_past_the_year_9999_is_refused() {
    let mut world = World::new();
    let strange = [
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
        (-1.0, "-1"),
        (-0.5, "-0.5"),
        (YEAR_10000, "253402300800000"),
        (1e300, "1e+300"),
    ];
    for (now_ms, found) in strange {
        world.clock.set(now_ms);
        let refused = refused_field(world.create("mail", |_| {}), Code::InvalidInput, "clock");
        assert!(refused.message().ends_with(&format!("found {found}")), "{refused}");
        assert!(world.batch(vec![order("mail").into()]).answers[0].is_err());
        refusal(world.engine.tick(), Code::InvalidInput);
        refusal(world.engine.clock_report(), Code::InvalidInput);
        refusal(world.engine.accept_clock(), Code::InvalidInput);
    }
    world.set_clock(START);
    assert!(world.create("mail", |_| {}).is_ok(), "a sound clock heals it");
    assert_eq!(world.number("SELECT count(*) FROM execution"), 1);
}

/// Contract: values.instants.
#[test]
fn the_first_and_the_last_instant_are_taken() {
    let mut world = World::new();
    world.clock.set(0.0);
    let first = world.submit("mail");
    assert_eq!(world.describe(&first).created_at, 0);
    world.clock.set(YEAR_10000 - 1.0);
    let last = world.submit("mail");
    assert_eq!(world.describe(&last).created_at, 253_402_300_799_999);
    let claim = world.claim("mail");
    assert!(world.complete(&claim).is_ok());
}

/// Contract: time.clock.
#[test]
fn a_fraction_of_a_millisecond_is_cut_off() {
    let mut world = World::new();
    world.clock.set(1_700_000_000_000.9);
    let id = world.submit("mail");
    assert_eq!(world.describe(&id).created_at, START);
}

/// Contract: time.never-back.
#[test]
fn engine_time_never_goes_back() {
    let mut world = World::new();
    world.pass(1.hours());
    let first = world.submit("mail");
    world.set_clock(START);
    let second = world.submit("mail");
    let made = [first, second].map(|id| world.describe(&id).created_at);
    assert_eq!(made, [START + 1.hours(); 2]);
    let mut world = world.reopened();
    let third = world.submit("mail");
    assert_eq!(world.describe(&third).created_at, START + 1.hours());
}

/// Contract: time.never-back.
#[test]
fn a_batch_that_only_read_holds_no_clock_back() {
    let mut world = World::new();
    let first = world.submit("mail");
    world.pass(1.hours());
    assert_eq!(world.describe(&first).created_at, START);
    world.set_clock(START + 5);
    let second = world.submit("mail");
    assert_eq!(world.describe(&second).created_at, START + 5);
}

/// Contract: time.stands-still.
#[test]
fn while_engine_time_stands_still_nothing_becomes_due() {
    let mut world = World::new();
    world.pass(1.hours());
    let claim = world.running();
    world.set_clock(START + 1.hours() - TTL);
    world.pass(TTL + 10.secs());
    assert!(world.renew(&claim).is_ok());
    let report = world.engine.clock_report().unwrap();
    assert_eq!((report.engine_now, report.ahead_ms), (START + 1.hours() + 10.secs(), 0));
}

/// Contract: time.report.
#[test]
fn the_report_says_by_how_much_engine_time_stands_ahead() {
    let mut world = World::new();
    let report = world.engine.clock_report().unwrap();
    assert_eq!((report.host_now, report.engine_now, report.ahead_ms), (START, START, 0));
    world.pass(1.hours());
    world.submit("mail");
    world.set_clock(START + 5);
    let report = world.engine.clock_report().unwrap();
    assert_eq!((report.host_now, report.engine_now, report.ahead_ms), (START + 5, START + 1.hours(), 1.hours() - 5));
}

/// Contract: time.accept.
#[test]
fn a_clock_that_is_not_behind_needs_no_acceptance() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.pass(5);
    let before = world.describe(&id);
    assert_eq!(world.engine.accept_clock().unwrap(), 0);
    assert_eq!(world.describe(&id), before);
}

/// A world whose clock ran an hour ahead while things happened, and was then put right.
fn put_back() -> (World, Vec<String>) {
    let mut world = World::new();
    world.pass(1.hours());
    let mut ids = Vec::new();
    ids.push(world.submit_with("mail", |create| {
        create.delay_until = Some(START + 1.hours() + 100);
        create.deadline_at = Some(START + 1.hours() + 10_000);
    }));
    let held = world.running_with(|create| create.attempt_timeout_ms = Some(20_000));
    ids.push(held.execution_id.clone());
    let failed = world.running_with(|create| {
        let backoff = Some(Backoff::Fixed { delay_ms: Some(300) });
        create.policy.retry = Some(RetryPolicy { backoff, ..RetryPolicy::default() });
    });
    world.fail(&failed, FailureClass::Transient).unwrap();
    ids.push(failed.execution_id);
    world.progress(&held, Some(1), None).unwrap();
    ids.push(world.completed().execution_id);
    world.set_clock(START);
    (world, ids)
}

/// Contract: time.accept.
#[test]
fn an_accepted_clock_moves_every_instant_that_lies_ahead_by_the_same_distance() {
    let (mut world, ids) = put_back();
    let before: Vec<_> = ids.iter().map(|id| world.describe(id)).collect();
    let events = world.events();
    assert_eq!(world.engine.accept_clock().unwrap(), 1.hours());
    assert_eq!(world.engine.clock_report().unwrap().ahead_ms, 0);
    let moved = |instant: Option<i64>| instant.map(|instant| instant - 1.hours());
    for (id, before) in ids.iter().zip(before) {
        let after = world.describe(id);
        assert_eq!(after.created_at, before.created_at - 1.hours());
        assert_eq!(after.last_mutation_at, before.last_mutation_at - 1.hours());
        assert_eq!((after.started_at, after.completed_at), (moved(before.started_at), moved(before.completed_at)));
        assert_eq!((after.deadline_at, after.claimable_at), (moved(before.deadline_at), moved(before.claimable_at)));
        let expiry =
            |lease: Option<tidegate::ops::executions::describe::LeaseSnapshot>| lease.map(|lease| lease.expires_at);
        assert_eq!(expiry(after.current_lease), moved(expiry(before.current_lease)));
        assert_eq!(after.public_state, before.public_state);
        let starts = |attempts: &[tidegate::ops::executions::describe::AttemptSnapshot]| {
            attempts.iter().map(|attempt| (attempt.started_at, attempt.ended_at)).collect::<Vec<_>>()
        };
        let earlier = starts(&before.attempts).into_iter().map(|(from, to)| (from - 1.hours(), moved(to)));
        assert_eq!(starts(&after.attempts), earlier.collect::<Vec<_>>());
    }
    let instants =
        |events: &[tidegate::ops::events::read::EventRecord]| events.iter().map(|e| e.at).collect::<Vec<_>>();
    let earlier: Vec<_> = instants(&events).into_iter().map(|at| at - 1.hours()).collect();
    let mut after = world.events();
    assert_eq!(after.pop().map(|told| (told.cause, told.at)), Some((Cause::ClockAccepted, START)));
    assert_eq!(instants(&after), earlier);
}

/// Contract: time.accept-order.
#[test]
fn after_an_accepted_clock_everything_becomes_due_in_its_old_order() {
    let (mut world, ids) = put_back();
    world.engine.accept_clock().unwrap();
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 100));
    world.pass(100);
    assert_eq!(world.state(&ids[0]), PublicState::Waiting);
    assert_eq!(world.state(&ids[2]), PublicState::Delayed);
    world.pass(200);
    assert_eq!(world.state(&ids[2]), PublicState::Waiting);
    world.pass(20_000);
    assert_eq!(world.state(&ids[0]), PublicState::Expired);
    assert_eq!(world.state(&ids[1]), PublicState::Expired);
}

/// Contract: time.accept-order.
#[test]
fn an_accepted_clock_keeps_windows_and_repeated_answers() {
    let mut world = World::new();
    world.pass(1.hours());
    let keyed = |create: &mut tidegate::ops::executions::create::CreateArgs| {
        create.idempotency_key = Some("order 1".to_owned());
        create.dedup_window_ms = Some(1_000);
    };
    let first = world.create("mail", keyed).unwrap();
    let claim = world.claim("mail");
    let answer = world.fail(&claim, FailureClass::Transient).unwrap();
    world.set_clock(START);
    world.engine.accept_clock().unwrap();
    world.pass(999);
    assert_eq!(world.create("mail", keyed).unwrap().execution_id, first.execution_id);
    world.pass(1);
    assert_ne!(world.create("mail", keyed).unwrap().execution_id, first.execution_id);
    let again = world.fail(&claim, FailureClass::Transient).unwrap();
    let until = |answer: &tidegate::ops::attempts::fail::FailAnswer| match answer {
        tidegate::ops::attempts::fail::FailAnswer::RetryScheduled { delay_until, .. } => *delay_until,
        tidegate::ops::attempts::fail::FailAnswer::TerminalFailed => 0,
    };
    assert_eq!(until(&again), until(&answer) - 1.hours());
}

/// Contract: time.accept-order.
#[test]
fn an_accepted_clock_holds_after_the_engine_is_opened_again() {
    let (mut world, ids) = put_back();
    world.engine.accept_clock().unwrap();
    let mut world = world.reopened();
    assert_eq!(world.engine.clock_report().unwrap().ahead_ms, 0);
    assert_eq!(world.describe(&ids[0]).created_at, START);
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 100));
}

/// Contract: time.accept.
#[test]
fn an_accepted_clock_moves_workers_steps_and_grants_too() {
    let mut world = World::new();
    world.pass(1.hours());
    world.register("one");
    let claim = world.running();
    world.record(&claim, "pay", b"").unwrap();
    let granted = world.submit("mail");
    world.grant(&granted);
    let over = world.submit("mail");
    world.grant(&over);
    world.pass(6.secs());
    let live = world.submit("mail");
    world.grant(&live);
    let instants = |world: &mut World| {
        let worker = world.workers().remove(0);
        let mut found = vec![worker.registered_at, worker.last_heartbeat_at, worker.expires_at];
        found.push(world.describe(&claim.execution_id).steps[0].recorded_at);
        found.extend([&granted, &over, &live].map(|id| world.describe(id).grant.unwrap().expires_at));
        found.extend(world.audit().into_iter().map(|event| event.at));
        found
    };
    let before = instants(&mut world);
    world.set_clock(START);
    let distance = world.engine.accept_clock().unwrap();
    assert_eq!(distance, 1.hours() + 6.secs());
    let mut expected: Vec<i64> = before.into_iter().map(|at| at.min(START).max(at - distance)).collect();
    // Grants are good at their last instant: these were over.
    expected[4..6].fill(START - 1);
    assert_eq!(instants(&mut world), expected);
    let lives = [&granted, &over, &live].map(|id| world.describe(id).grant.unwrap().live);
    assert_eq!(lives, [false, false, true]);
    world.pass(5.secs());
    assert!(world.describe(&live).grant.unwrap().live);
    world.pass(1);
    assert!(!world.describe(&live).grant.unwrap().live);
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START - 6.secs() + TTL));
    world.set_clock(START - 6.secs() + 60.secs());
    assert!(world.workers().is_empty());
}
