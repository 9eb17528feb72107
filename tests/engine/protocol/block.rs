//! `block_route`, `block_execution_for_admission` and `unblock_execution`. Contract: states.block, states.unblock,
//! protocol.block, protocol.unblock.

use crate::engine::world::scheduler::{Stand, UNKNOWN, blocked, unblocked, woken_lanes};
use crate::engine::world::{START, World, detail, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::executions::claimable::ClaimReason;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{AttemptState, BlockingReason, EligibilityState, HandleKind, PublicState};
use tidegate::ops::protocol::block::{BlockAnswer, BlockExecutionArgs, BlockRouteArgs};
use tidegate::ops::protocol::unblock::UnblockExecutionArgs;

/// Every reason with what it makes of an execution.
const REASONS: [(BlockingReason, EligibilityState, PublicState, ClaimReason); 5] = [
    (
        BlockingReason::WaitingForBudget,
        EligibilityState::BlockedByBudget,
        PublicState::RateLimited,
        ClaimReason::BlockedByBudget,
    ),
    (
        BlockingReason::WaitingForQuota,
        EligibilityState::BlockedByQuota,
        PublicState::RateLimited,
        ClaimReason::BlockedByQuota,
    ),
    (
        BlockingReason::WaitingForCapableWorker,
        EligibilityState::BlockedByRoute,
        PublicState::Waiting,
        ClaimReason::BlockedByRoute,
    ),
    (
        BlockingReason::PausedByOperator,
        EligibilityState::BlockedByOperator,
        PublicState::Waiting,
        ClaimReason::BlockedByOperator,
    ),
    (
        BlockingReason::PausedByPolicy,
        EligibilityState::BlockedByOperator,
        PublicState::Waiting,
        ClaimReason::BlockedByOperator,
    ),
];

/// Contract: protocol.block, states.runnable.
#[test]
fn each_reason_blocks_in_its_way_until_it_is_named_again() {
    for (reason, eligibility, public_state, explanation) in REASONS {
        let mut world = World::new();
        let id = world.submit("mail");
        world.pass(3);
        let expected = BlockAnswer { execution_id: id.clone(), public_state };
        assert_eq!(world.block_for(&id, reason.word()).unwrap(), expected);
        let found = world.describe(&id);
        assert_eq!((found.state.eligibility_state, found.state.blocking_reason), (eligibility, reason));
        assert_eq!((found.public_state, found.last_mutation_at), (public_state, START + 3));
        assert_eq!(found.state.attempt_state, AttemptState::PendingFirstAttempt);
        assert_eq!(world.explain(&id), explanation);
        assert!(world.scan("mail").is_empty());
        world.pass(3);
        let expected = BlockAnswer { execution_id: id.clone(), public_state: PublicState::Waiting };
        assert_eq!(world.unblock(&id, reason.word()).unwrap(), expected);
        let found = world.describe(&id);
        assert_eq!(found.state.eligibility_state, EligibilityState::EligibleNow);
        assert_eq!(found.state.blocking_reason, BlockingReason::WaitingForWorker);
        assert_eq!(world.story(&id), [(Cause::Created, 0), (Cause::Blocked, 3), (Cause::Unblocked, 6)]);
        assert_eq!(world.claim("mail").execution_id, id);
    }
}

/// Contract: protocol.block.
#[test]
fn a_blocked_route_waits_for_a_capable_worker() {
    let mut world = World::new();
    let id = world.submit("mail");
    let expected = BlockAnswer { execution_id: id.clone(), public_state: PublicState::Waiting };
    assert_eq!(world.block_route(&id).unwrap(), expected);
    let state = world.describe(&id).state;
    assert_eq!(state.eligibility_state, EligibilityState::BlockedByRoute);
    assert_eq!(state.blocking_reason, BlockingReason::WaitingForCapableWorker);
    world.unblock(&id, "waiting_for_capable_worker").unwrap();
    assert_eq!(world.state(&id), PublicState::Waiting);
}

/// Contract: protocol.block-event, states.block.
#[test]
fn blocks_and_unblocks_write_one_row_of_the_execution_stream_and_no_other() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.block_for(&id, "waiting_for_quota").unwrap();
    world.unblock(&id, "waiting_for_quota").unwrap();
    world.block_route(&id).unwrap();
    assert_eq!(world.causes(&id), [Cause::Created, Cause::Blocked, Cause::Unblocked, Cause::Blocked]);
    let others = [EventStream::Lease, EventStream::Completion, EventStream::Operator];
    assert!(world.events_in(&others).is_empty());
    assert_eq!(world.describe(&id).lease_epoch, 0);
}

/// Contract: protocol.block-words, events.detail.
#[test]
fn the_words_of_the_caller_are_kept_with_the_event() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.call(BlockRouteArgs { execution_id: id.clone(), reason: "no gpu".to_owned() }).unwrap();
    let kept = |words: &str| Some(EventDetail::Reason { reason: words.to_owned() });
    assert_eq!(world.events().pop().unwrap().detail, kept("no gpu"));
    assert_eq!(world.describe(&id).blocking_detail.as_deref(), Some("no gpu"));
    world.unblock(&id, "waiting_for_capable_worker").unwrap();
    assert_eq!(world.events().pop().unwrap().detail, None);
    world.call(BlockExecutionArgs { detail: "out of money".to_owned(), ..blocked(&id, "waiting_for_budget") }).unwrap();
    assert_eq!(world.events().pop().unwrap().detail, kept("out of money"));
    world.unblock(&id, "waiting_for_budget").unwrap();
    world.block_for(&id, "waiting_for_budget").unwrap();
    assert_eq!(world.events().pop().unwrap().detail, None, "no words, no detail");
}

/// Contract: protocol.block-waiting.
#[test]
fn only_what_can_be_claimed_is_blocked() {
    for stand in Stand::ALL {
        for route in [true, false] {
            let mut world = World::new();
            let id = world.stand(stand);
            let block = |world: &mut World| {
                if route { world.block_route(&id) } else { world.block_for(&id, "waiting_for_budget") }
            };
            let code = match stand {
                Stand::Waiting | Stand::Retrying | Stand::Interrupted => {
                    assert_eq!(block(&mut world).unwrap().execution_id, id, "{stand:?}");
                    continue;
                }
                Stand::Delayed | Stand::Blocked | Stand::Held | Stand::Lapsed => Code::ExecutionNotEligible,
                Stand::Completed => Code::ExecutionNotActive,
            };
            let error = refusal(world.unwritten(block), code);
            assert_eq!(detail(&error, "executionId"), id, "{stand:?}");
        }
    }
}

/// Contract: protocol.block-waiting.
#[test]
fn an_ended_execution_is_told_with_its_four_facts() {
    let mut world = World::new();
    let claim = world.completed();
    let error = refusal(world.block_route(&claim.execution_id), Code::ExecutionNotActive);
    let told = ["terminalOutcome", "leaseEpoch", "lifecyclePhase", "attemptId"].map(|name| detail(&error, name));
    assert_eq!(told, ["success", "1", "terminal", &claim.attempt_id]);
}

/// Contract: protocol.block-waiting.
#[test]
fn a_second_identical_block_or_unblock_is_refused() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.block_for(&id, "paused_by_policy").unwrap();
    let again = world.unwritten(|world| world.block_for(&id, "paused_by_policy"));
    assert_eq!(detail(&refusal(again, Code::ExecutionNotEligible), "publicState"), "waiting");
    world.unblock(&id, "paused_by_policy").unwrap();
    let again = world.unwritten(|world| world.unblock(&id, "paused_by_policy"));
    assert_eq!(detail(&refusal(again, Code::ExecutionNotEligible), "executionId"), id);
}

/// Contract: protocol.unblock.
#[test]
fn only_what_is_blocked_for_the_reason_named_is_unblocked() {
    for stand in Stand::ALL {
        let mut world = World::new();
        let id = world.stand(stand);
        let before = world.describe(&id);
        for (reason, ..) in REASONS {
            if stand == Stand::Blocked && reason == BlockingReason::PausedByOperator {
                continue;
            }
            let outcome = world.unwritten(|world| world.unblock(&id, reason.word()));
            let error = refusal(outcome, Code::ExecutionNotEligible);
            assert_eq!(detail(&error, "publicState"), before.public_state.word(), "{stand:?} {reason}");
        }
        assert_eq!(world.describe(&id), before, "{stand:?}");
    }
}

/// Contract: protocol.block-place, states.next.
#[test]
fn a_blocked_attempt_is_continued_retried_or_started_as_before() {
    for (stand, state, kind) in [
        (Stand::Waiting, AttemptState::PendingFirstAttempt, HandleKind::Fresh),
        (Stand::Retrying, AttemptState::PendingRetryAttempt, HandleKind::Fresh),
        (Stand::Interrupted, AttemptState::AttemptInterrupted, HandleKind::Resumed),
    ] {
        let mut world = World::new();
        let id = world.stand(stand);
        let before = world.describe(&id);
        world.block_for(&id, "waiting_for_quota").unwrap();
        let found = world.describe(&id);
        assert_eq!((found.state.attempt_state, found.attempts), (state, before.attempts.clone()));
        world.unblock(&id, "waiting_for_quota").unwrap();
        assert_eq!(world.describe(&id).attempts, before.attempts);
        assert_eq!(world.claim("mail").handle_kind, kind, "{stand:?}");
    }
}

/// Contract: protocol.unblock, states.unblock.
#[test]
fn an_unblocked_execution_keeps_its_place_and_wakes_its_lane() {
    let mut world = World::new();
    let older = world.submit("mail");
    let newer = world.submit("mail");
    let wakes = world.woken(blocked(&older, "waiting_for_budget"));
    assert!(wakes.lanes.is_empty() && wakes.events);
    let wakes = world.woken(unblocked(&older, "waiting_for_budget"));
    assert!(woken_lanes(&wakes).contains(&"mail") && wakes.events);
    assert_eq!(world.scan("mail"), [older, newer]);
}

/// Contract: executions.deadline, protocol.block-ends.
#[test]
fn a_deadline_ends_what_is_blocked() {
    for (reason, ..) in REASONS {
        let mut world = World::new();
        let id = world.submit_with("mail", |create| create.deadline_at = Some(START + 10));
        world.block_for(&id, reason.word()).unwrap();
        assert_eq!(world.engine.next_due_at().unwrap(), Some(START + 10));
        world.pass(10);
        assert_eq!(world.state(&id), PublicState::Expired);
        refusal(world.unwritten(|world| world.unblock(&id, reason.word())), Code::ExecutionNotEligible);
        refusal(world.unwritten(|world| world.block_route(&id)), Code::ExecutionNotActive);
        assert_eq!(world.story(&id)[2], (Cause::DeadlinePassed, 10));
    }
}

/// Contract: protocol.block-ends.
#[test]
fn a_blocked_execution_can_be_cancelled() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.block_route(&id).unwrap();
    world.cancel(&id).unwrap();
    assert_eq!(world.state(&id), PublicState::Cancelled);
    assert!(world.claim_if_any("mail").is_none());
}

/// Contract: protocol.block.
#[test]
fn a_reason_that_no_scheduler_may_name_is_refused() {
    let mut world = World::new();
    let id = world.submit("mail");
    for reason in ["", "waiting_for_children", "paused_by_flow_cancel", "waiting_for_worker", "Waiting_For_Budget"] {
        let outcome = world.unwritten(|world| world.block_for(&id, reason));
        refused_field(outcome, Code::InvalidBlockingReason, "reason");
        let outcome = world.unwritten(|world| world.unblock(&id, reason));
        refused_field(outcome, Code::InvalidBlockingReason, "expectedReason");
    }
}

/// Contract: executions.cancel-unknown.
#[test]
fn an_unknown_execution_and_bad_arguments_are_refused() {
    let mut world = World::new();
    for (id, code) in [(UNKNOWN, Code::NotFoundExecution), ("x", Code::InvalidInput)] {
        refusal(world.block_route(id), code);
        refusal(world.block_for(id, "waiting_for_budget"), code);
        refusal(world.unblock(id, "waiting_for_budget"), code);
    }
    let long = "x".repeat(65_537);
    let id = world.submit("mail");
    let route = BlockRouteArgs { execution_id: id.clone(), reason: long.clone() };
    refused_field(world.call(route), Code::InvalidInput, "reason");
    let block = BlockExecutionArgs { detail: long, ..blocked(&id, "waiting_for_budget") };
    refused_field(world.call(block), Code::InvalidInput, "detail");
    let unblock = UnblockExecutionArgs { execution_id: String::new(), ..unblocked(&id, "waiting_for_budget") };
    refused_field(world.call(unblock), Code::InvalidInput, "executionId");
}
