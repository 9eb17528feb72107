//! `list_workers`: pages in the order of instances, of one namespace or of all. Contract: workers.list.

use crate::error::{Code, Error, Result};
use crate::model::ground::argument::{self, Limits, PAGE_MAX};
use crate::model::ground::given::reads;
use crate::model::lanes::capability::Capabilities;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::WorkerRow;
use serde::Serialize;

/// The arguments of `list_workers`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ListWorkersArgs {
    /// Only this namespace.
    pub namespace: Option<String>,
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 1 000 when left out, which is also the most; 0 answers an empty page.
    pub limit: Option<i64>,
}

reads!(ListWorkersArgs { namespace, cursor, limit });

/// A registered worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct WorkerSummary {
    /// Its name.
    pub worker_id: String,
    /// Its instance.
    pub worker_instance_id: String,
    /// Its namespace.
    pub namespace: String,
    /// The lanes it works on, sorted.
    pub lanes: Vec<String>,
    /// What it offers, sorted.
    pub capabilities: Vec<String>,
    /// When it was last heard of, in Unix ms.
    pub last_heartbeat_at: i64,
    /// How long it counts as there after a heartbeat, in ms.
    pub liveness_ttl_ms: i64,
    /// When it counts as gone unless it is heard of, in Unix ms.
    pub expires_at: i64,
    /// When it was first registered, in Unix ms.
    pub registered_at: i64,
}

/// A page of workers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct WorkerPage {
    /// By instance, then namespace.
    pub workers: Vec<WorkerSummary>,
    /// Present only when more remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Checked arguments.
pub struct Ready {
    namespace: Option<String>,
    after: (i64, String),
    limit: i64,
}

impl Call for ListWorkersArgs {
    const OP: &'static str = "list_workers";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = WorkerPage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::opt_name("namespace", self.namespace.as_deref())?;
        let after = self.cursor.as_deref().map_or_else(|| Ok((0, String::new())), place)?;
        let limit = argument::page("limit", Some(self.limit.unwrap_or(PAGE_MAX)))?;
        Ok(Ready { namespace: self.namespace, after, limit })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<WorkerPage> {
        let empty = WorkerPage { workers: Vec::new(), next_cursor: None };
        let Some(namespace) = turn.namespace_filter(ready.namespace.as_deref())? else { return Ok(empty) };
        let after = (ready.after.1.as_str(), ready.after.0);
        let found = turn.store.list_workers(after, namespace, ready.limit + 1)?;
        let cursor = |last: &WorkerRow| Some(format!("{}/{}", last.namespace, last.instance));
        let (found, next_cursor) = argument::page_after(found, ready.limit, cursor);
        let workers = found.into_iter().map(|worker| summary(turn, worker)).collect::<Result<_>>()?;
        Ok(WorkerPage { workers, next_cursor })
    }
}

/// The place after a worker: its namespace's row and its instance.
fn place(cursor: &str) -> Result<(i64, String)> {
    let parts = cursor.split_once('/').and_then(|(row, instance)| Some((row.parse().ok()?, instance.to_owned())));
    parts.ok_or_else(|| {
        let shown = format!("{:?}", cursor.chars().take(80).collect::<String>());
        Error::argument(Code::InvalidInput, "cursor", "the nextCursor of an earlier page", shown)
    })
}

fn summary(turn: &mut Turn<'_>, worker: WorkerRow) -> Result<WorkerSummary> {
    let offered = Capabilities::of_joined(worker.capabilities);
    Ok(WorkerSummary {
        worker_id: worker.worker,
        worker_instance_id: worker.instance,
        namespace: turn.store.namespace_name(worker.namespace)?.to_string(),
        lanes: worker.lanes,
        capabilities: offered.tokens().map(str::to_owned).collect(),
        last_heartbeat_at: worker.heartbeat_at,
        liveness_ttl_ms: worker.ttl_ms,
        expires_at: worker.expires_at,
        registered_at: worker.registered_at,
    })
}
