//! A graph that is given as a whole: an order in which each of its members comes after all that it needs, or a cycle.
//!
//! Invariant: time and space grow with members and edges together, whatever the shape. Members are their places.

/// Members beside what they need.
pub struct Graph {
    /// How many members there are.
    pub count: usize,
    /// The edges, each from what is needed to what needs it.
    pub edges: Vec<(usize, usize)>,
}

impl Graph {
    /// Each member's place in an order of all of them, the first in line first; or one cycle, in the order of its edges.
    pub fn ranks(&self) -> Result<Vec<usize>, Vec<usize>> {
        let (mut lacking, mut starts) = (vec![0; self.count], vec![0; self.count + 1]);
        for (upstream, downstream) in &self.edges {
            lacking[*downstream] += 1;
            starts[upstream + 1] += 1;
        }
        for place in 0..self.count {
            starts[place + 1] += starts[place];
        }
        // The edges beside each other by upstream.
        let (mut next, mut downstreams) = (starts.clone(), vec![0; self.edges.len()]);
        for (upstream, downstream) in &self.edges {
            downstreams[next[*upstream]] = *downstream;
            next[*upstream] += 1;
        }
        let mut ranks = vec![usize::MAX; self.count];
        let mut order: Vec<usize> = (0..self.count).filter(|member| lacking[*member] == 0).collect();
        let mut rank = 0;
        while let Some(member) = order.get(rank).copied() {
            ranks[member] = rank;
            rank += 1;
            for downstream in &downstreams[starts[member]..starts[member + 1]] {
                lacking[*downstream] -= 1;
                if lacking[*downstream] == 0 {
                    order.push(*downstream);
                }
            }
        }
        if rank == self.count { Ok(ranks) } else { Err(self.cycle(&ranks)) }
    }

    /// One cycle among the members that got no rank: each of them needs another one of them.
    fn cycle(&self, ranks: &[usize]) -> Vec<usize> {
        let stuck = |member: usize| ranks[member] == usize::MAX;
        let mut needs = vec![usize::MAX; self.count];
        for (upstream, downstream) in self.edges.iter().rev().filter(|(upstream, _)| stuck(*upstream)) {
            needs[*downstream] = *upstream;
        }
        let (mut path, mut seen) = (Vec::new(), vec![false; self.count]);
        let mut member = (0..self.count).find(|member| stuck(*member)).unwrap_or_default();
        while !std::mem::replace(&mut seen[member], true) {
            path.push(member);
            member = needs[member];
        }
        let mut cycle = path.split_off(path.iter().position(|one| *one == member).unwrap_or_default());
        cycle.reverse();
        cycle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(count: usize, edges: &[(usize, usize)]) -> Result<Vec<usize>, Vec<usize>> {
        Graph { count, edges: edges.to_vec() }.ranks()
    }

    #[test]
    fn a_member_comes_after_all_that_it_needs() {
        assert_eq!(ranks(3, &[]), Ok(vec![0, 1, 2]));
        assert_eq!(ranks(3, &[(2, 1), (1, 0)]), Ok(vec![2, 1, 0]));
        assert_eq!(ranks(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]), Ok(vec![0, 1, 2, 3]));
    }

    #[test]
    fn a_cycle_is_told_in_the_order_of_its_edges_without_what_only_leads_to_it_or_from_it() {
        assert_eq!(ranks(2, &[(0, 1), (1, 0)]), Err(vec![1, 0]));
        // 0 leads to the cycle 1, 2, 3, and 4 hangs on it.
        let cycle = ranks(5, &[(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)]).unwrap_err();
        assert_eq!(cycle, [2, 3, 1]);
        assert_eq!(ranks(1, &[(0, 0)]), Err(vec![0]));
    }
}
