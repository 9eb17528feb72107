//! The event log.

use crate::error::Result;
use crate::model::events::event::EventDetail;
use crate::model::executions::phase::StateVector;
use crate::model::ground::cause::Cause;
use crate::model::ground::id::{ExecutionId, stored_uuid};
use crate::model::ground::vocabulary::LeaseEvent;
use crate::store::Store;
use crate::store::driver::Row;
use crate::store::executions::listing::kept;
use crate::store::workers::worker::WorkerRow;
use uuid::Uuid;

/// An event about to be appended.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    /// Its instant, in Unix ms.
    pub at: i64,
    /// The execution's row.
    pub execution: i64,
    /// What happened.
    pub cause: Cause,
    /// The state after it, when the phase changed.
    pub state: Option<StateVector>,
    /// Its meaning for the lease view.
    pub lease: Option<LeaseEvent>,
    /// The lease it is about: epoch, id, worker, instance.
    pub holder: Option<(i64, Uuid, &'a str, &'a str)>,
    /// The execution's event before it; 0 when it is the first.
    pub previous: i64,
}

/// One row of the log.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// Its position.
    pub position: i64,
    /// Its instant, in Unix ms.
    pub at: i64,
    /// The execution's row; none when it is about a worker or a flow.
    pub row: Option<i64>,
    /// The execution.
    pub execution: Option<ExecutionId>,
    /// The namespace of what it is about.
    pub namespace: String,
    /// What happened.
    pub cause: Cause,
    /// The state after it, when the phase changed.
    pub state: Option<StateVector>,
    /// Its meaning for the lease view.
    pub lease: Option<LeaseEvent>,
    /// The epoch of the lease it is about.
    pub epoch: Option<i64>,
    /// The lease it is about.
    pub lease_id: Option<Uuid>,
    /// The worker it is about.
    pub worker: Option<String>,
    /// The worker's instance.
    pub instance: Option<String>,
    /// The flow it is about.
    pub flow: Option<Uuid>,
    /// The row of the flow that its execution is a member of now.
    pub member_of: Option<i64>,
    /// The flow that its execution was a member of until both were deleted.
    pub former_flow: Option<Uuid>,
    /// What it tells beyond its columns.
    pub detail: Option<EventDetail>,
    /// The execution's event before it, which may be trimmed already.
    pub previous: Option<i64>,
}

macro_rules! selected {
    () => {
        "SELECT v.position, v.at, coalesce(e.public_id, f.public_id), n.name, v.cause, v.state, v.lease, v.epoch, \
         v.lease_id, v.worker, v.instance, v.execution, v.previous, v.flow, e.flow, f.flow FROM event v \
         LEFT JOIN execution e ON e.id = v.execution LEFT JOIN former f ON f.execution = v.execution \
         JOIN namespace n ON n.id = coalesce(v.namespace, e.namespace, f.namespace) "
    };
}

/// Rows that one read looks at, at most.
pub const ROWS_LOOKED_AT_MAX: usize = 10_000;
/// Rows that one query brings, at least.
const ROWS_CHUNK: i64 = 256;

/// Rows of the log that a read found.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// The rows, in order.
    pub rows: Vec<EventRow>,
    /// The last position that was looked at.
    pub last: i64,
}

impl Store {
    /// Appends an event; answers its position.
    pub fn append_event(&mut self, event: &NewEvent<'_>) -> Result<i64> {
        const SQL: &str = "INSERT INTO event (position, at, execution, cause, state, lease, epoch, lease_id, worker, \
             instance, previous) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let position = self.mint_position();
        let params = [
            position.into(),
            event.at.into(),
            event.execution.into(),
            event.cause.number().into(),
            event.state.map(|state| state.number()).into(),
            event.lease.map(LeaseEvent::number).into(),
            event.holder.map(|holder| holder.0).into(),
            event.holder.as_ref().map(|holder| holder.1.as_bytes()).into(),
            event.holder.map(|holder| holder.2).into(),
            event.holder.map(|holder| holder.3).into(),
            (event.previous > 0).then_some(event.previous).into(),
        ];
        self.execute(SQL, &params)?;
        Ok(position)
    }

    /// Appends an event about a worker; answers its position.
    pub fn append_worker_event(&mut self, at: i64, cause: Cause, worker: &WorkerRow) -> Result<i64> {
        const SQL: &str = "INSERT INTO event (position, at, namespace, cause, worker, instance) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let position = self.mint_position();
        let params = [
            position.into(),
            at.into(),
            worker.namespace.into(),
            cause.number().into(),
            (&worker.worker).into(),
            (&worker.instance).into(),
        ];
        self.execute(SQL, &params)?;
        Ok(position)
    }

    /// Appends an event about a flow, or about the engine where there is none; answers its position.
    pub fn append_flow_event(&mut self, at: i64, cause: Cause, namespace: i64, flow: Option<&Uuid>) -> Result<i64> {
        const SQL: &str = "INSERT INTO event (position, at, namespace, cause, flow) VALUES (?1, ?2, ?3, ?4, ?5)";
        let position = self.mint_position();
        let flow = flow.map(Uuid::as_bytes);
        let params = [position.into(), at.into(), namespace.into(), cause.number().into(), flow.into()];
        self.execute(SQL, &params)?;
        Ok(position)
    }

    /// The rows after a position that are wanted, at most `limit` of them. At most [`ROWS_LOOKED_AT_MAX`] rows are looked
    /// at, so that a rare one does not hold up the others.
    pub fn events_after(
        &self,
        after: i64,
        limit: i64,
        wanted: &mut dyn FnMut(&EventRow) -> Result<bool>,
    ) -> Result<EventPage> {
        const SQL: &str = concat!(selected!(), "WHERE v.position > ?1 ORDER BY v.position LIMIT ?2");
        let rows_max = usize::try_from(limit).unwrap_or(0);
        let mut page = EventPage { rows: Vec::new(), last: after };
        // A rare event is searched for in chunks, not row by row.
        let chunk = limit.max(ROWS_CHUNK);
        let (mut looked_at, mut more) = (0, true);
        while page.rows.len() < rows_max && more && looked_at < ROWS_LOOKED_AT_MAX {
            let rows = self.all(SQL, &[page.last.into(), chunk.into()], read)?;
            looked_at += rows.len();
            more = rows.len() as u64 == chunk.unsigned_abs();
            for row in rows {
                if page.rows.len() == rows_max {
                    break;
                }
                page.last = row.position;
                if wanted(&row)? {
                    page.rows.push(self.with_detail(row)?);
                }
            }
        }
        Ok(page)
    }

    /// The row at a position, without its detail; none when it was trimmed.
    pub fn event(&self, position: i64) -> Result<Option<EventRow>> {
        const SQL: &str = concat!(selected!(), "WHERE v.position = ?1");
        self.first(SQL, &[position.into()], read)
    }

    /// A row with what it tells beyond its columns.
    pub fn with_detail(&self, mut row: EventRow) -> Result<EventRow> {
        if let (Cause::ProgressReported, Some(execution)) = (row.cause, row.row) {
            // Its event is always that of what stands with the execution.
            row.detail = self.progress(execution)?.map(|progress| EventDetail::Progress {
                attempt_index: progress.attempt_index,
                percent: progress.percent,
                message: progress.message,
            });
        } else if EventDetail::belongs_to(row.cause) {
            row.detail = self.event_detail(row.position)?;
        }
        Ok(row)
    }

    /// Whether an execution has a tag at an instant. One that is past its retention then has none.
    pub fn is_tagged(&self, execution: i64, (key, value): (&str, &str), now: i64) -> Result<bool> {
        const SQL: &str = concat!(
            "SELECT 1 FROM tag JOIN execution ON execution.id = tag.execution WHERE tag.name = ?3 AND tag.value = ?4 \
             AND tag.execution = ?5 AND ",
            kept!()
        );
        let params = [now.into(), self.retention.executions_ms.into(), key.into(), value.into(), execution.into()];
        self.first(SQL, &params, |_| Ok(())).map(|found| found.is_some())
    }
}

fn read(row: &dyn Row) -> Result<EventRow> {
    Ok(EventRow {
        position: row.int(0)?,
        at: row.int(1)?,
        row: row.opt_int(11)?,
        execution: row.opt_blob(2)?.map(ExecutionId::of_stored).transpose()?,
        namespace: row.text(3)?.to_owned(),
        cause: Cause::of_number(row.int(4)?)?,
        state: row.opt_int(5)?.map(StateVector::of_number).transpose()?,
        lease: row.opt_int(6)?.map(LeaseEvent::of_number).transpose()?,
        epoch: row.opt_int(7)?,
        lease_id: row.opt_blob(8)?.map(stored_uuid).transpose()?,
        worker: row.opt_text(9)?.map(str::to_owned),
        instance: row.opt_text(10)?.map(str::to_owned),
        detail: None,
        previous: row.opt_int(12)?,
        flow: row.opt_blob(13)?.map(stored_uuid).transpose()?,
        member_of: row.opt_int(14)?,
        former_flow: row.opt_blob(15)?.map(stored_uuid).transpose()?,
    })
}
