//! How many files a folder shows at once, and which room of a layer may use which.

use std::collections::BTreeMap;

use crate::lexer::occurrences;
use crate::modules::{Module, by_module, module_of, named_paths};
use crate::tree::{Finding, Source, Tree};

/// The rooms of every layer, of the suite as well: a file uses its own room and those before it.
const ROOMS: &[&str] = &[
    "world",
    "ground",
    "storage",
    "lanes",
    "executions",
    "attempts",
    "workers",
    "protocol",
    "streams",
    "flows",
    "flows::edges",
    "events",
];

/// What has rooms: the layers with a file for each noun, and the suite of behaviours.
const LAYERS: &[&str] = &["model", "store", "ops", "engine"];

const ARROWS: &str = "a room uses those before it in tests/tidy/rooms.rs; move what both need to the first of them";
const OWN_PLACE: &str = "inside a layer a thing is named where it stands, so that its arrow is seen";

/// Where a module stands: its layer and the place of its room among all.
struct Place {
    layer: String,
    room: Option<usize>,
}

fn place(module: &[String]) -> Option<Place> {
    let layer = module.first().filter(|layer| LAYERS.contains(&layer.as_str()))?.clone();
    let inner = module.get(1..3).map(|pair| pair.join("::"));
    let outer = module.get(1).cloned();
    let room = |name: String| ROOMS.iter().position(|room| *room == name);
    Some(Place { layer, room: inner.and_then(room).or_else(|| outer.and_then(room)) })
}

/// The module that a file is, those of the suite beside those of the engine.
fn module(source: &Source) -> Option<Module> {
    let own = || source.path.strip_prefix("tests/").filter(|path| path.starts_with("engine/"));
    module_of(&source.path).or_else(|| module_of(&format!("src/{}", own()?)))
}

/// Folders of a layer that are rooms of another kind.
const BESIDE: &[&str] = &["driver"];

/// Uses of a room by one that stands before it; and folders that are no room.
pub fn backwards(source: &Source) -> Vec<Finding> {
    let Some(module) = module(source) else { return Vec::new() };
    if let [layer, folder, _, ..] = &module[..]
        && LAYERS.contains(&layer.as_str())
        && !ROOMS.contains(&folder.as_str())
        && !BESIDE.contains(&folder.as_str())
        && !(layer == "engine" && source.path.starts_with("src/"))
    {
        let what = format!("`{folder}` is no room");
        return vec![source.finding(
            0,
            what,
            "a folder of a layer is a room in tests/tidy/rooms.rs, in its place among them",
        )];
    }
    let Some(Place { layer, room: Some(own) }) = place(&module) else { return Vec::new() };
    let named = named_paths(&source.code, &module).into_iter().filter_map(|named| {
        let target = place(&named.path).filter(|place| place.layer == layer)?.room?;
        (target > own).then_some((named.at, target))
    });
    named.map(|(at, target)| source.finding(at, format!("{} uses {}", ROOMS[own], ROOMS[target]), ARROWS)).collect()
}

/// Uses, in a room, of what the top of its layer only hands on.
pub fn handed_on(tree: &Tree) -> Vec<Finding> {
    let sources = by_module(tree);
    let tops: BTreeMap<&str, Vec<&str>> = LAYERS
        .iter()
        .filter_map(|layer| Some((*layer, names_handed_on(&sources.get(&vec![(*layer).to_owned()])?.code))))
        .collect();
    let mut findings = Vec::new();
    for (module, source) in &sources {
        let Some(Place { layer, room: Some(_) }) = place(module) else { continue };
        for named in named_paths(&source.code, module) {
            if let [top, name] = &named.path[..]
                && *top == layer
                && tops[layer.as_str()].contains(&name.as_str())
            {
                findings.push(source.finding(named.at, format!("`{top}::{name}`"), OWN_PLACE));
            }
        }
    }
    findings
}

/// The names in `pub use room::file::Name;` and `pub use room::file::{Name, Other};`.
fn names_handed_on(code: &str) -> Vec<&str> {
    let lists = occurrences(code, "pub use").filter_map(|at| code[at..].split(';').next());
    let names = lists.filter_map(|list| list.rsplit("::").next());
    names.flat_map(|names| names.split(['{', '}', ',', ' ', '\n'])).filter(|name| !name.is_empty()).collect()
}

const FILES_PER_FOLDER_MAX: usize = 24;

/// Where people look for code and what explains it.
const FOLDERS: &[&str] =
    &["src/", "tests/", "benches/", "js/", "www/", "scripts/", "docs/", "migrations/", "examples/"];

pub fn full_folders(tree: &Tree) -> Vec<Finding> {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for text in tree.texts.iter().filter(|text| FOLDERS.iter().any(|folder| text.path.starts_with(folder))) {
        if let Some((folder, name)) = text.path.rsplit_once('/') {
            files.entry(folder).or_default().push(name);
        }
    }
    let full = files.into_iter().filter(|(_, names)| names.len() > FILES_PER_FOLDER_MAX);
    full.map(|(folder, names)| {
        let what = format!("{} files, {FILES_PER_FOLDER_MAX} at most", names.len());
        crate::tree::Text::new(folder, "").finding(1, what, "a folder is seen at a glance; give a large noun rooms")
    })
    .collect()
}
