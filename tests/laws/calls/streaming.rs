//! Calls about what attempts stream: appends, reads, tails, summaries.

use crate::calls::handle::Handle;
use crate::json::{put, without_nulls};
use serde_json::{Value, json};

/// How a best-effort frame is kept; the weight in millionths.
#[derive(Clone, Copy, Debug)]
pub struct Loose {
    pub ttl_ms: i64,
    pub floor: Option<i64>,
    pub ceiling: Option<i64>,
    pub alpha: Option<i64>,
}

/// How a frame is kept.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    Durable,
    Summary,
    BestEffort(Loose),
}

#[derive(Clone, Debug)]
pub struct Append {
    pub handle: Handle,
    pub bytes: Vec<u8>,
    pub mode: Mode,
    pub kind: Option<&'static str>,
    pub frame_type: Option<String>,
    pub seq: Option<i64>,
    pub correlation_id: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Streaming {
    Append(Append),
    Read { id: String, index: Option<i64>, from: Option<String>, to: Option<String>, limit: Option<i64> },
    Tail { id: String, index: Option<i64>, after: Option<String>, limit: Option<i64>, kept_only: bool },
    Summary { id: String, index: Option<i64> },
}

impl Mode {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Durable => "durable",
            Self::Summary => "summary",
            Self::BestEffort(_) => "best_effort",
        }
    }
}

impl Streaming {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Append(_) => "append_frame",
            Self::Read { .. } => "read_stream",
            Self::Tail { .. } => "tail_stream",
            Self::Summary { .. } => "read_summary",
        }
    }

    pub fn reads(&self) -> bool {
        !matches!(self, Self::Append(_))
    }

    /// The JSON of its arguments; the bytes of a frame go to the list.
    pub fn args(&self, payloads: &mut Vec<Vec<u8>>) -> Value {
        let args = match self {
            Self::Append(one) => return one.args(payloads),
            Self::Read { id, index, from, to, limit } => {
                json!({ "executionId": id, "attemptIndex": index, "from": from, "to": to, "limit": limit })
            }
            Self::Tail { id, index, after, limit, kept_only } => json!({
                "executionId": id,
                "attemptIndex": index,
                "after": after,
                "limit": limit,
                "visibility": kept_only.then_some("exclude_best_effort"),
            }),
            Self::Summary { id, index } => json!({ "executionId": id, "attemptIndex": index }),
        };
        without_nulls(args)
    }
}

impl Append {
    pub fn new(handle: Handle, mode: Mode, bytes: &[u8]) -> Self {
        let bytes = bytes.to_vec();
        Self { handle, bytes, mode, kind: None, frame_type: None, seq: None, correlation_id: None }
    }

    #[expect(clippy::cast_precision_loss, reason = "at most a million")]
    fn args(&self, payloads: &mut Vec<Vec<u8>>) -> Value {
        let loose = if let Mode::BestEffort(loose) = self.mode { Some(loose) } else { None };
        let mode = if let Mode::Durable = self.mode { None } else { Some(self.mode.word()) };
        without_nulls(json!({
            "handle": self.handle.encode(),
            "bytes": put(Some(&self.bytes), payloads),
            "mode": mode,
            "kind": self.kind,
            "frameType": self.frame_type,
            "seq": self.seq,
            "correlationId": self.correlation_id,
            "ttlMs": loose.map(|loose| loose.ttl_ms),
            "maxlenFloor": loose.and_then(|loose| loose.floor),
            "maxlenCeiling": loose.and_then(|loose| loose.ceiling),
            "emaAlpha": loose.and_then(|loose| loose.alpha).map(|alpha| alpha as f64 / 1e6),
        }))
    }
}
