//! `claim`: which execution a worker gets. Contract: claims.candidates, claims.order, claims.capabilities.

use crate::engine::world::{START, World, detail, pull, refusal, refused_field, test, texts};
use std::collections::BTreeSet;
use tidegate::ops::attempts::claim::ClaimArgs;
use tidegate::{Code, Envelope};

/// The executions that a worker gets from some lanes, one after the other, until there is none left.
fn order_of(world: &mut World, lanes: &[&str]) -> Vec<String> {
    let lanes = texts(lanes);
    let mut ids = Vec::new();
    while let Some(claim) = world.claim_with("", |claim| claim.lanes.clone_from(&lanes)).unwrap() {
        ids.push(claim.execution_id);
    }
    ids
}

fn prioritised(world: &mut World, lane: &str, priority: i64) -> String {
    world.submit_with(lane, |create| create.priority = Some(priority))
}

/// Contract: claims.nothing.
#[test]
fn a_claim_finds_nothing_in_an_empty_or_unknown_lane() {
    let mut world = World::new();
    assert!(world.claim_if_any("mail").is_none());
    world.submit("post");
    assert!(world.claim_if_any("mail").is_none());
    assert!(world.claim_if_any("Post").is_none());
}

/// Contract: claims.order.
#[test]
fn the_highest_priority_goes_first_and_then_the_oldest() {
    let mut world = World::new();
    let priorities = [0, 5, 5, 9_000, 0];
    let ids: Vec<String> = priorities.iter().map(|priority| prioritised(&mut world, "mail", *priority)).collect();
    let expected = [3, 1, 2, 0, 4].map(|at: usize| ids[at].clone());
    assert_eq!(order_of(&mut world, &["mail"]), expected);
}

/// Contract: claims.order.
#[test]
fn several_lanes_are_one_ordered_set() {
    let mut world = World::new();
    let made = [("mail", 1), ("post", 2), ("fax", 9), ("mail", 2), ("post", 1), ("mail", 0)];
    let ids: Vec<String> = made.iter().map(|(lane, priority)| prioritised(&mut world, lane, *priority)).collect();
    let expected = [1, 3, 0, 4, 5].map(|at: usize| ids[at].clone());
    assert_eq!(order_of(&mut world, &["post", "mail"]), expected);
    assert_eq!(order_of(&mut world, &["fax", "fax"]), [ids[2].clone()]);
}

/// Contract: claims.age.
#[test]
fn age_is_the_order_of_creation_even_within_one_instant() {
    let mut world = World::new();
    let ids: Vec<String> = (0..200_u128)
        .map(|n| {
            let uuid = uuid::Uuid::from_u128(u128::MAX - n);
            world.submit_with("mail", |create| create.execution_id = Some(format!("{{fp:0}}:{uuid}")))
        })
        .collect();
    assert_eq!(order_of(&mut world, &["mail"]), ids);
}

/// Contract: claims.order.
#[test]
fn an_older_execution_that_comes_back_keeps_its_place() {
    let mut world = World::new();
    let older = world.submit_with("mail", |create| create.delay_until = Some(START + 10));
    let newer = world.submit("mail");
    world.pass(10);
    assert_eq!(order_of(&mut world, &["mail"]), [older, newer]);
}

/// Contract: claims.once, leases.one-live.
#[test]
fn an_execution_is_never_claimed_twice() {
    let mut world = World::new();
    let made: BTreeSet<String> = (0..100).map(|_| world.submit("mail")).collect();
    let envelopes = (0..120).map(|_| Envelope::from(pull("mail"))).collect();
    let answers = world.batch(envelopes).answers;
    let mut claimed = BTreeSet::new();
    for answer in answers {
        let tidegate::Answer::Claim(claim) = answer.unwrap() else { panic!("a claim's answer") };
        if let Some(claim) = *claim {
            assert!(claimed.insert(claim.execution_id));
        }
    }
    assert_eq!(claimed, made);
}

/// Contract: claims.capabilities.
#[test]
fn a_worker_gets_only_what_its_capabilities_cover() {
    let mut world = World::new();
    let gpu = world.submit_with("mail", |create| create.required_capabilities = texts(&["gpu", "arm"]));
    let plain = world.submit("mail");
    let arm = world.submit_with("mail", |create| create.required_capabilities = texts(&["arm"]));
    for (offered, expected) in [
        (&["GPU", "ARM"][..], Some(&plain)),
        (&["gpu"], None),
        (&["arm", "x86"], Some(&arm)),
        (&["arm"], None),
        (&["x86", "gpu", "arm"], Some(&gpu)),
    ] {
        let claim = world.claim_with("mail", |claim| claim.capabilities = texts(offered)).unwrap();
        assert_eq!(claim.map(|claim| claim.execution_id).as_ref(), expected, "{offered:?}");
    }
}

/// Contract: claims.uncovered.
#[test]
fn what_a_worker_cannot_serve_neither_blocks_the_rest_nor_changes() {
    let mut world = World::new();
    let uncovered: Vec<String> = (0..50)
        .map(|n| {
            world.submit_with("mail", |create| {
                create.priority = Some(9_000);
                create.required_capabilities = vec![format!("token{n}")];
            })
        })
        .collect();
    let before: Vec<_> = uncovered.iter().map(|id| world.describe(id)).collect();
    let plain = world.submit("mail");
    world.pass(5);
    assert_eq!(world.claim("mail").execution_id, plain);
    assert!(world.claim_if_any("mail").is_none());
    let after: Vec<_> = uncovered.iter().map(|id| world.describe(id)).collect();
    assert_eq!(before, after);
}

/// Contract: claims.uncovered.
#[test]
fn a_set_that_is_first_required_after_a_claim_is_found_by_the_next() {
    let mut world = World::new();
    let offer = |claim: &mut ClaimArgs| claim.capabilities = texts(&["gpu", "arm"]);
    assert!(world.claim_with("mail", offer).unwrap().is_none());
    world.submit("mail");
    assert!(world.claim_with("mail", offer).unwrap().is_some());
    world.submit_with("mail", |create| create.required_capabilities = texts(&["gpu"]));
    assert!(world.claim_with("mail", offer).unwrap().is_some());
}

/// Contract: executions.deadline-claim.
#[test]
fn an_execution_past_its_deadline_is_never_claimed() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.deadline_at = Some(START + 10));
    let later = world.submit_with("mail", |create| create.deadline_at = Some(START + 11));
    world.pass(10);
    assert_eq!(order_of(&mut world, &["mail"]), [later]);
}

/// Contract: claims.candidates.
#[test]
fn a_held_delayed_or_ended_execution_is_not_claimed() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.delay_until = Some(START + 1_000));
    let cancelled = world.submit("mail");
    world.cancel(&cancelled).unwrap();
    world.completed();
    world.running();
    assert!(world.claim_if_any("mail").is_none());
}

/// Contract: claims.nothing.
#[test]
fn a_claim_that_finds_nothing_writes_no_event() {
    let mut world = World::new();
    world.running();
    let before = world.events();
    assert!(world.claim_if_any("mail").is_none());
    assert_eq!(world.events(), before);
}

/// Contract: claims.lanes.
#[test]
fn a_claim_names_at_least_one_sound_lane() {
    let mut world = World::new();
    refused_field(world.claim_with("mail", |claim| claim.lanes.clear()), Code::InvalidInput, "lanes");
    for lane in ["", "mäil", &"l".repeat(65)] {
        refused_field(world.claim_with(lane, |_| {}), Code::InvalidInput, "lanes");
    }
}

/// Contract: claims.worker.
#[test]
fn a_claim_names_a_worker_of_1_to_256_bytes() {
    let mut world = World::new();
    for id in ["", "a\nb", &"w".repeat(257)] {
        let outcome = world.claim_with("mail", |claim| claim.worker.id = id.to_owned());
        refused_field(outcome, Code::InvalidInput, "worker.id");
        let outcome = world.claim_with("mail", |claim| claim.worker.instance_id = Some(id.to_owned()));
        refused_field(outcome, Code::InvalidInput, "worker.instanceId");
    }
    assert!(world.claim_with("mail", |claim| claim.worker.id = "w".repeat(256)).is_ok());
}

/// Contract: claims.ttl.
#[test]
fn a_lease_lasts_from_1_ms_to_24_h() {
    let mut world = World::new();
    for ttl in [0, -1, 86_400_001, i64::MAX] {
        let outcome = world.claim_with("mail", |claim| claim.lease_ttl_ms = Some(ttl));
        refused_field(outcome, Code::InvalidInput, "leaseTtlMs");
    }
    for ttl in [1, 86_400_000] {
        world.submit("mail");
        let claim = world.claim_with("mail", |claim| claim.lease_ttl_ms = Some(ttl)).unwrap().unwrap();
        assert_eq!(claim.lease_expires_at, START + ttl);
    }
}

/// Contract: claims.max-wait.
#[test]
fn a_claim_may_be_parked_for_at_most_10_minutes() {
    let mut world = World::new();
    for wait in [-1, 600_001] {
        let outcome = world.claim_with("mail", |claim| claim.max_wait_ms = Some(wait));
        refused_field(outcome, Code::InvalidInput, "maxWaitMs");
    }
    for wait in [0, 600_000] {
        assert!(world.claim_with("mail", |claim| claim.max_wait_ms = Some(wait)).unwrap().is_none());
    }
}

/// Contract: claims.offered-tokens.
#[test]
fn a_workers_capabilities_have_no_blank_comma_or_control_character_of_any_script() {
    let mut world = World::new();
    let mut offer = |tokens: Vec<String>| world.claim_with("mail", |claim| claim.capabilities = tokens);
    for token in ["", "a,b", "a b", "a\u{a0}b", "a\u{2003}b", "a\u{85}b", "a\u{7f}"] {
        refusal(offer(texts(&[token])), Code::InvalidCapabilities);
    }
    let many = |count: usize| (0..count).map(|n| format!("t{n}")).collect();
    let error = refusal(offer(many(257)), Code::InvalidCapabilities);
    assert_eq!(detail(&error, "found"), "257");
    assert!(offer(many(256)).is_ok());
    assert!(offer(texts(&["größe=xl", "名"])).is_ok());
}
