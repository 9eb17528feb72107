//! Edge groups: remembered, and written once per batch, so that a hundred upstreams that end cost one row.
//!
//! Invariant: as for flows. A group exists once it has a policy of its own or an applied edge.

use crate::error::Result;
use crate::model::executions::due::{DueKey, DueKind};
use crate::model::flows::edge::{EdgeGroup, EdgeGroupPolicy, GroupState};
use crate::model::ground::frontier::Head;
use crate::store::Store;
use crate::store::driver::Row;
use rustc_hash::FxHashMap;

/// Groups remembered at most; past it those that have changed are written and all forgotten.
const GROUPS_MAX: usize = 4_096;

/// The groups that are remembered, and the downstreams of those that are to be written.
#[derive(Default)]
pub(in crate::store) struct Groups {
    known: FxHashMap<i64, (EdgeGroup, bool)>,
    dirty: Vec<i64>,
}

impl Groups {
    pub(in crate::store) fn clear(&mut self) {
        self.known.clear();
        self.dirty.clear();
    }
}

macro_rules! group_columns {
    () => {
        "edge_group.execution, edge_group.policy, k, let_run, round, total, succeeded, failed, skipped, aside, state, \
         satisfied_at, edge_group.due_at, timed_out"
    };
}

pub(in crate::store) use group_columns;

impl Store {
    /// The group of a downstream.
    pub fn group(&mut self, execution: i64) -> Result<Option<EdgeGroup>> {
        const SQL: &str = concat!("SELECT ", group_columns!(), " FROM edge_group WHERE execution = ?1");
        if let Some((group, _)) = self.groups.known.get(&execution) {
            return Ok(Some(*group));
        }
        let found = self.first(SQL, &[execution.into()], |row| read(row, 0))?;
        if let Some(group) = found {
            self.remember_group(group, false)?;
        }
        Ok(found)
    }

    /// Keeps a group as it is now.
    pub fn save_group(&mut self, group: EdgeGroup) -> Result<()> {
        self.writes += 1;
        if self.groups.known.get(&group.execution).and_then(|(known, _)| known.due_at) != group.due_at {
            self.first_wait = Head::Unknown;
        }
        self.remember_group(group, true)
    }

    /// An execution waits for its children no longer.
    pub fn end_wait(&mut self, execution: i64) -> Result<()> {
        match self.group(execution)? {
            Some(group) if group.due_at.is_some() => self.save_group(EdgeGroup { due_at: None, ..group }),
            Some(_) | None => Ok(()),
        }
    }

    /// The first execution that stops waiting for its children.
    pub(in crate::store) fn first_wait_due(&mut self) -> Result<Option<DueKey>> {
        const SQL: &str = "SELECT due_at, execution FROM edge_group WHERE due_at IS NOT NULL \
             ORDER BY due_at, execution LIMIT 1"; // scan: ordered by its partial index, and one row
        if self.first_wait == Head::Unknown {
            self.save_groups()?;
            let kind = DueKind::SuspensionTimeout;
            let first = self.first(SQL, &[], |row| Ok(DueKey { at: row.int(0)?, kind, row: row.int(1)? }))?;
            self.first_wait = first.map_or(Head::Empty, Head::At);
        }
        Ok(self.first_wait.key())
    }

    /// Deletes the group of a downstream; answers how many rows that were.
    pub(in crate::store) fn delete_group(&mut self, execution: i64) -> Result<u64> {
        const SQL: &str = "DELETE FROM edge_group WHERE execution = ?1";
        self.groups.known.remove(&execution);
        self.first_wait = Head::Unknown;
        self.execute(SQL, &[execution.into()])
    }

    fn remember_group(&mut self, group: EdgeGroup, dirty: bool) -> Result<()> {
        if self.groups.known.len() >= GROUPS_MAX {
            self.save_groups()?;
            self.groups.clear();
        }
        let was_dirty = self.groups.known.insert(group.execution, (group, dirty)).is_some_and(|(_, dirty)| dirty);
        if dirty && !was_dirty {
            self.groups.dirty.push(group.execution);
        }
        Ok(())
    }

    /// Writes the groups that have changed.
    pub(in crate::store) fn save_groups(&mut self) -> Result<()> {
        const SQL: &str = "INSERT INTO edge_group (execution, policy, k, let_run, round, total, succeeded, failed, \
             skipped, state, satisfied_at, aside, due_at, timed_out) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
             ?13, ?14) \
             ON CONFLICT (execution) DO UPDATE SET policy = ?2, k = ?3, let_run = ?4, round = ?5, total = ?6, \
             succeeded = ?7, failed = ?8, skipped = ?9, state = ?10, satisfied_at = ?11, aside = ?12, due_at = ?13, \
             timed_out = ?14";
        let mut groups = std::mem::take(&mut self.groups);
        for execution in groups.dirty.drain(..) {
            let Some((group, dirty)) = groups.known.get_mut(&execution) else { continue };
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
                group.aside.into(),
                group.due_at.into(),
                i64::from(group.timed_out).into(),
            ];
            self.execute(SQL, &params)?;
        }
        self.groups = groups;
        Ok(())
    }
}

/// Reads the fourteen columns of a group from column `first` on.
pub(in crate::store) fn read(row: &dyn Row, first: usize) -> Result<EdgeGroup> {
    Ok(EdgeGroup {
        execution: row.int(first)?,
        policy: EdgeGroupPolicy::of_numbers([row.int(first + 1)?, row.int(first + 2)?, row.int(first + 3)?])?,
        round: row.int(first + 4)?,
        total: row.int(first + 5)?,
        succeeded: row.int(first + 6)?,
        failed: row.int(first + 7)?,
        skipped: row.int(first + 8)?,
        aside: row.int(first + 9)?,
        state: GroupState::of_number(row.int(first + 10)?)?,
        satisfied_at: row.opt_int(first + 11)?,
        due_at: row.opt_int(first + 12)?,
        timed_out: row.int(first + 13)? == 1,
    })
}
