//! Which layer may use which, and that no two files need each other.

use std::collections::BTreeMap;

use crate::circles::{Uses, circles};
use crate::modules::{Module, by_module, module_of, named_paths};
use crate::tree::{Finding, Source, Tree};

/// Each layer of `src` and the layers it may name beside itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("model", &["error"]),
    ("host", &["error", "model"]),
    ("store", &["error", "model"]),
    ("ops", &["error", "model", "host", "store"]),
    ("timers", &["error", "model", "host", "store", "ops"]),
    ("engine", &["error", "model", "host", "store", "ops", "timers"]),
    ("wire", &["error", "model", "ops", "engine"]),
    ("types", &["error", "model", "ops", "engine"]),
    ("js", &["error", "model", "host", "store", "ops", "timers", "engine", "wire"]),
];

const ARROWS: &str =
    "arrows go one way: model, store, ops, timers, engine, wire, js (error below all, host beside store)";

fn is_layer(name: &str) -> bool {
    LAYERS.iter().any(|(layer, _)| *layer == name)
}

pub fn wrong_way(source: &Source) -> Vec<Finding> {
    let Some(module) = module_of(&source.path) else {
        return Vec::new();
    };
    let Some(own) = module.first().filter(|first| *first != "bin") else {
        return Vec::new();
    };
    let Some((_, may_use)) = LAYERS.iter().find(|(layer, _)| layer == own) else {
        return vec![source.finding(
            0,
            format!("`{own}` is no layer"),
            "a module of src is a layer in tests/tidy/layers.rs",
        )];
    };
    let wrong = |target: &str| is_layer(target) && target != own && !may_use.contains(&target);
    let named = named_paths(&source.code, &module).into_iter();
    named
        .filter(|name| name.path.first().is_some_and(|target| wrong(target)))
        .map(|name| source.finding(name.at, format!("{own} names `{}`", name.path.join("::")), ARROWS))
        .collect()
}

pub fn cycles(tree: &Tree) -> Vec<Finding> {
    let sources = by_module(tree);
    let found = circles(&uses(&sources)).into_iter().filter_map(|circle| {
        let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
        let what = format!("{} needs itself through {}", names[0], names[1..].join(", "));
        Some(sources.get(&circle[0])?.finding(0, what, "files do not need each other; move what both need to the left"))
    });
    found.collect()
}

/// What each file uses of others. A parent's naming of its own children is a table of contents, not a use.
fn uses(sources: &BTreeMap<Module, &Source>) -> Uses<Module> {
    let file = |path: &[String]| {
        (1..=path.len()).rev().map(|length| path[..length].to_vec()).find(|module| sources.contains_key(module))
    };
    let used_by = |module: &Module, source: &Source| {
        let targets = named_paths(&source.shipped, module).into_iter().filter_map(|named| file(&named.path));
        targets.filter(|target| !target.starts_with(module)).collect()
    };
    sources.iter().map(|(module, source)| (module.clone(), used_by(module, source))).collect()
}
