//! The table of phases and operations against the machine as it is. Contract: states.graph.
//!
//! `phase_table.txt` is the expectation, written from the specification; the walk tries every operation on every phase
//! and writes what it finds in the same words. What the table does not list, the machine must refuse: mostly by having
//! no such method, so that the walk itself would not compile.

use crate::engine::world::{START, test};
use std::fmt::Write as _;
use tidegate::model::executions::phase::{
    Active, Blocked, Blocker, DelayReason, Delayed, Held, Lapsed, Next, Phase, SuspendReason, Suspended, Terminal,
    Waiting,
};
use tidegate::model::executions::transition::{self, AttemptChange, Expiry, Record, Step};
use tidegate::model::ground::vocabulary::Outcome;

const LATER: i64 = START + 5_000;
const HELD: Held = Held { expires_at: LATER, timeout_at: None };

/// A phase under the name that the table gives it.
pub struct Sample {
    pub name: String,
    pub phase: Phase,
    attempted: bool,
}

/// Every operation that a phase may meet.
pub const OPERATIONS: &[&str] = &[
    "claim",
    "block",
    "delay_over",
    "wake",
    "unblock",
    "unblock early",
    "children_timed_out",
    "depend",
    "skip",
    "renew",
    "complete",
    "fail",
    "retry",
    "delay",
    "wait_children",
    "lapse",
    "revoke",
    "suspend",
    "resume",
    "resume delayed",
    "claimable",
    "reclaim",
    "resume grant",
    "over_cap",
    "cancel",
    "expire deadline",
    "expire attempt",
    "replay",
    "replay_skipped",
];

/// Every kind of phase.
pub fn samples() -> Vec<Sample> {
    let mut all = Vec::new();
    let mut add = |name: String, phase, attempted| all.push(Sample { name, phase, attempted });
    for (name, next) in
        [("first", Next::First), ("retry", Next::Retry), ("replay", Next::Replay), ("interrupted", Next::Interrupted)]
    {
        add(format!("waiting {name}"), Phase::Waiting(Waiting { next }), next != Next::First);
    }
    for (name, next, reason) in [
        ("delay", Next::First, DelayReason::Delay),
        ("retry_backoff", Next::Retry, DelayReason::RetryBackoff),
        ("resume_delay", Next::Interrupted, DelayReason::ResumeDelay),
    ] {
        let phase = Phase::Delayed(Delayed { next, until_at: LATER, reason });
        add(format!("delayed {name}"), phase, next != Next::First);
    }
    let names = ["children", "budget", "quota", "route", "operator", "policy", "flow_cancel"];
    for (name, by) in names.into_iter().zip(Blocker::ALL) {
        add(format!("blocked {name}"), blocked(Next::First, by), false);
    }
    add("blocked children interrupted".to_owned(), blocked(Next::Interrupted, Blocker::Children), true);
    add("active".to_owned(), Phase::Active(Active::Held(HELD)), true);
    let lapsed = Lapsed { expired_at: START, claimable_at: Some(LATER) };
    add("lapsed".to_owned(), Phase::Active(Active::Lapsed(lapsed)), true);
    for (name, reason) in [
        ("signal", SuspendReason::Signal),
        ("approval", SuspendReason::Approval),
        ("callback", SuspendReason::Callback),
        ("tool_result", SuspendReason::ToolResult),
    ] {
        add(format!("suspended {name}"), Phase::Suspended(Suspended { reason, timeout_at: None }), true);
    }
    for outcome in Outcome::ALL.iter().copied() {
        add(format!("terminal {outcome}"), Phase::Terminal(Terminal { outcome, attempted: true }), true);
        let unattempted = Phase::Terminal(Terminal { outcome, attempted: false });
        add(format!("terminal {outcome} unattempted"), unattempted, false);
    }
    all
}

fn blocked(next: Next, by: Blocker) -> Phase {
    Phase::Blocked(Blocked { next, by, not_before_at: None })
}

/// What an operation does to a phase: the phase after it, and what is recorded when it changed. `None`: there is no
/// such operation on this phase.
pub fn attempt(operation: &str, sample: &Sample) -> Option<(Phase, Option<Record>)> {
    let attempted = sample.attempted;
    match (operation, sample.phase) {
        ("cancel", phase) => recorded(phase.cancel(attempted)),
        ("skip", phase) => recorded(phase.skip(attempted)),
        ("expire deadline", phase) => recorded(phase.expire(Expiry::Deadline, attempted)),
        (_, Phase::Waiting(waiting)) => on_waiting(operation, waiting),
        ("delay_over", Phase::Delayed(delayed)) => recorded(Some(delayed.over())),
        ("block", Phase::Delayed(delayed)) => recorded(Some(delayed.block())),
        ("wake", Phase::Delayed(delayed)) => recorded(Some(delayed.wake())),
        (_, Phase::Blocked(blocked)) => on_blocked(operation, blocked),
        (_, Phase::Active(Active::Held(held))) => on_held(operation, held),
        (_, Phase::Active(Active::Lapsed(lapsed))) => on_lapsed(operation, lapsed),
        ("resume", Phase::Suspended(suspended)) => recorded(Some(suspended.resume(None))),
        ("resume delayed", Phase::Suspended(suspended)) => recorded(Some(suspended.resume(Some(LATER)))),
        ("replay", Phase::Terminal(terminal)) => recorded(Some(terminal.replay())),
        ("replay_skipped", Phase::Terminal(terminal)) => recorded(Some(terminal.replay_skipped())),
        (_, Phase::Delayed(_) | Phase::Suspended(_) | Phase::Terminal(_)) => None,
    }
}

fn recorded(step: Option<Step>) -> Option<(Phase, Option<Record>)> {
    step.map(|step| (step.phase, Some(step.record)))
}

fn on_waiting(operation: &str, waiting: Waiting) -> Option<(Phase, Option<Record>)> {
    match operation {
        "claim" => recorded(Some(waiting.claim(HELD))),
        "block" => recorded(Some(waiting.block(Blocker::Budget))),
        _ => None,
    }
}

fn on_blocked(operation: &str, blocked: Blocked) -> Option<(Phase, Option<Record>)> {
    match operation {
        "unblock" => recorded(Some(blocked.unblock(START))),
        "unblock early" => recorded(Some(Blocked { not_before_at: Some(LATER), ..blocked }.unblock(START))),
        "children_timed_out" if blocked.by == Blocker::Children => recorded(Some(blocked.children_timed_out())),
        "depend" => recorded(Some(blocked.depend())),
        "wake" if blocked.by == Blocker::Children => {
            recorded(Some(Blocked { not_before_at: Some(LATER), ..blocked }.wake()))
        }
        _ => None,
    }
}

fn on_held(operation: &str, held: Held) -> Option<(Phase, Option<Record>)> {
    match operation {
        "renew" => Some((Phase::Active(Active::Held(held.renew(LATER))), None)),
        "complete" => recorded(Some(held.complete())),
        "fail" => recorded(Some(held.fail())),
        "retry" => recorded(Some(held.retry(LATER))),
        "delay" => recorded(Some(held.delay(LATER))),
        "wait_children" => recorded(Some(held.wait_children())),
        "lapse" => recorded(Some(held.lapse(None))),
        "revoke" => recorded(Some(held.revoke())),
        "suspend" => recorded(Some(held.suspend(SuspendReason::Signal, None))),
        "expire attempt" => recorded(Some(held.expire(Expiry::AttemptTimeout))),
        _ => None,
    }
}

fn on_lapsed(operation: &str, lapsed: Lapsed) -> Option<(Phase, Option<Record>)> {
    match operation {
        "claimable" => Some((Phase::Active(Active::Lapsed(lapsed.claimable())), None)),
        "reclaim" => recorded(Some(lapsed.reclaim(HELD))),
        "resume grant" => recorded(Some(lapsed.resume(HELD))),
        "over_cap" => recorded(Some(lapsed.over_cap())),
        "retry" => recorded(Some(lapsed.retry(LATER))),
        "fail" => recorded(Some(lapsed.fail())),
        _ => None,
    }
}

/// One line of the table, its cells joined by ` | `.
fn line(phase: &str, operation: &str, after: Phase, record: Option<Record>) -> String {
    let state = after.state();
    let outcome = state.terminal_outcome.map_or("-", Outcome::word);
    let mut line = format!(
        "{phase} | {operation} | {} {} {} {} {outcome} {} {} | ",
        state.lifecycle_phase,
        state.ownership_state,
        state.eligibility_state,
        state.blocking_reason,
        state.attempt_state,
        state.public_state()
    );
    let Some(record) = record else { return line + "- | - | 0 | unchanged" };
    let lease = record.lease.map_or("-", |lease| lease.word());
    let epoch = if record.epoch_rises { "+1" } else { "0" };
    let change = match record.attempt {
        AttemptChange::Unchanged => "unchanged".to_owned(),
        AttemptChange::Start(kind) => format!("start {kind}"),
        AttemptChange::Continue => "continue".to_owned(),
        AttemptChange::Interrupt => "interrupt".to_owned(),
        AttemptChange::End(lifecycle) => format!("end {lifecycle}"),
    };
    let _ = write!(line, "{} | {lease} | {epoch} | {change}", record.cause);
    line
}

/// The expected lines, without the column that numbers the transitions.
fn expected() -> Vec<String> {
    let table = include_str!("phase_table.txt").lines().skip(1);
    table
        .map(|row| row.split('|').map(str::trim).enumerate().filter(|(at, _)| *at != 2).map(|(_, cell)| cell))
        .map(|cells| cells.collect::<Vec<_>>().join(" | "))
        .collect()
}

fn found() -> Vec<String> {
    let created = [
        ("create", transition::create(None)),
        ("create delayed", transition::create(Some(LATER))),
        ("create dependent", transition::create_dependent(None)),
    ];
    let mut lines: Vec<String> =
        created.map(|(operation, step)| line("nothing", operation, step.phase, Some(step.record))).into();
    for sample in samples() {
        for operation in OPERATIONS {
            if let Some((phase, record)) = attempt(operation, &sample) {
                lines.push(line(&sample.name, operation, phase, record));
            }
        }
    }
    lines
}

/// Contract: states.phases, states.graph, states.create, states.claim, states.resume, states.renew, states.complete,
/// states.retry, states.fail, states.cancel, states.expire, states.skip, states.delay, states.wait-children,
/// states.lapse, states.revoke, states.reclaim, states.over-cap, states.claimable, states.delay-over, states.block,
/// states.depend, states.wake, states.unblock, states.suspend, states.resume-suspended, states.replay, states.replay-skipped.
#[test]
fn every_operation_does_to_every_phase_what_the_table_says_and_nothing_else() {
    let (mut expected, mut found) = (expected(), found());
    expected.sort();
    found.sort();
    let missing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).collect();
    let beyond: Vec<_> = found.iter().filter(|line| !expected.contains(line)).collect();
    assert!(missing.is_empty() && beyond.is_empty(), "expected: {missing:#?}\nfound instead: {beyond:#?}");
    assert_eq!(expected.len(), found.len(), "the table lists a row twice");
}

/// Contract: states.next.
#[test]
fn an_operation_on_a_phase_never_loses_the_attempt_that_comes_next() {
    for sample in samples() {
        let before = sample.phase.state().attempt_state;
        for operation in ["block", "delay_over", "wake", "unblock", "unblock early", "depend"] {
            if let Some((phase, _)) = attempt(operation, &sample) {
                assert_eq!(phase.state().attempt_state, before, "{operation} on {}", sample.name);
            }
        }
    }
}
