//! `claim_for_worker`. Contract: protocol.claim-for-worker, protocol.reserves.

use crate::engine::world::scheduler::{GRANT_TTL, Stand, named};
use crate::engine::world::{START, World, refused_field, test, texts};
use std::collections::BTreeSet;
use tidegate::Code;
use tidegate::model::ground::vocabulary::HandleKind;
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::protocol::claim_for_worker::{ClaimForWorkerAnswer, ClaimForWorkerArgs};

/// Contract: protocol.claim-for-worker.
#[test]
fn without_work_nothing_is_kept_and_nothing_written() {
    let mut world = World::new();
    assert_eq!(world.unwritten(|world| world.keep("mail")), None);
    world.submit("post");
    assert_eq!(world.unwritten(|world| world.keep("mail")), None);
}

#[test]
fn what_waits_or_has_lapsed_is_kept_and_nothing_else() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let kept = world.keep("mail").map(|grant| grant.execution_id);
        let expected =
            matches!(stand, Stand::Waiting | Stand::Retrying | Stand::Interrupted | Stand::Lapsed).then_some(id);
        assert_eq!(kept, expected, "{stand:?}");
    }
}

#[test]
fn what_is_kept_is_used_by_the_call_that_fits_it() {
    let mut world = World::new();
    world.submit("mail");
    let grant = world.keep("mail").unwrap();
    assert_eq!((grant.lane.as_str(), grant.expires_at), ("mail", START + GRANT_TTL));
    let claim = world.redeem(&grant.execution_id).unwrap();
    world.interrupt(&claim);
    let grant = world.keep("mail").unwrap();
    let claim = world.resume(&grant.execution_id).unwrap();
    assert_eq!(claim.handle_kind, HandleKind::Resumed);
    world.pass(30_000);
    let grant = world.keep("mail").unwrap();
    assert_eq!(world.show(&grant).unwrap().unwrap().attempt_id, claim.attempt_id);
}

/// Contract: protocol.claim-for-worker.
#[test]
fn the_highest_priority_is_kept_first_and_then_the_oldest_over_all_lanes() {
    let mut world = World::new();
    let made = [("mail", 0), ("post", 5), ("mail", 5), ("post", 9_000), ("fax", 9_000)];
    let ids = made.map(|(lane, priority)| world.submit_with(lane, |create| create.priority = Some(priority)));
    let expected = [3, 1, 2, 0].map(|at: usize| ids[at].clone());
    let lanes = texts(&["mail", "post"]);
    for id in expected {
        let answer = world.keep_with("", |args| args.lanes.clone_from(&lanes)).unwrap();
        assert!(matches!(answer, ClaimForWorkerAnswer::Granted(grant) if grant.execution_id == id));
    }
    assert_eq!(world.keep_with("", |args| args.lanes = lanes).unwrap(), ClaimForWorkerAnswer::NoWork);
}

/// Contract: protocol.claim-for-worker.
#[test]
fn two_calls_keep_two_executions() {
    let mut world = World::new();
    let made: BTreeSet<String> = (0..20).map(|_| world.submit("mail")).collect();
    let kept: BTreeSet<String> = std::iter::from_fn(|| world.keep("mail")).map(|grant| grant.execution_id).collect();
    assert_eq!(kept, made);
    assert_eq!(world.grants(), 20);
}

#[test]
fn what_a_worker_cannot_serve_is_passed_over_and_not_blocked() {
    let mut world = World::new();
    let gpu = world.submit_with("mail", |create| {
        create.priority = Some(9);
        create.required_capabilities = texts(&["gpu"]);
    });
    let plain = world.submit("mail");
    let before = world.describe(&gpu);
    assert_eq!(world.keep("mail").map(|grant| grant.execution_id), Some(plain));
    assert_eq!(world.unwritten(|world| world.keep("mail")), None);
    assert_eq!(world.describe(&gpu), before);
    let capable = |args: &mut ClaimForWorkerArgs| args.capabilities = texts(&["arm", "gpu"]);
    let answer = world.keep_with("mail", capable).unwrap();
    assert!(matches!(answer, ClaimForWorkerAnswer::Granted(grant) if grant.execution_id == gpu));
}

#[test]
fn a_lane_that_lets_nothing_be_claimed_lets_nothing_be_kept() {
    for (state, kept) in [
        (LaneState::Active, true),
        (LaneState::Paused, false),
        (LaneState::Draining, true),
        (LaneState::Disabled, false),
    ] {
        for stand in [Stand::Waiting, Stand::Lapsed] {
            let mut world = World::new();
            world.stand(stand);
            world.set_lane("mail", state);
            assert_eq!(world.keep("mail").is_some(), kept, "{state} {stand:?}");
        }
    }
}

/// Contract: protocol.reserves.
#[test]
fn what_is_kept_for_one_worker_is_not_for_another() {
    let mut world = World::new();
    world.submit("mail");
    let grant = world.keep("mail").unwrap();
    let outcome = world.redeem_with(&grant.execution_id, |args| args.worker = named("other"));
    crate::engine::world::refusal(outcome, Code::InvalidClaimGrant);
    assert!(world.redeem(&grant.execution_id).is_ok());
}

#[test]
fn what_was_kept_in_vain_is_kept_again() {
    let mut world = World::new();
    let id = world.submit("mail");
    let first = world.keep("mail").unwrap();
    world.pass(GRANT_TTL + 1);
    let second = world.keep("mail").unwrap();
    assert_eq!((second.execution_id, world.grants()), (id, 1));
    assert_ne!(second.grant_key, first.grant_key);
}

#[test]
fn bad_arguments_are_refused() {
    let mut world = World::new();
    world.submit("mail");
    let mut bad = |code, field, set: fn(&mut ClaimForWorkerArgs)| {
        refused_field(world.unwritten(|world| world.keep_with("mail", set)), code, field);
    };
    bad(Code::InvalidInput, "lanes", |args| args.lanes.clear());
    bad(Code::InvalidInput, "lanes", |args| args.lanes = texts(&["mail", "mäil"]));
    bad(Code::InvalidInput, "worker.id", |args| args.worker.id.clear());
    bad(Code::InvalidInput, "worker.instanceId", |args| args.worker.instance_id = Some(String::new()));
    bad(Code::InvalidInput, "grantTtlMs", |args| args.grant_ttl_ms = Some(0));
    bad(Code::InvalidInput, "grantTtlMs", |args| args.grant_ttl_ms = Some(60_001));
    bad(Code::InvalidCapabilities, "capabilities", |args| args.capabilities = texts(&["a,b"]));
}
