//! `set_lane_state`: an operator opens or closes a lane; nothing is written to its executions. Contract:
//! lanes.set-state, lanes.untouched, lanes.wakes.

use crate::error::Result;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::lanes::lane::LaneState;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `set_lane_state`.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct SetLaneStateArgs {
    /// The lane; one that nobody has named yet is registered.
    pub lane: String,
    /// What it lets through from now on.
    pub state: LaneState,
}

reads!(SetLaneStateArgs { lane, state });

/// The answer of `set_lane_state`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SetLaneStateAnswer {
    /// The lane.
    pub lane: String,
    /// What it lets through now.
    pub state: LaneState,
    /// What it let through before.
    pub previous_state: LaneState,
}

impl Call for SetLaneStateArgs {
    const OP: &'static str = "set_lane_state";
    const WRITES: bool = true;
    type Ready = Self;
    type Answer = SetLaneStateAnswer;

    fn check(self, _limits: &Limits) -> Result<Self> {
        argument::lane("lane", &self.lane)?;
        Ok(self)
    }

    fn run(ready: &Self, turn: &mut Turn<'_>) -> Result<SetLaneStateAnswer> {
        let previous_state = turn.store.lane_state(&ready.lane)?;
        turn.store.register_lane(&ready.lane)?;
        if previous_state != ready.state {
            turn.store.set_lane_state(&ready.lane, ready.state)?;
        }
        if ready.state.claims() && !previous_state.claims() {
            turn.wakes.opened.insert(ready.lane.clone());
        }
        Ok(SetLaneStateAnswer { lane: ready.lane.clone(), state: ready.state, previous_state })
    }
}
