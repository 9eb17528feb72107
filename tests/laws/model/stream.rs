//! Streams in the model: what an append adds and trims, which frames readers see, the document that patches add up to,
//! when a stream is closed (contract: streams.append, streams.durable, streams.lossy-count, streams.closing).
//!
//! What is over and not purged yet is kept here as well, since it is hidden and not gone.

use crate::calls::streaming::{Append, Loose, Mode};
use crate::json::hex;
use serde_json::{Map, Value, json};

const FRAMES_MAX: i64 = 10_000;
const TRIMMED_AT_ONCE: usize = 256;
/// Durable frames past their time that one append deletes.
const OVER_AT_ONCE: usize = 4;
/// What a patch writes for a member that is to be null.
const NULL: &str = "__ff_null__";

/// Milliseconds and number.
pub type FrameId = (i64, i64);

#[derive(Clone, Debug)]
pub struct Frame {
    pub id: FrameId,
    pub at: i64,
    made: Append,
    pub version: Option<i64>,
}

/// A document and how it came to be.
#[derive(Clone, Debug)]
pub struct Folded {
    pub document: Value,
    pub version: i64,
    pub first_at: i64,
    pub last_at: i64,
}

#[derive(Clone, Debug)]
pub struct Stream {
    pub frames: Vec<Frame>,
    pub appended: i64,
    last: FrameId,
    /// Frames up to this millisecond are over.
    gone_ms: i64,
    loose_only: bool,
    loose_at: Option<i64>,
    /// Best-effort frames, in thousandths of one per second.
    rate: i64,
    frames_max: usize,
    ttl_ms: Option<i64>,
    expires_at: Option<i64>,
    pub summary: Option<Folded>,
}

impl Frame {
    pub fn loose(&self) -> bool {
        matches!(self.made.mode, Mode::BestEffort(_))
    }

    pub fn json(&self) -> Value {
        let text = std::str::from_utf8(&self.made.bytes).is_ok();
        let kind = self.made.kind.unwrap_or("event");
        let frame_type = self.made.frame_type.as_deref().filter(|words| !words.is_empty());
        let ttl_ms = if let Mode::BestEffort(loose) = self.made.mode { Some(loose.ttl_ms) } else { None };
        json!({
            "id": format!("{}-{}", self.id.0, self.id.1),
            "kind": kind,
            "frameType": frame_type.unwrap_or(kind),
            "mode": self.made.mode.word(),
            "encoding": if text { "utf8" } else { "binary" },
            "source": "worker",
            "correlationId": self.made.correlation_id,
            "seq": self.made.seq,
            "ts": self.at,
            "summaryVersion": self.version,
            "ttlMs": ttl_ms,
            "bytes": hex(&self.made.bytes),
        })
    }
}

impl Stream {
    pub fn new((frames_max, ttl_ms): (Option<i64>, Option<i64>)) -> Self {
        Self {
            frames: Vec::new(),
            appended: 0,
            last: (0, 0),
            gone_ms: 0,
            loose_only: true,
            loose_at: None,
            rate: 0,
            frames_max: usize::try_from(frames_max.unwrap_or(FRAMES_MAX)).expect("a number of frames"),
            ttl_ms,
            expires_at: None,
            summary: None,
        }
    }

    fn is_over(&self, now: i64) -> bool {
        self.loose_only && self.expires_at.is_some_and(|at| at <= now)
    }

    /// What readers see.
    pub fn visible(&self, now: i64) -> impl Iterator<Item = &Frame> {
        let gone_ms = if self.is_over(now) { self.last.0 } else { self.gone_ms };
        let fresh = move |frame: &&Frame| frame.loose() || self.ttl_ms.is_none_or(|ttl_ms| frame.at > now - ttl_ms);
        self.frames.iter().filter(move |frame| frame.id.0 > gone_ms).filter(fresh)
    }

    /// The instants at which something of it is over.
    pub fn edges(&self) -> impl Iterator<Item = i64> {
        let kept = self.frames.iter().filter(|frame| !frame.loose());
        kept.filter_map(|frame| self.ttl_ms.map(|ttl_ms| frame.at + ttl_ms)).chain(self.expires_at)
    }

    pub fn append(&mut self, made: &Append, now: i64) -> &Frame {
        if self.is_over(now) {
            self.gone_ms = self.last.0;
        }
        let ms = now.max(self.last.0).max(self.gone_ms + 1);
        self.last = (ms, if ms == self.last.0 { self.last.1 + 1 } else { 0 });
        self.appended += 1;
        let over = match made.mode {
            Mode::BestEffort(loose) => self.keep_loose(loose, now),
            Mode::Durable | Mode::Summary => self.keep(now),
        };
        self.trim(matches!(made.mode, Mode::BestEffort(_)), over);
        if let (Mode::Durable | Mode::Summary, Some(ttl_ms)) = (made.mode, self.ttl_ms) {
            let past = self.frames.iter().filter(|frame| !frame.loose() && frame.id.0 <= now - ttl_ms).count();
            self.trim(false, past.min(OVER_AT_ONCE));
        }
        let hidden = self.frames.iter().filter(|frame| frame.loose() && frame.id.0 <= self.gone_ms).count();
        self.trim(true, hidden.min(TRIMMED_AT_ONCE));
        let version = self.summary.as_ref().filter(|_| matches!(made.mode, Mode::Summary)).map(|one| one.version);
        self.frames.push(Frame { id: self.last, at: now, made: made.clone(), version });
        self.frames.last().expect("a frame")
    }

    /// How many go for a frame that is kept.
    fn keep(&mut self, now: i64) -> usize {
        self.loose_only = false;
        self.expires_at = self.ttl_ms.map(|ttl_ms| now + ttl_ms);
        (self.frames.iter().filter(|frame| !frame.loose()).count() + 1).saturating_sub(self.frames_max)
    }

    /// How many go for a best-effort one: those of about two times to live stay.
    fn keep_loose(&mut self, loose: Loose, now: i64) -> usize {
        let alpha = loose.alpha.unwrap_or(200_000);
        self.rate = self.loose_at.map_or(0, |at| {
            let newest = 1_000_000 / (now - at).max(1);
            (alpha * newest + (1_000_000 - alpha) * self.rate) / 1_000_000
        });
        self.loose_at = Some(now);
        if self.loose_only {
            self.expires_at = Some(now + 2 * loose.ttl_ms);
        }
        let ceiling = loose.ceiling.unwrap_or(16_384);
        let within = (self.rate * loose.ttl_ms + 999_999) / 1_000_000;
        let wanted = (within * 2).clamp(loose.floor.unwrap_or_else(|| ceiling.min(64)), ceiling);
        let stored = self.frames.iter().filter(|frame| frame.loose()).count() + 1;
        stored.saturating_sub(usize::try_from(wanted).expect("a number of frames")).min(TRIMMED_AT_ONCE)
    }

    /// Takes so many of the oldest of one sort away.
    fn trim(&mut self, loose: bool, mut over: usize) {
        self.frames.retain(|frame| {
            let goes = over > 0 && frame.loose() == loose;
            over -= usize::from(goes);
            !goes
        });
    }

    /// A tick deletes what nobody sees any more of a stream whose latest frames are over.
    pub fn purge(&mut self, now: i64) -> bool {
        let over = self.expires_at.is_some_and(|at| at <= now);
        if over {
            let loose_only = self.loose_only;
            self.frames.retain(|frame| frame.loose() != loose_only);
            self.expires_at = None;
        }
        over
    }

    /// Its end is told from its latest frame, as frames are.
    pub fn shift(&mut self, back: impl Fn(&mut i64)) {
        let latest =
            if self.loose_only { self.loose_at } else { self.expires_at.zip(self.ttl_ms).map(|(at, ms)| at - ms) };
        if let (Some(latest), Some(expires_at)) = (latest, &mut self.expires_at) {
            let mut moved = latest;
            back(&mut moved);
            *expires_at += moved - latest;
        }
        self.loose_at.iter_mut().for_each(&back);
        self.frames.iter_mut().for_each(|frame| back(&mut frame.at));
        if let Some(summary) = &mut self.summary {
            back(&mut summary.first_at);
            back(&mut summary.last_at);
        }
    }
}

/// The document after a patch (RFC 7396).
pub fn patched(document: Option<Value>, patch: &Value) -> Value {
    let Value::Object(members) = patch else { return with_nulls(patch) };
    let mut patched = if let Some(Value::Object(known)) = document { known } else { Map::new() };
    for (name, change) in members {
        let former = patched.remove(name);
        if !change.is_null() {
            patched.insert(name.clone(), self::patched(former, change));
        }
    }
    Value::Object(patched)
}

fn with_nulls(value: &Value) -> Value {
    match value {
        Value::String(text) if text == NULL => Value::Null,
        Value::Array(items) => items.iter().map(with_nulls).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), with_nulls(value))).collect::<Map<_, _>>().into()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
