//! `read_summary`: the document that an attempt's summary frames add up to. Contract: streams.summary.

use super::frames::checked_index;
use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `read_summary`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ReadSummaryArgs {
    /// The execution.
    pub execution_id: String,
    /// The attempt; the current one when left out.
    pub attempt_index: Option<i64>,
}

reads!(ReadSummaryArgs { execution_id, attempt_index });

/// The summary of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SummaryAnswer {
    /// The document, as JSON text.
    pub document_json: String,
    /// How many patches were applied.
    pub version: i64,
    /// What patches are: `json-merge-patch`.
    #[cfg_attr(feature = "types", ts(type = "\"json-merge-patch\""))]
    pub patch_kind: &'static str,
    /// When the latest was applied, in Unix ms.
    pub last_updated_ms: i64,
    /// When the first was applied, in Unix ms.
    pub first_applied_ms: i64,
}

/// Checked arguments.
pub struct Ready {
    id: ExecutionId,
    attempt_index: Option<i64>,
}

impl Call for ReadSummaryArgs {
    const OP: &'static str = "read_summary";
    const WRITES: bool = false;
    type Ready = Ready;
    type Answer = Option<SummaryAnswer>;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let id = ExecutionId::parse("executionId", &self.execution_id)?;
        Ok(Ready { id, attempt_index: checked_index(self.attempt_index)? })
    }

    /// Nothing until the attempt's first summary frame.
    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<Option<SummaryAnswer>> {
        let execution = load(turn, &ready.id)?;
        let index = ready.attempt_index.unwrap_or_else(|| execution.attempt_pointer());
        let Some(stream) = turn.store.stream(execution.row, index)? else { return Ok(None) };
        let summary = turn.store.summary(stream.row)?;
        Ok(summary.map(|summary| SummaryAnswer {
            document_json: summary.document,
            version: summary.version,
            patch_kind: "json-merge-patch",
            last_updated_ms: summary.last_updated_at,
            first_applied_ms: summary.first_applied_at,
        }))
    }
}
