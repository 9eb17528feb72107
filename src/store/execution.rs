//! The execution row: loaded whole, decided upon as a typed value, saved whole by the one statement that writes a
//! phase.

use super::columns::PhaseColumns;
use super::driver::{Row, Value};
use super::{ClaimKey, Store};
use crate::error::{Code, Error, Result};
use crate::model::due::DueKey;
use crate::model::execution::{Attempt, Execution, Finished, Lease};
use crate::model::frontier::{FRONTIER_KEYS_MAX, Head};
use crate::model::id::{ExecutionId, stored_uuid};
use crate::model::vocabulary::{AttemptLifecycle, AttemptType, Verb};

macro_rules! columns {
    () => {
        "SELECT id, public_id, namespace, route, created_at, deadline_at, priority, phase, next, reason, outcome, \
         lapsed, until_at, expires_at, timeout_at, epoch, attempt_count, retry_count, reclaim_count, replay_count, \
         lapse_count, changed_at, started_at, ended_at, last_event, attempt_id, attempt_type, attempt_outcome, \
         attempt_started_at, attempt_ended_at, timeout_left_ms, lease_id, worker, instance, lease_epoch, renewed_at, \
         verb, verb_at, result FROM execution "
    };
}
pub(super) use columns;

/// Routes whose front is remembered at most; past it all are forgotten and searched again as needed.
const ROUTES_MAX: usize = 10_000;

/// Where an execution stands in the claim and due indexes; taken before it changes, compared when it is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    claim: Option<ClaimKey>,
    due: Option<DueKey>,
}

impl Keys {
    /// The keys of an execution as it is.
    pub fn of(execution: &Execution) -> Self {
        Self { claim: execution.claim_rank().map(|rank| (rank, execution.row)), due: execution.due() }
    }
}

impl Store {
    /// The execution of a row.
    pub fn execution(&self, row: i64) -> Result<Execution> {
        const SQL: &str = concat!(columns!(), "WHERE id = ?1");
        self.first(SQL, &[row.into()], read)?
            .ok_or_else(|| Error::new(Code::Corruption, format!("execution row {row} is gone")))
    }

    /// The execution with a public id.
    pub fn find_execution(&self, id: &ExecutionId) -> Result<Option<Execution>> {
        const SQL: &str = concat!(columns!(), "WHERE public_id = ?1");
        self.first(SQL, &[(&id.stored()).into()], read)
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
             reclaim_count, replay_count, lapse_count, changed_at, last_event) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, ?13, ?14, 0, 0, 0, 0, 0, 0, ?5, ?15)";
        let phase = PhaseColumns::of(&execution.phase);
        let due = execution.due();
        let id = execution.id.stored();
        let params: [Value<'_>; 15] = [
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
        ];
        self.execute(SQL, &params)?;
        self.moved(execution.route, Keys { claim: None, due: None }, Keys::of(execution));
        Ok(())
    }

    /// Saves an execution: the one statement that writes a phase. `before` are its keys as they were loaded.
    pub fn save_execution(&mut self, execution: &Execution, before: Keys) -> Result<()> {
        const SQL: &str = "UPDATE execution SET priority = ?2, phase = ?3, next = ?4, reason = ?5, outcome = ?6, \
             lapsed = ?7, until_at = ?8, expires_at = ?9, timeout_at = ?10, claim_rank = ?11, due_at = ?12, \
             due_kind = ?13, epoch = ?14, attempt_count = ?15, retry_count = ?16, reclaim_count = ?17, \
             replay_count = ?18, lapse_count = ?19, changed_at = ?20, started_at = ?21, ended_at = ?22, \
             last_event = ?23, attempt_id = ?24, attempt_type = ?25, attempt_outcome = ?26, attempt_started_at = ?27, \
             attempt_ended_at = ?28, timeout_left_ms = ?29, lease_id = ?30, worker = ?31, instance = ?32, \
             lease_epoch = ?33, renewed_at = ?34, verb = ?35, verb_at = ?36, result = ?37 WHERE id = ?1";
        let mut params = [Value::Null; 37];
        let phase = PhaseColumns::of(&execution.phase);
        let due = execution.due();
        params[..23].copy_from_slice(&[
            execution.row.into(),
            execution.priority.into(),
            phase.phase.into(),
            phase.next.into(),
            phase.reason.into(),
            phase.outcome.into(),
            phase.lapsed.into(),
            phase.until_at.into(),
            phase.expires_at.into(),
            phase.timeout_at.into(),
            execution.claim_rank().into(),
            due.map(|key| key.at).into(),
            due.map(|key| key.kind.number()).into(),
            execution.epoch.into(),
            execution.attempt_count.into(),
            execution.retry_count.into(),
            execution.reclaim_count.into(),
            execution.replay_count.into(),
            execution.lapse_count.into(),
            execution.changed_at.into(),
            execution.started_at.into(),
            execution.ended_at.into(),
            execution.last_event.into(),
        ]);
        if let Some(attempt) = &execution.attempt {
            params[23..].copy_from_slice(&attempt_columns(attempt));
        }
        self.execute(SQL, &params)?;
        self.moved(execution.route, before, Keys::of(execution));
        Ok(())
    }

    /// The first key in the claim order of a route.
    pub fn claim_head(&mut self, route: i64) -> Result<Option<ClaimKey>> {
        const SQL: &str = "SELECT claim_rank, id FROM execution WHERE route = ?1 AND claim_rank IS NOT NULL \
             ORDER BY claim_rank, id LIMIT ?2";
        if self.claimable.len() >= ROUTES_MAX && !self.claimable.contains_key(&route) {
            self.claimable.clear();
        }
        let front = self.claimable.entry(route).or_default();
        if front.head() == Head::Unknown {
            let mut keys = Vec::new();
            self.db.query(SQL, &[route.into(), i64::from(FRONTIER_KEYS_MAX).into()], &mut |row| {
                keys.push((row.int(0)?, row.int(1)?));
                Ok(())
            })?;
            front.fill(keys);
        }
        Ok(match front.head() {
            Head::At(key) => Some(key),
            Head::Empty | Head::Unknown => None,
        })
    }

    /// Tells the fronts of both indexes that a row has moved.
    fn moved(&mut self, route: i64, before: Keys, after: Keys) {
        if before.claim != after.claim
            && let Some(front) = self.claimable.get_mut(&route)
        {
            if let Some(key) = before.claim {
                front.leave(key);
            }
            if let Some(key) = after.claim {
                front.enter(key);
            }
        }
        if before.due != after.due {
            if let Some(key) = before.due {
                self.due.leave(key);
            }
            if let Some(key) = after.due {
                self.due.enter(key);
            }
        }
    }
}

/// The columns of an attempt, as the execution's row keeps its latest one.
pub(super) fn attempt_columns(attempt: &Attempt) -> [Value<'_>; 14] {
    [
        attempt.id.as_bytes().into(),
        attempt.kind.number().into(),
        attempt.ended.map(|(lifecycle, _)| lifecycle.number()).into(),
        attempt.started_at.into(),
        attempt.ended.map(|(_, at)| at).into(),
        attempt.timeout_left_ms.into(),
        attempt.lease.id.as_bytes().into(),
        (&attempt.lease.worker).into(),
        (&attempt.lease.instance).into(),
        attempt.lease.epoch.into(),
        attempt.lease.renewed_at.into(),
        attempt.finished.map(|finished| finished.verb.number()).into(),
        attempt.finished.and_then(|finished| finished.at).into(),
        attempt.result.into(),
    ]
}

pub(super) fn read(row: &dyn Row) -> Result<Execution> {
    let attempt_count = row.int(16)?;
    let columns = PhaseColumns {
        phase: row.int(7)?,
        next: row.opt_int(8)?,
        reason: row.opt_int(9)?,
        outcome: row.opt_int(10)?,
        lapsed: row.int(11)?,
        until_at: row.opt_int(12)?,
        expires_at: row.opt_int(13)?,
        timeout_at: row.opt_int(14)?,
    };
    let attempt = if attempt_count > 0 { Some(read_attempt(row, attempt_count - 1, 25)?) } else { None };
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
        attempt,
    })
}

/// Reads the fourteen columns of an attempt from column `first` on.
pub(super) fn read_attempt(row: &dyn Row, index: i64, first: usize) -> Result<Attempt> {
    let ended = match (row.opt_int(first + 2)?, row.opt_int(first + 4)?) {
        (Some(lifecycle), Some(at)) => Some((AttemptLifecycle::of_number(lifecycle)?, at)),
        (Some(_) | None, None) | (None, Some(_)) => None,
    };
    let finished = match row.opt_int(first + 11)? {
        Some(verb) => Some(Finished { verb: Verb::of_number(verb)?, at: row.opt_int(first + 12)? }),
        None => None,
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
            worker: row.text(first + 7)?.to_owned(),
            instance: row.text(first + 8)?.to_owned(),
            epoch: row.int(first + 9)?,
            renewed_at: row.int(first + 10)?,
        },
        finished,
        result: row.opt_int(first + 13)?,
    })
}
