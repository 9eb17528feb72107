//! `renew`. Contract: leases.renew, leases.renew-event, states.renew.

use crate::engine::world::{START, TTL, World, refused_field, test};
use tidegate::Code;
use tidegate::model::attempts::handle::Handle;
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::LeaseEvent;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::renew::RenewArgs;

/// Contract: leases.renew.
#[test]
fn a_renewal_extends_the_lease_by_its_time_to_live_from_now() {
    let mut world = World::new();
    world.submit("mail");
    let claim = world.claim_with("mail", |claim| claim.lease_ttl_ms = Some(5_000)).unwrap().unwrap();
    world.pass(4_999);
    let renewed = world.renew(&claim).unwrap();
    assert_eq!((renewed.expires_at, renewed.lease_epoch), (START + 9_999, 1));
    let lease = world.describe(&claim.execution_id).current_lease.unwrap();
    assert_eq!((lease.expires_at, lease.last_heartbeat_at, lease.lease_epoch), (START + 9_999, START + 4_999, 1));
    world.pass(4_999);
    assert!(world.renew(&claim).is_ok());
    world.pass(5_000);
    assert!(world.renew(&claim).is_err());
}

/// Contract: leases.renew, states.renew.
#[test]
fn a_renewal_changes_nothing_but_the_expiry() {
    let mut world = World::new();
    let claim = world.running();
    let before = world.describe(&claim.execution_id);
    world.pass(5);
    world.renew(&claim).unwrap();
    let after = world.describe(&claim.execution_id);
    assert_eq!(after.last_mutation_at, START + 5);
    assert_eq!(
        (after.state, after.attempts.clone(), after.started_at),
        (before.state, before.attempts, before.started_at)
    );
    assert_eq!((after.total_attempt_count, after.lease_epoch), (1, 1));
}

/// Contract: leases.renew-event, states.one-event.
#[test]
fn a_renewal_writes_one_lease_event_and_no_phase_change() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    world.renew(&claim).unwrap();
    world.complete(&claim).unwrap();
    let events = world.events_in(&[EventStream::Lease]);
    let leases: Vec<_> = events.iter().filter_map(|event| event.lease).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Renewed, LeaseEvent::Revoked]);
    let renewed = &events[1];
    assert_eq!((renewed.cause, renewed.at, renewed.state), (Cause::Renewed, START + 5, None));
    assert_eq!((renewed.lease_id.as_ref(), renewed.worker_id.as_deref()), (Some(&claim.lease_id), Some("mailer")));
    let phases = world.events_in(&[EventStream::Execution]);
    assert!(phases.iter().all(|event| event.cause != Cause::Renewed));
}

#[test]
fn a_renewal_in_the_same_instant_is_harmless() {
    let mut world = World::new();
    let claim = world.running();
    assert_eq!(world.renew(&claim).unwrap(), world.renew(&claim).unwrap());
}

/// Contract: attempts.timeout-disarmed, leases.renew.
#[test]
fn a_renewal_does_not_move_the_attempt_timeout() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.attempt_timeout_ms = Some(40_000));
    world.pass(20_000);
    world.renew(&claim).unwrap();
    world.pass(20_000);
    assert_eq!(world.story(&claim.execution_id).last(), Some(&(Cause::AttemptTimedOut, 40_000)));
}

/// Contract: leases.renew-for-ever.
#[test]
fn a_lease_may_be_renewed_for_ever() {
    let mut world = World::new();
    let claim = world.running();
    for _ in 0..50 {
        world.pass(TTL - 1);
        world.renew(&claim).unwrap();
    }
    assert!(world.complete(&claim).is_ok());
}

/// Contract: leases.renew-ttl.
#[test]
fn a_handle_whose_time_to_live_is_out_of_range_is_refused() {
    let mut world = World::new();
    let claim = world.running();
    for ttl_ms in [0, 86_400_001] {
        let mut handle = Handle::decode(&claim.handle).unwrap();
        handle.ttl_ms = ttl_ms;
        let forged = Claim { handle: handle.encode(), ..claim.clone() };
        refused_field(world.renew(&forged), Code::InvalidInput, "handle.leaseTtlMs");
    }
}

/// Contract: leases.renew-other.
#[test]
fn another_time_to_live_counts_from_now_and_for_this_renewal_alone() {
    let mut world = World::new();
    let claim = world.running();
    let other = |ttl_ms| RenewArgs { handle: claim.handle.clone(), lease_ttl_ms: Some(ttl_ms) };
    world.pass(5);
    assert_eq!(world.call(other(90_000)).unwrap().expires_at, START + 90_005);
    assert_eq!(world.call(other(10)).unwrap().expires_at, START + 15, "shorter than before too");
    assert_eq!(world.renew(&claim).unwrap().expires_at, START + 5 + TTL, "the handle keeps its own");
    world.call(other(1)).unwrap();
    world.pass(1);
    assert!(world.renew(&claim).is_err());
}

/// Contract: leases.renew-other.
#[test]
fn a_time_to_live_out_of_range_is_refused_by_name() {
    let mut world = World::new();
    let claim = world.running();
    for ttl_ms in [0, -1, 86_400_001] {
        let args = RenewArgs { handle: claim.handle.clone(), lease_ttl_ms: Some(ttl_ms) };
        refused_field(world.call(args), Code::InvalidInput, "leaseTtlMs");
    }
}
