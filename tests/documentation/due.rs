//! What time does by itself, in the order within one instant.

use std::fmt::Write as _;
use tidegate::model::executions::due::DueKind;

pub fn table() -> String {
    let mut table = String::from("| Order | What is due | What it does |\n|---|---|---|\n");
    for (place, kind) in DueKind::ALL.into_iter().enumerate() {
        let (name, effect) = words(kind);
        writeln!(table, "| {} | {name} | {effect} |", place + 1).expect("a string takes it");
    }
    assert!(DueKind::ALL.is_sorted(), "the kinds stand in the order in which they apply");
    table
}

const fn words(kind: DueKind) -> (&'static str, &'static str) {
    match kind {
        DueKind::Deadline => ("a deadline", "the execution expires, whatever it is doing"),
        DueKind::AttemptTimeout => ("an attempt timeout", "the attempt fails and is retried, or the execution expires"),
        DueKind::SuspensionTimeout => ("a suspension timeout", "the suspension ends, or the wait for children"),
        DueKind::LeaseExpiry => ("the expiry of a lease", "the lease lapses"),
        DueKind::Delay => ("the end of a delay, a back-off or a reservation", "the execution is claimable"),
        DueKind::FlowCancel => ("the end of a grace", "what is left of the backlog of a flow's cancellation ends"),
        DueKind::WorkerTtl => ("a worker's time to live", "the worker leaves the registry"),
    }
}
