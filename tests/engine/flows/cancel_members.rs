//! What a flow's cancellation does to its members. Contract: flows.cancel, flows.cancel-whole.

use super::cancel::everywhere;
use crate::engine::world::{START, TTL, World, detail, refusal, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::flows::edge::EdgeGroupPolicy;
use tidegate::model::flows::flow::{CancellationPolicy, FlowState};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptLifecycle, FailureClass, LeaseEvent, PublicState};

#[test]
fn a_holder_loses_its_lease_with_the_flow() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    let claim = world.claim("a");
    world.pass(3);
    world.cancel_all(&graph.flow);
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.lease_epoch, claim.lease_epoch + 1);
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedCancelled);
    let last = world.events_in(&[EventStream::Lease]).pop().unwrap();
    assert_eq!(
        (last.lease, last.lease_id, last.at),
        (Some(LeaseEvent::Revoked), Some(claim.lease_id.clone()), START + 3)
    );
    let refused = refusal(world.complete(&claim), Code::ExecutionNotActive);
    assert_eq!(detail(&refused, "terminalOutcome"), "cancelled");
    refusal(world.renew(&claim), Code::ExecutionNotActive);
    refusal(world.fail(&claim, FailureClass::Transient), Code::ExecutionNotActive);
}

#[test]
fn a_lapsed_member_ends_without_a_second_lease_event() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    world.claim("a");
    world.pass(TTL);
    let answer = world.cancel_all(&graph.flow);
    assert_eq!(answer.member_count, 1);
    let leases: Vec<_> = world.events_in(&[EventStream::Lease]).into_iter().map(|event| event.lease.unwrap()).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Expired]);
    assert!(world.claim_if_any("a").is_none());
}

#[test]
fn a_reservation_goes_with_its_member() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    world.grant(&graph.id("a"));
    world.cancel_all(&graph.flow);
    assert_eq!(world.grants(), 0);
    assert_eq!(world.engine.next_due_at().unwrap(), None);
}

/// Contract: flows.cancel.
#[test]
fn cancel_pending_leaves_those_that_have_begun() {
    let mut world = World::new();
    let graph = everywhere(&mut world);
    world.seal(&graph.flow).unwrap();
    let answer = world.cancel_flow(&graph.flow, CancellationPolicy::CancelPending).unwrap();
    let names = ["waiting", "child", "delayed", "retrying", "blocked"];
    assert_eq!(answer.member_execution_ids, names.map(|name| graph.id(name)));
    assert_eq!((answer.member_count, answer.cancel_reason), (5, None));
    assert_eq!(world.state(&graph.id("held")), PublicState::Active);
    assert_eq!(world.number("SELECT ended_at FROM flow"), -1);
    world.finish("lapsed");
    world.pass(TTL);
    world.finish("held");
    assert_eq!(world.state(&graph.id("held")), PublicState::Completed);
    assert_eq!(world.number("SELECT end_state FROM flow"), FlowState::Cancelled.number());
    assert!(!world.flow_causes().contains(&Cause::FlowCompleted));
}

#[test]
fn an_interrupted_member_has_begun_and_waits_and_so_ends_with_the_pending_ones() {
    let mut world = World::new();
    let mut graph = world.graph(&[("a", &[])]);
    let claim = world.claim("a");
    let child = world.member(&graph.flow, "b");
    graph.knows("b", &child);
    world.wait_for(&claim, &[&child], None).unwrap();
    assert_eq!(world.states(&graph), [PublicState::WaitingChildren, PublicState::Waiting]);
    assert_eq!(world.cancel_flow(&graph.flow, CancellationPolicy::CancelPending).unwrap().member_count, 2);
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedCancelled);
}

/// Contract: flows.cancel-whole.
#[test]
fn children_that_the_cancellation_ended_have_no_siblings_cancelled() {
    let mut world = World::new();
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: None };
    let quorum = EdgeGroupPolicy::Quorum { k: 2, on_satisfied: None };
    let policy = |name: &str, _| match name {
        "any" => Some(any),
        "two" => Some(quorum),
        _ => None,
    };
    let shape: [(&str, &[&str]); 5] =
        [("runs", &[]), ("waits", &[]), ("any", &["runs", "waits"]), ("two", &["runs", "waits"]), ("all", &["runs"])];
    let graph = world.graph_with(&shape, policy);
    let claim = world.claim("runs");
    let before = world.log_length();
    assert_eq!(world.cancel_flow(&graph.flow, CancellationPolicy::CancelPending).unwrap().member_count, 4);
    let told: Vec<_> = world.told_of(&graph, before);
    let expected = [
        ("flow", Cause::FlowCancelRequested),
        ("waits", Cause::Cancelled),
        ("any", Cause::Cancelled),
        ("two", Cause::Cancelled),
        ("all", Cause::Cancelled),
    ];
    assert_eq!(told, expected.map(|(name, cause)| (name.to_owned(), cause)), "none is skipped, none goes on");
    assert_eq!(
        world.number("SELECT count(*) FROM edge WHERE state = 4"),
        2,
        "edges of the upstream that was cancelled"
    );
    assert_eq!(world.number("SELECT count(*) FROM edge WHERE state = 1"), 3, "edges of the one that runs on");
    world.complete(&claim).unwrap();
    assert_eq!(world.state(&claim.execution_id), PublicState::Completed);
    assert_eq!(world.number("SELECT count(*) FROM edge WHERE state = 2"), 3);
    assert_eq!(world.number("SELECT count(*) FROM execution WHERE phase = 6"), 5);
    assert_eq!(world.number("SELECT excused FROM flow"), 0);
}
