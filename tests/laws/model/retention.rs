//! Retention in the model: what is past it is hidden from every read at its very instant, and what a tick deletes of it
//! (contract: retention.hidden, retention.goes-whole, retention.tick).

use crate::model::state::Model;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const MINUTE_MS: i64 = 60_000;
/// Events that one tick deletes at most.
const TRIMMED_MAX: usize = 1_000;

impl Model {
    /// When the retention of an execution that has ended is over.
    pub fn kept_until(&self, row: usize) -> Option<i64> {
        let one = &self.executions[row];
        let kept_ms = one.made.retention_ms.or(self.retention.executions_ms).filter(|_| one.over())?;
        one.ended_at.map(|at| at + kept_ms)
    }

    fn is_past(&self, row: usize) -> bool {
        self.kept_until(row).is_some_and(|until| until <= self.last_instant)
    }

    /// Whether reads find it.
    pub fn visible(&self, row: usize) -> bool {
        !self.gone.contains(&row) && !self.is_past(row)
    }

    /// Rows of executions that are past their retention and stored still, in the order in which they go.
    pub fn past(&self) -> Vec<usize> {
        let ended = self.ended.iter().filter(|row| self.is_past(**row));
        let mut past: Vec<(Option<i64>, usize)> = ended.map(|row| (self.kept_until(*row), *row)).collect();
        past.sort_unstable();
        past.into_iter().map(|(_, row)| row).collect()
    }

    /// When the next execution and the next event are past their retention.
    pub fn next_past(&self) -> Option<i64> {
        let event = self.log.get(self.stored_from(self.trimmed)).and_then(|logged| logged.event["at"].as_i64());
        let event = event.zip(self.retention.events_ms).map(|(at, kept_ms)| at + kept_ms);
        self.ended.iter().filter_map(|row| self.kept_until(*row)).chain(event).min()
    }

    /// When time acts next: what is past its retention goes at the next full minute.
    pub fn next_due_at(&self) -> Option<i64> {
        let minute = |at: i64| (at + MINUTE_MS - 1).div_euclid(MINUTE_MS) * MINUTE_MS;
        self.first_due().map(|key| key.0).into_iter().chain(self.next_past().map(minute)).min()
    }

    /// Deletes an execution with all that belongs to it but its events.
    pub fn delete(&mut self, row: usize) {
        self.wrote = true;
        self.gone.insert(row);
        self.ended.remove(&row);
        self.dedup.retain(|_, one| one.execution != row);
        let one = &mut self.executions[row];
        one.steps.clear();
        one.streams.clear();
        if self.by_id.get(&one.id) == Some(&row) {
            self.by_id.remove(&one.id);
        }
    }

    /// A tick deletes; `left` is which rows it left of those past their retention. Answers whether there is more, or why
    /// it cannot have left these.
    pub fn purge_what_is_past(&mut self, left: &BTreeSet<usize>) -> Result<bool, String> {
        let (stored, now) = (self.ended.union(&self.open).copied().collect::<Vec<_>>(), self.last_instant);
        for row in stored {
            let purged: Vec<bool> = self.executions[row].streams.values_mut().map(|one| one.purge(now)).collect();
            self.wrote |= purged.contains(&true);
        }
        let past = self.past();
        // Those who wait for what has just ended ask for it first.
        let nothing_goes = !self.finished.is_empty() && *left == past.iter().copied().collect();
        let deleted: Vec<usize> = past.iter().copied().filter(|row| !left.contains(row)).collect();
        let in_order = past.starts_with(&deleted);
        // Ten of its thousand rows go for each at least.
        if !self.finished.is_empty() && !nothing_goes {
            return Err(format!("{past:?} wait for those who wait for {:?}; left: {left:?}", self.finished));
        }
        if !in_order || (!nothing_goes && past.len() > deleted.len() && deleted.len() < 8) || deleted.len() > 100 {
            return Err(format!("past their retention, in order: {past:?}; left by the tick: {left:?}"));
        }
        let more = !nothing_goes && deleted.len() < past.len();
        if !deleted.is_empty() {
            self.seen.insert("an execution that a tick deleted");
        }
        for row in deleted {
            self.delete(row);
        }
        let first = self.stored_from(self.trimmed);
        let until = (self.oldest_kept() - 1).min(first + TRIMMED_MAX);
        let trimmed = self.stored_between(first, until);
        self.wrote |= trimmed > 0;
        if trimmed > 0 {
            self.seen.insert("an event that a tick deleted");
        }
        if trimmed > 0 {
            self.trimmed = until;
        }
        Ok(more || trimmed == TRIMMED_MAX || (trimmed > 0 && until < self.oldest_kept() - 1))
    }

    /// How many events from one place to before another are stored.
    pub fn stored_between(&self, from: usize, to: usize) -> usize {
        (from..to).filter(|place| !self.log[*place].replaced).count()
    }

    /// What `inspect_storage` counts; how large the file is stands in the answer alone.
    pub fn inspect(&self, now: i64) -> Value {
        json!({ "freeable": {
            "executions": self.past().len(),
            "events": self.stored_between(self.trimmed, self.oldest_kept() - 1),
            "requests": self.requests.values().filter(|one| one.expires_at <= now).count(),
            "idempotencyKeys": self.dedup.values().filter(|one| one.expires_at <= now).count(),
        } })
    }
}
