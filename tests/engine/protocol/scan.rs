//! `scan_eligible_executions`. Contract: protocol.scan, protocol.scan-page.

use crate::engine::world::scheduler::{GRANT_TTL, Stand};
use crate::engine::world::{START, TTL, World, refused_field, test, texts};
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::protocol::scan::ScanEligibleArgs;
use tidegate::{Code, Result};

fn scan(world: &mut World, lane: &str, limit: i64) -> Result<Vec<String>> {
    world.call(ScanEligibleArgs { lane: lane.to_owned(), limit: Some(limit) }).map(|found| found.execution_ids)
}

/// Contract: protocol.scan.
#[test]
fn the_claimable_executions_of_a_lane_are_told_in_the_order_of_claims_whatever_they_require() {
    let mut world = World::new();
    let made = [(0, ""), (5, "gpu"), (5, ""), (9_000, "arm"), (0, "gpu")];
    let ids = made.map(|(priority, token)| {
        world.submit_with("mail", |create| {
            create.priority = Some(priority);
            create.required_capabilities = if token.is_empty() { Vec::new() } else { texts(&[token]) };
        })
    });
    world.submit("post");
    let expected = [3, 1, 2, 0, 4].map(|at: usize| ids[at].clone());
    assert_eq!(world.unwritten(|world| world.scan("mail")), expected);
    let both = texts(&["arm", "gpu"]);
    for id in expected {
        let claim = world.claim_with("mail", |claim| claim.capabilities.clone_from(&both)).unwrap().unwrap();
        assert_eq!(claim.execution_id, id);
    }
    assert!(world.scan("mail").is_empty());
}

/// Contract: protocol.scan.
#[test]
fn only_what_a_plain_claim_may_take_is_told() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let expected = matches!(stand, Stand::Waiting | Stand::Retrying | Stand::Interrupted | Stand::Lapsed);
        assert_eq!(world.scan("mail").contains(&id), expected, "{stand:?}");
    }
}

/// Contract: protocol.scan.
#[test]
fn what_must_wait_after_repeated_lapses_is_told_when_its_wait_is_over() {
    let mut world = World::new();
    let id = world.running().execution_id;
    world.take_over(&id);
    world.pass(TTL + 999);
    assert!(world.scan("mail").is_empty());
    world.pass(1);
    assert_eq!(world.scan("mail"), [id]);
}

/// Contract: protocol.reservation-over.
#[test]
fn what_a_grant_keeps_is_told_when_the_grant_is_over() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    world.pass(GRANT_TTL);
    assert!(world.scan("mail").is_empty());
    world.pass(1);
    assert_eq!(world.scan("mail"), [id]);
}

#[test]
fn what_is_past_its_deadline_is_not_told() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.deadline_at = Some(START + 10));
    world.pass(10);
    assert!(world.scan("mail").is_empty());
}

/// Contract: lanes.grants.
#[test]
fn a_lane_that_lets_nothing_be_claimed_has_nothing_eligible() {
    let mut world = World::new();
    let id = world.submit("mail");
    for (state, open) in [
        (LaneState::Paused, false),
        (LaneState::Draining, true),
        (LaneState::Disabled, false),
        (LaneState::Active, true),
    ] {
        world.set_lane("mail", state);
        assert_eq!(world.scan("mail"), if open { vec![id.clone()] } else { Vec::new() }, "{state}");
    }
    assert!(world.scan("unknown").is_empty());
}

/// Contract: protocol.scan-page.
#[test]
fn a_page_has_100_unless_asked_otherwise_and_1000_at_most() {
    let mut world = World::new();
    let ids: Vec<String> = (0..1_001)
        .map(|n| {
            world.submit_with("mail", |create| {
                create.required_capabilities = if n % 2 == 0 { Vec::new() } else { texts(&["gpu"]) };
            })
        })
        .collect();
    assert_eq!(world.scan("mail"), ids[..100]);
    for (limit, length) in [(0, 0), (1, 1), (3, 3), (1_000, 1_000), (1_001, 1_000)] {
        assert_eq!(scan(&mut world, "mail", limit).unwrap(), ids[..length], "{limit}");
    }
}

#[test]
fn bad_arguments_are_refused() {
    let mut world = World::new();
    for lane in ["", "mäil", &"l".repeat(65)] {
        refused_field(scan(&mut world, lane, 1), Code::InvalidInput, "lane");
    }
    refused_field(scan(&mut world, "mail", -1), Code::InvalidInput, "limit");
}
