//! The leases of connections that are gone. Contract: leases.gone, leases.close, storage.open-gives-back.

use crate::engine::world::calls::worker;
use crate::engine::world::exclusive::Exclusive;
use crate::engine::world::scheduler::woken_lanes;
use crate::engine::world::spy::Spy;
use crate::engine::world::{START, TTL, World, refusal, test};
use std::rc::Rc;
use tidegate::host::SeededEntropy;
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptState, EligibilityState, HandleKind, LeaseEvent, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::store::driver::Driver;
use tidegate::{Code, Engine, Host, Limits};

const DAY: i64 = 86_400_000;

/// What is given back waits for a claim that continues its attempt, and is told by one event.
fn given_back(world: &mut World, former: &Claim) {
    let found = world.describe(&former.execution_id);
    assert_eq!(
        (found.public_state, found.state.eligibility_state),
        (PublicState::Waiting, EligibilityState::EligibleNow)
    );
    assert_eq!(found.state.attempt_state, AttemptState::AttemptInterrupted);
    assert_eq!((found.current_lease, found.lease_epoch), (None, 2));
    let last = world.events_in(&[EventStream::Lease]).pop().unwrap();
    assert_eq!((last.cause, last.lease), (Cause::LeaseRevoked, Some(LeaseEvent::Revoked)));
    assert_eq!(last.lease_id.as_ref(), Some(&former.lease_id));
    assert_eq!(last.detail, Some(EventDetail::Reason { reason: "connection_gone".to_owned() }));
    refusal(world.renew(former), Code::LeaseRevoked);
    let again = world.claim("mail");
    assert_eq!((again.handle_kind, again.lease_epoch), (HandleKind::Resumed, 3));
    assert_eq!((&again.attempt_id, again.attempt_index), (&former.attempt_id, 0));
    refusal(world.renew(former), Code::LeaseConflict);
}

/// Contract: leases.close.
#[test]
fn closing_gives_the_engines_own_leases_back() {
    let mut world = World::new();
    let claim = world.running();
    let mut world = world.closed_and_opened();
    given_back(&mut world, &claim);
}

/// Contract: leases.gone, storage.open-gives-back.
#[test]
fn opening_files_that_let_in_one_engine_gives_every_earlier_lease_back() {
    let mut world = World::new();
    let claim = world.running();
    let mut world = world.reopened_alone();
    given_back(&mut world, &claim);
}

/// Contract: leases.close, storage.open-gives-back.
#[test]
fn an_engine_that_is_dropped_leaves_its_leases_and_an_opening_that_is_not_alone_too() {
    let mut world = World::new();
    let claim = world.running();
    let mut world = world.reopened();
    assert!(world.renew(&claim).is_ok());
    // What another engine took is not this one's to give back.
    let mut world = world.closed_and_opened();
    assert!(world.renew(&claim).is_ok());
}

/// Contract: leases.gone.
#[test]
fn steps_and_what_is_left_of_its_time_wait_with_the_attempt() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.attempt_timeout_ms = Some(10_000));
    world.record(&claim, "paid", b"yes").unwrap();
    world.pass(4_000);
    let mut world = world.reopened_alone();
    world.pass(60_000);
    let again = world.claim("mail");
    assert_eq!(again.attempt_id, claim.attempt_id);
    assert_eq!(again.steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["paid"]);
    world.pass(5_999);
    assert!(world.renew(&again).is_ok());
    world.pass(1);
    assert_eq!(world.causes(&claim.execution_id).pop(), Some(Cause::AttemptTimedOut));
}

/// Contract: leases.gone.
#[test]
fn neither_a_retry_nor_a_reclaim_nor_a_lapse_is_counted() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.max_reclaim_count = Some(0));
    for _ in 0..5 {
        world = world.reopened_alone();
        assert_eq!(world.claim("mail").handle_kind, HandleKind::Resumed);
    }
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.retry_count, found.lease_reclaim_count, found.total_attempt_count), (0, 0, 1));
}

/// Contract: leases.gone.
#[test]
fn a_lease_that_had_run_out_lapses_at_its_own_instant_and_is_not_given_back() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(TTL - 1);
    let later = world.running();
    world.pass(1);
    let mut world = world.reopened_alone();
    assert_eq!(world.story(&claim.execution_id).pop(), Some((Cause::LeaseExpired, TTL)));
    assert_eq!(world.story(&later.execution_id).pop(), Some((Cause::LeaseRevoked, TTL)));
    refusal(world.renew(&claim), Code::LeaseExpired);
    let taken = [world.claim("mail"), world.claim("mail")].map(|claim| claim.handle_kind);
    assert_eq!(taken, [HandleKind::Reclaimed, HandleKind::Resumed]);
}

/// Contract: leases.gone.
#[test]
fn all_that_is_due_is_done_before_a_lease_is_given_back() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.delay_until = Some(START + 500));
    let claim = world.running_in("other");
    world.pass(1_000);
    let mut world = world.reopened_alone();
    let told: Vec<_> = world.events().into_iter().map(|event| (event.cause, event.at - START)).collect();
    assert_eq!(told[told.len() - 2..], [(Cause::DelayOver, 500), (Cause::LeaseRevoked, 1_000)]);
    assert_eq!(world.state(&claim.execution_id), PublicState::Waiting);
}

/// Contract: leases.gone.
#[test]
fn a_thousand_are_given_back_in_a_commit_in_the_order_of_their_expiry() {
    let mut world = World::new();
    let ids: Vec<String> = (0..2_300).map(|_| world.submit("mail")).collect();
    for _ in &ids {
        world.claim_with("mail", |claim| claim.lease_ttl_ms = Some(TTL)).unwrap().unwrap();
    }
    let first = world.running_in("quick");
    world.call(tidegate::ops::attempts::renew::RenewArgs { handle: first.handle, lease_ttl_ms: Some(1_000) }).unwrap();
    let spy = Rc::new(Spy::over(Exclusive::over(&world.driver)));
    let driver: Rc<dyn Driver> = Rc::<Spy>::clone(&spy);
    let mut world = world.reopened_through(driver);
    assert_eq!(spy.commits(), 3);
    let revoked = world.events().into_iter().filter(|event| event.cause == Cause::LeaseRevoked);
    let told: Vec<String> = revoked.filter_map(|event| event.execution_id).collect();
    assert_eq!(told[0], first.execution_id);
    assert_eq!(told[1..], ids);
    assert_eq!(world.number("SELECT count(*) FROM execution WHERE lapsed = 0 AND expires_at IS NOT NULL"), 0);
}

/// Contract: leases.gone.
#[test]
fn parked_claims_are_woken_for_what_is_given_back() {
    let mut world = World::new();
    world.running_in("mail");
    world.running_in("post");
    let own = world.engine.connection().clone();
    let answer = world.engine.release(&own).unwrap();
    assert_eq!(woken_lanes(&answer.wakes), ["mail", "post"]);
    assert!(answer.applied == 2 && answer.wakes.events);
    assert_eq!(world.engine.release(&own).unwrap().applied, 0);
}

/// Contract: leases.connection.
#[test]
fn a_clock_that_is_put_right_leaves_the_connection_of_a_lease_as_it_is() {
    let mut world = World::new();
    world.pass(10_000);
    let claim = world.running();
    world.set_clock(START);
    assert_eq!(world.engine.accept_clock().unwrap(), 10_000);
    let own = world.engine.connection().clone();
    assert_eq!(world.engine.release(&own).unwrap().applied, 1);
    assert_eq!(world.state(&claim.execution_id), PublicState::Waiting);
}

/// Contract: time.jumps, storage.open-gives-back.
#[test]
fn a_clock_that_came_back_is_told_by_the_first_call_after_an_opening_that_gave_leases_back() {
    let limits = Limits { follows_clock: Some(true), ..Limits::default() };
    let mut world = World::with_limits(limits);
    world.pass(2 * DAY);
    let claim = world.running();
    world.set_clock(START + 5);
    let host = Host { clock: Box::new(world.clock.clone()), entropy: Box::new(SeededEntropy::new(5)) };
    world.engine = Engine::open(Exclusive::over(&world.driver), host, limits).unwrap();
    let tick = world.tick();
    assert_eq!((tick.now, tick.accepted_ms), (START + 5, Some(2 * DAY - 5)));
    assert_eq!(world.state(&claim.execution_id), PublicState::Waiting);
    assert_eq!(world.story(&claim.execution_id).pop(), Some((Cause::LeaseRevoked, 5)));
}

/// Contract: leases.gone.
#[test]
fn what_nobody_holds_is_left_alone() {
    let mut world = World::new();
    world.completed_in("done");
    world.interrupted();
    world.submit("mail");
    let events = world.events().len();
    let mut world = world.reopened_alone().closed_and_opened();
    assert_eq!(world.events().len(), events);
}

/// Contract: storage.open-gives-back.
#[test]
fn a_lease_that_a_version_before_had_taken_is_given_back() {
    let mut world = World::new();
    let claim = world.running();
    let forget = "UPDATE execution SET verb_at = NULL";
    assert_eq!(world.driver.execute(forget, &[]).unwrap(), 1);
    let mut world = world.reopened_alone();
    given_back(&mut world, &claim);
}

/// Contract: storage.open-gives-back.
#[test]
fn an_engine_that_is_opened_again_for_the_same_callers_keeps_their_leases() {
    let mut world = World::new();
    world.submit("mail");
    let claim = world.claim_with("mail", |claim| claim.worker.instance_id = None).unwrap().unwrap();
    let id = world.engine.connection().id;
    let driver: Rc<dyn Driver> = Exclusive::over(&world.driver);
    let host = Host { clock: Box::new(world.clock.clone()), entropy: Box::new(SeededEntropy::new(5)) };
    world.engine = Engine::open_as(Some(id), driver, host, Limits::default()).unwrap();
    assert!(world.renew(&claim).is_ok());
    assert_eq!(world.engine.connection().id, id);
    let mut world = world.closed_and_opened();
    refusal(world.renew(&claim), Code::LeaseRevoked);
}

/// Contract: leases.close.
#[test]
fn who_named_an_instance_or_a_worker_of_the_registry_changes_nothing() {
    let mut world = World::new();
    world.register("mailer-1");
    world.submit("mail");
    let claim = world.claim_with("mail", |claim| claim.worker = worker("mailer", "mailer-1")).unwrap().unwrap();
    let mut world = world.closed_and_opened();
    given_back(&mut world, &claim);
    assert_eq!(world.instances(), ["mailer-1"]);
}

/// Contract: storage.open-gives-back.
#[test]
fn without_a_clock_it_opens_and_the_leases_run_out_by_themselves() {
    let mut world = World::new();
    let claim = world.running();
    world.clock.set(f64::NAN);
    let mut world = world.reopened_alone();
    world.set_clock(START);
    assert!(world.renew(&claim).is_ok());
    world.pass(TTL);
    assert_eq!(world.claim("mail").handle_kind, HandleKind::Reclaimed);
}

/// Contract: storage.open-gives-back.
#[test]
fn without_any_room_it_opens_and_the_leases_run_out_by_themselves() {
    let mut world = World::new();
    let claim = world.running();
    let storage = Exclusive::over(&world.driver);
    storage.full.set(true);
    let mut world = world.reopened_through(Rc::<Exclusive>::clone(&storage));
    storage.full.set(false);
    assert!(world.renew(&claim).is_ok());
    world.pass(TTL);
    assert_eq!(world.claim("mail").handle_kind, HandleKind::Reclaimed);
}
