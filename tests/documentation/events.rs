//! In which streams each cause stands, and what its events may carry beside their columns.
//!
//! Which states and lease events a cause comes with is read from the phase table, which the machine is held against.

use super::phases::{Line, lines};
use std::fmt::Write as _;
use tidegate::model::events::event::{EventDetail, EventStream, ReplayBranch};
use tidegate::model::executions::phase::StateVector;
use tidegate::model::flows::flow::{CancellationPolicy, FlowState};
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{
    AttemptState, BlockingReason, EligibilityState, LeaseEvent, LifecyclePhase, Outcome, OwnershipState,
};

const STREAMS: [(EventStream, &str); 7] = [
    (EventStream::Execution, "execution"),
    (EventStream::Completion, "completion"),
    (EventStream::Lease, "lease"),
    (EventStream::Operator, "operator"),
    (EventStream::Flow, "flow"),
    (EventStream::Worker, "worker"),
    (EventStream::Progress, "progress"),
];

pub fn table() -> String {
    let mut table = String::from("| Cause |");
    for (_, name) in STREAMS {
        write!(table, " `{name}` |").expect("a string takes it");
    }
    table.push_str(" Detail |\n|---|---|---|---|---|---|---|---|---|\n");
    let lines = lines();
    for cause in Cause::ALL.iter().copied() {
        let rows = rows(&lines, cause);
        write!(table, "| `{cause}` |").expect("a string takes it");
        for (stream, _) in STREAMS {
            let held = rows.iter().filter(|(state, lease)| stream.holds(cause, state.as_ref(), *lease)).count();
            table.push_str(match held {
                0 => " |",
                all if all == rows.len() => " yes |",
                _ => " some |",
            });
        }
        let fields = fields(cause);
        assert_eq!(EventDetail::belongs_to(cause), !fields.is_empty(), "the detail of {cause}");
        writeln!(table, " {} |", fields.join(", ")).expect("a string takes it");
    }
    table
}

/// The states and lease events that the rows of a cause may have.
fn rows(lines: &[Line], cause: Cause) -> Vec<(Option<StateVector>, Option<LeaseEvent>)> {
    let lease = |line: &Line| LeaseEvent::ALL.iter().copied().find(|one| one.word() == line.lease);
    let of_cause = lines.iter().filter(|line| line.cause == cause.word());
    let found: Vec<_> = of_cause.map(|line| (Some(state(line)), lease(line))).collect();
    if !found.is_empty() {
        return found;
    }
    // A renewal is the one lease event that changes no phase.
    vec![(None, (cause == Cause::Renewed).then_some(LeaseEvent::Renewed))]
}

/// Of a state only its phase and its outcome decide on a stream.
fn state(line: &Line) -> StateVector {
    let lifecycle = LifecyclePhase::ALL.iter().copied().find(|phase| line.state.starts_with(phase.word()));
    StateVector {
        lifecycle_phase: lifecycle.expect("a phase of the table"),
        ownership_state: OwnershipState::Unowned,
        eligibility_state: EligibilityState::NotApplicable,
        blocking_reason: BlockingReason::None,
        terminal_outcome: Outcome::ALL.iter().copied().find(|outcome| line.state.contains(outcome.word())),
        attempt_state: AttemptState::AttemptTerminal,
    }
}

/// The names of what the detail of a cause holds.
fn fields(cause: Cause) -> Vec<String> {
    let Some((_, detail)) = details().into_iter().find(|(one, _)| *one == cause) else { return Vec::new() };
    let json = serde_json::to_value(detail).expect("a detail is JSON");
    json.as_object().expect("a detail has members").keys().map(|name| format!("`{name}`")).collect()
}

/// A detail of each cause that may have one.
fn details() -> Vec<(Cause, EventDetail)> {
    let id = || String::from("an id");
    let why = || EventDetail::Reason { reason: "why".to_owned() };
    let edge = EventDetail::Edge { edge_id: id(), upstream_execution_id: id(), downstream_execution_id: id() };
    let cancel = EventDetail::FlowCancel {
        cancellation_policy: CancellationPolicy::FlowOnly,
        cancel_reason: "why".to_owned(),
        member_count: 0,
    };
    vec![
        (Cause::PriorityChanged, EventDetail::PriorityChanged { old_priority: 0, new_priority: 0 }),
        (
            Cause::ProgressReported,
            EventDetail::Progress { attempt_index: 0, percent: Some(0), message: Some("how far".to_owned()) },
        ),
        (Cause::Replayed, EventDetail::Replayed { branch: ReplayBranch::Normal, groups_reset: 0 }),
        (Cause::FlowCreated, EventDetail::FlowShape { node_count: 0, edge_count: 0 }),
        (Cause::FlowMemberAdded, EventDetail::Member { execution_id: id() }),
        (Cause::FlowEdgeStaged, edge),
        (Cause::FlowCancelRequested, cancel),
        (Cause::ClockAccepted, EventDetail::ClockAccepted { by_ms: 1 }),
        (Cause::FlowCompleted, EventDetail::FlowEnded { public_flow_state: FlowState::Completed }),
        (Cause::LeaseRevoked, why()),
        (Cause::Blocked, why()),
        (Cause::Woken, why()),
        (Cause::Skipped, why()),
        (Cause::WorkerMarkedDead, why()),
    ]
}
