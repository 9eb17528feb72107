//! `evaluate_flow_eligibility` and `resolve_execution_flow_id`. Contract: edges.eligibility, flows.of-execution.

use crate::engine::world::drawn::uuid;
use crate::engine::world::scheduler::{Stand, UNKNOWN};
use crate::engine::world::{START, World, refused_field, test};
use serde_json::json;
use tidegate::model::flows::edge::{EdgeGroup, GroupState};
use tidegate::model::flows::flow::{FlowEligibility, FlowState};
use tidegate::ops::flows::edges::eligibility::EvaluateFlowEligibilityArgs;
use tidegate::ops::flows::of_execution::ResolveExecutionFlowIdArgs;
use tidegate::{Code, Result};

fn evaluate(world: &mut World, id: &str) -> FlowEligibility {
    world.call(EvaluateFlowEligibilityArgs { execution_id: id.to_owned() }).unwrap().status
}

fn flow_of(world: &mut World, id: &str) -> Result<Option<String>> {
    world.call(ResolveExecutionFlowIdArgs { execution_id: id.to_owned() })
}

/// A waiting member with a group.
fn grouped(set: impl FnOnce(&mut EdgeGroup)) -> (World, String) {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let (id, row) = world.draw_members(flow, 1).remove(0);
    world.draw_group(row, set);
    (world, id)
}

/// Contract: edges.eligibility.
#[test]
fn an_unknown_execution_is_not_found() {
    assert_eq!(evaluate(&mut World::new(), UNKNOWN), FlowEligibility::NotFound);
    let mut world = World::new();
    let args = EvaluateFlowEligibilityArgs { execution_id: "x".to_owned() };
    refused_field(world.call(args), Code::InvalidInput, "executionId");
}

#[test]
fn an_execution_past_its_retention_is_not_found() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.retention_ms = Some(5));
    world.cancel(&id).unwrap();
    assert_eq!(evaluate(&mut world, &id), FlowEligibility::NotRunnable);
    world.pass(5);
    assert_eq!(evaluate(&mut world, &id), FlowEligibility::NotFound);
    assert_eq!(flow_of(&mut world, &id).unwrap(), None);
}

/// Contract: edges.eligibility.
#[test]
fn of_an_execution_that_depends_on_nothing_its_phase_alone_decides() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let expected = match stand {
            Stand::Held | Stand::Lapsed | Stand::Completed => FlowEligibility::NotRunnable,
            Stand::Waiting | Stand::Retrying | Stand::Interrupted | Stand::Delayed | Stand::Blocked => {
                FlowEligibility::Eligible
            }
        };
        assert_eq!(evaluate(&mut world, &id), expected, "{stand:?}");
    }
}

/// Contract: edges.eligibility.
#[test]
fn a_group_decides_for_a_runnable_execution() {
    for (total, state, expected) in [
        (0, GroupState::Pending, FlowEligibility::Eligible),
        (2, GroupState::Pending, FlowEligibility::BlockedByDependencies),
        (2, GroupState::Satisfied, FlowEligibility::Eligible),
        (2, GroupState::Impossible, FlowEligibility::Impossible),
    ] {
        let (mut world, id) = grouped(|group| (group.total, group.state) = (total, state));
        assert_eq!(evaluate(&mut world, &id), expected, "{state} of {total}");
    }
}

/// Contract: edges.eligibility.
#[test]
fn a_group_decides_nothing_for_one_that_is_not_runnable() {
    for state in [GroupState::Pending, GroupState::Satisfied, GroupState::Impossible] {
        let (mut world, id) = grouped(|group| (group.total, group.state) = (2, state));
        let claim = world.claim("mail");
        assert_eq!(evaluate(&mut world, &id), FlowEligibility::NotRunnable, "active, {state}");
        world.complete(&claim).unwrap();
        assert_eq!(evaluate(&mut world, &id), FlowEligibility::NotRunnable, "over, {state}");
    }
}

#[test]
fn time_is_applied_before_it_is_evaluated() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    assert_eq!(evaluate(&mut world, &id), FlowEligibility::Eligible);
    world.pass(5);
    assert_eq!(evaluate(&mut world, &id), FlowEligibility::NotRunnable);
}

#[test]
fn the_word_goes_over_the_wire() {
    let mut world = World::new();
    let answer = world.call(EvaluateFlowEligibilityArgs { execution_id: UNKNOWN.to_owned() }).unwrap();
    assert_eq!(serde_json::to_value(answer).unwrap(), json!({ "status": "not_found" }));
    let words = FlowEligibility::ALL.iter().map(|word| word.word()).collect::<Vec<_>>();
    let expected =
        ["not_found", "not_runnable", "owned", "terminal", "impossible", "blocked_by_dependencies", "eligible"];
    assert_eq!(words, expected);
}

/// Contract: flows.of-execution.
#[test]
fn a_member_knows_its_flow_and_others_have_none() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let (id, _) = world.draw_members(flow, 1).remove(0);
    let alone = world.submit("mail");
    assert_eq!(flow_of(&mut world, &id).unwrap(), Some(uuid(1)));
    assert_eq!(flow_of(&mut world, &alone).unwrap(), None);
    assert_eq!(flow_of(&mut world, UNKNOWN).unwrap(), None);
    refused_field(flow_of(&mut world, "x"), Code::InvalidInput, "executionId");
}

#[test]
fn a_member_is_hidden_with_its_flow_alone() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |flow, _| {
        (flow.sealed, flow.end_state, flow.end_count) = (true, Some(FlowState::Completed), 1);
        flow.retention_ms = Some(100);
    });
    let id = world.submit_with("mail", |create| create.retention_ms = Some(5));
    world.draw_member(flow, &id, None);
    let claim = world.claim("mail");
    world.complete(&claim).unwrap();
    world.pass(99);
    assert_eq!(flow_of(&mut world, &id).unwrap(), Some(uuid(1)), "its own retention is ignored");
    world.pass(1);
    assert_eq!(flow_of(&mut world, &id).unwrap(), None);
    assert_eq!(evaluate(&mut world, &id), FlowEligibility::NotFound);
}

#[test]
fn a_member_whose_flow_is_gone_is_refused() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let (id, _) = world.draw_members(flow, 1).remove(0);
    world.damage("DELETE FROM flow");
    assert_eq!(flow_of(&mut world, &id).unwrap_err().code(), Code::Corruption);
}
