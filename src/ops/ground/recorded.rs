//! Recorded steps, as they are answered. Contract: attempts.step.

use crate::model::ground::payload::Bytes;
use crate::store::Step;
use serde::Serialize;

/// A recorded step: as it was recorded first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct RecordedStep {
    /// Its name.
    pub name: String,
    /// What it came to.
    #[serde(skip_serializing_if = "Bytes::is_apart")]
    pub result: Option<Bytes>,
    /// How the result is encoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// When it was recorded, in Unix ms.
    pub recorded_at: i64,
    /// Set where the result was too much for the answer at hand: `record_step` with this name answers it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub omitted: bool,
}

/// A step as it is answered.
pub fn recorded(step: Step) -> RecordedStep {
    RecordedStep {
        name: step.name,
        result: step.result.map(Bytes::Here),
        encoding: step.encoding,
        recorded_at: step.recorded_at,
        omitted: false,
    }
}
