//! `claim_execution`: its gates in their order. Contract: protocol.claim-execution, protocol.claim-order,
//! protocol.grant-checked, states.claim.

use crate::engine::world::scheduler::{GRANT_TTL, MINTED, Stand, UNKNOWN, named};
use crate::engine::world::{START, TTL, World, detail, refusal, refused_field, test};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, BlockingReason, EligibilityState, HandleKind, LeaseEvent,
    OwnershipState, PublicState,
};
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::executions::replay::ReplayExecutionArgs;
use tidegate::ops::protocol::claim_execution::ClaimExecutionArgs;
use tidegate::{Code, Error};

/// A claim that must be refused, with nothing written.
fn refused(world: &mut World, id: &str, code: Code) -> Error {
    refusal(world.unwritten(|world| world.redeem(id)), code)
}

/// Contract: protocol.claim-execution.
#[test]
fn a_grant_starts_the_first_attempt_under_a_lease() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    world.pass(3);
    let claim = world.redeem(&id).unwrap();
    assert_eq!((claim.execution_id.as_str(), claim.handle_kind), (id.as_str(), HandleKind::Fresh));
    assert_eq!((claim.attempt_index, claim.attempt_type, claim.lease_epoch), (0, AttemptType::Initial, 1));
    assert_eq!(claim.lease_expires_at, START + 3 + TTL);
    let found = world.describe(&id);
    assert_eq!(found.public_state, PublicState::Active);
    assert_eq!(found.state.ownership_state, OwnershipState::Leased);
    assert_eq!(found.state.eligibility_state, EligibilityState::NotApplicable);
    assert_eq!(found.state.blocking_reason, BlockingReason::None);
    assert_eq!(found.state.attempt_state, AttemptState::RunningAttempt);
    assert_eq!((found.lease_epoch, found.total_attempt_count, found.started_at), (1, 1, Some(START + 3)));
    assert_eq!((found.grant, world.grants()), (None, 0), "the grant is consumed");
    let lease = found.current_lease.unwrap();
    assert_eq!((lease.worker_id.as_str(), lease.worker_instance_id.as_str()), ("mailer", "mailer-1"));
    assert!(world.complete(&claim).is_ok());
}

/// Contract: protocol.lease-event.
#[test]
fn one_lease_event_tells_of_it() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    world.pass(2);
    let claim = world.redeem(&id).unwrap();
    assert_eq!(world.story(&id), [(Cause::Created, 0), (Cause::Claimed, 2)]);
    let events = world.events_in(&[EventStream::Lease]);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.lease, event.lease_id.as_ref()), (Some(LeaseEvent::Acquired), Some(&claim.lease_id)));
    assert_eq!((event.lease_epoch, event.worker_id.as_deref()), (Some(1), Some("mailer")));
}

/// Contract: attempts.lifecycle, protocol.claim-execution, states.claim.
#[test]
fn a_retry_and_a_replay_are_claimed_as_such() {
    let mut world = World::new();
    let id = world.stand(Stand::Retrying);
    world.reserve(&id);
    let retry = world.redeem(&id).unwrap();
    assert_eq!((retry.attempt_index, retry.attempt_type), (1, AttemptType::Retry));
    assert_eq!((retry.handle_kind, retry.lease_epoch, retry.retry_count), (HandleKind::Fresh, 2, 1));
    world.complete(&retry).unwrap();
    world.call(ReplayExecutionArgs { execution_id: id.clone(), ..Default::default() }).unwrap();
    world.reserve(&id);
    let replay = world.redeem(&id).unwrap();
    assert_eq!((replay.attempt_index, replay.attempt_type), (2, AttemptType::Replay));
    assert_eq!((replay.handle_kind, replay.lease_epoch), (HandleKind::Fresh, 3));
    let found = world.describe(&id);
    assert_eq!(found.started_at, Some(START), "set by the first claim, never overwritten");
    let lifecycles: Vec<_> = found.attempts.iter().map(|attempt| attempt.lifecycle).collect();
    assert_eq!(lifecycles, [AttemptLifecycle::EndedFailure, AttemptLifecycle::EndedSuccess, AttemptLifecycle::Started]);
}

/// Contract: protocol.claim-execution.
#[test]
fn the_callers_own_lease_and_attempt_are_used() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    let attempt = "0198C0DE-0000-7000-8000-00000000002B";
    let claim = world.redeem_with(&id, |args| {
        args.lease_id = Some(MINTED.to_owned());
        args.attempt_id = Some(attempt.to_owned());
        args.lease_ttl_ms = Some(5);
    });
    let claim = claim.unwrap();
    assert_eq!((claim.lease_id.as_str(), claim.attempt_id), (MINTED, attempt.to_lowercase()));
    assert_eq!(claim.lease_expires_at, START + 5);
    let found = world.describe(&id);
    assert_eq!(found.current_lease.unwrap().lease_id, MINTED);
    assert_eq!(found.attempts[0].attempt_id, attempt.to_lowercase());
}

#[test]
fn it_hands_back_all_that_a_worker_needs() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| {
        create.namespace = Some("acme".to_owned());
        create.input = Some("letter".into());
        create.encoding = Some("text".to_owned());
        create.tags.insert("colour".to_owned(), "red".to_owned());
        create.attempt_timeout_ms = Some(90_000);
        create.deadline_at = Some(START + 500_000);
    });
    world.reserve(&id);
    world.pass(10);
    let claim = world.redeem(&id).unwrap();
    assert_eq!((claim.namespace.as_str(), claim.lane.as_str(), claim.kind.as_str()), ("acme", "mail", "send"));
    assert_eq!((claim.input, claim.encoding.as_deref()), (Some("letter".into()), Some("text")));
    assert_eq!(claim.tags["colour"], "red");
    assert_eq!((claim.attempt_timeout_at, claim.deadline_at), (Some(START + 10 + 90_000), Some(START + 500_000)));
}

/// Contract: protocol.claim-order.
#[test]
fn each_state_has_its_refusal() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let code = match stand {
            Stand::Waiting | Stand::Retrying => Code::InvalidClaimGrant,
            Stand::Interrupted => Code::UseClaimResumedExecution,
            Stand::Delayed | Stand::Blocked => Code::ExecutionNotLeaseable,
            Stand::Held | Stand::Lapsed => Code::LeaseConflict,
            Stand::Completed => Code::ExecutionNotActive,
        };
        let error = refused(&mut world, &id, code);
        assert_eq!(detail(&error, "executionId"), id, "{stand:?}");
        assert!(error.retryable(), "{stand:?}");
    }
    let error = refused(&mut World::new(), UNKNOWN, Code::NotFoundExecution);
    assert_eq!(detail(&error, "executionId"), UNKNOWN);
}

#[test]
fn a_refusal_tells_what_was_found() {
    let mut world = World::new();
    let claim = world.completed();
    let error = refused(&mut world, &claim.execution_id, Code::ExecutionNotActive);
    let told = ["terminalOutcome", "leaseEpoch", "lifecyclePhase", "attemptId"].map(|name| detail(&error, name));
    assert_eq!(told, ["success", "1", "terminal", &claim.attempt_id]);
    let id = world.stand(Stand::Held);
    assert_eq!(detail(&refused(&mut world, &id, Code::LeaseConflict), "leaseEpoch"), "1");
    let id = world.stand(Stand::Blocked);
    let error = refused(&mut world, &id, Code::ExecutionNotLeaseable);
    assert_eq!((detail(&error, "publicState"), detail(&error, "reason")), ("waiting", "paused_by_operator"));
    let id = world.stand(Stand::Delayed);
    let error = refused(&mut world, &id, Code::ExecutionNotLeaseable);
    assert_eq!((detail(&error, "publicState"), detail(&error, "reason")), ("delayed", "waiting_for_retry_backoff"));
}

/// Contract: protocol.claim-order.
#[test]
fn a_shut_lane_is_checked_after_the_state_and_before_the_attempt_and_the_grant() {
    for state in [LaneState::Paused, LaneState::Disabled] {
        for stand in Stand::ALL {
            let mut world = World::new();
            let id = world.stand(stand);
            world.set_lane("mail", state);
            let code = match stand {
                Stand::Waiting | Stand::Retrying | Stand::Interrupted | Stand::Delayed | Stand::Blocked => {
                    Code::ExecutionNotLeaseable
                }
                Stand::Held | Stand::Lapsed => Code::LeaseConflict,
                Stand::Completed => Code::ExecutionNotActive,
            };
            let error = refused(&mut world, &id, code);
            if stand == Stand::Interrupted {
                assert_eq!(detail(&error, "reason"), format!("lane mail is {state}"));
            }
        }
    }
}

/// Contract: protocol.claim-order.
#[test]
fn an_interrupted_attempt_is_told_before_the_grant_is_looked_at() {
    let mut world = World::new();
    let id = world.interrupted().execution_id;
    world.reserve(&id);
    refused(&mut world, &id, Code::UseClaimResumedExecution);
    world.pass(GRANT_TTL + 1);
    refused(&mut world, &id, Code::UseClaimResumedExecution);
    let outcome = world.redeem_with(&id, |args| args.worker = named("other"));
    refusal(outcome, Code::UseClaimResumedExecution);
    assert_eq!(world.grants(), 1);
}

/// Contract: protocol.grant-checked.
#[test]
fn a_grant_is_for_its_worker_whatever_the_instance() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    let other = |args: &mut ClaimExecutionArgs| args.worker = named("other");
    let error = refusal(world.unwritten(|world| world.redeem_with(&id, other)), Code::InvalidClaimGrant);
    assert_eq!((detail(&error, "executionId"), detail(&error, "workerId")), (id.as_str(), "other"));
    assert_eq!(world.grants(), 1, "the grant is intact");
    let claim = world.redeem_with(&id, |args| args.worker.instance_id = Some("another".to_owned())).unwrap();
    assert_eq!(world.describe(&id).current_lease.unwrap().worker_instance_id, "another");
    assert!(world.renew(&claim).is_ok());
}

/// Contract: protocol.grant-checked.
#[test]
fn the_worker_is_compared_before_the_expiry() {
    let mut world = World::new();
    let grant = world.granted();
    let id = grant.execution_id;
    world.pass(GRANT_TTL + 1);
    refusal(world.redeem_with(&id, |args| args.worker = named("other")), Code::InvalidClaimGrant);
    let error = refused(&mut world, &id, Code::ClaimGrantExpired);
    assert_eq!(detail(&error, "executionId"), id);
    assert_eq!(detail(&error, "expiresAt"), grant.expires_at.to_string());
}

/// Contract: protocol.second-call.
#[test]
fn a_second_identical_call_meets_the_lease_and_then_a_missing_grant() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    let claim = world.redeem(&id).unwrap();
    refused(&mut world, &id, Code::LeaseConflict);
    world.fail(&claim, tidegate::model::ground::vocabulary::FailureClass::Transient).unwrap();
    world.pass(1_000);
    refused(&mut world, &id, Code::InvalidClaimGrant);
}

#[test]
fn bad_arguments_are_refused() {
    let mut world = World::new();
    let id = world.granted().execution_id;
    let mut bad = |field, set: fn(&mut ClaimExecutionArgs)| {
        refused_field(world.unwritten(|world| world.redeem_with(&id, set)), Code::InvalidInput, field);
    };
    bad("executionId", |args| args.execution_id = "{fp:0}:x".to_owned());
    bad("worker.id", |args| args.worker.id.clear());
    bad("worker.instanceId", |args| args.worker.instance_id = Some(String::new()));
    bad("leaseTtlMs", |args| args.lease_ttl_ms = Some(0));
    bad("leaseTtlMs", |args| args.lease_ttl_ms = Some(86_400_001));
    bad("leaseId", |args| args.lease_id = Some("x".to_owned()));
    bad("attemptId", |args| args.attempt_id = Some("0198c0de000070008000000000000002a".to_owned()));
    assert!(world.redeem(&id).is_ok());
}
