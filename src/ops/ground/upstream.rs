//! What a claim tells of the upstreams that its execution waited for. Contract: edges.upstream, edges.upstream-bytes.

use super::turn::Turn;
use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::ground::given::Given;
use crate::model::ground::id::{parse_uuid, uuid_text};
use crate::model::ground::payload::Bytes;
use crate::model::ground::vocabulary::Outcome;
use serde::Serialize;

/// Upstreams that a claim tells of at most; `list_edges` tells of all.
pub const UPSTREAMS_MAX: usize = 10_000;

/// A resolved dependency of a claimed execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct Upstream {
    /// The edge.
    pub edge_id: String,
    /// What the edge says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge_ref: Option<String>,
    /// The execution it waited for.
    pub execution_id: String,
    /// What the flow calls that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, where it ended otherwise than well, somebody said why, and it has not been replayed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it came to.
    #[serde(skip_serializing_if = "Bytes::is_apart")]
    pub result: Option<Bytes>,
    /// How the result is encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Set where the result was too much for the answer at hand: `get_execution_result` answers it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub omitted: bool,
}

/// The upstreams of an execution as a claim hands them back: results as long as they fit.
pub fn claimed_upstreams(turn: &mut Turn<'_>, execution: &Execution) -> Result<Vec<Upstream>> {
    let Some(group) = turn.store.group(execution.row)? else { return Ok(Vec::new()) };
    let mut upstreams = Vec::new();
    for row in turn.store.upstreams(execution.row, group.round, UPSTREAMS_MAX)? {
        let Some(outcome) = row.state.outcome() else { continue };
        let omitted = row.bytes > turn.step_bytes_left;
        let payload = match row.result.filter(|_| !omitted) {
            Some(payload) => turn.store.payload(payload)?,
            None => None,
        };
        turn.step_bytes_left -= if omitted { 0 } else { row.bytes };
        let (result, encoding) = payload.map_or((None, None), |(bytes, encoding)| (Some(Bytes::Here(bytes)), encoding));
        upstreams.push(Upstream {
            edge_id: uuid_text(row.edge),
            edge_ref: row.edge_ref,
            execution_id: row.execution.text(),
            name: row.name,
            outcome,
            reason: reason(turn, row.upstream, outcome)?,
            result,
            encoding,
            omitted,
        });
    }
    Ok(upstreams)
}

/// Why an upstream ended as it did.
fn reason(turn: &Turn<'_>, row: i64, outcome: Outcome) -> Result<Option<String>> {
    if outcome == Outcome::Success {
        return Ok(None);
    }
    let upstream = turn.store.execution(row)?;
    let told = match (&upstream.attempt, turn.store.ending(row)?) {
        _ if upstream.outcome() != Some(outcome) => None,
        (_, Some((reason, _))) => Some(reason),
        (Some(attempt), None) => turn.store.failure_message(row, attempt.index)?,
        (None, None) => None,
    };
    Ok(told.filter(|reason| !reason.is_empty()))
}

/// An upstream as it was handed back, its result read again.
pub fn kept_upstream(turn: &Turn<'_>, execution: &Execution, kept: &Given<'_>) -> Result<Upstream> {
    let text = |field| if let Some(Given::Text(text)) = kept.member(field) { Some(text.to_string()) } else { None };
    let (edge_id, outcome) = (text("edge_id").unwrap_or_default(), text("outcome").unwrap_or_default());
    let omitted = kept.member("omitted").is_some();
    let edge = match (parse_uuid(&edge_id), execution.flow) {
        (Some(id), Some(flow)) if !omitted => turn.store.edge(flow, id)?,
        (Some(_) | None, Some(_) | None) => None,
    };
    let payload = match edge.and_then(|edge| edge.result) {
        Some(payload) => turn.store.payload(payload)?,
        None => None,
    };
    Ok(Upstream {
        edge_id,
        edge_ref: text("edge_ref"),
        execution_id: text("execution_id").unwrap_or_default(),
        name: text("name"),
        outcome: Outcome::ALL.iter().copied().find(|one| one.word() == outcome).unwrap_or(Outcome::Success),
        reason: text("reason"),
        result: payload.map(|(bytes, _)| Bytes::Here(bytes)),
        encoding: text("encoding"),
        omitted,
    })
}
