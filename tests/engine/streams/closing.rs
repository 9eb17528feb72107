//! When streams close and open again. Contract: streams.closing, streams.open-again, streams.over.

use crate::engine::world::turns::{delay, replay, revoke};
use crate::engine::world::{START, Span, TTL, World, failure, test};
use tidegate::Code;
use tidegate::model::ground::vocabulary::FailureClass;
use tidegate::model::streams::stream::ClosedReason;
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::attempts::complete::CompleteArgs;
use tidegate::ops::attempts::delay::DelayArgs;
use tidegate::ops::attempts::renew::RenewArgs;
use tidegate::ops::attempts::revoke::RevokeLeaseArgs;
use tidegate::ops::executions::cancel::CancelExecutionArgs;
use tidegate::ops::flows::edges::wait_children::WaitChildrenArgs;

/// Why the stream of an attempt is closed, and whether for good.
fn of(world: &mut World, claim: &Claim) -> (Option<(ClosedReason, i64)>, bool) {
    let page = world.stream_of(&claim.execution_id, claim.attempt_index);
    (page.closed_reason.zip(page.closed_at.map(|at| at - START)), page.over)
}

const OPEN: (Option<(ClosedReason, i64)>, bool) = (None, false);

const fn closed(reason: ClosedReason, at: i64) -> (Option<(ClosedReason, i64)>, bool) {
    (Some((reason, at)), true)
}

const fn parted(reason: ClosedReason, at: i64) -> (Option<(ClosedReason, i64)>, bool) {
    (Some((reason, at)), false)
}

/// Contract: streams.closing, streams.closed-stays.
#[test]
fn a_completed_attempt_closes_its_stream_and_its_frames_stay() {
    let mut world = World::new();
    let claim = world.running();
    world.append(&claim, "x");
    assert_eq!(of(&mut world, &claim), OPEN);
    world.pass(5);
    world.complete(&claim).unwrap();
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptSuccess, 5));
    assert_eq!(world.stream(&claim.execution_id).frames.len(), 1);
    assert_eq!(world.closed(&claim.execution_id), Some((ClosedReason::AttemptSuccess, START + 5)));
}

/// Contract: streams.read.
#[test]
fn a_failed_attempt_closes_its_stream_and_the_next_one_has_its_own() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptFailure, 5));
    let page = world.stream(&claim.execution_id);
    assert_eq!((page.attempt_index, page.closed_reason, page.over), (1, None, false), "the attempt to come");
    world.pass(1_000);
    let next = world.claim("mail");
    assert_eq!(of(&mut world, &next), OPEN);
    world.fail(&next, FailureClass::Permanent).unwrap();
    assert_eq!(of(&mut world, &next), closed(ClosedReason::AttemptFailure, 1_005));
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptFailure, 5));
}

#[test]
fn a_cancelled_execution_closes_the_stream_of_its_attempt() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    world.cancel(&claim.execution_id).unwrap();
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptCancelled, 5));
}

/// Contract: streams.over.
#[test]
fn an_execution_that_ended_before_its_attempt_began_is_over_though_nothing_was_closed() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.cancel(&id).unwrap();
    let page = world.stream(&id);
    assert_eq!((page.closed_reason, page.over), (None, true));
}

/// Contract: streams.closing.
#[test]
fn a_lease_that_runs_out_closes_the_stream_at_its_expiry_whenever_that_is_found() {
    let mut world = World::new();
    let claim = world.running();
    world.append(&claim, "x");
    world.pass(TTL + 7);
    assert_eq!(of(&mut world, &claim), parted(ClosedReason::LeaseExpired, TTL));
    let next = world.claim("mail");
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::Reclaimed, TTL + 7));
    assert_eq!(of(&mut world, &next), OPEN);
}

/// Contract: streams.open-again.
#[test]
fn a_lapsed_attempt_that_is_resumed_with_a_grant_has_its_stream_open_again() {
    let mut world = World::new();
    let claim = world.lapsed();
    let grant = world.reserve(&claim.execution_id);
    assert_eq!(of(&mut world, &claim), parted(ClosedReason::LeaseExpired, TTL));
    let again = world.show(&grant).unwrap().expect("the attempt");
    assert_eq!((again.attempt_index, of(&mut world, &claim)), (0, OPEN));
    world.append(&again, "goes on");
}

#[test]
fn a_lapsed_holder_that_fails_closes_its_stream_as_a_failure() {
    let mut world = World::new();
    let claim = world.lapsed();
    world.pass(5);
    world.fail(&claim, FailureClass::Transient).unwrap();
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptFailure, TTL + 5));
}

#[test]
fn one_reclaim_too_many_closes_the_stream_as_reclaimed() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.policy.max_reclaim_count = Some(0));
    world.pass(TTL);
    assert!(world.claim_if_any("mail").is_none());
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::Reclaimed, TTL));
}

/// Contract: streams.open-again.
#[test]
fn a_revoked_lease_closes_the_stream_until_the_attempt_goes_on() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(5);
    revoke(&mut world, &claim.execution_id, |_| {}).unwrap();
    world.pass(5);
    world
        .call(tidegate::ops::executions::priority::ChangePriorityArgs {
            execution_id: claim.execution_id.clone(),
            new_priority: 7,
        })
        .unwrap();
    assert_eq!(of(&mut world, &claim), parted(ClosedReason::AttemptInterrupted, 5));
    let again = world.claim("mail");
    assert_eq!((again.attempt_index, of(&mut world, &again)), (0, OPEN));
    world.complete(&again).unwrap();
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptSuccess, 10));
}

/// Contract: streams.open-again.
#[test]
fn a_delay_and_a_wait_for_children_close_nothing() {
    let mut world = World::new();
    let claim = world.running();
    delay(&mut world, &claim, START + 10).unwrap();
    assert_eq!(of(&mut world, &claim), OPEN);
    world.pass(10);
    assert_eq!(of(&mut world, &claim), OPEN, "the delay is over, nobody has claimed yet");
    let again = world.claim("mail");
    world.call(WaitChildrenArgs { handle: again.handle.clone(), ..WaitChildrenArgs::default() }).unwrap();
    assert_eq!(of(&mut world, &again), OPEN);
    world.cancel(&claim.execution_id).unwrap();
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptCancelled, 10));
}

/// Contract: streams.closing.
#[test]
fn an_attempt_that_timed_out_is_a_failure_while_retries_are_left_and_expired_afterwards() {
    let mut world = World::new();
    let claim = world.running_with(|create| {
        create.attempt_timeout_ms = Some(100);
        create.policy.retry = Some(tidegate::model::executions::retry::RetryPolicy {
            max_retries: Some(1),
            ..tidegate::model::executions::retry::RetryPolicy::default()
        });
    });
    world.pass(100);
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptFailure, 100));
    world.pass(1.mins());
    let next = world.claim("mail");
    world.pass(100);
    assert_eq!(of(&mut world, &next), closed(ClosedReason::Expired, 60_200));
    replay(&mut world, &claim.execution_id).unwrap();
    world.claim("mail");
    assert_eq!(of(&mut world, &next), closed(ClosedReason::Expired, 60_200), "after a replay, too");
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptFailure, 100));
}

#[test]
fn a_deadline_closes_the_stream_of_an_attempt_that_is_open_whatever_it_is_doing() {
    let mut world = World::new();
    let mut begun = |interrupt: &dyn Fn(&mut World, &Claim)| {
        let now = world.tick().now;
        let claim = world.running_with(|create| create.deadline_at = Some(now + TTL + 100));
        interrupt(&mut world, &claim);
        world.pass(TTL + 100);
        let found = of(&mut world, &claim);
        let code = world.renew(&claim).unwrap_err().code();
        assert!(matches!(code, Code::ExecutionNotActive | Code::LeaseRevoked), "{code:?}");
        assert_eq!(found, closed(ClosedReason::Expired, now + TTL + 100 - START));
    };
    begun(&|_, _| {});
    begun(&|world, claim| assert!(world.renew(claim).is_ok()));
    begun(&|world, claim| assert!(revoke(world, &claim.execution_id, |_| {}).is_ok()));
    begun(&|world, claim| assert!(delay(world, claim, START + 10.hours()).is_ok()));
    begun(&|world, claim| {
        assert!(world.call(WaitChildrenArgs { handle: claim.handle.clone(), ..WaitChildrenArgs::default() }).is_ok());
    });
}

/// Contract: streams.closed-stays.
#[test]
fn a_deadline_after_a_failure_leaves_the_stream_closed_as_it_was() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.deadline_at = Some(START + 100));
    let answer = world.fail(&claim, FailureClass::Transient).unwrap();
    world.pass(100);
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::AttemptFailure, 0));
    assert_eq!(world.fail(&claim, FailureClass::Transient).unwrap(), answer, "and the call can be repeated");
}

#[test]
fn a_delay_can_be_repeated_after_the_deadline_has_passed() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.deadline_at = Some(START + 100));
    let answer = delay(&mut world, &claim, START + 500).unwrap();
    world.pass(100);
    assert_eq!(delay(&mut world, &claim, START + 500).unwrap(), answer);
    assert_eq!(of(&mut world, &claim), closed(ClosedReason::Expired, 100));
}

/// Contract: streams.closing-wakes.
#[test]
fn those_who_read_a_stream_are_woken_when_it_closes_or_opens_while_the_execution_goes_on() {
    let mut world = World::new();
    let claim = world.running();
    let id = &claim.execution_id;
    let woken = |world: &mut World, operation: tidegate::Operation| world.woken(operation).streams.contains(id);
    let handle = |claim: &Claim| claim.handle.clone();
    assert!(!woken(&mut world, RenewArgs { handle: handle(&claim), lease_ttl_ms: None }.into()));
    assert!(!woken(&mut world, DelayArgs { handle: handle(&claim), delay_until: START }.into()));
    assert!(!woken(&mut world, crate::engine::world::pull("mail").into()));
    assert!(woken(&mut world, RevokeLeaseArgs { execution_id: id.clone(), ..RevokeLeaseArgs::default() }.into()));
    assert!(woken(&mut world, crate::engine::world::pull("mail").into()));
    world.pass(TTL);
    assert!(world.tick().wakes.streams.contains(id), "a lapse");
    assert!(woken(&mut world, crate::engine::world::pull("mail").into()), "another attempt takes over");
    world.pass(TTL);
    let next = world.tick().wakes;
    assert!(next.streams.contains(id));
    world.pass(1_000);
    let last = world.claim("mail");
    assert!(woken(&mut world, failure(&last.handle, FailureClass::Transient).into()));
    let wakes = world.woken(CancelExecutionArgs { execution_id: id.clone(), ..CancelExecutionArgs::default() });
    assert_eq!((wakes.finished, wakes.streams.len()), (vec![id.clone()], 0), "the end is told by `finished`");
    world.submit("mail");
    assert!(
        world.woken(crate::engine::world::pull("mail")).streams.is_empty(),
        "a first claim closes and opens nothing"
    );
    let done = world.running_in("post");
    assert!(world.woken(CompleteArgs { handle: done.handle, ..CompleteArgs::default() }).streams.is_empty());
}
