//! What texts point at is there: files that prose names, pages and anchors that links lead to.

use crate::tree::{Finding, Text, Tree};

const ENDS: &[&str] = &[".rs", ".ts", ".tsx", ".mjs", ".sql", ".md", ".txt"];

/// Files that a page names in code spans, by their whole path or by its end.
pub fn named_files(tree: &Tree) -> Vec<Finding> {
    let in_page = |text: &'_ Text| -> Vec<Finding> {
        let lines = text.text.lines().enumerate();
        let spans =
            lines.flat_map(|(line, words)| words.split('`').skip(1).step_by(2).map(move |span| (line + 1, span)));
        let missing = spans.filter(|(_, span)| is_path(span) && !stands(tree, span));
        missing
            .map(|(line, span)| {
                text.finding(line, format!("`{span}`"), "a file that is named is there, under that name")
            })
            .collect()
    };
    tree.texts.iter().filter(|text| is_prose(text)).flat_map(in_page).collect()
}

/// Pages of people's: the log of changes tells of files that are no more, a fixture of the day it was made.
fn is_prose(text: &Text) -> bool {
    text.has_extension(&["md"]) && text.path != "CHANGELOG.md"
}

fn is_path(span: &str) -> bool {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    span.contains('/')
        && !span.starts_with('.')
        && span.chars().all(is_name)
        && ENDS.iter().any(|end| span.ends_with(end))
        && !span.starts_with("tidegate/")
        && !span.starts_with("dist/")
}

fn stands(tree: &Tree, path: &str) -> bool {
    let ends = |text: &Text| text.path == path || text.path.ends_with(&format!("/{path}"));
    tree.texts.iter().any(ends)
}

/// Links of a page to other pages and to their anchors.
pub fn dead_links(tree: &Tree) -> Vec<Finding> {
    let in_page = |text: &'_ Text| -> Vec<Finding> {
        let starts = text.text.match_indices("](").map(|(at, mark)| at + mark.len());
        let links = starts.filter_map(|at| Some((at, text.text[at..].split_once(')')?.0)));
        let dead = links.filter(|(_, link)| !link.contains(':') && !leads_somewhere(tree, text, link));
        let line = |at: usize| text.text[..at].matches('\n').count() + 1;
        dead.map(|(at, link)| text.finding(line(at), format!("`{link}`"), "a link leads to a page and an anchor of it"))
            .collect()
    };
    tree.texts.iter().filter(|text| text.has_extension(&["md"])).flat_map(in_page).collect()
}

fn leads_somewhere(tree: &Tree, text: &Text, link: &str) -> bool {
    let (page, anchor) = link.split_once('#').map_or((link, None), |(page, anchor)| (page, Some(anchor)));
    let target = if page.is_empty() { text.path.clone() } else { beside(&text.path, page) };
    let Some(found) = tree.texts.iter().find(|text| text.path == target) else {
        let folder = format!("{}/", target.trim_end_matches('/'));
        return anchor.is_none() && tree.texts.iter().any(|text| text.path.starts_with(&folder));
    };
    anchor.is_none_or(|anchor| {
        let marked = found.text.contains(&format!("<a id=\"{anchor}\">"));
        marked || found.text.lines().any(|line| line.starts_with('#') && heading_anchor(line) == anchor)
    })
}

/// The anchor that a heading has where the page is shown.
fn heading_anchor(line: &str) -> String {
    let kept = line.trim_start_matches('#').trim().to_lowercase();
    let letters = kept.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    letters.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// The path that a link of a page means.
fn beside(page: &str, link: &str) -> String {
    let mut path: Vec<&str> = page.split('/').collect();
    path.pop();
    for step in link.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.join("/")
}
