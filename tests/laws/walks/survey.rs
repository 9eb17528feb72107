//! What a walk looks at beside the answers: rows, counters, whole tables, streams, what surrounds executions.

use crate::calls::inquiry::Inquiry;
use crate::calls::op::Op;
use crate::calls::registry::Registry;
use crate::calls::streaming::Streaming;
use crate::model::state::Execution;
use crate::rows::tables::{broken_rules, number, query, query_with};
use crate::walks::walk::Walk;
use serde_json::Value;

impl Walk {
    pub fn look_at(&mut self, row: usize) {
        let one = &self.model.executions[row];
        let (id, expected, wanted) = (one.id.clone(), one.snapshot(), one.row_picture());
        if !self.model.visible(row) {
            return self.look_at_what_is_hidden(row);
        }
        let snapshot = self.read_raw(Op::Describe { id: id.clone() });
        self.agree("describe_execution", &expected, &snapshot);
        let verdict = self.history.snapshot(&snapshot);
        self.law(verdict);
        let sql = "SELECT claim_rank, due_at, expires_at, granted_until FROM execution WHERE id = ?1";
        let place = i64::try_from(row).expect("a row") + 1;
        let stored = query_with(&*self.world.driver(), sql, &[place.into()]);
        if stored != [wanted.clone()] {
            self.stop("the row", &[format!("{id}: {sql}: expected {wanted:?}, found {stored:?}")]);
        }
    }

    pub fn counters(&self) {
        let db = self.world.driver();
        let stored = query(&*db, "SELECT last_instant, next_execution, next_position FROM meta");
        let model = &self.model;
        let wanted = [
            model.stored_instant.to_string(),
            (model.executions.len() + 1).to_string(),
            (model.log.len() + 1).to_string(),
        ];
        if stored != [wanted.to_vec()] {
            self.stop("the counters", &[format!("expected {wanted:?}, found {stored:?}")]);
        }
    }

    /// Every execution under way and the latest that ended, at the end of the walk all; and all rows.
    pub fn look_at_everything(&mut self, at_the_end: bool) {
        self.doing = format!("looking at everything at {}", self.host_now);
        self.tick();
        let count = self.model.executions.len();
        let recent = if at_the_end { 0 } else { count.saturating_sub(60) };
        for row in 0..count {
            if row >= recent || self.model.open.contains(&row) {
                self.look_at(row);
            }
        }
        let db = self.world.driver();
        let broken = broken_rules(&*db);
        if !broken.is_empty() {
            self.stop("the rules among rows", &broken);
        }
        let model = &self.model;
        let open = |row: &usize| &model.executions[*row];
        let streams = || model.executions.iter().flat_map(|one| one.streams.values());
        let counts = [
            ("execution", model.open.len() + model.ended.len()),
            ("event", model.stored_between(model.trimmed, model.log.len())),
            ("frame", streams().map(|stream| stream.frames.len()).sum()),
            ("summary", streams().filter(|stream| stream.summary.is_some()).count()),
            ("dedup", model.dedup.len()),
            ("request", model.requests.len()),
            ("worker", model.workers.len()),
            ("lane", model.lanes.len()),
            ("kind_route", model.routes.len()),
            ("namespace", model.namespaces.len()),
            ("execution_grant", model.open.iter().filter(|row| open(row).grant.is_some()).count()),
            ("step", model.executions.iter().map(|one| one.steps.len()).sum()),
        ];
        for (table, wanted) in counts {
            let kept = number(&*db, &format!("SELECT count(*) FROM {table}"));
            if i64::try_from(wanted) != Ok(kept) {
                self.stop("the rows of a table", &[format!("{table}: expected {wanted}, found {kept}")]);
            }
        }
        self.look_at_what_surrounds_them();
        self.look_at_streams();
        let counted = self.read_raw(Op::Inquiry(Inquiry::Count { lane: None, namespace: None }));
        self.agree("counts equal a recount", &self.model.count(None, None), &counted);
    }

    /// What is past its retention is found by nobody, unless its id was used again.
    fn look_at_what_is_hidden(&mut self, row: usize) {
        let id = self.model.executions[row].id.clone();
        if self.model.find(&id).is_none() {
            let snapshot = self.read_raw(Op::Describe { id });
            self.agree("what is past its retention is hidden", &Value::Null, &snapshot);
        }
        let sql = "SELECT count(*) FROM execution WHERE id = ?1";
        let place = i64::try_from(row).expect("a row") + 1;
        let stored = query_with(&*self.world.driver(), sql, &[place.into()]);
        let gone = self.model.gone.contains(&row);
        if stored != [[if gone { "0" } else { "1" }.to_owned()]] {
            self.stop("the row", &[format!("row {place}: deleted {gone}, found {stored:?}")]);
        }
    }

    /// Every stream, whole, and its document.
    fn look_at_streams(&mut self) {
        let shown = |one: &Execution| self.model.visible(one.row) && !one.streams.is_empty();
        let all = self.model.executions.iter().filter(|one| shown(one));
        let reads: Vec<Streaming> = all
            .flat_map(|one| one.streams.keys().map(|index| (one.id.clone(), Some(*index))))
            .flat_map(|(id, index)| {
                let read = Streaming::Read { id: id.clone(), index, from: None, to: None, limit: Some(10_000) };
                [read, Streaming::Summary { id, index }]
            })
            .collect();
        let now = self.model.last_instant;
        for read in reads {
            let expected = self.model.streaming(&read, now).expect("a stream");
            let found = self.read_raw(Op::Streaming(read));
            self.agree("a stream", &expected, &found);
        }
    }

    /// Every lane and every worker; and the registry is what was registered, neither swept nor marked since.
    fn look_at_what_surrounds_them(&mut self) {
        let expected = [self.model.list_lanes(None, None), self.model.list_workers(None, None, None)];
        let workers = Registry::Workers { namespace: None, cursor: None, limit: None };
        let reads = [Registry::Lanes { cursor: None, limit: None }, workers];
        for (expected, read) in expected.iter().zip(reads) {
            let found = self.read_raw(Op::Registry(read));
            self.agree("what surrounds the executions", expected, &found);
            if found["workers"].is_array() {
                let verdict = self.history.workers(&found);
                self.law(verdict);
            }
        }
    }
}
