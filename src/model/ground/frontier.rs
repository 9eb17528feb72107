//! The known front of a sorted index: its first keys, kept exact while rows enter and leave.
//!
//! Invariant: `keys` is exactly the first `keys.len()` keys of the index, and all of them when `complete`. So the head
//! is known without a search, and one search of the index serves many heads. The owner tells of every key that enters
//! or leaves, and forgets the front when a transaction is undone.

use std::collections::VecDeque;

/// How many keys are kept at most.
const KEYS_MAX: u32 = 64;
/// How many keys the first search brings; each later one brings twice as many, up to [`KEYS_MAX`].
const KEYS_FIRST: u32 = 4;

/// The first keys of an index.
#[derive(Debug)]
pub struct Frontier<K> {
    keys: VecDeque<K>,
    complete: bool,
    wanted: u32,
}

/// The first key of the index, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head<K> {
    /// The index must be searched.
    Unknown,
    /// The index is empty.
    Empty,
    /// The first key.
    At(K),
}

impl<K> Head<K> {
    /// The first key, where it is known.
    pub fn key(self) -> Option<K> {
        match self {
            Self::At(key) => Some(key),
            Self::Empty | Self::Unknown => None,
        }
    }
}

impl<K> Default for Frontier<K> {
    fn default() -> Self {
        Self { keys: VecDeque::new(), complete: false, wanted: KEYS_FIRST }
    }
}

impl<K: Ord + Copy> Frontier<K> {
    /// The front of an index that is empty.
    pub fn empty() -> Self {
        Self { complete: true, ..Self::default() }
    }

    /// The front of an index of which the first key alone is known.
    pub fn headed(key: K) -> Self {
        Self { keys: VecDeque::from([key]), ..Self::default() }
    }

    /// The first key.
    pub fn head(&self) -> Head<K> {
        match self.keys.front() {
            Some(key) => Head::At(*key),
            None if self.complete => Head::Empty,
            None => Head::Unknown,
        }
    }

    /// How many keys the next search is to bring.
    pub fn wanted(&self) -> u32 {
        self.wanted
    }

    /// The first keys, in order, as a search of at most [`Frontier::wanted`] found them.
    pub fn fill(&mut self, keys: Vec<K>) {
        self.complete = keys.len() < self.wanted as usize;
        self.keys = keys.into();
        self.wanted = (self.wanted * 2).min(KEYS_MAX);
    }

    /// A key entered the index.
    pub fn enter(&mut self, key: K) {
        let within = self.complete || self.keys.back().is_some_and(|last| key < *last);
        if !within {
            return;
        }
        if let Err(index) = self.keys.binary_search(&key) {
            self.keys.insert(index, key);
        }
        if self.keys.len() > KEYS_MAX as usize {
            self.keys.pop_back();
            self.complete = false;
        }
    }

    /// A key left the index.
    pub fn leave(&mut self, key: K) {
        if let Ok(index) = self.keys.binary_search(&key) {
            self.keys.remove(index);
        }
    }

    /// Nothing is known any more.
    pub fn forget(&mut self) {
        self.keys.clear();
        self.complete = false;
        self.wanted = KEYS_FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Rows enter and leave at random; the head always equals the head of the whole sorted set.
    #[test]
    fn the_head_is_exact_whatever_enters_and_leaves() {
        let mut seed = 0x1234_5678_9abc_def0_u64;
        let mut random = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        let mut index = BTreeSet::new();
        let mut frontier = Frontier::default();
        let mut searches = 0;
        for _ in 0..50_000 {
            let key = random() % 400;
            if random() % 5 < 2 {
                if index.insert(key) {
                    frontier.enter(key);
                }
            } else if index.remove(&key) {
                frontier.leave(key);
            }
            if frontier.head() == Head::Unknown {
                searches += 1;
                frontier.fill(index.iter().take(frontier.wanted() as usize).copied().collect());
            }
            let expected = index.first().map_or(Head::Empty, |key| Head::At(*key));
            assert_eq!(frontier.head(), expected);
        }
        assert!(searches < 2_000, "{searches} searches");
    }
}
