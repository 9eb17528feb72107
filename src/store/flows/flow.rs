//! Flows: loaded whole, remembered, and written once per batch, so that a hundred members that end cost one row.
//!
//! Invariant: what is remembered of a flow is what is stored, or is written before the batch commits; whoever reads flows
//! by a listing writes them first. Whatever changes one counts as a write.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::flows::flow::{CancellationPolicy, Flow, FlowState, STATES, place};
use crate::model::ground::id::stored_uuid;
use crate::model::ground::vocabulary::PublicState;
use crate::store::Store;
use crate::store::driver::{Row, Value};
use rustc_hash::FxHashMap;
use uuid::Uuid;

/// Flows remembered at most; past it those are written and all forgotten.
const FLOWS_MAX: usize = 4_096;

macro_rules! flow_columns {
    () => {
        "id, public_id, namespace, created_at, changed_at, revision, edge_count, first_rank, last_rank, sealed, \
         cancelled_at, cancel_policy, cancelled_count, cancel_due_at, ended_at, end_count, end_state, retention_ms, \
         waiting, delayed, rate_limited, waiting_children, active, suspended, completed, failed, cancelled, expired, \
         skipped, excused, tolerated"
    };
}

pub(in crate::store) use flow_columns;

/// Which columns of a remembered flow are to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Dirty {
    None,
    /// Counters alone, as nearly always: no index knows them.
    Counts,
    All,
}

/// The flows that are remembered, and the rows of those that are to be written.
#[derive(Default)]
pub(in crate::store) struct Flows {
    known: FxHashMap<i64, (Flow, Dirty)>,
    dirty: Vec<i64>,
}

impl Flows {
    pub(in crate::store) fn clear(&mut self) {
        self.known.clear();
        self.dirty.clear();
    }

    /// A flow that is remembered, to be written where `change` says so.
    fn get(&mut self, row: i64, change: Dirty) -> Option<&mut Flow> {
        let (flow, dirty) = self.known.get_mut(&row)?;
        if change != Dirty::None && *dirty == Dirty::None {
            self.dirty.push(row);
        }
        *dirty = (*dirty).max(change);
        Some(flow)
    }
}

/// What a flow was created with, beside what is counted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowTexts {
    /// Its kind.
    pub kind: String,
    /// Its tags, as a JSON object.
    pub tags: Option<String>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
}

impl Store {
    /// The row of the flow with an id.
    pub fn find_flow(&self, id: Uuid) -> Result<Option<i64>> {
        const SQL: &str = "SELECT id FROM flow WHERE public_id = ?1";
        self.first(SQL, &[id.as_bytes().into()], |row| row.int(0))
    }

    /// The flow of a row.
    pub fn flow(&mut self, row: i64) -> Result<&Flow> {
        self.remembered_flow(row, Dirty::None).map(|flow| &*flow)
    }

    /// The flow of a row, to be changed.
    pub fn flow_mut(&mut self, row: i64) -> Result<&mut Flow> {
        self.writes += 1;
        self.remembered_flow(row, Dirty::All)
    }

    fn remembered_flow(&mut self, row: i64, change: Dirty) -> Result<&mut Flow> {
        const SQL: &str = concat!("SELECT ", flow_columns!(), " FROM flow WHERE id = ?1");
        if !self.flows.known.contains_key(&row) {
            let flow = self.first(SQL, &[row.into()], read)?.ok_or_else(|| gone(row))?;
            self.remember_flow(flow)?;
        }
        self.flows.get(row, change).ok_or_else(|| gone(row))
    }

    fn remember_flow(&mut self, flow: Flow) -> Result<()> {
        if self.flows.known.len() >= FLOWS_MAX {
            self.save_flows()?;
            self.flows.clear();
        }
        self.flows.known.insert(flow.row, (flow, Dirty::None));
        Ok(())
    }

    /// Keeps a new flow.
    pub fn insert_flow(&mut self, flow: &Flow, texts: &FlowTexts) -> Result<()> {
        const SQL: &str = "INSERT INTO flow (id, public_id, namespace, kind, tags, created_at, changed_at, revision, \
             edge_count, first_rank, last_rank, sealed, cancelled_count, end_count, retention_ms, waiting, delayed, \
             rate_limited, waiting_children, active, suspended, completed, failed, cancelled, expired, skipped, \
             excused) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 0, 0, 0, 1, 0, 0, 0, ?7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)";
        let params = [
            flow.row.into(),
            flow.id.as_bytes().into(),
            flow.namespace.into(),
            (&texts.kind).into(),
            texts.tags.as_deref().into(),
            flow.created_at.into(),
            flow.retention_ms.into(),
        ];
        self.execute(SQL, &params)?;
        self.remember_flow(flow.clone())?;
        self.flows.get(flow.row, Dirty::All);
        Ok(())
    }

    /// Forgets a flow, whose row is deleted.
    pub(in crate::store) fn forget_flow(&mut self, row: i64) {
        self.flows.known.remove(&row);
    }

    /// What a flow was created with.
    pub fn flow_texts(&self, row: i64) -> Result<FlowTexts> {
        const SQL: &str = "SELECT kind, tags, cancel_reason FROM flow WHERE id = ?1";
        self.first(SQL, &[row.into()], |row| {
            Ok(FlowTexts {
                kind: row.text(0)?.to_owned(),
                tags: row.opt_text(1)?.map(str::to_owned),
                cancel_reason: row.opt_text(2)?.map(str::to_owned),
            })
        })?
        .ok_or_else(|| gone(row))
    }

    /// Gives a flow another id, so that its own is free.
    pub fn rename_flow(&mut self, row: i64, id: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE flow SET public_id = ?2 WHERE id = ?1";
        self.flow_mut(row)?.id = id;
        self.execute(SQL, &[row.into(), id.as_bytes().into()]).map(|_| ())
    }

    /// Keeps the tags of a flow, as a JSON object.
    pub fn save_flow_tags(&mut self, row: i64, tags: &str) -> Result<()> {
        const SQL: &str = "UPDATE flow SET tags = ?2 WHERE id = ?1";
        self.execute(SQL, &[row.into(), tags.into()]).map(|_| ())
    }

    /// Keeps why a flow is cancelled.
    pub fn save_cancel_reason(&mut self, row: i64, reason: &str) -> Result<()> {
        const SQL: &str = "UPDATE flow SET cancel_reason = ?2 WHERE id = ?1";
        self.execute(SQL, &[row.into(), reason.into()]).map(|_| ())
    }

    /// A member's state has changed; none is where it is not there.
    pub(in crate::store) fn count_member(
        &mut self,
        execution: &Execution,
        before: Option<PublicState>,
        after: Option<PublicState>,
    ) -> Result<()> {
        let Some(row) = execution.flow.filter(|_| before != after) else { return Ok(()) };
        let flow = self.remembered_flow(row, Dirty::Counts)?;
        for (state, change) in [(before, -1), (after, 1)] {
            if let Some(state) = state {
                flow.counts[place(state)] += change;
            }
        }
        flow.changed_at = flow.changed_at.max(execution.changed_at);
        Ok(())
    }

    /// Writes the flows and the groups that have changed.
    pub fn save_flows(&mut self) -> Result<()> {
        self.save_groups()?;
        let mut flows = std::mem::take(&mut self.flows);
        for row in flows.dirty.drain(..) {
            let Some((flow, dirty)) = flows.known.get_mut(&row) else { continue };
            match std::mem::replace(dirty, Dirty::None) {
                Dirty::None => {}
                Dirty::Counts => self.save_counts(flow)?,
                Dirty::All => self.save_flow(flow)?,
            }
        }
        self.flows = flows;
        Ok(())
    }

    fn save_counts(&mut self, flow: &Flow) -> Result<()> {
        const SQL: &str = "UPDATE flow SET changed_at = ?2, waiting = ?3, delayed = ?4, rate_limited = ?5, \
             waiting_children = ?6, active = ?7, suspended = ?8, completed = ?9, failed = ?10, cancelled = ?11, \
             expired = ?12, skipped = ?13 WHERE id = ?1";
        let mut params = [Value::Null; STATES + 2];
        params[0] = flow.row.into();
        params[1] = flow.changed_at.into();
        for (param, count) in params[2..].iter_mut().zip(flow.counts) {
            *param = count.into();
        }
        self.execute(SQL, &params).map(|_| ())
    }

    fn save_flow(&mut self, flow: &Flow) -> Result<()> {
        const SQL: &str = "UPDATE flow SET changed_at = ?2, revision = ?3, edge_count = ?4, first_rank = ?5, \
             last_rank = ?6, sealed = ?7, cancelled_at = ?8, cancel_policy = ?9, cancelled_count = ?10, \
             cancel_due_at = ?11, ended_at = ?12, end_count = ?13, end_state = ?14, retention_ms = ?15, excused = ?16, \
             tolerated = ?17, waiting = ?18, delayed = ?19, rate_limited = ?20, waiting_children = ?21, active = ?22, \
             suspended = ?23, completed = ?24, failed = ?25, cancelled = ?26, expired = ?27, skipped = ?28 WHERE id = ?1";
        let mut params = [Value::Null; STATES + 17];
        params[..17].copy_from_slice(&[
            flow.row.into(),
            flow.changed_at.into(),
            flow.revision.into(),
            flow.edge_count.into(),
            flow.first_rank.into(),
            flow.last_rank.into(),
            i64::from(flow.sealed).into(),
            flow.cancelled.map(|(at, _)| at).into(),
            flow.cancelled.map(|(_, policy)| policy.number()).into(),
            flow.cancelled_count.into(),
            flow.cancel_due_at.into(),
            flow.ended_at.into(),
            flow.end_count.into(),
            flow.end_state.map(FlowState::number).into(),
            flow.retention_ms.into(),
            flow.excused.into(),
            flow.tolerated.into(),
        ]);
        for (param, count) in params[17..].iter_mut().zip(flow.counts) {
            *param = count.into();
        }
        self.execute(SQL, &params).map(|_| ())
    }
}

/// How many columns that is.
pub(in crate::store) const COLUMNS: usize = 20 + STATES;

pub(in crate::store) fn read(row: &dyn Row) -> Result<Flow> {
    let policy = row.opt_int(11)?.map(CancellationPolicy::of_number).transpose()?;
    let mut counts = [0; STATES];
    for (place, count) in counts.iter_mut().enumerate() {
        *count = row.int(18 + place)?;
    }
    Ok(Flow {
        row: row.int(0)?,
        id: stored_uuid(row.blob(1)?)?,
        namespace: row.int(2)?,
        created_at: row.int(3)?,
        changed_at: row.int(4)?,
        revision: row.int(5)?,
        edge_count: row.int(6)?,
        first_rank: row.int(7)?,
        last_rank: row.int(8)?,
        sealed: row.int(9)? == 1,
        cancelled: row.opt_int(10)?.zip(policy),
        cancelled_count: row.int(12)?,
        cancel_due_at: row.opt_int(13)?,
        ended_at: row.opt_int(14)?,
        end_count: row.int(15)?,
        end_state: row.opt_int(16)?.map(FlowState::of_number).transpose()?,
        retention_ms: row.opt_int(17)?,
        counts,
        excused: row.int(18 + STATES)?,
        tolerated: row.int(19 + STATES)?,
    })
}

#[cold]
fn gone(row: i64) -> Error {
    Error::new(Code::Corruption, format!("flow row {row} is gone"))
}
