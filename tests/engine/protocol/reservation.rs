//! What a live grant keeps, until when, and what ends it. Contract: protocol.reserves, protocol.reservation-over,
//! protocol.grant-void, protocol.operator-states.

use crate::engine::world::scheduler::{GRANT_TTL, Stand, named, reclaimed, redeemed, woken_lanes};
use crate::engine::world::{START, Span, TTL, World, refusal, test};
use tidegate::Code;
use tidegate::model::executions::claimable::ClaimReason;
use tidegate::model::ground::vocabulary::{AttemptType, FailureClass, HandleKind, PublicState};
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::executions::replay::ReplayExecutionArgs;

/// The ways in which a plain worker or scheduler looks for work: none of them finds anything.
fn nothing_to_take(world: &mut World) {
    assert!(world.claim_if_any("mail").is_none());
    assert!(world.keep("mail").is_none());
    assert!(world.scan("mail").is_empty());
}

/// Contract: claims.candidates, protocol.reserves.
#[test]
fn a_reserved_execution_is_skipped_by_whoever_looks_for_work() {
    for stand in [Stand::Waiting, Stand::Retrying, Stand::Interrupted, Stand::Lapsed] {
        let mut world = World::new();
        let id = world.stand(stand);
        world.reserve(&id);
        world.unwritten(nothing_to_take);
        let next = world.submit("mail");
        assert_eq!(world.scan("mail"), [next.as_str()], "{stand:?}");
        assert_eq!(world.claim("mail").execution_id, next, "{stand:?}");
    }
}

/// Contract: protocol.grant-ttl, time.over-at.
#[test]
fn a_grant_is_good_at_its_last_instant_and_over_after_it() {
    let mut world = World::new();
    let used = world.granted().execution_id;
    let kept = world.granted().execution_id;
    world.pass(GRANT_TTL);
    nothing_to_take(&mut world);
    assert_eq!(world.explain(&kept), ClaimReason::Granted);
    assert!(world.redeem(&used).is_ok());
    world.pass(1);
    assert_eq!(world.explain(&kept), ClaimReason::Claimable);
    refusal(world.unwritten(|world| world.redeem(&kept)), Code::ClaimGrantExpired);
    assert_eq!(world.claim("mail").execution_id, kept);
}

/// Contract: claims.wakes, protocol.reservation-over.
#[test]
fn the_end_of_a_reservation_is_due_after_its_last_instant_and_wakes_the_lane() {
    let mut world = World::new();
    let grant = world.granted();
    assert_eq!(world.engine.next_due_at().unwrap(), Some(grant.expires_at + 1));
    world.pass(GRANT_TTL);
    let tick = world.tick();
    assert_eq!((tick.applied, tick.next_due_at), (0, Some(grant.expires_at + 1)));
    assert!(tick.wakes.lanes.is_empty());
    world.pass(1);
    let tick = world.tick();
    assert_eq!((tick.applied, tick.next_due_at), (1, None));
    assert!(woken_lanes(&tick.wakes).contains(&"mail"));
    assert!(!tick.wakes.events, "no event tells of it");
}

/// Contract: protocol.reservation-over.
#[test]
fn the_end_of_a_reservation_is_no_phase_change_however_late_it_is_noticed() {
    let mut world = World::new();
    let id = world.submit("mail");
    let before = world.describe(&id);
    world.reserve(&id);
    world.pass(2.hours());
    let after = world.describe(&id);
    assert_eq!(after.grant.as_ref().map(|grant| (grant.live, grant.expires_at)), Some((false, START + GRANT_TTL)));
    assert_eq!((after.state, after.last_mutation_at), (before.state, before.last_mutation_at));
    assert_eq!(world.events().len(), 1);
}

/// Contract: protocol.reservation-lapsed.
#[test]
fn the_reservation_of_a_lapsed_execution_ends_without_ending_its_wait() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.take_over(&id);
    world.pass(TTL);
    world.grant_with(&id, |args| args.grant_ttl_ms = Some(400)).unwrap();
    world.pass(401);
    assert!(world.tick().wakes.lanes.is_empty(), "it must still wait for its 1 000 ms");
    assert!(world.claim_if_any("mail").is_none());
    world.pass(599);
    assert!(woken_lanes(&world.tick().wakes).contains(&"mail"));
    assert_eq!(world.claim("mail").execution_id, id);
}

/// Contract: protocol.reservation-lapsed.
#[test]
fn the_wait_of_a_lapsed_execution_ends_without_ending_its_reservation() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.take_over(&id);
    world.pass(TTL);
    let grant = world.reserve(&id);
    world.pass(1_000);
    assert!(world.tick().wakes.lanes.is_empty());
    nothing_to_take(&mut world);
    assert_eq!(world.engine.next_due_at().unwrap(), Some(grant.expires_at + 1));
    world.pass(GRANT_TTL);
    assert_eq!(world.claim("mail").execution_id, id);
}

/// Contract: protocol.grant-stays.
#[test]
fn a_grant_that_is_over_stays_until_something_is_done_with_its_execution() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    world.pass(1.hours());
    for _ in 0..2 {
        refusal(world.unwritten(|world| world.redeem(&id)), Code::ClaimGrantExpired);
    }
    refusal(world.redeem_with(&id, |args| args.worker = named("other")), Code::InvalidClaimGrant);
    assert_eq!(world.grants(), 1);
    world.claim("mail");
    assert_eq!(world.grants(), 0);
}

/// Contract: protocol.grant-stays.
#[test]
fn a_grant_lasts_over_the_engine_being_opened_again() {
    let mut world = World::new();
    let grant = world.granted();
    let mut world = world.reopened();
    nothing_to_take(&mut world);
    assert_eq!(world.engine.next_due_at().unwrap(), Some(grant.expires_at + 1));
    assert!(world.redeem(&grant.execution_id).is_ok());
}

/// Contract: protocol.grant-void.
#[test]
fn a_grant_is_used_once() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    let claim = world.redeem(&id).unwrap();
    assert_eq!(world.grants(), 0);
    world.interrupt(&claim);
    refusal(world.resume(&id), Code::InvalidClaimGrant);
}

/// Contract: protocol.grant-void.
#[test]
fn a_grant_goes_when_its_execution_is_cancelled_or_blocked() {
    for stand in [Stand::Waiting, Stand::Retrying, Stand::Interrupted, Stand::Lapsed] {
        let mut world = World::new();
        let id = world.stand(stand);
        world.reserve(&id);
        world.cancel(&id).unwrap();
        assert_eq!((world.grants(), world.describe(&id).grant), (0, None), "{stand:?}");
    }
    for stand in [Stand::Waiting, Stand::Retrying, Stand::Interrupted] {
        let mut world = World::new();
        let id = world.stand(stand);
        world.reserve(&id);
        world.block_route(&id).unwrap();
        assert_eq!((world.grants(), world.describe(&id).grant), (0, None), "{stand:?}");
    }
}

/// Contract: protocol.grant-void.
#[test]
fn a_deadline_ends_what_a_grant_keeps_and_the_grant_with_it() {
    for deadline in [GRANT_TTL, GRANT_TTL + 1] {
        let mut world = World::new();
        let id = world.submit_with("mail", |create| create.deadline_at = Some(START + deadline));
        world.reserve(&id);
        assert_eq!(world.engine.next_due_at().unwrap(), Some(START + deadline));
        world.pass(deadline);
        let tick = world.tick();
        assert_eq!((tick.applied, tick.next_due_at), (1, None), "the deadline comes before the reservation's end");
        assert!(tick.wakes.lanes.is_empty());
        assert_eq!((world.state(&id), world.grants()), (PublicState::Expired, 0));
        refusal(world.redeem(&id), Code::ExecutionNotActive);
    }
}

#[test]
fn a_grant_to_a_lapsed_execution_goes_when_its_former_holder_fails_it() {
    let mut world = World::new();
    let claim = world.lapsed();
    world.rescue(&claim.execution_id);
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(world.grants(), 0);
    world.pass(1_000);
    assert_eq!(world.claim("mail").attempt_type, AttemptType::Retry);
}

#[test]
fn a_grant_does_not_come_back_with_what_is_replayed_or_unblocked() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    world.block_route(&id).unwrap();
    world.unblock(&id, "waiting_for_capable_worker").unwrap();
    refusal(world.redeem(&id), Code::InvalidClaimGrant);
    world.reserve(&id);
    world.cancel(&id).unwrap();
    world.call(ReplayExecutionArgs { execution_id: id.clone(), ..Default::default() }).unwrap();
    refusal(world.redeem(&id), Code::InvalidClaimGrant);
    assert_eq!(world.claim("mail").execution_id, id);
}

#[test]
fn another_priority_leaves_a_grant_and_counts_when_its_reservation_is_over() {
    let mut world = World::new();
    world.submit("mail");
    let id = world.granted().execution_id;
    let new_priority =
        tidegate::ops::executions::priority::ChangePriorityArgs { execution_id: id.clone(), new_priority: 9 };
    world.call(new_priority).unwrap();
    assert!(world.describe(&id).grant.is_some_and(|grant| grant.live));
    assert_eq!(world.scan("mail").len(), 1);
    world.pass(GRANT_TTL + 1);
    assert_eq!(world.claim("mail").execution_id, id);
}

/// Contract: protocol.grant-stays.
#[test]
fn a_grant_outlives_the_pause_of_its_lane_and_obeys_it() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    world.set_lane("mail", LaneState::Paused);
    refusal(world.unwritten(|world| world.redeem(&id)), Code::ExecutionNotLeaseable);
    world.set_lane("mail", LaneState::Draining);
    assert_eq!(world.redeem(&id).unwrap().handle_kind, HandleKind::Fresh);
}

#[test]
fn a_clock_that_was_put_back_takes_reservations_along() {
    let mut world = World::new();
    world.pass(1.hours());
    let id = world.granted().execution_id;
    let kept = world.granted().execution_id;
    world.set_clock(START);
    assert_eq!(world.engine.accept_clock().unwrap(), 1.hours());
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + GRANT_TTL + 1));
    world.pass(GRANT_TTL);
    nothing_to_take(&mut world);
    assert!(world.redeem(&id).is_ok());
    world.pass(1);
    refusal(world.redeem(&kept), Code::ClaimGrantExpired);
    assert_eq!(world.claim("mail").execution_id, kept);
}

/// Contract: protocol.grant-kinds.
#[test]
fn the_kinds_of_grants_are_kept_apart() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    let claim = world.reserve(&id);
    let answer = world.unwritten(|world| world.call(reclaimed(&id))).unwrap();
    assert_eq!(serde_json::to_value(answer).unwrap()["outcome"], "grant_not_found");
    assert!(world.show(&claim).unwrap().is_some());
    world.pass(TTL);
    let reclaim = world.rescue(&id);
    refusal(world.unwritten(|world| world.show(&reclaim)), Code::InvalidClaimGrant);
    refusal(world.unwritten(|world| world.call(redeemed(&id))), Code::LeaseConflict);
}
