//! Edge groups: remembered, and written once per batch, so that a hundred upstreams that end cost one row.
//!
//! Invariant: as for flows. A group exists once it has a policy of its own or an applied edge.

use super::Store;
use super::driver::Row;
use crate::error::Result;
use crate::model::edge::{EdgeGroup, EdgeGroupPolicy, GroupState};
use rustc_hash::FxHashMap;

/// Groups remembered at most; past it those that have changed are written and all forgotten.
const GROUPS_MAX: usize = 4_096;

/// The groups that are remembered, and whether they are to be written.
#[derive(Default)]
pub(super) struct Groups(FxHashMap<i64, (EdgeGroup, bool)>);

impl Groups {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

macro_rules! group_columns {
    () => {
        "execution, policy, k, let_run, round, total, succeeded, failed, skipped, state, satisfied_at"
    };
}

impl Store {
    /// The group of a downstream.
    pub fn group(&mut self, execution: i64) -> Result<Option<EdgeGroup>> {
        const SQL: &str = concat!("SELECT ", group_columns!(), " FROM edge_group WHERE execution = ?1");
        if let Some((group, _)) = self.groups.0.get(&execution) {
            return Ok(Some(*group));
        }
        let found = self.first(SQL, &[execution.into()], read)?;
        if let Some(group) = found {
            self.remember_group(group, false)?;
        }
        Ok(found)
    }

    /// Keeps a group as it is now.
    pub fn save_group(&mut self, group: EdgeGroup) -> Result<()> {
        self.writes += 1;
        self.remember_group(group, true)
    }

    fn remember_group(&mut self, group: EdgeGroup, dirty: bool) -> Result<()> {
        if self.groups.0.len() >= GROUPS_MAX {
            self.save_groups()?;
            self.groups.clear();
        }
        self.groups.0.insert(group.execution, (group, dirty));
        Ok(())
    }

    /// Writes the groups that have changed.
    pub(super) fn save_groups(&mut self) -> Result<()> {
        const SQL: &str = "INSERT INTO edge_group (execution, policy, k, let_run, round, total, succeeded, failed, \
             skipped, state, satisfied_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
             ON CONFLICT (execution) DO UPDATE SET policy = ?2, k = ?3, let_run = ?4, round = ?5, total = ?6, \
             succeeded = ?7, failed = ?8, skipped = ?9, state = ?10, satisfied_at = ?11";
        let mut groups = std::mem::take(&mut self.groups);
        for (group, dirty) in groups.0.values_mut().filter(|(_, dirty)| *dirty) {
            *dirty = false;
            let [policy, k, let_run] = group.policy.numbers();
            let params = [
                group.execution.into(),
                policy.into(),
                k.into(),
                let_run.into(),
                group.round.into(),
                group.total.into(),
                group.succeeded.into(),
                group.failed.into(),
                group.skipped.into(),
                group.state.number().into(),
                group.satisfied_at.into(),
            ];
            self.execute(SQL, &params)?;
        }
        self.groups = groups;
        Ok(())
    }
}

pub(super) fn read(row: &dyn Row) -> Result<EdgeGroup> {
    Ok(EdgeGroup {
        execution: row.int(0)?,
        policy: EdgeGroupPolicy::of_numbers([row.int(1)?, row.int(2)?, row.int(3)?]),
        round: row.int(4)?,
        total: row.int(5)?,
        succeeded: row.int(6)?,
        failed: row.int(7)?,
        skipped: row.int(8)?,
        state: GroupState::of_number(row.int(9)?)?,
        satisfied_at: row.opt_int(10)?,
    })
}
