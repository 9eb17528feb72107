//! Streams as calls find them: when one is closed, what a page of its frames shows, who may append. Contract:
//! streams.closing, streams.append, streams.closed, streams.bounds.

use crate::calls::handle::Handle;
use crate::calls::streaming::{Append, Mode, Streaming};
use crate::model::answer::refused;
use crate::model::state::{Attempt, Execution, Model, Next, Phase, count};
use crate::model::stream::{Folded, Frame, FrameId, Stream, patched};
use serde_json::{Value, json};

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
