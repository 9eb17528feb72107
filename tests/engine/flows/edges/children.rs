//! `wait_children` with edges: what it stages, applies and answers. Its refusals stand in `children_refused`. Contract:
//! edges.children, edges.children-settled, edges.rounds.

use crate::engine::world::flows::child_edge;
use crate::engine::world::scheduler::{MINTED, woken_lanes};
use crate::engine::world::telling::once;
use crate::engine::world::{START, World, test};
use tidegate::Operation;
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::flows::edge::{EdgeGroupPolicy, OnSatisfied};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{HandleKind, LeaseEvent, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::flows::edges::wait_children::{ChildEdge, WaitChildrenArgs};

const ANY: EdgeGroupPolicy = EdgeGroupPolicy::AnyOf { on_satisfied: None };

fn states(world: &mut World, claim: &Claim, upstreams: &[&str], policy: Option<EdgeGroupPolicy>) -> PublicState {
    let answer = world.wait_for(claim, upstreams, policy).unwrap();
    assert_eq!(answer.execution_id, claim.execution_id);
    assert_eq!(world.state(&claim.execution_id), answer.public_state);
    answer.public_state
}

/// A flow with a parent that is held, and two children of it.
fn family(world: &mut World) -> (Claim, String, String, String) {
    let flow = world.flow();
    world.member(&flow, "parent");
    let claim = world.claim("parent");
    let (one, two) = (world.member(&flow, "one"), world.member(&flow, "two"));
    (claim, flow, one, two)
}

/// Contract: edges.children.
#[test]
fn a_worker_adds_children_and_waits_for_them_in_one_step() {
    let mut world = World::new();
    let (claim, _, one, two) = family(&mut world);
    world.pass(5);
    assert_eq!(states(&mut world, &claim, &[&one, &two], None), PublicState::WaitingChildren);
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.current_lease, found.last_mutation_at), (None, START + 5));
    assert_eq!(world.number("SELECT revision FROM flow WHERE edge_count = 2 AND waiting_children = 1"), 5);
    assert_eq!(world.number("SELECT count(*) FROM edge WHERE state = 1 AND round = 1"), 2);
    assert_eq!(world.number("SELECT total FROM edge_group WHERE policy = 1 AND state = 1"), 2);
    assert!(world.claim_if_any("parent").is_none());
    world.finish("one");
    assert!(world.claim_if_any("parent").is_none());
    world.finish("two");
    let again = world.claim("parent");
    assert_eq!((again.handle_kind, &again.attempt_id), (HandleKind::Resumed, &claim.attempt_id));
}

/// Contract: edges.children-events.
#[test]
fn each_edge_is_told_before_the_lease_is_given_up() {
    let mut world = World::new();
    let (claim, _, one, two) = family(&mut world);
    let before = world.events_in(&[EventStream::Flow, EventStream::Execution]).len();
    world.pass(5);
    world.wait_for(&claim, &[&one, &two], None).unwrap();
    let events = world.events_in(&[EventStream::Flow, EventStream::Execution]).split_off(before);
    let causes: Vec<_> = events.iter().map(|event| event.cause).collect();
    assert_eq!(causes, [Cause::FlowEdgeStaged, Cause::FlowEdgeStaged, Cause::WaitingChildren]);
    for (event, child) in events.iter().zip([&one, &two]) {
        let Some(EventDetail::Edge { upstream_execution_id, downstream_execution_id, .. }) = &event.detail else {
            panic!("{event:?}")
        };
        assert_eq!((upstream_execution_id, downstream_execution_id), (child, &claim.execution_id));
        assert_eq!(event.at, START + 5);
    }
    assert_eq!(events[2].lease, Some(LeaseEvent::Revoked));
}

#[test]
fn what_is_said_of_an_edge_is_kept() {
    let mut world = World::new();
    let (claim, flow, one, _) = family(&mut world);
    let edge = ChildEdge {
        edge_id: Some(MINTED.to_owned()),
        edge_ref: Some("goods".to_owned()),
        replace_input: true,
        ..child_edge(&one)
    };
    world
        .call(WaitChildrenArgs { handle: claim.handle.clone(), edges: vec![edge], policy: None, timeout_ms: None })
        .unwrap();
    assert_eq!(world.number("SELECT count(*) FROM edge WHERE edge_ref = 'goods' AND replaces = 1"), 1);
    assert_eq!(world.apply(&flow, MINTED).unwrap().unsatisfied_count, 1);
    world.finish_with("one", b"goods");
    assert_eq!(world.claim("parent").input.unwrap().as_slice(), b"goods");
}

/// Contract: edges.children-settled.
#[test]
fn children_that_have_all_succeeded_leave_it_waiting_at_once() {
    let mut world = World::new();
    let (claim, _, one, two) = family(&mut world);
    world.finish("one");
    world.finish("two");
    assert_eq!(states(&mut world, &claim, &[&one, &two], None), PublicState::Waiting);
    let causes = [Cause::Created, Cause::Claimed, Cause::WaitingChildren, Cause::Unblocked];
    assert_eq!(world.causes(&claim.execution_id), causes);
    assert_eq!(world.number("SELECT satisfied_at FROM edge_group WHERE state = 2 AND succeeded = 2"), START);
    assert_eq!(world.claim("parent").attempt_id, claim.attempt_id);
}

#[test]
fn one_that_has_ended_and_one_that_has_not_leave_it_waiting_for_the_other() {
    let mut world = World::new();
    let (claim, _, one, two) = family(&mut world);
    world.finish("one");
    assert_eq!(states(&mut world, &claim, &[&one, &two], None), PublicState::WaitingChildren);
    assert_eq!(world.number("SELECT succeeded FROM edge_group WHERE state = 1 AND total = 2"), 1);
    world.finish("two");
    assert_eq!(world.state(&claim.execution_id), PublicState::Waiting);
}

/// Contract: edges.children-settled.
#[test]
fn a_child_that_has_failed_skips_it_at_once() {
    let mut world = World::new();
    let (claim, flow, one, two) = family(&mut world);
    let after = world.member(&flow, "after");
    world.edge(&flow, &claim.execution_id, &after);
    world.spoil("two");
    assert_eq!(states(&mut world, &claim, &[&one, &two], None), PublicState::Skipped);
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.ending.unwrap().reason, "dependency_impossible");
    assert_eq!(found.attempts[0].lifecycle.word(), "ended_cancelled");
    let causes = [Cause::Created, Cause::Claimed, Cause::WaitingChildren, Cause::Skipped];
    assert_eq!(world.causes(&claim.execution_id), causes);
    assert_eq!(world.state(&after), PublicState::Skipped, "so is what hangs on it");
    assert_eq!(world.state(&one), PublicState::Waiting, "its other children go on");
}

#[test]
fn a_child_that_fails_later_skips_it_then() {
    let mut world = World::new();
    let (claim, _, one, two) = family(&mut world);
    assert_eq!(states(&mut world, &claim, &[&one, &two], None), PublicState::WaitingChildren);
    world.spoil("two");
    assert_eq!(world.state(&claim.execution_id), PublicState::Skipped);
}

#[test]
fn any_of_them_is_enough_and_the_others_are_cancelled() {
    let mut world = World::new();
    let (claim, _, one, two) = family(&mut world);
    world.finish("two");
    assert_eq!(states(&mut world, &claim, &[&one, &two], Some(ANY)), PublicState::Waiting);
    assert_eq!(world.state(&one), PublicState::Cancelled);
    assert_eq!(world.describe(&one).ending.unwrap().reason, "sibling_quorum_satisfied");
    assert_eq!(world.number("SELECT failed FROM edge_group WHERE succeeded = 1 AND total = 2"), 1);
}

/// Contract: edges.children-policy.
#[test]
fn a_quorum_counts_all_edges_of_the_call_together() {
    let mut world = World::new();
    let (claim, _, one, two) = family(&mut world);
    world.finish("one");
    let policy = EdgeGroupPolicy::Quorum { k: 2, on_satisfied: Some(OnSatisfied::LetRun) };
    assert_eq!(states(&mut world, &claim, &[&one, &two], Some(policy)), PublicState::WaitingChildren);
    world.finish("two");
    assert_eq!(world.state(&claim.execution_id), PublicState::Waiting);
}

#[test]
fn a_quorum_that_cannot_be_met_any_more_skips_it_and_cancels_the_others() {
    let mut world = World::new();
    let (claim, _, one, two) = family(&mut world);
    world.spoil("one");
    let policy = EdgeGroupPolicy::Quorum { k: 2, on_satisfied: None };
    assert_eq!(states(&mut world, &claim, &[&one, &two], Some(policy)), PublicState::Skipped);
    assert_eq!(world.describe(&two).ending.unwrap().reason, "sibling_quorum_impossible");
}

/// Contract: edges.rounds.
#[test]
fn it_waits_again_in_a_new_round_that_former_children_do_not_count_in() {
    let mut world = World::new();
    let (claim, flow, one, two) = family(&mut world);
    let let_run = EdgeGroupPolicy::AnyOf { on_satisfied: Some(OnSatisfied::LetRun) };
    states(&mut world, &claim, &[&one, &two], Some(let_run));
    world.finish("one");
    let second = world.claim("parent");
    let three = world.member(&flow, "three");
    assert_eq!(states(&mut world, &second, &[&three], None), PublicState::WaitingChildren);
    assert_eq!(world.number("SELECT total FROM edge_group WHERE round = 2 AND policy = 1 AND succeeded = 0"), 1);
    world.spoil("two");
    assert_eq!(world.number("SELECT count(*) FROM edge WHERE state = 3 AND round = 1"), 1, "it changes only itself");
    assert_eq!(world.state(&claim.execution_id), PublicState::WaitingChildren);
    world.finish("three");
    assert_eq!(world.claim("parent").attempt_id, claim.attempt_id);
}

/// Contract: edges.rounds.
#[test]
fn the_same_child_may_be_waited_for_twice() {
    let mut world = World::new();
    let (claim, _, one, _) = family(&mut world);
    assert_eq!(states(&mut world, &claim, &[&one, &one], None), PublicState::WaitingChildren);
    world.finish("one");
    assert_eq!(world.number("SELECT succeeded FROM edge_group WHERE total = 2"), 2);
    assert_eq!(world.state(&claim.execution_id), PublicState::Waiting);
}

/// Contract: edges.children-policy.
#[test]
fn what_was_set_before_its_first_edge_holds_for_its_first_children() {
    let mut world = World::new();
    let (claim, flow, one, two) = family(&mut world);
    world.set_policy(&flow, &claim.execution_id, ANY).unwrap();
    states(&mut world, &claim, &[&one, &two], None);
    world.finish("one");
    assert_eq!(world.state(&claim.execution_id), PublicState::Waiting);
    let second = world.claim("parent");
    let (three, four) = (world.member(&flow, "three"), world.member(&flow, "four"));
    states(&mut world, &second, &[&three, &four], None);
    world.finish("three");
    assert_eq!(world.state(&claim.execution_id), PublicState::WaitingChildren, "later ones need all again");
}

/// Contract: edges.children-none.
#[test]
fn without_edges_a_member_waits_again_at_once_and_nothing_is_added() {
    let mut world = World::new();
    let (claim, ..) = family(&mut world);
    let before = world.flow_events().len();
    assert_eq!(states(&mut world, &claim, &[], Some(ANY)), PublicState::Waiting);
    assert_eq!((world.flow_events().len(), world.number("SELECT count(*) FROM edge_group")), (before, 0));
}

/// The same call again, which must write nothing.
fn again(world: &mut World, claim: &Claim, upstreams: &[&str]) -> PublicState {
    world.pass(5);
    let before = world.rows();
    let answer = world.unwritten(|world| world.wait_for(claim, upstreams, None)).unwrap();
    assert_eq!(world.rows(), before);
    answer.public_state
}

/// Contract: edges.children-repeat.
#[test]
fn a_repeated_call_gets_the_same_answer_whatever_happened_since() {
    let mut world = World::new();
    let (claim, _, one, _) = family(&mut world);
    world.wait_for(&claim, &[&one], None).unwrap();
    assert_eq!(again(&mut world, &claim, &[&one]), PublicState::WaitingChildren);
    world.finish("one");
    assert_eq!(again(&mut world, &claim, &[&one]), PublicState::WaitingChildren);
    world.cancel(&claim.execution_id).unwrap();
    assert_eq!(again(&mut world, &claim, &[&one]), PublicState::WaitingChildren);
}

#[test]
fn a_repeated_call_that_left_it_waiting_says_so_again() {
    let mut world = World::new();
    let (claim, _, one, _) = family(&mut world);
    world.finish("one");
    world.wait_for(&claim, &[&one], None).unwrap();
    assert_eq!(again(&mut world, &claim, &[&one]), PublicState::Waiting);
    let (claim, ..) = family(&mut world);
    world.wait_for(&claim, &[], None).unwrap();
    assert_eq!(again(&mut world, &claim, &[]), PublicState::Waiting);
}

/// Contract: edges.children-repeat.
#[test]
fn a_repeated_call_that_skipped_it_says_so_and_one_before_a_later_skip_does_not() {
    let mut world = World::new();
    let (claim, _, one, _) = family(&mut world);
    world.spoil("one");
    world.wait_for(&claim, &[&one], None).unwrap();
    assert_eq!(again(&mut world, &claim, &[&one]), PublicState::Skipped);
    let mut world = World::new();
    let (claim, _, one, _) = family(&mut world);
    world.wait_for(&claim, &[&one], None).unwrap();
    world.spoil("one");
    assert_eq!(world.state(&claim.execution_id), PublicState::Skipped);
    assert_eq!(again(&mut world, &claim, &[&one]), PublicState::WaitingChildren);
}

#[test]
fn a_repeated_request_gets_its_first_answer() {
    let mut world = World::new();
    let (claim, _, one, _) = family(&mut world);
    let args = WaitChildrenArgs { handle: claim.handle, edges: vec![child_edge(&one)], policy: None, timeout_ms: None };
    let first = once(&mut world, "r1", args.clone()).unwrap();
    assert_eq!(once(&mut world, "r1", args).unwrap(), first);
}

#[test]
fn the_lane_is_woken_only_where_it_can_be_claimed_again() {
    let mut world = World::new();
    let (claim, _, one, _) = family(&mut world);
    let edges = vec![child_edge(&one)];
    let wait = WaitChildrenArgs { handle: claim.handle, edges, policy: None, timeout_ms: None };
    assert!(!woken_lanes(&world.woken(wait)).contains(&"parent"));
    let (claim, _, one, _) = family(&mut world);
    world.finish("one");
    world.finish("one");
    let wait = Operation::from(WaitChildrenArgs {
        handle: claim.handle,
        edges: vec![child_edge(&one)],
        policy: None,
        timeout_ms: None,
    });
    assert!(woken_lanes(&world.batch(vec![wait.into()]).wakes).contains(&"parent"));
}
