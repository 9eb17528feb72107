//! Proof that each rule complains about what it forbids and is quiet about what it allows.

use crate::lexer::{functions, split};
use crate::tree::{Finding, Source, Text, Tree};
use crate::{layers, modules, shape, sql, words};

fn source(path: &str, text: &str) -> Source {
    Source::new(path, text)
}

pub fn tree_of(files: &[(&str, &str)]) -> Tree {
    Tree::new(files.iter().map(|(path, text)| Text::new(path, text)).collect())
}

/// One finding and it says this.
pub fn bites(findings: &[Finding], words: &str) {
    let said: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(said.len() == 1 && said[0].contains(words), "wanted one finding with {words:?}, got {said:#?}");
}

pub fn quiet(findings: &[Finding]) {
    let said: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(said.is_empty(), "wanted no finding, got {said:#?}");
}

#[test]
fn literals_and_comments_are_not_code() {
    let text = "let a = \"{ \\\" unwrap()\"; // {\nlet b = r#\"{ \" {\"#; /* { /* { */ */ let c = '{'; fn f<'a>(x: &'a str) {}";
    let (code, literals) = split(text);
    assert_eq!(code.len(), text.len());
    assert_eq!(code.matches('{').count(), 1, "{code}");
    assert_eq!(literals.len(), 2);
    assert_eq!(functions(&code)[0].name, "f");
}

#[test]
fn a_literal_over_several_lines_is_joined() {
    let (_, literals) = split("let sql = \"SELECT a \\\n        FROM b\";");
    assert_eq!(literals[0].text, "SELECT a FROM b");
}

#[test]
fn long_files_and_functions_bite() {
    let lines = "let x = 1;\n".repeat(401);
    bites(&shape::long_file(&Text::new("js/open.ts", &lines)), "js/open.ts:401: 401 lines");
    quiet(&shape::long_file(&Text::new("js/types.generated.ts", &lines)));
    let long = format!("\nfn far() {{\n{}}}\nfn near() {{}}\n", "    step(\"}\");\n".repeat(69));
    bites(&shape::long_functions(&source("src/ops/far.rs", &long)), "src/ops/far.rs:2: fn far has 71 lines");
    quiet(&shape::long_functions(&source("src/ops/far.rs", &long.replacen("    step(\"}\");\n", "", 1))));
}

#[test]
fn empty_names_bite() {
    bites(&shape::empty_name(&Text::new("src/ops/claim_utils.rs", "")), "`utils`");
    bites(&shape::empty_name(&Text::new("js/common/tabs.ts", "")), "`common`");
    quiet(&shape::empty_name(&Text::new("src/ops/claim.rs", "")));
}

#[test]
fn machine_paths_bite() {
    let path = [" cd /ho", "me/someone"].concat();
    bites(&shape::machine_paths(&Text::new("README.md", &path)), "README.md:1");
    let relative = ["import \"./js/wo", "rk/loop.ts\"; see https://example.org/ho", "me/"].concat();
    quiet(&shape::machine_paths(&Text::new("README.md", &relative)));
}

#[test]
fn leftovers_bite() {
    let note = ["fine\n// TO", "DO: later"].concat();
    bites(&shape::leftovers(&Text::new("js/open.ts", &note)), "js/open.ts:2");
    quiet(&shape::leftovers(&Text::new("js/open.ts", "todos are fine, methodology too")));
}

#[test]
fn undocumented_items_bite() {
    let bare = "/// Known.\n#[derive(Debug)]\npub struct A;\n\n#[derive(Clone)]\npub struct B;\n";
    bites(&shape::undocumented(&source("src/ops/claim.rs", bare)), "src/ops/claim.rs:6: `pub struct B;`");
    bites(&shape::undocumented(&source("src/engine.rs", "pub(crate) fn open() {}")), "pub(crate) fn open");
    quiet(&shape::undocumented(&source("src/ops/mod.rs", "pub mod claim;\npub use claim::Claim;\nfn private() {}")));
    quiet(&shape::undocumented(&source("src/model/phase.rs", bare)));
}

#[test]
fn layers_bite() {
    let wrong = |path, text| layers::wrong_way(&source(path, text));
    bites(&wrong("src/store/lane.rs", "use crate::ops::claim;"), "store names `ops::claim`");
    bites(&wrong("src/store/lane.rs", "use crate::host::Clock;"), "store names `host::Clock`");
    bites(&wrong("src/model/lease.rs", "use crate::{error::Error, store::{self}};"), "model names `store`");
    bites(&wrong("src/model/lease.rs", "fn f() { super::super::engine::open() }"), "model names `engine::open`");
    bites(&wrong("src/queue.rs", ""), "`queue` is no layer");
    quiet(&wrong(
        "src/ops/claim.rs",
        "use crate::{error::Result, host::Clock, model::*, store::lane}; use super::gate;",
    ));
    quiet(&wrong("src/model/lease.rs", "/// See `crate::store::lease`.\nconst TEXT: &str = \"crate::store\";"));
    quiet(&wrong("src/lib.rs", "pub use crate::engine::Engine;"));
}

#[test]
fn circles_bite() {
    let lease = ("src/model/lease.rs", "use super::phase::Phase;");
    let root = ("src/lib.rs", "mod model;");
    let parent = ("src/model/mod.rs", "mod lease; mod phase; pub use self::lease::Lease;");
    let circle = tree_of(&[root, parent, lease, ("src/model/phase.rs", "use crate::model::{lease::Lease};")]);
    bites(&layers::cycles(&circle), "needs itself");
    quiet(&layers::cycles(&tree_of(&[root, parent, lease, ("src/model/phase.rs", "use super::Fact;")])));
}

#[test]
fn dead_files_bite() {
    let root = ("src/lib.rs", "pub mod model; mod inline { }");
    let dead =
        tree_of(&[root, ("src/model/mod.rs", "mod lease;"), ("src/model/lease.rs", ""), ("src/model/old.rs", "")]);
    bites(&modules::dead_files(&dead), "src/model/old.rs:1");
    quiet(&modules::dead_files(&tree_of(&[root, ("src/model.rs", "mod lease;"), ("src/model/lease.rs", "")])));
}

#[test]
fn banned_words_bite() {
    bites(
        &words::RUSQLITE.broken_by(&source("src/ops/claim.rs", "\nuse rusqlite::Row;")),
        "src/ops/claim.rs:2: `rusqlite`",
    );
    quiet(&words::RUSQLITE.broken_by(&source("src/store/driver/embedded.rs", "use rusqlite::Row;")));
    bites(&words::JAVASCRIPT.broken_by(&source("src/engine.rs", "fn f(a: wasm_bindgen::Thing) {}")), "`wasm_bindgen`");
    bites(&words::TRANSACTION.broken_by(&source("src/ops/claim.rs", "store.transaction(|it| it)")), "`.transaction(`");
    quiet(&words::TRANSACTION.broken_by(&source("src/engine.rs", "store.transaction(|it| it)")));
    bites(&words::TIME_AND_CHANCE.broken_by(&source("src/model/id.rs", "let now = Instant::now();")), "Instant");
    quiet(&words::TIME_AND_CHANCE.broken_by(&source("src/host/clock.rs", "SystemTime::now()")));
    quiet(&words::TIME_AND_CHANCE.broken_by(&source("src/model/id.rs", "operand::left()")));
}

#[test]
fn panics_bite_outside_tests() {
    bites(&words::PANIC.broken_by(&source("src/model/id.rs", "let a = b.unwrap();")), "`.unwrap()`");
    bites(&words::PANIC.broken_by(&source("src/model/id.rs", "#[cfg(not(test))]\nfn f() { panic!() }")), "`panic!`");
    quiet(&words::PANIC.broken_by(&source("src/model/id.rs", "#[cfg(test)]\nmod tests {\n fn f() { a.unwrap() }\n}")));
    quiet(&words::PANIC.broken_by(&source("src/model/id.rs", "// panic!\nlet a = b.unwrap_or_default();")));
    quiet(&words::PANIC.broken_by(&source("tests/engine/claim.rs", "a.unwrap()")));
}

#[test]
fn misplaced_sql_bites() {
    let text = "fn f() { run(\"SELECT 1\") }";
    bites(&sql::outside_the_store(&source("src/ops/claim.rs", text)), "src/ops/claim.rs:1: SQL text");
    quiet(&sql::outside_the_store(&source("src/store/lane.rs", text)));
    quiet(&sql::outside_the_store(&source("src/ops/claim.rs", "fn f() { say(\"With no lease\") }")));
    bites(&sql::connection_words(&source("src/store/lane.rs", "run(\"PRAGMA page_size\")")), "`PRAGMA`");
    bites(&sql::connection_words(&source("src/store/lane.rs", "it.last_insert_rowid()")), "`last_insert_rowid`");
    quiet(&sql::connection_words(&source("src/store/driver/embedded.rs", "run(\"PRAGMA page_size\")")));
}

#[test]
fn a_second_phase_writer_bites() {
    let one = ("src/store/phase.rs", "fn save() { run(\"UPDATE execution\n SET phase = ?1\") }");
    let rebase = ("src/store/ground/clock.rs", "fn rebase() { run(\"UPDATE execution SET due_at = ?1\") }");
    quiet(&sql::phase_writers(&tree_of(&[one, rebase])));
    let two = tree_of(&[one, ("src/store/lane.rs", "fn pause() { run(\"UPDATE execution SET lane = ?1\") }")]);
    assert_eq!(sql::phase_writers(&two).len(), 2);
    let none = ("src/store/execution.rs", "fn create() { run(\"INSERT INTO execution VALUES (?1)\") }");
    bites(&sql::phase_writers(&tree_of(&[none])), "rows are made");
}

#[test]
fn parameters_bite() {
    let with = |mark: &str| sql::parameters(&source("src/store/lane.rs", &format!("run(\"SELECT {mark}\")")));
    bites(&with("?101"), "`?101`");
    bites(&with("?"), "`?`");
    quiet(&with("?1, ?100"));
}

#[test]
fn migrations_bite() {
    let list = ("src/store/ground/migrations.rs", "include_str!(\"../../migrations/0001_meta.sql\")");
    let both = [list, ("migrations/0001_meta.sql", ""), ("migrations/0002_lane.sql", "")];
    bites(&sql::unlisted_migrations(&tree_of(&both)), "migrations/0002_lane.sql:1");
    let migration = |text| sql::loose_migration(&Text::new("migrations/0001_meta.sql", text));
    bites(&migration("-- STRICT\nCREATE TABLE a (\n b TEXT\n);\nCREATE TABLE c (d TEXT) STRICT;"), "0001_meta.sql:2");
    bites(&migration("PRAGMA user_version = 1;").into_iter().take(1).collect::<Vec<_>>(), "`PRAGMA`");
    quiet(&migration("CREATE TABLE a (b TEXT) WITHOUT ROWID, STRICT; -- COMMIT"));
    let lists = |text| sql::long_lists(&Text::new("migrations/0001_meta.sql", text));
    bites(&lists("CREATE TABLE a (\n b INTEGER CHECK (b IN (1, 2, 3)));"), "0001_meta.sql:2");
    quiet(&lists("CREATE TABLE a (b INTEGER CHECK (b IN (1, 2) AND c IN (3, 4))); -- b IN (1, 2, 3)"));
}
