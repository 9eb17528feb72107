//! `issue_reclaim_grant`. Contract: protocol.reclaim-grant, protocol.not-reclaimable, protocol.reclaim-refresh.

use crate::engine::world::scheduler::{GRANT_TTL, Stand, UNKNOWN, named, rescued};
use crate::engine::world::{START, TTL, World, detail, refusal, refused_field, test, texts};
use tidegate::Code;
use tidegate::model::executions::claimable::ClaimReason;
use tidegate::model::executions::grant::GrantKind;
use tidegate::model::ground::vocabulary::{HandleKind, PublicState};
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::executions::describe::ExecutionSnapshot;
use tidegate::ops::protocol::reclaim_grant::{IssueReclaimGrantAnswer, IssueReclaimGrantArgs};

/// Why an execution is not to be reclaimed, with nothing written.
fn not_reclaimable(world: &mut World, id: &str) -> String {
    let answer = world.unwritten(|world| world.rescue_with(id, |_| {})).unwrap();
    let IssueReclaimGrantAnswer::NotReclaimable { execution_id, detail } = answer else { panic!("{answer:?}") };
    assert_eq!(execution_id, id);
    detail
}

/// Contract: protocol.reclaim-grant.
#[test]
fn a_lapsed_execution_is_kept_for_a_worker_and_otherwise_unchanged() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    let (before, events) = (world.describe(&id), world.events().len());
    world.pass(3);
    let grant = world.rescue(&id);
    assert_eq!((grant.execution_id.as_str(), grant.lane.as_str()), (id.as_str(), "mail"));
    assert_eq!(grant.expires_at, START + TTL + 3 + GRANT_TTL);
    assert!(uuid::Uuid::try_parse(&grant.grant_key).is_ok());
    let after = world.describe(&id);
    let kept = after.grant.clone().unwrap();
    assert_eq!((kept.kind, kept.live, kept.expires_at), (GrantKind::Reclaim, true, grant.expires_at));
    assert_eq!(ExecutionSnapshot { grant: None, ..after }, before);
    assert_eq!(world.events().len(), events);
    assert_eq!(world.explain(&id), ClaimReason::Granted);
    assert!(world.claim_if_any("mail").is_none());
}

/// Contract: protocol.not-reclaimable.
#[test]
fn only_a_lapsed_execution_is_reclaimable_and_the_detail_says_why() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        if stand == Stand::Lapsed {
            world.rescue(&id);
        } else {
            let detail = not_reclaimable(&mut world, &id);
            let named = if stand == Stand::Held { "live" } else { world.state(&id).word() };
            assert!(detail.contains(named), "{stand:?}: {detail}");
            assert_eq!(world.grants(), 0);
        }
    }
    let error = refusal(World::new().rescue_with(UNKNOWN, |_| {}), Code::NotFoundExecution);
    assert_eq!(detail(&error, "executionId"), UNKNOWN);
}

/// Contract: protocol.reclaim-grant.
#[test]
fn a_lease_is_reclaimable_from_its_expiry_on() {
    let mut world = World::new();
    let id = world.running().execution_id;
    world.pass(TTL - 1);
    not_reclaimable(&mut world, &id);
    world.pass(1);
    world.rescue(&id);
}

/// Contract: protocol.not-reclaimable.
#[test]
fn a_lapsed_execution_in_a_shut_lane_is_not_reclaimable() {
    for (state, open) in [(LaneState::Paused, false), (LaneState::Draining, true), (LaneState::Disabled, false)] {
        let mut world = World::new();
        let id = world.stand(Stand::Lapsed);
        world.set_lane("mail", state);
        if open {
            world.rescue(&id);
        } else {
            assert_eq!(not_reclaimable(&mut world, &id), format!("lane mail is {state}"));
        }
    }
}

/// Contract: protocol.reclaim-grant-cap.
#[test]
fn at_its_cap_nothing_is_granted_and_nothing_ends_yet() {
    let mut world = World::new();
    let id = world.running_with(|create| create.policy.max_reclaim_count = Some(2)).execution_id;
    for _ in 0..2 {
        world.take_over(&id);
    }
    world.pass(TTL);
    let answer = world.unwritten(|world| world.rescue_with(&id, |_| {})).unwrap();
    let expected = IssueReclaimGrantAnswer::ReclaimCapExceeded { execution_id: id.clone(), reclaim_count: 2 };
    assert_eq!(answer, expected);
    assert_eq!((world.state(&id), world.grants()), (PublicState::Active, 0));
}

/// Contract: protocol.reclaim-refresh.
#[test]
fn a_second_identical_call_refreshes_the_workers_own_grant() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.rescue(&id);
    world.pass(3_000);
    let second = world.rescue(&id);
    assert_eq!((second.expires_at, world.grants()), (START + TTL + 3_000 + GRANT_TTL, 1));
    world.pass(GRANT_TTL);
    assert!(world.claim_if_any("mail").is_none());
    world.pass(1);
    assert_eq!(world.claim("mail").handle_kind, HandleKind::Reclaimed);
}

/// Contract: protocol.reclaim-refresh.
#[test]
fn another_live_grant_is_in_the_way_of_whichever_kind() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.rescue(&id);
    let other = |args: &mut IssueReclaimGrantArgs| args.worker = named("other");
    let error = refusal(world.unwritten(|world| world.rescue_with(&id, other)), Code::GrantAlreadyExists);
    assert_eq!(detail(&error, "executionId"), id);
    world.pass(GRANT_TTL + 1);
    let grant = world.reserve(&id);
    let error = refusal(world.unwritten(|world| world.rescue_with(&id, |_| {})), Code::GrantAlreadyExists);
    assert_eq!(detail(&error, "expiresAt"), grant.expires_at.to_string());
    world.pass(GRANT_TTL + 1);
    assert!(matches!(world.rescue_with(&id, other).unwrap(), IssueReclaimGrantAnswer::Granted(_)));
    assert_eq!(world.grants(), 1);
}

/// Contract: protocol.mismatch.
#[test]
fn what_is_required_must_be_covered_and_it_stays_reclaimable_for_another_worker() {
    let mut world = World::new();
    let required = texts(&["gpu", "arm", "tpu"]);
    world.submit_with("mail", |create| create.required_capabilities.clone_from(&required));
    let id = world.claim_with("mail", |claim| claim.capabilities.clone_from(&required)).unwrap().unwrap().execution_id;
    world.pass(TTL);
    let partly = |args: &mut IssueReclaimGrantArgs| args.capabilities = texts(&["gpu", "x86"]);
    let error = refusal(world.unwritten(|world| world.rescue_with(&id, partly)), Code::CapabilityMismatch);
    assert_eq!((detail(&error, "executionId"), detail(&error, "detail")), (id.as_str(), "arm,tpu"));
    let answer = world.rescue_with(&id, |args| args.capabilities = required).unwrap();
    assert!(matches!(answer, IssueReclaimGrantAnswer::Granted(_)));
}

/// Contract: protocol.reclaim-refresh.
#[test]
fn the_cap_is_checked_before_the_grant_and_the_grant_before_the_capabilities() {
    let mut world = World::new();
    let gpu = texts(&["gpu"]);
    let id = world.submit_with("mail", |create| {
        create.required_capabilities.clone_from(&gpu);
        create.policy.max_reclaim_count = Some(0);
    });
    world.seize(&id).unwrap();
    world.pass(TTL);
    world.grant_with(&id, |args| args.capabilities.clone_from(&gpu)).unwrap();
    let answer = world.rescue_with(&id, |_| {}).unwrap();
    assert!(matches!(answer, IssueReclaimGrantAnswer::ReclaimCapExceeded { reclaim_count: 0, .. }));
    let id = world.submit_with("mail", |create| create.required_capabilities.clone_from(&gpu));
    world.seize(&id).unwrap();
    world.pass(TTL);
    world.grant_with(&id, |args| args.capabilities = gpu).unwrap();
    refusal(world.rescue_with(&id, |_| {}), Code::GrantAlreadyExists);
}

#[test]
fn bad_arguments_are_refused() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    let mut bad = |code, field, set: fn(&mut IssueReclaimGrantArgs)| {
        let mut args = rescued(&id);
        set(&mut args);
        refused_field(world.unwritten(|world| world.call(args)), code, field);
    };
    bad(Code::InvalidInput, "executionId", |args| args.execution_id = "{fp:0}".to_owned());
    bad(Code::InvalidInput, "worker.id", |args| args.worker.id.clear());
    bad(Code::InvalidInput, "worker.instanceId", |args| args.worker.instance_id = Some("i".repeat(257)));
    bad(Code::InvalidInput, "grantTtlMs", |args| args.grant_ttl_ms = Some(0));
    bad(Code::InvalidInput, "grantTtlMs", |args| args.grant_ttl_ms = Some(60_001));
    bad(Code::InvalidCapabilities, "capabilities", |args| args.capabilities = texts(&[""]));
}
