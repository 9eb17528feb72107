//! Circles among files: whatever the language, a file is reached from itself only where two need each other.

use std::collections::{BTreeMap, BTreeSet};

/// The files by what they are called, each with those that it uses.
pub type Uses<Name> = BTreeMap<Name, BTreeSet<Name>>;

/// One circle for each knot of files that need each other, from its first file back to it.
pub fn circles<Name: Clone + Ord>(uses: &Uses<Name>) -> Vec<Vec<Name>> {
    let mut search = Search { uses, trail: Vec::new(), done: BTreeSet::new(), circles: Vec::new() };
    for name in uses.keys() {
        search.visit(name);
    }
    search.circles
}

struct Search<'a, Name> {
    uses: &'a Uses<Name>,
    trail: Vec<&'a Name>,
    done: BTreeSet<&'a Name>,
    circles: Vec<Vec<Name>>,
}

impl<'a, Name: Clone + Ord> Search<'a, Name> {
    fn visit(&mut self, name: &'a Name) {
        if let Some(start) = self.trail.iter().position(|passed| *passed == name) {
            let circle = self.trail[start..].iter().copied().chain([name]).cloned().collect();
            self.circles.push(circle);
        } else if !self.done.contains(name) {
            self.trail.push(name);
            for target in self.uses.get(name).into_iter().flatten() {
                self.visit(target);
            }
            self.trail.pop();
            self.done.insert(name);
        }
    }
}
