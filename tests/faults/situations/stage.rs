//! A stage for situations: an engine over a driver of the test, what is done on it, and how it goes on afterwards.

use crate::calls::handle::Handle;
use crate::calls::op::Call;
use crate::ground::world::{START, World, refusal};
use crate::rows::constraint::SOUND;
use crate::rows::tables::{self, Dump, broken};
use serde_json::{Value, json};
use std::rc::Rc;
use tidegate::store::driver::{Driver, Embedded};

/// An engine over a driver that may fail, and the database behind it.
pub struct Stage {
    pub world: World,
    pub raw: Rc<dyn Driver>,
    pub handles: Vec<Handle>,
    /// The keys of grants.
    pub grants: Vec<String>,
}

/// What is prepared, and what is then done.
pub struct Situation {
    pub name: &'static str,
    pub prepare: fn(&mut Stage),
    pub act: Act,
}

/// What is done.
#[derive(Clone, Copy)]
pub enum Act {
    Calls(fn(&Stage) -> Vec<Call>),
    Tick,
    AcceptClock,
    NextDueAt,
    /// As for a connection that is gone: the engine's own.
    GiveBack,
}

impl Stage {
    /// A prepared stage; `wrap` puts a driver of the test between the engine and the database.
    pub fn prepared(situation: &Situation, wrap: &dyn Fn(Rc<dyn Driver>) -> Rc<dyn Driver>) -> Self {
        let raw: Rc<dyn Driver> = Rc::new(Embedded::memory().expect("a database in memory"));
        let world = World::over(wrap(Rc::clone(&raw)), 1);
        let mut stage = Self { world, raw, handles: Vec::new(), grants: Vec::new() };
        (situation.prepare)(&mut stage);
        stage
    }

    pub fn act(&mut self, act: Act) -> Vec<Value> {
        let answers = match act {
            Act::Calls(calls) => {
                let calls = calls(self);
                self.world.send(&calls).answers
            }
            Act::Tick => {
                vec![self.world.engine().tick().map_or_else(|e| refusal(&e), |one| json!({ "ok": one.applied }))]
            }
            Act::AcceptClock => {
                vec![self.world.engine().accept_clock().map_or_else(|e| refusal(&e), |one| json!({ "ok": one }))]
            }
            Act::GiveBack => {
                let own = self.world.engine().connection().clone();
                let answer = self.world.engine().release(&own);
                vec![answer.map_or_else(|e| refusal(&e), |one| json!({ "ok": [one.applied, one.more] }))]
            }
            Act::NextDueAt => {
                vec![self.world.engine().next_due_at().map_or_else(|e| refusal(&e), |one| json!({ "ok": one }))]
            }
        };
        answers.into_iter().map(without_drawn).collect()
    }

    pub fn dump(&self) -> Dump {
        masked(tables::dump(&*self.raw), drawn)
    }

    /// Whether instants are left that have to move.
    pub fn is_rebasing(&self) -> bool {
        !tables::query(&*self.raw, "SELECT id FROM rebase").is_empty()
    }

    /// What one transaction could not hold goes on with whatever is asked next.
    pub fn go_on_rebasing(&mut self) {
        if self.is_rebasing() {
            self.act(Act::NextDueAt);
        }
    }

    /// Lets time pass, in ms.
    pub fn pass(&mut self, ms: i64) {
        use tidegate::host::Clock as _;
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers")]
        let now = self.world.clock.now_ms() as i64;
        self.world.set_clock(now + ms);
    }

    pub fn grant(&mut self, call: Call) {
        let mut answer = self.world.send(&[call]).answers.remove(0);
        assert!(answer.get("ok").is_some(), "what a situation needs is refused: {answer}");
        if let Some(key) = answer["ok"]["grantKey"].as_str() {
            self.grants.push(key.to_owned());
        }
        if let Some(handle) = answer["ok"]["handle"].take().as_str() {
            self.handles.push(Handle::decode(handle).expect("a handle reads back"));
        }
    }
}

/// What is wrong with a file whose rows were compared with those of another one that breaks no rule.
pub fn unsound(db: &dyn Driver) -> Vec<String> {
    broken(db, &[SOUND])
}

/// Replaces what a rule says is random in a dump.
fn masked(mut dump: Dump, mask: impl Fn(&str, &str, &str) -> Option<String>) -> Dump {
    for (name, table) in &mut dump {
        for row in &mut table.rows {
            for (cell, column) in row.iter_mut().zip(&table.columns) {
                if let Some(shown) = mask(name, column, cell) {
                    *cell = shown;
                }
            }
        }
        table.rows.sort();
    }
    dump
}

/// Drawn ids in a dump, and the handles among kept answers.
fn drawn(table: &str, column: &str, cell: &str) -> Option<String> {
    match column {
        "public_id" if table == "edge" => Some("drawn".to_owned()),
        // What is past its retention gives its id away.
        "flow" if table == "former" && cell.starts_with('x') && !cell.starts_with("x00000000") => {
            Some("drawn".to_owned())
        }
        "public_id" if table == "flow" && !cell.starts_with("x00000000") => Some("drawn".to_owned()),
        // The number of a connection: no instant is as late.
        "verb_at" if cell.parse::<i64>().is_ok_and(|number| number > 4 * START) => Some("drawn".to_owned()),
        "attempt_id" | "lease_id" | "grant_key" if cell != "null" => Some("drawn".to_owned()),
        "answer" => {
            let text: String = serde_json::from_str(cell).expect("a quoted text");
            Some(without_drawn(serde_json::from_str(&text).expect("an answer")).to_string())
        }
        _ => None,
    }
}

/// An answer without drawn ids, and without the words of errors.
pub fn without_drawn(answer: Value) -> Value {
    match answer {
        Value::Object(members) => {
            let minted = |id: &Value| id.as_str().is_some_and(|id| !id.starts_with("00000000"));
            let kept = members.into_iter().filter(|(name, value)| {
                let of_flow = name == "flowId" && minted(value);
                !of_flow
                    && ![
                        "handle",
                        "leaseId",
                        "attemptId",
                        "grantKey",
                        "edgeId",
                        "message",
                        "databaseBytes",
                        "freeBytes",
                    ]
                    .contains(&name.as_str())
            });
            kept.map(|(name, value)| (name, without_drawn(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(without_drawn).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => answer,
    }
}
