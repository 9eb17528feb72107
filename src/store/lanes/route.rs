//! Lanes, requirement sets, and the routes that pair them.
//!
//! Invariant: a route exists for each pair that some execution ever had. A worker's capabilities are matched against
//! the distinct sets of a lane once; after that its claim visits only routes that it covers.

use crate::error::{Code, Error, Result};
use crate::model::lanes::capability::Capabilities;
use crate::model::lanes::lane::LaneState;
use crate::store::Store;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Lanes remembered at most; past it all are forgotten and read again as needed.
const LANES_MAX: usize = 10_000;
/// Routes remembered at most, likewise.
const ROUTES_MAX: usize = 100_000;
/// Worker capability sets remembered for each lane.
const OFFERS_MAX: usize = 256;

/// What a route pairs.
#[derive(Debug)]
pub struct Route {
    /// The lane's name.
    pub lane: String,
    /// What its executions require.
    pub required: Capabilities,
}

/// What is remembered of lanes and routes.
#[derive(Default)]
pub struct Routes {
    pub(in crate::store) lanes: FxHashMap<String, Lane>,
    routes: FxHashMap<i64, Rc<Route>>,
}

pub(in crate::store) struct Lane {
    pub(in crate::store) row: i64,
    pub(in crate::store) state: LaneState,
    pub(in crate::store) routes: Vec<(i64, Rc<Route>)>,
    /// The route of each requirement set.
    by_required: FxHashMap<String, i64>,
    /// For each set of offered capabilities seen: the routes it covers.
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

    /// The route of a registered lane and a requirement set, made if it is new.
    pub fn intern_route(&mut self, lane: &str, required: &Capabilities) -> Result<i64> {
        const SQL: &str = "INSERT INTO route (id, lane, requirement) \
             VALUES ((SELECT coalesce(max(id), 0) + 1 FROM route), ?1, ?2)";
        const ROW: &str = "SELECT id FROM route WHERE lane = ?1 AND requirement = ?2";
        let remembered = self.lane(lane)?;
        if let Some(row) = remembered.by_required.get(required.joined()) {
            return Ok(*row);
        }
        let lane_row = remembered.row;
        let requirement = self.intern_requirement(required)?;
        self.execute(SQL, &[lane_row.into(), requirement.into()])?;
        let row = self
            .first(ROW, &[lane_row.into(), requirement.into()], |row| row.int(0))?
            .ok_or_else(|| Error::new(Code::InvariantBroken, "a route is gone right after its insert"))?;
        let route = Rc::new(Route { lane: lane.to_owned(), required: required.clone() });
        self.routes.routes.insert(row, Rc::clone(&route));
        if let Some(lane) = self.routes.lanes.get_mut(lane) {
            lane.add(row, route);
        }
        Ok(row)
    }

    /// The routes of a lane that a worker with these capabilities may claim from; none for an unknown lane, or one that
    /// lets nothing be claimed.
    pub fn covered_routes(&mut self, lane: &str, offered: &Capabilities) -> Result<Rc<[i64]>> {
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
            lane.routes.iter().filter(|(_, route)| offered.covers(&route.required)).map(|(row, _)| *row).collect();
        lane.covered.insert(offered.joined().to_owned(), Rc::clone(&covered));
        Ok(covered)
    }

    /// What a route pairs.
    pub fn route(&mut self, row: i64) -> Result<Rc<Route>> {
        const SQL: &str = "SELECT l.name, q.tokens FROM route r JOIN lane l ON l.id = r.lane \
             JOIN requirement q ON q.id = r.requirement WHERE r.id = ?1";
        if let Some(route) = self.routes.routes.get(&row) {
            return Ok(Rc::clone(route));
        }
        let found = self.first(SQL, &[row.into()], |row| {
            let required = Capabilities::of_joined(row.text(1)?.to_owned());
            Ok(Rc::new(Route { lane: row.text(0)?.to_owned(), required }))
        })?;
        let route = found.ok_or_else(|| Error::new(Code::Corruption, format!("route row {row} is gone")))?;
        if self.routes.routes.len() >= ROUTES_MAX {
            self.routes = Routes::default();
        }
        self.routes.routes.insert(row, Rc::clone(&route));
        Ok(route)
    }

    /// Remembers a lane with its routes; answers whether it is registered.
    pub(in crate::store) fn recall_lane(&mut self, name: &str) -> Result<bool> {
        const LANE: &str = "SELECT id, state FROM lane WHERE name = ?1";
        // scan: of one lane's routes alone, to have them in the order in which they came up, as while they are remembered
        const ROUTES: &str = "SELECT r.id, q.tokens FROM route r JOIN requirement q ON q.id = r.requirement \
             WHERE r.lane = ?1 ORDER BY r.id";
        if self.routes.lanes.contains_key(name) {
            return Ok(true);
        }
        let found = self.first(LANE, &[name.into()], |row| Ok((row.int(0)?, LaneState::of_number(row.int(1)?)?)))?;
        let Some((row, state)) = found else { return Ok(false) };
        let routes = self.all(ROUTES, &[row.into()], |row| {
            let required = Capabilities::of_joined(row.text(1)?.to_owned());
            Ok((row.int(0)?, Rc::new(Route { lane: name.to_owned(), required })))
        })?;
        if self.routes.lanes.len() >= LANES_MAX {
            self.routes = Routes::default();
        }
        self.routes.routes.extend(routes.iter().map(|(row, route)| (*row, Rc::clone(route))));
        let by_required = routes.iter().map(|(row, route)| (route.required.joined().to_owned(), *row)).collect();
        self.routes
            .lanes
            .insert(name.to_owned(), Lane { row, state, routes, by_required, covered: FxHashMap::default() });
        Ok(true)
    }

    fn lane(&mut self, name: &str) -> Result<&Lane> {
        self.recall_lane(name)?;
        self.routes
            .lanes
            .get(name)
            .ok_or_else(|| Error::new(Code::InvariantBroken, format!("lane {name} is used before it is registered")))
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

impl Lane {
    /// Adds a new route, also to what is remembered as covered.
    fn add(&mut self, row: i64, route: Rc<Route>) {
        for (offered, covered) in &mut self.covered {
            if Capabilities::of_joined(offered.clone()).covers(&route.required) {
                *covered = covered.iter().copied().chain([row]).collect();
            }
        }
        self.by_required.insert(route.required.joined().to_owned(), row);
        self.routes.push((row, route));
    }
}
