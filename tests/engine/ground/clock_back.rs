//! A host's clock that jumps ahead and comes back. Contract: time.jumps, time.accept, time.accept-over, time.accept-log,
//! time.accept-bounded, time.accept-kept.

use crate::engine::world::streams::{lossy, said};
use crate::engine::world::telling::once;
use crate::engine::world::{START, Span, TTL, World, failure, order, pull, test};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tidegate::host::{Clock, ManualClock, SystemClock};
use tidegate::model::events::event::EventStream;
use tidegate::model::executions::policy::{Policy, StreamPolicy};
use tidegate::model::executions::retry::{Backoff, RetryPolicy};
use tidegate::model::ground::argument::Retention;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::store::driver::{Act, Driver, Embedded, Watching};
use tidegate::{Limits, Result};

const FOLLOWS: Limits = Limits { follows_clock: Some(true), ..DEFAULT };
const DEFAULT: Limits = Limits {
    payload_bytes_max: 1 << 20,
    retention: Retention { executions_ms: None, events_ms: None },
    follows_clock: None,
};

fn two_days() -> i64 {
    48.hours()
}

fn following() -> World {
    World::with_limits(FOLLOWS)
}

/// What waits in a world when its clock was right, and what one call did while it was two days ahead.
struct Jumped {
    world: World,
    /// Created before the jump, its deadline three days away.
    early: String,
    /// Held, its lease and attempt timeout running.
    held: String,
    /// Failed, its retry 300 ms away.
    failed: String,
    /// Delayed by 100 ms, its deadline 10 s away.
    delayed: String,
}

fn jumped(limits: Limits) -> Jumped {
    let mut world = World::with_limits(limits);
    let early = world.submit_with("other", |create| create.deadline_at = Some(START + 72.hours()));
    world.pass(two_days());
    let now = START + two_days();
    let delayed = world.submit_with("mail", |create| {
        create.delay_until = Some(now + 100);
        create.deadline_at = Some(now + 10_000);
    });
    let held = world.running_with(|create| create.attempt_timeout_ms = Some(20_000)).execution_id;
    let failed = world.running_with(|create| {
        let backoff = Some(Backoff::Fixed { delay_ms: Some(300) });
        create.policy.retry = Some(RetryPolicy { backoff, ..RetryPolicy::default() });
    });
    world.fail(&failed, FailureClass::Transient).unwrap();
    world.set_clock(START + 5);
    Jumped { world, early, held, failed: failed.execution_id, delayed }
}

/// Contract: time.jumps, time.accept.
#[test]
fn one_call_two_days_ahead_leaves_nothing_standing_for_two_days() {
    let Jumped { mut world, early, held, failed, delayed } = jumped(FOLLOWS);
    let tick = world.tick();
    assert_eq!((tick.now, tick.accepted_ms), (START + 5, Some(two_days() - 5)));
    assert_eq!(tick.next_due_at, Some(START + 105), "the delay, at its old distance");
    let lease = world.describe(&held).current_lease.unwrap();
    assert_eq!(lease.expires_at, START + 5 + TTL);
    world.pass(100);
    assert_eq!(world.state(&delayed), PublicState::Waiting);
    world.pass(200);
    assert_eq!(world.state(&failed), PublicState::Waiting);
    world.pass(9_699);
    assert_eq!(world.state(&delayed), PublicState::Waiting);
    world.pass(1);
    assert_eq!(world.state(&delayed), PublicState::Expired);
    world.pass(9_999);
    assert_eq!(world.state(&held), PublicState::Active);
    world.pass(1);
    assert_eq!(world.state(&held), PublicState::Expired);
    let snapshot = world.describe(&early);
    assert_eq!((snapshot.created_at, snapshot.deadline_at), (START, Some(START + 24.hours() + 5)));
}

/// Contract: time.jumps.
#[test]
fn a_batch_and_a_typed_call_follow_as_a_tick_does_and_it_is_told_once() {
    let mut world = jumped(FOLLOWS).world;
    let answer = world.batch(vec![order("mail").into()]);
    assert_eq!((answer.now, answer.accepted_ms), (START + 5, Some(two_days() - 5)));
    assert_eq!(world.batch(vec![order("mail").into()]).accepted_ms, None);
    assert_eq!(world.tick().accepted_ms, None);
    let mut world = jumped(FOLLOWS).world;
    let id = world.submit("mail");
    assert_eq!(world.describe(&id).created_at, START + 5);
    let said = world.say("[]");
    assert_eq!(said["acceptedMs"], two_days() - 5, "what a typed call met is told by the next batch");
    assert_eq!(world.say("[]").get("acceptedMs"), None);
}

/// Contract: time.jumps.
#[test]
fn up_to_a_second_engine_time_stands_still() {
    let mut world = following();
    world.pass(1_000);
    world.submit("mail");
    world.set_clock(START);
    let id = world.submit("mail");
    assert_eq!(world.describe(&id).created_at, START + 1_000);
    world.set_clock(START - 1);
    let id = world.submit("mail");
    assert_eq!(world.describe(&id).created_at, START - 1);
}

/// Contract: time.jumps.
#[test]
fn forward_is_believed_and_acts_at_once() {
    for limits in [FOLLOWS, Limits { follows_clock: Some(false), ..DEFAULT }] {
        let mut world = World::with_limits(limits);
        let held = world.running();
        world.pass(two_days());
        assert_eq!(world.story(&held.execution_id).last(), Some(&(Cause::LeaseExpired, TTL)));
        assert_eq!(world.tick().accepted_ms, None);
    }
}

/// Contract: time.jumps, time.stands-still.
#[test]
fn a_lent_clock_stands_unless_it_is_to_be_followed() {
    let clock: [&dyn Clock; 2] = [&SystemClock, &ManualClock::at(0.0)];
    assert_eq!(clock.map(Clock::is_lent), [false, true]);
    for limits in [DEFAULT, Limits { follows_clock: Some(false), ..DEFAULT }] {
        let Jumped { mut world, held, .. } = jumped(limits);
        let tick = world.tick();
        assert_eq!((tick.now, tick.accepted_ms), (START + two_days(), None));
        assert_eq!(world.engine.clock_report().unwrap().ahead_ms, two_days() - 5);
        assert_eq!(world.engine.accept_clock().unwrap(), two_days() - 5);
        assert_eq!(world.describe(&held).current_lease.unwrap().expires_at, START + 5 + TTL);
        assert_eq!(world.tick().accepted_ms, Some(two_days() - 5));
    }
}

/// Contract: time.accept, time.accept-over.
#[test]
fn what_has_ended_or_is_over_stays_so() {
    let mut world = following();
    let expired = world.submit_with("other", |create| create.deadline_at = Some(START + 1.hours()));
    let lapsed = world.running().execution_id;
    let completed = world.completed_in("third").execution_id;
    world.register("one");
    let granted = world.submit("fourth");
    world.grant(&granted);
    world.create("fifth", keyed).unwrap();
    once(&mut world, "r1", order("sixth")).unwrap();
    world.pass(two_days());
    world.tick();
    world.set_clock(START + 5);
    world.tick();
    let states = [&expired, &lapsed, &completed, &granted].map(|id| world.state(id));
    assert_eq!(
        states,
        [PublicState::Expired, PublicState::Active, PublicState::Completed, PublicState::Waiting],
        "a lapse and an end are not taken back"
    );
    assert!(world.describe(&lapsed).current_lease.is_none_or(|lease| lease.expires_at <= START + 5));
    assert!(!world.describe(&granted).grant.unwrap().live);
    assert!(world.workers().is_empty());
    let made = world.number("SELECT count(*) FROM execution");
    world.create("fifth", keyed).unwrap();
    once(&mut world, "r1", order("sixth")).unwrap();
    assert_eq!(world.number("SELECT count(*) FROM execution"), made + 2, "both windows were over");
}

fn keyed(create: &mut tidegate::ops::executions::create::CreateArgs) {
    create.idempotency_key = Some("order 1".to_owned());
    create.dedup_window_ms = Some(1.hours());
}

/// Contract: time.accept.
#[test]
fn a_grant_that_ended_in_the_time_that_did_not_come_is_over_at_the_hosts_instant() {
    let mut world = following();
    world.pass(1.hours());
    let [over, last] = [5_000, 6_000].map(|after| {
        let id = world.submit("mail");
        world.grant(&id);
        world.set_clock(START + 1.hours() + after - 5_000 + 1);
        id
    });
    world.set_clock(START + 1.hours() + 5_001);
    world.submit("other");
    world.set_clock(START);
    let grants = [&over, &last].map(|id| world.describe(id).grant.unwrap());
    assert_eq!(grants.clone().map(|grant| grant.live), [false, true]);
    assert_eq!(grants.map(|grant| grant.expires_at), [START - 1, START]);
    world.pass(1);
    assert!(!world.describe(&last).grant.unwrap().live);
}

/// Contract: time.accept-order.
#[test]
fn windows_of_keys_and_kept_answers_go_back_with_the_instants_in_them() {
    let mut world = following();
    world.submit("mail");
    world.pass(two_days());
    let first = world.create("other", keyed).unwrap().execution_id;
    let told = once(&mut world, "r1", pull("mail")).unwrap().text().0;
    assert!(told.contains(&format!("\"leaseExpiresAt\":{}", START + two_days() + TTL)), "{told}");
    world.set_clock(START);
    let again = once(&mut world, "r1", pull("mail")).unwrap().text().0;
    assert_eq!(again, told.replace(&(START + two_days() + TTL).to_string(), &(START + TTL).to_string()));
    world.pass(10.secs() * 60 - 1);
    assert_eq!(once(&mut world, "r1", pull("mail")).unwrap().text().0, again);
    world.pass(1);
    assert_ne!(once(&mut world, "r1", pull("mail")).unwrap().text().0, again);
    world.set_clock(START + 1.hours() - 1);
    assert_eq!(world.create("other", keyed).unwrap().execution_id, first);
    world.pass(1);
    assert_ne!(world.create("other", keyed).unwrap().execution_id, first);
}

/// Contract: time.accept-log.
#[test]
fn positions_go_on_instants_never_go_back_along_them_and_one_event_tells_of_it() {
    let Jumped { mut world, .. } = jumped(FOLLOWS);
    let newest = world.number("SELECT max(position) FROM event");
    let reader = format!("e{newest}");
    world.submit("mail");
    let events = world.read_events(&reader, 10, &[EventStream::Execution, EventStream::Operator]).unwrap().events;
    let told: Vec<_> = events.iter().map(|event| (event.cause, event.at)).collect();
    assert_eq!(told, [(Cause::ClockAccepted, START + 5), (Cause::Created, START + 5)]);
    let all = world.events();
    assert!(all.is_sorted_by_key(|event| event.at));
    assert_eq!((all[0].at, all[1].at), (START, START + 5), "those of the time before stay as they were");
    let accepted = world.events_in(&[EventStream::Operator]).pop().unwrap();
    let detail = serde_json::to_value(&accepted.detail).unwrap();
    assert_eq!(detail, serde_json::json!({ "byMs": two_days() - 5 }));
    assert_eq!((accepted.namespace.as_str(), accepted.execution_id), ("default", None));
    assert!(world.events_in(&[EventStream::Execution]).iter().all(|event| event.cause != Cause::ClockAccepted));
}

/// Contract: time.accept-kept.
#[test]
fn what_is_kept_for_so_long_is_kept_so_long_after_the_instant_that_stands_now() {
    let retention = Retention { executions_ms: Some(24.hours()), events_ms: None };
    let mut world = World::with_limits(Limits { retention, ..FOLLOWS });
    let early = world.completed().execution_id;
    world.pass(two_days());
    let late = world.completed().execution_id;
    assert!(world.find(&early).unwrap().is_none());
    world.set_clock(START + 5);
    assert!(world.find(&early).unwrap().is_some(), "hidden by the wrong clock, and not deleted yet");
    world.set_clock(START + 24.hours());
    assert!(world.find(&early).unwrap().is_none());
    world.pass(4);
    assert!(world.find(&late).unwrap().is_some());
    world.pass(1);
    assert!(world.find(&late).unwrap().is_none());
}

/// Contract: time.accept-kept, streams.clock.
#[test]
fn no_frame_is_deleted_while_readers_see_it() {
    let mut world = following();
    let stream = StreamPolicy { durability_mode: None, retention_maxlen: None, retention_ttl_ms: Some(72.hours()) };
    let policy = Policy { stream: Some(stream), ..Policy::default() };
    let claim = world.running_with(|create| create.policy = policy);
    world.append(&claim, "kept");
    world.complete(&claim).unwrap();
    world.pass(two_days());
    let loose = world.running_in("other");
    world.call(lossy(&loose, b"x", 100)).unwrap();
    world.set_clock(START + 5);
    world.tick();
    world.pass(199);
    assert_eq!(said(&world.stream(&loose.execution_id).frames), ["x"]);
    world.pass(1);
    assert!(world.stream(&loose.execution_id).frames.is_empty());
    world.set_clock(START + 72.hours() - 1);
    world.tick();
    assert_eq!(said(&world.stream(&claim.execution_id).frames), ["kept"]);
    world.pass(1);
    assert!(world.stream(&claim.execution_id).frames.is_empty());
    world.pass(60.secs());
    world.tick();
    assert_eq!(world.number("SELECT count(*) FROM frame"), 0);
}

/// Counts the rows that each transaction changes in tables with instants.
struct Bounded {
    wrapped: Rc<dyn Driver>,
    before: Cell<i64>,
    most: RefCell<Vec<i64>>,
}

impl Bounded {
    fn changes(&self) -> i64 {
        let mut changes = 0;
        let read = |row: &dyn tidegate::store::driver::Row| row.int(0).map(|count| changes = count);
        let mut read = read;
        self.wrapped.query("SELECT total_changes()", &[], &mut read).expect("the number of changes");
        changes
    }
}

impl Watching for Bounded {
    fn wrapped(&self) -> &dyn Driver {
        &*self.wrapped
    }

    fn before(&self, _: Act) -> Result<()> {
        Ok(())
    }

    fn after_transaction(&self, _: bool) {
        let now = self.changes();
        self.most.borrow_mut().push(now - self.before.replace(now));
    }
}

/// Contract: time.accept-bounded.
#[test]
fn about_a_thousand_rows_move_in_a_transaction_and_whoever_asks_sees_all_of_them_moved() {
    let driver = Rc::new(Bounded {
        wrapped: Rc::new(Embedded::memory().unwrap()),
        before: Cell::new(0),
        most: RefCell::new(Vec::new()),
    });
    let mut world = World::over(Rc::clone(&driver) as _);
    world.reopen_with(FOLLOWS);
    world.pass(two_days());
    for _ in 0..25 {
        let many = (0..100).map(|_| {
            let mut one = order("mail");
            one.deadline_at = Some(START + 72.hours());
            one.into()
        });
        assert!(world.batch(many.collect()).answers.iter().all(Result::is_ok));
    }
    world.set_clock(START);
    driver.before.set(driver.changes());
    driver.most.borrow_mut().clear();
    let tick = world.tick();
    assert_eq!(tick.accepted_ms, Some(two_days()));
    let most = driver.most.take();
    assert!(most.len() >= 5 && most.iter().all(|changed| *changed <= 1_300), "{most:?}");
    assert_eq!(world.number("SELECT count(*) FROM execution WHERE deadline_at <> 1700086400000"), 0);
    assert_eq!(world.number("SELECT count(*) FROM event WHERE at > 1700000000000"), 0);
    assert_eq!(world.number("SELECT count(*) FROM rebase"), 0);
    assert_eq!(world.tick().next_due_at, Some(START + 24.hours()));
}

/// Contract: time.accept, time.jumps.
#[test]
fn a_clock_that_comes_back_twice_is_followed_twice() {
    let mut world = following();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 100.hours()));
    for _ in 0..2 {
        world.set_clock(START + two_days());
        world.submit("mail");
        world.set_clock(START);
        assert_eq!(world.tick().accepted_ms, Some(two_days()));
    }
    assert_eq!(world.describe(&id).deadline_at, Some(START + 4.hours()));
    let told = world.events_in(&[EventStream::Operator]);
    assert_eq!(
        told.iter().map(|event| (event.cause, event.at)).collect::<Vec<_>>(),
        [(Cause::ClockAccepted, START); 2]
    );
}

/// Contract: leases.repeat, time.accept.
#[test]
fn a_call_that_is_repeated_over_it_answers_the_instant_that_stands_now() {
    let mut world = following();
    world.pass(two_days());
    let claim = world.running();
    let answer = world.fail(&claim, FailureClass::Transient).unwrap();
    let tidegate::ops::attempts::fail::FailAnswer::RetryScheduled { delay_until, next_attempt_index } = answer else {
        panic!("a retry")
    };
    world.set_clock(START);
    let delay_until = delay_until - two_days();
    let again = world.call(failure(&claim.handle, FailureClass::Transient)).unwrap();
    assert_eq!(again, tidegate::ops::attempts::fail::FailAnswer::RetryScheduled { delay_until, next_attempt_index });
}
