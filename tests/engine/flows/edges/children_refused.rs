//! What `wait_children` refuses: the lease is kept, and nothing is written. Contract: edges.children-refused.

use crate::engine::world::flows::child_edge;
use crate::engine::world::scheduler::{MINTED, UNKNOWN};
use crate::engine::world::{World, detail, refused_field, test};
use tidegate::model::flows::edge::EdgeGroupPolicy;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::flows::edges::wait_children::{ChildEdge, WaitChildrenArgs};
use tidegate::{Code, Error};

/// A flow with a parent that is held, a child of it, and one that hangs on the parent.
fn family(world: &mut World) -> (Claim, String, String, String) {
    let flow = world.flow();
    let parent = world.member(&flow, "parent");
    let claim = world.claim("parent");
    let (child, after) = (world.member(&flow, "child"), world.member(&flow, "after"));
    world.edge(&flow, &parent, &after);
    (claim, flow, child, after)
}

fn named(upstream: &str, id: &str) -> ChildEdge {
    ChildEdge { edge_id: Some(id.to_owned()), ..child_edge(upstream) }
}

/// The refusal of a call, after which its lease is good still.
fn refused(world: &mut World, claim: &Claim, edges: Vec<ChildEdge>) -> Error {
    let args = WaitChildrenArgs { handle: claim.handle.clone(), edges, policy: None, timeout_ms: None };
    let error = world.refused(|world| world.call(args));
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
    world.renew(claim).expect("the lease is kept");
    error
}

#[test]
fn an_execution_outside_of_any_flow_has_no_children_to_name() {
    let mut world = World::new();
    let claim = world.running();
    let other = world.submit("mail");
    let error = refused(&mut world, &claim, vec![child_edge(&other)]);
    assert_eq!((error.code(), detail(&error, "executionId")), (Code::ExecutionNotInFlow, &*claim.execution_id));
    assert_eq!(detail(&error, "field"), "handle");
}

#[test]
fn every_child_is_a_member_of_the_same_flow() {
    let mut world = World::new();
    let (claim, flow, child, _) = family(&mut world);
    let outside = world.submit("mail");
    let other = world.flow();
    let elsewhere = world.member(&other, "mail");
    for id in [UNKNOWN, &outside, &elsewhere] {
        let error = refused(&mut world, &claim, vec![child_edge(&child), child_edge(id)]);
        assert_eq!((error.code(), detail(&error, "executionId")), (Code::ExecutionNotInFlow, id));
        assert_eq!(detail(&error, "field"), "edges[1].upstreamExecutionId");
        assert_eq!(detail(&error, "flowId"), flow);
    }
}

#[test]
fn it_cannot_wait_for_itself() {
    let mut world = World::new();
    let (claim, _, child, _) = family(&mut world);
    let error = refused(&mut world, &claim, vec![child_edge(&child), child_edge(&claim.execution_id)]);
    assert_eq!((error.code(), detail(&error, "executionId")), (Code::SelfReferencingEdge, &*claim.execution_id));
}

#[test]
fn it_cannot_wait_for_what_hangs_on_it() {
    let mut world = World::new();
    let (claim, flow, child, after) = family(&mut world);
    let last = world.member(&flow, "last");
    world.staged(&flow, &after, &last);
    for id in [&after, &last] {
        let error = refused(&mut world, &claim, vec![child_edge(&child), child_edge(id)]);
        assert_eq!((error.code(), detail(&error, "upstreamExecutionId")), (Code::CycleDetected, &**id));
        assert_eq!(detail(&error, "downstreamExecutionId"), claim.execution_id);
    }
    let args =
        WaitChildrenArgs { handle: claim.handle, edges: vec![child_edge(&child)], policy: None, timeout_ms: None };
    assert_eq!(world.call(args).unwrap().public_state, PublicState::WaitingChildren);
    let error = world.refused(|world| world.stage(&flow, &last, &child));
    assert_eq!(error.code(), Code::CycleDetected, "its edges count as any others");
}

#[test]
fn an_edge_has_an_id_of_its_own() {
    let mut world = World::new();
    let (claim, flow, child, after) = family(&mut world);
    let other = "0198c0de-0000-7000-8000-00000000002b";
    world.stage_with(&flow, &child, &after, |args| args.edge_id = Some(MINTED.to_owned())).unwrap();
    let error = refused(&mut world, &claim, vec![child_edge(&child), named(&child, MINTED)]);
    assert_eq!((error.code(), detail(&error, "edgeId")), (Code::DependencyAlreadyExists, MINTED));
    assert_eq!((detail(&error, "downstreamExecutionId"), detail(&error, "edgeState")), (&*after, "pending"));
    let error = refused(&mut world, &claim, vec![named(&child, other), named(&child, other)]);
    assert_eq!((error.code(), detail(&error, "edgeId")), (Code::DependencyAlreadyExists, other));
}

/// Contract: edges.children-refused.
#[test]
fn the_refusals_come_in_their_order() {
    let mut world = World::new();
    let (claim, flow, child, after) = family(&mut world);
    world.stage_with(&flow, &child, &after, |args| args.edge_id = Some(MINTED.to_owned())).unwrap();
    let known = named(&child, MINTED);
    let steps = [
        (UNKNOWN, Code::ExecutionNotInFlow),
        (&*claim.execution_id, Code::SelfReferencingEdge),
        (&*after, Code::CycleDetected),
        (&*child, Code::DependencyAlreadyExists),
    ];
    for (first, (_, code)) in steps.iter().enumerate() {
        let later = steps[first..].iter().rev().map(|(id, _)| child_edge(id));
        let edges = [known.clone()].into_iter().chain(later).collect();
        assert_eq!(refused(&mut world, &claim, edges).code(), *code);
    }
}

/// Contract: edges.children-refused.
#[test]
fn the_lease_comes_before_all_of_that() {
    let mut world = World::new();
    let (claim, ..) = family(&mut world);
    world.pass(crate::engine::world::TTL);
    let args =
        WaitChildrenArgs { handle: claim.handle, edges: vec![child_edge(UNKNOWN)], policy: None, timeout_ms: None };
    assert_eq!(world.refused(|world| world.call(args)).code(), Code::LeaseExpired);
}

/// Contract: edges.children-refused.
#[test]
fn an_argument_out_of_range_is_refused_with_its_place() {
    let mut world = World::new();
    let (claim, _, child, _) = family(&mut world);
    let wrong = [
        ("edges[1].upstreamExecutionId", child_edge("child")),
        ("edges[1].edgeId", named(&child, "edge")),
        ("edges[1].edgeRef", ChildEdge { edge_ref: Some(String::new()), ..child_edge(&child) }),
    ];
    for (field, edge) in wrong {
        let edges = vec![child_edge(&child), edge];
        let args = WaitChildrenArgs { handle: claim.handle.clone(), edges, policy: None, timeout_ms: None };
        refused_field(world.unwritten(|world| world.call(args)), Code::InvalidInput, field);
    }
    let policy = Some(EdgeGroupPolicy::Quorum { k: 0, on_satisfied: None });
    let args = WaitChildrenArgs { handle: claim.handle, edges: vec![child_edge(&child)], policy, timeout_ms: None };
    refused_field(world.unwritten(|world| world.call(args)), Code::InvalidInput, "policy.k");
}
