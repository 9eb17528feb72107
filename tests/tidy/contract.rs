//! The contract in `docs/contract` and its citations: a rule has one anchor, what is cited exists, and every rule is cited
//! by a test. Nothing refers to a text that is not here.
//!
//! A citation is `Contract: page.rule, page.other.` in a comment. It counts as a test's where the comment stands directly
//! above the test.

use std::collections::{BTreeMap, BTreeSet};

use crate::lexer::occurrences;
use crate::tree::{Finding, Text, Tree};

const PAGES: &str = "docs/contract/";

/// The rules of a page by their anchors, with their lines.
fn rules(text: &Text) -> Vec<(String, usize)> {
    if !text.path.starts_with(PAGES) || !text.has_extension(&["md"]) {
        return Vec::new();
    }
    let bullets = text.text.lines().enumerate().filter_map(|(line, bullet)| {
        let (id, rest) = bullet.strip_prefix("- <a id=\"")?.split_once("\"></a>**")?;
        let (anchor, _) = rest.split_once("**:")?;
        (anchor == format!("{}.{id}", page(text))).then(|| (anchor.to_owned(), line + 1))
    });
    bullets.collect()
}

fn page(text: &Text) -> &str {
    text.path.rsplit('/').next().and_then(|name| name.strip_suffix(".md")).unwrap_or_default()
}

/// Every anchor of the contract.
fn anchors(tree: &Tree) -> BTreeSet<String> {
    tree.texts.iter().flat_map(rules).map(|(anchor, _)| anchor).collect()
}

/// What a bullet with an anchor must look like, so that the anchor is seen.
pub fn rules_are_seen(tree: &Tree) -> Vec<Finding> {
    let rule = "a rule is `- <a id=\"name\"></a>**page.name**: …`, its anchor once in the contract";
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for text in &tree.texts {
        let rules = rules(text);
        let lines: BTreeSet<usize> = rules.iter().map(|(_, line)| *line).collect();
        let marked = text.text.lines().enumerate().filter(|(_, line)| line.starts_with("- <a id="));
        let unseen = marked.filter(|(line, _)| text.path.starts_with(PAGES) && !lines.contains(&(line + 1)));
        findings.extend(unseen.map(|(line, bullet)| text.finding(line + 1, format!("`{bullet}`"), rule)));
        for (anchor, line) in rules {
            if !seen.insert(anchor.clone()) {
                findings.push(text.finding(line, format!("`{anchor}` again"), rule));
            }
        }
    }
    findings
}

const MARKS: &[&str] = &["Contract:", "(contract:"];
const BEFORE_COMMENTS: &[&str] = &["///", "//!", "//", "--", "*", "#"];

/// The anchors that a text cites, with their offsets. What stands where an anchor belongs counts as one, so that a slip of
/// the pen is not passed over.
fn cited(text: &str) -> Vec<(String, usize)> {
    let starts = MARKS.iter().flat_map(|mark| text.match_indices(*mark).map(|(at, _)| at + mark.len()));
    let mut found = Vec::new();
    for list in starts.filter(|list| text[*list..].starts_with(char::is_whitespace)) {
        let words = text[list..].split_whitespace().filter(|word| !BEFORE_COMMENTS.contains(word));
        let mut goes_on = true;
        for (place, word) in words.enumerate() {
            let anchor = word.trim_end_matches([',', '.', ')', ';', ':', '`']);
            let is_one = is_anchor(anchor);
            if place > 0 && !goes_on && !is_one || place > 0 && ends_a_sentence(&found, text) {
                break;
            }
            found.push((anchor.to_owned(), word.as_ptr() as usize - text.as_ptr() as usize));
            if !is_one {
                break;
            }
            goes_on = word.ends_with(',');
        }
    }
    found
}

/// Whether the anchor that was read last closes its sentence or its brackets.
fn ends_a_sentence(found: &[(String, usize)], text: &str) -> bool {
    found.last().is_some_and(|(anchor, at)| text[at + anchor.len()..].starts_with(['.', ')', ';', ':']))
}

fn is_anchor(word: &str) -> bool {
    let is_name = |name: &str| {
        let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        letters && !name.is_empty()
    };
    word.split_once('.').is_some_and(|(page, rule)| is_name(page) && is_name(rule))
}

fn is_code(text: &Text) -> bool {
    let speaks_of_rules = text.path.starts_with("tests/tidy/") || text.path.starts_with(PAGES);
    text.has_extension(&["rs", "ts", "tsx", "mjs", "sql", "toml", "c", "css", "md"]) && !speaks_of_rules
}

pub fn unknown(tree: &Tree) -> Vec<Finding> {
    let known = anchors(tree);
    let in_text = |text: &'_ Text| -> Vec<Finding> {
        let missing = cited(&text.text).into_iter().filter(|(anchor, _)| !known.contains(anchor));
        let line = |at: usize| text.text[..at].matches('\n').count() + 1;
        missing
            .map(|(anchor, at)| text.finding(line(at), format!("`{anchor}`"), "what is cited stands in docs/contract"))
            .collect()
    };
    tree.texts.iter().filter(|text| is_code(text)).flat_map(in_text).collect()
}

pub fn unproved(tree: &Tree) -> Vec<Finding> {
    let proved: BTreeSet<String> = tree.texts.iter().flat_map(cited_by_tests).collect();
    let of_page = |text: &'_ Text| -> Vec<Finding> {
        let bare = rules(text).into_iter().filter(|(anchor, _)| !proved.contains(anchor));
        let rule = "every rule is cited directly above a test that fails without it";
        bare.map(|(anchor, line)| text.finding(line, format!("no test cites `{anchor}`"), rule)).collect()
    };
    tree.texts.iter().flat_map(of_page).collect()
}

/// What the comments directly above tests cite.
fn cited_by_tests(text: &Text) -> Vec<String> {
    if !text.path.starts_with("tests/") || text.path.starts_with("tests/tidy/") {
        return Vec::new();
    }
    let lines: Vec<&str> = text.text.lines().map(str::trim_start).collect();
    let is_test =
        |line: &&str| line.starts_with("#[test]") || line.starts_with("test(") || line.starts_with("await test(");
    let tests = lines.iter().enumerate().filter(|(_, line)| is_test(line));
    let above = tests.map(|(at, _)| {
        let first = lines[..at].iter().rposition(|line| !line.starts_with("//") && !line.starts_with("#["));
        lines[first.map_or(0, |first| first + 1)..at].join("\n")
    });
    above.flat_map(|comment| cited(&comment)).map(|(anchor, _)| anchor).collect()
}

/// References to texts that are not here. Written in two parts, because this file is read as well.
const ELSEWHERE: &[&str] = &["\u{a7}", concat!("Sp", "ec:"), concat!("decisi", "ons "), concat!("lifecy", "cle.md")];

pub fn elsewhere(text: &Text) -> Vec<Finding> {
    let rule = "nothing refers to a text outside of the repository; cite docs/contract";
    let followed_by_number = |text: &str, at: usize| text[at..].starts_with(|letter: char| letter.is_ascii_digit());
    let mut findings = Vec::new();
    for (number, line) in text.text.lines().enumerate() {
        for mark in ELSEWHERE {
            let at = occurrences_of(line, mark)
                .into_iter()
                .find(|at| !mark.ends_with(' ') || followed_by_number(line, at + mark.len()));
            if at.is_some() {
                findings.push(text.finding(number + 1, format!("`{}`", mark.trim()), rule));
            }
        }
    }
    findings
}

fn occurrences_of(line: &str, mark: &str) -> Vec<usize> {
    if mark.is_ascii() && mark.ends_with(|letter: char| letter.is_ascii_alphanumeric()) {
        return occurrences(line, mark).collect();
    }
    line.match_indices(mark).map(|(at, _)| at).collect()
}

/// How many rules each page has, for whoever wants to know: `cargo test --test tidy -- --nocapture`.
pub fn count(tree: &Tree) -> BTreeMap<String, usize> {
    let pages = tree.texts.iter().map(|text| (text, rules(text).len())).filter(|(_, count)| *count > 0);
    pages.map(|(text, count)| (page(text).to_owned(), count)).collect()
}
