//! The state vector of every phase and the public state of every vector. Contract: states.dimensions,
//! states.public-state.

use crate::engine::world::test;
use tidegate::model::executions::phase::{
    Active, Blocked, Blocker, DelayReason, Delayed, Held, Lapsed, Next, Phase, StateVector, SuspendReason, Suspended,
    Terminal, Waiting,
};
use tidegate::model::ground::vocabulary::{
    AttemptState, BlockingReason, EligibilityState, LifecyclePhase, Outcome, OwnershipState, PublicState,
};

/// A vector of a lifecycle phase and an eligibility, the rest as it may be.
fn vector(lifecycle_phase: LifecyclePhase, eligibility_state: EligibilityState) -> StateVector {
    StateVector {
        lifecycle_phase,
        ownership_state: OwnershipState::Unowned,
        eligibility_state,
        blocking_reason: BlockingReason::None,
        terminal_outcome: None,
        attempt_state: AttemptState::PendingFirstAttempt,
    }
}

/// The words of a phase: lifecycle, ownership, eligibility, blocking, outcome, attempt, public.
fn words(phase: Phase) -> String {
    let state = phase.state();
    let outcome = state.terminal_outcome.map_or("none", Outcome::word);
    format!(
        "{} {} {} {} {outcome} {} {}",
        state.lifecycle_phase,
        state.ownership_state,
        state.eligibility_state,
        state.blocking_reason,
        state.attempt_state,
        state.public_state()
    )
}

/// Contract: states.public-state.
#[test]
fn a_runnable_execution_is_publicly_what_its_eligibility_says() {
    for (eligibility, public) in [
        (EligibilityState::EligibleNow, PublicState::Waiting),
        (EligibilityState::NotEligibleUntilTime, PublicState::Delayed),
        (EligibilityState::BlockedByDependencies, PublicState::WaitingChildren),
        (EligibilityState::BlockedByBudget, PublicState::RateLimited),
        (EligibilityState::BlockedByQuota, PublicState::RateLimited),
        (EligibilityState::BlockedByRoute, PublicState::Waiting),
        (EligibilityState::BlockedByLaneState, PublicState::Waiting),
        (EligibilityState::BlockedByOperator, PublicState::Waiting),
        (EligibilityState::NotApplicable, PublicState::Waiting),
    ] {
        assert_eq!(vector(LifecyclePhase::Runnable, eligibility).public_state(), public, "{eligibility}");
    }
}

/// Contract: states.public-state.
#[test]
fn an_active_or_suspended_execution_is_publicly_that_whatever_else_it_is() {
    for eligibility in EligibilityState::ALL.iter().copied() {
        for ownership in OwnershipState::ALL.iter().copied() {
            let active = StateVector { ownership_state: ownership, ..vector(LifecyclePhase::Active, eligibility) };
            assert_eq!(active.public_state(), PublicState::Active);
        }
        assert_eq!(vector(LifecyclePhase::Suspended, eligibility).public_state(), PublicState::Suspended);
    }
}

/// Contract: states.public-state.
#[test]
fn a_terminal_execution_is_publicly_its_outcome() {
    for (outcome, public) in [
        (Some(Outcome::Success), PublicState::Completed),
        (Some(Outcome::Failed), PublicState::Failed),
        (Some(Outcome::Cancelled), PublicState::Cancelled),
        (Some(Outcome::Expired), PublicState::Expired),
        (Some(Outcome::Skipped), PublicState::Skipped),
        (None, PublicState::Failed),
    ] {
        let terminal = vector(LifecyclePhase::Terminal, EligibilityState::NotApplicable);
        assert_eq!(StateVector { terminal_outcome: outcome, ..terminal }.public_state(), public);
    }
}

/// Contract: states.attempt-state.
#[test]
fn a_waiting_phase_says_which_attempt_comes_next() {
    for (next, attempt) in [
        (Next::First, "pending_first_attempt"),
        (Next::Retry, "pending_retry_attempt"),
        (Next::Replay, "pending_replay_attempt"),
        (Next::Interrupted, "attempt_interrupted"),
    ] {
        let expected = format!("runnable unowned eligible_now waiting_for_worker none {attempt} waiting");
        assert_eq!(words(Phase::Waiting(Waiting { next })), expected);
    }
}

/// Contract: states.runnable.
#[test]
fn a_delayed_phase_says_what_it_waits_for() {
    for (reason, word) in [
        (DelayReason::Delay, "waiting_for_delay"),
        (DelayReason::RetryBackoff, "waiting_for_retry_backoff"),
        (DelayReason::ResumeDelay, "waiting_for_resume_delay"),
    ] {
        let expected = format!("runnable unowned not_eligible_until_time {word} none pending_first_attempt delayed");
        assert_eq!(words(Phase::Delayed(Delayed { next: Next::First, until_at: 1, reason })), expected);
    }
}

/// Contract: states.runnable.
#[test]
fn a_blocked_phase_says_what_blocks_it() {
    for (by, expected) in [
        (Blocker::Children, "blocked_by_dependencies waiting_for_children none pending_first_attempt waiting_children"),
        (Blocker::Budget, "blocked_by_budget waiting_for_budget none pending_first_attempt rate_limited"),
        (Blocker::Quota, "blocked_by_quota waiting_for_quota none pending_first_attempt rate_limited"),
        (Blocker::Route, "blocked_by_route waiting_for_capable_worker none pending_first_attempt waiting"),
        (Blocker::Operator, "blocked_by_operator paused_by_operator none pending_first_attempt waiting"),
        (Blocker::Policy, "blocked_by_operator paused_by_policy none pending_first_attempt waiting"),
        (Blocker::FlowCancel, "blocked_by_operator paused_by_flow_cancel none pending_first_attempt waiting"),
    ] {
        let phase = Phase::Blocked(Blocked { next: Next::First, by, not_before_at: None });
        assert_eq!(words(phase), format!("runnable unowned {expected}"));
    }
}

/// Contract: states.active.
#[test]
fn an_active_phase_says_whether_its_lease_lives() {
    let held = Phase::Active(Active::Held(Held { expires_at: 1, timeout_at: None }));
    assert_eq!(words(held), "active leased not_applicable none none running_attempt active");
    let lapsed = Phase::Active(Active::Lapsed(Lapsed { expired_at: 1, claimable_at: None }));
    let expected = "active lease_expired_reclaimable not_applicable none none attempt_interrupted active";
    assert_eq!(words(lapsed), expected);
}

/// Contract: states.suspended.
#[test]
fn a_suspended_phase_says_what_it_waits_for() {
    for (reason, word) in [
        (SuspendReason::Signal, "waiting_for_signal"),
        (SuspendReason::Approval, "waiting_for_approval"),
        (SuspendReason::Callback, "waiting_for_callback"),
        (SuspendReason::ToolResult, "waiting_for_tool_result"),
    ] {
        let phase = Phase::Suspended(Suspended { reason, timeout_at: None });
        let expected = format!("suspended unowned not_applicable {word} none attempt_interrupted suspended");
        assert_eq!(words(phase), expected);
    }
}

/// Contract: states.dimensions, states.terminal.
#[test]
fn a_terminal_phase_says_how_it_ended_and_whether_it_was_attempted() {
    for (outcome, attempted, attempt, public) in [
        (Outcome::Success, true, "attempt_terminal", "completed"),
        (Outcome::Failed, true, "attempt_terminal", "failed"),
        (Outcome::Cancelled, true, "attempt_terminal", "cancelled"),
        (Outcome::Cancelled, false, "attempt_terminal", "cancelled"),
        (Outcome::Expired, true, "attempt_terminal", "expired"),
        (Outcome::Expired, false, "pending_first_attempt", "expired"),
        (Outcome::Skipped, true, "attempt_terminal", "skipped"),
        (Outcome::Skipped, false, "pending_first_attempt", "skipped"),
    ] {
        let phase = Phase::Terminal(Terminal { outcome, attempted });
        assert_eq!(words(phase), format!("terminal unowned not_applicable none {outcome} {attempt} {public}"));
    }
}
