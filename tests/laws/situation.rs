//! Prepared situations and what is done in them: every operation, alone and in batches, with and without work that is
//! due. Everything in them is named by the test, so that two runs differ in drawn ids only.

use crate::handle::Handle;
use crate::op::{Backoff, Call, Cancel, Claim, Create, Fail, Op, Retry};
use crate::rows::{self, Dump};
use crate::world::{START, World, refusal};
use serde_json::{Value, json};
use std::rc::Rc;
use tidegate::store::driver::{Driver, Embedded};

/// An engine over a driver that may fail, and the database behind it.
pub struct Stage {
    pub world: World,
    pub raw: Rc<dyn Driver>,
    pub handles: Vec<Handle>,
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
}

impl Stage {
    /// A prepared stage; `wrap` puts a driver of the test between the engine and the database.
    pub fn prepared(situation: &Situation, wrap: &dyn Fn(Rc<dyn Driver>) -> Rc<dyn Driver>) -> Self {
        let raw: Rc<dyn Driver> = Rc::new(Embedded::memory().expect("a database in memory"));
        let world = World::over(wrap(Rc::clone(&raw)), 1);
        let mut stage = Self { world, raw, handles: Vec::new() };
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
            Act::NextDueAt => {
                vec![self.world.engine().next_due_at().map_or_else(|e| refusal(&e), |one| json!({ "ok": one }))]
            }
        };
        answers.into_iter().map(without_drawn).collect()
    }

    pub fn dump(&self) -> Dump {
        rows::masked(rows::dump(&*self.raw), drawn)
    }

    /// Goes on working: new work, claims, time, an end. Everything the engine remembers is put to use.
    pub fn go_on(&mut self) -> (Vec<Value>, Dump) {
        let mut answers = vec![json!(self.world.engine().next_due_at().expect("next_due_at"))];
        let seen = ["1", "2", "6", "8"].map(describe);
        let held = if self.handles.is_empty() { Vec::new() } else { vec![renewal(self), progress(self)] };
        for call in seen.into_iter().chain(held) {
            answers.extend(self.world.send(&[call]).answers);
        }
        let claims = [claim(&["mail", "build", "new"], 500), claim(&["mail"], 10_000), claim(&["build"], 10_000)];
        let new = create("90", |one| "new".clone_into(&mut one.lane));
        let early = [new.clone(), create("91", |one| one.priority = Some(7))];
        for call in early.into_iter().chain(claims.clone()).chain([describe("1"), describe("90")]) {
            answers.extend(self.world.send(&[call]).answers);
        }
        self.pass(3_000);
        let events = Op::Events { after: "start".to_owned(), limit: None, streams: Vec::new() };
        let end = cancel("1");
        let list = Op::List { cursor: None, limit: None, namespace: None };
        let late: Vec<Call> = claims.into_iter().chain([end, new, Call::from(list), Call::from(events)]).collect();
        answers.extend(self.world.send(&late).answers);
        answers.push(json!(self.world.engine().tick().expect("a tick").next_due_at));
        (answers.into_iter().map(without_drawn).collect(), self.dump())
    }

    /// Lets time pass, in ms.
    pub fn pass(&mut self, ms: i64) {
        use tidegate::host::Clock as _;
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers")]
        let now = self.world.clock.now_ms() as i64;
        self.world.set_clock(now + ms);
    }

    fn grant(&mut self, call: Call) {
        let mut answer = self.world.send(&[call]).answers.remove(0);
        if let Some(handle) = answer["ok"]["handle"].take().as_str() {
            self.handles.push(Handle::decode(handle).expect("a handle reads back"));
        }
    }
}

/// Drawn ids in a dump, and the handles among kept answers.
fn drawn(_table: &str, column: &str, cell: &str) -> Option<String> {
    match column {
        "attempt_id" | "lease_id" if cell != "null" => Some("drawn".to_owned()),
        "answer" => {
            let text: String = serde_json::from_str(cell).expect("a quoted text");
            Some(without_drawn(serde_json::from_str(&text).expect("an answer")).to_string())
        }
        _ => None,
    }
}

/// An answer without drawn ids, and without the words of errors.
fn without_drawn(answer: Value) -> Value {
    match answer {
        Value::Object(members) => {
            let kept = members
                .into_iter()
                .filter(|(name, _)| !["handle", "leaseId", "attemptId", "message"].contains(&name.as_str()));
            kept.map(|(name, value)| (name, without_drawn(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(without_drawn).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => answer,
    }
}

pub fn id(name: &str) -> String {
    format!("{{fp:0}}:00000000-0000-4000-8000-0000000000{name:0>2}")
}

pub fn create(name: &str, set: impl FnOnce(&mut Create)) -> Call {
    let lane = "mail".to_owned();
    let mut one = Create { id: Some(id(name)), lane, kind: "send".to_owned(), ..Create::default() };
    set(&mut one);
    Op::Create(Box::new(one)).into()
}

pub fn claim(lanes: &[&str], ttl_ms: i64) -> Call {
    Op::Claim(Claim {
        lanes: lanes.iter().map(|lane| (*lane).to_owned()).collect(),
        worker: "worker".to_owned(),
        instance: Some("process".to_owned()),
        offered: ["gpu".to_owned()].into(),
        ttl_ms: Some(ttl_ms),
    })
    .into()
}

fn describe(name: &str) -> Call {
    Op::Describe { id: id(name) }.into()
}

fn cancel(name: &str) -> Call {
    Op::Cancel(Cancel { id: id(name), reason: "enough".to_owned(), ..Cancel::default() }).into()
}

fn fail(stage: &Stage, class: &'static str) -> Call {
    let handle = stage.handles[0].clone();
    Op::Fail(Fail { handle, class, category: None, message: "no".to_owned(), detail: None }).into()
}

fn complete(stage: &Stage, index: usize) -> Call {
    let handle = stage.handles[index].clone();
    Op::Complete { handle, result: Some(b"done".to_vec()), encoding: Some("text".to_owned()) }.into()
}

fn progress(stage: &Stage) -> Call {
    Op::Progress { handle: stage.handles[0].clone(), percent: Some(5), message: None }.into()
}

fn renewal(stage: &Stage) -> Call {
    Op::Renew { handle: stage.handles[0].clone() }.into()
}

fn with_id(call: Call, id: &str) -> Call {
    Call { request_id: Some(id.to_owned()), ..call }
}

fn again(one: &mut Create) {
    let backoff = Some(Backoff::Fixed { delay_ms: Some(1_000) });
    one.retry = Some(Retry { max_retries: Some(2), backoff, categories: None });
}

fn rich(one: &mut Create) {
    one.input = Some(b"input".to_vec());
    one.encoding = Some("text".to_owned());
    one.key = Some("key".to_owned());
    one.tags = [("a".to_owned(), "b".to_owned())].into();
    one.required = ["gpu".to_owned()].into();
    one.delay_until = Some(START + 50);
    again(one);
}

fn nothing(_: &mut Stage) {}

/// One waits in `mail`.
fn waiting(stage: &mut Stage) {
    stage.grant(create("1", again));
}

/// One is held; another one waits behind it.
fn held(stage: &mut Stage) {
    waiting(stage);
    stage.grant(claim(&["mail"], 1_000));
    stage.grant(create("2", rich));
}

/// So that a renewal moves the end of the lease.
fn held_for_a_while(stage: &mut Stage) {
    held(stage);
    stage.pass(300);
}

/// The one that was held has lapsed, though nobody has applied it yet.
fn lapsed(stage: &mut Stage) {
    held(stage);
    stage.pass(1_000);
}

/// The first may not be reclaimed; the second waits.
fn given_up(stage: &mut Stage) {
    stage.grant(create("1", |one| one.reclaims_max = Some(0)));
    stage.grant(claim(&["mail"], 10));
    stage.grant(create("2", |_| {}));
    stage.pass(10);
}

/// Much is due at once: a delay, a deadline, an attempt timeout, a lease, a kept answer, a key.
fn much_is_due(stage: &mut Stage) {
    stage.grant(create("1", |one| {
        again(one);
        one.attempt_timeout_ms = Some(40);
    }));
    stage.grant(with_id(claim(&["mail"], 1_000), "old"));
    stage.grant(create("2", rich));
    stage.grant(create("3", |one| one.deadline_at = Some(START + 60)));
    stage.grant(create("4", |one| {
        "build".clone_into(&mut one.lane);
        one.key = Some("short".to_owned());
        one.window_ms = Some(5);
    }));
    stage.grant(claim(&["build"], 70));
    stage.pass(700_000);
}

/// Engine time stands ahead of the host's clock.
fn ahead(stage: &mut Stage) {
    much_is_due(stage);
    stage.grant(create("5", |_| {}));
    stage.pass(-650_000);
}

/// The engine remembers nothing yet.
fn reopened(stage: &mut Stage) {
    much_is_due(stage);
    stage.world.reopen();
}

fn one(call: Call) -> Vec<Call> {
    vec![call]
}

fn busy_batch(stage: &Stage) -> Vec<Call> {
    vec![
        with_id(create("6", rich), "a"),
        create("6", rich),
        progress(stage),
        with_id(claim(&["mail", "build"], 700), "b"),
        with_id(fail(stage, "transient"), "c"),
        with_id(claim(&["mail", "build"], 900), "b"),
        describe("1"),
        cancel("3"),
        with_id(cancel("3"), "a"),
        complete(stage, 0),
        create("7", |one| "new".clone_into(&mut one.lane)),
    ]
}

/// A read of something that does not exist: what is due is applied, nothing else happens.
pub const READ: fn(&Stage) -> Vec<Call> = |_| one(describe("99"));

pub const SITUATIONS: &[Situation] = &[
    Situation { name: "a create", prepare: nothing, act: Act::Calls(|_| one(create("1", rich))) },
    Situation { name: "a create in a known lane", prepare: waiting, act: Act::Calls(|_| one(create("2", |_| {}))) },
    Situation {
        name: "a duplicate in a new lane",
        prepare: waiting,
        act: Act::Calls(|_| one(create("1", |one| "new".clone_into(&mut one.lane)))),
    },
    Situation { name: "a create while much is due", prepare: much_is_due, act: Act::Calls(|_| one(create("8", rich))) },
    Situation { name: "a claim", prepare: waiting, act: Act::Calls(|_| one(claim(&["mail"], 500))) },
    Situation { name: "a claim that finds nothing", prepare: waiting, act: Act::Calls(|_| one(claim(&["new"], 500))) },
    Situation { name: "a claim that reclaims", prepare: lapsed, act: Act::Calls(|_| one(claim(&["mail"], 500))) },
    Situation { name: "a claim that gives up", prepare: given_up, act: Act::Calls(|_| one(claim(&["mail"], 500))) },
    Situation {
        name: "a claim with a request id",
        prepare: waiting,
        act: Act::Calls(|_| one(with_id(claim(&["mail"], 500), "r"))),
    },
    Situation { name: "a renewal", prepare: held_for_a_while, act: Act::Calls(|stage| one(renewal(stage))) },
    Situation { name: "progress", prepare: held, act: Act::Calls(|stage| one(progress(stage))) },
    Situation { name: "a completion", prepare: held, act: Act::Calls(|stage| one(complete(stage, 0))) },
    Situation { name: "a refused completion", prepare: lapsed, act: Act::Calls(|stage| one(complete(stage, 0))) },
    Situation {
        name: "a failure that is retried",
        prepare: held,
        act: Act::Calls(|stage| one(fail(stage, "transient"))),
    },
    Situation { name: "a final failure", prepare: held, act: Act::Calls(|stage| one(fail(stage, "permanent"))) },
    Situation {
        name: "a failure after a lapse",
        prepare: lapsed,
        act: Act::Calls(|stage| one(fail(stage, "transient"))),
    },
    Situation {
        name: "a failure with a request id",
        prepare: held,
        act: Act::Calls(|stage| one(with_id(fail(stage, "transient"), "r"))),
    },
    Situation { name: "a cancel of a held one", prepare: held, act: Act::Calls(|_| one(cancel("1"))) },
    Situation { name: "a cancel of a waiting one", prepare: waiting, act: Act::Calls(|_| one(cancel("1"))) },
    Situation { name: "a read while much is due", prepare: much_is_due, act: Act::Calls(|_| one(describe("1"))) },
    Situation {
        name: "a claim of an engine just opened",
        prepare: reopened,
        act: Act::Calls(|_| one(claim(&["mail"], 500))),
    },
    Situation { name: "a read", prepare: held, act: Act::Calls(|_| one(describe("1"))) },
    Situation { name: "a batch", prepare: held, act: Act::Calls(busy_batch) },
    Situation { name: "a batch of an engine just opened", prepare: reopened, act: Act::Calls(busy_batch) },
    Situation { name: "a batch while much is due", prepare: much_is_due, act: Act::Calls(busy_batch) },
    Situation { name: "a tick", prepare: much_is_due, act: Act::Tick },
    Situation { name: "a tick with nothing due", prepare: held, act: Act::Tick },
    Situation { name: "a clock put right", prepare: ahead, act: Act::AcceptClock },
    Situation { name: "next_due_at", prepare: reopened, act: Act::NextDueAt },
];
