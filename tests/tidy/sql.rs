//! Where SQL text may stand and what it may say.

use std::collections::BTreeSet;

use crate::lexer::{Literal, functions, occurrences};
use crate::tree::{Finding, Source, Text, Tree};

const VERBS: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "WITH", "REPLACE", "DROP", "ALTER"];

fn is_statement(literal: &Literal) -> bool {
    literal.text.split_whitespace().next().is_some_and(|first| VERBS.contains(&first))
}

pub fn outside_the_store(source: &Source) -> Vec<Finding> {
    if !source.path.starts_with("src/") || source.is_under(&["src/store/"]) {
        return Vec::new();
    }
    let statements = source.literals.iter().filter(|literal| is_statement(literal));
    statements
        .map(|literal| {
            source.finding(literal.at, "SQL text", "SQL stands in src/store only, one statement per function")
        })
        .collect()
}

const CONNECTION_WORDS: &[&str] =
    &["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA", "user_version", "last_insert_rowid"];

const CONNECTION_RULE: &str = "a host's SQL has none of these; they stand in src/store/driver only";

pub fn connection_words(source: &Source) -> Vec<Finding> {
    if !source.path.starts_with("src/") || source.is_under(&["src/store/driver/"]) {
        return Vec::new();
    }
    let said = |literal: &Literal| {
        CONNECTION_WORDS.iter().copied().find(|word| occurrences(&literal.text, word).next().is_some())
    };
    let in_text = source.literals.iter().filter_map(|literal| Some((literal.at, said(literal)?)));
    let in_code = occurrences(&source.shipped, "last_insert_rowid").map(|at| (at, "last_insert_rowid"));
    in_text.chain(in_code).map(|(at, word)| source.finding(at, format!("`{word}`"), CONNECTION_RULE)).collect()
}

/// A statement on one line, single blanks between its words.
fn flat(literal: &Literal) -> String {
    literal.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(source: &Source, words: &str) -> Vec<usize> {
    let found = source.literals.iter().filter(|literal| occurrences(&flat(literal), words).next().is_some());
    found.map(|literal| literal.at).collect()
}

/// The rebase of all stored instants writes times, never a phase.
const CLOCK_REBASE: &str = "src/store/ground/clock.rs";

const PHASE_RULE: &str = "one function writes an execution's phase, so every transition passes it";

pub fn phase_writers(tree: &Tree) -> Vec<Finding> {
    let is_judged = |source: &&Source| source.path.starts_with("src/") && source.path != CLOCK_REBASE;
    let judged: Vec<&Source> = tree.sources.iter().filter(is_judged).collect();
    let places = |words| judged.iter().flat_map(move |source| says(source, words).into_iter().map(|at| (*source, at)));
    let writers: BTreeSet<_> =
        places("UPDATE execution SET").map(|(source, at)| (&source.path, around(source, at))).collect();
    let what = match writers.len() {
        0 => "rows are made but no `UPDATE execution SET` is found",
        1 => return Vec::new(),
        _ => "`UPDATE execution SET` in more than one function",
    };
    let shown = if writers.is_empty() { "INSERT INTO execution" } else { "UPDATE execution SET" };
    places(shown).map(|(source, at)| source.finding(at, what, PHASE_RULE)).collect()
}

/// Where the function starts that an offset is in.
fn around(source: &Source, at: usize) -> Option<usize> {
    let extents = functions(&source.code).into_iter().map(|function| function.extent);
    extents.filter(|extent| extent.contains(&at)).map(|extent| extent.start).max()
}

const PARAMETERS_MAX: usize = 100;

pub fn parameters(source: &Source) -> Vec<Finding> {
    let rule = "parameters are numbered, at most 100 in a statement (a host's SQL takes no more)";
    let statements = source.literals.iter().filter(|literal| is_statement(literal) && source.is_under(&["src/store/"]));
    let marks = statements.flat_map(|literal| literal.text.match_indices('?').map(move |(at, _)| (literal, at + 1)));
    let wrong = marks.filter_map(|(literal, start)| {
        let rest = &literal.text[start..];
        let digits = &rest[..rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len()];
        let is_right = digits.parse::<usize>().is_ok_and(|number| number <= PARAMETERS_MAX);
        (!is_right).then(|| source.finding(literal.at, format!("`?{digits}`"), rule))
    });
    wrong.collect()
}

pub fn unlisted_migrations(tree: &Tree) -> Vec<Finding> {
    let list = |source: &&Source| source.is_under(&["src/store/ground/migrations.rs", "src/store/ground/migrations/"]);
    let listed: Vec<&Literal> = tree.sources.iter().filter(list).flat_map(|source| &source.literals).collect();
    let is_listed = |text: &Text| {
        let name = text.path.rsplit('/').next().unwrap_or_default();
        listed.iter().any(|literal| literal.text.ends_with(name))
    };
    let migrations = tree.texts.iter().filter(|text| is_migration(text) && !is_listed(text));
    migrations
        .map(|text| text.finding(1, "not named in src/store/ground/migrations.rs", "every migration runs"))
        .collect()
}

fn is_migration(text: &Text) -> bool {
    text.path.starts_with("migrations/") && text.has_extension(&["sql"])
}

pub fn loose_migration(text: &Text) -> Vec<Finding> {
    if !is_migration(text) {
        return Vec::new();
    }
    let code: String = text.text.split_inclusive('\n').map(without_comment).collect();
    let line_at = |at: usize| code[..at].matches('\n').count() + 1;
    let is_strict =
        |at: usize| code[at..].split(';').next().is_some_and(|table| occurrences(table, "STRICT").next().is_some());
    let loose = occurrences(&code, "CREATE TABLE").filter(|&at| !is_strict(at));
    let loose = loose.map(|at| text.finding(line_at(at), "a table that is not STRICT", "tables are STRICT"));
    let words = CONNECTION_WORDS.iter().flat_map(|word| occurrences(&code, word).map(move |at| (at, word)));
    let words = words.map(|(at, word)| text.finding(line_at(at), format!("`{word}`"), CONNECTION_RULE));
    loose.chain(words).collect()
}

const LIST_RULE: &str = "a list of three or more makes SQLite build a table for each row that it checks";

/// Lists of values in what a table checks.
pub fn long_lists(text: &Text) -> Vec<Finding> {
    if !is_migration(text) {
        return Vec::new();
    }
    let code: String = text.text.split_inclusive('\n').map(without_comment).collect();
    let line_at = |at: usize| code[..at].matches('\n').count() + 1;
    let is_long = |at: &usize| code[*at..].split(')').next().is_some_and(|list| list.matches(',').count() > 1);
    let lists = code.match_indices(" IN (").map(|(at, _)| at).filter(is_long);
    lists.map(|at| text.finding(line_at(at), "a long list", LIST_RULE)).collect()
}

/// A line of SQL without its comment, its end kept.
fn without_comment(line: &str) -> String {
    let (code, comment) = line.split_once("--").unwrap_or((line, ""));
    code.to_owned() + if comment.ends_with('\n') { "\n" } else { "" }
}
