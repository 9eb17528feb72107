//! The tables of the documentation are those of the code. With `TIDEGATE_BLESS=1` they are written instead of compared.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::expect_used, missing_docs)]

#[path = "documentation/due.rs"]
mod due;
#[path = "documentation/events.rs"]
mod events;
#[path = "documentation/limits.rs"]
mod limits;
#[path = "documentation/phases.rs"]
mod phases;

use std::fmt::Write as _;
use std::path::Path;
use tidegate::{Class, Code, Operation};

fn error_table() -> String {
    let mut table = String::from("| Code | Class | When |\n|---|---|---|\n");
    for code in Code::ALL {
        let class = match code.class() {
            Class::Terminal => "terminal",
            Class::Retryable => "retryable",
            Class::Informational => "informational",
            Class::Bug => "bug",
        };
        writeln!(table, "| `{}` | {class} | {} |", code.as_str(), code.meaning()).expect("a string takes it");
    }
    table
}

fn operation_table() -> String {
    let mut table = String::from("| Operation | Writes | Payload |\n|---|---|---|\n");
    for (name, writes, payload) in Operation::TABLE {
        let writes = if *writes { "writes" } else { "reads" };
        // The field of an operation without a payload is never asked for.
        let payload = if *payload == "payload" { String::new() } else { format!("`{payload}`") };
        writeln!(table, "| `{name}` | {writes} | {payload} |").expect("a string takes it");
    }
    table
}

/// What stands between the markers of a section must be `expected`.
fn section_is(page: &str, name: &str, expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(&file).expect("the page is there");
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&open).expect("the section opens");
    let (found, after) = rest.split_once(&close).expect("the section closes");
    if std::env::var_os("TIDEGATE_BLESS").is_some() {
        std::fs::write(&file, format!("{before}{open}{expected}{close}{after}")).expect("the page can be written");
    } else {
        assert!(
            found == expected,
            "{page}: section {name} is stale: run the tests with TIDEGATE_BLESS=1. It should be:\n{expected}"
        );
    }
}

/// Contract: errors.codes.
#[test]
fn the_documented_error_codes_are_those_of_the_code() {
    section_is("docs/contract/errors.md", "errors", &error_table());
}

/// Contract: values.operations.
#[test]
fn the_documented_operations_are_those_of_the_code() {
    section_is("docs/contract/values.md", "operations", &operation_table());
}

/// Contract: limits.numbers.
#[test]
fn the_documented_limits_are_those_of_the_code() {
    section_is("docs/contract/limits.md", "limits", &limits::table());
}

#[test]
fn the_documented_order_of_what_is_due_is_that_of_the_code() {
    section_is("docs/contract/time.md", "due", &due::table());
}

/// Contract: events.matrix.
#[test]
fn the_documented_streams_of_each_cause_are_those_of_the_code() {
    section_is("docs/contract/events.md", "events", &events::table());
}

#[test]
fn the_documented_transitions_are_those_of_the_phase_table() {
    section_is("docs/contract/states.md", "phase-table", &phases::table());
}
