//! Pages of frames, as `read_stream` and `tail_stream` answer them. Contract: streams.limit, streams.page-bytes,
//! streams.unwritten, streams.over.

use crate::error::{Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::Phase;
use crate::model::ground::argument;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::payload::Bytes;
use crate::model::streams::frame::FrameId;
use crate::model::streams::retained::Stream;
use crate::model::streams::stream::{ClosedReason, Closure, FrameKind, FrameMode, closure};
use crate::ops::ground::gate::load;
use crate::ops::ground::turn::Turn;
use crate::store::{FrameRange, FrameRow};
use serde::Serialize;

/// Most frames of a page.
pub const FRAMES_MAX: i64 = 10_000;
/// The page of a caller that names no limit.
pub const FRAMES_DEFAULT: i64 = 100;
/// Most bytes of the frames of a page.
pub const PAGE_BYTES_MAX: usize = 8 << 20;
/// Frames that one query brings.
const FRAMES_CHUNK: i64 = 128;

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct Frame {
    /// Its id in its stream: `<ms>-<seq>`.
    pub id: String,
    /// What it is.
    pub kind: FrameKind,
    /// In its writer's words; the word of its kind where there are none.
    pub frame_type: String,
    /// How it is kept.
    pub mode: FrameMode,
    /// Whether its bytes are UTF-8.
    pub encoding: FrameEncoding,
    /// Who wrote it.
    pub source: FrameSource,
    /// What holds frames together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The number that its writer gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// When it was appended, in Unix ms.
    pub ts: i64,
    /// Of a summary frame: how many patches were applied with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary_version: Option<i64>,
    /// Of a best-effort frame: its time to live, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_ms: Option<i64>,
    /// Its bytes, as they were given.
    pub bytes: Bytes,
}

/// What the bytes of a frame are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum FrameEncoding {
    /// Text.
    Utf8,
    /// Anything else.
    Binary,
}

/// Who wrote a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum FrameSource {
    /// The worker of the attempt.
    Worker,
}

/// A page of the stream of one attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct FramePage {
    /// The attempt.
    pub attempt_index: i64,
    /// In the order of ids. A page ends early when its frames come to 8 MiB, so a short one is not the end.
    pub frames: Vec<Frame>,
    /// Whether there are more frames where these were asked for.
    pub more: bool,
    /// Since when the stream is closed, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<i64>,
    /// Why it is closed; an interrupted attempt and one whose lease ran out may go on, and their stream with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_reason: Option<ClosedReason>,
    /// Whether no further frame can come: the attempt ended, or its execution did before the attempt began.
    pub over: bool,
}

impl FramePage {
    /// Visits the bytes of its frames.
    pub fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        self.frames.iter_mut().for_each(|frame| visit(&mut frame.bytes));
    }
}

/// What a page is asked for.
pub struct Asked {
    /// The execution.
    pub id: ExecutionId,
    /// The attempt; the current one when left out.
    pub attempt_index: Option<i64>,
    /// The first frame.
    pub from: FrameId,
    /// The last frame.
    pub to: FrameId,
    /// Most frames.
    pub limit: i64,
    /// Whether best-effort frames are among them.
    pub lossy: bool,
}

/// The limit of a page of frames: 1 to [`FRAMES_MAX`], and nothing is capped.
pub fn checked_limit(limit: Option<i64>) -> Result<i64> {
    let limit = limit.unwrap_or(FRAMES_DEFAULT);
    argument::number("limit", limit, 1, FRAMES_MAX)
        .map_err(|e: Error| if limit > FRAMES_MAX { e.with("detail", "count_limit_exceeds_hard_cap") } else { e })?;
    Ok(limit)
}

/// A page of a stream. What was never written reads as empty and open.
pub fn page(turn: &mut Turn<'_>, asked: &Asked) -> Result<FramePage> {
    let execution = load(turn, &asked.id)?;
    let attempt_index = asked.attempt_index.unwrap_or_else(|| execution.attempt_pointer());
    let (frames, more) = match turn.store.stream(execution.row, attempt_index)? {
        Some(stream) => frames(turn, &stream, asked)?,
        None => (Vec::new(), false),
    };
    let closed = closed(turn, &execution, attempt_index)?;
    let unbegun = attempt_index >= execution.attempt_count && matches!(execution.phase, Phase::Terminal(_));
    Ok(FramePage {
        attempt_index,
        frames,
        more,
        closed_at: closed.map(|closure| closure.at),
        closed_reason: closed.map(|closure| closure.reason),
        over: unbegun || closed.is_some_and(Closure::is_final),
    })
}

fn closed(turn: &Turn<'_>, execution: &Execution, index: i64) -> Result<Option<Closure>> {
    match &execution.attempt {
        Some(latest) if latest.index == index => Ok(closure(execution, latest)),
        Some(latest) if index < latest.index => {
            let archived = turn.store.archived_attempt(execution.row, index)?;
            Ok(archived.and_then(|attempt| closure(execution, &attempt)))
        }
        Some(_) | None => Ok(None),
    }
}

/// The frames asked for, and whether there are more of them.
fn frames(turn: &mut Turn<'_>, stream: &Stream, asked: &Asked) -> Result<(Vec<Frame>, bool)> {
    let from = asked.from.max(stream.first_kept(turn.now));
    let over_until = stream.over_until(turn.now);
    let mut range = FrameRange { from, to: asked.to, over_until, lossy: asked.lossy };
    let mut frames = Vec::new();
    let (mut left, mut bytes) = (asked.limit, 0);
    let bytes_max = PAGE_BYTES_MAX.min(turn.frame_bytes_left);
    loop {
        // One more than wanted tells whether there is more.
        let wanted = (left + 1).min(FRAMES_CHUNK);
        let rows = turn.store.frames(stream.row, &range, wanted)?;
        let last = i64::try_from(rows.len()).is_ok_and(|found| found < wanted);
        for row in rows {
            bytes += row.bytes.len();
            if left == 0 || (bytes > bytes_max && !frames.is_empty()) {
                return Ok((frames, true));
            }
            left -= 1;
            turn.frame_bytes_left = turn.frame_bytes_left.saturating_sub(row.bytes.len());
            range.from = row.id.next();
            frames.push(frame(row));
        }
        if last {
            return Ok((frames, false));
        }
    }
}

fn frame(row: FrameRow) -> Frame {
    let mode = match (row.lossy, row.summary_version) {
        (true, _) => FrameMode::BestEffort,
        (false, Some(_)) => FrameMode::Summary,
        (false, None) => FrameMode::Durable,
    };
    let text = std::str::from_utf8(&row.bytes).is_ok();
    Frame {
        id: row.id.text(),
        kind: row.kind,
        frame_type: row.frame_type.unwrap_or_else(|| row.kind.word().to_owned()),
        mode,
        encoding: if text { FrameEncoding::Utf8 } else { FrameEncoding::Binary },
        source: FrameSource::Worker,
        correlation_id: row.correlation_id,
        seq: row.hint,
        ts: row.at,
        summary_version: row.summary_version,
        ttl_ms: row.ttl_ms,
        bytes: Bytes::Here(row.bytes),
    }
}

/// The attempt that a reader names.
pub fn checked_index(index: Option<i64>) -> Result<Option<i64>> {
    argument::opt_number("attemptIndex", index, 0, argument::INTEGER_MAX).map(|()| index)
}
