//! The names that random calls use.

use crate::ground::random::Random;
use std::collections::{BTreeMap, BTreeSet};

pub const LANES: [&str; 3] = ["mail", "build", "lane x"];
pub const TOKENS: [&str; 4] = ["gpu", "eu", "big", "Ärger"];
pub const KINDS: [&str; 3] = ["send", "render", "über"];
pub const NAMESPACES: [&str; 3] = ["default", "team", "équipe"];
pub const CLASSES: [&str; 5] = ["transient", "permanent", "infra_crash", "timeout", "cancelled"];
/// Every stream there is.
pub const STREAMS: [&str; 7] = ["execution", "completion", "lease", "operator", "worker", "flow", "progress"];
/// Keys of tags, each with its values.
pub const TAGS: [(&str, [&str; 3]); 3] =
    [("a", ["1", "2", ""]), ("b.c", ["zwei", "1", "ü"]), ("d_1", ["", "1", "a value"])];

/// Some of the capabilities, mostly many.
pub fn offered(random: &mut Random) -> BTreeSet<String> {
    TOKENS.iter().filter(|_| random.percent(60)).map(|token| (*token).to_owned()).collect()
}

/// The kinds of a claim: mostly all of them, else some.
pub fn kinds(random: &mut Random) -> Option<Vec<String>> {
    random.maybe(15, |random| (0..=random.below(2)).map(|_| (*random.pick(&KINDS)).to_owned()).collect())
}

/// Some tags.
pub fn tags(random: &mut Random) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for (key, values) in TAGS {
        if random.percent(40) {
            tags.insert(key.to_owned(), (*random.pick(&values)).to_owned());
        }
    }
    tags
}
