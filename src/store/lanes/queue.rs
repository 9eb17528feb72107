//! Queues: what waits in a lane with one requirement set, of all kinds. What is first in a queue is known without a
//! search, because the heads of its routes are kept in order.
//!
//! Invariant: what is remembered of a queue are the heads of all its routes, of what can be claimed and of what waits
//! for a capable worker; a queue that is not remembered is read before it is asked.

use crate::error::{Code, Error, Result};
use crate::model::ground::heads::Heads;
use crate::model::ground::id::ExecutionId;
use crate::store::{ClaimKey, Store};
use rustc_hash::FxHashMap;

/// Queues remembered at most; past it all are forgotten and read again as needed.
const QUEUES_MAX: usize = 10_000;

/// What stands in a queue.
#[derive(Clone, Copy)]
enum Stock {
    /// What a plain claim may take.
    Claimable,
    /// What waits for a capable worker.
    Blocked,
}

/// What is remembered of queues.
pub type Queues = FxHashMap<i64, Queue>;

/// The heads of a queue's routes.
pub struct Queue {
    claimable: Heads<ClaimKey>,
    blocked: Heads<ClaimKey>,
}

/// The first keys of a queue: of what can be claimed, and of what waits for a capable worker.
pub type QueueHeads = [Option<ClaimKey>; 2];

impl Queue {
    fn heads(&mut self, stock: Stock) -> &mut Heads<ClaimKey> {
        match stock {
            Stock::Claimable => &mut self.claimable,
            Stock::Blocked => &mut self.blocked,
        }
    }

    /// The first keys, where no head must be searched for.
    fn known_heads(&mut self) -> Option<QueueHeads> {
        let known = self.claimable.stale().is_none() && self.blocked.stale().is_none();
        known.then(|| [self.claimable.first(), self.blocked.first()])
    }
}

impl Store {
    /// The first keys of a queue; of some kinds alone where they are named.
    pub fn queue_heads(&mut self, queue: i64, kinds: Option<&[String]>) -> Result<QueueHeads> {
        if kinds.is_none()
            && let Some(heads) = self.queue(queue)?.known_heads()
        {
            return Ok(heads);
        }
        Ok([self.first_of(queue, kinds, Stock::Claimable)?, self.first_of(queue, kinds, Stock::Blocked)?])
    }

    fn first_of(&mut self, queue: i64, kinds: Option<&[String]>, stock: Stock) -> Result<Option<ClaimKey>> {
        if self.queue(queue)?.heads(stock).is_empty() {
            return Ok(None);
        }
        let Some(kinds) = kinds else {
            self.refresh(queue, stock)?;
            return Ok(self.queue(queue)?.heads(stock).first());
        };
        let routes = self.routes_of(queue, kinds)?;
        loop {
            match self.queue(queue)?.heads(stock).first_among(&routes) {
                Ok(first) => return Ok(first),
                Err(stale) => self.search(queue, stale, stock)?,
            }
        }
    }

    /// The routes of a queue on which a plain claim may take something, with the first key of each, in the order of these.
    pub fn claimable_routes(&mut self, queue: i64) -> Result<Vec<(ClaimKey, i64)>> {
        self.refresh(queue, Stock::Claimable)?;
        Ok(self.queue(queue)?.claimable.in_order().collect())
    }

    /// The first executions on a route that a plain claim may take, with their keys, in order.
    pub fn claimable_on(&self, route: i64, limit: i64) -> Result<Vec<(ClaimKey, ExecutionId)>> {
        const SQL: &str = "SELECT claim_rank, id, public_id FROM execution WHERE route = ?1 AND claim_rank IS NOT NULL \
             ORDER BY claim_rank, id LIMIT ?2";
        self.all(SQL, &[route.into(), limit.into()], |row| {
            Ok(((row.int(0)?, row.int(1)?), ExecutionId::of_stored(row.blob(2)?)?))
        })
    }

    /// Searches for the heads that are not known.
    fn refresh(&mut self, queue: i64, stock: Stock) -> Result<()> {
        while let Some(stale) = self.queue(queue)?.heads(stock).stale() {
            self.search(queue, stale, stock)?;
        }
        Ok(())
    }

    fn search(&mut self, queue: i64, (route, wanted): (i64, u32), stock: Stock) -> Result<()> {
        const CLAIMABLE: &str = "SELECT claim_rank, id FROM execution WHERE route = ?1 AND claim_rank IS NOT NULL \
             ORDER BY claim_rank, id LIMIT ?2";
        const BLOCKED: &str = "SELECT 9000 - priority, id FROM execution WHERE phase = 3 AND reason = 33 \
             AND route = ?1 ORDER BY priority DESC, id LIMIT ?2";
        let sql = match stock {
            Stock::Claimable => CLAIMABLE,
            Stock::Blocked => BLOCKED,
        };
        let keys = self.all(sql, &[route.into(), i64::from(wanted).into()], |row| Ok((row.int(0)?, row.int(1)?)))?;
        self.queue(queue)?.heads(stock).fill(route, keys);
        Ok(())
    }

    /// What is remembered of a queue, read if need be: one statement, with a search for each of its routes.
    fn queue(&mut self, row: i64) -> Result<&mut Queue> {
        const CLAIMABLE: &str = "SELECT r.id, e.claim_rank, e.id FROM kind_route r CROSS JOIN execution e ON e.id = \
             (SELECT id FROM execution WHERE route = r.id AND claim_rank IS NOT NULL ORDER BY claim_rank, id LIMIT 1) \
             WHERE r.queue = ?1";
        const BLOCKED: &str = "SELECT r.id, 9000 - e.priority, e.id FROM kind_route r CROSS JOIN execution e ON e.id = \
             (SELECT id FROM execution WHERE phase = 3 AND reason = 33 AND route = r.id ORDER BY priority DESC, id LIMIT 1) \
             WHERE r.queue = ?1";
        if !self.queues.contains_key(&row) {
            let heads = |sql| {
                let found = self.all(sql, &[row.into()], |row| Ok((row.int(0)?, (row.int(1)?, row.int(2)?))));
                found.map(Heads::of)
            };
            let queue = Queue { claimable: heads(CLAIMABLE)?, blocked: heads(BLOCKED)? };
            if self.queues.len() >= QUEUES_MAX {
                self.queues.clear();
            }
            self.queues.insert(row, queue);
        }
        self.queues
            .get_mut(&row)
            .ok_or_else(|| Error::new(Code::InvariantBroken, "a queue is gone right after its read"))
    }

    /// Tells the queue of a route that one of its executions has moved.
    pub(in crate::store) fn shift_queue(
        &mut self,
        route: i64,
        claimable: [Option<ClaimKey>; 2],
        blocked: [Option<ClaimKey>; 2],
    ) -> Result<()> {
        if claimable[0] == claimable[1] && blocked[0] == blocked[1] {
            return Ok(());
        }
        let queue = self.route(route)?.queue;
        if let Some(queue) = self.queues.get_mut(&queue) {
            queue.claimable.shift(route, claimable[0], claimable[1]);
            queue.blocked.shift(route, blocked[0], blocked[1]);
        }
        Ok(())
    }
}

/// The earlier of two keys.
pub fn earlier(one: Option<ClaimKey>, other: Option<ClaimKey>) -> Option<ClaimKey> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
