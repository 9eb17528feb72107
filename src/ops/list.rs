//! `list_executions`: pages in the order of ids. Spec: lifecycle §18.

use super::call::Call;
use super::turn::Turn;
use crate::error::Result;
use crate::model::argument::{self, Limits};
use crate::model::execution::Execution;
use crate::model::given::reads;
use crate::model::id::ExecutionId;
use crate::model::vocabulary::PublicState;
use serde::Serialize;

/// The arguments of `list_executions`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ListExecutionsArgs {
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
    pub limit: Option<i64>,
    /// Only this namespace.
    pub namespace: Option<String>,
}

reads!(ListExecutionsArgs { cursor, limit, namespace });

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExecutionSummary {
    /// The execution.
    pub execution_id: String,
    /// Its namespace.
    pub namespace: String,
    /// Its lane.
    pub lane: String,
    /// Its kind of work.
    pub kind: String,
    /// Its priority.
    pub priority: i64,
    /// Its state.
    pub public_state: PublicState,
    /// Attempts ever started.
    pub total_attempt_count: i64,
    /// When it was created, in Unix ms.
    pub created_at: i64,
    /// When it was first claimed, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    /// When it ended, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<i64>,
}

/// A page of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExecutionPage {
    /// In the order of ids.
    pub executions: Vec<ExecutionSummary>,
    /// Present only when more remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Checked arguments.
pub struct Ready {
    after: Option<ExecutionId>,
    limit: i64,
    namespace: Option<String>,
}

impl Call for ListExecutionsArgs {
    const OP: &'static str = "list_executions";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = ExecutionPage;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::opt_name("namespace", self.namespace.as_deref())?;
        let limit = argument::page("limit", self.limit)?;
        let after = self.cursor.as_deref().map(|cursor| ExecutionId::parse("cursor", cursor)).transpose()?;
        Ok(Ready { after, limit, namespace: self.namespace })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ExecutionPage> {
        let empty = ExecutionPage { executions: Vec::new(), next_cursor: None };
        let Some(namespace) = turn.namespace_filter(ready.namespace.as_deref())? else { return Ok(empty) };
        let found = turn.store.list_executions(ready.after.as_ref(), namespace, ready.limit + 1)?;
        let (found, more) = argument::page_of(found, ready.limit);
        let next_cursor = found.last().filter(|_| more).map(|last| last.id.text());
        let executions = found.iter().map(|execution| summary(turn, execution)).collect::<Result<_>>()?;
        Ok(ExecutionPage { executions, next_cursor })
    }
}

fn summary(turn: &mut Turn<'_>, execution: &Execution) -> Result<ExecutionSummary> {
    Ok(ExecutionSummary {
        execution_id: execution.id.text(),
        namespace: turn.store.namespace_name(execution.namespace)?.to_string(),
        lane: turn.store.route(execution.route)?.lane.clone(),
        kind: turn.store.kind(execution.row)?,
        priority: execution.priority,
        public_state: execution.phase.state().public_state(),
        total_attempt_count: execution.attempt_count,
        created_at: execution.created_at,
        started_at: execution.started_at,
        completed_at: execution.ended_at,
    })
}
