//! One line of a listing of executions, and a page of such lines: what every way of listing answers.

use crate::error::{Code, Error, Result};
use crate::model::executions::phase::StateVector;
use crate::model::executions::tag::stored_tags;
use crate::model::ground::vocabulary::PublicState;
use crate::ops::ground::turn::Turn;
use crate::store::Listed;
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// Its state in one word.
    pub public_state: PublicState,
    /// Its state in seven dimensions; `blockingReason` says what it waits for: a delay, the back-off of a retry, others.
    pub state: StateVector,
    /// When it can be claimed, where it waits for an instant, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimable_at: Option<i64>,
    /// Its tags, sorted by key.
    pub tags: BTreeMap<String, String>,
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
    /// As `before` it leads to the page before this one. Present where there may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_cursor: Option<String>,
}

impl ExecutionPage {
    /// A page with nothing on it and nothing beyond.
    pub const EMPTY: Self = Self { executions: Vec::new(), next_cursor: None, previous_cursor: None };
}

/// Which way a listing is paged: after one place, or before another one.
pub fn one_way(cursor: Option<&str>, before: Option<&str>) -> Result<()> {
    match (cursor, before) {
        (Some(_), Some(_)) => Err(Error::argument(Code::InvalidInput, "before", "nothing beside a cursor", "both")),
        _ => Ok(()),
    }
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
        state: listed.phase.state(),
        claimable_at: listed.phase.claimable_at(),
        tags: stored_tags(listed.tags.as_deref())?,
        total_attempt_count: listed.attempt_count,
        created_at: listed.created_at,
        started_at: listed.started_at,
        completed_at: listed.ended_at,
    })
}
