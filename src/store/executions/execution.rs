//! The execution row: loaded whole and decided upon as a typed value. Those under a lease are remembered, so that their
//! holders' calls load nothing.

use super::columns::PhaseColumns;
use crate::error::{Code, Error, Result};
use crate::model::executions::execution::{Attempt, Execution, Finished, Lease};
use crate::model::executions::grant::Granted;
use crate::model::ground::id::{ExecutionId, stored_uuid};
use crate::model::ground::vocabulary::{AttemptLifecycle, AttemptType, Verb};
use crate::store::Store;
use crate::store::driver::{Row, Value};
use crate::store::ground::front::Keys;

macro_rules! columns {
    () => {
        "execution.id, public_id, namespace, route, created_at, deadline_at, priority, phase, next, reason, outcome, \
         lapsed, until_at, expires_at, timeout_at, epoch, attempt_count, retry_count, reclaim_count, replay_count, \
         lapse_count, changed_at, started_at, ended_at, last_event, granted_until, retention_ms, flow, attempt_id, attempt_type, attempt_outcome, \
         attempt_started_at, attempt_ended_at, timeout_left_ms, lease_id, worker, instance, lease_epoch, renewed_at, \
         verb, verb_at, result"
    };
}
pub(in crate::store) use columns;

/// How many columns that is.
pub(in crate::store) const COLUMNS: usize = 42;

/// Executions under a lease that are remembered at most; past it all are forgotten and read again as needed.
const LIVE_MAX: usize = 4_096;

impl Store {
    /// The execution of a row.
    pub fn execution(&self, row: i64) -> Result<Execution> {
        const SQL: &str = concat!("SELECT ", columns!(), " FROM execution WHERE id = ?1");
        self.first(SQL, &[row.into()], read)?
            .ok_or_else(|| Error::new(Code::Corruption, format!("execution row {row} is gone")))
    }

    /// The execution with a public id.
    pub fn find_execution(&self, id: &ExecutionId) -> Result<Option<Execution>> {
        const SQL: &str = concat!("SELECT ", columns!(), " FROM execution WHERE public_id = ?1");
        match self.live.get(id) {
            Some(execution) => Ok(Some(execution.clone())),
            None => self.first(SQL, &[(&id.stored()).into()], read),
        }
    }

    /// Remembers an execution that is under a lease, and forgets one that is not, as it was just saved.
    pub(in crate::store) fn remember_live(&mut self, execution: &Execution) {
        if execution.held().is_none() {
            self.live.remove(&execution.id);
            return;
        }
        if self.live.len() >= LIVE_MAX {
            self.live.clear();
        }
        self.live.insert(execution.id, execution.clone());
    }

    /// Whether a public id is in use.
    pub fn knows_execution(&self, id: &ExecutionId) -> Result<bool> {
        const SQL: &str = "SELECT id FROM execution WHERE public_id = ?1";
        self.first(SQL, &[(&id.stored()).into()], |_| Ok(())).map(|found| found.is_some())
    }

    /// Inserts a new execution, without an attempt.
    pub fn insert_execution(&mut self, execution: &Execution) -> Result<()> {
        const SQL: &str = "INSERT INTO execution (id, public_id, namespace, route, created_at, deadline_at, priority, \
             phase, next, reason, lapsed, until_at, claim_rank, due_at, due_kind, epoch, attempt_count, retry_count, \
             reclaim_count, replay_count, lapse_count, changed_at, last_event, retention_ms, section, flow) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, ?13, ?14, 0, 0, 0, 0, 0, 0, ?5, ?15, ?16, \
             ?17, ?18)";
        let phase = PhaseColumns::of(&execution.phase);
        let due = execution.due();
        let id = execution.id.stored();
        let params: [Value<'_>; 18] = [
            execution.row.into(),
            (&id).into(),
            execution.namespace.into(),
            execution.route.into(),
            execution.created_at.into(),
            execution.deadline_at.into(),
            execution.priority.into(),
            phase.phase.into(),
            phase.next.into(),
            phase.reason.into(),
            phase.until_at.into(),
            execution.claim_rank().into(),
            due.map(|key| key.at).into(),
            due.map(|key| key.kind.number()).into(),
            execution.last_event.into(),
            execution.retention_ms.into(),
            execution.public_state().section().into(),
            execution.flow.into(),
        ];
        self.execute(SQL, &params)?;
        self.moved(execution, Keys::NONE, Keys::of(execution))
    }
}

/// The columns of an attempt, as the execution's row keeps its latest one. While a lease is held no call has ended it: its
/// connection stands in place of that call's instant.
pub(in crate::store) fn attempt_columns(attempt: &Attempt) -> [Value<'_>; 14] {
    [
        attempt.id.as_bytes().into(),
        attempt.kind.number().into(),
        attempt.ended.map(|(lifecycle, _)| lifecycle.number()).into(),
        attempt.started_at.into(),
        attempt.ended.map(|(_, at)| at).into(),
        attempt.timeout_left_ms.into(),
        attempt.lease.id.as_bytes().into(),
        (&*attempt.lease.worker).into(),
        (&*attempt.lease.instance).into(),
        attempt.lease.epoch.into(),
        attempt.lease.renewed_at.into(),
        attempt.finished.map(|finished| finished.verb.number()).into(),
        attempt.finished.map_or(attempt.lease.connection, |finished| finished.at).into(),
        attempt.result.into(),
    ]
}

pub(in crate::store) fn read(row: &dyn Row) -> Result<Execution> {
    let attempt_count = row.int(16)?;
    let columns = read_phase(row, 7)?;
    let attempt = if attempt_count > 0 { Some(read_attempt(row, attempt_count - 1, 28)?) } else { None };
    Ok(Execution {
        row: row.int(0)?,
        id: ExecutionId::of_stored(row.blob(1)?)?,
        namespace: row.int(2)?,
        route: row.int(3)?,
        created_at: row.int(4)?,
        deadline_at: row.opt_int(5)?,
        priority: row.int(6)?,
        phase: columns.typed(attempt_count > 0)?,
        epoch: row.int(15)?,
        attempt_count,
        retry_count: row.int(17)?,
        reclaim_count: row.int(18)?,
        replay_count: row.int(19)?,
        lapse_count: row.int(20)?,
        changed_at: row.int(21)?,
        started_at: row.opt_int(22)?,
        ended_at: row.opt_int(23)?,
        last_event: row.int(24)?,
        granted: row.opt_int(25)?.map(Granted::of_number),
        retention_ms: row.opt_int(26)?,
        flow: row.opt_int(27)?,
        attempt,
    })
}

/// Reads the eight columns of a phase from column `first` on.
pub(in crate::store) fn read_phase(row: &dyn Row, first: usize) -> Result<PhaseColumns> {
    Ok(PhaseColumns {
        phase: row.int(first)?,
        next: row.opt_int(first + 1)?,
        reason: row.opt_int(first + 2)?,
        outcome: row.opt_int(first + 3)?,
        lapsed: row.int(first + 4)?,
        until_at: row.opt_int(first + 5)?,
        expires_at: row.opt_int(first + 6)?,
        timeout_at: row.opt_int(first + 7)?,
    })
}

/// Reads the fourteen columns of an attempt from column `first` on.
pub(in crate::store) fn read_attempt(row: &dyn Row, index: i64, first: usize) -> Result<Attempt> {
    let ended = match (row.opt_int(first + 2)?, row.opt_int(first + 4)?) {
        (Some(lifecycle), Some(at)) => Some((AttemptLifecycle::of_number(lifecycle)?, at)),
        (Some(_) | None, None) | (None, Some(_)) => None,
    };
    let at = row.opt_int(first + 12)?;
    let (finished, connection) = match row.opt_int(first + 11)? {
        Some(verb) => (Some(Finished { verb: Verb::of_number(verb)?, at }), None),
        None => (None, at),
    };
    Ok(Attempt {
        index,
        id: stored_uuid(row.blob(first)?)?,
        kind: AttemptType::of_number(row.int(first + 1)?)?,
        started_at: row.int(first + 3)?,
        ended,
        timeout_left_ms: row.opt_int(first + 5)?,
        lease: Lease {
            id: stored_uuid(row.blob(first + 6)?)?,
            connection,
            worker: row.text(first + 7)?.into(),
            instance: row.text(first + 8)?.into(),
            epoch: row.int(first + 9)?,
            renewed_at: row.int(first + 10)?,
        },
        finished,
        result: row.opt_int(first + 13)?,
    })
}
