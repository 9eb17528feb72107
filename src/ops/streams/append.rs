//! `append_frame`: a worker streams what its attempt brings forth. Contract: streams.append, streams.closed,
//! streams.stale-owner, streams.append-arguments.

use crate::error::{Code, Error, Result};
use crate::model::attempts::handle::Handle;
use crate::model::executions::execution::Execution;
use crate::model::executions::policy::Policy;
use crate::model::ground::argument::{self, INSTANT_MAX, INTEGER_MAX, Limits, NAME_BYTES_MAX};
use crate::model::ground::given::reads;
use crate::model::ground::json::number_text;
use crate::model::ground::payload::Bytes;
use crate::model::streams::frame::FRAME_BYTES_MAX;
use crate::model::streams::retained::{
    ALPHA_DEFAULT, CEILING_DEFAULT, CEILING_MAX, FLOOR_DEFAULT, Lossy, Stream, TRIM_MAX,
};
use crate::model::streams::stream::{FrameKind, FrameMode};
use crate::model::streams::summary;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::enter_held;
use crate::ops::ground::turn::Turn;
use crate::store::{FrameRow, Summary};
use serde::Serialize;

/// Durable frames past their time that one append deletes at most.
const OVER_MAX: i64 = 4;

/// The arguments of `append_frame`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct AppendFrameArgs {
    /// The handle of the claim.
    pub handle: String,
    /// At most 65 536 bytes, kept verbatim; of a summary frame a JSON merge patch.
    pub bytes: Bytes,
    /// `event` when left out.
    pub kind: Option<FrameKind>,
    /// In the worker's words, at most 256 bytes; the word of the kind when left out or empty.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub frame_type: String,
    /// A number of the caller's own; it orders nothing.
    pub seq: Option<i64>,
    /// What holds frames together, 1 to 256 bytes.
    pub correlation_id: Option<String>,
    /// `durable` when left out.
    pub mode: Option<FrameMode>,
    /// Of a best-effort frame, which needs one: for about twice as long such frames are kept, in ms.
    pub ttl_ms: Option<i64>,
    /// Of a best-effort frame: so many of them are kept at least; 64 when left out.
    pub maxlen_floor: Option<i64>,
    /// Of a best-effort frame: so many of them are kept at most; 16 384 when left out.
    pub maxlen_ceiling: Option<i64>,
    /// Of a best-effort frame: how much the newest distance counts in the average rate, above 0 and up to 1; 0.2 when
    /// left out.
    pub ema_alpha: Option<f64>,
}

reads!(AppendFrameArgs {
    handle,
    bytes,
    kind,
    frame_type = default,
    seq,
    correlation_id,
    mode,
    ttl_ms,
    maxlen_floor,
    maxlen_ceiling,
    ema_alpha,
});

/// The answer of `append_frame`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct AppendFrameAnswer {
    /// The frame's id in its stream: `<ms>-<seq>`.
    pub stream_id: String,
    /// Appends over the stream's life, this one included.
    pub frame_count: i64,
    /// Of a summary frame: how many patches were applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary_version: Option<i64>,
}

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    bytes: Bytes,
    kind: FrameKind,
    frame_type: Option<String>,
    seq: Option<i64>,
    correlation_id: Option<String>,
    lossy: Option<Lossy>,
    /// Whether it is a summary frame.
    patches: bool,
}

impl Call for AppendFrameArgs {
    const OP: &'static str = "append_frame";
    const WRITES: bool = true;
    const PAYLOAD: &'static str = "bytes";
    type Ready = Ready;
    type Answer = AppendFrameAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        let found = self.bytes.as_slice().len();
        if found > FRAME_BYTES_MAX {
            return Err(too_large("bytes", FRAME_BYTES_MAX, found));
        }
        argument::text("frameType", &self.frame_type, NAME_BYTES_MAX)?;
        argument::opt_number("seq", self.seq, 0, INTEGER_MAX)?;
        argument::opt_name("correlationId", self.correlation_id.as_deref())?;
        let lossy = self.lossy()?;
        let patches = self.mode == Some(FrameMode::Summary);
        if patches {
            summary::check("bytes", self.bytes.as_slice())?;
        }
        let kind = self.kind.unwrap_or(FrameKind::Event);
        let frame_type = Some(self.frame_type).filter(|words| !words.is_empty() && words != kind.word());
        let (bytes, seq, correlation_id) = (self.bytes, self.seq, self.correlation_id);
        Ok(Ready { handle, bytes, kind, frame_type, seq, correlation_id, lossy, patches })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<AppendFrameAnswer> {
        let (execution, _) = enter_held(turn, &ready.handle).map_err(refused)?;
        turn.store.refuse_when_full()?;
        let known = turn.store.stream(execution.row, ready.handle.attempt_index)?;
        let summary = if ready.patches { Some(patched(turn, ready, known.as_ref())?) } else { None };
        let mut stream = match known {
            Some(stream) => stream,
            None => begun(turn, &execution, ready.handle.attempt_index)?,
        };
        write(turn, ready, &mut stream, summary.as_ref())?;
        turn.store.save_stream(execution.row, &stream)?;
        turn.wakes.streams.insert(execution.id.text());
        let summary_version = summary.map(|summary| summary.version);
        Ok(AppendFrameAnswer { stream_id: stream.last.text(), frame_count: stream.frame_count, summary_version })
    }

    fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        visit(&mut self.bytes);
    }
}

impl AppendFrameArgs {
    /// How a best-effort frame is kept; what says so is refused with any other.
    fn lossy(&self) -> Result<Option<Lossy>> {
        if self.mode != Some(FrameMode::BestEffort) {
            let given = [
                ("ttlMs", self.ttl_ms.is_some()),
                ("maxlenFloor", self.maxlen_floor.is_some()),
                ("maxlenCeiling", self.maxlen_ceiling.is_some()),
                ("emaAlpha", self.ema_alpha.is_some()),
            ];
            return match given.into_iter().find(|(_, given)| *given) {
                Some((field, _)) => Err(unfit(field, "the mode best_effort beside it", "another mode")),
                None => Ok(None),
            };
        }
        let Some(ttl_ms) = self.ttl_ms else { return Err(unfit("ttlMs", "a time to live in ms", "nothing")) };
        argument::number("ttlMs", ttl_ms, 1, INSTANT_MAX)?;
        let ceiling = self.maxlen_ceiling.unwrap_or(CEILING_DEFAULT);
        argument::number("maxlenCeiling", ceiling, 1, CEILING_MAX)?;
        let floor = self.maxlen_floor.unwrap_or(FLOOR_DEFAULT.min(ceiling));
        argument::number("maxlenFloor", floor, 1, ceiling)?;
        Ok(Some(Lossy { ttl_ms, floor, ceiling, alpha: self.alpha()? }))
    }

    /// The weight of the newest distance in millionths: at least one of them.
    #[expect(clippy::cast_possible_truncation, reason = "within the range just checked")]
    fn alpha(&self) -> Result<i64> {
        match self.ema_alpha {
            None => Ok(ALPHA_DEFAULT),
            Some(alpha) if alpha > 0.0 && alpha <= 1.0 => Ok(((alpha * 1_000_000.0) as i64).max(1)),
            Some(alpha) => Err(unfit("emaAlpha", "a number above 0 and up to 1", &number_text(alpha))),
        }
    }
}

/// The gate's refusals, as a stream knows them.
#[cold]
fn refused(error: Error) -> Error {
    let lost = [Code::LeaseConflict, Code::LeaseExpired, Code::LeaseRevoked];
    if error.code() == Code::ExecutionNotActive {
        error.coded(Code::StreamClosed)
    } else if lost.contains(&error.code()) {
        error.coded(Code::StaleOwnerCannotAppend)
    } else {
        error
    }
}

/// The summary after a patch; nothing is written yet.
fn patched(turn: &Turn<'_>, ready: &Ready, known: Option<&Stream>) -> Result<Summary> {
    let former = match known {
        Some(stream) => turn.store.summary(stream.row)?,
        None => None,
    };
    let document = summary::patched(former.as_ref().map(|former| former.document.as_str()), ready.bytes.as_slice())?;
    let (limit, found) = (turn.limits.payload_bytes_max, document.len());
    if found > limit {
        return Err(too_large("the summary after bytes", limit, found));
    }
    let (version, first_applied_at) = former.map_or((0, turn.now), |former| (former.version, former.first_applied_at));
    Ok(Summary { document, version: version + 1, first_applied_at, last_updated_at: turn.now })
}

/// A stream before its first frame: what its execution's policy says of it is read once, here.
fn begun(turn: &mut Turn<'_>, execution: &Execution, attempt_index: i64) -> Result<Stream> {
    let policy = Policy::of_stored(turn.store.policy(execution.row)?.as_deref())?;
    let row = turn.store.mint_stream_row();
    Ok(Stream::new(row, attempt_index, policy.stream.as_ref()))
}

/// Writes the frame and the summary, and trims what must go for them.
fn write(turn: &mut Turn<'_>, ready: &Ready, stream: &mut Stream, summary: Option<&Summary>) -> Result<()> {
    let now = turn.now;
    let id = stream.append(now);
    let over = match &ready.lossy {
        Some(lossy) => stream.keep_lossy(now, lossy),
        None => stream.keep(now),
    };
    if over > 0 {
        turn.store.trim_frames(stream.row, ready.lossy.is_some(), over)?;
    }
    if let (Some(until), None) = (stream.over_until(now), &ready.lossy) {
        stream.kept_count -= turn.store.trim_over(stream.row, false, until, OVER_MAX)?;
    }
    if stream.gone_ms > 0 && stream.lossy_count > 0 {
        stream.lossy_count -= turn.store.trim_over(stream.row, true, stream.gone_ms, TRIM_MAX)?;
    }
    let frame = FrameRow {
        id,
        lossy: ready.lossy.is_some(),
        at: now,
        kind: ready.kind,
        frame_type: ready.frame_type.clone(),
        correlation_id: ready.correlation_id.clone(),
        hint: ready.seq,
        summary_version: summary.map(|summary| summary.version),
        ttl_ms: ready.lossy.map(|lossy| lossy.ttl_ms),
        bytes: Vec::new(),
    };
    turn.store.insert_frame(stream.row, &frame, ready.bytes.as_slice())?;
    summary.map_or(Ok(()), |summary| turn.store.save_summary(stream.row, summary))
}

#[cold]
fn too_large(field: &str, limit: usize, found: usize) -> Error {
    let max = i64::try_from(limit).unwrap_or(i64::MAX);
    Error::measured(Code::RetentionLimitExceeded, field, (0, max), found, "bytes")
}

#[cold]
fn unfit(field: &str, limit: &str, found: &str) -> Error {
    Error::argument(Code::InvalidInput, field, limit, found)
}
