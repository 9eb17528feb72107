//! The files the rules are applied to, read once, and what a rule answers.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::lexer::{self, Literal};

/// One place where a rule is broken.
pub struct Finding {
    path: String,
    line: usize,
    what: String,
    rule: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}. Rule: {}", self.path, self.line, self.what, self.rule)
    }
}

/// A text file, its path relative to the root with forward slashes.
pub struct Text {
    pub path: String,
    pub text: String,
}

impl Text {
    pub fn new(path: &str, text: &str) -> Self {
        Text { path: path.to_owned(), text: text.to_owned() }
    }

    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    }

    pub fn finding(&self, line: usize, what: impl Into<String>, rule: &'static str) -> Finding {
        Finding { path: self.path.clone(), line, what: what.into(), rule }
    }
}

/// A Rust file, taken apart.
pub struct Source {
    pub path: String,
    pub text: String,
    /// The text with comments and the insides of literals blanked out, byte for byte as long.
    pub code: String,
    /// The code without what is compiled for tests only.
    pub shipped: String,
    /// The string literals outside tests.
    pub literals: Vec<Literal>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (code, mut literals) = lexer::split(text);
        let shipped = lexer::without_tests(path, &code);
        literals.retain(|literal| !shipped[literal.at..].starts_with(' '));
        Source { path: path.to_owned(), text: text.to_owned(), code, shipped, literals }
    }

    pub fn is_under(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }

    pub fn line_at(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }

    pub fn finding(&self, offset: usize, what: impl Into<String>, rule: &'static str) -> Finding {
        Finding { path: self.path.clone(), line: self.line_at(offset), what: what.into(), rule }
    }
}

/// Every text file of the repository, and the Rust ones taken apart.
pub struct Tree {
    pub texts: Vec<Text>,
    pub sources: Vec<Source>,
}

impl Tree {
    pub fn new(texts: Vec<Text>) -> Self {
        let rust = texts.iter().filter(|text| text.has_extension(&["rs"]));
        let sources = rust.map(|text| Source::new(&text.path, &text.text)).collect();
        Tree { texts, sources }
    }
}

/// The repository as it stands.
pub fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| {
        let root = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
        let mut paths = listed_by_git(&root).unwrap_or_else(|| found_on_disk(&root, ""));
        paths.sort();
        let texts = paths.iter().filter_map(|path| Some(Text::new(path, &fs::read_to_string(root.join(path)).ok()?)));
        Tree::new(texts.collect())
    })
}

/// What git tracks or would add; nothing where there is no repository, as in an unpacked archive.
fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let answer = Command::new("git").args(list).current_dir(root).output().ok()?;
    let paths = String::from_utf8(answer.stdout).ok()?;
    answer.status.success().then(|| paths.split_terminator('\0').map(str::to_owned).collect())
}

fn found_on_disk(root: &Path, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path().is_dir())));
    let kept = names.filter(|(name, _)| !["target", "dist", "node_modules", ".git"].contains(&name.as_str()));
    kept.flat_map(|(name, is_folder)| {
        let path = format!("{folder}{name}");
        if is_folder { found_on_disk(root, &format!("{path}/")) } else { vec![path] }
    })
    .collect()
}
