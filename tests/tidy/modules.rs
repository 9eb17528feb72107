//! Which file is which module, which paths a file names, and which files nobody declares.

use std::collections::{BTreeMap, BTreeSet};

use crate::lexer::{after_blanks, occurrences, word_at};
use crate::tree::{Finding, Source, Tree};

/// A module's path from the crate's root: `["store", "driver"]`.
pub type Module = Vec<String>;

/// The module that a file under `src` is.
pub fn module_of(path: &str) -> Option<Module> {
    let stem = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let mut module: Module = stem.split('/').map(str::to_owned).collect();
    if ["mod", "lib", "main"].contains(&module.last()?.as_str()) {
        module.pop();
    }
    Some(module)
}

/// A path that starts at `crate`, `self` or `super`, as it reads from the crate's root, and where it stands.
pub struct Named {
    pub at: usize,
    pub path: Module,
}

/// Every such path in the code of a module, groups in braces written out.
pub fn named_paths(code: &str, module: &[String]) -> Vec<Named> {
    let starts =
        ["crate", "self", "super"].into_iter().flat_map(|word| occurrences(code, word).map(move |at| (word, at)));
    let mut found = Vec::new();
    for (word, at) in starts {
        let follows_colons = code[..at].trim_end().ends_with("::");
        let base = match word {
            "crate" => Vec::new(),
            "self" => module.to_vec(),
            _ => parent(module),
        };
        let behind = after_blanks(code, at + word.len());
        if !follows_colons && code[behind..].starts_with("::") {
            let mut paths = Vec::new();
            follow(code, behind, base, &mut paths);
            found.extend(paths.into_iter().map(|path| Named { at, path }));
        }
    }
    found
}

fn parent(module: &[String]) -> Module {
    module.split_last().map_or_else(Vec::new, |(_, rest)| rest.to_vec())
}

/// Follows `::name` and `::{…}` from an offset, adds each path it comes to, and answers where it stopped.
fn follow(code: &str, at: usize, mut path: Module, found: &mut Vec<Module>) -> usize {
    let mut at = at;
    while code[at..].starts_with("::") {
        at = after_blanks(code, at + 2);
        if code[at..].starts_with('{') {
            return follow_group(code, at + 1, &path, found);
        }
        let word = word_at(code, at);
        if word.is_empty() {
            break;
        }
        path = step(path, word);
        at += word.len();
    }
    found.push(path);
    at
}

fn follow_group(code: &str, at: usize, path: &[String], found: &mut Vec<Module>) -> usize {
    let mut at = at;
    loop {
        at = after_blanks(code, at);
        let word = word_at(code, at);
        if word.is_empty() && !code[at..].starts_with('*') {
            return (at + 1).min(code.len());
        }
        at = follow(code, at + word.len(), step(path.to_vec(), word), found);
        at = code[at..].find([',', '}']).map_or(code.len(), |length| at + length);
        if !code[at..].starts_with(',') {
            return (at + 1).min(code.len());
        }
        at += 1;
    }
}

fn step(path: Module, word: &str) -> Module {
    match word {
        "" | "self" => path,
        "super" => parent(&path),
        _ => [path, vec![word.to_owned()]].concat(),
    }
}

/// The source files by module; the crate's root is the empty path.
pub fn by_module(tree: &Tree) -> BTreeMap<Module, &Source> {
    tree.sources.iter().filter_map(|source| Some((module_of(&source.path)?, source))).collect()
}

/// The modules that a file declares in files of their own.
fn declared(source: &Source, module: &[String]) -> Vec<Module> {
    let names = occurrences(&source.code, "mod").map(|at| {
        let start = after_blanks(&source.code, at + "mod".len());
        let name = word_at(&source.code, start);
        (name, source.code[start + name.len()..].trim_start().starts_with(';'))
    });
    names.filter(|(_, ends)| *ends).map(|(name, _)| step(module.to_vec(), name)).collect()
}

pub fn dead_files(tree: &Tree) -> Vec<Finding> {
    let sources = by_module(tree);
    let is_program = |module: &Module| module.first().is_some_and(|first| first == "bin");
    let mut open: Vec<Module> =
        sources.keys().filter(|module| module.is_empty() || is_program(module)).cloned().collect();
    let mut alive = BTreeSet::new();
    while let Some(module) = open.pop() {
        if let Some(source) = sources.get(&module) {
            open.extend(declared(source, &module));
            alive.insert(module);
        }
    }
    let dead = sources.iter().filter(|(module, _)| !alive.contains(*module));
    dead.map(|(_, source)| source.finding(0, "no `mod` declares this file", "a file under src is compiled or deleted"))
        .collect()
}
