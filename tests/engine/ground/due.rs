//! What is due: each kind at its own instant, in order, however late it is applied. Contract: executions.deadline,
//! time.order, time.own-instant.

use crate::engine::world::spy::Spy;
use crate::engine::world::{START, Span, TTL, World, order, pull, refusal, test};
use std::rc::Rc;
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::events::read::EventRecord;
use tidegate::ops::executions::cancel::CancelExecutionArgs;
use tidegate::{Code, Envelope};

/// One execution of every due kind, each due after so many ms: deadline, attempt timeout, lease expiry, delay.
fn one_of_each(world: &mut World, after: [i64; 4]) -> [String; 4] {
    let delay = world.submit_with("mail", |create| create.delay_until = Some(START + after[3]));
    let mut held = |lane: &str, ttl: i64, timeout: Option<i64>| {
        let id = world.submit_with(lane, |create| create.attempt_timeout_ms = timeout);
        world.claim_with(lane, |claim| claim.lease_ttl_ms = Some(ttl)).unwrap().unwrap();
        id
    };
    let expiry = held("post", after[2], None);
    let timeout = held("fax", 1.hours(), Some(after[1]));
    let deadline = world.submit_with("mail", |create| create.deadline_at = Some(START + after[0]));
    [deadline, timeout, expiry, delay]
}

/// The events since some count of them.
fn since(world: &mut World, count: usize) -> Vec<EventRecord> {
    world.events().split_off(count)
}

const CAUSES: [Cause; 4] = [Cause::DeadlinePassed, Cause::AttemptTimedOut, Cause::LeaseExpired, Cause::DelayOver];

/// Contract: events.instants, time.own-instant.
#[test]
fn each_kind_happens_at_its_own_instant_however_late_it_is_applied() {
    let mut world = World::new();
    let after = [700, 900, 800, 600];
    let ids = one_of_each(&mut world, after);
    world.pass(5.hours());
    for (at, id) in ids.iter().enumerate() {
        assert_eq!(world.story(id).pop(), Some((CAUSES[at], after[at])));
        assert_eq!(world.describe(id).last_mutation_at, START + after[at]);
    }
}

/// Contract: time.over-at.
#[test]
fn nothing_is_due_1_ms_early() {
    let mut world = World::new();
    one_of_each(&mut world, [10; 4]);
    let count = world.events().len();
    world.pass(9);
    assert!(since(&mut world, count).is_empty());
    world.pass(1);
    assert_eq!(since(&mut world, count).len(), 4);
}

/// Contract: attempts.timeout-first, time.order.
#[test]
fn what_is_due_in_one_instant_happens_in_the_order_of_its_kinds() {
    let mut world = World::new();
    let ids = one_of_each(&mut world, [10; 4]);
    let count = world.events().len();
    world.pass(10);
    let happened: Vec<_> =
        since(&mut world, count).into_iter().map(|event| (event.cause, event.execution_id.unwrap())).collect();
    assert_eq!(happened, CAUSES.into_iter().zip(ids).collect::<Vec<_>>());
}

/// Contract: time.order.
#[test]
fn an_earlier_instant_goes_before_an_earlier_kind() {
    let mut world = World::new();
    let [deadline, timeout, expiry, delay] = one_of_each(&mut world, [40, 30, 20, 10]);
    let count = world.events().len();
    world.pass(1.hours());
    let happened: Vec<_> = since(&mut world, count).into_iter().filter_map(|event| event.execution_id).collect();
    assert_eq!(happened, [delay, expiry, timeout, deadline]);
}

/// Contract: time.order.
#[test]
fn what_is_due_in_one_instant_and_of_one_kind_happens_in_the_order_of_creation() {
    let mut world = World::new();
    let ids: Vec<String> =
        (0..200).map(|_| world.submit_with("mail", |create| create.delay_until = Some(START + 10))).collect();
    let count = world.events().len();
    world.pass(10);
    let happened: Vec<_> = since(&mut world, count).into_iter().filter_map(|event| event.execution_id).collect();
    assert_eq!(happened, ids);
}

/// Contract: executions.deadline, states.expire.
#[test]
fn a_deadline_ends_whatever_the_execution_is_doing() {
    let mut world = World::new();
    let limit = START + 1.hours();
    let delayed = world.submit_with("mail", |create| {
        create.delay_until = Some(limit + 1);
        create.deadline_at = Some(limit);
    });
    let retrying = world.running_with(|create| {
        create.deadline_at = Some(limit);
        create.policy.retry =
            Some(RetryPolicy { backoff: Some(Backoff::Fixed { delay_ms: Some(1 << 40) }), ..RetryPolicy::default() });
    });
    world.fail(&retrying, FailureClass::Transient).unwrap();
    let lapsed = world.running_with(|create| create.deadline_at = Some(limit));
    world.pass(TTL);
    world.tick();
    let held_id = world.submit_with("post", |create| create.deadline_at = Some(limit));
    world.claim_with("post", |claim| claim.lease_ttl_ms = Some(5.hours())).unwrap().unwrap();
    let waiting = world.submit_with("fax", |create| create.deadline_at = Some(limit));
    world.pass(1.hours());
    for (id, attempts) in
        [(delayed, 0), (retrying.execution_id, 1), (lapsed.execution_id, 1), (held_id, 1), (waiting, 0)]
    {
        let found = world.describe(&id);
        assert_eq!((found.public_state, found.completed_at), (PublicState::Expired, Some(limit)));
        assert_eq!(found.attempts.len(), attempts, "no attempt is created");
        let ending = found.ending.unwrap();
        assert_eq!((ending.reason.as_str(), ending.source.as_str()), ("execution_deadline", "system_timeout"));
    }
}

/// Contract: time.own-instant.
#[test]
fn time_goes_on_step_by_step_through_all_that_follows_from_it() {
    let mut world = World::new();
    let claim = world.running_with(|create| {
        create.delay_until = None;
        create.attempt_timeout_ms = Some(100);
        create.deadline_at = Some(START + 1_000);
        create.policy.retry =
            Some(RetryPolicy { backoff: Some(Backoff::Fixed { delay_ms: Some(50) }), ..RetryPolicy::default() });
    });
    world.pass(1.hours());
    let expected = [
        (Cause::Created, 0),
        (Cause::Claimed, 0),
        (Cause::RetryScheduled, 100),
        (Cause::DelayOver, 150),
        (Cause::DeadlinePassed, 1_000),
    ];
    assert_eq!(world.story(&claim.execution_id), expected);
}

/// Contract: events.instants.
#[test]
fn instants_never_go_back_along_the_log() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.deadline_at = Some(START - 5));
    one_of_each(&mut world, [30, 20, 10, 40]);
    world.pass(35);
    world.submit_with("mail", |create| create.deadline_at = Some(START + 3));
    world.pass(1.hours());
    let instants: Vec<_> = world.events().into_iter().map(|event| event.at).collect();
    assert!(instants.is_sorted(), "{instants:?}");
}

/// Contract: time.before-everything.
#[test]
fn a_read_applies_time_too() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.delay_until = Some(START + 10));
    assert_eq!(world.state(&id), PublicState::Delayed);
    world.pass(10);
    assert_eq!(world.state(&id), PublicState::Waiting);
    assert_eq!(world.number("SELECT phase FROM execution"), 1, "and what it applied is kept");
}

/// Contract: time.reads.
#[test]
fn a_batch_that_only_reads_with_nothing_due_writes_nothing() {
    let mut world = World::new();
    let claim = world.completed();
    world.submit_with("mail", |create| create.delay_until = Some(START + 1.hours()));
    let spy = Rc::new(Spy::over(Rc::clone(&world.driver)));
    let mut world = world.reopened_through(Rc::clone(&spy) as _);
    world.pass(5);
    world.describe(&claim.execution_id);
    world.result(&claim.execution_id);
    world.events();
    world.call(tidegate::ops::executions::list::ListExecutionsArgs::default()).unwrap();
    world.call(tidegate::ops::lanes::list::ListLanesArgs::default()).unwrap();
    world.call(tidegate::ops::attempts::leases::ListExpiredLeasesArgs::default()).unwrap();
    world.workers();
    world.explain(&claim.execution_id);
    assert_eq!((spy.writes(), spy.commits()), (0, 0));
    assert_eq!(world.number("SELECT last_instant FROM meta"), START);
    world.submit("mail");
    assert_eq!(world.number("SELECT last_instant FROM meta"), START + 5);
}

/// Contract: time.reads.
#[test]
fn a_read_of_what_is_due_writes_it_once() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.delay_until = Some(START + 10));
    let spy = Rc::new(Spy::over(Rc::clone(&world.driver)));
    let mut world = world.reopened_through(Rc::clone(&spy) as _);
    world.pass(10);
    world.describe(&id);
    assert_eq!(spy.commits(), 1);
    world.describe(&id);
    assert_eq!(spy.commits(), 1);
}

/// Contract: time.arguments-first.
#[test]
fn arguments_are_refused_before_time_is_applied_and_nothing_is_written() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.delay_until = Some(START + 10));
    world.pass(10);
    refusal(world.create("", |_| {}), Code::InvalidInput);
    assert!(world.batch(vec![order("").into(), pull("ä").into()]).answers.iter().all(Result::is_err));
    assert_eq!(world.number("SELECT phase FROM execution"), 2, "still delayed");
    assert_eq!(world.number("SELECT last_instant FROM meta"), START);
    assert_eq!(world.number("SELECT count(*) FROM event"), 1);
}

/// Contract: time.later-refusal.
#[test]
fn a_later_refusal_leaves_what_a_tick_at_that_instant_leaves() {
    let [mut refusing, mut ticking] = [World::new(), World::new()];
    let ids = [&mut refusing, &mut ticking].map(|world| {
        one_of_each(world, [10; 4]);
        let id = world.submit("own");
        let claim = world.claim("own");
        world.complete(&claim).unwrap();
        world.pass(20);
        id
    });
    assert_eq!(ids[0], ids[1], "the same seed mints the same ids");
    refusal(refusing.cancel(&ids[0]), Code::InvalidInput);
    ticking.tick();
    for sql in [
        "SELECT last_instant FROM meta",
        "SELECT count(*) FROM event",
        "SELECT sum(at * position) % 1000003 FROM event",
        "SELECT sum(phase * id) FROM execution",
        "SELECT sum(changed_at * id) % 1000003 FROM execution",
    ] {
        assert_eq!(refusing.number(sql), ticking.number(sql), "{sql}");
    }
    assert_eq!(refusing.events(), ticking.events());
}

/// Contract: time.before-everything.
#[test]
fn what_becomes_due_inside_a_batch_is_applied_before_the_next_operation() {
    let mut world = World::new();
    let mut expired = order("mail");
    expired.deadline_at = Some(START);
    let answers = world.batch(vec![expired.into(), pull("mail").into()]).answers;
    let tidegate::Answer::Claim(claim) = answers[1].as_ref().unwrap() else { panic!("a claim's answer") };
    assert!(claim.is_none());
}

/// Contract: time.later-refusal.
#[test]
fn what_was_due_stays_applied_though_the_operation_after_it_is_refused() {
    let mut world = World::new();
    let delayed = world.submit_with("mail", |create| create.delay_until = Some(START + 10));
    let ended = world.completed().execution_id;
    world.pass(10);
    let cancel = CancelExecutionArgs { execution_id: ended, ..CancelExecutionArgs::default() };
    let answers = world.batch(vec![Envelope::from(cancel)]).answers;
    assert!(answers[0].is_err());
    assert_eq!(world.number("SELECT count(*) FROM execution WHERE phase = 1"), 1);
    assert_eq!(world.story(&delayed).pop(), Some((Cause::DelayOver, 10)));
}

/// Contract: time.stored.
#[test]
fn what_is_due_is_found_again_after_the_engine_is_opened_again() {
    let mut world = World::new();
    let ids = one_of_each(&mut world, [40, 30, 20, 10]);
    let mut world = world.reopened();
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 10));
    world.pass(1.hours());
    world.tick();
    for (at, id) in ids.iter().enumerate() {
        assert_eq!(world.causes(id).pop(), Some(CAUSES[at]));
    }
}
