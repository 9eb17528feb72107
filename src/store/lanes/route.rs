//! Lanes, requirement sets, and the routes that join them with kinds.
//!
//! Invariant: a route exists for each lane, kind and requirement set that some execution ever had together. A worker's
//! capabilities are matched against the distinct sets of a lane once; after that its claim visits only what it covers.

use crate::error::{Code, Error, Result};
use crate::model::lanes::capability::Capabilities;
use crate::model::lanes::lane::LaneState;
use crate::store::Store;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::rc::Rc;

/// Lanes remembered at most; past it all are forgotten and read again as needed.
const LANES_MAX: usize = 10_000;
/// Routes remembered at most, likewise, and kinds of which it is remembered whether there is a route.
const ROUTES_MAX: usize = 100_000;
/// Sets of kinds remembered that claims have named of late.
const SETS_MAX: usize = 16;
/// Worker capability sets remembered for each lane.
const OFFERS_MAX: usize = 256;

/// What a route joins.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The lane's name.
    pub lane: String,
    /// The kind of its executions.
    pub kind: String,
    /// What they require.
    pub required: Capabilities,
    /// The row of the queue that its lane and its requirement set make up.
    pub queue: i64,
}

/// What is remembered of lanes and routes.
#[derive(Default)]
pub struct Routes {
    pub(in crate::store) lanes: FxHashMap<String, Lane>,
    known: FxHashMap<i64, Rc<Route>>,
    /// The route of each kind in a queue, or that there is none.
    by_kind: FxHashMap<i64, FxHashMap<String, Option<i64>>>,
    kind_count: usize,
    /// What claims have named of late: a queue, kinds and their routes in it. A worker names the same ones each time.
    named: VecDeque<Named>,
}

struct Named {
    queue: i64,
    kinds: Box<[String]>,
    routes: Rc<[i64]>,
}

pub(in crate::store) struct Lane {
    row: i64,
    pub(in crate::store) state: LaneState,
    /// Its queues, each with its requirement set, in the order in which they came up.
    queues: Vec<(i64, Capabilities)>,
    /// For each set of offered capabilities seen: the queues it covers.
    covered: FxHashMap<String, Rc<[i64]>>,
}

impl Store {
    /// Registers a lane's name if it is unseen.
    pub fn register_lane(&mut self, name: &str) -> Result<()> {
        const SQL: &str = "INSERT INTO lane (id, name) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM lane), ?1)";
        if !self.recall_lane(name)? {
            self.execute(SQL, &[name.into()])?;
            self.recall_lane(name)?;
        }
        Ok(())
    }

    /// The route of a registered lane, a kind and a requirement set, made if it is new.
    pub fn intern_route(&mut self, lane: &str, kind: &str, required: &Capabilities) -> Result<i64> {
        const SQL: &str = "INSERT INTO kind_route (id, queue, kind) \
             VALUES ((SELECT coalesce(max(id), 0) + 1 FROM kind_route), ?1, ?2)";
        let queue = self.intern_queue(lane, required)?;
        if let Some(row) = self.route_of(queue, kind)? {
            return Ok(row);
        }
        self.execute(SQL, &[queue.into(), kind.into()])?;
        if let Some(kinds) = self.routes.by_kind.get_mut(&queue) {
            kinds.remove(kind);
        }
        self.routes.named.clear();
        let row = self
            .route_of(queue, kind)?
            .ok_or_else(|| Error::new(Code::InvariantBroken, "a route is gone right after its insert"))?;
        let route = Route { lane: lane.to_owned(), kind: kind.to_owned(), required: required.clone(), queue };
        self.remember_route(row, route);
        Ok(row)
    }

    /// The queues of a lane that a worker with these capabilities may claim from; none for an unknown lane, or one that
    /// lets nothing be claimed.
    pub fn covered_queues(&mut self, lane: &str, offered: &Capabilities) -> Result<Rc<[i64]>> {
        if !self.recall_lane(lane)? {
            return Ok(Rc::from([]));
        }
        let Some(lane) = self.routes.lanes.get_mut(lane).filter(|lane| lane.state.claims()) else {
            return Ok(Rc::from([]));
        };
        if let Some(covered) = lane.covered.get(offered.joined()) {
            return Ok(Rc::clone(covered));
        }
        if lane.covered.len() >= OFFERS_MAX {
            lane.covered.clear();
        }
        let covered: Rc<[i64]> =
            lane.queues.iter().filter(|(_, set)| offered.covers(set)).map(|(queue, _)| *queue).collect();
        lane.covered.insert(offered.joined().to_owned(), Rc::clone(&covered));
        Ok(covered)
    }

    /// All queues of a lane, whatever it lets through.
    pub fn lane_queues(&mut self, name: &str) -> Result<Vec<i64>> {
        self.recall_lane(name)?;
        let lane = self.routes.lanes.get(name);
        Ok(lane.map_or_else(Vec::new, |lane| lane.queues.iter().map(|(queue, _)| *queue).collect()))
    }

    /// What a route joins.
    pub fn route(&mut self, row: i64) -> Result<Rc<Route>> {
        const SQL: &str = "SELECT l.name, k.kind, q.tokens, k.queue FROM kind_route k \
             JOIN route r ON r.id = k.queue JOIN lane l ON l.id = r.lane JOIN requirement q ON q.id = r.requirement \
             WHERE k.id = ?1";
        if let Some(route) = self.routes.known.get(&row) {
            return Ok(Rc::clone(route));
        }
        let found = self.first(SQL, &[row.into()], |row| {
            Ok(Route {
                lane: row.text(0)?.to_owned(),
                kind: row.text(1)?.to_owned(),
                required: Capabilities::of_joined(row.text(2)?.to_owned()),
                queue: row.int(3)?,
            })
        })?;
        let route = found.ok_or_else(|| Error::new(Code::Corruption, format!("route row {row} is gone")))?;
        Ok(self.remember_route(row, route))
    }

    /// The route of a kind in a queue, if there is one.
    pub fn route_of(&mut self, queue: i64, kind: &str) -> Result<Option<i64>> {
        const SQL: &str = "SELECT id FROM kind_route WHERE queue = ?1 AND kind = ?2";
        if let Some(row) = self.routes.by_kind.get(&queue).and_then(|kinds| kinds.get(kind)) {
            return Ok(*row);
        }
        let row = self.first(SQL, &[queue.into(), kind.into()], |row| row.int(0))?;
        if self.routes.kind_count >= ROUTES_MAX {
            self.routes.by_kind.clear();
            self.routes.kind_count = 0;
        }
        self.routes.by_kind.entry(queue).or_default().insert(kind.to_owned(), row);
        self.routes.kind_count += 1;
        Ok(row)
    }

    /// The routes that some kinds have in a queue.
    pub(in crate::store) fn routes_of(&mut self, queue: i64, kinds: &[String]) -> Result<Rc<[i64]>> {
        let named = self.routes.named.iter().find(|named| named.queue == queue && *named.kinds == *kinds);
        if let Some(named) = named {
            return Ok(Rc::clone(&named.routes));
        }
        let mut routes = Vec::with_capacity(kinds.len());
        for kind in kinds {
            routes.extend(self.route_of(queue, kind)?);
        }
        let routes: Rc<[i64]> = routes.into();
        self.routes.named.truncate(SETS_MAX - 1);
        self.routes.named.push_front(Named { queue, kinds: kinds.into(), routes: Rc::clone(&routes) });
        Ok(routes)
    }

    fn remember_route(&mut self, row: i64, route: Route) -> Rc<Route> {
        let route = Rc::new(route);
        if self.routes.known.len() >= ROUTES_MAX {
            self.routes.known.clear();
        }
        self.routes.known.insert(row, Rc::clone(&route));
        route
    }

    /// Remembers a lane with its queues; answers whether it is registered.
    pub(in crate::store) fn recall_lane(&mut self, name: &str) -> Result<bool> {
        const LANE: &str = "SELECT id, state FROM lane WHERE name = ?1";
        // scan: of one lane's queues alone, to have them in the order in which they came up, as while they are remembered
        const QUEUES: &str = "SELECT r.id, q.tokens FROM route r JOIN requirement q ON q.id = r.requirement \
             WHERE r.lane = ?1 ORDER BY r.id";
        if self.routes.lanes.contains_key(name) {
            return Ok(true);
        }
        let found = self.first(LANE, &[name.into()], |row| Ok((row.int(0)?, LaneState::of_number(row.int(1)?)?)))?;
        let Some((row, state)) = found else { return Ok(false) };
        let queues =
            self.all(QUEUES, &[row.into()], |row| Ok((row.int(0)?, Capabilities::of_joined(row.text(1)?.to_owned()))))?;
        if self.routes.lanes.len() >= LANES_MAX {
            self.routes.lanes.clear();
        }
        self.routes.lanes.insert(name.to_owned(), Lane { row, state, queues, covered: FxHashMap::default() });
        Ok(true)
    }

    /// The queue of a registered lane and a requirement set, made if it is new.
    fn intern_queue(&mut self, name: &str, required: &Capabilities) -> Result<i64> {
        const SQL: &str = "INSERT INTO route (id, lane, requirement) \
             VALUES ((SELECT coalesce(max(id), 0) + 1 FROM route), ?1, ?2)";
        const ROW: &str = "SELECT id FROM route WHERE lane = ?1 AND requirement = ?2";
        self.recall_lane(name)?;
        let unregistered = || Error::new(Code::InvariantBroken, format!("lane {name} is used before it is registered"));
        let lane = self.routes.lanes.get(name).ok_or_else(unregistered)?;
        if let Some((queue, _)) = lane.queues.iter().find(|(_, set)| set == required) {
            return Ok(*queue);
        }
        let lane = lane.row;
        let requirement = self.intern_requirement(required)?;
        self.execute(SQL, &[lane.into(), requirement.into()])?;
        let queue = self
            .first(ROW, &[lane.into(), requirement.into()], |row| row.int(0))?
            .ok_or_else(|| Error::new(Code::InvariantBroken, "a queue is gone right after its insert"))?;
        if let Some(lane) = self.routes.lanes.get_mut(name) {
            lane.queues.push((queue, required.clone()));
            lane.covered.clear();
        }
        Ok(queue)
    }

    fn intern_requirement(&mut self, required: &Capabilities) -> Result<i64> {
        const SQL: &str = "INSERT INTO requirement (id, tokens) \
             VALUES ((SELECT coalesce(max(id), 0) + 1 FROM requirement), ?1)";
        const ROW: &str = "SELECT id FROM requirement WHERE tokens = ?1";
        let find = |store: &Self| store.first(ROW, &[required.joined().into()], |row| row.int(0));
        if let Some(row) = find(self)? {
            return Ok(row);
        }
        self.execute(SQL, &[required.joined().into()])?;
        find(self)?.ok_or_else(|| Error::new(Code::InvariantBroken, "a requirement set is gone right after its insert"))
    }
}
