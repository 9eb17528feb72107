//! The streams completion and lease as views over the log: flows §6.5, decisions 3.14, §6.

use super::world::{START, Span, TTL, World, test};
use tidegate::model::event::EventStream;
use tidegate::model::vocabulary::{Cause, FailureClass, LeaseEvent, Outcome};

/// What the last event says to each view, by what caused it.
fn last(world: &mut World) -> (Cause, Option<Outcome>, Option<LeaseEvent>) {
    let event = world.events().pop().expect("an event");
    (event.cause, event.completion, event.lease)
}

#[test]
fn a_create_and_the_end_of_a_delay_are_in_neither_view() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.delay_until = Some(START + 5));
    assert_eq!(last(&mut world), (Cause::Created, None, None));
    world.pass(5);
    assert_eq!(last(&mut world), (Cause::DelayOver, None, None));
}

#[test]
fn a_claim_is_acquired() {
    let mut world = World::new();
    world.running();
    assert_eq!(last(&mut world), (Cause::Claimed, None, Some(LeaseEvent::Acquired)));
}

#[test]
fn a_renewal_is_renewed() {
    let mut world = World::new();
    let claim = world.running();
    world.renew(&claim).unwrap();
    assert_eq!(last(&mut world), (Cause::Renewed, None, Some(LeaseEvent::Renewed)));
}

#[test]
fn a_completion_is_success_and_revoked() {
    let mut world = World::new();
    world.completed();
    assert_eq!(last(&mut world), (Cause::Completed, Some(Outcome::Success), Some(LeaseEvent::Revoked)));
}

#[test]
fn a_failure_is_revoked_and_failed_only_when_it_is_final() {
    let mut world = World::new();
    let claim = world.running();
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(last(&mut world), (Cause::RetryScheduled, None, Some(LeaseEvent::Revoked)));
    let claim = world.running();
    world.fail(&claim, FailureClass::Permanent).unwrap();
    assert_eq!(last(&mut world), (Cause::Failed, Some(Outcome::Failed), Some(LeaseEvent::Revoked)));
}

#[test]
fn a_lapse_is_expired_and_a_takeover_reclaimed() {
    let mut world = World::new();
    world.lapsed();
    assert_eq!(last(&mut world), (Cause::LeaseExpired, None, Some(LeaseEvent::Expired)));
    world.claim("mail");
    assert_eq!(last(&mut world), (Cause::Reclaimed, None, Some(LeaseEvent::Reclaimed)));
}

#[test]
fn a_cancel_is_cancelled_and_revoked_only_under_a_live_lease() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.cancel(&id).unwrap();
    assert_eq!(last(&mut world), (Cause::Cancelled, Some(Outcome::Cancelled), None));
    let claim = world.running();
    world.cancel(&claim.execution_id).unwrap();
    assert_eq!(last(&mut world), (Cause::Cancelled, Some(Outcome::Cancelled), Some(LeaseEvent::Revoked)));
}

#[test]
fn a_deadline_is_expired_and_ends_a_live_lease_as_expired() {
    let mut world = World::new();
    world.submit_with("post", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    assert_eq!(last(&mut world), (Cause::DeadlinePassed, Some(Outcome::Expired), None));
    world.running_with(|create| create.deadline_at = Some(START + 10));
    world.pass(5);
    assert_eq!(last(&mut world), (Cause::DeadlinePassed, Some(Outcome::Expired), Some(LeaseEvent::Expired)));
}

#[test]
fn a_lapsed_execution_that_ends_writes_no_second_lease_event() {
    let mut world = World::new();
    let cancelled = world.lapsed();
    world.cancel(&cancelled.execution_id).unwrap();
    assert_eq!(last(&mut world), (Cause::Cancelled, Some(Outcome::Cancelled), None));
    let failed = world.lapsed();
    world.fail(&failed, FailureClass::Permanent).unwrap();
    assert_eq!(last(&mut world), (Cause::Failed, Some(Outcome::Failed), None));
    let now = world.engine.clock_report().unwrap().engine_now;
    world.running_with(|create| create.deadline_at = Some(now + TTL + 5));
    world.pass(TTL + 5);
    assert_eq!(last(&mut world), (Cause::DeadlinePassed, Some(Outcome::Expired), None));
}

/// A world in which leases were issued, renewed, lost, taken over and given up.
fn leased() -> World {
    let mut world = World::new();
    let claim = world.running();
    world.renew(&claim).unwrap();
    world.pass(TTL);
    let claim = world.claim("mail");
    world.complete(&claim).unwrap();
    let claim = world.running();
    world.cancel(&claim.execution_id).unwrap();
    world.submit("mail");
    world
}

#[test]
fn a_view_holds_exactly_its_rows() {
    let mut world = leased();
    let all = world.events();
    let completions = world.events_in(&[EventStream::Completion]);
    assert_eq!(completions, all.iter().filter(|e| e.completion.is_some()).cloned().collect::<Vec<_>>());
    let leases = world.events_in(&[EventStream::Lease]);
    assert_eq!(leases, all.iter().filter(|e| e.lease.is_some()).cloned().collect::<Vec<_>>());
    let phases = world.events_in(&[EventStream::Execution]);
    assert_eq!(phases, all.iter().filter(|e| e.state.is_some()).cloned().collect::<Vec<_>>());
    assert!(world.events_in(&[EventStream::Operator]).is_empty());
    assert!(completions.len() == 2 && leases.len() == 7 && phases.len() == all.len() - 1);
}

#[test]
fn several_streams_are_one_reading_in_order_with_each_row_once() {
    let mut world = leased();
    let both = world.events_in(&[EventStream::Completion, EventStream::Lease, EventStream::Lease]);
    let expected: Vec<_> =
        world.events().into_iter().filter(|event| event.completion.is_some() || event.lease.is_some()).collect();
    assert_eq!(both, expected);
}

#[test]
fn no_stream_named_is_every_phase_change() {
    let mut world = leased();
    assert_eq!(world.events_in(&[]), world.events_in(&[EventStream::Execution]));
}

#[test]
fn every_lease_is_followed_by_one_end_before_the_next() {
    let mut world = leased();
    let claim = world.claim("mail");
    world.pass(TTL + 1.hours());
    world.claim("mail");
    let own = world
        .events_in(&[EventStream::Lease])
        .into_iter()
        .filter(|e| e.execution_id.as_ref() == Some(&claim.execution_id));
    let leases: Vec<_> = own.filter_map(|event| event.lease).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Expired, LeaseEvent::Reclaimed]);
}
