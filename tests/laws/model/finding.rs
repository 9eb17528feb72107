//! What the model expects of who looks for executions: tags, searches, counts (contract: executions.search,
//! executions.tag-set).

use crate::calls::inquiry::{Inquiry, Search};
use crate::model::answer::refused;
use crate::model::state::{Execution, Model};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every state, in the order in which they are counted.
pub const STATES: [&str; 11] = [
    "waiting",
    "delayed",
    "rate_limited",
    "waiting_children",
    "active",
    "suspended",
    "completed",
    "failed",
    "cancelled",
    "expired",
    "skipped",
];

impl Model {
    pub fn inquiry(&mut self, inquiry: &Inquiry, now: i64, found: &Value) -> Result<Value, Value> {
        match inquiry {
            Inquiry::SetTag { id, key, value } => self.set_tag(id, key, value, now),
            Inquiry::GetTag { id, key } => Ok(json!(self.find(id).and_then(|one| one.made.tags.get(key)))),
            Inquiry::Search(search) => Ok(self.search(search, found)),
            Inquiry::Count { lane, namespace } => Ok(self.count(lane.as_ref(), namespace.as_ref())),
            Inquiry::History { id, streams, cursor, limit } => {
                self.history(id, streams, (cursor.as_deref(), *limit), found)
            }
            Inquiry::Wait { id, after } => self.wait(id, after.as_deref(), found),
            Inquiry::Attempts { id, cursor, limit } => self.attempts(id, cursor.as_deref(), *limit),
            Inquiry::Inspect => Ok(self.inspect(now)),
        }
    }

    /// The newest first. Contract: attempts.list.
    fn attempts(&self, id: &str, cursor: Option<&str>, limit: Option<i64>) -> Result<Value, Value> {
        let Some(one) = self.find(id) else { return Err(refused("not_found.execution")) };
        let before = cursor.map_or(usize::MAX, |cursor| cursor[1..].parse().expect("an index"));
        let size = usize::try_from(limit.unwrap_or(100).min(1_000)).expect("a limit");
        let mut lines = one.attempt_lines();
        lines.truncate(before);
        let (left, page) = lines.split_at(lines.len().saturating_sub(size));
        let next = (!left.is_empty() && !page.is_empty()).then(|| format!("x{}", left.len()));
        Ok(json!({ "attempts": page.iter().rev().collect::<Vec<_>>(), "nextCursor": next }))
    }

    /// No event tells of a tag; one that it has already is not written again.
    fn set_tag(&mut self, id: &str, key: &str, value: &str, now: i64) -> Result<Value, Value> {
        let Some(row) = self.find(id).map(|one| one.row) else { return Err(refused("not_found.execution")) };
        let one = &mut self.executions[row];
        if one.made.tags.insert(key.to_owned(), value.to_owned()).as_deref() != Some(value) {
            one.changed_at = now;
            self.wrote = true;
        }
        self.touched.insert(row);
        Ok(json!({ "key": key, "value": value }))
    }

    /// What a search finds, in its order.
    pub fn matching(&self, search: &Search) -> Vec<&Execution> {
        let rows = self.executions.iter().filter(|one| self.visible(one.row) && one.matches(search));
        if search.oldest_first { rows.collect() } else { rows.rev().collect() }
    }

    /// A page of them. A cursor stands for any place between two matches: which one is taken from the answer.
    fn search(&self, search: &Search, found: &Value) -> Value {
        let place = |cursor: &str| cursor[1..].parse::<usize>().expect("a row") - 1;
        if let Some(before) = search.before.as_deref().map(place) {
            return self.search_back(search, before, found);
        }
        let after = search.cursor.as_deref().map(place);
        let later =
            |one: &&Execution| after.is_none_or(|row| if search.oldest_first { one.row > row } else { one.row < row });
        let all: Vec<&Execution> = self.matching(search).into_iter().filter(later).collect();
        let size = usize::try_from(search.limit.unwrap_or(100).min(1_000)).expect("a limit");
        let known = search.namespace.as_deref().is_none_or(|name| self.namespace(name).is_some());
        let more = size > 0 && known && all.len() > size;
        let page = &all[..all.len().min(size)];
        let next = page.last().filter(|_| more).map(|last| {
            let cursor = found["ok"]["nextCursor"].as_str().unwrap_or_default();
            let (low, high) = (last.row.min(all[size].row), last.row.max(all[size].row));
            let fits = !cursor.is_empty() && (low..=high).contains(&place(cursor)) && place(cursor) != all[size].row;
            if fits { cursor.to_owned() } else { format!("x{}", last.row + 1) }
        });
        let came = page.first().filter(|_| after.is_some()).map(|first| format!("x{}", first.row + 1));
        json!({ "executions": lines(page), "nextCursor": next, "previousCursor": came })
    }

    /// The page before a place is the page after it of the opposite search, turned round.
    fn search_back(&self, search: &Search, before: usize, found: &Value) -> Value {
        let (cursor, oldest_first) = (Some(format!("x{}", before + 1)), !search.oldest_first);
        let opposite = Search { cursor, before: None, oldest_first, ..search.clone() };
        let turned = json!({ "ok": { "nextCursor": found["ok"]["previousCursor"] } });
        let mut page = self.search(&opposite, &turned);
        if let Some(lines) = page["executions"].as_array_mut() {
            lines.reverse();
        }
        let (onward, back) = (page["nextCursor"].take(), page["previousCursor"].take());
        json!({ "executions": page["executions"], "nextCursor": back, "previousCursor": onward })
    }

    /// By lane; a lane without executions is left out.
    pub fn count(&self, lane: Option<&String>, namespace: Option<&String>) -> Value {
        let mut lanes: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
        let none = || STATES.map(|state| (state, 0)).into_iter().collect::<BTreeMap<&str, i64>>();
        let mut total = none();
        let filter = Search { lane: lane.cloned(), namespace: namespace.cloned(), ..Search::default() };
        for one in self.matching(&filter) {
            let counts = lanes.entry(&one.made.lane).or_insert_with(none);
            *counts.entry(one.public_state()).or_default() += 1;
            *total.entry(one.public_state()).or_default() += 1;
        }
        let lanes: Vec<Value> = lanes.iter().map(|(lane, counts)| json!({ "lane": lane, "counts": counts })).collect();
        json!({ "lanes": lanes, "total": total })
    }
}

fn lines(page: &[&Execution]) -> Vec<Value> {
    page.iter().map(|one| one.summary()).collect()
}

impl Execution {
    /// Whether a search looks for it, its cursor aside.
    pub fn matches(&self, search: &Search) -> bool {
        let is = |wanted: Option<&String>, value: &str| wanted.is_none_or(|wanted| wanted == value);
        is(search.lane.as_ref(), &self.made.lane)
            && is(search.kind.as_ref(), &self.made.kind)
            && is(search.namespace.as_ref(), self.made.namespace.as_deref().unwrap_or("default"))
            && (search.states.is_empty() || search.states.contains(&self.public_state()))
            && search.tags.iter().all(|(key, value)| self.made.tags.get(key) == Some(value))
            && search.created_from.is_none_or(|at| self.created_at >= at)
            && search.created_before.is_none_or(|at| self.created_at < at)
    }
}
