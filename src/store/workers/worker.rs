//! The worker registry.

use crate::error::Result;
use crate::model::executions::due::{DueKey, DueKind};
use crate::model::ground::frontier::Head;
use crate::store::Store;
use crate::store::driver::Row;

/// A registered worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerRow {
    /// Its row; 0 before it has one.
    pub row: i64,
    /// Its namespace's row.
    pub namespace: i64,
    /// Its instance.
    pub instance: String,
    /// Its name.
    pub worker: String,
    /// The lanes it works on, sorted.
    pub lanes: Vec<String>,
    /// What it offers: sorted tokens joined by commas.
    pub capabilities: String,
    /// How long it counts as there after a heartbeat, in ms.
    pub ttl_ms: i64,
    /// When it was first registered, in Unix ms.
    pub registered_at: i64,
    /// When it was last heard of, in Unix ms.
    pub heartbeat_at: i64,
    /// When it counts as gone, in Unix ms.
    pub expires_at: i64,
}

macro_rules! worker_columns {
    () => {
        "id, namespace, instance, worker, lanes, capabilities, ttl_ms, registered_at, heartbeat_at, expires_at"
    };
}

impl Store {
    /// The worker of a namespace and an instance.
    pub fn worker(&self, namespace: i64, instance: &str) -> Result<Option<WorkerRow>> {
        const SQL: &str = concat!("SELECT ", worker_columns!(), " FROM worker WHERE instance = ?2 AND namespace = ?1");
        self.first(SQL, &[namespace.into(), instance.into()], read)
    }

    /// The worker of a row.
    pub fn worker_of_row(&self, row: i64) -> Result<Option<WorkerRow>> {
        const SQL: &str = concat!("SELECT ", worker_columns!(), " FROM worker WHERE id = ?1");
        self.first(SQL, &[row.into()], read)
    }

    /// Registers a worker, or refreshes it: everything but when it was first registered.
    pub fn save_worker(&mut self, worker: &WorkerRow) -> Result<()> {
        const SQL: &str = "INSERT INTO worker (id, namespace, instance, worker, lanes, capabilities, ttl_ms, \
             registered_at, heartbeat_at, expires_at) VALUES ((SELECT coalesce(max(id), 0) + 1 FROM worker), \
             ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (instance, namespace) DO UPDATE SET \
             lanes = ?4, capabilities = ?5, ttl_ms = ?6, heartbeat_at = ?8, expires_at = ?9";
        let lanes = worker.lanes.join("\n");
        let params = [
            worker.namespace.into(),
            (&worker.instance).into(),
            (&worker.worker).into(),
            (&lanes).into(),
            (&worker.capabilities).into(),
            worker.ttl_ms.into(),
            worker.registered_at.into(),
            worker.heartbeat_at.into(),
            worker.expires_at.into(),
        ];
        self.first_worker = Head::Unknown;
        self.execute(SQL, &params).map(|_| ())
    }

    /// Takes a worker from the registry.
    pub fn delete_worker(&mut self, row: i64) -> Result<()> {
        const SQL: &str = "DELETE FROM worker WHERE id = ?1";
        self.first_worker = Head::Unknown;
        self.execute(SQL, &[row.into()]).map(|_| ())
    }

    /// Workers after an instance and a namespace, in the order of instances, at most so many; of one namespace or all.
    pub fn list_workers(&self, after: (&str, i64), namespace: Option<i64>, limit: i64) -> Result<Vec<WorkerRow>> {
        const ALL: &str = concat!(
            "SELECT ",
            worker_columns!(),
            " FROM worker WHERE (instance, namespace) > (?1, ?2) ORDER BY instance, namespace LIMIT ?3"
        );
        const ONE: &str = concat!(
            "SELECT ",
            worker_columns!(),
            " FROM worker WHERE namespace = ?3 AND instance > ?1 ORDER BY instance LIMIT ?2"
        );
        match namespace {
            None => self.all(ALL, &[after.0.into(), after.1.into(), limit.into()], read),
            Some(namespace) => self.all(ONE, &[after.0.into(), limit.into(), namespace.into()], read),
        }
    }

    /// The first worker to be swept.
    pub(in crate::store) fn first_worker_due(&mut self) -> Result<Option<DueKey>> {
        // scan: ordered by its index, and one row
        const SQL: &str = "SELECT expires_at, id FROM worker ORDER BY expires_at, id LIMIT 1";
        if self.first_worker == Head::Unknown {
            let first =
                self.first(SQL, &[], |row| Ok(DueKey { at: row.int(0)?, kind: DueKind::WorkerTtl, row: row.int(1)? }))?;
            self.first_worker = first.map_or(Head::Empty, Head::At);
        }
        Ok(self.first_worker.key())
    }
}

fn read(row: &dyn Row) -> Result<WorkerRow> {
    Ok(WorkerRow {
        row: row.int(0)?,
        namespace: row.int(1)?,
        instance: row.text(2)?.to_owned(),
        worker: row.text(3)?.to_owned(),
        lanes: row.text(4)?.split('\n').map(str::to_owned).collect(),
        capabilities: row.text(5)?.to_owned(),
        ttl_ms: row.int(6)?,
        registered_at: row.int(7)?,
        heartbeat_at: row.int(8)?,
        expires_at: row.int(9)?,
    })
}
