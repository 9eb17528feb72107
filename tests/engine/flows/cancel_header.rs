//! `cancel_flow_header`, `ack_cancel_member` and the backlog between them. Contract: flows.header, flows.ack,
//! flows.grace.

use super::cancel::{NO_FLOW, everywhere, request};
use crate::engine::world::flows::Graph;
use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::telling::say_one;
use crate::engine::world::{START, Span, World, refusal, refused_field, test};
use serde_json::json;
use tidegate::Code;
use tidegate::model::events::event::EventDetail;
use tidegate::model::flows::flow::{CancellationPolicy, FlowState};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::flows::cancel_ack::AckCancelMemberArgs;
use tidegate::ops::flows::cancel_header::{CancelFlowHeaderAnswer, CancelFlowHeaderArgs, CancelHeaderOutcome};

fn header(flow: &str, grace_ms: Option<f64>) -> CancelFlowHeaderArgs {
    let policy = CancellationPolicy::CancelAll;
    CancelFlowHeaderArgs { flow_id: flow.to_owned(), policy, reason: "over".to_owned(), grace_ms }
}

/// The header of a cancellation that grants some ms.
fn begun(world: &mut World, graph: &Graph, grace_ms: Option<f64>) -> CancelFlowHeaderAnswer {
    let answer = world.call(header(&graph.flow, grace_ms)).unwrap();
    assert_eq!(answer.outcome, CancelHeaderOutcome::Cancelled);
    answer
}

fn acked(world: &mut World, flow: &str, id: &str) -> bool {
    let (flow_id, execution_id) = (flow.to_owned(), id.to_owned());
    world.call(AckCancelMemberArgs { flow_id, execution_id }).unwrap().removed
}

fn backlog(world: &World) -> i64 {
    world.number("SELECT count(*) FROM cancel_backlog")
}

/// Contract: flows.header.
#[test]
fn members_that_have_not_ended_are_the_backlog_and_go_on() {
    let mut world = World::new();
    let graph = everywhere(&mut world);
    let now = world.engine.clock_report().unwrap().engine_now;
    let states = world.states(&graph);
    let before = world.log_length();
    let answer = begun(&mut world, &graph, None);
    let names = ["waiting", "child", "delayed", "retrying", "blocked", "lapsed", "held"];
    assert_eq!(answer.member_execution_ids, names.map(|name| graph.id(name)));
    assert_eq!(answer.cancellation_policy, Some(CancellationPolicy::CancelAll));
    assert_eq!(answer.cancel_reason.as_deref(), Some("over"));
    assert_eq!(world.states(&graph), states);
    assert_eq!(world.told_of(&graph, before), [("flow".to_owned(), Cause::FlowCancelRequested)]);
    let event = world.flow_events().pop().unwrap();
    let policy = CancellationPolicy::CancelAll;
    let detail =
        EventDetail::FlowCancel { cancellation_policy: policy, cancel_reason: "over".to_owned(), member_count: 8 };
    assert_eq!(event.detail, Some(detail));
    assert_eq!(world.number("SELECT cancel_due_at FROM flow"), now + 30_000, "the default grace");
    refusal(world.seal(&graph.flow), Code::FlowAlreadyTerminal);
}

/// Contract: flows.ack.
#[test]
fn an_acknowledged_member_leaves_the_backlog_in_any_order() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &[])]);
    begun(&mut world, &graph, Some(50.0));
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 50));
    for name in ["c", "a", "b"] {
        world.cancel(&graph.id(name)).unwrap();
        assert!(acked(&mut world, &graph.flow, &graph.id(name)));
        assert!(!acked(&mut world, &graph.flow, &graph.id(name)), "a second time");
    }
    assert_eq!(world.number("SELECT cancel_due_at FROM flow"), -1);
    assert_eq!((backlog(&world), world.engine.next_due_at().unwrap()), (0, None));
    assert_eq!(world.number("SELECT end_state FROM flow"), FlowState::Cancelled.number());
    assert_eq!(world.describe(&graph.id("a")).ending.unwrap().source, "operator_override");
}

/// Contract: flows.ack.
#[test]
fn an_acknowledgement_of_what_nobody_knows_is_silent() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    let other = world.submit("mail");
    assert!(!acked(&mut world, NO_FLOW, &other));
    assert!(!acked(&mut world, &graph.flow, &graph.id("a")), "nothing was cancelled");
    begun(&mut world, &graph, None);
    for id in [other.as_str(), UNKNOWN] {
        assert!(!acked(&mut world, &graph.flow, id));
    }
    assert_eq!(backlog(&world), 2);
    let bad = AckCancelMemberArgs { flow_id: "x".to_owned(), execution_id: other.clone() };
    refused_field(world.call(bad), Code::InvalidInput, "flowId");
    let bad = AckCancelMemberArgs { flow_id: graph.flow, execution_id: "x".to_owned() };
    refused_field(world.call(bad), Code::InvalidInput, "executionId");
}

/// Contract: flows.ack.
#[test]
fn an_acknowledged_member_that_nobody_cancelled_runs_on() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    begun(&mut world, &graph, Some(50.0));
    assert!(acked(&mut world, &graph.flow, &graph.id("a")));
    world.pass(50);
    assert_eq!(world.states(&graph), [PublicState::Waiting, PublicState::Cancelled]);
    assert_eq!(world.number("SELECT ended_at FROM flow"), -1);
}

/// Contract: flows.grace.
#[test]
fn what_is_left_when_the_grace_is_over_ends_at_that_instant_however_late_time_is_applied() {
    for late in [0, 1, 90.secs()] {
        let mut world = World::new();
        let graph = world.graph(&[("a", &[]), ("b", &["a"]), ("c", &[]), ("d", &[])]);
        begun(&mut world, &graph, Some(50.0));
        world.finish("c");
        world.cancel(&graph.id("d")).unwrap();
        acked(&mut world, &graph.flow, &graph.id("d"));
        world.pass(50 + late);
        let before = world.log_length();
        assert_eq!(world.tick().applied, 1, "one due action for all of them");
        let told = [("a".to_owned(), Cause::Cancelled), ("b".to_owned(), Cause::Cancelled)];
        assert_eq!(world.told_of(&graph, before), told);
        for name in ["a", "b"] {
            let found = world.describe(&graph.id(name));
            let ending = found.ending.unwrap();
            assert_eq!((ending.reason.as_str(), ending.source.as_str()), ("flow_cancelled", "cancel_flow"));
            assert_eq!(found.completed_at, Some(START + 50), "late by {late}");
        }
        assert_eq!(world.state(&graph.id("c")), PublicState::Completed);
        assert_eq!(world.number("SELECT ended_at FROM flow"), START + 50);
        assert_eq!(world.number("SELECT changed_at FROM flow"), START + 50);
        assert_eq!((backlog(&world), world.number("SELECT cancel_due_at FROM flow")), (0, -1));
        assert_eq!(world.engine.next_due_at().unwrap(), None);
    }
}

#[test]
fn nothing_ends_before_the_grace_is_over() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    begun(&mut world, &graph, Some(50.0));
    world.pass(49);
    assert_eq!(world.tick().applied, 0);
    assert_eq!(world.state(&graph.id("a")), PublicState::Waiting);
    world.pass(1);
    assert_eq!(world.state(&graph.id("a")), PublicState::Cancelled, "a read applies time");
}

/// Contract: flows.grace.
#[test]
fn without_grace_the_next_call_finds_the_members_cancelled() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    assert_eq!(begun(&mut world, &graph, Some(0.0)).member_execution_ids, [graph.id("a")]);
    assert!(world.claim_if_any("a").is_none());
    assert_eq!(world.state(&graph.id("a")), PublicState::Cancelled);
}

/// Contract: flows.grace-number.
#[test]
fn a_grace_is_a_whole_number_below_two_to_the_53() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    for grace_ms in [-1.0, 0.5, 9_007_199_254_740_992.0, f64::INFINITY, f64::NAN] {
        let refused = world.refused(|world| world.call(header(&graph.flow, Some(grace_ms))));
        assert_eq!(refused.code(), Code::InvalidGraceMs);
        assert_eq!(refused.details().get("field"), Some("graceMs"));
    }
    let args = json!({ "flowId": graph.flow, "policy": "cancel_all", "graceMs": 1.5 });
    let answer = say_one(&mut world, &json!({ "op": "cancel_flow_header", "args": args }));
    assert_eq!(answer["error"]["code"], "validation.invalid_grace_ms");
    begun(&mut world, &graph, Some(9_007_199_254_740_991.0));
    assert_eq!(world.number("SELECT cancel_due_at FROM flow"), 9_007_199_254_740_991, "nothing stored is larger");
    assert_eq!(world.engine.next_due_at().unwrap(), Some(9_007_199_254_740_991));
}

/// Contract: flows.header.
#[test]
fn other_policies_have_no_backlog_and_name_all_members() {
    for policy in [CancellationPolicy::FlowOnly, CancellationPolicy::CancelPending] {
        let mut world = World::new();
        let graph = world.graph(&[("a", &[]), ("b", &["a"])]);
        world.finish("a");
        let answer = world.call(CancelFlowHeaderArgs { policy, ..header(&graph.flow, Some(5.0)) }).unwrap();
        assert_eq!(answer.outcome, CancelHeaderOutcome::Cancelled);
        assert_eq!(answer.member_execution_ids, [graph.id("a"), graph.id("b")]);
        assert_eq!((backlog(&world), world.engine.next_due_at().unwrap()), (0, None));
        world.pass(1.hours());
        assert_eq!(world.state(&graph.id("b")), PublicState::Waiting, "the caller's affair");
    }
}

/// Contract: flows.header.
#[test]
fn without_live_members_there_is_no_backlog_and_the_flow_ends() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    world.finish("a");
    assert_eq!(begun(&mut world, &graph, None).member_execution_ids, [graph.id("a")]);
    assert_eq!((backlog(&world), world.number("SELECT cancel_due_at FROM flow")), (0, -1));
    assert_eq!(world.number("SELECT ended_at FROM flow"), START);
}

/// Contract: flows.header-again.
#[test]
fn a_repetition_answers_the_stored_policy_and_who_is_still_pending() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[]), ("c", &[])]);
    world.finish("a");
    begun(&mut world, &graph, Some(500.0));
    acked(&mut world, &graph.flow, &graph.id("b"));
    let other = CancelFlowHeaderArgs {
        policy: CancellationPolicy::FlowOnly,
        reason: "else".to_owned(),
        ..header(&graph.flow, Some(5.0))
    };
    let again = world.unwritten(|world| world.call(other.clone()).unwrap());
    let expected = CancelFlowHeaderAnswer {
        outcome: CancelHeaderOutcome::AlreadyTerminal,
        cancellation_policy: Some(CancellationPolicy::CancelAll),
        cancel_reason: Some("over".to_owned()),
        member_execution_ids: vec![graph.id("c")],
    };
    assert_eq!(again, expected);
    acked(&mut world, &graph.flow, &graph.id("c"));
    let nobody = world.call(other.clone()).unwrap();
    assert_eq!(nobody.member_execution_ids, [""; 0], "all were acknowledged, and nobody cancelled them");
    world.cancel(&graph.id("b")).unwrap();
    let cancelled = world.unwritten(|world| world.call(other).unwrap());
    assert_eq!(cancelled.member_execution_ids, [graph.id("b")], "a scheduler did");
}

/// Contract: flows.header-again.
#[test]
fn a_repeated_header_lists_whom_the_backlog_cancelled_and_nobody_who_had_ended() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &[]), ("c", &[])]);
    world.finish("a");
    world.call(header(&graph.flow, Some(5.0))).unwrap();
    world.pass(5);
    let again = world.call(header(&graph.flow, None)).unwrap();
    assert_eq!(again.outcome, CancelHeaderOutcome::AlreadyTerminal);
    assert_eq!(again.member_execution_ids, [graph.id("b"), graph.id("c")]);
}

/// Contract: flows.header-again.
#[test]
fn a_flow_that_ended_by_itself_has_no_policy_to_answer() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    world.finish("a");
    let answer = world.unwritten(|world| world.call(header(&graph.flow, None)).unwrap());
    let expected = CancelFlowHeaderAnswer {
        outcome: CancelHeaderOutcome::AlreadyTerminal,
        cancellation_policy: None,
        cancel_reason: None,
        member_execution_ids: vec![graph.id("a")],
    };
    assert_eq!(answer, expected);
    refusal(world.call(header(NO_FLOW, None)), Code::NotFoundFlow);
}

/// Contract: flows.header-again.
#[test]
fn cancel_flow_after_a_header_answers_what_the_engine_has_cancelled_so_far() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    begun(&mut world, &graph, Some(50.0));
    world.cancel(&graph.id("a")).unwrap();
    acked(&mut world, &graph.flow, &graph.id("a"));
    let cancel = || request(&graph.flow, CancellationPolicy::FlowOnly, "");
    assert_eq!(world.unwritten(|world| world.call(cancel()).unwrap()).member_count, 0);
    world.pass(50);
    let after = world.call(cancel()).unwrap();
    assert_eq!((after.member_count, after.member_execution_ids), (1, vec![graph.id("b")]));
    assert_eq!(after.cancellation_policy, CancellationPolicy::CancelAll);
}

#[test]
fn a_header_after_cancel_flow_is_answered_from_what_is_stored() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    world.cancel_all(&graph.flow);
    let answer = world.call(header(&graph.flow, None)).unwrap();
    assert_eq!(answer.outcome, CancelHeaderOutcome::AlreadyTerminal);
    assert_eq!((answer.cancel_reason, answer.member_execution_ids), (None, vec![graph.id("a")]));
    assert_eq!(backlog(&world), 0);
}

/// Contract: flows.backlog-stored.
#[test]
fn a_backlog_outlives_the_engine() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    begun(&mut world, &graph, Some(50.0));
    let mut world = world.reopened();
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 50));
    world.pass(60);
    assert_eq!(world.describe(&graph.id("a")).completed_at, Some(START + 50));
}

#[test]
fn backlogs_of_several_flows_are_due_each_at_its_instant() {
    let mut world = World::new();
    let first = world.graph(&[("a", &[])]);
    let second = world.graph(&[("b", &[])]);
    begun(&mut world, &first, Some(80.0));
    begun(&mut world, &second, Some(50.0));
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 50));
    acked(&mut world, &second.flow, &second.id("b"));
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 80));
    world.pass(100);
    assert_eq!(world.describe(&first.id("a")).completed_at, Some(START + 80));
    assert_eq!(world.state(&second.id("b")), PublicState::Waiting);
}

#[test]
fn at_one_instant_a_lease_lapses_and_a_delay_is_over_before_the_backlog_ends() {
    let mut world = World::new();
    let mut graph = world.graph(&[("a", &[])]);
    let delayed = world.member_with(&graph.flow, "b", |create| create.delay_until = Some(START + 50));
    graph.knows("b", &delayed);
    world.claim_with("a", |claim| claim.lease_ttl_ms = Some(50)).unwrap();
    begun(&mut world, &graph, Some(50.0));
    let before = world.log_length();
    world.pass(50);
    world.tick();
    let told = [("a", Cause::LeaseExpired), ("b", Cause::DelayOver), ("a", Cause::Cancelled), ("b", Cause::Cancelled)];
    assert_eq!(world.told_of(&graph, before), told.map(|(name, cause)| (name.to_owned(), cause)));
}

/// Contract: flows.grace.
#[test]
fn a_member_that_was_replayed_within_the_grace_ends_when_it_is_over() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    begun(&mut world, &graph, Some(50.0));
    world.finish("a");
    world.replayed(&graph.id("a"));
    world.pass(50);
    assert_eq!(world.state(&graph.id("a")), PublicState::Cancelled);
    assert_eq!(world.number("SELECT end_count FROM flow"), 2);
}

/// Contract: flows.backlog-stored.
#[test]
fn a_clock_that_is_put_back_takes_the_grace_along() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    world.pass(1.hours());
    begun(&mut world, &graph, Some(50.0));
    world.set_clock(START);
    world.engine.accept_clock().unwrap();
    assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 50));
}
