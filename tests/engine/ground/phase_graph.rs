//! The state graph of the README and of the contract, derived from the same walk as the phase table.

use super::phase_table::{OPERATIONS, attempt, samples};
use crate::engine::world::test;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tidegate::model::executions::transition;

#[cfg(not(target_family = "wasm"))]
const MARKS: (&str, &str) = ("<!-- phases -->", "<!-- /phases -->");

/// The phases in the order of a life; the graph lists its arrows in it.
const ORDER: &[&str] = &["waiting", "delayed", "blocked", "active", "lapsed", "suspended", "terminal"];

/// The state graph as a mermaid text: an arrow for each pair of phases, named with what leads along it.
pub fn graph() -> String {
    let mut arrows: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
    for sample in samples() {
        for operation in OPERATIONS {
            if let Some((after, _)) = attempt(operation, &sample) {
                let name = operation.split(' ').next().unwrap_or(operation);
                let names = arrows.entry((place(sample.phase.name()), place(after.name()))).or_default();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    let mut text = "stateDiagram-v2\n".to_owned();
    for delay_until in [None, Some(1)] {
        let _ = writeln!(text, "    [*] --> {}: create", transition::create(delay_until).phase.name());
    }
    for ((from, to), names) in &arrows {
        let _ = writeln!(text, "    {} --> {}: {}", ORDER[*from], ORDER[*to], names.join(", "));
    }
    text
}

fn place(name: &str) -> usize {
    ORDER.iter().position(|known| *known == name).expect("a phase that the graph knows")
}

/// Contract: states.graph.
#[test]
fn terminal_is_left_only_by_replay() {
    let graph = graph();
    let ways: Vec<&str> = graph.lines().filter(|line| line.trim().starts_with("terminal -->")).collect();
    assert_eq!(ways, ["    terminal --> waiting: replay", "    terminal --> blocked: replay_skipped"]);
}

/// Contract: states.phases.
#[test]
fn every_phase_can_be_entered_and_left() {
    let graph = graph();
    for phase in ORDER {
        assert!(graph.contains(&format!("--> {phase}:")), "{phase} is never entered\n{graph}");
        assert!(graph.contains(&format!("    {phase} -->")), "{phase} is never left\n{graph}");
    }
}

/// Native only: WebAssembly has no files. Until there is a README, it prints what belongs into it.
/// Contract: states.graph.
#[cfg(not(target_family = "wasm"))]
#[test]
fn the_readme_shows_the_graph() {
    let wanted = format!("{}\n```mermaid\n{}```\n{}", MARKS.0, graph(), MARKS.1);
    let Ok(readme) = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")) else {
        println!("{wanted}");
        return;
    };
    assert!(readme.contains(&wanted), "the README must hold\n{wanted}");
}

/// Native only, as above. With `TIDEGATE_BLESS=1` the page is written instead.
#[cfg(not(target_family = "wasm"))]
#[test]
fn the_contract_shows_the_graph() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/contract/states.md");
    let text = std::fs::read_to_string(page).expect("the page is there");
    let (before, rest) = text.split_once(MARKS.0).expect("the section opens");
    let (found, after) = rest.split_once(MARKS.1).expect("the section closes");
    let wanted = format!("\n```mermaid\n{}```\n", graph());
    if std::env::var_os("TIDEGATE_BLESS").is_some() {
        std::fs::write(page, format!("{before}{}{wanted}{}{after}", MARKS.0, MARKS.1)).expect("it can be written");
    } else {
        assert!(found == wanted, "the contract must hold\n{wanted}");
    }
}
