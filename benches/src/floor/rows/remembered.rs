//! What the floor of flows remembers between the statements of a commit, and writes once at its end.

use rustc_hash::FxHashMap;
use tidegate::store::driver::{Driver, Value};
use tidegate::{Code, Error, Result};

/// What is counted of a flow.
#[derive(Clone, Copy, Default)]
pub(super) struct FlowCounts {
    pub(super) waiting: i64,
    pub(super) waiting_children: i64,
    pub(super) active: i64,
    pub(super) completed: i64,
    pub(super) cancelled: i64,
    pub(super) changed_at: i64,
    pub(super) changed: bool,
    pub(super) done: bool,
}

/// What is counted of an edge group.
#[derive(Clone, Copy)]
pub(super) struct Group {
    pub(super) total: i64,
    pub(super) succeeded: i64,
    pub(super) failed: i64,
    pub(super) satisfied_at: Option<i64>,
    pub(super) changed: bool,
}

/// What the floor remembers of flows.
#[derive(Default)]
pub(super) struct Flows {
    counts: FxHashMap<i64, FlowCounts>,
    groups: FxHashMap<i64, Group>,
    ids: FxHashMap<i64, [u8; 16]>,
}

impl Flows {
    /// Writes what is counted of flows and groups and has changed.
    pub(super) fn save(&mut self, db: &dyn Driver) -> Result<()> {
        const FLOW: &str = "UPDATE flow SET changed_at = ?2, waiting = ?3, waiting_children = ?4, active = ?5, \
             completed = ?6, cancelled = ?7 WHERE id = ?1";
        const GROUP: &str = "UPDATE edge_group SET succeeded = ?2, failed = ?3, state = ?4, satisfied_at = ?5 \
             WHERE execution = ?1";
        for (row, counts) in self.counts.iter_mut().filter(|(_, counts)| counts.changed) {
            counts.changed = false;
            let params: [Value<'_>; 7] = [
                (*row).into(),
                counts.changed_at.into(),
                counts.waiting.into(),
                counts.waiting_children.into(),
                counts.active.into(),
                counts.completed.into(),
                counts.cancelled.into(),
            ];
            db.execute(FLOW, &params)?;
        }
        for (row, group) in self.groups.iter_mut().filter(|(_, group)| group.changed) {
            group.changed = false;
            let state = match (group.satisfied_at, group.failed) {
                (Some(_), _) => 2_i64,
                (None, 0) => 1,
                (None, _) => 3,
            };
            let params =
                [(*row).into(), group.succeeded.into(), group.failed.into(), state.into(), group.satisfied_at.into()];
            db.execute(GROUP, &params)?;
        }
        self.groups.retain(|_, group| group.satisfied_at.is_none() && group.failed == 0);
        self.counts.retain(|_, counts| !counts.done);
        Ok(())
    }

    /// Remembers a flow that was submitted.
    pub(super) fn submitted(&mut self, row: i64, id: [u8; 16], counts: FlowCounts) {
        self.ids.insert(row, id);
        self.counts.insert(row, counts);
    }

    /// What is counted of a flow.
    pub(super) fn counts_of(&mut self, row: i64) -> Result<&mut FlowCounts> {
        self.counts.get_mut(&row).ok_or_else(unknown)
    }

    /// The same, to be changed at an instant.
    pub(super) fn flow(&mut self, row: i64, now: i64) -> Result<&mut FlowCounts> {
        let counts = self.counts_of(row)?;
        (counts.changed_at, counts.changed) = (now, true);
        Ok(counts)
    }

    /// What is counted of an edge group, read if it is not remembered.
    pub(super) fn group(&mut self, db: &dyn Driver, row: i64) -> Result<&mut Group> {
        const SQL: &str = "SELECT total, succeeded, failed FROM edge_group WHERE execution = ?1";
        let mut group = Group { total: 0, succeeded: 0, failed: 0, satisfied_at: None, changed: false };
        if !self.groups.contains_key(&row) {
            db.query(SQL, &[row.into()], &mut |found| {
                (group.total, group.succeeded, group.failed) = (found.int(0)?, found.int(1)?, found.int(2)?);
                Ok(())
            })?;
        }
        Ok(self.groups.entry(row).or_insert(group))
    }

    /// The id of a flow.
    pub(super) fn id(&self, row: i64) -> Result<[u8; 16]> {
        self.ids.get(&row).copied().ok_or_else(unknown)
    }
}

#[cold]
fn unknown() -> Error {
    Error::new(Code::InvariantBroken, "a flow is unknown")
}
