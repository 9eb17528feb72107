//! `read_stream`: frames of an attempt between two cursors, both included. Contract: streams.read, streams.bounds.

use super::frames::{Asked, FramePage, checked_index, checked_limit, page};
use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::model::streams::frame::FrameCursor;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;

/// The arguments of `read_stream`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ReadStreamArgs {
    /// The execution.
    pub execution_id: String,
    /// The attempt; the current one when left out.
    pub attempt_index: Option<i64>,
    /// The first frame: an id, its milliseconds alone, `start` or `end`; `start` when left out.
    pub from: Option<String>,
    /// The last frame, likewise; `end` when left out.
    pub to: Option<String>,
    /// 1 to 10 000; 100 when left out.
    pub limit: Option<i64>,
}

reads!(ReadStreamArgs { execution_id, attempt_index, from, to, limit });

impl Call for ReadStreamArgs {
    const OP: &'static str = "read_stream";
    const WRITES: bool = false;
    type Ready = Asked;
    type Answer = FramePage;

    fn check(self, _limits: &Limits) -> Result<Asked> {
        Ok(Asked {
            id: ExecutionId::parse("executionId", &self.execution_id)?,
            attempt_index: checked_index(self.attempt_index)?,
            from: FrameCursor::parse("from", self.from.as_deref().unwrap_or("start"))?.lower(),
            to: FrameCursor::parse("to", self.to.as_deref().unwrap_or("end"))?.upper(),
            limit: checked_limit(self.limit)?,
            lossy: true,
        })
    }

    fn run(asked: &Asked, turn: &mut Turn<'_>) -> Result<FramePage> {
        page(turn, asked)
    }

    fn answer_bytes(answer: &mut FramePage, visit: &mut dyn FnMut(&mut Bytes)) {
        answer.bytes(visit);
    }
}
