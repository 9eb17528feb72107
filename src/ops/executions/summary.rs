//! One line of a listing of executions, and a page of such lines: what every way of listing answers.

use crate::error::Result;
use crate::model::ground::vocabulary::PublicState;
use crate::ops::ground::turn::Turn;
use crate::store::Listed;
use serde::Serialize;

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
    /// In the order of the listing: of ids, or of creation where they were searched for.
    pub executions: Vec<ExecutionSummary>,
    /// Present only when more remain, or, in a search, may remain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The line of an execution.
pub fn summary(turn: &mut Turn<'_>, listed: Listed) -> Result<ExecutionSummary> {
    Ok(ExecutionSummary {
        execution_id: listed.id.text(),
        namespace: turn.store.namespace_name(listed.namespace)?.to_string(),
        lane: turn.store.route(listed.route)?.lane.clone(),
        kind: listed.kind,
        priority: listed.priority,
        public_state: listed.state,
        total_attempt_count: listed.attempt_count,
        created_at: listed.created_at,
        started_at: listed.started_at,
        completed_at: listed.ended_at,
    })
}
