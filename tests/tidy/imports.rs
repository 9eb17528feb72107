//! Which TypeScript and script file may import which: none in a circle, and in rooms only from those before.
//!
//! An import is what stands in quotes behind `from`, `import` or `import(`, also where it names types only, and also in
//! the comments that give scripts their types. Absent on purpose: packages, and what is built into `dist`.

use std::collections::{BTreeMap, BTreeSet};

use crate::circles::circles;
use crate::tree::{Finding, Text, Tree};

/// A folder whose rooms have an order.
struct House {
    folder: &'static str,
    /// A folder or a file that is a room by itself: each imports only from those before it.
    rooms: &'static [&'static str],
    /// What else of ours it may import from.
    beside: &'static [&'static str],
}

const HOUSES: &[House] = &[
    House {
        folder: "js/",
        rooms: &[
            "types.generated.ts",
            "ground",
            "load.ts",
            "storage",
            "lines",
            "calls",
            "operations",
            "work",
            "engine.ts",
            "opening",
            "worker.ts",
            "testing.ts",
            "index.ts",
        ],
        beside: &[],
    },
    House {
        folder: "www/src/state/",
        rooms: &[
            "ground",
            "storage",
            "executions",
            "workers",
            "streams",
            "flows",
            "events",
            "operator",
            "shop.ts",
            "session.ts",
        ],
        beside: &["www/src/work/", "www/src/drawing/"],
    },
    House {
        folder: "www/src/view/",
        rooms: &[
            "ground",
            "storage",
            "lanes",
            "streams",
            "operator",
            "flows",
            "events",
            "executions",
            "workers",
            "footer.tsx",
            "masthead.tsx",
            "floor.tsx",
            "desk.tsx",
            "page.tsx",
        ],
        beside: &["www/src/state/", "www/src/work/", "www/src/drawing/"],
    },
];

const ARROWS: &str = "a file imports from its own room and from those before it in tests/tidy/imports.rs";
const CIRCLE: &str = "files do not import each other; move what both need to a third";

/// Where no file may import itself over others.
const HELD: &[&str] = &["js/", "www/src/", "scripts/", "tests/js/", "tests/browser/", "tests/edge/", "tests/crash/"];

/// One import of a file beside it.
struct Import<'a> {
    line: usize,
    address: &'a str,
}

/// What a text imports by an address that begins at its own folder.
fn imports(text: &str) -> Vec<Import<'_>> {
    let opened = text.match_indices(['"', '\'']).filter_map(|(at, quote)| {
        let (before, behind) = (text[..at].trim_end(), &text[at + 1..]);
        let address = &behind[..behind.find([quote.chars().next()?, '\n'])?];
        let leads = address.starts_with("./") || address.starts_with("../");
        (leads && imports_what_follows(before)).then(|| Import { line: line_at(text, at), address })
    });
    opened.collect()
}

/// Whether the code before a quote makes it the address of an import; notes to a bundler may stand between.
fn imports_what_follows(mut before: &str) -> bool {
    while let Some(note) = before.strip_suffix("*/").and_then(|rest| rest.rfind("/*")) {
        before = before[..note].trim_end();
    }
    let word = before.strip_suffix('(').map_or(before, str::trim_end);
    let called = word.len() < before.len();
    let is = |keyword: &str| {
        let rest = word.strip_suffix(keyword);
        rest.is_some_and(|rest| !rest.ends_with(|last: char| last.is_alphanumeric() || "_$.".contains(last)))
    };
    is("import") || (is("from") && !called)
}

fn line_at(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The path from the root that an address leads to from a file, as it is written.
fn path_of(file: &str, address: &str) -> String {
    let mut path: Vec<&str> = file.split('/').collect();
    path.pop();
    for step in address.split('/') {
        match step {
            "." => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.join("/")
}

fn is_script(text: &Text) -> bool {
    text.has_extension(&["ts", "tsx", "mjs"]) && HELD.iter().any(|place| text.path.starts_with(place))
}

/// The script that an address means: TypeScript is imported by the name that it is compiled to.
fn meant(path: &str, scripts: &BTreeMap<&str, &Text>) -> Option<String> {
    let stem = path.strip_suffix(".js").unwrap_or(path);
    let names = [path.to_owned(), format!("{stem}.ts"), format!("{stem}.tsx"), format!("{stem}.d.ts")];
    names.into_iter().find(|name| scripts.contains_key(name.as_str()))
}

/// Imports that lead back to where they came from.
pub fn in_circles(tree: &Tree) -> Vec<Finding> {
    let held = tree.texts.iter().filter(|text| is_script(text));
    let scripts: BTreeMap<&str, &Text> = held.map(|text| (text.path.as_str(), text)).collect();
    let used_by = |text: &Text| -> BTreeSet<String> {
        let paths = imports(&text.text).into_iter().map(|import| path_of(&text.path, import.address));
        paths.filter_map(|path| meant(&path, &scripts)).collect()
    };
    let uses = scripts.iter().map(|(path, text)| ((*path).to_owned(), used_by(text))).collect();
    let found = circles(&uses).into_iter().filter_map(|circle| {
        let what = format!("imports itself over {}", circle[1..].join(", "));
        Some(scripts.get(circle[0].as_str())?.finding(1, what, CIRCLE))
    });
    found.collect()
}

/// The house of a file, and its room there.
fn at_home(path: &str) -> Option<(&'static House, &str)> {
    let house = HOUSES.iter().find(|house| path.starts_with(house.folder))?;
    Some((house, path[house.folder.len()..].split('/').next()?))
}

impl House {
    /// The place of a room in their order; a file is imported as what it is compiled to.
    fn place_of(&self, room: &str) -> Option<usize> {
        let stem = |name: &str| name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
        let extension = |name: &str| name.rsplit_once('.').map(|(_, extension)| extension.to_owned());
        let compiled =
            |name: &str| name.contains(".ts") && extension(room).as_deref() == Some("js") && stem(name) == stem(room);
        self.rooms.iter().position(|name| *name == room || compiled(name))
    }

    /// Whether a file in a room may import what stands at a path.
    fn allows(&self, place: usize, path: &str) -> bool {
        let own = path.strip_prefix(self.folder).and_then(|rest| self.place_of(rest.split('/').next()?));
        own.is_some_and(|target| target <= place) || self.beside.iter().any(|folder| path.starts_with(folder))
    }
}

/// Imports of a file from a room behind its own, and files that stand in no room.
pub fn wrong_way(text: &Text) -> Vec<Finding> {
    let Some((house, room)) = at_home(&text.path).filter(|_| is_script(text)) else {
        return Vec::new();
    };
    let Some(place) = house.place_of(room) else {
        return vec![text.finding(1, format!("`{room}` is no room"), ARROWS)];
    };
    let wrong = imports(&text.text).into_iter().filter_map(|import| {
        let path = path_of(&text.path, import.address);
        let what = format!("{room} imports `{path}`");
        (!house.allows(place, &path)).then(|| text.finding(import.line, what, ARROWS))
    });
    wrong.collect()
}
