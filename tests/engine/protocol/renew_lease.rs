//! `renew_lease`. Contract: leases.renew-typed, states.renew.

use crate::engine::world::calls::shown;
use crate::engine::world::{START, Span, TTL, World, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{LeaseEvent, PublicState};

/// Contract: leases.renew-typed.
#[test]
fn the_lease_runs_for_the_time_asked_for_from_now_on() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    let answer = world.renew_lease(&shown(&claim), 70.secs()).unwrap();
    assert_eq!((answer.expires_at, answer.lease_epoch), (START + 5 + 70.secs(), 1));
    let lease = world.describe(&claim.execution_id).current_lease.unwrap();
    assert_eq!((lease.expires_at, lease.last_heartbeat_at), (answer.expires_at, START + 5));
    assert_eq!((lease.lease_id, lease.lease_epoch), (claim.lease_id, 1));
    assert_eq!(world.engine.next_due_at().unwrap(), Some(answer.expires_at));
}

#[test]
fn nothing_but_the_expiry_changes() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.attempt_timeout_ms = Some(40.secs()));
    let before = world.describe(&claim.execution_id);
    world.renew_lease(&shown(&claim), 1.hours()).unwrap();
    let after = world.describe(&claim.execution_id);
    assert_eq!((after.state, after.lease_epoch, after.attempts), (before.state, 1, before.attempts));
    world.pass(40.secs());
    assert_eq!(world.state(&claim.execution_id), PublicState::Expired, "the attempt's timeout does not move");
}

/// Contract: leases.renew-typed.
#[test]
fn a_lease_can_be_made_shorter() {
    let mut world = World::new();
    let claim = world.running();
    world.renew_lease(&shown(&claim), 1).unwrap();
    world.pass(1);
    assert_eq!(world.claim("mail").attempt_index, 1);
}

#[test]
fn each_renewal_is_one_event_of_the_stream_lease() {
    let mut world = World::new();
    let claim = world.running();
    for _ in 0..2 {
        world.pass(1);
        world.renew_lease(&shown(&claim), TTL).unwrap();
    }
    let leases = world.events_in(&[EventStream::Lease]);
    assert_eq!(leases.iter().map(|event| event.at - START).collect::<Vec<_>>(), [0, 1, 2]);
    let last = leases.last().unwrap();
    assert_eq!((last.cause, last.lease, last.state), (Cause::Renewed, Some(LeaseEvent::Renewed), None));
    assert_eq!((last.lease_id.as_ref(), last.lease_epoch), (Some(&claim.lease_id), Some(1)));
}

/// Contract: leases.renew-typed.
#[test]
fn a_later_renewal_by_handle_uses_the_time_of_the_handle() {
    let mut world = World::new();
    let claim = world.running();
    world.renew_lease(&shown(&claim), 1.hours()).unwrap();
    assert_eq!(world.renew(&claim).unwrap().expires_at, START + TTL);
}

#[test]
fn a_lease_lasts_from_1_ms_to_24_hours() {
    let mut world = World::new();
    let claim = shown(&world.running());
    for ttl in [0, -1, 24.hours() + 1, i64::MAX] {
        refused_field(world.renew_lease(&claim, ttl), Code::InvalidInput, "leaseTtlMs");
    }
    assert_eq!(world.renew_lease(&claim, 24.hours()).unwrap().expires_at, START + 24.hours());
    assert_eq!(world.renew_lease(&claim, 1).unwrap().expires_at, START + 1);
}
