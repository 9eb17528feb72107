//! How much of a stream is kept: what an append adds, and how many of the oldest frames it trims.
//!
//! Invariant: whole numbers only, so that every host comes to the same. Best-effort frames are trimmed for best-effort
//! frames alone; what readers see of a stream depends on no tick. Contract: streams.durable, streams.lossy-count,
//! streams.lossy-rate, streams.lossy-over.

use super::frame::FrameId;
use crate::model::executions::policy::StreamPolicy;

/// The newest durable frames that are kept when nothing is set.
pub const FRAMES_DEFAULT: i64 = 10_000;
/// Best-effort frames that are kept at least, unless a frame says otherwise.
pub const FLOOR_DEFAULT: i64 = 64;
/// Best-effort frames that are kept at most, unless a frame says otherwise.
pub const CEILING_DEFAULT: i64 = 16_384;
/// Best-effort frames that may be kept at most.
pub const CEILING_MAX: i64 = 1_000_000;
/// The weight of the newest distance, in millionths, unless a frame says otherwise.
pub const ALPHA_DEFAULT: i64 = 200_000;
/// Best-effort frames that one append trims at most.
pub const TRIM_MAX: i64 = 256;

/// One, in the millionths of weights and the thousandths of frames per 1 000 ms.
const MILLION: i64 = 1_000_000;

/// How a best-effort frame is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lossy {
    /// Its time to live, in ms.
    pub ttl_ms: i64,
    /// Frames kept at least.
    pub floor: i64,
    /// Frames kept at most.
    pub ceiling: i64,
    /// The weight of the newest distance in the average, in millionths.
    pub alpha: i64,
}

/// What is known of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its row.
    pub row: i64,
    /// The attempt it belongs to.
    pub attempt_index: i64,
    /// Appends over its life.
    pub frame_count: i64,
    /// Its newest frame.
    pub last: FrameId,
    /// Frames up to this millisecond are over.
    pub gone_ms: i64,
    /// Durable and summary frames that are stored.
    pub kept_count: i64,
    /// Best-effort frames that are stored.
    pub lossy_count: i64,
    /// When the latest best-effort frame came, in Unix ms.
    pub lossy_at: Option<i64>,
    /// Best-effort frames, in thousandths of one per second, on average.
    pub lossy_rate: i64,
    /// Whether it never had any but best-effort frames.
    pub lossy_only: bool,
    /// Durable and summary frames that are kept at most.
    pub frames_max: i64,
    /// For how long those are kept, in ms.
    pub ttl_ms: Option<i64>,
    /// When its latest frames are over, in Unix ms.
    pub expires_at: Option<i64>,
}

impl Stream {
    /// A stream before its first frame.
    pub fn new(row: i64, attempt_index: i64, policy: Option<&StreamPolicy>) -> Self {
        Self {
            row,
            attempt_index,
            frame_count: 0,
            last: FrameId::FIRST,
            gone_ms: 0,
            kept_count: 0,
            lossy_count: 0,
            lossy_at: None,
            lossy_rate: 0,
            lossy_only: true,
            frames_max: policy.and_then(|policy| policy.retention_maxlen).unwrap_or(FRAMES_DEFAULT),
            ttl_ms: policy.and_then(|policy| policy.retention_ttl_ms),
            expires_at: None,
        }
    }

    /// The instant up to which durable frames are over by now.
    pub fn over_until(&self, now: i64) -> Option<i64> {
        self.ttl_ms.map(|ttl_ms| now.saturating_sub(ttl_ms))
    }

    /// The first frame that is not over by now, were it a best-effort one.
    pub fn first_kept(&self, now: i64) -> FrameId {
        let gone_ms = if self.is_over(now) { self.last.ms } else { self.gone_ms };
        FrameId { ms: gone_ms + 1, seq: 0 }
    }

    /// Whether all its frames were best-effort ones and are over.
    fn is_over(&self, now: i64) -> bool {
        self.lossy_only && self.expires_at.is_some_and(|at| at <= now)
    }

    /// Counts a frame in; answers its id. What was over before stays so.
    pub fn append(&mut self, now: i64) -> FrameId {
        if self.is_over(now) {
            self.gone_ms = self.last.ms;
        }
        let ms = now.max(self.last.ms).max(self.gone_ms + 1);
        let seq = if ms == self.last.ms { self.last.seq + 1 } else { 0 };
        self.frame_count += 1;
        self.last = FrameId { ms, seq };
        self.last
    }

    /// Keeps a durable or summary frame; answers how many of the oldest go for it.
    pub fn keep(&mut self, now: i64) -> i64 {
        let over = (self.kept_count + 1 - self.frames_max).max(0);
        self.kept_count += 1 - over;
        self.lossy_only = false;
        self.expires_at = self.ttl_ms.map(|ttl_ms| now.saturating_add(ttl_ms));
        over
    }

    /// Keeps a best-effort frame; answers how many of the oldest go for it.
    pub fn keep_lossy(&mut self, now: i64, lossy: &Lossy) -> i64 {
        self.lossy_rate = self.lossy_at.map_or(0, |at| {
            let newest = MILLION / (now - at).max(1);
            (lossy.alpha * newest + (MILLION - lossy.alpha) * self.lossy_rate) / MILLION
        });
        self.lossy_at = Some(now);
        let over = (self.lossy_count + 1 - lossy.frames(self.lossy_rate)).clamp(0, TRIM_MAX);
        self.lossy_count += 1 - over;
        if self.lossy_only {
            self.expires_at = Some(now + 2 * lossy.ttl_ms);
        }
        over
    }
}

impl Lossy {
    /// How many frames are kept at this rate: those of two times to live.
    pub fn frames(&self, rate: i64) -> i64 {
        let within = rate.saturating_mul(self.ttl_ms).saturating_add(MILLION - 1) / MILLION;
        (within * 2).clamp(self.floor, self.ceiling)
    }
}
