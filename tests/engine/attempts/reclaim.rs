//! Lapsed leases, and plain claims of them. Contract: retries.takeover, retries.lapse-wait, retries.cap, leases.lapse,
//! states.lapse, states.reclaim, states.over-cap.

use crate::engine::world::{START, Span, TTL, World, test};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, FailureClass, HandleKind, LeaseEvent, LifecyclePhase, Outcome,
    OwnershipState, PublicState,
};

/// Lets the lease of the one execution run out and be taken over, so many times, each time as soon as it can be.
fn lapse(world: &mut World, times: usize) {
    for _ in 0..times {
        world.pass(TTL);
        while world.claim_if_any("mail").is_none() {
            world.pass(500);
        }
    }
}

/// Contract: leases.lapse, states.lapse.
#[test]
fn an_expired_lease_leaves_the_execution_active_and_reclaimable() {
    let mut world = World::new();
    let claim = world.lapsed();
    let found = world.describe(&claim.execution_id);
    assert_eq!(found.public_state, PublicState::Active);
    assert_eq!(found.state.lifecycle_phase, LifecyclePhase::Active);
    assert_eq!(found.state.ownership_state, OwnershipState::LeaseExpiredReclaimable);
    assert_eq!(found.state.attempt_state, AttemptState::AttemptInterrupted);
    assert_eq!((found.current_lease, found.lease_epoch), (None, 1));
    let story = world.story(&claim.execution_id);
    assert_eq!(story, [(Cause::Created, 0), (Cause::Claimed, 0), (Cause::LeaseExpired, TTL)]);
}

/// Contract: claims.kinds, retries.takeover, states.reclaim.
#[test]
fn an_expired_lease_goes_to_the_next_claim() {
    let mut world = World::new();
    let first = world.running();
    world.pass(TTL - 1);
    assert!(world.claim_if_any("mail").is_none());
    world.pass(1);
    let second = world.claim("mail");
    assert_eq!(
        (second.execution_id.as_str(), second.handle_kind),
        (first.execution_id.as_str(), HandleKind::Reclaimed)
    );
    assert_eq!((second.attempt_index, second.attempt_type), (1, AttemptType::Reclaim));
    assert_eq!(second.lease_epoch, 2);
    assert_ne!(second.attempt_id, first.attempt_id);
    let found = world.describe(&first.execution_id);
    assert_eq!((found.total_attempt_count, found.lease_reclaim_count), (2, 1));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::InterruptedReclaimed);
    assert_eq!(found.attempts[1].lifecycle, AttemptLifecycle::Started);
}

/// Contract: retries.takeover, states.reclaim.
#[test]
fn a_takeover_writes_one_event_reclaimed() {
    let mut world = World::new();
    world.lapsed();
    let claim = world.claim("mail");
    let events = world.events_in(&[EventStream::Lease]);
    let leases: Vec<_> = events.iter().filter_map(|event| event.lease).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Expired, LeaseEvent::Reclaimed]);
    assert_eq!(events[2].lease_id, Some(claim.lease_id));
    assert_eq!(events[2].lease_epoch, Some(2));
}

/// Contract: leases.lapse, states.lapse.
#[test]
fn the_event_of_an_expiry_names_the_lease_that_ran_out() {
    let mut world = World::new();
    let claim = world.lapsed();
    let events = world.events_in(&[EventStream::Lease]);
    assert_eq!(events[1].lease_id, Some(claim.lease_id));
    assert_eq!(events[1].worker_id.as_deref(), Some("mailer"));
}

/// Contract: claims.candidates.
#[test]
fn a_lapsed_execution_stands_in_the_order_of_priority_and_age() {
    let mut world = World::new();
    let lapsed = world.lapsed();
    let newer = world.submit("mail");
    let urgent = world.submit_with("mail", |create| create.priority = Some(1));
    let ids = [(); 3].map(|()| world.claim("mail").execution_id);
    assert_eq!(ids, [urgent, lapsed.execution_id, newer]);
}

/// Contract: retries.lapse-wait.
#[test]
fn a_lapsed_execution_is_claimable_at_once_the_first_time_and_later_after_a_wait_that_doubles_to_60_s() {
    let mut world = World::new();
    world.running();
    for wait in [0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
        world.pass(TTL);
        if wait > 0 {
            assert!(world.claim_if_any("mail").is_none(), "at once, wait {wait}");
            world.pass(wait - 1);
            assert!(world.claim_if_any("mail").is_none(), "1 ms early, wait {wait}");
            world.pass(1);
        }
        assert!(world.claim_if_any("mail").is_some(), "wait {wait}");
    }
}

/// Contract: retries.lapse-wait.
#[test]
fn the_wait_of_a_lapsed_execution_counts_from_the_expiry_however_late_it_is_noticed() {
    let mut world = World::new();
    world.running();
    lapse(&mut world, 1);
    world.pass(TTL + 1_000);
    assert!(world.claim_if_any("mail").is_some());
}

/// Contract: retries.lapse-due, states.one-event, states.claimable.
#[test]
fn the_end_of_the_wait_is_no_phase_change() {
    let mut world = World::new();
    let claim = world.running();
    lapse(&mut world, 2);
    let causes = world.causes(&claim.execution_id);
    let (expired, reclaimed) = (Cause::LeaseExpired, Cause::Reclaimed);
    assert_eq!(causes, [Cause::Created, Cause::Claimed, expired, reclaimed, expired, reclaimed]);
}

/// Contract: retries.lapses-in-a-row.
#[test]
fn a_finished_attempt_ends_the_row_of_lapses() {
    let mut world = World::new();
    let claim = world.running();
    lapse(&mut world, 2);
    let second = world.describe(&claim.execution_id).attempts[2].clone();
    assert_eq!(second.attempt_type, AttemptType::Reclaim);
    world.pass(TTL + 2.secs());
    let third = world.claim("mail");
    world.fail(&third, FailureClass::Transient).unwrap();
    world.pass(2.secs());
    world.claim("mail");
    world.pass(TTL);
    assert_eq!(world.claim("mail").execution_id, claim.execution_id, "the first lapse since the failure");
}

/// Contract: retries.cap.
#[test]
fn an_execution_that_was_reclaimed_as_often_as_it_may_be_fails() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.max_reclaim_count = Some(2));
    lapse(&mut world, 2);
    assert_eq!(world.describe(&claim.execution_id).lease_reclaim_count, 2);
    world.pass(TTL + 1.hours());
    assert!(world.claim_if_any("mail").is_none());
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.public_state, found.state.terminal_outcome), (PublicState::Failed, Some(Outcome::Failed)));
    assert_eq!(found.state.attempt_state, AttemptState::AttemptTerminal);
    assert_eq!((found.lease_reclaim_count, found.total_attempt_count), (2, 3), "reported unchanged");
    assert_eq!(found.attempts[2].lifecycle, AttemptLifecycle::InterruptedReclaimed);
    assert_eq!(found.completed_at, Some(world.engine.clock_report().unwrap().engine_now));
}

/// Contract: retries.cap.
#[test]
fn a_cap_of_0_lets_no_lease_be_taken_over() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.max_reclaim_count = Some(0));
    world.pass(TTL);
    assert!(world.claim_if_any("mail").is_none());
    assert_eq!(world.state(&claim.execution_id), PublicState::Failed);
}

/// Contract: retries.cap-events, states.over-cap.
#[test]
fn an_execution_over_its_cap_ends_with_one_completion_and_one_lease_event() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.max_reclaim_count = Some(0));
    world.pass(TTL);
    world.claim_if_any("mail");
    let after: Vec<_> = world.events().into_iter().skip_while(|event| event.cause != Cause::LeaseExpired).collect();
    assert_eq!(after.len(), 2, "{after:?}");
    let last = &after[1];
    assert_eq!((last.execution_id.as_deref(), last.cause), (Some(claim.execution_id.as_str()), Cause::Failed));
    assert_eq!((last.completion, last.lease), (Some(Outcome::Failed), Some(LeaseEvent::Revoked)));
}

/// Contract: claims.over-cap-goes-on.
#[test]
fn a_claim_goes_on_to_the_next_after_executions_over_their_cap() {
    let mut world = World::new();
    for _ in 0..3 {
        world.running_with(|create| {
            create.policy.max_reclaim_count = Some(0);
            create.priority = Some(5);
        });
    }
    let sound = world.submit("mail");
    world.pass(TTL);
    assert_eq!(world.claim("mail").execution_id, sound);
    let failed = world.events_in(&[EventStream::Completion]);
    assert_eq!(failed.len(), 3);
}

/// Contract: retries.cap.
#[test]
fn the_cap_is_100_when_none_is_set() {
    let mut world = World::new();
    let claim = world.running();
    lapse(&mut world, 100);
    assert_eq!(world.describe(&claim.execution_id).lease_reclaim_count, 100);
    world.pass(TTL + 1.hours());
    assert!(world.claim_if_any("mail").is_none());
    assert_eq!(world.state(&claim.execution_id), PublicState::Failed);
}

/// Contract: claims.capabilities.
#[test]
fn a_lapsed_execution_is_claimable_by_a_worker_that_covers_it_only() {
    let mut world = World::new();
    let gpu = vec!["gpu".to_owned()];
    world.submit_with("mail", |create| create.required_capabilities.clone_from(&gpu));
    world.claim_with("mail", |claim| claim.capabilities.clone_from(&gpu)).unwrap().unwrap();
    world.pass(TTL);
    assert!(world.claim_if_any("mail").is_none());
    assert!(world.claim_with("mail", |claim| claim.capabilities = gpu).unwrap().is_some());
}

/// Contract: leases.lapse-survives.
#[test]
fn a_lapsed_execution_is_still_there_after_the_engine_is_opened_again() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(TTL);
    let mut world = world.reopened();
    assert_eq!(world.claim("mail").execution_id, claim.execution_id);
    assert_eq!(world.story(&claim.execution_id)[2], (Cause::LeaseExpired, TTL));
    assert_eq!(world.events().last().unwrap().at, START + TTL);
}
