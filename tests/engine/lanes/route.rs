//! Blocked routes: what waits for a capable worker waits until the claim of one. Contract: claims.lifts-route,
//! claims.lifts-hundred, protocol.scheduler-lifts.

use crate::engine::world::scheduler::{Stand, woken_lanes};
use crate::engine::world::{START, World, test, texts};
use tidegate::model::executions::claimable::ClaimReason;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{HandleKind, PublicState};
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::protocol::block::BlockRouteArgs;
use tidegate::ops::protocol::claim_for_worker::ClaimForWorkerAnswer;

/// An execution that requires some capabilities, blocked until a worker has them.
fn waiting_for(world: &mut World, lane: &str, tokens: &[&str]) -> String {
    let id = world.submit_with(lane, |create| create.required_capabilities = texts(tokens));
    world.block_route(&id).unwrap();
    id
}

/// What a worker with some capabilities gets from some lanes.
fn claim(world: &mut World, lanes: &[&str], tokens: &[&str]) -> Option<String> {
    let set = |claim: &mut tidegate::ops::attempts::claim::ClaimArgs| {
        claim.lanes = texts(lanes);
        claim.capabilities = texts(tokens);
    };
    world.claim_with("", set).unwrap().map(|claim| claim.execution_id)
}

/// Contract: claims.lifts-route.
#[test]
fn the_claim_of_a_covering_worker_lifts_the_block_and_takes_it() {
    let mut world = World::new();
    let id = waiting_for(&mut world, "mail", &["gpu"]);
    world.pass(5);
    assert_eq!(claim(&mut world, &["mail"], &["arm", "gpu"]), Some(id.clone()));
    assert_eq!(
        world.story(&id),
        [(Cause::Created, 0), (Cause::Blocked, 0), (Cause::Unblocked, 5), (Cause::Claimed, 5)]
    );
}

#[test]
fn what_requires_nothing_waits_for_any_worker() {
    let mut world = World::new();
    let id = waiting_for(&mut world, "mail", &[]);
    assert_eq!(claim(&mut world, &["mail"], &[]), Some(id));
}

/// Contract: claims.lifts-route.
#[test]
fn the_claim_of_a_worker_that_does_not_cover_it_lifts_nothing() {
    let mut world = World::new();
    let id = waiting_for(&mut world, "mail", &["gpu", "arm"]);
    for tokens in [&[][..], &["gpu"], &["arm"], &["GPU", "arm"]] {
        assert_eq!(world.unwritten(|world| claim(world, &["mail"], tokens)), None, "{tokens:?}");
    }
    assert_eq!(world.explain(&id), ClaimReason::BlockedByRoute);
}

/// Contract: claims.lifts-route.
#[test]
fn neither_a_claim_from_another_lane_nor_one_from_a_shut_lane_lifts_anything() {
    let mut world = World::new();
    let id = waiting_for(&mut world, "mail", &["gpu"]);
    assert_eq!(world.unwritten(|world| claim(world, &["post"], &["gpu"])), None);
    for state in [LaneState::Paused, LaneState::Disabled] {
        world.set_lane("mail", state);
        assert_eq!(world.unwritten(|world| claim(world, &["mail"], &["gpu"])), None);
        assert_eq!(world.explain(&id), ClaimReason::BlockedByRoute);
    }
    world.set_lane("mail", LaneState::Draining);
    assert_eq!(claim(&mut world, &["post", "mail"], &["gpu"]), Some(id));
}

#[test]
fn one_claim_lifts_all_that_its_worker_covers_and_takes_the_first() {
    let mut world = World::new();
    let old = waiting_for(&mut world, "mail", &["gpu"]);
    let urgent = world.submit_with("mail", |create| create.priority = Some(9));
    let young = waiting_for(&mut world, "mail", &["gpu"]);
    let arm = waiting_for(&mut world, "mail", &["arm"]);
    assert_eq!(claim(&mut world, &["mail"], &["gpu"]), Some(urgent));
    assert_eq!(world.scan("mail"), [old, young]);
    assert_eq!(world.explain(&arm), ClaimReason::BlockedByRoute);
}

#[test]
fn a_block_for_another_reason_stays() {
    let mut world = World::new();
    let paused = world.stand(Stand::Blocked);
    let budget = world.submit("mail");
    world.block_for(&budget, "waiting_for_budget").unwrap();
    let routed = world.submit("mail");
    world.block_for(&routed, "waiting_for_capable_worker").unwrap();
    assert_eq!(claim(&mut world, &["mail"], &[]), Some(routed));
    assert_eq!(claim(&mut world, &["mail"], &[]), None);
    assert_eq!((world.state(&paused), world.state(&budget)), (PublicState::Waiting, PublicState::RateLimited));
}

/// Contract: protocol.scheduler-lifts.
#[test]
fn a_scheduler_that_asks_for_a_covering_worker_lifts_the_block_too() {
    let mut world = World::new();
    let id = waiting_for(&mut world, "mail", &["gpu"]);
    assert_eq!(world.unwritten(|world| world.keep("mail")), None);
    let answer = world.keep_with("mail", |args| args.capabilities = texts(&["gpu"])).unwrap();
    assert!(matches!(answer, ClaimForWorkerAnswer::Granted(grant) if grant.execution_id == id));
    assert_eq!(world.explain(&id), ClaimReason::Granted);
    assert!(world.redeem(&id).is_ok());
}

/// Contract: protocol.block-place.
#[test]
fn an_interrupted_attempt_that_was_blocked_is_continued() {
    let mut world = World::new();
    let first = world.interrupted();
    world.block_route(&first.execution_id).unwrap();
    let claim = world.claim("mail");
    assert_eq!((claim.handle_kind, claim.attempt_id), (HandleKind::Resumed, first.attempt_id));
}

/// Contract: protocol.block-kept.
#[test]
fn a_route_can_be_blocked_again_and_again() {
    let mut world = World::new();
    for round in 0..3 {
        let id = waiting_for(&mut world, "mail", &["gpu"]);
        assert_eq!(claim(&mut world, &["mail"], &[]), None);
        assert_eq!(claim(&mut world, &["mail"], &["gpu"]), Some(id), "{round}");
    }
}

/// Contract: protocol.block-kept.
#[test]
fn a_blocked_route_is_remembered_by_the_next_connection() {
    let mut world = World::new();
    let id = waiting_for(&mut world, "mail", &["gpu"]);
    let mut world = world.reopened();
    assert_eq!(world.explain(&id), ClaimReason::BlockedByRoute);
    assert_eq!(claim(&mut world, &["mail"], &["gpu"]), Some(id));
}

#[test]
fn what_is_past_its_deadline_is_not_lifted() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 10));
    world.block_route(&id).unwrap();
    world.pass(10);
    assert_eq!(claim(&mut world, &["mail"], &[]), None);
    assert_eq!(world.causes(&id), [Cause::Created, Cause::Blocked, Cause::DeadlinePassed]);
}

/// Contract: claims.lifts-hundred.
#[test]
fn one_claim_lifts_a_hundred_at_most_the_first_in_the_order_of_claims_first() {
    let mut world = World::new();
    let ids: Vec<String> = (0..130)
        .map(|priority| {
            let id = world.submit_with("mail", |create| create.priority = Some(priority));
            world.block_route(&id).unwrap();
            id
        })
        .collect();
    let blocked = |world: &World| world.number("SELECT count(*) FROM execution WHERE phase = 3");
    for (claims, left) in [(1, 30), (2, 0), (3, 0)] {
        assert_eq!(claim(&mut world, &["mail"], &[]), Some(ids[130 - claims].clone()));
        assert_eq!(blocked(&world), left, "after {claims} claims");
    }
}

/// Contract: claims.wakes-route.
#[test]
fn a_parked_claim_is_woken_when_a_block_voids_the_grant_that_hid_an_execution_from_it() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.reserve(&id);
    assert_eq!(claim(&mut world, &["mail"], &[]), None);
    let block = BlockRouteArgs { execution_id: id.clone(), reason: String::new() };
    assert!(woken_lanes(&world.woken(block)).contains(&"mail"));
    assert_eq!(claim(&mut world, &["mail"], &[]), Some(id));
}
