//! `complete_execution`. Contract: attempts.complete-typed, leases.operator, leases.repeat-own, states.complete.

use crate::engine::world::calls::{OPERATOR, Shown, shown, unfenced};
use crate::engine::world::telling::not_active;
use crate::engine::world::turns::revoke;
use crate::engine::world::{START, World, refusal, refused_field, test};
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, FailureClass, LeaseEvent, Outcome, PublicState,
};
use tidegate::ops::attempts::complete::CompleteAnswer;
use tidegate::{Code, Result};

/// Completes as an operator.
fn override_by(world: &mut World, shown: &Shown) -> Result<CompleteAnswer> {
    world.complete_execution_with(shown, |args| args.source = Some(OPERATOR.to_owned()))
}

/// Contract: attempts.result, attempts.complete-typed.
#[test]
fn an_attempt_ends_well_with_its_result_kept_verbatim() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(3);
    let bytes = vec![0xff, 0, 0x80, b'"'];
    let answer = world.complete_execution_with(&shown(&claim), |args| {
        args.result = Some(bytes.clone().into());
        args.encoding = Some("raw".to_owned());
    });
    let execution_id = claim.execution_id.clone();
    assert_eq!(answer.unwrap(), CompleteAnswer { execution_id, public_state: PublicState::Completed });
    let found = world.describe(&claim.execution_id);
    assert_eq!((found.public_state, found.completed_at), (PublicState::Completed, Some(START + 3)));
    assert_eq!((found.state.terminal_outcome, found.current_lease), (Some(Outcome::Success), None));
    assert_eq!(found.state.attempt_state, AttemptState::AttemptTerminal);
    assert_eq!((found.attempts[0].lifecycle, found.attempts[0].has_result), (AttemptLifecycle::EndedSuccess, true));
    let result = world.result(&claim.execution_id).unwrap();
    assert_eq!((result.result, result.encoding.as_deref()), (Some(bytes.into()), Some("raw")));
}

/// Contract: attempts.complete-typed.
#[test]
fn one_event_tells_the_completion_and_the_end_of_the_lease() {
    let mut world = World::new();
    let claim = world.running();
    let before = world.events().len();
    world.complete_execution(&shown(&claim)).unwrap();
    let events = world.events().split_off(before);
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!((event.cause, event.completion), (Cause::Completed, Some(Outcome::Success)));
    assert_eq!((event.lease, event.lease_id.as_ref()), (Some(LeaseEvent::Revoked), Some(&claim.lease_id)));
}

/// Contract: attempts.complete-typed.
#[test]
fn the_same_call_again_gets_the_same_answer_and_writes_nothing() {
    let mut world = World::new();
    let claim = world.running();
    let first = world.complete_execution_with(&shown(&claim), |args| args.result = Some("done".into())).unwrap();
    let events = world.events();
    world.pass(5);
    let again = world.complete_execution_with(&shown(&claim), |args| args.result = Some("other".into())).unwrap();
    assert_eq!((again, world.events()), (first, events));
    assert_eq!(world.result(&claim.execution_id).unwrap().result, Some("done".into()));
    refusal(world.fail_execution(&shown(&claim), FailureClass::Transient), Code::ExecutionNotActive);
}

/// Contract: leases.operator.
#[test]
fn an_operator_needs_no_fence_and_whatever_it_shows_is_not_compared() {
    let mut world = World::new();
    for forge in [false, true] {
        let claim = world.running();
        let mut shown = if forge { shown(&claim) } else { unfenced(&claim) };
        if let Some(fence) = shown.fence.as_mut() {
            fence.lease_epoch = 9;
        }
        assert_eq!(override_by(&mut world, &shown).unwrap().public_state, PublicState::Completed);
        let last = world.events_in(&[EventStream::Completion]).pop().unwrap();
        assert_eq!((last.cause, last.lease_id), (Cause::Completed, Some(claim.lease_id)));
    }
}

/// Contract: leases.repeat-own.
#[test]
fn what_an_operator_did_is_not_the_holders_call() {
    let mut world = World::new();
    let claim = world.running();
    override_by(&mut world, &shown(&claim)).unwrap();
    for refused in
        [world.complete_execution(&shown(&claim)), world.complete(&claim), override_by(&mut world, &unfenced(&claim))]
    {
        let error = refusal(refused, Code::ExecutionNotActive);
        assert_eq!(not_active(&error), ["success", "1", "terminal", &claim.attempt_id]);
    }
    assert_eq!(world.events_in(&[EventStream::Completion]).len(), 1);
}

#[test]
fn an_operator_completes_nothing_that_has_ended() {
    let mut world = World::new();
    let completed = world.completed();
    let failed = world.running();
    world.fail(&failed, FailureClass::Permanent).unwrap();
    let cancelled = world.running();
    world.cancel(&cancelled.execution_id).unwrap();
    let deadline = world.running_with(|create| create.deadline_at = Some(START + 5));
    world.pass(5);
    for (claim, outcome) in
        [(completed, "success"), (failed, "failed"), (cancelled, "cancelled"), (deadline, "expired")]
    {
        let error = refusal(override_by(&mut world, &unfenced(&claim)), Code::ExecutionNotActive);
        assert_eq!(not_active(&error)[0], outcome);
    }
}

/// Contract: leases.operator-attempt.
#[test]
fn an_operator_completes_nothing_whose_lease_has_lapsed() {
    let mut world = World::new();
    let claim = world.lapsed();
    let error = refusal(override_by(&mut world, &unfenced(&claim)), Code::LeaseExpired);
    assert_eq!(error.details().get("expiredAt"), Some(&*claim.lease_expires_at.to_string()));
    assert_eq!(world.state(&claim.execution_id), PublicState::Active);
}

#[test]
fn an_operator_completes_nothing_that_is_not_active() {
    let mut world = World::new();
    let revoked = world.running();
    revoke(&mut world, &revoked.execution_id, |_| {}).unwrap();
    let error = refusal(override_by(&mut world, &unfenced(&revoked)), Code::ExecutionNotActive);
    assert_eq!(not_active(&error), ["none", "2", "runnable", ""]);
    let execution_id = world.submit_with("post", |create| create.delay_until = Some(START + 5));
    let delayed = Shown { execution_id, attempt_index: 0, fence: None };
    refusal(override_by(&mut world, &delayed), Code::ExecutionNotActive);
}

/// Contract: leases.operator-attempt.
#[test]
fn an_operator_names_the_attempt_that_is_under_way() {
    let mut world = World::new();
    world.lapsed();
    let claim = unfenced(&world.claim("mail"));
    let at = |attempt_index: i64| Shown { attempt_index, ..claim.clone() };
    refusal(override_by(&mut world, &at(2)), Code::NotFoundAttempt);
    refusal(override_by(&mut world, &at(0)), Code::StaleLease);
    assert!(override_by(&mut world, &at(1)).is_ok());
}

/// Contract: values.encoding.
#[test]
fn a_result_and_its_encoding_are_checked() {
    let mut world = World::new();
    let claim = shown(&world.running());
    let large = world.complete_execution_with(&claim, |args| args.result = Some(vec![0; (1 << 20) + 1].into()));
    refused_field(large, Code::PayloadTooLarge, "result");
    let bare = world.complete_execution_with(&claim, |args| args.encoding = Some("raw".to_owned()));
    refused_field(bare, Code::InvalidInput, "encoding");
    assert!(world.complete_execution_with(&claim, |args| args.result = Some(vec![0; 1 << 20].into())).is_ok());
}

#[test]
fn those_who_wait_for_the_execution_are_woken() {
    let mut world = World::new();
    let claim = world.running();
    let args = tidegate::ops::protocol::complete_execution::CompleteExecutionArgs {
        execution_id: claim.execution_id.clone(),
        fence: shown(&claim).fence,
        ..Default::default()
    };
    let wakes = world.batch(vec![tidegate::Operation::from(args).into()]).wakes;
    assert_eq!(wakes.finished, [claim.execution_id]);
}
