//! SQLite refuses what the type refuses: a row for every CHECK of `migrations/0002_execution.sql`.

use crate::engine::world::test;
use tidegate::store::driver::{Driver, Embedded};

const MIGRATIONS: [&str; 4] = [
    include_str!("../../../migrations/0001_meta.sql"),
    include_str!("../../../migrations/0002_execution.sql"),
    include_str!("../../../migrations/0003_event.sql"),
    include_str!("../../../migrations/0004_worker.sql"),
];

/// Columns and their SQL literals.
type Columns = &'static [(&'static str, &'static str)];

/// What every row holds unless it says otherwise.
const ROW: Columns = &[
    ("id", "1"),
    ("public_id", "zeroblob(18)"),
    ("namespace", "1"),
    ("route", "1"),
    ("created_at", "5"),
    ("priority", "0"),
    ("lapsed", "0"),
    ("epoch", "0"),
    ("attempt_count", "0"),
    ("retry_count", "0"),
    ("reclaim_count", "0"),
    ("replay_count", "0"),
    ("lapse_count", "0"),
    ("changed_at", "5"),
    ("last_event", "1"),
    ("section", "1"),
];

const WAITING: Columns = &[("phase", "1"), ("next", "1"), ("claim_rank", "9000")];
const DELAYED: Columns =
    &[("phase", "2"), ("next", "1"), ("reason", "20"), ("until_at", "9"), ("due_at", "9"), ("due_kind", "5")];
const BLOCKED: Columns = &[("phase", "3"), ("next", "1"), ("reason", "30")];
const ACTIVE: Columns = &[("phase", "4"), ("expires_at", "9"), ("attempt_count", "1"), ("attempt_id", "zeroblob(16)")];
const LAPSED: Columns = &[
    ("phase", "4"),
    ("lapsed", "1"),
    ("claim_rank", "9000"),
    ("expires_at", "9"),
    ("attempt_count", "1"),
    ("attempt_id", "zeroblob(16)"),
];
const SUSPENDED: Columns = &[("phase", "5"), ("reason", "50"), ("attempt_count", "1"), ("attempt_id", "zeroblob(16)")];
const TERMINAL: Columns = &[("phase", "6"), ("outcome", "3"), ("ended_at", "9")];

/// What a row with an attempt holds unless it says otherwise.
const ATTEMPT: Columns = &[
    ("attempt_type", "1"),
    ("attempt_started_at", "5"),
    ("lease_id", "zeroblob(16)"),
    ("worker", "'w'"),
    ("instance", "'i'"),
    ("lease_epoch", "1"),
    ("renewed_at", "5"),
];

/// Inserts a row of a phase with some columns set otherwise; answers what SQLite says.
fn insert(phase: Columns, otherwise: Columns) -> Result<(), String> {
    let db = Embedded::memory().unwrap();
    for text in MIGRATIONS {
        db.script(text).unwrap();
    }
    let mut columns: Vec<(&str, &str)> = Vec::new();
    let attempted = phase.iter().chain(otherwise).any(|(name, value)| *name == "attempt_id" && *value != "NULL");
    let attempt = if attempted { ATTEMPT } else { &[] };
    for (name, value) in ROW.iter().chain(attempt).chain(phase).chain(otherwise) {
        columns.retain(|(known, _)| known != name);
        columns.push((name, value));
    }
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    let values: Vec<_> = columns.iter().map(|(_, value)| *value).collect();
    db.script(&format!("INSERT INTO execution ({}) VALUES ({})", names.join(", "), values.join(", ")))
        .map_err(|e| e.message().to_owned())
}

fn accepted(phase: Columns, otherwise: Columns) {
    let outcome = insert(phase, otherwise);
    assert!(outcome.is_ok(), "{otherwise:?}: {outcome:?}");
}

fn refused(phase: Columns, otherwise: Columns) {
    let said = insert(phase, otherwise).expect_err(&format!("{phase:?} with {otherwise:?} must be refused"));
    assert!(said.contains("CHECK constraint failed"), "{otherwise:?}: {said}");
}

#[test]
fn a_section_is_a_public_state_and_never_active() {
    accepted(WAITING, &[("section", "2")]);
    accepted(WAITING, &[("section", "11")]);
    refused(WAITING, &[("section", "0")]);
    refused(WAITING, &[("section", "5")]);
    refused(WAITING, &[("section", "12")]);
}

/// Contract: storage.checks.
#[test]
fn a_sound_row_of_every_phase_is_accepted() {
    for phase in [WAITING, DELAYED, BLOCKED, ACTIVE, LAPSED, SUSPENDED, TERMINAL] {
        accepted(phase, &[]);
    }
    accepted(BLOCKED, &[("until_at", "9")]);
    accepted(ACTIVE, &[("timeout_at", "9")]);
    accepted(SUSPENDED, &[("until_at", "9")]);
    accepted(WAITING, &[("due_at", "9"), ("due_kind", "1")]);
    accepted(WAITING, &[("next", "4"), ("attempt_count", "1"), ("attempt_id", "zeroblob(16)")]);
}

#[test]
fn a_public_id_has_eighteen_bytes() {
    refused(WAITING, &[("public_id", "zeroblob(17)")]);
    refused(WAITING, &[("public_id", "zeroblob(19)")]);
}

#[test]
fn a_priority_is_from_0_to_9000() {
    accepted(WAITING, &[("priority", "9000"), ("claim_rank", "0")]);
    refused(WAITING, &[("priority", "9001")]);
    refused(WAITING, &[("priority", "-1")]);
}

#[test]
fn a_phase_is_from_1_to_6() {
    refused(WAITING, &[("phase", "0")]);
    refused(TERMINAL, &[("phase", "7")]);
}

#[test]
fn lapsed_is_0_or_1() {
    refused(LAPSED, &[("lapsed", "2")]);
}

#[test]
fn a_next_attempt_stands_exactly_in_waiting_delayed_and_blocked() {
    for phase in [WAITING, DELAYED, BLOCKED] {
        refused(phase, &[("next", "NULL")]);
    }
    for phase in [ACTIVE, LAPSED, SUSPENDED, TERMINAL] {
        refused(phase, &[("next", "1")]);
    }
}

#[test]
fn a_reason_is_one_of_its_phase() {
    for (phase, others) in
        [(DELAYED, ["19", "30", "50"]), (BLOCKED, ["29", "40", "20"]), (SUSPENDED, ["49", "60", "30"])]
    {
        for reason in others {
            refused_value(phase, "reason", reason);
        }
    }
    for phase in [WAITING, ACTIVE, LAPSED, TERMINAL] {
        refused(phase, &[("reason", "20")]);
    }
}

fn refused_value(phase: Columns, column: &'static str, value: &'static str) {
    refused(phase, Vec::leak(vec![(column, value)]));
}

#[test]
fn a_delayed_blocked_or_suspended_row_has_a_reason() {
    for phase in [DELAYED, BLOCKED, SUSPENDED] {
        refused(phase, &[("reason", "NULL")]);
    }
}

#[test]
fn a_number_that_is_no_word_is_refused() {
    refused(WAITING, &[("next", "5")]);
    refused(TERMINAL, &[("outcome", "6")]);
    refused(DELAYED, &[("reason", "25")]);
    refused(BLOCKED, &[("reason", "39")]);
    refused(SUSPENDED, &[("reason", "55")]);
    refused(ACTIVE, &[("due_kind", "9")]);
}

#[test]
fn an_outcome_stands_exactly_in_terminal() {
    refused(TERMINAL, &[("outcome", "NULL")]);
    for phase in [WAITING, DELAYED, BLOCKED, ACTIVE, LAPSED, SUSPENDED] {
        refused(phase, &[("outcome", "1")]);
    }
}

#[test]
fn an_end_stands_exactly_in_terminal() {
    refused(TERMINAL, &[("ended_at", "NULL")]);
    for phase in [WAITING, DELAYED, BLOCKED, ACTIVE, LAPSED, SUSPENDED] {
        refused(phase, &[("ended_at", "9")]);
    }
}

#[test]
fn a_lease_expiry_stands_exactly_in_active() {
    refused(ACTIVE, &[("expires_at", "NULL")]);
    refused(LAPSED, &[("expires_at", "NULL")]);
    for phase in [WAITING, DELAYED, BLOCKED, SUSPENDED, TERMINAL] {
        refused(phase, &[("expires_at", "9")]);
    }
}

#[test]
fn only_an_active_row_has_lapsed() {
    for phase in [WAITING, DELAYED, BLOCKED, SUSPENDED, TERMINAL] {
        refused(phase, &[("lapsed", "1")]);
    }
}

#[test]
fn an_attempt_timeout_stands_only_under_a_live_lease() {
    for phase in [WAITING, DELAYED, BLOCKED, LAPSED, SUSPENDED, TERMINAL] {
        refused(phase, &[("timeout_at", "9")]);
    }
}

#[test]
fn an_instant_to_wait_for_stands_where_its_phase_has_one() {
    refused(DELAYED, &[("until_at", "NULL")]);
    for phase in [WAITING, ACTIVE, TERMINAL] {
        refused(phase, &[("until_at", "9")]);
    }
}

#[test]
fn a_claim_rank_stands_only_while_a_claim_may_take_the_row() {
    for phase in [DELAYED, BLOCKED, ACTIVE, SUSPENDED, TERMINAL] {
        refused(phase, &[("claim_rank", "9000")]);
    }
}

#[test]
fn a_due_instant_and_its_kind_stand_together() {
    refused(WAITING, &[("due_at", "9")]);
    refused(WAITING, &[("due_kind", "1")]);
}

#[test]
fn nothing_is_due_on_a_terminal_row() {
    refused(TERMINAL, &[("due_at", "9"), ("due_kind", "1")]);
}

#[test]
fn an_active_or_suspended_row_has_an_open_attempt() {
    for phase in [ACTIVE, LAPSED, SUSPENDED] {
        refused(phase, &[("attempt_id", "NULL"), ("attempt_count", "0")]);
        refused(phase, &[("attempt_ended_at", "9")]);
    }
}

#[test]
fn an_interrupted_attempt_is_open() {
    refused(WAITING, &[("next", "4")]);
    let ended: Columns =
        &[("next", "4"), ("attempt_count", "1"), ("attempt_id", "zeroblob(16)"), ("attempt_ended_at", "9")];
    refused(WAITING, ended);
}

#[test]
fn a_row_has_an_attempt_exactly_when_one_was_counted() {
    refused(WAITING, &[("attempt_count", "1")]);
    refused(WAITING, &[("attempt_id", "zeroblob(16)")]);
}

#[test]
fn a_column_holds_its_type() {
    let said = insert(WAITING, &[("priority", "'high'")]).expect_err("a text is no priority");
    assert!(said.contains("cannot store TEXT value in INTEGER column"), "{said}");
}

/// Contract: storage.checks.
#[test]
fn what_time_will_do_fits_the_phase() {
    for (phase, kinds) in [
        (WAITING, ["2", "3", "4", "5"].as_slice()),
        (DELAYED, &["2", "3", "4"]),
        (BLOCKED, &["2", "3", "4", "5"]),
        (ACTIVE, &["3", "4", "5"]),
        (LAPSED, &["2", "3", "4"]),
        (SUSPENDED, &["2", "4", "5"]),
        (TERMINAL, &["1", "2", "3", "4", "5"]),
    ] {
        for kind in kinds {
            let due: Columns = vec![("due_at", "9"), ("due_kind", *kind)].leak();
            refused(phase, due);
        }
    }
}

#[test]
fn a_lease_and_a_delay_are_never_forgotten() {
    refused(ACTIVE, &[("expires_at", "NULL")]);
    refused(DELAYED, &[("due_at", "NULL"), ("due_kind", "NULL")]);
    refused(DELAYED, &[("due_at", "10")]);
}

#[test]
fn a_reservation_stands_only_where_a_claim_could_and_keeps_it_from_the_claim_order() {
    const RESERVED: Columns = &[("granted_until", "9"), ("claim_rank", "NULL"), ("due_at", "10"), ("due_kind", "5")];
    for phase in [WAITING, LAPSED] {
        accepted(phase, RESERVED);
        accepted(phase, &[("granted_until", "0")]);
        refused(phase, &[("granted_until", "9")]);
    }
    for phase in [DELAYED, BLOCKED, ACTIVE, SUSPENDED, TERMINAL] {
        refused(phase, &[("granted_until", "0")]);
    }
}

#[test]
fn a_claim_rank_is_that_of_the_priority_and_of_nothing_in_back_off() {
    refused(WAITING, &[("claim_rank", "-77")]);
    refused(WAITING, &[("priority", "1")]);
    refused(LAPSED, &[("until_at", "9"), ("due_at", "9"), ("due_kind", "5")]);
}

/// Contract: storage.checks.
#[test]
fn an_attempt_has_a_lease_and_ends_with_its_execution() {
    for column in ["attempt_type", "attempt_started_at", "lease_id", "worker", "instance", "lease_epoch", "renewed_at"]
    {
        let without: Columns = vec![(column, "NULL")].leak();
        refused(ACTIVE, without);
    }
    refused(TERMINAL, &[("attempt_count", "1"), ("attempt_id", "zeroblob(16)")]);
    refused(TERMINAL, &[("outcome", "1")]);
    refused(ACTIVE, &[("attempt_outcome", "3")]);
    refused(WAITING, &[("next", "2")]);
    refused(WAITING, &[("epoch", "-1")]);
}
