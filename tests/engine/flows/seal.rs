//! `seal_flow`, and the end of a sealed flow. Contract: flows.seal, flows.ends-once.

use crate::engine::world::scheduler::MINTED;
use crate::engine::world::telling::once;
use crate::engine::world::{START, World, detail, refused_field, test};
use tidegate::model::events::event::EventDetail;
use tidegate::model::flows::flow::FlowState;
use tidegate::model::ground::cause::Cause;
use tidegate::ops::flows::seal::{SealFlowAnswer, SealFlowArgs, SealOutcome};
use tidegate::{Code, Operation};

fn sealed(public_flow_state: FlowState) -> SealFlowAnswer {
    SealFlowAnswer { outcome: SealOutcome::Sealed, public_flow_state }
}

/// Contract: flows.empty.
#[test]
fn an_empty_flow_that_is_sealed_is_completed_at_once() {
    let mut world = World::new();
    let flow = world.flow();
    world.pass(5);
    assert_eq!(world.seal(&flow).unwrap(), sealed(FlowState::Completed));
    assert_eq!(world.flow_causes(), [Cause::FlowCreated, Cause::FlowSealed, Cause::FlowCompleted]);
    let event = world.flow_events().pop().unwrap();
    assert_eq!((event.at, event.execution_id), (START + 5, None));
    assert_eq!(event.detail, Some(EventDetail::FlowEnded { public_flow_state: FlowState::Completed }));
    assert_eq!(world.number("SELECT ended_at FROM flow WHERE sealed = 1 AND end_count = 1"), START + 5);
}

/// Contract: flows.ends-once.
#[test]
fn a_flow_with_live_members_ends_with_the_last_of_them() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &["a"])]);
    world.pass(5);
    assert_eq!(world.seal(&graph.flow).unwrap(), sealed(FlowState::Blocked));
    let event = world.flow_events().pop().unwrap();
    assert_eq!((event.cause, event.at, event.detail), (Cause::FlowSealed, START + 5, None));
    assert_eq!(world.number("SELECT changed_at FROM flow WHERE revision = 3"), START + 5);
    world.finish("a");
    assert_eq!(world.number("SELECT ended_at FROM flow"), -1);
    world.pass(5);
    world.finish("b");
    let event = world.flow_events().pop().unwrap();
    assert_eq!((event.cause, event.at), (Cause::FlowCompleted, START + 10));
    assert_eq!(world.number("SELECT ended_at FROM flow"), START + 10);
}

/// Contract: flows.seal.
#[test]
fn a_flow_whose_members_have_all_ended_ends_when_it_is_sealed() {
    for (good, state) in [(true, FlowState::Completed), (false, FlowState::Failed)] {
        let mut world = World::new();
        let graph = world.graph(&[("a", &[]), ("b", &[])]);
        world.finish("a");
        if good {
            world.finish("b")
        } else {
            world.spoil("b")
        };
        assert_eq!(world.flow_causes().last(), Some(&Cause::FlowMemberAdded), "it goes on until it is sealed");
        assert_eq!(world.seal(&graph.flow).unwrap(), sealed(state));
        let event = world.flow_events().pop().unwrap();
        assert_eq!(event.detail, Some(EventDetail::FlowEnded { public_flow_state: state }));
    }
}

/// Contract: flows.seal.
#[test]
fn a_flow_that_is_sealed_again_changes_nothing() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    let again = |world: &mut World, state| {
        world.pass(5);
        let before = world.rows();
        let answer = world.unwritten(|world| world.seal(&graph.flow)).unwrap();
        let outcome = SealOutcome::AlreadySealed;
        assert_eq!(answer, SealFlowAnswer { outcome, public_flow_state: state });
        assert_eq!(world.rows(), before);
    };
    again(&mut world, FlowState::Open);
    let claim = world.claim("a");
    again(&mut world, FlowState::Running);
    world.complete(&claim).unwrap();
    again(&mut world, FlowState::Completed);
}

/// Contract: flows.end-wakes.
#[test]
fn whoever_waits_for_the_flow_is_woken_when_it_ends() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    let seal = SealFlowArgs { flow_id: graph.flow.clone() };
    assert!(world.woken(seal).finished.is_empty());
    let empty = world.flow();
    let woken = world.batch(vec![Operation::from(SealFlowArgs { flow_id: empty.clone() }).into()]).wakes;
    assert_eq!((woken.finished, woken.events), (vec![empty], true));
}

/// Contract: flows.seal.
#[test]
fn a_flow_that_is_unknown_is_not_found() {
    let mut world = World::new();
    let error = world.refused(|world| world.seal(MINTED));
    assert_eq!((error.code(), detail(&error, "flowId")), (Code::NotFoundFlow, MINTED));
    refused_field(world.seal("flow"), Code::InvalidInput, "flowId");
}

#[test]
fn a_repeated_request_gets_its_first_answer() {
    let mut world = World::new();
    let args = SealFlowArgs { flow_id: world.flow() };
    let first = once(&mut world, "r1", args.clone()).unwrap();
    assert_eq!(once(&mut world, "r1", args).unwrap(), first);
}
