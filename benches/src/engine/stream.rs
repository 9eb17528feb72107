//! Streams: what a worker appends, and what a reader is shown of it.

use super::EngineSubject;
use crate::subject::frames::{FRAME, Frames, LOSSY_TTL_MS, Sort, patch};
use crate::subject::work::parts;
use tidegate::model::attempts::handle::Handle;
use tidegate::model::streams::stream::FrameMode;
use tidegate::ops::streams::append::AppendFrameArgs;
use tidegate::ops::streams::frames::FramePage;
use tidegate::ops::streams::tail::TailStreamArgs;
use tidegate::{Code, Error, Result};

impl EngineSubject {
    /// Appends frames to the streams of what is claimed, in turn.
    pub(super) fn append_frames(&mut self, frames: Frames) -> Result<()> {
        for part in parts(frames.count, frames.batch) {
            if part == 1 {
                let args = self.frame(frames.sort)?;
                self.engine()?.call(args)?;
                continue;
            }
            let mut envelopes = Vec::with_capacity(part as usize);
            for _ in 0..part {
                envelopes.push(self.frame(frames.sort)?.into());
            }
            self.batch(envelopes)?;
        }
        Ok(())
    }

    fn frame(&mut self, sort: Sort) -> Result<AppendFrameArgs> {
        let handle = self.next_handle()?;
        self.handles.push_back(handle.clone());
        let (mode, ttl_ms, bytes) = match sort {
            Sort::Durable => (None, None, FRAME.to_vec()),
            Sort::Lossy => (Some(FrameMode::BestEffort), Some(LOSSY_TTL_MS), FRAME.to_vec()),
            Sort::Summary => {
                self.patches += 1;
                (Some(FrameMode::Summary), None, patch(self.patches - 1))
            }
        };
        Ok(AppendFrameArgs { handle, bytes: bytes.into(), mode, ttl_ms, ..AppendFrameArgs::default() })
    }

    /// Reads the one frame that came to the first stream since it was read last.
    pub(super) fn tail_one(&mut self) -> Result<()> {
        let page = self.page(None)?;
        if page.frames.len() == 1 { self.read(&page) } else { Err(unread()) }
    }

    /// Reads the first stream from its beginning.
    pub(super) fn read_frames(&mut self, page: u32) -> Result<u32> {
        self.seen.clear();
        let mut count = 0;
        loop {
            let found = self.page(Some(i64::from(page)))?;
            count += found.frames.len();
            self.read(&found)?;
            if !found.more {
                return u32::try_from(count).map_err(|_| unread());
            }
        }
    }

    fn page(&mut self, limit: Option<i64>) -> Result<FramePage> {
        let handle = Handle::decode(self.handles.front().ok_or_else(unread)?)?;
        let execution_id = handle.execution.text();
        let after = Some(self.seen.clone()).filter(|seen| !seen.is_empty());
        self.engine()?.call(TailStreamArgs { execution_id, after, limit, ..TailStreamArgs::default() })
    }

    fn read(&mut self, page: &FramePage) -> Result<()> {
        let newest = std::hint::black_box(page).frames.last().ok_or_else(unread)?;
        self.seen.clone_from(&newest.id);
        Ok(())
    }
}

#[cold]
fn unread() -> Error {
    Error::new(Code::InvariantBroken, "what was read of a stream is not what was appended")
}
