//! The heads of many sorted indexes in one order, kept exact while rows enter and leave.
//!
//! Invariant: `order` holds the head of each index whose head is known, and `stale` names at least those whose head must
//! be searched for; an index that is in neither is empty. So the first of all is one look, however many indexes there
//! are, and what is kept grows with those that hold something. The owner forgets it all when a transaction is undone.

use super::frontier::{Frontier, Head};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The heads of many indexes, by their numbers.
#[derive(Debug)]
pub struct Heads<K> {
    fronts: FxHashMap<i64, Front<K>>,
    order: BTreeSet<(K, i64)>,
    stale: Vec<i64>,
}

#[derive(Debug)]
struct Front<K> {
    keys: Frontier<K>,
    /// What stands in the order for it.
    head: Option<K>,
}

impl<K> Default for Heads<K> {
    fn default() -> Self {
        Self { fronts: FxHashMap::default(), order: BTreeSet::new(), stale: Vec::new() }
    }
}

impl<K: Ord + Copy> Heads<K> {
    /// The heads of all indexes that hold something, as a search found them.
    pub fn of(found: Vec<(i64, K)>) -> Self {
        let mut heads = Self::default();
        for (index, key) in found {
            heads.fronts.insert(index, Front { keys: Frontier::headed(key), head: Some(key) });
            heads.order.insert((key, index));
        }
        heads
    }

    /// A key has moved from one place of an index to another; it is in none before it enters and after it left.
    pub fn shift(&mut self, index: i64, before: Option<K>, after: Option<K>) {
        if before == after || (after.is_none() && !self.fronts.contains_key(&index)) {
            return;
        }
        let front = self.fronts.entry(index).or_insert_with(|| Front { keys: Frontier::empty(), head: None });
        if let Some(key) = before {
            front.keys.leave(key);
        }
        if let Some(key) = after {
            front.keys.enter(key);
        }
        self.place(index);
    }

    /// An index whose head must be searched for, and how many keys the search is to bring.
    pub fn stale(&mut self) -> Option<(i64, u32)> {
        while let Some(index) = self.stale.last() {
            if let Some(wanted) = self.wanted(*index) {
                return Some((*index, wanted));
            }
            self.stale.pop();
        }
        None
    }

    /// How many keys of an index are to be searched for, where its head is not known.
    fn wanted(&self, index: i64) -> Option<u32> {
        let front = self.fronts.get(&index)?;
        (front.keys.head() == Head::Unknown).then(|| front.keys.wanted())
    }

    /// The first keys of an index, in order, as a search of so many as were wanted found them.
    pub fn fill(&mut self, index: i64, keys: Vec<K>) {
        if let Some(front) = self.fronts.get_mut(&index) {
            front.keys.fill(keys);
            self.place(index);
        }
    }

    /// The first of all keys, once nothing is stale.
    pub fn first(&self) -> Option<K> {
        self.order.first().map(|(key, _)| *key)
    }

    /// The first key of some indexes; where the head of one is not known, that index, and how many keys a search of it is
    /// to bring.
    pub fn first_among(&self, indexes: &[i64]) -> Result<Option<K>, (i64, u32)> {
        let mut first: Option<K> = None;
        for index in indexes {
            let Some(front) = self.fronts.get(index) else { continue };
            // An index that is kept holds something.
            let Some(key) = front.head else { return Err((*index, front.keys.wanted())) };
            first = Some(first.map_or(key, |first| first.min(key)));
        }
        Ok(first)
    }

    /// Whether no index holds anything.
    pub fn is_empty(&self) -> bool {
        self.fronts.is_empty()
    }

    /// The indexes in the order of their heads, once nothing is stale.
    pub fn in_order(&self) -> impl Iterator<Item = (K, i64)> {
        self.order.iter().copied()
    }

    /// Puts the head of an index where it belongs.
    fn place(&mut self, index: i64) {
        let Some(front) = self.fronts.get_mut(&index) else { return };
        let (former, head) = (front.head, front.keys.head());
        front.head = head.key();
        if former != head.key() {
            if let Some(key) = former {
                self.order.remove(&(key, index));
            }
            if let Some(key) = head.key() {
                self.order.insert((key, index));
            }
        }
        match head {
            Head::Empty => {
                self.fronts.remove(&index);
            }
            // It is named once, however often its head is lost and found meanwhile.
            Head::Unknown if former.is_some() && !self.stale.contains(&index) => self.stale.push(index),
            Head::Unknown | Head::At(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows enter, leave and move at random; the first of all and each head equal those of the whole sorted sets.
    #[test]
    fn the_first_of_all_is_exact_whatever_enters_and_leaves() {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = move |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        };
        let mut indexes: Vec<BTreeSet<u64>> = vec![BTreeSet::new(); 12];
        indexes[3].extend(0..200);
        indexes[5].insert(7);
        let mut heads = Heads::of(vec![(3, 0), (5, 7)]);
        let mut searches = 0;
        for round in 0..60_000 {
            let place = random(12);
            let index = i64::try_from(place).unwrap();
            let rows = &mut indexes[usize::try_from(place).unwrap()];
            let (one, other) = (random(300), random(300));
            let before = rows.remove(&one).then_some(one);
            let after = (random(5) < 2 && rows.insert(other)).then_some(other);
            heads.shift(index, before, after);
            let keys = |index: i64, wanted: u32| -> Vec<u64> {
                indexes[usize::try_from(index).unwrap()].iter().take(wanted as usize).copied().collect()
            };
            if round % 3 == 0 {
                let some = [index, (index + 5) % 12];
                let first = loop {
                    match heads.first_among(&some) {
                        Ok(first) => break first,
                        Err((index, wanted)) => heads.fill(index, keys(index, wanted)),
                    }
                    searches += 1;
                };
                let firsts = some.iter().filter_map(|index| indexes[usize::try_from(*index).unwrap()].first());
                assert_eq!(first, firsts.min().copied());
            }
            if round % 2 == 0 {
                while let Some((index, wanted)) = heads.stale() {
                    heads.fill(index, keys(index, wanted));
                    searches += 1;
                }
                assert_eq!(heads.first(), indexes.iter().filter_map(|rows| rows.first().copied()).min());
                assert_eq!(heads.is_empty(), indexes.iter().all(BTreeSet::is_empty));
                let order: Vec<u64> = heads.in_order().map(|(key, _)| key).collect();
                assert!(order.is_sorted());
            }
        }
        assert!(searches < 6_000, "{searches} searches");
    }
}
