//! `reclaim_execution`. Contract: states.reclaim, states.over-cap, protocol.reclaim, protocol.reclaim-cap,
//! protocol.reclaim-no-grant, leases.one-live, leases.epoch, retries.cap, protocol.grant-void,
//! protocol.operator-states.

use crate::engine::world::scheduler::{GRANT_TTL, MINTED, Stand, UNKNOWN, claimed, named, reclaimed};
use crate::engine::world::{START, TTL, World, detail, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, FailureClass, HandleKind, LeaseEvent, Outcome, OwnershipState,
    PublicState,
};
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::executions::create::CreateArgs;
use tidegate::ops::protocol::reclaim::{ReclaimExecutionAnswer, ReclaimExecutionArgs};

/// A lapsed execution that was reclaimed once already, granted to the worker.
fn reclaimed_once(world: &mut World, set: impl FnOnce(&mut CreateArgs)) -> String {
    let id = world.running_with(set).execution_id;
    world.take_over(&id);
    world.pass(TTL);
    world.rescue(&id);
    id
}

fn exceeded(id: &str, reclaim_count: i64) -> ReclaimExecutionAnswer {
    ReclaimExecutionAnswer::ReclaimCapExceeded { execution_id: id.to_owned(), reclaim_count }
}

/// Contract: protocol.reclaim.
#[test]
fn a_new_attempt_takes_over() {
    let mut world = World::new();
    let first = world.running_with(|create| {
        create.input = Some("letter".into());
        create.attempt_timeout_ms = Some(1_000_000);
    });
    let id = first.execution_id.clone();
    world.pass(TTL);
    world.rescue(&id);
    world.pass(3);
    let claim = claimed(world.reclaim(&id));
    assert_eq!((claim.handle_kind, claim.attempt_type), (HandleKind::Reclaimed, AttemptType::Reclaim));
    assert_eq!((claim.attempt_index, claim.lease_epoch), (1, 2));
    assert_ne!(claim.attempt_id, first.attempt_id);
    assert_eq!(claim.lease_expires_at, START + TTL + 3 + TTL);
    assert_eq!(claim.attempt_timeout_at, Some(START + TTL + 3 + 1_000_000), "a new attempt has the whole time");
    assert_eq!(claim.input, Some("letter".into()));
    let found = world.describe(&id);
    assert_eq!((found.public_state, found.state.ownership_state), (PublicState::Active, OwnershipState::Leased));
    assert_eq!(found.state.attempt_state, AttemptState::RunningAttempt);
    assert_eq!((found.total_attempt_count, found.lease_reclaim_count, found.started_at), (2, 1, Some(START)));
    let lifecycles: Vec<_> = found.attempts.iter().map(|attempt| attempt.lifecycle).collect();
    assert_eq!(lifecycles, [AttemptLifecycle::InterruptedReclaimed, AttemptLifecycle::Started]);
    assert_eq!(found.attempts[0].ended_at, Some(START + TTL + 3));
    assert_eq!((found.grant, world.grants()), (None, 0), "the grant is consumed");
    refusal(world.fail(&first, FailureClass::Transient), Code::LeaseConflict);
    world.complete(&claim).unwrap();
}

/// Contract: protocol.lease-event.
#[test]
fn one_lease_event_reclaimed_tells_of_it() {
    let mut world = World::new();
    let id = world.running().execution_id;
    let claim = world.take_over(&id);
    assert_eq!(world.causes(&id), [Cause::Created, Cause::Claimed, Cause::LeaseExpired, Cause::Reclaimed]);
    let events = world.events_in(&[EventStream::Lease]);
    let leases: Vec<_> = events.iter().filter_map(|event| event.lease).collect();
    assert_eq!(leases, [LeaseEvent::Acquired, LeaseEvent::Expired, LeaseEvent::Reclaimed]);
    assert_eq!((events[2].lease_id.as_ref(), events[2].lease_epoch), (Some(&claim.lease_id), Some(2)));
    assert!(world.events_in(&[EventStream::Completion]).is_empty());
}

/// Contract: protocol.reclaim.
#[test]
fn the_callers_own_lease_attempt_and_instance_are_used() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.rescue(&id);
    let attempt = "0198c0de-0000-7000-8000-00000000002b";
    let answer = world.reclaim_with(&id, |args| {
        args.worker.instance_id = Some("another".to_owned());
        args.lease_id = Some(MINTED.to_owned());
        args.attempt_id = Some(attempt.to_owned());
        args.lease_ttl_ms = Some(9);
    });
    let claim = claimed(answer.unwrap());
    assert_eq!((claim.lease_id.as_str(), claim.attempt_id.as_str()), (MINTED, attempt));
    let lease = world.describe(&id).current_lease.unwrap();
    assert_eq!((lease.lease_id.as_str(), lease.worker_instance_id.as_str()), (MINTED, "another"));
    assert_eq!(lease.expires_at, START + TTL + 9);
    assert!(world.renew(&claim).is_ok());
}

/// Contract: attempts.index.
#[test]
fn the_epoch_and_the_index_rise_with_every_reclaim() {
    let mut world = World::new();
    let id = world.running().execution_id;
    for round in 1..6 {
        let claim = world.take_over(&id);
        assert_eq!((claim.attempt_index, claim.lease_epoch), (round, round + 1));
    }
    let found = world.describe(&id);
    assert_eq!((found.lease_reclaim_count, found.total_attempt_count), (5, 6));
    let indexes: Vec<_> = found.attempts.iter().map(|attempt| attempt.attempt_index).collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4, 5]);
}

/// Contract: protocol.reclaim-no-grant.
#[test]
fn without_a_live_grant_to_reclaim_there_is_none_found() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    let none = ReclaimExecutionAnswer::GrantNotFound { execution_id: id.clone() };
    assert_eq!(world.unwritten(|world| world.reclaim(&id)), none);
    world.rescue(&id);
    world.pass(GRANT_TTL + 1);
    assert_eq!(world.reclaim(&id), none, "the grant is over");
    let another = world.reclaim_with(&id, |args| args.worker = named("other")).unwrap();
    assert_eq!(another, none, "of no worker's grant that is over");
    world.rescue(&id);
    world.pass(GRANT_TTL);
    assert_eq!(claimed(world.reclaim(&id)).lease_epoch, 2, "good at its last instant");
}

/// Contract: protocol.not-reclaimable.
#[test]
fn each_state_but_lapsed_is_not_reclaimable_and_stays_as_it_is() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let before = world.describe(&id);
        let answer = world.unwritten(|world| world.reclaim(&id));
        if stand == Stand::Lapsed {
            assert_eq!(answer, ReclaimExecutionAnswer::GrantNotFound { execution_id: id.clone() });
        } else {
            let ReclaimExecutionAnswer::NotReclaimable { execution_id, detail } = answer else { panic!("{answer:?}") };
            assert_eq!((execution_id, detail.is_empty()), (id.clone(), false), "{stand:?}");
        }
        assert_eq!(world.describe(&id), before, "{stand:?}");
    }
    let outcome = World::new().reclaim_with(UNKNOWN, |_| {});
    assert_eq!(detail(&refusal(outcome, Code::NotFoundExecution), "executionId"), UNKNOWN);
}

#[test]
fn what_ended_after_the_grant_is_not_reclaimable() {
    let mut world = World::new();
    let claim = world.lapsed();
    world.rescue(&claim.execution_id);
    world.fail(&claim, FailureClass::Permanent).unwrap();
    let answer = world.unwritten(|world| world.reclaim(&claim.execution_id));
    let ReclaimExecutionAnswer::NotReclaimable { detail, .. } = answer else { panic!("{answer:?}") };
    assert!(detail.contains("failed"), "{detail}");
    assert_eq!(world.state(&claim.execution_id), PublicState::Failed);
}

/// Contract: lanes.grants.
#[test]
fn a_shut_lane_lets_nothing_be_reclaimed_and_the_grant_stays() {
    for state in [LaneState::Paused, LaneState::Disabled] {
        let mut world = World::new();
        let id = world.lapsed().execution_id;
        world.rescue(&id);
        world.set_lane("mail", state);
        let answer = world.unwritten(|world| world.reclaim(&id));
        let detail = format!("lane mail is {state}");
        assert_eq!(answer, ReclaimExecutionAnswer::NotReclaimable { execution_id: id.clone(), detail });
        world.set_lane("mail", LaneState::Draining);
        claimed(world.reclaim(&id));
    }
}

/// Contract: protocol.reclaim-no-grant.
#[test]
fn a_worker_other_than_the_grants_is_refused() {
    let mut world = World::new();
    let id = reclaimed_once(&mut world, |create| create.policy.max_reclaim_count = Some(5));
    let other = |args: &mut ReclaimExecutionArgs| {
        args.worker = named("other");
        args.max_reclaim_count = Some(0);
    };
    let outcome = world.unwritten(|world| world.reclaim_with(&id, other));
    let error = refused_field(outcome, Code::InvalidInput, "worker.id");
    assert_eq!((detail(&error, "executionId"), detail(&error, "found")), (id.as_str(), "other"));
    claimed(world.reclaim(&id));
}

/// Contract: protocol.second-call.
#[test]
fn a_second_identical_call_meets_the_live_lease_and_then_no_grant() {
    let mut world = World::new();
    let id = world.running().execution_id;
    world.take_over(&id);
    let answer = world.unwritten(|world| world.reclaim(&id));
    assert!(matches!(answer, ReclaimExecutionAnswer::NotReclaimable { .. }), "{answer:?}");
    world.pass(TTL);
    assert_eq!(world.reclaim(&id), ReclaimExecutionAnswer::GrantNotFound { execution_id: id });
}

/// Contract: protocol.reclaim-cap.
#[test]
fn the_calls_own_cap_counts_where_it_is_given() {
    let mut world = World::new();
    let id = reclaimed_once(&mut world, |_| {});
    let within = world.reclaim_with(&id, |args| args.max_reclaim_count = Some(2)).unwrap();
    assert_eq!(claimed(within).attempt_index, 2);
    let id = reclaimed_once(&mut world, |create| create.policy.max_reclaim_count = Some(50));
    let at = world.reclaim_with(&id, |args| args.max_reclaim_count = Some(1)).unwrap();
    assert_eq!(at, exceeded(&id, 1), "at the cap is over it, and the stored count is told");
    assert_eq!(world.describe(&id).lease_reclaim_count, 1);
}

/// Contract: protocol.reclaim-cap.
#[test]
fn an_execution_over_its_cap_fails_for_good() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.rescue(&id);
    world.pass(4);
    let answer = world.reclaim_with(&id, |args| args.max_reclaim_count = Some(0)).unwrap();
    assert_eq!(answer, exceeded(&id, 0));
    let found = world.describe(&id);
    assert_eq!((found.public_state, found.state.terminal_outcome), (PublicState::Failed, Some(Outcome::Failed)));
    assert_eq!(found.state.ownership_state, OwnershipState::Unowned);
    assert_eq!(found.state.attempt_state, AttemptState::AttemptTerminal);
    assert_eq!((found.current_lease, found.grant, world.grants()), (None, None, 0), "lease and grant are gone");
    assert_eq!((found.lease_epoch, found.total_attempt_count, found.lease_reclaim_count), (1, 1, 0));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::InterruptedReclaimed);
    assert_eq!(found.completed_at, Some(START + TTL + 4));
    assert!(found.ending.is_some());
    assert!(world.claim_if_any("mail").is_none());
}

#[test]
fn over_the_cap_one_completion_failed_and_one_lease_revoked_are_written() {
    let mut world = World::new();
    let claim = world.lapsed();
    let id = claim.execution_id.clone();
    world.rescue(&id);
    let before = world.events().len();
    world.reclaim_with(&id, |args| args.max_reclaim_count = Some(0)).unwrap();
    let events = world.events();
    let [event] = &events[before..] else { panic!("{events:?}") };
    assert_eq!((event.completion, event.lease), (Some(Outcome::Failed), Some(LeaseEvent::Revoked)));
    assert_eq!((event.cause, event.lease_id.as_ref()), (Cause::Failed, Some(&claim.lease_id)));
    assert_eq!(world.events_in(&[EventStream::Completion]).len(), 1);
    let lease = world.events_in(&[EventStream::Lease]);
    let revoked = lease.iter().filter(|event| event.lease == Some(LeaseEvent::Revoked)).count();
    assert_eq!(revoked, 1);
}

/// Contract: protocol.reclaim-cap.
#[test]
fn over_the_cap_those_who_wait_for_the_end_are_woken_and_no_lane() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.rescue(&id);
    let wakes = world.woken(ReclaimExecutionArgs { max_reclaim_count: Some(0), ..reclaimed(&id) });
    assert_eq!((wakes.finished, wakes.lanes.is_empty()), (vec![id], true));
}

/// Contract: retries.lapses-in-a-row.
#[test]
fn the_row_of_lapses_goes_on_over_a_reclaim() {
    let mut world = World::new();
    let id = world.running().execution_id;
    world.take_over(&id);
    world.pass(TTL);
    assert!(world.claim_if_any("mail").is_none(), "the second lapse in a row must wait");
    world.pass(1_000);
    assert_eq!(world.claim("mail").attempt_index, 2);
}

#[test]
fn bad_arguments_are_refused() {
    let mut world = World::new();
    let id = world.lapsed().execution_id;
    world.rescue(&id);
    let mut bad = |field, set: fn(&mut ReclaimExecutionArgs)| {
        refused_field(world.unwritten(|world| world.reclaim_with(&id, set)), Code::InvalidInput, field);
    };
    bad("executionId", |args| args.execution_id.clear());
    bad("worker.id", |args| args.worker.id.clear());
    bad("worker.instanceId", |args| args.worker.instance_id = Some(String::new()));
    bad("leaseTtlMs", |args| args.lease_ttl_ms = Some(0));
    bad("leaseId", |args| args.lease_id = Some("x".to_owned()));
    bad("attemptId", |args| args.attempt_id = Some("x".to_owned()));
    bad("maxReclaimCount", |args| args.max_reclaim_count = Some(-1));
    bad("maxReclaimCount", |args| args.max_reclaim_count = Some(1 << 53));
    claimed(world.reclaim(&id));
}
