//! The calls of streams: what a test appends and reads.

use super::World;
use tidegate::Result;
use tidegate::model::streams::stream::{ClosedReason, FrameMode};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::streams::append::{AppendFrameAnswer, AppendFrameArgs};
use tidegate::ops::streams::frames::{Frame, FramePage};
use tidegate::ops::streams::read::ReadStreamArgs;
use tidegate::ops::streams::summary::{ReadSummaryArgs, SummaryAnswer};
use tidegate::ops::streams::tail::TailStreamArgs;

/// A durable frame.
pub fn frame(claim: &Claim, bytes: &[u8]) -> AppendFrameArgs {
    AppendFrameArgs { handle: claim.handle.clone(), bytes: bytes.to_vec().into(), ..AppendFrameArgs::default() }
}

/// A best-effort frame.
pub fn lossy(claim: &Claim, bytes: &[u8], ttl_ms: i64) -> AppendFrameArgs {
    AppendFrameArgs { mode: Some(FrameMode::BestEffort), ttl_ms: Some(ttl_ms), ..frame(claim, bytes) }
}

/// A summary frame.
pub fn patch(claim: &Claim, json: &str) -> AppendFrameArgs {
    AppendFrameArgs { mode: Some(FrameMode::Summary), ..frame(claim, json.as_bytes()) }
}

/// All of the current attempt's stream.
pub fn whole(id: &str) -> ReadStreamArgs {
    ReadStreamArgs { execution_id: id.to_owned(), limit: Some(10_000), ..ReadStreamArgs::default() }
}

/// The current attempt's stream from the beginning.
pub fn tailed(id: &str) -> TailStreamArgs {
    TailStreamArgs { execution_id: id.to_owned(), ..TailStreamArgs::default() }
}

/// The bytes of frames as texts.
pub fn said(frames: &[Frame]) -> Vec<String> {
    frames.iter().map(|frame| String::from_utf8_lossy(frame.bytes.as_slice()).into_owned()).collect()
}

impl World {
    pub fn append(&mut self, claim: &Claim, text: &str) -> AppendFrameAnswer {
        self.call(frame(claim, text.as_bytes())).unwrap()
    }

    pub fn patch(&mut self, claim: &Claim, json: &str) -> AppendFrameAnswer {
        self.call(patch(claim, json)).unwrap()
    }

    /// Appends the numbers from 0 on, one every so many ms.
    pub fn append_many(&mut self, claim: &Claim, count: i64, gap_ms: i64) {
        for n in 0..count {
            self.append(claim, &n.to_string());
            self.pass(gap_ms);
        }
    }

    /// Appends so many best-effort frames, one every so many ms.
    pub fn lose_many(&mut self, claim: &Claim, count: i64, gap_ms: i64, ttl_ms: i64) {
        for n in 0..count {
            self.call(lossy(claim, n.to_string().as_bytes(), ttl_ms)).unwrap();
            self.pass(gap_ms);
        }
    }

    pub fn stream(&mut self, id: &str) -> FramePage {
        self.call(whole(id)).unwrap()
    }

    pub fn stream_of(&mut self, id: &str, attempt_index: i64) -> FramePage {
        self.call(ReadStreamArgs { attempt_index: Some(attempt_index), ..whole(id) }).unwrap()
    }

    pub fn tail(&mut self, id: &str, after: &str) -> Result<FramePage> {
        self.call(TailStreamArgs { after: Some(after.to_owned()), ..tailed(id) })
    }

    /// Why and since when the current attempt's stream is closed.
    pub fn closed(&mut self, id: &str) -> Option<(ClosedReason, i64)> {
        let page = self.stream(id);
        assert_eq!(page.closed_at.is_some(), page.closed_reason.is_some());
        page.closed_reason.zip(page.closed_at)
    }

    pub fn summary(&mut self, id: &str) -> Option<SummaryAnswer> {
        self.call(ReadSummaryArgs { execution_id: id.to_owned(), attempt_index: None }).unwrap()
    }

    pub fn document(&mut self, id: &str) -> serde_json::Value {
        serde_json::from_str(&self.summary(id).expect("a summary").document_json).unwrap()
    }

    /// How many frames are stored.
    pub fn frames(&self) -> i64 {
        self.number("SELECT count(*) FROM frame")
    }

    /// How many rows the tables of streams have together.
    pub fn stream_rows(&self) -> i64 {
        const ROWS: &str = "SELECT (SELECT count(*) FROM stream) + (SELECT count(*) FROM frame) \
             + (SELECT count(*) FROM summary)";
        self.number(ROWS)
    }
}
