//! The log in the model: every event since the beginning, which of them are kept, and what those who read it are told
//! (contract: executions.wait-after, events.one-row).

use crate::calls::op::Watch;
use crate::json::hex;
use crate::model::answer::refused;
use crate::model::state::{Execution, Logged, Model, Phase};
use serde_json::{Value, json};

/// Of what stands in no history.
pub const PROGRESS: &str = "progress_reported";
const OPERATOR: [&str; 4] = ["replayed", "priority_changed", "woken", "clock_accepted"];

/// Whether an event belongs to one of some streams.
pub fn in_one_of(event: &Value, streams: &[&str]) -> bool {
    streams.iter().any(|stream| match *stream {
        "execution" => !event["publicState"].is_null(),
        "completion" => !event["completion"].is_null(),
        "lease" => !event["lease"].is_null(),
        "operator" => event["cause"].as_str().is_some_and(|cause| OPERATOR.contains(&cause)),
        "progress" => event["cause"] == PROGRESS,
        "flow" => event["cause"].as_str().is_some_and(|cause| cause.starts_with("flow_")),
        "worker" => event["cause"].as_str().is_some_and(|cause| cause.starts_with("worker_")),
        other => panic!("no stream is called {other}"),
    })
}

/// The position that a cursor stands after.
pub fn position(cursor: &str) -> usize {
    cursor[1..].parse().expect("a position")
}

fn text_after(position: usize) -> String {
    format!("e{position}")
}

impl Model {
    /// An event as it is told; its position is its place, counted from 1. What was reported goes with its execution.
    fn told(&self, logged: &Logged, position: usize) -> Value {
        let mut event = logged.event.clone();
        event["cursor"] = json!(text_after(position));
        if event["cause"] == PROGRESS && logged.row.is_some_and(|row| self.gone.contains(&row)) {
            event["detail"] = Value::Null;
        }
        event
    }

    /// The events of the step under way.
    pub fn events(&self) -> Vec<Value> {
        self.log[self.step_from..].iter().filter(|logged| !logged.replaced).map(|logged| logged.event.clone()).collect()
    }

    /// The position of the oldest event that is kept at the instant of the step.
    pub fn oldest_kept(&self) -> usize {
        let past = self.retention.events_ms.map_or(i64::MIN, |kept_ms| self.last_instant - kept_ms);
        let young = self.log.partition_point(|logged| logged.event["at"].as_i64().expect("an instant") <= past);
        // Engine time that went back brings nothing back that was trimmed.
        1 + self.stored_from(young.max(self.trimmed))
    }

    /// The place of the first event from a place on that is stored, or would be.
    pub fn stored_from(&self, place: usize) -> usize {
        let stored = |place: &usize| self.log.get(*place).is_none_or(|logged| !logged.replaced);
        (place..=self.log.len()).find(stored).unwrap_or(place)
    }

    /// The kept events of a row after a position, the oldest first.
    fn story(&self, row: usize, after: usize) -> impl DoubleEndedIterator<Item = (usize, &Logged)> {
        let from = self.oldest_kept().max(after + 1);
        let all = self.log.iter().enumerate().skip(from - 1).map(|(index, logged)| (index + 1, logged));
        all.filter(move |(_, logged)| logged.row == Some(row) && logged.event["cause"] != PROGRESS)
    }

    /// The position of the latest event of a row.
    fn last_of(&self, row: usize) -> usize {
        let told = |logged: &Logged| logged.row == Some(row) && logged.event["cause"] != PROGRESS;
        self.log.iter().rposition(told).expect("its creation") + 1
    }

    /// What was reported of an execution before leaves the log.
    pub fn replace_progress(&mut self, row: usize) {
        let stored = self.log.iter_mut().skip(self.trimmed);
        let former = stored.rev().find(|one| one.row == Some(row) && one.event["cause"] == PROGRESS && !one.replaced);
        if let Some(former) = former {
            former.replaced = true;
        }
    }

    /// Whether it is what a reader of the log wants.
    pub fn wanted(&self, logged: &Logged, watch: &Watch) -> bool {
        let event = &logged.event;
        let streams = if watch.streams.is_empty() { &["execution"][..] } else { &watch.streams };
        let tagged = |(key, value): &(String, String)| {
            let row = logged.row.filter(|row| self.visible(*row));
            row.is_some_and(|row| self.executions[row].made.tags.get(key) == Some(value))
        };
        !logged.replaced
            && in_one_of(event, streams)
            && watch.namespace.as_ref().is_none_or(|name| event["namespace"] == json!(name))
            && watch.id.as_ref().is_none_or(|id| event["executionId"] == json!(id))
            && watch.tag.as_ref().is_none_or(tagged)
    }

    /// Whether an event between a position and the oldest that is kept was hidden or trimmed.
    fn lost(&self, position: usize, oldest: usize) -> bool {
        (position + 1..oldest).any(|lost| !self.log[lost - 1].replaced)
    }

    /// A page of the log. Where a read stopped looking is taken from its answer, within reason.
    pub fn read_events(&self, watch: &Watch, found: &Value) -> Result<Value, Value> {
        let (newest, oldest) = (self.log.len(), self.oldest_kept());
        let after = match watch.after.as_str() {
            "" => newest,
            "start" => oldest - 1,
            cursor if position(cursor) > newest => return Err(refused("validation.invalid_input")),
            cursor if self.lost(position(cursor), oldest) => {
                let details = json!({ "oldest": text_after(oldest - 1) });
                return Err(json!({ "error": { "code": "state.cursor_too_old", "details": details } }));
            }
            cursor => position(cursor),
        };
        let size = usize::try_from(watch.limit.unwrap_or(100).min(1_000)).expect("a limit");
        let all = self.log.iter().enumerate().skip(after);
        let wanted = all.filter(|(_, logged)| self.wanted(logged, watch));
        let mut page: Vec<(usize, &Logged)> = wanted.map(|(index, logged)| (index + 1, logged)).take(size).collect();
        let full = page.len() == size;
        let mut last = if full { page.last().map_or(after, |(position, _)| *position) } else { newest };
        let stopped = found["ok"]["cursor"].as_str().map_or(last, position);
        if stopped < last && stopped >= after + 10_000 {
            page.retain(|(position, _)| *position <= stopped);
            last = stopped;
        }
        let events: Vec<Value> = page.iter().map(|(position, logged)| self.told(logged, *position)).collect();
        Ok(json!({ "events": events, "cursor": text_after(last), "atEnd": last >= newest }))
    }

    /// The newest first; a cursor is a place in the history of this very execution.
    pub fn history(
        &self,
        id: &str,
        streams: &[&str],
        (cursor, limit): (Option<&str>, Option<i64>),
        found: &Value,
    ) -> Result<Value, Value> {
        let Some(one) = self.find(id) else { return Err(refused("not_found.execution")) };
        let foreign = || Err(refused("validation.invalid_input"));
        let told = |logged: &Logged| logged.row == Some(one.row) && logged.event["cause"] != PROGRESS;
        let of_it = |position: usize| self.log.get(position - 1).is_some_and(told);
        let before = match cursor.map(position) {
            Some(position) if position > self.last_of(one.row) => return foreign(),
            // Whether the place is still known tells who else was there.
            Some(position) if position < self.oldest_kept() && found.get("error").is_none() => 0,
            Some(position) if self.log[position - 1].replaced => 0,
            Some(position) if !of_it(position) => return foreign(),
            Some(position) => position,
            None => usize::MAX,
        };
        let size = usize::try_from(limit.unwrap_or(100).min(1_000)).expect("a limit");
        let streams = if streams.is_empty() { &["lease", "operator"][..] } else { streams };
        let (mut events, mut last, mut next) = (Vec::new(), None, None);
        for (position, logged) in self.story(one.row, 0).rev().filter(|(position, _)| *position < before) {
            if events.len() == size {
                next = last.map(text_after);
                break;
            }
            last = Some(position);
            if in_one_of(&logged.event, streams) {
                events.push(self.told(logged, position));
            }
        }
        Ok(json!({ "events": events, "nextCursor": next }))
    }

    /// The first end since a cursor, or how it stands.
    pub fn wait(&self, id: &str, after: Option<&str>, found: &Value) -> Result<Value, Value> {
        // Who waits already finds it until it is deleted.
        let waits = after.is_some_and(|after| !after.is_empty());
        let stored =
            self.by_id.get(id).filter(|row| waits && !self.gone.contains(row)).map(|row| &self.executions[*row]);
        let Some(one) = stored.or_else(|| self.find(id)) else { return Err(refused("not_found.execution")) };
        let after = match after {
            None | Some("") => None,
            Some("start") => Some(0),
            Some(cursor) => Some(position(cursor)),
        };
        if after.is_some_and(|after| after > self.log.len()) {
            return Err(refused("validation.invalid_input"));
        }
        let story = self.story(one.row, after.unwrap_or(self.log.len()));
        let ends: Vec<_> = story.filter(|(_, logged)| !logged.event["completion"].is_null()).collect();
        if let Some((position, end)) = ends.first().filter(|_| ends.len() > 1 || !one.over()) {
            let mut answer = one.former_end(end);
            let named = |logged: &Logged| !logged.event["leaseEpoch"].is_null();
            // What an end is about that tells of no lease, an earlier event says, which may be trimmed.
            let mut before = self.story(one.row, 0).take_while(|(earlier, _)| earlier <= position);
            if !before.any(|(_, logged)| named(logged)) {
                answer["reason"] = found["ok"]["reason"].clone();
            }
            return Ok(answer);
        }
        let Phase::Ended { outcome } = one.phase else {
            return Ok(json!({ "pending": true, "after": text_after(self.last_of(one.row)) }));
        };
        let reason = one.ending.as_ref().map(|(reason, _)| reason.clone());
        Ok(one.end(outcome, one.attempts.len(), reason))
    }
}

impl Execution {
    /// How it ended before it was replayed, as far as that is still known.
    fn former_end(&self, end: &Logged) -> Value {
        let reason = match end.event["cause"].as_str() {
            Some("deadline_passed") => Some("execution_deadline".to_owned()),
            Some("attempt_timed_out") => Some("attempt_timeout".to_owned()),
            _ => None,
        };
        let outcome = end.event["completion"].as_str().expect("an outcome");
        self.end(outcome, end.attempts, reason)
    }

    /// How it ended after so many attempts; what made an attempt fail says more than what was said of the execution.
    fn end(&self, outcome: &str, attempts: usize, reason: Option<String>) -> Value {
        let attempt = attempts.checked_sub(1).map(|index| &self.attempts[index]);
        let failure = attempt.filter(|_| outcome == "failed").and_then(|attempt| attempt.failure.as_ref());
        let reason = failure.and_then(|failure| failure.message.clone()).or(reason);
        let result = attempt.filter(|_| outcome == "success").and_then(|attempt| attempt.result.as_ref());
        let (bytes, encoding) = result.map_or((None, None), |(bytes, encoding)| (bytes.as_ref(), encoding.as_ref()));
        json!({
            "outcome": outcome,
            "result": bytes.map(|bytes| hex(bytes)),
            "encoding": encoding.filter(|_| bytes.is_some()),
            "reason": reason.filter(|words| !words.is_empty()),
        })
    }
}
