//! Lanes: what they let through, and their list.

use crate::error::Result;
use crate::model::lanes::lane::LaneState;
use crate::store::Store;

impl Store {
    /// What a lane lets through; a lane that nobody has named yet lets everything.
    pub fn lane_state(&mut self, name: &str) -> Result<LaneState> {
        self.recall_lane(name)?;
        Ok(self.routes.lanes.get(name).map_or(LaneState::Active, |lane| lane.state))
    }

    /// Sets what a registered lane lets through.
    pub fn set_lane_state(&mut self, name: &str, state: LaneState) -> Result<()> {
        const SQL: &str = "UPDATE lane SET state = ?2 WHERE name = ?1";
        self.execute(SQL, &[name.into(), state.number().into()])?;
        if let Some(lane) = self.routes.lanes.get_mut(name) {
            lane.state = state;
        }
        Ok(())
    }

    /// Lanes after a name, in the order of names, at most so many.
    pub fn list_lanes(&self, after: &str, limit: i64) -> Result<Vec<(String, LaneState)>> {
        const SQL: &str = "SELECT name, state FROM lane WHERE name > ?1 ORDER BY name LIMIT ?2";
        self.all(SQL, &[after.into(), limit.into()], |row| {
            Ok((row.text(0)?.to_owned(), LaneState::of_number(row.int(1)?)?))
        })
    }
}
