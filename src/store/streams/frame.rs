//! Frames: appended at the end, trimmed at the beginning, read in between.

use crate::error::Result;
use crate::model::streams::frame::FrameId;
use crate::model::streams::stream::FrameKind;
use crate::store::Store;
use crate::store::driver::Row;

/// A frame as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameRow {
    /// Its id.
    pub id: FrameId,
    /// Whether it is a best-effort one.
    pub lossy: bool,
    /// When it was appended, in Unix ms.
    pub at: i64,
    /// What it is.
    pub kind: FrameKind,
    /// Its type, where that is not the word of its kind.
    pub frame_type: Option<String>,
    /// What its caller holds it together with others by.
    pub correlation_id: Option<String>,
    /// The number that its caller gave it.
    pub hint: Option<i64>,
    /// The version of the summary after it.
    pub summary_version: Option<i64>,
    /// The time to live of a best-effort one, in ms.
    pub ttl_ms: Option<i64>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Which frames of a stream are read.
#[derive(Clone, Copy, Debug)]
pub struct FrameRange {
    /// The first.
    pub from: FrameId,
    /// The last.
    pub to: FrameId,
    /// Durable frames of this instant and before are over.
    pub over_until: Option<i64>,
    /// Whether best-effort frames are among them.
    pub lossy: bool,
}

macro_rules! frame_columns {
    () => {
        "ms, seq, lossy, at, kind, frame_type, correlation_id, hint, summary_version, ttl_ms, bytes FROM frame \
         WHERE stream = ?1 AND (ms, seq) >= (?2, ?3) AND (ms, seq) <= (?4, ?5)"
    };
}

impl Store {
    /// Appends a frame; its bytes are borrowed, those of the row stay empty.
    pub fn insert_frame(&mut self, stream: i64, frame: &FrameRow, bytes: &[u8]) -> Result<()> {
        const SQL: &str = "INSERT INTO frame (stream, lossy, ms, seq, at, kind, frame_type, correlation_id, hint, \
             summary_version, ttl_ms, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let params = [
            stream.into(),
            i64::from(frame.lossy).into(),
            frame.id.ms.into(),
            frame.id.seq.into(),
            frame.at.into(),
            frame.kind.number().into(),
            frame.frame_type.as_deref().into(),
            frame.correlation_id.as_deref().into(),
            frame.hint.into(),
            frame.summary_version.into(),
            frame.ttl_ms.into(),
            bytes.into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }

    /// Frames of a range in order, at most so many.
    pub fn frames(&self, stream: i64, range: &FrameRange, limit: i64) -> Result<Vec<FrameRow>> {
        const KEPT: &str = concat!("SELECT ", frame_columns!(), " AND lossy = 0 AND at > ?6 ORDER BY ms, seq LIMIT ?7");
        const ALL: &str = concat!(
            "SELECT ",
            frame_columns!(),
            " AND lossy = 0 AND at > ?6 UNION ALL SELECT ",
            frame_columns!(),
            " AND lossy = 1 ORDER BY 1, 2 LIMIT ?7"
        );
        let params = [
            stream.into(),
            range.from.ms.into(),
            range.from.seq.into(),
            range.to.ms.into(),
            range.to.seq.into(),
            range.over_until.unwrap_or(-1).into(),
            limit.into(),
        ];
        self.all(if range.lossy { ALL } else { KEPT }, &params, read)
    }

    /// Deletes the oldest frames of one sort, so many; answers how many there were.
    pub fn trim_frames(&mut self, stream: i64, lossy: bool, count: i64) -> Result<i64> {
        const SQL: &str = "DELETE FROM frame WHERE (stream, lossy, ms, seq) IN (SELECT stream, lossy, ms, seq \
             FROM frame WHERE stream = ?1 AND lossy = ?2 ORDER BY ms, seq LIMIT ?3)";
        let gone = self.execute(SQL, &[stream.into(), i64::from(lossy).into(), count.into()])?;
        Ok(gone.cast_signed())
    }

    /// Deletes the oldest frames of a sort up to a millisecond, at most so many; answers how many.
    pub fn trim_over(&mut self, stream: i64, lossy: bool, until_ms: i64, rows_max: i64) -> Result<i64> {
        const SQL: &str = "DELETE FROM frame WHERE (stream, lossy, ms, seq) IN (SELECT stream, lossy, ms, seq \
             FROM frame WHERE stream = ?1 AND lossy = ?2 AND ms <= ?3 ORDER BY ms, seq LIMIT ?4)";
        let gone = self.execute(SQL, &[stream.into(), i64::from(lossy).into(), until_ms.into(), rows_max.into()])?;
        Ok(gone.cast_signed())
    }
}

fn read(row: &dyn Row) -> Result<FrameRow> {
    Ok(FrameRow {
        id: FrameId { ms: row.int(0)?, seq: row.int(1)? },
        lossy: row.int(2)? == 1,
        at: row.int(3)?,
        kind: FrameKind::of_number(row.int(4)?)?,
        frame_type: row.opt_text(5)?.map(str::to_owned),
        correlation_id: row.opt_text(6)?.map(str::to_owned),
        hint: row.opt_int(7)?,
        summary_version: row.opt_int(8)?,
        ttl_ms: row.opt_int(9)?,
        bytes: row.blob(10)?.to_vec(),
    })
}
