//! `list_expired_leases`: the leases that have run out, or will have by an instant, and that nobody has taken over.
//! Contract: leases.list-expired, leases.list-as-of, leases.list-pages.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::ground::argument::{self, INSTANT_MAX, Limits, PAGE_MAX};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, uuid_text};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::LeaseRange;
use serde::Serialize;

/// The arguments of `list_expired_leases`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ListExpiredLeasesArgs {
    /// Leases that run out up to this instant (Unix ms), included; now when left out. Later than now brings live ones.
    pub as_of: Option<i64>,
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 1 000 when left out, which is also the most; 0 answers an empty page.
    pub limit: Option<i64>,
    /// Only executions of this namespace.
    pub namespace: Option<String>,
}

reads!(ListExpiredLeasesArgs { as_of, cursor, limit, namespace });

/// One lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct LeaseEntry {
    /// The execution.
    pub execution_id: String,
    /// Its lane.
    pub lane: String,
    /// Its kind of work.
    pub kind: String,
    /// The lease.
    pub lease_id: String,
    /// Its epoch.
    pub lease_epoch: i64,
    /// The worker that holds or held it.
    pub worker_id: String,
    /// The worker's instance.
    pub worker_instance_id: String,
    /// The attempt it was issued for.
    pub attempt_index: i64,
    /// When it runs out, or ran out, in Unix ms.
    pub expires_at: i64,
    /// Whether it has run out.
    pub lapsed: bool,
}

/// A page of leases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct LeasePage {
    /// By expiry, then in the order of execution ids.
    pub entries: Vec<LeaseEntry>,
    /// Present only when more remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Checked arguments.
pub struct Ready {
    as_of: Option<i64>,
    after: Option<(i64, ExecutionId)>,
    limit: i64,
    namespace: Option<String>,
}

impl Call for ListExpiredLeasesArgs {
    const OP: &'static str = "list_expired_leases";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = LeasePage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::opt_number("asOf", self.as_of, 0, INSTANT_MAX)?;
        argument::opt_name("namespace", self.namespace.as_deref())?;
        let after = self.cursor.as_deref().map(place).transpose()?;
        let limit = argument::page("limit", Some(self.limit.unwrap_or(PAGE_MAX)))?;
        Ok(Ready { as_of: self.as_of, after, limit, namespace: self.namespace })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<LeasePage> {
        let empty = LeasePage { entries: Vec::new(), next_cursor: None };
        let Some(namespace) = turn.namespace_filter(ready.namespace.as_deref())? else { return Ok(empty) };
        let after = ready.after.as_ref().map(|(at, id)| (*at, id));
        let range = LeaseRange { as_of: ready.as_of.unwrap_or(turn.now), after, namespace, limit: ready.limit + 1 };
        let found = turn.store.leases(range)?;
        let (found, next_cursor) = argument::page_after(found, ready.limit, cursor);
        let entries: Result<Vec<Option<LeaseEntry>>> = found.iter().map(|execution| entry(turn, execution)).collect();
        Ok(LeasePage { entries: entries?.into_iter().flatten().collect(), next_cursor })
    }
}

fn cursor(last: &Execution) -> Option<String> {
    last.lease_ends_at().map(|at| format!("{at}/{}", last.id))
}

fn place(cursor: &str) -> Result<(i64, ExecutionId)> {
    match cursor.split_once('/').map(|(at, id)| (at.parse::<i64>(), ExecutionId::parse("cursor", id))) {
        Some((Ok(at), Ok(id))) if (0..=INSTANT_MAX).contains(&at) => Ok((at, id)),
        Some(_) | None => {
            let shown = format!("{:?}", cursor.chars().take(80).collect::<String>());
            Err(Error::argument(Code::InvalidInput, "cursor", "the nextCursor of an earlier page", shown))
        }
    }
}

fn entry(turn: &mut Turn<'_>, execution: &Execution) -> Result<Option<LeaseEntry>> {
    let (Some(attempt), Some(expires_at)) = (&execution.attempt, execution.lease_ends_at()) else { return Ok(None) };
    Ok(Some(LeaseEntry {
        execution_id: execution.id.text(),
        lane: turn.store.route(execution.route)?.lane.clone(),
        kind: turn.store.kind(execution.row)?,
        lease_id: uuid_text(attempt.lease.id),
        lease_epoch: attempt.lease.epoch,
        worker_id: attempt.lease.worker.to_string(),
        worker_instance_id: attempt.lease.instance.to_string(),
        attempt_index: attempt.index,
        expires_at,
        lapsed: execution.held().is_none(),
    }))
}
