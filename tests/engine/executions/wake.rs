//! `wake_execution`. Contract: executions.wake, executions.wake-depending, executions.wake-refused.

use crate::engine::world::graphs::node;
use crate::engine::world::scheduler::woken_lanes;
use crate::engine::world::{START, World, detail, refusal, refused_field, test};
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptType, FailureClass, PublicState};
use tidegate::ops::executions::wake::{WakeExecutionAnswer, WakeExecutionArgs, WakeOutcome};
use tidegate::{Code, Result};

fn wake(world: &mut World, id: &str) -> Result<WakeExecutionAnswer> {
    world.call(WakeExecutionArgs { execution_id: id.to_owned(), reason: "the host is back".to_owned() })
}

fn later(world: &mut World) -> String {
    world.submit_with("mail", |create| create.delay_until = Some(START + 60_000))
}

/// Contract: executions.wake, states.wake.
#[test]
fn a_delayed_execution_is_claimable_at_once() {
    let mut world = World::new();
    let id = later(&mut world);
    assert!(world.claim_if_any("mail").is_none());
    world.pass(7);
    let woken = WakeExecutionAnswer {
        execution_id: id.clone(),
        outcome: WakeOutcome::Woken,
        public_state: PublicState::Waiting,
    };
    assert_eq!(wake(&mut world, &id).unwrap(), woken);
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    assert_eq!(world.claim("mail").execution_id, id);
    assert_eq!(world.causes(&id), [Cause::Created, Cause::Woken, Cause::Claimed]);
}

/// Contract: executions.wake, events.view-operator.
#[test]
fn the_event_of_a_wake_tells_why_to_operators_too() {
    let mut world = World::new();
    let id = later(&mut world);
    wake(&mut world, &id).unwrap();
    let events = world.events_in(&[EventStream::Operator]);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.cause, event.public_state), (Cause::Woken, Some(PublicState::Waiting)));
    assert_eq!(event.detail, Some(EventDetail::Reason { reason: "the host is back".to_owned() }));
    let other = later(&mut world);
    world.call(WakeExecutionArgs { execution_id: other, reason: String::new() }).unwrap();
    assert_eq!(world.events_in(&[EventStream::Operator])[1].detail, None);
}

/// Contract: executions.wake.
#[test]
fn a_wake_wakes_the_claims_of_its_lane() {
    let mut world = World::new();
    let id = later(&mut world);
    let wakes = world.woken(WakeExecutionArgs { execution_id: id, reason: String::new() });
    assert!(woken_lanes(&wakes) == ["mail"] && wakes.events);
}

/// Contract: executions.wake-counts.
#[test]
fn what_waits_for_its_retry_is_tried_at_once_and_counts_as_the_retry_it_is() {
    let mut world = World::new();
    let claim = world.running();
    world.fail(&claim, FailureClass::Transient).unwrap();
    wake(&mut world, &claim.execution_id).unwrap();
    let again = world.claim("mail");
    assert_eq!((again.attempt_index, again.attempt_type), (1, AttemptType::Retry));
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.retry_count, found.total_attempt_count), (1, 2));
}

/// Contract: executions.wake.
#[test]
fn waiting_already_is_said_and_writes_nothing() {
    let mut world = World::new();
    let id = world.submit("mail");
    let answer = world.unwritten(|world| wake(world, &id)).unwrap();
    assert_eq!((answer.outcome, answer.public_state), (WakeOutcome::AlreadySatisfied, PublicState::Waiting));
    let delayed = later(&mut world);
    wake(&mut world, &delayed).unwrap();
    assert_eq!(world.unwritten(|world| wake(world, &delayed)).unwrap().outcome, WakeOutcome::AlreadySatisfied);
}

/// Contract: executions.wake-refused.
#[test]
fn any_other_state_is_refused_by_its_name() {
    let mut world = World::new();
    let active = world.running_in("a").execution_id;
    let ended = world.completed_in("b").execution_id;
    let lapsed = world.lapsed().execution_id;
    let blocked = world.submit("c");
    world.block_for(&blocked, "waiting_for_budget").unwrap();
    let graph = world.wired(&[("up", &[]), ("down", &["up"])]);
    let children = graph.of("down").to_owned();
    let all = [
        (active, "active"),
        (ended, "completed"),
        (lapsed, "active"),
        (blocked, "rate_limited"),
        (children, "waiting_children"),
    ];
    for (id, state) in all {
        let error = refusal(world.unwritten(|world| wake(world, &id)), Code::ExecutionNotEligible);
        assert_eq!(detail(&error, "publicState"), state);
    }
    refusal(wake(&mut world, "{fp:0}:00000000-0000-4000-8000-0000000000ff"), Code::NotFoundExecution);
}

/// Contract: executions.wake-depending.
#[test]
fn a_member_that_waits_for_upstreams_too_keeps_depending_on_them() {
    let mut world = World::new();
    let mut down = node("down", &["up"]);
    down.create.delay_until = Some(START + 60_000);
    let graph = world.submitted(vec![node("up", &[]), down]);
    let id = graph.of("down").to_owned();
    let answer = wake(&mut world, &id).unwrap();
    assert_eq!((answer.outcome, answer.public_state), (WakeOutcome::Woken, PublicState::WaitingChildren));
    let found = world.describe(&id);
    assert_eq!((found.claimable_at, found.blocking_detail), (None, None));
    // There is no instant left to be woken from.
    refusal(wake(&mut world, &id), Code::ExecutionNotEligible);
    world.finish_node(&graph, "up");
    assert_eq!(world.state(&id), PublicState::Waiting);
}

/// Contract: executions.wake-refused.
#[test]
fn an_instant_that_has_passed_is_nothing_to_be_woken_from() {
    let mut world = World::new();
    let mut down = node("down", &["up"]);
    down.create.delay_until = Some(START + 5);
    let graph = world.submitted(vec![node("up", &[]), down]);
    world.pass(5);
    refusal(wake(&mut world, graph.of("down")), Code::ExecutionNotEligible);
}

/// Contract: executions.wake.
#[test]
fn malformed_arguments_are_refused_by_name() {
    let mut world = World::new();
    let long = WakeExecutionArgs { execution_id: later(&mut world), reason: "r".repeat(65_537) };
    refused_field(world.call(long), Code::InvalidInput, "reason");
    let nobody = WakeExecutionArgs { execution_id: "x".to_owned(), reason: String::new() };
    refused_field(world.call(nobody), Code::InvalidInput, "executionId");
}
