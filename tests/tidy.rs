//! What the layout of this repository promises, as tests: sizes, layers, where SQL, time and chance may stand.
//!
//! Each test reads the files that git knows or would add, and names file, line, what was found and the rule. A rule is
//! wrong? Change it here, with its reason, in the commit that needs it. Absent on purpose: what clippy, rustfmt, Biome
//! and tsc already say.

#![cfg(not(target_family = "wasm"))]

#[path = "tidy/bites.rs"]
mod bites;
#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/contract.rs"]
mod contract;
#[path = "tidy/contract_bites.rs"]
mod contract_bites;
#[path = "tidy/import_bites.rs"]
mod import_bites;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/lexer.rs"]
mod lexer;
#[path = "tidy/links.rs"]
mod links;
#[path = "tidy/modules.rs"]
mod modules;
#[path = "tidy/room_bites.rs"]
mod room_bites;
#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/shape.rs"]
mod shape;
#[path = "tidy/sql.rs"]
mod sql;
#[path = "tidy/tree.rs"]
mod tree;
#[path = "tidy/words.rs"]
mod words;

use tree::{Finding, Tree, tree};

/// Fails with every finding on a line of its own.
fn none(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

/// Applies a rule for one Rust source to all of them.
fn no_source(breaks: impl Fn(&tree::Source) -> Vec<Finding>) {
    none(&tree().sources.iter().flat_map(breaks).collect::<Vec<_>>());
}

/// Applies a rule for one text file to all of them.
fn no_text(breaks: impl Fn(&tree::Text) -> Vec<Finding>) {
    none(&tree().texts.iter().flat_map(breaks).collect::<Vec<_>>());
}

/// Applies a rule about the whole tree.
fn no_tree(breaks: impl Fn(&Tree) -> Vec<Finding>) {
    none(&breaks(tree()));
}

#[test]
fn files_are_short() {
    no_text(shape::long_file);
}

#[test]
fn functions_are_short() {
    no_source(shape::long_functions);
}

#[test]
fn file_names_are_nouns_of_the_domain() {
    no_text(shape::empty_name);
}

#[test]
fn texts_name_no_machine() {
    no_text(shape::machine_paths);
}

#[test]
fn texts_leave_nothing_for_later() {
    no_text(shape::leftovers);
}

#[test]
fn public_items_of_operations_and_engine_are_documented() {
    no_source(shape::undocumented);
}

#[test]
fn layers_import_only_from_their_left() {
    no_source(layers::wrong_way);
}

#[test]
fn rooms_use_only_those_before_them() {
    no_source(rooms::backwards);
}

#[test]
fn inside_a_layer_things_are_named_where_they_stand() {
    no_tree(rooms::handed_on);
}

#[test]
fn folders_are_seen_at_a_glance() {
    no_tree(rooms::full_folders);
}

#[test]
fn files_do_not_import_each_other_in_circles() {
    no_tree(layers::cycles);
}

#[test]
fn scripts_do_not_import_each_other_in_circles() {
    no_tree(imports::in_circles);
}

#[test]
fn rooms_of_the_package_and_of_the_page_import_only_from_those_before() {
    no_text(imports::wrong_way);
}

#[test]
fn every_source_file_is_declared() {
    no_tree(modules::dead_files);
}

#[test]
fn rusqlite_stays_in_the_driver() {
    no_source(|source| words::RUSQLITE.broken_by(source));
}

#[test]
fn javascript_stays_at_the_edges() {
    no_source(|source| words::JAVASCRIPT.broken_by(source));
}

#[test]
fn the_engine_alone_opens_transactions() {
    no_source(|source| words::TRANSACTION.broken_by(source));
}

#[test]
fn time_and_chance_come_from_the_host() {
    no_source(|source| words::TIME_AND_CHANCE.broken_by(source));
}

#[test]
fn shipped_code_does_not_panic() {
    no_source(|source| words::PANIC.broken_by(source));
}

#[test]
fn sql_stays_in_the_store() {
    no_source(sql::outside_the_store);
}

#[test]
fn the_driver_alone_speaks_of_the_connection() {
    no_source(sql::connection_words);
}

#[test]
fn one_function_writes_the_phase() {
    no_tree(sql::phase_writers);
}

#[test]
fn parameters_are_numbered_and_few() {
    no_source(sql::parameters);
}

#[test]
fn rules_of_the_contract_have_anchors_of_their_own() {
    no_tree(contract::rules_are_seen);
    assert!(contract::count(tree()).values().sum::<usize>() > 600);
}

#[test]
fn what_is_cited_of_the_contract_stands_in_it() {
    no_tree(contract::unknown);
}

#[test]
fn every_rule_of_the_contract_is_cited_by_a_test() {
    no_tree(contract::unproved);
}

#[test]
fn texts_refer_to_nothing_outside_of_the_repository() {
    no_text(contract::elsewhere);
}

#[test]
fn files_that_pages_name_are_there() {
    no_tree(links::named_files);
}

#[test]
fn links_lead_somewhere() {
    no_tree(links::dead_links);
}

#[test]
fn migrations_are_listed() {
    no_tree(sql::unlisted_migrations);
}

#[test]
fn migrations_only_make_strict_tables() {
    no_text(sql::loose_migration);
}

#[test]
fn checks_name_ranges_instead_of_lists() {
    no_text(sql::long_lists);
}
