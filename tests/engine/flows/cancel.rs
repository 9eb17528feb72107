//! `cancel_flow`. Contract: flows.cancel, flows.cancel-again, flows.cancel-refused.

use crate::engine::world::flows::Graph;
use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::telling::say_one;
use crate::engine::world::{START, Span, TTL, World, detail, order, refusal, refused_field, test};
use serde_json::json;
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::flows::flow::{CancellationPolicy, FlowState};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::flows::add_member::AddExecutionToFlowArgs;
use tidegate::ops::flows::cancel::{CancelFlowAnswer, CancelFlowArgs};
use tidegate::{Code, Envelope, Result};

/// A UUID that no flow has.
pub const NO_FLOW: &str = "018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c12";

pub fn request(flow: &str, policy: CancellationPolicy, reason: &str) -> CancelFlowArgs {
    CancelFlowArgs { flow_id: flow.to_owned(), policy, reason: reason.to_owned() }
}

impl World {
    pub fn cancel_flow(&mut self, flow: &str, policy: CancellationPolicy) -> Result<CancelFlowAnswer> {
        self.call(request(flow, policy, ""))
    }

    /// Cancels a flow with all its members.
    pub fn cancel_all(&mut self, flow: &str) -> CancelFlowAnswer {
        self.cancel_flow(flow, CancellationPolicy::CancelAll).unwrap()
    }

    /// Causes of all streams, beside the names of the members they are about.
    pub fn told_of(&mut self, graph: &Graph, after: usize) -> Vec<(String, Cause)> {
        let name = |id: Option<String>| {
            let named = graph.names().into_iter().find(|name| id.as_deref() == Some(graph.id(name).as_str()));
            named.unwrap_or_else(|| "flow".to_owned())
        };
        let streams = [EventStream::Execution, EventStream::Flow, EventStream::Lease];
        self.events_in(&streams).into_iter().skip(after).map(|event| (name(event.execution_id), event.cause)).collect()
    }

    pub fn log_length(&self) -> usize {
        usize::try_from(self.number("SELECT count(*) FROM event")).unwrap()
    }
}

/// Members in every phase that the engine knows, in the order of their names: waiting, delayed, retrying (delayed after a
/// failure), blocked by an operator, waiting for another, held, lapsed, completed.
pub fn everywhere(world: &mut World) -> Graph {
    let mut graph = world.graph(&[("waiting", &[]), ("child", &["waiting"])]);
    let flow = graph.flow.clone();
    let delayed = world.member_with(&flow, "delayed", |create| create.delay_until = Some(START + 9.hours()));
    let retrying = world.member(&flow, "retrying");
    let claim = world.claim("retrying");
    world.fail(&claim, FailureClass::Transient).unwrap();
    let blocked = world.member(&flow, "blocked");
    world.block(&blocked, "waiting_for_budget", "");
    let lapsed = world.member(&flow, "lapsed");
    world.claim_with("lapsed", |claim| claim.lease_ttl_ms = Some(5)).unwrap();
    let completed = world.member(&flow, "completed");
    world.finish("completed");
    world.pass(5);
    let held = world.member(&flow, "held");
    world.claim("held");
    for (name, id) in [
        ("delayed", delayed),
        ("retrying", retrying),
        ("blocked", blocked),
        ("lapsed", lapsed),
        ("completed", completed),
        ("held", held),
    ] {
        graph.knows(name, &id);
    }
    graph
}

/// Contract: flows.cancel-refused.
#[test]
fn an_unknown_flow_and_arguments_out_of_bounds_are_refused() {
    let mut world = World::new();
    let unknown = refusal(world.cancel_flow(NO_FLOW, CancellationPolicy::CancelAll), Code::NotFoundFlow);
    assert_eq!(detail(&unknown, "flowId"), NO_FLOW);
    refused_field(world.cancel_flow("mine", CancellationPolicy::FlowOnly), Code::InvalidInput, "flowId");
    let long = request(NO_FLOW, CancellationPolicy::FlowOnly, &"x".repeat(65_537));
    refused_field(world.call(long), Code::InvalidInput, "reason");
    let answer =
        say_one(&mut world, &json!({ "op": "cancel_flow", "args": { "flowId": NO_FLOW, "policy": "cancel_some" } }));
    assert_eq!(answer["error"]["code"], "validation.invalid_input");
    assert_eq!(answer["error"]["details"]["field"], "policy");
}

/// Contract: flows.cancel-refused.
#[test]
fn a_flow_that_is_over_is_refused_with_its_state() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[])]);
    world.finish("a");
    let refused = world.refused(|world| world.cancel_flow(&graph.flow, CancellationPolicy::CancelAll));
    assert_eq!(refused.code(), Code::FlowAlreadyTerminal);
    assert_eq!(detail(&refused, "publicFlowState"), "completed");
    let graph = world.sealed_graph(&[("b", &[])]);
    world.spoil("b");
    let refused = world.refused(|world| world.cancel_flow(&graph.flow, CancellationPolicy::FlowOnly));
    assert_eq!(detail(&refused, "publicFlowState"), "failed");
    let empty = world.flow();
    world.seal(&empty).unwrap();
    refusal(world.cancel_flow(&empty, CancellationPolicy::CancelAll), Code::FlowAlreadyTerminal);
}

/// Contract: flows.cancel.
#[test]
fn flow_only_ends_nobody_and_the_flow_ends_with_its_last_member() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &["a"])]);
    let before = world.log_length();
    let answer = world.call(request(&graph.flow, CancellationPolicy::FlowOnly, "no need")).unwrap();
    let expected = CancelFlowAnswer {
        cancellation_policy: CancellationPolicy::FlowOnly,
        cancel_reason: Some("no need".to_owned()),
        member_count: 0,
        member_execution_ids: Vec::new(),
    };
    assert_eq!(answer, expected);
    assert_eq!(world.told_of(&graph, before), [("flow".to_owned(), Cause::FlowCancelRequested)]);
    assert_eq!(world.states(&graph), [PublicState::Waiting, PublicState::WaitingChildren]);
    assert_eq!(world.number("SELECT ended_at FROM flow"), -1);
    world.pass(7);
    world.finish("a");
    world.finish("b");
    assert_eq!(world.number("SELECT ended_at FROM flow"), START + 7);
    let causes = world.flow_causes();
    assert!(!causes.contains(&Cause::FlowCompleted), "a cancelled flow is told of once: {causes:?}");
}

/// Contract: flows.cancel, flows.cancel-whole.
#[test]
fn cancel_all_ends_every_member_that_has_not_ended() {
    let mut world = World::new();
    let graph = everywhere(&mut world);
    let before = world.log_length();
    let now = world.engine.clock_report().unwrap().engine_now;
    let answer = world.call(request(&graph.flow, CancellationPolicy::CancelAll, "over")).unwrap();
    let names = ["waiting", "child", "delayed", "retrying", "blocked", "lapsed", "held"];
    assert_eq!(answer.member_execution_ids, names.map(|name| graph.id(name)));
    assert_eq!((answer.member_count, answer.cancel_reason.as_deref()), (7, Some("over")));
    for name in names {
        let found = world.describe(&graph.id(name));
        assert_eq!(found.public_state, PublicState::Cancelled, "{name}");
        let ending = found.ending.unwrap();
        assert_eq!((ending.reason.as_str(), ending.source.as_str()), ("flow_cancelled", "cancel_flow"), "{name}");
        assert_eq!((found.completed_at, found.current_lease), (Some(now), None), "{name}");
    }
    assert_eq!(world.state(&graph.id("completed")), PublicState::Completed);
    let mut expected = vec![("flow".to_owned(), Cause::FlowCancelRequested)];
    expected.extend(names.map(|name| (name.to_owned(), Cause::Cancelled)));
    assert_eq!(world.told_of(&graph, before), expected);
    assert_eq!(world.number("SELECT cancelled FROM flow"), 7);
    assert_eq!(world.number("SELECT ended_at FROM flow"), now);
    assert_eq!(world.number("SELECT changed_at FROM flow"), now);
    assert_eq!(world.number("SELECT count(*) FROM execution WHERE claim_rank IS NOT NULL OR due_at IS NOT NULL"), 0);
}

/// Contract: flows.cancel-event, events.view-operator.
#[test]
fn the_request_names_the_policy_the_reason_and_the_members() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    world.finish("a");
    world.call(request(&graph.flow, CancellationPolicy::CancelPending, "over")).unwrap();
    let told = |events: Vec<tidegate::ops::events::read::EventRecord>| {
        events.into_iter().rev().find(|event| event.cause == Cause::FlowCancelRequested).unwrap()
    };
    let expected = EventDetail::FlowCancel {
        cancellation_policy: CancellationPolicy::CancelPending,
        cancel_reason: "over".to_owned(),
        member_count: 2,
    };
    let of_flows = told(world.flow_events());
    assert_eq!((of_flows.detail.as_ref(), of_flows.execution_id.as_deref()), (Some(&expected), None));
    assert_eq!(told(world.events_in(&[EventStream::Operator])), of_flows);
}

/// Contract: flows.cancel-again.
#[test]
fn a_repetition_answers_what_was_stored_whatever_it_asks_for() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &["a"]), ("c", &[])]);
    world.claim("c");
    let first = world.call(request(&graph.flow, CancellationPolicy::CancelPending, "over")).unwrap();
    assert_eq!(first.member_count, 2);
    for (policy, reason) in [
        (CancellationPolicy::CancelPending, "over"),
        (CancellationPolicy::CancelAll, "again"),
        (CancellationPolicy::FlowOnly, ""),
    ] {
        let again = world.unwritten(|world| world.call(request(&graph.flow, policy, reason)).unwrap());
        assert_eq!(again, first);
    }
    world.pass(TTL);
    world.finish("c");
    assert_eq!(world.cancel_all(&graph.flow), first, "the flow has ended meanwhile");
}

/// Contract: flows.cancel-refused.
#[test]
fn an_unsealed_flow_whose_members_have_ended_can_be_cancelled() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[])]);
    world.finish("a");
    world.pass(4);
    let answer = world.cancel_all(&graph.flow);
    assert_eq!((answer.member_count, answer.member_execution_ids.len()), (0, 0));
    assert_eq!(world.number("SELECT ended_at FROM flow"), START + 4);
    assert_eq!(world.number("SELECT end_state FROM flow"), FlowState::Cancelled.number());
    let empty = world.flow();
    world.cancel_flow(&empty, CancellationPolicy::CancelPending).unwrap();
    assert_eq!(world.number("SELECT count(*) FROM flow WHERE ended_at IS NOT NULL"), 2);
}

/// Contract: flows.over-refuses.
#[test]
fn a_cancelled_flow_takes_no_more() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &[])]);
    world.claim("a");
    world.cancel_flow(&graph.flow, CancellationPolicy::CancelPending).unwrap();
    let other = world.submit("c");
    refusal(world.add(&graph.flow, &other), Code::FlowAlreadyTerminal);
    refusal(world.stage(&graph.flow, &graph.id("a"), &graph.id("b")), Code::FlowAlreadyTerminal);
    refusal(world.seal(&graph.flow), Code::FlowAlreadyTerminal);
    refusal(world.add(&graph.flow, UNKNOWN), Code::FlowAlreadyTerminal);
}

#[test]
fn those_who_wait_for_members_and_for_the_flow_are_woken() {
    let mut world = World::new();
    let graph = world.graph(&[("a", &[]), ("b", &["a"])]);
    let woken = world.woken(request(&graph.flow, CancellationPolicy::CancelAll, ""));
    assert_eq!(woken.finished, [graph.id("a"), graph.id("b"), graph.flow.clone()]);
    assert!(woken.events && woken.lanes.is_empty());
    let graph = world.graph(&[("c", &[])]);
    let claim = world.claim("c");
    let woken = world.woken(request(&graph.flow, CancellationPolicy::CancelPending, ""));
    assert!(woken.finished.is_empty(), "a member runs on: {woken:?}");
    let complete =
        tidegate::ops::attempts::complete::CompleteArgs { handle: claim.handle.clone(), ..Default::default() };
    assert_eq!(world.woken(complete).finished, [claim.execution_id, graph.flow]);
}

/// Contract: flows.cancel-answer.
#[test]
fn of_many_members_the_first_thousand_are_named() {
    let mut world = World::new();
    let flow = world.flow();
    let mut ids = Vec::new();
    for _ in 0..6 {
        let answers = world.batch((0..250).map(|_| Envelope::from(order("mail"))).collect()).answers;
        for answer in answers {
            let tidegate::ops::Answer::CreateExecution(created) = answer.unwrap() else { panic!("a create") };
            ids.push(created.execution_id);
        }
    }
    for part in ids.chunks(250) {
        let add = |id: &String| AddExecutionToFlowArgs { flow_id: flow.clone(), execution_id: id.clone(), name: None };
        let answers = world.batch(part.iter().map(|id| Envelope::from(add(id))).collect()).answers;
        assert!(answers.iter().all(Result::is_ok));
    }
    let answer = world.cancel_all(&flow);
    assert_eq!((answer.member_count, &answer.member_execution_ids[..]), (1_500, &ids[..1_000]));
    assert_eq!(world.number("SELECT cancelled FROM flow"), 1_500);
    assert_eq!(world.number("SELECT count(*) FROM execution WHERE phase = 6"), 1_500);
    assert_eq!(world.cancel_all(&flow), answer);
}

/// Contract: flows.cancel-answer, flows.cancel-stays.
#[test]
fn a_member_that_is_replayed_leaves_the_flow_cancelled() {
    let mut world = World::new();
    let graph = world.sealed_graph(&[("a", &[]), ("b", &[])]);
    world.cancel_all(&graph.flow);
    let causes = world.flow_causes();
    world.replayed(&graph.id("a"));
    assert_eq!(world.number("SELECT ended_at FROM flow"), -1);
    refusal(world.seal(&graph.flow), Code::FlowAlreadyTerminal);
    world.pass(9);
    world.finish("a");
    assert_eq!(world.number("SELECT ended_at FROM flow"), START + 9);
    assert_eq!(world.flow_causes(), causes, "neither reopened nor completed");
}

/// Contract: flows.cancel-due-first.
#[test]
fn what_is_due_at_the_same_instant_comes_before_the_cancellation() {
    let mut world = World::new();
    let flow = world.flow();
    let id = world.member_with(&flow, "a", |create| create.deadline_at = Some(START + 5));
    let late = world.member_with(&flow, "b", |create| create.delay_until = Some(START + 5));
    world.pass(5);
    let answer = world.cancel_all(&flow);
    assert_eq!(answer.member_execution_ids, std::slice::from_ref(&late));
    assert_eq!(world.state(&id), PublicState::Expired);
    assert_eq!(world.causes(&late), [Cause::Created, Cause::DelayOver, Cause::Cancelled]);
}
