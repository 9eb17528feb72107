//! The floor of streams: a frame and the row of its stream, and the least that reads them. How many frames are kept is
//! reckoned as the engine does, because that is arithmetic; what is floored here are the statements.

use super::{Floor, unclaimed};
use crate::subject::frames::{FRAME, LOSSY_TTL_MS, Sort, member, patch};
use serde_json::{Map, Value as Json};
use tidegate::model::streams::frame::FrameId;
use tidegate::model::streams::retained::{ALPHA_DEFAULT, CEILING_DEFAULT, FLOOR_DEFAULT, Lossy, Stream};
use tidegate::store::driver::{Driver, Value};
use tidegate::{Code, Error, Result};

/// How best-effort frames are kept.
const LOSSY: Lossy =
    Lossy { ttl_ms: LOSSY_TTL_MS, floor: FLOOR_DEFAULT, ceiling: CEILING_DEFAULT, alpha: ALPHA_DEFAULT };

impl Floor {
    /// Appends a frame to the stream of what was claimed first.
    pub(super) fn append_one(&mut self, sort: Sort, now: i64) -> Result<()> {
        const INSERT: &str = "INSERT INTO stream (id, execution, attempt_index, frame_count, last_ms, last_seq, \
             gone_ms, kept_count, lossy_count, lossy_at, lossy_rate, lossy_only, frames_max, expires_at) \
             VALUES (?1, ?2, 0, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10, 10000, ?11)";
        const UPDATE: &str = "UPDATE stream SET frame_count = ?3, last_ms = ?4, last_seq = ?5, kept_count = ?6, \
             lossy_count = ?7, lossy_at = ?8, lossy_rate = ?9, lossy_only = ?10, expires_at = ?11 \
             WHERE id = ?1 AND execution = ?2";
        let lease = self.leases.pop_front().ok_or_else(unclaimed)?;
        let execution = self.held(&lease)?.0;
        self.leases.push_back(lease);
        let db = self.database.driver()?;
        let found = stream(&*db, execution)?;
        let known = found.is_some();
        let mut stream = found.unwrap_or_else(|| {
            self.next.payload += 1;
            Stream::new(self.next.payload - 1, 0, None)
        });
        self.append_to(&*db, &mut stream, sort, now)?;
        let params: [Value<'_>; 11] = [
            stream.row.into(),
            execution.into(),
            stream.frame_count.into(),
            stream.last.ms.into(),
            stream.last.seq.into(),
            stream.kept_count.into(),
            stream.lossy_count.into(),
            stream.lossy_at.into(),
            stream.lossy_rate.into(),
            i64::from(stream.lossy_only).into(),
            stream.expires_at.into(),
        ];
        db.execute(if known { UPDATE } else { INSERT }, &params).map(|_| ())
    }

    /// The frame, with what goes for it and what it patches.
    fn append_to(&mut self, db: &dyn Driver, stream: &mut Stream, sort: Sort, now: i64) -> Result<()> {
        const FRAME_ROW: &str = "INSERT INTO frame (stream, lossy, ms, seq, at, kind, summary_version, ttl_ms, bytes) \
             VALUES (?1, ?2, ?3, ?4, ?5, 3, ?6, ?7, ?8)";
        const TRIM: &str = "DELETE FROM frame WHERE (stream, lossy, ms, seq) IN (SELECT stream, lossy, ms, seq \
             FROM frame WHERE stream = ?1 AND lossy = ?2 ORDER BY ms, seq LIMIT ?3)";
        let lossy = sort == Sort::Lossy;
        let id = stream.append(now);
        let over = if lossy { stream.keep_lossy(now, &LOSSY) } else { stream.keep(now) };
        if over > 0 {
            db.execute(TRIM, &[stream.row.into(), i64::from(lossy).into(), over.into()])?;
        }
        let (mut bytes, mut version) = (FRAME.to_vec(), None);
        if sort == Sort::Summary {
            bytes = patch(self.patches);
            version = Some(patch_summary(db, stream.row, self.patches, now)?);
            self.patches += 1;
        }
        let params: [Value<'_>; 8] = [
            stream.row.into(),
            i64::from(lossy).into(),
            id.ms.into(),
            id.seq.into(),
            now.into(),
            version.into(),
            lossy.then_some(LOSSY_TTL_MS).into(),
            bytes.as_slice().into(),
        ];
        db.execute(FRAME_ROW, &params).map(|_| ())
    }

    /// Reads the one frame that came to the first stream since it was read last.
    pub(super) fn tail_one(&mut self) -> Result<()> {
        let stream = self.first_stream()?;
        if self.read_page(stream, 100)? == 1 { Ok(()) } else { Err(unread()) }
    }

    /// Reads the first stream from its beginning.
    pub(super) fn read_frames(&mut self, page: u32) -> Result<u32> {
        self.seen = FrameId::FIRST;
        let mut count = 0;
        loop {
            let stream = self.first_stream()?;
            let found = self.read_page(stream, page)?;
            count += found;
            if found < page {
                return Ok(count);
            }
        }
    }

    fn read_page(&mut self, stream: i64, limit: u32) -> Result<u32> {
        const SQL: &str = "SELECT ms, seq, lossy, at, kind, frame_type, correlation_id, hint, summary_version, ttl_ms, \
             bytes FROM frame WHERE stream = ?1 AND lossy = 0 AND (ms, seq) > (?2, ?3) ORDER BY ms, seq LIMIT ?4";
        let params: [Value<'_>; 4] =
            [stream.into(), self.seen.ms.into(), self.seen.seq.into(), i64::from(limit).into()];
        let (mut count, mut seen) = (0, self.seen);
        self.database.db()?.query(SQL, &params, &mut |row| {
            seen = FrameId { ms: row.int(0)?, seq: row.int(1)? };
            count += 1;
            (2..11).try_for_each(|column| {
                std::hint::black_box(row.value(column)?);
                Ok(())
            })
        })?;
        self.seen = seen;
        Ok(count)
    }

    /// The stream of what was claimed first, found by the id of its execution.
    fn first_stream(&self) -> Result<i64> {
        const SQL: &str = "SELECT s.id FROM execution e JOIN stream s ON s.execution = e.id AND s.attempt_index = 0 \
             WHERE e.public_id = ?1";
        let lease = self.leases.front().ok_or_else(unclaimed)?;
        let mut found = None;
        self.database.db()?.query(SQL, &[(&lease.public_id).into()], &mut |row| {
            found = Some(row.int(0)?);
            Ok(())
        })?;
        found.ok_or_else(unread)
    }
}

fn stream(db: &dyn Driver, execution: i64) -> Result<Option<Stream>> {
    const SQL: &str = "SELECT id, frame_count, last_ms, last_seq, kept_count, lossy_count, lossy_at, lossy_rate, \
         lossy_only, expires_at FROM stream WHERE execution = ?1 AND attempt_index = 0";
    let mut found = None;
    db.query(SQL, &[execution.into()], &mut |row| {
        let mut stream = Stream::new(row.int(0)?, 0, None);
        stream.frame_count = row.int(1)?;
        stream.last = FrameId { ms: row.int(2)?, seq: row.int(3)? };
        (stream.kept_count, stream.lossy_count) = (row.int(4)?, row.int(5)?);
        (stream.lossy_at, stream.lossy_rate) = (row.opt_int(6)?, row.int(7)?);
        (stream.lossy_only, stream.expires_at) = (row.int(8)? == 1, row.opt_int(9)?);
        found = Some(stream);
        Ok(())
    })?;
    Ok(found)
}

/// Sets one member of the document; answers its version.
fn patch_summary(db: &dyn Driver, stream: i64, patch: u32, now: i64) -> Result<i64> {
    const READ: &str = "SELECT document, version FROM summary WHERE stream = ?1";
    const INSERT: &str = "INSERT INTO summary (stream, document, version, first_applied_at, last_updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?4)";
    const UPDATE: &str = "UPDATE summary SET document = ?2, version = ?3, last_updated_at = ?4 WHERE stream = ?1";
    let (mut document, mut version) = (Map::new(), 0);
    db.query(READ, &[stream.into()], &mut |row| {
        document = serde_json::from_str(row.text(0)?).map_err(|_| unread())?;
        version = row.int(1)?;
        Ok(())
    })?;
    let (name, value) = member(patch);
    document.insert(name, Json::String(value));
    let text = Json::Object(document).to_string();
    let params: [Value<'_>; 4] = [stream.into(), (&text).into(), (version + 1).into(), now.into()];
    db.execute(if version == 0 { INSERT } else { UPDATE }, &params)?;
    Ok(version + 1)
}

#[cold]
fn unread() -> Error {
    Error::new(Code::InvariantBroken, "what was read of a stream is not what was appended")
}
