//! `explain_claim`: one word and one sentence. Contract: claims.explain, claims.explain-state, claims.explain-worker.

use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::{START, Span, TTL, World, refused_field, test, texts};
use tidegate::Code;
use tidegate::model::executions::claimable::ClaimReason;
use tidegate::model::flows::edge::{EdgeGroupPolicy, OnSatisfied};
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::model::lanes::lane::LaneState;

/// The word, and what the sentence must say; a plain claim takes the execution only where the word is claimable.
fn explained(world: &mut World, id: &str, reason: ClaimReason, says: &str) {
    let explanation = world.explain_with(id, |_| {}).unwrap();
    assert_eq!(explanation.reason, reason, "{}", explanation.sentence);
    assert!(explanation.sentence.contains(says), "{} lacks {says}", explanation.sentence);
    assert!(explanation.sentence.ends_with('.'));
    let claimed = world.claim_with("mail", |claim| claim.capabilities = texts(&["gpu"])).unwrap();
    assert_eq!(claimed.is_some_and(|claim| claim.execution_id == id), reason == ClaimReason::Claimable);
}

/// Contract: claims.explain.
#[test]
fn what_waits_is_claimable() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.required_capabilities = texts(&["gpu"]));
    explained(&mut world, &id, ClaimReason::Claimable, "now");
}

/// Contract: claims.explain.
#[test]
fn what_has_lapsed_is_claimable() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    explained(&mut world, &id, ClaimReason::Claimable, "now");
}

/// Contract: claims.explain-granted.
#[test]
fn a_live_grant_reserves_until_it_is_over() {
    let mut world = World::new();
    let id = world.submit("mail");
    let grant = world.grant(&id);
    explained(&mut world, &id, ClaimReason::Granted, &grant.expires_at.to_string());
    world.set_clock(grant.expires_at);
    assert_eq!(world.explain(&id), ClaimReason::Granted, "good at its last instant");
    world.pass(1);
    explained(&mut world, &id, ClaimReason::Claimable, "");
}

/// Contract: claims.explain-granted.
#[test]
fn a_live_grant_reserves_what_has_lapsed() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.grant(&id);
    explained(&mut world, &id, ClaimReason::Granted, "grant");
}

/// Contract: claims.explain-state.
#[test]
fn what_a_worker_holds_is_leased() {
    let mut world = World::new();
    let claim = world.running();
    explained(&mut world, &claim.execution_id, ClaimReason::Leased, &claim.lease_expires_at.to_string());
}

#[test]
fn what_waits_for_an_instant_is_delayed() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.delay_until = Some(START + 9));
    explained(&mut world, &id, ClaimReason::Delayed, &(START + 9).to_string());
    world.pass(9);
    explained(&mut world, &id, ClaimReason::Claimable, "");
    let claim = world.running();
    world.fail(&claim, FailureClass::Transient).unwrap();
    explained(&mut world, &claim.execution_id, ClaimReason::Delayed, "waiting_for_retry_backoff");
}

/// Contract: claims.explain-state.
#[test]
fn a_repeated_lapse_is_delayed_while_it_backs_off() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.claim("mail");
    world.pass(TTL);
    explained(&mut world, &id, ClaimReason::Delayed, &(START + 2 * TTL + 1.secs()).to_string());
    world.pass(1.secs());
    explained(&mut world, &id, ClaimReason::Claimable, "");
}

/// Contract: claims.explain-blocked.
#[test]
fn each_reason_of_a_block_has_its_word() {
    let mut world = World::new();
    for (reason, word) in [
        ("waiting_for_budget", ClaimReason::BlockedByBudget),
        ("waiting_for_quota", ClaimReason::BlockedByQuota),
        ("paused_by_operator", ClaimReason::BlockedByOperator),
        ("paused_by_policy", ClaimReason::BlockedByOperator),
    ] {
        let id = world.submit("mail");
        world.block(&id, reason, "");
        explained(&mut world, &id, word, reason);
    }
    let id = world.submit_with("post", |create| create.required_capabilities = texts(&["gpu"]));
    world.block(&id, "waiting_for_capable_worker", "");
    explained(&mut world, &id, ClaimReason::BlockedByRoute, "waiting_for_capable_worker");
}

/// A world with a running execution whose row was set otherwise, as operations still to come will set it.
fn set_to(columns: &str) -> (World, String) {
    let mut world = World::new();
    let id = world.running().execution_id;
    world.driver.script(&format!("UPDATE execution SET {columns}, expires_at = NULL")).unwrap();
    (world.reopened(), id)
}

/// Contract: claims.explain-blocked.
#[test]
fn what_waits_for_children_or_a_signal_says_so() {
    let (mut world, id) = set_to("phase = 3, next = 4, reason = 30");
    explained(&mut world, &id, ClaimReason::BlockedByDependencies, "waiting_for_children");
    let (mut world, id) = set_to("phase = 5, reason = 50");
    explained(&mut world, &id, ClaimReason::Suspended, "waiting_for_signal");
}

/// Contract: claims.explain-worker.
#[test]
fn a_lane_that_lets_nothing_be_claimed_says_so() {
    let mut world = World::new();
    let id = world.submit("mail");
    for (state, word) in
        [(LaneState::Paused, ClaimReason::LanePaused), (LaneState::Disabled, ClaimReason::LaneDisabled)]
    {
        world.set_lane("mail", state);
        explained(&mut world, &id, word, "mail");
    }
    world.set_lane("mail", LaneState::Draining);
    explained(&mut world, &id, ClaimReason::Claimable, "");
}

#[test]
fn what_has_ended_says_how() {
    let mut world = World::new();
    let id = world.completed().execution_id;
    explained(&mut world, &id, ClaimReason::Terminal, "success");
    let id = world.submit("mail");
    world.cancel(&id).unwrap();
    explained(&mut world, &id, ClaimReason::Terminal, "cancelled");
}

/// Contract: claims.explain-state.
#[test]
fn an_unknown_execution_is_not_found() {
    explained(&mut World::new(), UNKNOWN, ClaimReason::NotFound, "");
}

/// Contract: claims.explain-worker.
#[test]
fn a_worker_of_other_lanes_is_told_the_lane() {
    let mut world = World::new();
    let id = world.submit("mail");
    let explain =
        |world: &mut World, lanes: &[&str]| world.explain_with(&id, |args| args.lanes = Some(texts(lanes))).unwrap();
    let other = explain(&mut world, &["post", "fax"]);
    assert_eq!(other.reason, ClaimReason::OtherLane);
    assert!(other.sentence.contains("mail"), "{}", other.sentence);
    assert_eq!(explain(&mut world, &["post", "mail"]).reason, ClaimReason::Claimable);
}

/// Contract: claims.explain-worker.
#[test]
fn a_worker_that_cannot_serve_it_is_told_all_that_it_lacks() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.required_capabilities = texts(&["ram", "gpu", "ssd"]));
    let explain = |world: &mut World, offered: &[&str]| {
        world.explain_with(&id, |args| args.capabilities = Some(texts(offered))).unwrap()
    };
    let lacking = explain(&mut world, &["ssd", "GPU"]);
    assert_eq!(lacking.reason, ClaimReason::MissingCapability);
    assert!(lacking.sentence.contains("gpu") && lacking.sentence.contains("ram"), "{}", lacking.sentence);
    assert!(!lacking.sentence.contains("ssd"), "{}", lacking.sentence);
    assert_eq!(explain(&mut world, &["ssd", "gpu", "ram", "net"]).reason, ClaimReason::Claimable);
    assert_eq!(explain(&mut world, &[]).reason, ClaimReason::MissingCapability);
    assert_eq!(world.explain(&id), ClaimReason::Claimable, "a worker that is left out could serve it");
}

/// Contract: claims.explain-time.
#[test]
fn time_is_applied_before_it_is_explained() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    assert_eq!(world.explain(&id), ClaimReason::Terminal);
}

/// Contract: claims.explain.
#[test]
fn an_explanation_changes_nothing() {
    let mut world = World::new();
    let id = world.submit("mail");
    let (before, events) = (world.describe(&id), world.events());
    world.pass(5);
    world.explain(&id);
    assert_eq!((world.describe(&id), world.events()), (before, events));
}

#[test]
fn arguments_are_checked() {
    let mut world = World::new();
    let id = world.submit("mail");
    refused_field(world.explain_with("x", |_| {}), Code::InvalidInput, "executionId");
    refused_field(world.explain_with(&id, |args| args.lanes = Some(texts(&[""]))), Code::InvalidInput, "lanes");
    let refused = world.explain_with(&id, |args| args.capabilities = Some(texts(&["a,b"])));
    assert_eq!(refused.unwrap_err().code(), Code::InvalidCapabilities);
}

/// Contract: claims.explain-upstream.
#[test]
fn the_upstream_that_failed_is_named() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]);
    let told = world.explain_with(&graph.id("b"), |_| {}).unwrap();
    assert_eq!((told.reason, told.upstream_execution_id), (ClaimReason::BlockedByDependencies, None));
    world.spoil("a");
    for (skipped, upstream, outcome) in [("b", "a", "failed"), ("c", "b", "skipped")] {
        let told = world.explain_with(&graph.id(skipped), |_| {}).unwrap();
        assert_eq!((told.reason, told.upstream_execution_id), (ClaimReason::Terminal, Some(graph.id(upstream))));
        let says = format!("It has ended: skipped. Its upstream {} ended: {outcome}.", graph.id(upstream));
        assert_eq!(told.sentence, says);
    }
    assert_eq!(world.explain_with(&graph.id("a"), |_| {}).unwrap().upstream_execution_id, None, "it has none");
}

/// Contract: claims.explain-upstream.
#[test]
fn what_waits_in_spite_of_a_failed_upstream_names_it() {
    let mut world = World::new();
    let flow = world.flow();
    let [a, b, c] = ["a", "b", "c"].map(|name| world.member(&flow, name));
    world.set_policy(&flow, &c, EdgeGroupPolicy::AnyOf { on_satisfied: Some(OnSatisfied::LetRun) }).unwrap();
    world.edge(&flow, &a, &c);
    world.edge(&flow, &b, &c);
    world.spoil("a");
    let told = world.explain_with(&c, |_| {}).unwrap();
    assert_eq!((told.reason, told.upstream_execution_id), (ClaimReason::BlockedByDependencies, Some(a)));
    world.finish("b");
    let told = world.explain_with(&c, |_| {}).unwrap();
    assert_eq!((told.reason, told.upstream_execution_id), (ClaimReason::Claimable, None));
}
