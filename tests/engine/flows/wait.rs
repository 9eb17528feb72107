//! `wait_flow`. Contract: flows.wait, flows.wait-after.

use super::cancel::NO_FLOW;
use crate::engine::world::telling::say_one;
use crate::engine::world::{Span, TTL, World, refusal, refused_field, test};
use serde_json::json;
use tidegate::model::flows::flow::{CancellationPolicy, FlowState};
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::executions::replay::ReplayExecutionArgs;
use tidegate::ops::flows::wait::{FlowOutcome, FlowPending, WaitFlowAnswer, WaitFlowArgs};
use tidegate::{Code, Result};

impl World {
    pub fn wait_flow(&mut self, flow: &str, after: Option<i64>) -> Result<WaitFlowAnswer> {
        self.call(WaitFlowArgs { flow_id: flow.to_owned(), after })
    }

    fn ended(&mut self, flow: &str, after: Option<i64>) -> FlowOutcome {
        match self.wait_flow(flow, after).unwrap() {
            WaitFlowAnswer::Ended(outcome) => outcome,
            WaitFlowAnswer::Pending(pending) => panic!("{pending:?}"),
        }
    }

    pub fn replayed(&mut self, id: &str) {
        self.call(ReplayExecutionArgs { execution_id: id.to_owned(), ..ReplayExecutionArgs::default() }).unwrap();
    }
}

fn pending(after: i64) -> WaitFlowAnswer {
    WaitFlowAnswer::Pending(FlowPending { pending: true, after })
}

/// How many members of an outcome are in a state.
fn count(outcome: &FlowOutcome, state: PublicState) -> i64 {
    let place = PublicState::ALL.iter().position(|one| *one == state).unwrap();
    outcome.counts.unwrap().0[place]
}

/// Contract: flows.wait.
#[test]
fn it_ends_with_the_last_member_of_a_sealed_flow() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    assert_eq!(world.unwritten(|world| world.wait_flow(&graph.flow, None).unwrap()), pending(0));
    world.finish("a");
    assert_eq!(world.wait_flow(&graph.flow, Some(0)).unwrap(), pending(0));
    world.finish("b");
    for after in [None, Some(0)] {
        let outcome = world.ended(&graph.flow, after);
        assert_eq!((outcome.public_flow_state, outcome.cancellation_policy), (FlowState::Completed, None));
        assert_eq!(count(&outcome, PublicState::Completed), 2);
    }
}

#[test]
fn a_flow_with_a_failed_member_has_failed() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    world.spoil("a");
    let outcome = world.ended(&graph.flow, Some(0));
    assert_eq!(outcome.public_flow_state, FlowState::Failed);
    assert_eq!([PublicState::Failed, PublicState::Skipped].map(|state| count(&outcome, state)), [1, 1]);
    let text = say_one(&mut world, &json!({ "op": "wait_flow", "args": { "flowId": graph.flow } }));
    assert_eq!(text["ok"]["publicFlowState"], "failed");
    assert_eq!(text["ok"]["counts"]["skipped"], 1);
}

#[test]
fn an_unsealed_flow_ends_when_it_is_sealed() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    world.finish("a");
    assert_eq!(world.wait_flow(&graph.flow, None).unwrap(), pending(0));
    world.seal(&graph.flow).unwrap();
    assert_eq!(world.ended(&graph.flow, Some(0)).public_flow_state, FlowState::Completed);
    let empty = world.flow();
    assert_eq!(world.wait_flow(&empty, None).unwrap(), pending(0));
    world.seal(&empty).unwrap();
    assert_eq!(world.ended(&empty, None).public_flow_state, FlowState::Completed);
}

/// Contract: flows.wait.
#[test]
fn a_cancelled_flow_ends_with_the_last_member_that_ran_on() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    let claim = world.claim("a");
    world.cancel_flow(&graph.flow, CancellationPolicy::CancelPending).unwrap();
    assert_eq!(world.wait_flow(&graph.flow, None).unwrap(), pending(0));
    world.complete(&claim).unwrap();
    let outcome = world.ended(&graph.flow, Some(0));
    assert_eq!(outcome.public_flow_state, FlowState::Cancelled);
    assert_eq!(outcome.cancellation_policy, Some(CancellationPolicy::CancelPending));
    assert_eq!([PublicState::Completed, PublicState::Cancelled].map(|state| count(&outcome, state)), [1, 1]);
    let graph = world.graph(&[("c", &[])]);
    world.cancel_all(&graph.flow);
    assert_eq!(world.ended(&graph.flow, None).cancellation_policy, Some(CancellationPolicy::CancelAll));
}

/// Contract: flows.wait-after.
#[test]
fn an_end_is_told_though_the_flow_goes_on_again() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    world.spoil("a");
    world.replayed(&graph.id("a"));
    assert_eq!(world.wait_flow(&graph.flow, None).unwrap(), pending(1), "who asks now waits for the next end");
    let outcome = world.ended(&graph.flow, Some(0));
    let expected = FlowOutcome { public_flow_state: FlowState::Failed, cancellation_policy: None, counts: None };
    assert_eq!(outcome, expected);
    world.finish("a");
    for after in [None, Some(0), Some(1)] {
        assert_eq!(world.ended(&graph.flow, after).public_flow_state, FlowState::Completed);
    }
}

#[test]
fn an_end_before_a_cancellation_is_told_without_its_policy() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    world.finish("a");
    world.replayed(&graph.id("a"));
    world.claim("a");
    world.cancel_flow(&graph.flow, CancellationPolicy::CancelPending).unwrap();
    let outcome = world.ended(&graph.flow, Some(0));
    assert_eq!((outcome.public_flow_state, outcome.cancellation_policy), (FlowState::Completed, None));
    assert_eq!(world.wait_flow(&graph.flow, Some(1)).unwrap(), pending(1));
    world.pass(TTL);
    world.finish("a");
    assert_eq!(world.ended(&graph.flow, Some(1)).public_flow_state, FlowState::Cancelled);
}

/// Contract: flows.wait-after.
#[test]
fn an_unknown_flow_and_a_place_that_it_never_answered_are_refused() {
    let mut world = World::new();
    let flow = world.flow();
    refusal(world.wait_flow(NO_FLOW, None), Code::NotFoundFlow);
    refusal(world.wait_flow(NO_FLOW, Some(0)), Code::NotFoundFlow);
    refused_field(world.wait_flow("x", None), Code::InvalidInput, "flowId");
    for after in [-1, 1, 9_007_199_254_740_992] {
        refused_field(world.wait_flow(&flow, Some(after)), Code::InvalidInput, "after");
    }
}

#[test]
fn time_that_ends_the_flow_is_applied_first() {
    let mut world = World::new();
    let flow = world.flow();
    world.member_with(&flow, "a", |create| create.deadline_at = Some(crate::engine::world::START + 5));
    world.seal(&flow).unwrap();
    world.pass(1.hours());
    let outcome = world.ended(&flow, Some(0));
    assert_eq!((outcome.public_flow_state, count(&outcome, PublicState::Expired)), (FlowState::Failed, 1));
}
