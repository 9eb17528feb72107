//! The row of a stream, and the deletion of streams and of what is over in them.

use crate::error::Result;
use crate::model::streams::frame::FrameId;
use crate::model::streams::retained::Stream;
use crate::store::Store;

impl Store {
    /// A row for a new stream, from the counter of payloads.
    pub fn mint_stream_row(&mut self) -> i64 {
        self.mint_payload_row()
    }

    /// The stream of an attempt, once it has one.
    pub fn stream(&self, execution: i64, attempt_index: i64) -> Result<Option<Stream>> {
        const SQL: &str = "SELECT id, frame_count, last_ms, last_seq, gone_ms, kept_count, lossy_count, lossy_at, \
             lossy_rate, lossy_only, frames_max, ttl_ms, expires_at FROM stream \
             WHERE execution = ?1 AND attempt_index = ?2";
        self.first(SQL, &[execution.into(), attempt_index.into()], |row| {
            Ok(Stream {
                row: row.int(0)?,
                attempt_index,
                frame_count: row.int(1)?,
                last: FrameId { ms: row.int(2)?, seq: row.int(3)? },
                gone_ms: row.int(4)?,
                kept_count: row.int(5)?,
                lossy_count: row.int(6)?,
                lossy_at: row.opt_int(7)?,
                lossy_rate: row.int(8)?,
                lossy_only: row.int(9)? == 1,
                frames_max: row.int(10)?,
                ttl_ms: row.opt_int(11)?,
                expires_at: row.opt_int(12)?,
            })
        })
    }

    /// Saves a stream, new or known.
    pub fn save_stream(&mut self, execution: i64, stream: &Stream) -> Result<()> {
        const SQL: &str = "INSERT INTO stream (id, execution, attempt_index, frame_count, last_ms, last_seq, gone_ms, \
             kept_count, lossy_count, lossy_at, lossy_rate, lossy_only, frames_max, ttl_ms, expires_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
             ON CONFLICT (execution, attempt_index) DO UPDATE SET frame_count = ?4, last_ms = ?5, last_seq = ?6, \
             gone_ms = ?7, kept_count = ?8, lossy_count = ?9, lossy_at = ?10, lossy_rate = ?11, lossy_only = ?12, \
             expires_at = ?15";
        let params = [
            stream.row.into(),
            execution.into(),
            stream.attempt_index.into(),
            stream.frame_count.into(),
            stream.last.ms.into(),
            stream.last.seq.into(),
            stream.gone_ms.into(),
            stream.kept_count.into(),
            stream.lossy_count.into(),
            stream.lossy_at.into(),
            stream.lossy_rate.into(),
            i64::from(stream.lossy_only).into(),
            stream.frames_max.into(),
            stream.ttl_ms.into(),
            stream.expires_at.into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }

    /// Deletes the streams of an execution, at most so many frames; answers how many, and whether nothing is left.
    pub fn delete_streams(&mut self, execution: i64, rows_max: u64) -> Result<(u64, bool)> {
        const FIRST: &str = "SELECT id FROM stream WHERE execution = ?1 LIMIT 1";
        const FRAMES: &str = "DELETE FROM frame WHERE (stream, lossy, ms, seq) IN \
             (SELECT stream, lossy, ms, seq FROM frame WHERE stream = ?1 LIMIT ?2)";
        const SUMMARY: &str = "DELETE FROM summary WHERE stream = ?1";
        const STREAM: &str = "DELETE FROM stream WHERE id = ?1";
        let mut deleted = 0;
        while let Some(row) = self.first(FIRST, &[execution.into()], |row| row.int(0))? {
            let left = rows_max - deleted;
            let gone = self.execute(FRAMES, &[row.into(), left.cast_signed().into()])?;
            deleted += gone;
            if gone >= left {
                return Ok((deleted, false));
            }
            self.execute(SUMMARY, &[row.into()])?;
            self.execute(STREAM, &[row.into()])?;
        }
        Ok((deleted, true))
    }

    /// Deletes frames that readers no longer see, of streams whose latest are over, at most so many; answers how many.
    /// What is known of the stream stays, and so does its summary.
    pub fn purge_frames(&mut self, now: i64, rows_max: i64) -> Result<u64> {
        const DUE: &str = "SELECT id, lossy_only FROM stream WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 1";
        const KEPT: &str = "UPDATE stream SET kept_count = kept_count - ?2, \
             expires_at = CASE ?3 WHEN 1 THEN NULL ELSE expires_at END WHERE id = ?1";
        const LOSSY: &str = "UPDATE stream SET lossy_count = lossy_count - ?2, \
             expires_at = CASE ?3 WHEN 1 THEN NULL ELSE expires_at END WHERE id = ?1";
        let mut left = rows_max;
        while left > 0 {
            let due = self.first(DUE, &[now.into()], |row| Ok((row.int(0)?, row.int(1)? == 1)))?;
            let Some((row, lossy)) = due else { break };
            let gone = self.trim_frames(row, lossy, left)?;
            let done = i64::from(gone < left);
            self.execute(if lossy { LOSSY } else { KEPT }, &[row.into(), gone.into(), done.into()])?;
            left -= gone;
        }
        Ok((rows_max - left).unsigned_abs())
    }
}
