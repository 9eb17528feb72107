//! `issue_claim_grant`. Contract: protocol.grant, protocol.issue-grant, protocol.one-grant.

use crate::engine::world::scheduler::{GRANT_TTL, Stand, UNKNOWN, named, wanted};
use crate::engine::world::{START, World, detail, refusal, refused_field, test, texts};
use tidegate::Code;
use tidegate::model::executions::claimable::ClaimReason;
use tidegate::model::executions::grant::GrantKind;
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::executions::describe::ExecutionSnapshot;
use tidegate::ops::protocol::issue_claim_grant::IssueClaimGrantArgs;

/// An execution that requires some capabilities.
fn requiring(world: &mut World, tokens: &[&str]) -> String {
    world.submit_with("mail", |create| create.required_capabilities = texts(tokens))
}

/// A grant that must be refused, with nothing written.
fn refused(world: &mut World, id: &str, code: Code, set: impl FnOnce(&mut IssueClaimGrantArgs)) -> tidegate::Error {
    refusal(world.unwritten(|world| world.grant_with(id, set)), code)
}

/// Contract: protocol.grant.
#[test]
fn a_grant_names_its_execution_its_key_its_lane_and_its_last_instant() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.pass(7);
    let grant = world.reserve(&id);
    assert_eq!((grant.execution_id.as_str(), grant.lane.as_str()), (id.as_str(), "mail"));
    assert_eq!(grant.expires_at, START + 7 + GRANT_TTL);
    assert!(uuid::Uuid::try_parse(&grant.grant_key).is_ok());
    let found = world.describe(&id).grant.unwrap();
    assert_eq!((found.kind, found.live, found.expires_at), (GrantKind::Claim, true, grant.expires_at));
    assert_eq!((found.worker_id.as_str(), found.worker_instance_id.as_str()), ("mailer", "mailer-1"));
}

/// Contract: protocol.grant.
#[test]
fn a_grant_changes_nothing_but_the_reservation_and_writes_no_event() {
    let mut world = World::new();
    for stand in [Stand::Waiting, Stand::Retrying, Stand::Interrupted, Stand::Lapsed] {
        let id = world.stand(stand);
        let (before, events) = (world.describe(&id), world.events().len());
        world.pass(3);
        world.reserve(&id);
        assert_eq!(ExecutionSnapshot { grant: None, ..world.describe(&id) }, before, "{stand:?}");
        assert_eq!(world.events().len(), events, "{stand:?}");
        assert_eq!(world.explain(&id), ClaimReason::Granted, "{stand:?}");
        world.cancel(&id).unwrap();
    }
}

/// Contract: protocol.issue-grant.
#[test]
fn what_waits_or_has_lapsed_is_granted_and_nothing_else() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        match stand {
            Stand::Waiting | Stand::Retrying | Stand::Interrupted | Stand::Lapsed => {
                assert_eq!(world.reserve(&id).execution_id, id, "{stand:?}");
            }
            Stand::Delayed | Stand::Blocked | Stand::Held | Stand::Completed => {
                let error = refused(&mut world, &id, Code::ExecutionNotEligible, |_| {});
                assert_eq!(detail(&error, "executionId"), id);
                assert_eq!(detail(&error, "publicState"), world.state(&id).word());
                assert!(error.retryable());
            }
        }
    }
}

/// Contract: protocol.issue-grant.
#[test]
fn an_execution_that_must_wait_after_repeated_lapses_is_granted_at_once() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.take_over(&id);
    world.pass(30_000);
    assert!(world.claim_if_any("mail").is_none());
    let grant = world.reserve(&id);
    assert!(world.show(&grant).unwrap().is_some());
}

/// Contract: protocol.one-grant.
#[test]
fn an_execution_that_a_live_grant_keeps_is_not_granted_again() {
    let mut world = World::new();
    let grant = world.granted();
    for worker in ["mailer", "other"] {
        let error =
            refused(&mut world, &grant.execution_id, Code::GrantAlreadyExists, |args| args.worker = named(worker));
        assert_eq!(detail(&error, "executionId"), grant.execution_id);
        assert_eq!(detail(&error, "expiresAt"), grant.expires_at.to_string());
        assert_eq!(error.class().as_str(), "informational");
        assert!(!error.retryable());
    }
}

/// Contract: protocol.one-grant.
#[test]
fn a_live_grant_to_reclaim_is_in_the_way_of_a_grant_to_claim() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    let reclaim = world.rescue(&id);
    let error = refused(&mut world, &id, Code::GrantAlreadyExists, |_| {});
    assert_eq!(detail(&error, "expiresAt"), reclaim.expires_at.to_string());
    world.pass(GRANT_TTL + 1);
    assert_eq!(world.describe(&id).grant.map(|grant| grant.kind), Some(GrantKind::Reclaim));
    world.reserve(&id);
    assert_eq!(world.describe(&id).grant.map(|grant| grant.kind), Some(GrantKind::Claim));
}

/// Contract: protocol.one-grant.
#[test]
fn a_grant_that_is_over_is_replaced() {
    let mut world = World::new();
    let first = world.granted();
    world.pass(GRANT_TTL);
    refused(&mut world, &first.execution_id, Code::GrantAlreadyExists, |_| {});
    world.pass(1);
    let second = world.grant_with(&first.execution_id, |args| args.worker = named("other")).unwrap();
    assert_ne!(second.grant_key, first.grant_key);
    assert_eq!(world.grants(), 1);
    refusal(world.redeem(&first.execution_id), Code::InvalidClaimGrant);
    assert!(world.redeem_with(&first.execution_id, |args| args.worker = named("other")).is_ok());
}

/// Contract: protocol.mismatch.
#[test]
fn what_is_required_must_be_covered_and_the_refusal_lists_what_is_missing_in_order() {
    for (required, offered, missing) in [
        (&[][..], &[][..], None),
        (&[], &["gpu"], None),
        (&["gpu", "arm"], &["arm", "gpu"], None),
        (&["gpu", "arm"], &["x86", "gpu", "arm"], None),
        (&["gpu"], &[], Some("gpu")),
        (&["gpu", "arm", "tpu"], &["gpu"], Some("arm,tpu")),
        (&["gpu"], &["GPU"], Some("gpu")),
    ] {
        let mut world = World::new();
        let id = requiring(&mut world, required);
        let offer = |args: &mut IssueClaimGrantArgs| args.capabilities = texts(offered);
        match missing {
            None => assert_eq!(world.grant_with(&id, offer).unwrap().execution_id, id),
            Some(missing) => {
                let before = world.describe(&id);
                let error = refused(&mut world, &id, Code::CapabilityMismatch, offer);
                assert_eq!((detail(&error, "executionId"), detail(&error, "detail")), (id.as_str(), missing));
                assert_eq!(world.describe(&id), before, "it stays claimable");
                assert_eq!(world.explain(&id), ClaimReason::Claimable);
            }
        }
    }
}

/// Contract: protocol.issue-grant.
#[test]
fn the_state_the_lane_the_grant_and_the_capabilities_are_checked_in_this_order() {
    let mut world = World::new();
    let id = requiring(&mut world, &["gpu"]);
    refused(&mut world, &id, Code::CapabilityMismatch, |_| {});
    world.grant_with(&id, |args| args.capabilities = texts(&["gpu"])).unwrap();
    refused(&mut world, &id, Code::GrantAlreadyExists, |_| {});
    world.set_lane("mail", LaneState::Paused);
    let error = refused(&mut world, &id, Code::ExecutionNotEligible, |_| {});
    assert!(error.message().contains("paused"), "{error}");
    world.cancel(&id).unwrap();
    let error = refused(&mut world, &id, Code::ExecutionNotEligible, |_| {});
    assert_eq!(detail(&error, "publicState"), "cancelled");
}

/// Contract: lanes.grants.
#[test]
fn a_lane_that_lets_nothing_be_claimed_lets_nothing_be_granted() {
    for (state, open) in [
        (LaneState::Active, true),
        (LaneState::Paused, false),
        (LaneState::Draining, true),
        (LaneState::Disabled, false),
    ] {
        for stand in [Stand::Waiting, Stand::Interrupted, Stand::Lapsed] {
            let mut world = World::new();
            let id = world.stand(stand);
            world.set_lane("mail", state);
            if open {
                world.reserve(&id);
            } else {
                refused(&mut world, &id, Code::ExecutionNotEligible, |_| {});
            }
        }
    }
}

#[test]
fn an_unknown_execution_is_not_found() {
    let mut world = World::new();
    let error = refused(&mut world, UNKNOWN, Code::NotFoundExecution, |_| {});
    assert_eq!(detail(&error, "executionId"), UNKNOWN);
}

/// Contract: protocol.grant-ttl.
#[test]
fn a_grant_is_good_for_1_ms_to_60_s() {
    let mut world = World::new();
    let id = world.submit("mail");
    for ttl in [0, -1, 60_001, i64::MAX] {
        let outcome = world.unwritten(|world| world.grant_with(&id, |args| args.grant_ttl_ms = Some(ttl)));
        refused_field(outcome, Code::InvalidInput, "grantTtlMs");
    }
    for ttl in [1, 60_000] {
        let id = world.submit("mail");
        let grant = world.grant_with(&id, |args| args.grant_ttl_ms = Some(ttl)).unwrap();
        assert_eq!(grant.expires_at, START + ttl);
    }
}

#[test]
fn arguments_are_checked_before_time_is_applied() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    let changes = world.number("SELECT total_changes()");
    let mut bad = |code, field, set: fn(&mut IssueClaimGrantArgs)| {
        let mut args = wanted(&id);
        set(&mut args);
        refused_field(world.call(args), code, field);
    };
    bad(Code::InvalidInput, "executionId", |args| "x".clone_into(&mut args.execution_id));
    bad(Code::InvalidInput, "worker.id", |args| args.worker.id.clear());
    bad(Code::InvalidInput, "worker.id", |args| args.worker.id = "w".repeat(257));
    bad(Code::InvalidInput, "worker.instanceId", |args| args.worker.instance_id = Some("a\nb".to_owned()));
    bad(Code::InvalidInput, "grantTtlMs", |args| args.grant_ttl_ms = Some(0));
    bad(Code::InvalidCapabilities, "capabilities", |args| args.capabilities = texts(&["a b"]));
    assert_eq!(world.number("SELECT total_changes()"), changes);
}
