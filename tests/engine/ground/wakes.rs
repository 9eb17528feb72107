//! Whom a batch wakes. Contract: claims.wakes, executions.wait-wakes, executions.create-wakes, events.wakes.

use crate::engine::world::scheduler::woken_lanes;
use crate::engine::world::{START, TTL, World, failure, order, test, texts};
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::attempts::renew::RenewArgs;
use tidegate::ops::executions::cancel::CancelExecutionArgs;
use tidegate::ops::executions::list::ListExecutionsArgs;
use tidegate::{Envelope, Operation, Wakes};

fn wakes(world: &mut World, operations: Vec<Operation>) -> Wakes {
    world.batch(operations.into_iter().map(Envelope::from).collect()).wakes
}

/// Contract: executions.create-wakes, events.wakes.
#[test]
fn a_create_wakes_its_lane_and_the_readers_of_events() {
    let mut world = World::new();
    let woken = wakes(&mut world, vec![order("mail").into(), order("post").into(), order("mail").into()]);
    assert_eq!(woken_lanes(&woken), ["mail", "post"]);
    assert!(woken.events && woken.finished.is_empty());
}

/// Contract: claims.wakes-count.
#[test]
fn wakes_tell_how_many_became_claimable_of_each_kind_and_for_whom() {
    let mut world = World::new();
    let create = |lane: &str, kind: &str, required: &[&str]| {
        let mut create = order(lane);
        create.kind = kind.to_owned();
        create.required_capabilities = texts(required);
        create.into()
    };
    let creates = vec![
        create("mail", "send", &[]),
        create("mail", "scan", &["gpu", "eu"]),
        create("fax", "send", &[]),
        create("mail", "send", &[]),
        create("mail", "scan", &["eu", "gpu"]),
        create("mail", "scan", &[]),
    ];
    let woken = wakes(&mut world, creates);
    let found: Vec<_> = woken
        .lanes
        .iter()
        .map(|(route, count)| (route.lane.as_str(), route.kind.as_str(), route.required.joined(), count))
        .collect();
    let expected =
        [("fax", "send", "", 1), ("mail", "scan", "", 1), ("mail", "scan", "eu,gpu", 2), ("mail", "send", "", 2)];
    assert_eq!(found, expected);
}

/// Contract: executions.create-wakes, events.wakes-lanes.
#[test]
fn a_delayed_create_wakes_its_lane_when_the_delay_is_over() {
    let mut world = World::new();
    let mut delayed = order("mail");
    delayed.delay_until = Some(START + 10);
    assert!(wakes(&mut world, vec![delayed.into()]).lanes.is_empty());
    world.pass(10);
    assert_eq!(woken_lanes(&world.tick().wakes), ["mail"]);
}

/// Contract: events.wakes.
#[test]
fn time_that_a_read_applies_wakes_too() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.delay_until = Some(START + 10));
    world.pass(10);
    let woken = wakes(&mut world, vec![ListExecutionsArgs::default().into()]);
    assert_eq!(woken_lanes(&woken), ["mail"]);
    assert!(woken.events);
}

/// Contract: executions.wait-wakes, events.wakes.
#[test]
fn an_ended_execution_wakes_those_who_wait_for_it() {
    let mut world = World::new();
    let claim = world.running();
    let complete = CompleteArgs { handle: claim.handle.clone(), ..CompleteArgs::default() };
    let woken = wakes(&mut world, vec![complete.into()]);
    assert_eq!(woken.finished, [claim.execution_id]);
    assert!(woken.events && woken.lanes.is_empty());
}

/// Contract: executions.wait-wakes.
#[test]
fn a_failure_a_cancel_and_a_deadline_wake_those_who_wait() {
    let mut world = World::new();
    let failed = world.running();
    let woken = wakes(&mut world, vec![failure(&failed.handle, FailureClass::Permanent).into()]);
    assert_eq!(woken.finished, [failed.execution_id]);
    let id = world.submit("mail");
    let cancel = CancelExecutionArgs { execution_id: id.clone(), ..CancelExecutionArgs::default() };
    assert_eq!(wakes(&mut world, vec![cancel.into()]).finished, [id]);
    let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    assert_eq!(world.tick().wakes.finished, [id]);
}

/// Contract: claims.wakes, retries.lapse-due, events.wakes-lanes.
#[test]
fn a_lapsed_lease_wakes_its_lane_when_it_can_be_taken_over() {
    let mut world = World::new();
    world.running();
    world.pass(TTL);
    assert_eq!(woken_lanes(&world.tick().wakes), ["mail"]);
    world.claim("mail");
    world.pass(TTL);
    assert!(world.tick().wakes.lanes.is_empty(), "not before its wait is over");
    world.pass(1_000);
    assert_eq!(woken_lanes(&world.tick().wakes), ["mail"]);
}

/// Contract: claims.wakes.
#[test]
fn a_retry_wakes_its_lane_when_its_wait_is_over() {
    let mut world = World::new();
    let claim = world.running();
    let woken = wakes(&mut world, vec![failure(&claim.handle, FailureClass::Transient).into()]);
    assert!(woken.lanes.is_empty() && woken.finished.is_empty());
    world.pass(1_000);
    assert_eq!(woken_lanes(&world.tick().wakes), ["mail"]);
}

/// Contract: leases.renew-event, events.wakes-nobody.
#[test]
fn a_renewal_wakes_the_readers_of_events_alone() {
    let mut world = World::new();
    let claim = world.running();
    let woken = wakes(&mut world, vec![RenewArgs { handle: claim.handle, lease_ttl_ms: None }.into()]);
    assert!(woken.events && woken.lanes.is_empty() && woken.finished.is_empty());
}

/// Contract: events.wakes-nobody.
#[test]
fn a_read_with_nothing_due_and_a_refusal_wake_nobody() {
    let mut world = World::new();
    let claim = world.completed();
    let refused = CancelExecutionArgs { execution_id: claim.execution_id, ..CancelExecutionArgs::default() };
    let woken = wakes(&mut world, vec![ListExecutionsArgs::default().into(), refused.into(), order("").into()]);
    assert_eq!(woken, Wakes::default());
}

/// Contract: executions.create-wakes, events.wakes-nobody.
#[test]
fn a_duplicate_wakes_nobody() {
    let mut world = World::new();
    let mut again = order("mail");
    again.execution_id = Some(world.submit("mail"));
    assert_eq!(wakes(&mut world, vec![again.into()]), Wakes::default());
}

/// Contract: time.next-due.
#[test]
fn a_batch_says_when_time_will_act_next() {
    let mut world = World::new();
    let mut early = order("mail");
    early.delay_until = Some(START + 40);
    let mut late = order("mail");
    late.deadline_at = Some(START + 90);
    let answer = world.batch(vec![late.into(), early.into(), order("mail").into()]);
    assert_eq!((answer.next_due_at, answer.now), (Some(START + 40), START));
}
