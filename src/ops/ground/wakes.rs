//! Whom a batch may have given something to do; the host retries the calls it has parked for them.

use crate::store::Route;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Whom a batch may have given something to do; the host retries the calls it has parked for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Wakes {
    /// How many executions became claimable, by lane, kind and what they require.
    #[cfg_attr(feature = "types", ts(type = "Array<RouteWake>"))]
    pub lanes: RouteWakes,
    /// Lanes that let claims through again.
    pub opened: BTreeSet<String>,
    /// Executions and flows that ended.
    pub finished: Vec<String>,
    /// Executions whose streams were written to, or closed while the execution goes on.
    pub streams: BTreeSet<String>,
    /// Whether the event log grew.
    pub events: bool,
}

impl Wakes {
    /// Adds those of another commit.
    pub fn add(&mut self, other: Self) {
        for (route, count) in other.lanes.0 {
            *self.lanes.0.entry(route).or_default() += count;
        }
        self.opened.extend(other.opened);
        self.finished.extend(other.finished);
        self.streams.extend(other.streams);
        self.events |= other.events;
    }
}

/// How many executions became claimable on each route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteWakes(BTreeMap<Rc<Route>, u32>);

impl RouteWakes {
    /// One more became claimable.
    pub fn count(&mut self, route: Rc<Route>) {
        *self.0.entry(route).or_default() += 1;
    }

    /// The routes, each with how many.
    pub fn iter(&self) -> impl Iterator<Item = (&Route, u32)> {
        self.0.iter().map(|(route, count)| (&**route, *count))
    }

    /// Whether nothing became claimable.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for RouteWakes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|(route, count)| RouteWake {
            lane: &route.lane,
            kind: &route.kind,
            required: route.required.tokens().collect(),
            count,
        }))
    }
}

/// How many executions became claimable that one sort of claims can take.
#[derive(Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct RouteWake<'a> {
    /// Their lane.
    lane: &'a str,
    /// Their kind.
    kind: &'a str,
    /// What a worker must offer for them; left out where they require nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    required: Vec<&'a str>,
    /// How many.
    count: u32,
}
