//! `tail_stream`: frames of an attempt after a cursor. The engine never waits: a host parks the call until frames come,
//! or for `blockMs`. Contract: streams.tail, streams.visibility.

use super::frames::{Asked, FramePage, checked_index, checked_limit, page};
use crate::error::Result;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::model::streams::frame::{FrameCursor, FrameId};
use crate::model::streams::stream::Visibility;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;

/// For how long a tail may be parked, in ms.
pub const BLOCK_MS_MAX: i64 = 30_000;

/// The arguments of `tail_stream`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct TailStreamArgs {
    /// The execution.
    pub execution_id: String,
    /// The attempt; the current one when left out.
    pub attempt_index: Option<i64>,
    /// The id after which frames are wanted, or its milliseconds alone; `0-0`, the beginning, when left out.
    pub after: Option<String>,
    /// For how long the host may park the call while there is nothing, up to 30 000 ms; 0 when left out.
    pub block_ms: Option<i64>,
    /// 1 to 10 000; 100 when left out.
    pub limit: Option<i64>,
    /// `all` when left out.
    pub visibility: Option<Visibility>,
}

reads!(TailStreamArgs { execution_id, attempt_index, after, block_ms, limit, visibility });

impl Call for TailStreamArgs {
    const OP: &'static str = "tail_stream";
    const WRITES: bool = false;
    type Ready = Asked;
    type Answer = FramePage;

    fn check(self, _limits: &Limits) -> Result<Asked> {
        argument::opt_number("blockMs", self.block_ms, 0, BLOCK_MS_MAX)?;
        Ok(Asked {
            id: ExecutionId::parse("executionId", &self.execution_id)?,
            attempt_index: checked_index(self.attempt_index)?,
            from: FrameCursor::parse_concrete("after", self.after.as_deref().unwrap_or("0-0"))?.next(),
            to: FrameId::LAST,
            limit: checked_limit(self.limit)?,
            lossy: self.visibility != Some(Visibility::ExcludeBestEffort),
        })
    }

    fn run(asked: &Asked, turn: &mut Turn<'_>) -> Result<FramePage> {
        page(turn, asked)
    }

    fn answer_bytes(answer: &mut FramePage, visit: &mut dyn FnMut(&mut Bytes)) {
        answer.bytes(visit);
    }
}
