//! Streams in the model: what an append adds and trims, which frames readers see, the document that patches add up to,
//! when a stream is closed (lifecycle §17; decisions 3.4, 3.6, 3.7, 3.17).
//!
//! What is over and not purged yet is kept here as well, since it is hidden and not gone.

use crate::handle::Handle;
use crate::model::{Attempt, Execution, Model, Next, Phase, count};
use crate::op::hex;
use crate::rules::refused;
use crate::streaming::{Append, Loose, Mode, Streaming};
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
    version: Option<i64>,
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
    appended: i64,
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

    fn json(&self) -> Value {
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
    fn new((frames_max, ttl_ms): (Option<i64>, Option<i64>)) -> Self {
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

    fn append(&mut self, made: &Append, now: i64) -> &Frame {
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

    pub fn shift(&mut self, back: impl Fn(&mut i64)) {
        let optional = [&mut self.loose_at, &mut self.expires_at];
        optional.into_iter().flatten().for_each(&back);
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

impl Attempt {
    /// Since when and why its stream is closed, `phase` being that of its execution while it is the latest.
    fn closure(&self, phase: Phase) -> Option<(i64, &'static str)> {
        if let Some((lifecycle, at)) = self.ended {
            let reason = match lifecycle {
                "ended_success" => "attempt_success",
                "ended_cancelled" => "attempt_cancelled",
                "interrupted_reclaimed" => "reclaimed",
                _ if self.expired => "expired",
                _ => "attempt_failure",
            };
            return Some((at, reason));
        }
        let revoked_at = self.finished.filter(|(verb, _)| *verb == "revoke").and_then(|(_, at)| at);
        match phase {
            Phase::Lapsed { expired_at, .. } => Some((expired_at, "lease_expired")),
            Phase::Held { .. } => None,
            Phase::Waiting { .. } | Phase::Delayed { .. } | Phase::Blocked { .. } | Phase::Ended { .. } => {
                revoked_at.map(|at| (at, "attempt_interrupted"))
            }
        }
    }
}

impl Execution {
    /// The closure of the stream of its latest attempt.
    pub fn latest_closure(&self) -> Option<(i64, &'static str)> {
        self.attempts.last().and_then(|attempt| attempt.closure(self.phase))
    }

    fn page_of_frames(&self, index: i64, frames: &[&Frame], limit: Option<i64>) -> Value {
        let size = usize::try_from(limit.unwrap_or(100)).expect("a limit");
        let attempt = usize::try_from(index).ok().and_then(|index| self.attempts.get(index));
        // Only the latest attempt can be under way.
        let phase = if index == count(&self.attempts) - 1 { self.phase } else { Phase::Waiting { next: Next::First } };
        let closure = attempt.and_then(|attempt| attempt.closure(phase));
        let over = if attempt.is_none() {
            self.over()
        } else {
            closure.is_some_and(|(_, reason)| !["attempt_interrupted", "lease_expired"].contains(&reason))
        };
        let shown: Vec<Value> = frames.iter().take(size).map(|frame| frame.json()).collect();
        json!({
            "attemptIndex": index,
            "frames": shown,
            "more": frames.len() > size,
            "closedAt": closure.map(|(at, _)| at),
            "closedReason": closure.map(|(_, reason)| reason),
            "over": over,
        })
    }
}

/// The first and the last id that a cursor of a reader stands for.
fn bounds(cursor: &str) -> (FrameId, FrameId) {
    match (cursor, cursor.split_once('-')) {
        ("start", _) => ((0, 0), (0, 0)),
        ("end", _) => ((i64::MAX, 0), (i64::MAX, 0)),
        (_, Some((ms, seq))) => {
            let id = (ms.parse().expect("milliseconds"), seq.parse().expect("a number"));
            (id, id)
        }
        (ms, None) => {
            let ms = ms.parse().expect("milliseconds");
            ((ms, 0), (ms, i64::MAX))
        }
    }
}

impl Model {
    pub fn streaming(&mut self, call: &Streaming, now: i64) -> Result<Value, Value> {
        let (id, index) = match call {
            Streaming::Append(append) => return self.append(append, now),
            Streaming::Read { id, index, .. }
            | Streaming::Tail { id, index, .. }
            | Streaming::Summary { id, index } => (id, index),
        };
        let Some(one) = self.find(id) else { return Err(refused("not_found.execution")) };
        let index = index.unwrap_or_else(|| one.pointer());
        let stream = one.streams.get(&index);
        let visible = stream.into_iter().flat_map(|stream| stream.visible(now));
        Ok(match call {
            Streaming::Read { from, to, limit, .. } => {
                let from = bounds(from.as_deref().unwrap_or("start")).0;
                let to = bounds(to.as_deref().unwrap_or("end")).1;
                let within = visible.filter(|frame| (from..=to).contains(&frame.id));
                one.page_of_frames(index, &within.collect::<Vec<_>>(), *limit)
            }
            Streaming::Tail { after, limit, kept_only, .. } => {
                let after = bounds(after.as_deref().unwrap_or("0-0")).0;
                let later = visible.filter(|frame| frame.id > after && !(*kept_only && frame.loose()));
                one.page_of_frames(index, &later.collect::<Vec<_>>(), *limit)
            }
            Streaming::Append(_) | Streaming::Summary { .. } => {
                stream.and_then(|stream| stream.summary.as_ref()).map_or(Value::Null, |summary| {
                    json!({
                        "documentJson": summary.document.to_string(),
                        "version": summary.version,
                        "patchKind": "json-merge-patch",
                        "lastUpdatedMs": summary.last_at,
                        "firstAppliedMs": summary.first_at,
                    })
                })
            }
        })
    }

    fn append(&mut self, made: &Append, now: i64) -> Result<Value, Value> {
        let row = self.gate_held(&made.handle).map_err(as_a_stream_says)?;
        let index = index_of(&made.handle);
        let one = &mut self.executions[row];
        let policy = one.made.stream.unwrap_or_default();
        let stream = one.streams.entry(index).or_insert_with(|| Stream::new(policy));
        if let Mode::Summary = made.mode {
            let patch: Value = serde_json::from_slice(&made.bytes).expect("a patch");
            let former = stream.summary.take();
            let (version, first_at) = former.as_ref().map_or((1, now), |one| (one.version + 1, one.first_at));
            let document = patched(former.map(|one| one.document), &patch);
            stream.summary = Some(Folded { document, version, first_at, last_at: now });
        }
        let frame = stream.append(made, now);
        let (id, version) = (frame.id, frame.version);
        let appended = stream.appended;
        self.wrote = true;
        self.stream_wakes.insert(one.id.clone());
        self.touched.insert(row);
        Ok(json!({ "streamId": format!("{}-{}", id.0, id.1), "frameCount": appended, "summaryVersion": version }))
    }
}

pub fn index_of(handle: &Handle) -> i64 {
    i64::from(handle.attempt_index)
}

/// The gate's refusals under a stream's names.
fn as_a_stream_says(mut refusal: Value) -> Value {
    let code = match refusal["error"]["code"].as_str() {
        Some("contention.execution_not_active") => "state.stream_closed",
        Some("contention.lease_conflict" | "state.lease_expired" | "state.lease_revoked") => {
            "state.stale_owner_cannot_append"
        }
        Some(_) | None => return refusal,
    };
    refusal["error"]["code"] = json!(code);
    refusal
}
