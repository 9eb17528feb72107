//! The streams completion and lease as views over the log. Contract: events.view-completion, events.view-lease,
//! events.lease-words.

use crate::engine::world::scheduler::Stand;
use crate::engine::world::turns::{replay, revoke};
use crate::engine::world::watcher::causes;
use crate::engine::world::{START, Span, TTL, World, test};
use tidegate::model::events::event::EventStream;
use tidegate::model::executions::retry::RetryPolicy;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, LeaseEvent, Outcome};
use tidegate::ops::attempts::delay::DelayArgs;
use tidegate::ops::executions::priority::ChangePriorityArgs;
use tidegate::ops::flows::edges::wait_children::WaitChildrenArgs;

/// What the last event says to each view, by what caused it.
fn last(world: &mut World) -> (Cause, Option<Outcome>, Option<LeaseEvent>) {
    let event = world.events().pop().expect("an event");
    (event.cause, event.completion, event.lease)
}

#[test]
fn a_create_and_the_end_of_a_delay_are_in_neither_view() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.delay_until = Some(START + 5));
    assert_eq!(last(&mut world), (Cause::Created, None, None));
    world.pass(5);
    assert_eq!(last(&mut world), (Cause::DelayOver, None, None));
}

#[test]
fn a_claim_is_acquired() {
    let mut world = World::new();
    world.running();
    assert_eq!(last(&mut world), (Cause::Claimed, None, Some(LeaseEvent::Acquired)));
}

#[test]
fn a_renewal_is_renewed() {
    let mut world = World::new();
    let claim = world.running();
    world.renew(&claim).unwrap();
    assert_eq!(last(&mut world), (Cause::Renewed, None, Some(LeaseEvent::Renewed)));
}

/// Contract: events.lease-words.
#[test]
fn a_completion_is_success_and_revoked() {
    let mut world = World::new();
    world.completed();
    assert_eq!(last(&mut world), (Cause::Completed, Some(Outcome::Success), Some(LeaseEvent::Revoked)));
}

/// Contract: events.view-completion.
#[test]
fn a_failure_is_revoked_and_failed_only_when_it_is_final() {
    let mut world = World::new();
    let claim = world.running();
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(last(&mut world), (Cause::RetryScheduled, None, Some(LeaseEvent::Revoked)));
    let claim = world.running();
    world.fail(&claim, FailureClass::Permanent).unwrap();
    assert_eq!(last(&mut world), (Cause::Failed, Some(Outcome::Failed), Some(LeaseEvent::Revoked)));
}

/// Contract: events.lease-words.
#[test]
fn a_lapse_is_expired_and_a_takeover_reclaimed() {
    let mut world = World::new();
    world.lapsed();
    assert_eq!(last(&mut world), (Cause::LeaseExpired, None, Some(LeaseEvent::Expired)));
    world.claim("mail");
    assert_eq!(last(&mut world), (Cause::Reclaimed, None, Some(LeaseEvent::Reclaimed)));
}

#[test]
fn a_cancel_is_cancelled_and_revoked_only_under_a_live_lease() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.cancel(&id).unwrap();
    assert_eq!(last(&mut world), (Cause::Cancelled, Some(Outcome::Cancelled), None));
    let claim = world.running();
    world.cancel(&claim.execution_id).unwrap();
    assert_eq!(last(&mut world), (Cause::Cancelled, Some(Outcome::Cancelled), Some(LeaseEvent::Revoked)));
}

#[test]
fn a_deadline_is_expired_and_ends_a_live_lease_as_expired() {
    let mut world = World::new();
    world.submit_with("post", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    assert_eq!(last(&mut world), (Cause::DeadlinePassed, Some(Outcome::Expired), None));
    world.running_with(|create| create.deadline_at = Some(START + 10));
    world.pass(5);
    assert_eq!(last(&mut world), (Cause::DeadlinePassed, Some(Outcome::Expired), Some(LeaseEvent::Expired)));
}

/// Contract: events.no-second-end.
#[test]
fn a_lapsed_execution_that_ends_writes_no_second_lease_event() {
    let mut world = World::new();
    let cancelled = world.lapsed();
    world.cancel(&cancelled.execution_id).unwrap();
    assert_eq!(last(&mut world), (Cause::Cancelled, Some(Outcome::Cancelled), None));
    let failed = world.lapsed();
    world.fail(&failed, FailureClass::Permanent).unwrap();
    assert_eq!(last(&mut world), (Cause::Failed, Some(Outcome::Failed), None));
    let now = world.engine.clock_report().unwrap().engine_now;
    world.running_with(|create| create.deadline_at = Some(now + TTL + 5));
    world.pass(TTL + 5);
    assert_eq!(last(&mut world), (Cause::DeadlinePassed, Some(Outcome::Expired), None));
}

/// Contract: events.lease-words.
#[test]
fn a_resumed_attempt_is_acquired_and_a_resumed_lapsed_one_reclaimed() {
    let mut world = World::new();
    world.interrupted();
    assert_eq!(last(&mut world), (Cause::LeaseRevoked, None, Some(LeaseEvent::Revoked)));
    world.claim("mail");
    assert_eq!(last(&mut world), (Cause::Resumed, None, Some(LeaseEvent::Acquired)));
    let mut world = World::new();
    let claim = world.lapsed();
    let grant = world.reserve(&claim.execution_id);
    world.show(&grant).unwrap().unwrap();
    assert_eq!(last(&mut world), (Cause::Resumed, None, Some(LeaseEvent::Reclaimed)));
}

#[test]
fn a_takeover_by_a_grant_is_reclaimed_and_one_too_many_is_failed_and_revoked() {
    let mut world = World::new();
    let claim = world.lapsed();
    world.rescue(&claim.execution_id);
    world.take_over(&claim.execution_id);
    assert_eq!(last(&mut world), (Cause::Reclaimed, None, Some(LeaseEvent::Reclaimed)));
    let mut world = World::new();
    world.running_with(|create| create.policy.max_reclaim_count = Some(0));
    world.pass(TTL);
    assert!(world.claim_if_any("mail").is_none());
    assert_eq!(last(&mut world), (Cause::Failed, Some(Outcome::Failed), Some(LeaseEvent::Revoked)));
}

#[test]
fn a_lease_that_is_given_up_for_a_delay_or_for_children_is_revoked() {
    let mut world = World::new();
    let claim = world.running();
    world.call(DelayArgs { handle: claim.handle, delay_until: START + 1_000 }).unwrap();
    assert_eq!(last(&mut world), (Cause::Delayed, None, Some(LeaseEvent::Revoked)));
    let claim = world.running();
    world.call(WaitChildrenArgs { handle: claim.handle, ..WaitChildrenArgs::default() }).unwrap();
    let found = world.events();
    assert!(found.iter().any(|e| e.cause == Cause::WaitingChildren && e.lease == Some(LeaseEvent::Revoked)));
    assert!(found.iter().all(|e| e.completion.is_none()));
}

#[test]
fn an_attempt_that_timed_out_for_good_is_expired_in_both_views() {
    let mut world = World::new();
    let retry = RetryPolicy { max_retries: Some(0), ..RetryPolicy::default() };
    world.running_with(|create| (create.attempt_timeout_ms, create.policy.retry) = (Some(10), Some(retry)));
    world.pass(10);
    assert_eq!(last(&mut world), (Cause::AttemptTimedOut, Some(Outcome::Expired), Some(LeaseEvent::Expired)));
}

#[test]
fn a_block_and_its_end_are_in_neither_view() {
    let mut world = World::new();
    let id = world.stand(Stand::Blocked);
    assert_eq!(last(&mut world), (Cause::Blocked, None, None));
    world.unblock(&id, "paused_by_operator").unwrap();
    assert_eq!(last(&mut world), (Cause::Unblocked, None, None));
}

/// Contract: events.lease-fields.
#[test]
fn claim_renew_and_complete_are_acquired_renewed_and_revoked_with_lease_and_worker() {
    let mut world = World::new();
    let claim = world.running();
    world.renew(&claim).unwrap();
    world.complete(&claim).unwrap();
    let found = world.events_in(&[EventStream::Lease]);
    let leases: Vec<_> = found.iter().filter_map(|event| event.lease).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Renewed, LeaseEvent::Revoked]);
    for event in &found {
        assert_eq!(event.lease_id.as_ref(), Some(&claim.lease_id));
        assert_eq!(
            (event.worker_id.as_deref(), event.worker_instance_id.as_deref()),
            (Some("mailer"), Some("mailer-1"))
        );
    }
}

/// Contract: events.view-operator.
#[test]
fn operators_are_told_of_a_change_of_priority_and_a_replay_and_of_nothing_else() {
    let mut world = World::new();
    world.interrupted();
    let id = world.submit("post");
    world.call(ChangePriorityArgs { execution_id: id.clone(), new_priority: 5 }).unwrap();
    world.cancel(&id).unwrap();
    replay(&mut world, &id).unwrap();
    world.block(&id, "paused_by_operator", "why");
    assert_eq!(causes(&world.events_in(&[EventStream::Operator])), [Cause::PriorityChanged, Cause::Replayed]);
    assert_eq!(causes(&world.events_in(&[EventStream::Completion])), [Cause::Cancelled]);
}

/// Contract: events.nothing-appended.
#[test]
fn a_second_cancel_and_a_revoke_that_matches_nobody_write_nothing() {
    let mut world = World::new();
    let claim = world.running();
    let lease = "0198c0de-0000-7000-8000-00000000002a".to_owned();
    revoke(&mut world, &claim.execution_id, |args| args.expected_lease_id = Some(lease)).unwrap();
    world.cancel(&claim.execution_id).unwrap();
    world.cancel(&claim.execution_id).unwrap();
    assert_eq!(causes(&world.watched(|_| {})), [Cause::Created, Cause::Claimed, Cause::Cancelled]);
}

/// Contract: events.view-worker.
#[test]
fn the_registry_has_a_view_of_its_own() {
    let mut world = World::new();
    world.register("one");
    world.heartbeat("one");
    world.mark_dead("one");
    world.register("two");
    world.pass(1.hours());
    let expected = [
        Cause::WorkerRegistered,
        Cause::WorkerHeartbeat,
        Cause::WorkerMarkedDead,
        Cause::WorkerRegistered,
        Cause::WorkerSwept,
    ];
    assert_eq!(world.audit_causes(), expected);
    assert!(world.events().is_empty());
}

/// A world in which leases were issued, renewed, lost, taken over and given up.
fn leased() -> World {
    let mut world = World::new();
    let claim = world.running();
    world.renew(&claim).unwrap();
    world.pass(TTL);
    let claim = world.claim("mail");
    world.complete(&claim).unwrap();
    let claim = world.running();
    world.cancel(&claim.execution_id).unwrap();
    world.submit("mail");
    world
}

/// Contract: events.view-execution, events.view-lease.
#[test]
fn a_view_holds_exactly_its_rows() {
    let mut world = leased();
    let all = world.events();
    let completions = world.events_in(&[EventStream::Completion]);
    assert_eq!(completions, all.iter().filter(|e| e.completion.is_some()).cloned().collect::<Vec<_>>());
    let leases = world.events_in(&[EventStream::Lease]);
    assert_eq!(leases, all.iter().filter(|e| e.lease.is_some()).cloned().collect::<Vec<_>>());
    let phases = world.events_in(&[EventStream::Execution]);
    assert_eq!(phases, all.iter().filter(|e| e.state.is_some()).cloned().collect::<Vec<_>>());
    assert!(world.events_in(&[EventStream::Operator]).is_empty());
    assert!(completions.len() == 2 && leases.len() == 7 && phases.len() == all.len() - 1);
}

/// Contract: events.several.
#[test]
fn several_streams_are_one_reading_in_order_with_each_row_once() {
    let mut world = leased();
    let both = world.events_in(&[EventStream::Completion, EventStream::Lease, EventStream::Lease]);
    let expected: Vec<_> =
        world.events().into_iter().filter(|event| event.completion.is_some() || event.lease.is_some()).collect();
    assert_eq!(both, expected);
}

/// Contract: events.view-execution.
#[test]
fn no_stream_named_is_every_phase_change() {
    let mut world = leased();
    assert_eq!(world.events_in(&[]), world.events_in(&[EventStream::Execution]));
}

/// Contract: events.view-lease.
#[test]
fn every_lease_is_followed_by_one_end_before_the_next() {
    let mut world = leased();
    let claim = world.claim("mail");
    world.pass(TTL + 1.hours());
    world.claim("mail");
    let own = world
        .events_in(&[EventStream::Lease])
        .into_iter()
        .filter(|e| e.execution_id.as_ref() == Some(&claim.execution_id));
    let leases: Vec<_> = own.filter_map(|event| event.lease).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Expired, LeaseEvent::Reclaimed]);
}
