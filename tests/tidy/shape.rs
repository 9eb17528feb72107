//! How long files and functions are, what they are called, and what no text may say.

use crate::lexer::{functions, occurrences};
use crate::tree::{Finding, Source, Text};

const LINES_PER_FILE_MAX: usize = 400;
const LINES_PER_FUNCTION_MAX: usize = 70;

const CODE_FOLDERS: &[&str] = &["src/", "tests/", "benches/", "js/", "www/", "scripts/", "examples/"];

fn is_written_code(text: &Text) -> bool {
    let in_folder = CODE_FOLDERS.iter().any(|folder| text.path.starts_with(folder));
    in_folder && text.has_extension(&["rs", "ts", "mjs"]) && !text.path.contains("generated")
}

pub fn long_file(text: &Text) -> Vec<Finding> {
    let count = text.text.lines().count();
    let what = format!("{count} lines, {LINES_PER_FILE_MAX} at most");
    let is_long = is_written_code(text) && count > LINES_PER_FILE_MAX;
    is_long.then(|| text.finding(count, what, "a file holds one noun; split it")).into_iter().collect()
}

pub fn long_functions(source: &Source) -> Vec<Finding> {
    let measured = functions(&source.code).into_iter().filter(|_| !source.path.contains("generated")).map(|function| {
        let count = source.code[function.extent.clone()].lines().count();
        (function, count)
    });
    let long = measured.filter(|(_, count)| *count > LINES_PER_FUNCTION_MAX);
    long.map(|(function, count)| {
        let what = format!("fn {} has {count} lines, {LINES_PER_FUNCTION_MAX} at most", function.name);
        source.finding(function.extent.start, what, "a function does one thing; name its parts")
    })
    .collect()
}

/// Names that say nothing about what a file holds.
const EMPTY_NAMES: &[&str] =
    &["helper", "helpers", "util", "utils", "common", "manager", "managers", "misc", "impl", "inner"];

pub fn empty_name(text: &Text) -> Vec<Finding> {
    let in_folder = CODE_FOLDERS.iter().any(|folder| text.path.starts_with(folder));
    let mut words = text.path.split(|letter: char| !letter.is_ascii_alphanumeric());
    let empty = words.find(|word| EMPTY_NAMES.contains(word)).filter(|_| in_folder);
    empty
        .map(|word| text.finding(1, format!("`{word}` in the name"), "a file is named for its noun"))
        .into_iter()
        .collect()
}

/// Folders that exist on one machine. Written in two parts, because this file is read as well.
const MACHINE_FOLDERS: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/tm", "p/"),
    concat!("/wo", "rk/"),
    concat!("C:", "\\"),
];

pub fn machine_paths(text: &Text) -> Vec<Finding> {
    let starts = |line: &str, at: usize| {
        !line[..at].ends_with(|letter: char| letter.is_alphanumeric() || "._-/}*@~)".contains(letter))
    };
    let in_line = |line: &str| {
        MACHINE_FOLDERS.iter().copied().find(|path| line.match_indices(*path).any(|(at, _)| starts(line, at)))
    };
    lines_with(text, in_line, "a text is true on every machine; write a path relative to the root")
}

const LEFTOVERS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

pub fn leftovers(text: &Text) -> Vec<Finding> {
    let in_line = |line: &str| LEFTOVERS.iter().copied().find(|word| occurrences(line, word).next().is_some());
    lines_with(text, in_line, "what is left to do is done or written where work is planned, not in the text")
}

fn lines_with(text: &Text, in_line: impl Fn(&str) -> Option<&'static str>, rule: &'static str) -> Vec<Finding> {
    if text.path.ends_with("Cargo.lock") || text.path.ends_with("package-lock.json") {
        return Vec::new();
    }
    let numbered = text.text.lines().enumerate();
    numbered.filter_map(|(at, line)| Some(text.finding(at + 1, format!("`{}`", in_line(line)?), rule))).collect()
}

const ITEMS: &[&str] = &["fn", "async", "unsafe", "const", "static", "struct", "enum", "trait", "type", "union"];

pub fn undocumented(source: &Source) -> Vec<Finding> {
    if !source.is_under(&["src/ops/", "src/ops.rs", "src/engine.rs", "src/engine/"]) {
        return Vec::new();
    }
    let public = occurrences(&source.shipped, "pub").filter(|&at| ITEMS.contains(&item_word(&source.shipped[at..])));
    let bare = public.filter(|&at| !is_documented(source, at));
    bare.map(|at| {
        let line = source.text[at..].lines().next().unwrap_or_default();
        source.finding(at, format!("`{line}` has no doc comment"), "a public item states its rule in a sentence")
    })
    .collect()
}

/// The word behind `pub` or `pub(crate)`.
fn item_word(code: &str) -> &str {
    let rest = code["pub".len()..].trim_start();
    let rest = if rest.starts_with('(') { rest.split_once(')').map_or("", |(_, rest)| rest) } else { rest };
    rest.split_whitespace().next().unwrap_or_default()
}

/// Whether a doc comment stands between the item and the code before it, attributes aside.
fn is_documented(source: &Source, at: usize) -> bool {
    let mut before = source.code[..at].trim_end();
    while before.ends_with(']') {
        let Some(attribute) = attribute_start(before) else {
            break;
        };
        before = before[..attribute].trim_end();
    }
    let between = &source.text[before.len()..at];
    ["///", "/**", "#[doc"].iter().any(|mark| between.contains(mark))
}

/// Where the attribute starts that ends the code.
fn attribute_start(code: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let open = code.bytes().enumerate().rev().find_map(|(at, byte)| {
        match byte {
            b']' => depth += 1,
            b'[' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    code[..open].ends_with('#').then(|| open - 1)
}
