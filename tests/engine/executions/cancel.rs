//! `cancel_execution`. Contract: executions.cancel, executions.cancel-source, executions.cancel-other-outcome,
//! states.cancel.

use crate::engine::world::{START, TTL, World, detail, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, FailureClass, LeaseEvent, LifecyclePhase, Outcome, OwnershipState, PublicState,
};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::executions::describe::ExecutionSnapshot;

const UNKNOWN: &str = "{fp:0}:018bcfe5-687b-7c4e-9d1a-6b8f0e2a4c11";

/// Cancels, and checks what every cancel leaves.
fn cancelled(world: &mut World, id: &str) -> ExecutionSnapshot {
    let answer = world.cancel(id).unwrap();
    assert_eq!((answer.execution_id.as_str(), answer.public_state), (id, PublicState::Cancelled));
    let found = world.describe(id);
    assert_eq!((found.public_state, found.state.terminal_outcome), (PublicState::Cancelled, Some(Outcome::Cancelled)));
    assert_eq!(found.state.lifecycle_phase, LifecyclePhase::Terminal);
    assert_eq!(found.state.ownership_state, OwnershipState::Unowned);
    assert_eq!(found.state.attempt_state, AttemptState::AttemptTerminal);
    assert_eq!(found.completed_at, Some(world.engine.clock_report().unwrap().engine_now));
    let last = world.events().pop().unwrap();
    assert_eq!((last.execution_id.as_deref(), last.cause), (Some(id), Cause::Cancelled));
    assert_eq!(last.completion, Some(Outcome::Cancelled));
    assert!(world.events_in(&[EventStream::Operator]).is_empty(), "the operator stream stays silent");
    found
}

fn last_lease(world: &mut World) -> Option<LeaseEvent> {
    world.events().pop().and_then(|event| event.lease)
}

#[test]
fn a_waiting_execution_is_cancelled_without_a_lease_event() {
    let mut world = World::new();
    let id = world.submit("mail");
    let found = cancelled(&mut world, &id);
    assert_eq!((found.lease_epoch, found.attempts.len()), (0, 0));
    assert_eq!(last_lease(&mut world), None);
    assert!(world.claim_if_any("mail").is_none());
}

#[test]
fn a_delayed_execution_is_cancelled() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.delay_until = Some(START + 100));
    cancelled(&mut world, &id);
    assert_eq!(world.engine.next_due_at().unwrap(), None);
    world.pass(100);
    assert_eq!(world.state(&id), PublicState::Cancelled);
}

/// Contract: executions.cancel, states.cancel.
#[test]
fn a_running_execution_is_cancelled_and_its_lease_revoked() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    let found = cancelled(&mut world, &claim.execution_id);
    assert_eq!((found.current_lease, found.lease_epoch), (None, 2));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedCancelled);
    assert_eq!(found.attempts[0].ended_at, Some(START + 5));
    let last = world.events().pop().unwrap();
    assert_eq!((last.lease, last.lease_id), (Some(LeaseEvent::Revoked), Some(claim.lease_id)));
}

/// Contract: states.cancel.
#[test]
fn a_lapsed_execution_is_cancelled_without_a_second_lease_event() {
    let mut world = World::new();
    let claim = world.lapsed();
    let found = cancelled(&mut world, &claim.execution_id);
    assert_eq!((found.lease_epoch, last_lease(&mut world)), (1, None));
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedCancelled);
    assert!(world.claim_if_any("mail").is_none());
}

/// Contract: executions.cancel-attempt.
#[test]
fn an_execution_that_waits_for_its_retry_is_cancelled_and_its_attempt_stays_as_it_ended() {
    let mut world = World::new();
    let claim = world.running();
    world.fail(&claim, FailureClass::Transient).unwrap();
    let found = cancelled(&mut world, &claim.execution_id);
    assert_eq!(found.attempts[0].lifecycle, AttemptLifecycle::EndedFailure);
    assert_eq!((found.lease_epoch, last_lease(&mut world)), (1, None));
}

/// Contract: executions.cancel.
#[test]
fn a_blocked_or_suspended_execution_is_cancelled_without_a_lease_event() {
    const BLOCK: &str = "UPDATE execution SET phase = 3, reason = 33, claim_rank = NULL WHERE phase = 1";
    const SUSPEND: &str = "UPDATE execution SET phase = 5, reason = 50, expires_at = NULL, due_at = NULL, \
         due_kind = NULL WHERE phase = 4";
    let mut world = World::new();
    let held = world.running().execution_id;
    let waiting = world.submit("mail");
    for sql in [BLOCK, SUSPEND] {
        assert_eq!(world.driver.execute(sql, &[]).unwrap(), 1);
    }
    let mut world = world.reopened();
    let found = cancelled(&mut world, &waiting);
    assert_eq!((found.attempts.len(), last_lease(&mut world)), (0, None));
    let found = cancelled(&mut world, &held);
    assert_eq!((found.attempts[0].lifecycle, last_lease(&mut world)), (AttemptLifecycle::EndedCancelled, None));
    assert_eq!(found.lease_epoch, 1);
}

/// Contract: executions.cancel-again.
#[test]
fn a_second_cancel_succeeds_and_writes_nothing() {
    let mut world = World::new();
    let claim = world.running();
    let first = world.cancel_with(&claim.execution_id, |cancel| cancel.reason = "first".to_owned()).unwrap();
    let (before, events) = (world.describe(&claim.execution_id), world.events());
    world.pass(5);
    let second = world.cancel_with(&claim.execution_id, |cancel| {
        cancel.reason = "second".to_owned();
        cancel.source = Some("flow_cascade".to_owned());
    });
    assert_eq!(second.unwrap(), first);
    assert_eq!(world.describe(&claim.execution_id), before);
    assert_eq!(world.events(), events);
}

/// Contract: executions.cancel.
#[test]
fn the_reason_and_the_source_of_the_first_cancel_are_kept() {
    let mut world = World::new();
    let id = world.submit("mail");
    world
        .cancel_with(&id, |cancel| {
            cancel.reason = "no longer needed".to_owned();
            cancel.source = Some("billing".to_owned());
        })
        .unwrap();
    let ending = world.describe(&id).ending.unwrap();
    assert_eq!((ending.reason.as_str(), ending.source.as_str()), ("no longer needed", "billing"));
    let id = world.submit("mail");
    world.cancel(&id).unwrap();
    assert_eq!(world.describe(&id).ending.unwrap().source, "operator_override");
}

/// Contract: executions.cancel-unknown.
#[test]
fn an_unknown_execution_is_not_found() {
    let error = refusal(World::new().cancel(UNKNOWN), Code::NotFoundExecution);
    assert_eq!(detail(&error, "executionId"), UNKNOWN);
}

/// Contract: executions.cancel-other-outcome.
#[test]
fn an_execution_with_another_outcome_is_not_cancelled_and_the_refusal_names_it() {
    let mut world = World::new();
    let completed = world.completed();
    let failed = world.running();
    world.fail(&failed, FailureClass::Permanent).unwrap();
    let expired = world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    let ended = [(completed.execution_id, "success"), (failed.execution_id, "failed"), (expired, "expired")];
    for (id, outcome) in ended {
        let before = world.describe(&id);
        let error = refusal(world.cancel(&id), Code::InvalidInput);
        assert!(error.message().contains(outcome), "{error}");
        assert_eq!(detail(&error, "terminalOutcome"), outcome);
        assert_eq!(world.describe(&id), before);
    }
}

/// Cancels a running execution as somebody, showing some of its lease.
fn as_somebody(world: &mut World, claim: &Claim, shown: [Option<&str>; 2], epoch: Option<i64>) -> tidegate::Result<()> {
    let cancel = world.cancel_with(&claim.execution_id, |cancel| {
        cancel.source = Some("lease_holder".to_owned());
        cancel.lease_epoch = epoch;
        cancel.lease_id = shown[0].map(str::to_owned);
        cancel.attempt_id = shown[1].map(str::to_owned);
    });
    cancel.map(|_| ())
}

/// Contract: executions.cancel-source.
#[test]
fn any_other_source_must_show_the_epoch_of_a_live_lease() {
    let mut world = World::new();
    let claim = world.running();
    for source in ["lease_holder", "flow_cascade", "system_timeout", "billing"] {
        let outcome = world.cancel_with(&claim.execution_id, |cancel| cancel.source = Some(source.to_owned()));
        refused_field(outcome, Code::InvalidInput, "leaseEpoch");
    }
    for epoch in [0, 2] {
        let error = refusal(as_somebody(&mut world, &claim, [None; 2], Some(epoch)), Code::StaleLease);
        assert_eq!(detail(&error, "leaseEpoch"), "1");
    }
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
    as_somebody(&mut world, &claim, [None; 2], Some(1)).unwrap();
    assert_eq!(world.state(&claim.execution_id), PublicState::Cancelled);
}

/// Contract: executions.cancel-source.
#[test]
fn a_lease_or_attempt_that_is_shown_must_be_the_current_one() {
    let mut world = World::new();
    let claim = world.running();
    let other = "936da01f-9abd-4d9d-80c7-02af85c822a8";
    refusal(as_somebody(&mut world, &claim, [Some(other), None], Some(1)), Code::StaleLease);
    refusal(as_somebody(&mut world, &claim, [None, Some(other)], Some(1)), Code::StaleLease);
    let own = [Some(claim.lease_id.as_str()), Some(claim.attempt_id.as_str())];
    assert!(as_somebody(&mut world, &claim, own, Some(1)).is_ok());
}

#[test]
fn the_operator_needs_no_lease() {
    let mut world = World::new();
    let claim = world.running();
    let outcome = world.cancel_with(&claim.execution_id, |cancel| {
        cancel.source = Some("operator_override".to_owned());
        cancel.lease_epoch = Some(99);
    });
    assert!(outcome.is_ok());
}

/// Contract: executions.cancel-source.
#[test]
fn any_source_may_cancel_what_has_no_live_lease() {
    let mut world = World::new();
    let waiting = world.submit("mail");
    let lapsed = world.claim("mail");
    world.pass(TTL);
    assert_eq!(waiting, lapsed.execution_id);
    let other = world.submit("post");
    for id in [waiting, other] {
        assert!(world.cancel_with(&id, |cancel| cancel.source = Some("flow_cascade".to_owned())).is_ok());
    }
}

/// Contract: executions.cancel-again.
#[test]
fn two_cancels_in_one_batch_both_succeed_with_one_event() {
    let mut world = World::new();
    let claim = world.running();
    let cancel = tidegate::ops::executions::cancel::CancelExecutionArgs {
        execution_id: claim.execution_id,
        ..tidegate::ops::executions::cancel::CancelExecutionArgs::default()
    };
    let answers = world.batch(vec![cancel.clone().into(), cancel.into()]).answers;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(world.events_in(&[EventStream::Completion]).len(), 1);
    let revoked = world.events().into_iter().filter(|event| event.lease == Some(LeaseEvent::Revoked));
    assert_eq!(revoked.count(), 1);
}

#[test]
fn the_arguments_of_a_cancel_are_checked() {
    let mut world = World::new();
    let id = world.submit("mail");
    refused_field(world.cancel("mine"), Code::InvalidInput, "executionId");
    let long = "r".repeat(1 << 20);
    refused_field(world.cancel_with(&id, |cancel| cancel.reason = long), Code::InvalidInput, "reason");
    for source in ["", "a\nb", &"s".repeat(257)] {
        let outcome = world.cancel_with(&id, |cancel| cancel.source = Some(source.to_owned()));
        refused_field(outcome, Code::InvalidInput, "source");
    }
    refused_field(world.cancel_with(&id, |c| c.lease_id = Some("x".to_owned())), Code::InvalidInput, "leaseId");
    refused_field(world.cancel_with(&id, |c| c.attempt_id = Some(String::new())), Code::InvalidInput, "attemptId");
    refused_field(world.cancel_with(&id, |c| c.lease_epoch = Some(1 << 53)), Code::InvalidInput, "leaseEpoch");
    assert_eq!(world.state(&id), PublicState::Waiting);
}
