//! Keeping a flow's members in a topological order, so that nearly no new edge needs a search for a cycle.
//!
//! Invariant: every member has a rank of its own, and an edge leads from a lower rank to a higher one.
//!
//! Why what is done here keeps it: an edge that leads upwards already changes nothing. One that leads down from
//! `upstream` to `downstream` closes a cycle exactly where `upstream` can be reached from `downstream`. Both are searched
//! from in turn, forward from `downstream` and backward from `upstream`; where the searches meet there is such a way, and
//! where one of them ends without that there is none. Say the forward one ended: it found the downstream and all that
//! hangs on it. Moved behind all others, in the order that they had, these keep the edges among them in order; edges from
//! others into them lead up to the end; none leads out of them; and the new edge leads into them from outside. What a
//! backward search has found goes before all others, for the same reasons. Taking turns by edges looked at costs twice
//! the smaller search: a chain that is staged from its end costs a constant for each edge.

use crate::error::Result;
use rustc_hash::FxHashMap;
use uuid::Uuid;

/// Edges of one member that are looked at in one go.
pub const LOOKED_AT: usize = 256;

/// The two ways along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From upstream to downstream.
    Forward,
    /// From downstream to upstream.
    Backward,
}

/// Members that one look found at the other ends of edges, with these edges' ids, in the order of the ids.
pub type Ends = Vec<(i64, Uuid)>;

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The edge would close a cycle.
    Cycle,
    /// The downstream and all that hangs on it: they go behind all others.
    Behind(Vec<i64>),
    /// The upstream and all that it hangs on: they go before all others.
    Before(Vec<i64>),
}

/// One of the two searches.
struct Side {
    /// What it has reached, in the order in which it looks along edges.
    reached: Vec<i64>,
    /// Whose edges it looks at next.
    next: usize,
    /// The last edge of that member which it has looked at.
    after: Option<Uuid>,
    /// Edges that it has looked at.
    looked: usize,
}

impl Side {
    fn from(row: i64) -> Self {
        Self { reached: vec![row], next: 0, after: None, looked: 0 }
    }
}

/// Searches for a way from `downstream` to `upstream`, which are two. `ends` answers the first [`LOOKED_AT`] edges of a
/// member after one of them.
pub fn search(
    upstream: i64,
    downstream: i64,
    ends: &mut dyn FnMut(Way, i64, Option<Uuid>) -> Result<Ends>,
) -> Result<Found> {
    let mut sides = [Side::from(downstream), Side::from(upstream)];
    let mut reached_by = FxHashMap::default();
    reached_by.insert(downstream, false);
    reached_by.insert(upstream, true);
    loop {
        let backward = sides[1].looked < sides[0].looked;
        let side = &mut sides[usize::from(backward)];
        let way = if backward { Way::Backward } else { Way::Forward };
        let found = ends(way, side.reached[side.next], side.after)?;
        side.looked += 1 + found.len();
        side.after = found.get(LOOKED_AT - 1).map(|(_, id)| *id);
        for (row, _) in found {
            match reached_by.insert(row, backward) {
                None => side.reached.push(row),
                Some(other) if other != backward => return Ok(Found::Cycle),
                Some(_) => {}
            }
        }
        side.next += usize::from(side.after.is_none());
        if side.next == side.reached.len() {
            let reached = std::mem::take(&mut side.reached);
            return Ok(if backward { Found::Before(reached) } else { Found::Behind(reached) });
        }
    }
}

/// Sorts members by their ranks, which stand first: a heap, a fraction of the code of a general sort.
pub fn by_rank(members: &mut [(i64, i64)]) {
    for root in (0..members.len() / 2).rev() {
        sift(members, root);
    }
    for last in (1..members.len()).rev() {
        members.swap(0, last);
        sift(&mut members[..last], 0);
    }
}

fn sift(heap: &mut [(i64, i64)], mut root: usize) {
    loop {
        let mut child = 2 * root + 1;
        if child + 1 < heap.len() && heap[child].0 < heap[child + 1].0 {
            child += 1;
        }
        if child >= heap.len() || heap[child].0 <= heap[root].0 {
            return;
        }
        heap.swap(root, child);
        root = child;
    }
}
