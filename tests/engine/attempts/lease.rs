//! A lease is the same by whatever way it was got. Contract: leases.one-event-order, leases.epoch, protocol.grant-void,
//! states.renew, states.complete, states.cancel, states.lapse, states.expire, states.public-state, leases.one-live,
//! attempts.index, protocol.operator-states.

use crate::engine::world::scheduler::{MINTED, claimed, redeemed};
use crate::engine::world::{TTL, World, refusal, test};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{LeaseEvent, OwnershipState, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::leases::ListExpiredLeasesArgs;
use tidegate::ops::executions::create::CreateArgs;
use tidegate::{Code, Envelope};

/// Every way of getting a lease but the plain claim.
#[derive(Clone, Copy, Debug)]
enum Way {
    Granted,
    Resumed,
    ResumedByKey,
    LapsedByKey,
    Seized,
    Reclaimed,
}

const WAYS: [Way; 6] = [Way::Granted, Way::Resumed, Way::ResumedByKey, Way::LapsedByKey, Way::Seized, Way::Reclaimed];

/// A lease of the worker `mailer` or of the operator, got in one of the ways.
fn got(world: &mut World, way: Way, set: impl FnOnce(&mut CreateArgs)) -> Claim {
    if let Way::Granted | Way::Seized = way {
        let id = world.submit_with("mail", set);
        if let Way::Seized = way {
            return world.seize(&id).unwrap();
        }
        world.reserve(&id);
        return world.redeem(&id).unwrap();
    }
    let first = world.running_with(set);
    let id = first.execution_id.clone();
    match way {
        Way::LapsedByKey | Way::Reclaimed => world.pass(TTL),
        Way::Granted | Way::Resumed | Way::ResumedByKey | Way::Seized => world.interrupt(&first),
    }
    if let Way::Reclaimed = way {
        world.rescue(&id);
        return claimed(world.reclaim(&id));
    }
    let grant = world.reserve(&id);
    if let Way::Resumed = way { world.resume(&id).unwrap() } else { world.show(&grant).unwrap().unwrap() }
}

fn now(world: &World) -> i64 {
    world.engine.clock_report().unwrap().engine_now
}

#[test]
fn its_holder_can_renew_and_complete() {
    for way in WAYS {
        let mut world = World::new();
        let claim = got(&mut world, way, |_| {});
        let found = world.describe(&claim.execution_id);
        assert_eq!(found.current_attempt_index, claim.attempt_index, "{way:?}: the pointer is at the attempt");
        assert_eq!(found.total_attempt_count, claim.attempt_index + 1, "{way:?}");
        assert_eq!(found.lease_epoch, claim.lease_epoch, "{way:?}");
        world.pass(1_000);
        world.renew(&claim).unwrap();
        world.progress(&claim, Some(50), None).unwrap();
        world.pass(TTL - 1);
        world.complete(&claim).unwrap();
        assert_eq!(world.state(&claim.execution_id), PublicState::Completed, "{way:?}");
        assert_eq!(world.events_in(&[EventStream::Completion]).len(), 1, "{way:?}");
    }
}

#[test]
fn it_runs_out_and_is_listed_then() {
    for way in WAYS {
        let mut world = World::new();
        let claim = got(&mut world, way, |_| {});
        assert_eq!(world.engine.next_due_at().unwrap(), Some(claim.lease_expires_at), "{way:?}");
        world.pass(TTL);
        assert_eq!(world.causes(&claim.execution_id).last(), Some(&Cause::LeaseExpired), "{way:?}");
        let found = world.describe(&claim.execution_id);
        assert_eq!(found.state.ownership_state, OwnershipState::LeaseExpiredReclaimable);
        refusal(world.complete(&claim), Code::LeaseExpired);
        let leases = world.call(ListExpiredLeasesArgs::default()).unwrap();
        let text = serde_json::to_string(&leases).unwrap();
        assert!(text.contains(&claim.lease_id), "{way:?}: {text}");
    }
}

/// Keeps a lease up to an instant that comes less than two leases from now.
fn keep_until(world: &mut World, claim: &Claim, at: i64) {
    world.pass((at - now(world)).min(TTL) - 1);
    world.renew(claim).unwrap();
    world.pass(at - now(world));
}

#[test]
fn its_attempt_times_out() {
    for way in WAYS {
        let mut world = World::new();
        let claim = got(&mut world, way, |create| create.attempt_timeout_ms = Some(TTL + 10));
        let at = claim.attempt_timeout_at.unwrap();
        keep_until(&mut world, &claim, at);
        let last = world.events().pop().unwrap();
        assert_eq!((last.cause, last.at), (Cause::AttemptTimedOut, at), "{way:?}");
        assert_eq!(world.state(&claim.execution_id), PublicState::Expired, "{way:?}");
    }
}

/// Contract: executions.deadline.
#[test]
fn its_execution_expires_at_its_deadline() {
    for way in WAYS {
        let mut world = World::new();
        let deadline = now(&world) + TTL + 10;
        let claim = got(&mut world, way, |create| create.deadline_at = Some(deadline));
        assert_eq!(claim.deadline_at, Some(deadline), "{way:?}");
        keep_until(&mut world, &claim, deadline);
        assert_eq!(world.causes(&claim.execution_id).pop(), Some(Cause::DeadlinePassed), "{way:?}");
    }
}

/// Contract: leases.epoch.
#[test]
fn it_is_revoked_by_a_cancel() {
    for way in WAYS {
        let mut world = World::new();
        let claim = got(&mut world, way, |_| {});
        world.cancel(&claim.execution_id).unwrap();
        let last = world.events_in(&[EventStream::Lease]).pop().unwrap();
        assert_eq!((last.lease, last.lease_id), (Some(LeaseEvent::Revoked), Some(claim.lease_id)), "{way:?}");
        assert_eq!(world.describe(&claim.execution_id).lease_epoch, claim.lease_epoch + 1, "{way:?}");
    }
}

/// Contract: leases.epoch, leases.one-event-order.
#[test]
fn every_lease_has_ended_before_the_next_is_acquired_and_epochs_rise() {
    for way in WAYS {
        let mut world = World::new();
        let claim = got(&mut world, way, |_| {});
        let mut live = false;
        let mut epoch = 0;
        for event in world.events_in(&[EventStream::Lease]) {
            let acquires = matches!(event.lease, Some(LeaseEvent::Acquired | LeaseEvent::Reclaimed));
            assert_ne!(live, acquires, "{way:?}: {event:?}");
            live = acquires;
            assert!(!acquires || event.lease_epoch > Some(epoch), "{way:?}: {event:?}");
            epoch = event.lease_epoch.unwrap();
        }
        assert_eq!((live, epoch), (true, claim.lease_epoch), "{way:?}");
    }
}

#[test]
fn a_grant_is_used_once_even_by_two_calls_of_one_batch() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    let mut second = redeemed(&id);
    second.lease_id = Some(MINTED.to_owned());
    let answers = world.batch(vec![Envelope::from(redeemed(&id)), Envelope::from(second)]).answers;
    assert!(answers[0].is_ok());
    refusal(answers[1].clone(), Code::LeaseConflict);
    assert_eq!(world.describe(&id).lease_epoch, 1);
}
