//! `list_lanes`: pages in the order of names. Contract: lanes.list.

use crate::error::Result;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::lanes::lane::LaneState;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `list_lanes`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ListLanesArgs {
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
    pub limit: Option<i64>,
}

reads!(ListLanesArgs { cursor, limit });

/// A lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct LaneSummary {
    /// Its name.
    pub lane: String,
    /// What it lets through.
    pub state: LaneState,
}

/// A page of lanes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct LanePage {
    /// By name.
    pub lanes: Vec<LaneSummary>,
    /// Present only when more remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Checked arguments.
pub struct Ready {
    after: String,
    limit: i64,
}

impl Call for ListLanesArgs {
    const OP: &'static str = "list_lanes";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = LanePage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let after = self.cursor.unwrap_or_default();
        argument::text("cursor", &after, argument::LANE_BYTES_MAX)?;
        Ok(Ready { after, limit: argument::page("limit", self.limit)? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<LanePage> {
        let found = turn.store.list_lanes(&ready.after, ready.limit + 1)?;
        let (found, next_cursor) = argument::page_after(found, ready.limit, |(name, _)| Some(name.clone()));
        let lanes = found.into_iter().map(|(lane, state)| LaneSummary { lane, state }).collect();
        Ok(LanePage { lanes, next_cursor })
    }
}
