//! What blocks a member beside its upstreams, and how the two give way to each other. Contract: states.depend,
//! protocol.unblock, edges.let-go.

use crate::engine::world::flows::Graph;
use crate::engine::world::{START, Span, World, test};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{BlockingReason, PublicState};

/// A flow of `up` and a child in the lane `mail` that waits for it, while a scheduler blocks it too.
fn both(world: &mut World, reason: &str) -> (Graph, String) {
    let mut graph = world.graph(&[("up", &[])]);
    let child = world.member(&graph.flow, "mail");
    graph.knows("child", &child);
    world.block_for(&child, reason).unwrap();
    world.edge(&graph.flow, &graph.id("up"), &child);
    (graph, child)
}

const REASONS: [(&str, PublicState); 5] = [
    ("waiting_for_budget", PublicState::RateLimited),
    ("waiting_for_quota", PublicState::RateLimited),
    ("waiting_for_capable_worker", PublicState::Waiting),
    ("paused_by_operator", PublicState::Waiting),
    ("paused_by_policy", PublicState::Waiting),
];

/// Contract: states.depend, edges.apply-blocked.
#[test]
fn what_is_let_go_waits_for_its_upstreams_where_they_are_not_settled() {
    for (reason, state) in REASONS {
        let mut world = World::new();
        let (_, child) = both(&mut world, reason);
        assert_eq!(world.state(&child), state, "{reason}");
        world.pass(5);
        assert_eq!(world.unblock(&child, reason).unwrap().public_state, PublicState::WaitingChildren);
        assert_eq!(world.describe(&child).state.blocking_reason, BlockingReason::WaitingForChildren);
        assert_eq!(world.story(&child), [(Cause::Created, 0), (Cause::Blocked, 0), (Cause::Blocked, 5)]);
        assert!(world.claim_if_any("mail").is_none());
        world.finish("up");
        assert_eq!(world.claim("mail").execution_id, child, "{reason}");
    }
}

#[test]
fn what_is_let_go_after_its_upstreams_are_settled_can_be_claimed() {
    for (reason, state) in REASONS {
        let mut world = World::new();
        let (_, child) = both(&mut world, reason);
        world.finish("up");
        assert_eq!(world.state(&child), state, "{reason}");
        assert_eq!(world.causes(&child), [Cause::Created, Cause::Blocked]);
        assert_eq!(world.unblock(&child, reason).unwrap().public_state, PublicState::Waiting);
        assert_eq!(world.claim("mail").execution_id, child);
    }
}

/// Contract: edges.apply-blocked.
#[test]
fn what_is_blocked_is_skipped_where_its_upstreams_fail() {
    for (reason, _) in REASONS {
        let mut world = World::new();
        let (_, child) = both(&mut world, reason);
        world.spoil("up");
        assert_eq!(world.state(&child), PublicState::Skipped, "{reason}");
    }
}

#[test]
fn the_claim_of_a_capable_worker_lets_it_go_to_its_upstreams() {
    let mut world = World::new();
    let (_, child) = both(&mut world, "waiting_for_capable_worker");
    world.pass(5);
    assert!(world.claim_if_any("mail").is_none());
    assert_eq!(world.state(&child), PublicState::WaitingChildren);
    assert_eq!(world.story(&child).last(), Some(&(Cause::Blocked, 5)));
    world.finish("up");
    assert_eq!(world.claim("mail").execution_id, child);
}

/// Contract: edges.block-by-hand.
#[test]
fn a_child_that_waits_for_its_upstreams_cannot_be_blocked_or_let_go_by_a_scheduler() {
    let mut world = World::new();
    let graph = world.graph(&[("up", &[]), ("child", &["up"])]);
    let child = graph.id("child");
    for (reason, _) in REASONS {
        let error = world.refused(|world| world.block_for(&child, reason));
        assert_eq!(error.code(), tidegate::Code::ExecutionNotEligible);
        let error = world.refused(|world| world.unblock(&child, reason));
        assert_eq!(error.code(), tidegate::Code::ExecutionNotEligible);
    }
    let error = world.unblock(&child, "waiting_for_children").unwrap_err();
    assert_eq!(error.code(), tidegate::Code::InvalidBlockingReason);
}

#[test]
fn its_instant_waits_with_it_through_both() {
    let mut world = World::new();
    let graph = world.graph(&[("up", &[])]);
    let child = world.member_with(&graph.flow, "mail", |create| create.delay_until = Some(START + 1.hours()));
    world.edge(&graph.flow, &graph.id("up"), &child);
    assert_eq!(world.unblock(&child, "paused_by_operator").unwrap_err().code(), tidegate::Code::ExecutionNotEligible);
    world.finish("up");
    assert_eq!(world.state(&child), PublicState::Delayed);
    world.pass(1.hours());
    world.block_for(&child, "paused_by_operator").unwrap();
    world.unblock(&child, "paused_by_operator").unwrap();
    assert_eq!(world.claim("mail").execution_id, child);
}
