//! Scripts on record: random calls at given instants, made up against a first run so that their handles mean
//! something, to be run again in other ways. Runs over the same seed draw the same ids.

use crate::calls::handle::Handle;
use crate::calls::kept::Kept;
use crate::calls::op::{Call, Op, Watch};
use crate::calls::streaming::Streaming;
use crate::ground::random::Random;
use crate::ground::world::{START, World};
use crate::model::state::Model;
use crate::model::time::Drawn;
use crate::rows::tables::{self, Dump, without_expired};
use crate::script::names::STREAMS;
use crate::script::source::Script;
use serde_json::Value;

/// Calls at an instant, in one batch.
#[derive(Clone, Debug)]
pub struct Turn {
    pub at: i64,
    pub calls: Vec<Call>,
    /// What the first run answered.
    pub answers: Vec<Value>,
}

/// A first run: the engine, the model that follows it, and what is asked.
pub struct Recorder {
    pub world: World,
    pub model: Model,
    pub script: Script,
    pub at: i64,
    /// In so many turns of a hundred one holder streams.
    pub bursts: u64,
    cursor: String,
    calls: u64,
}

impl Recorder {
    pub fn new(seed: u64) -> Self {
        Self {
            world: World::memory(seed),
            model: Model::default(),
            script: Script::new(Random::new(seed)),
            at: START,
            bursts: 5,
            cursor: "start".to_owned(),
            calls: 0,
        }
    }

    /// Over an engine that keeps what is over for so long.
    pub fn keeping(seed: u64, kept: Kept) -> Self {
        let mut recorder = Self::new(seed);
        recorder.world.keep(kept);
        recorder.model.retention = kept;
        recorder.script.jitter = kept.events_ms.is_none();
        recorder
    }

    /// The next turn. With `own_ids` every call has a request id of its own.
    pub fn turn(&mut self, own_ids: bool) -> Turn {
        let random = &mut self.script.random;
        self.at += match random.below(20) {
            0..=7 => 0,
            8..=16 => random.within(1, 40),
            17 | 18 => random.within(41, 3_000),
            _ => random.within(3_001, 40_000),
        };
        self.world.set_clock(self.at);
        let size = 1 + self.script.random.below(4);
        let mut calls: Vec<Call> = if self.script.random.percent(self.bursts) {
            self.script.burst(&self.model)
        } else {
            (0..size).map(|_| self.script.call(&self.model, self.at)).collect()
        };
        for call in &mut calls {
            self.calls += 1;
            if own_ids {
                call.request_id = Some(format!("call {}", self.calls));
            }
        }
        self.make(calls)
    }

    /// Makes calls of the test's own.
    pub fn make(&mut self, calls: Vec<Call>) -> Turn {
        let answers = self.world.send(&calls).answers;
        self.follow(&calls, &answers);
        Turn { at: self.at, calls, answers }
    }

    fn follow(&mut self, calls: &[Call], answers: &[Value]) {
        let drawn = drawn(&mut self.world, &mut self.cursor);
        let now = self.model.begin(self.at, true);
        for (call, found) in calls.iter().zip(answers) {
            self.model.answer(call, now, found, &drawn);
            if let Some(handle) = found["ok"]["handle"].as_str() {
                self.script.learn(Handle::decode(handle).expect("a handle reads back"));
            }
        }
        self.model.apply_due(now, usize::MAX, &drawn);
        self.model.end();
    }
}

/// A script of so many turns.
pub fn recorded(seed: u64, turns: usize, own_ids: bool) -> Vec<Turn> {
    let mut recorder = Recorder::new(seed);
    if own_ids {
        // What is deleted is handed back by no kept answer.
        recorder.script.kept = 0;
    }
    (0..turns).map(|_| recorder.turn(own_ids)).collect()
}

/// The last call of every run, which writes: so the database holds the same last instant however the run went.
pub fn finish(world: &mut World, at: i64) -> Dump {
    world.set_clock(at);
    while world.engine().tick().expect("a tick").more {}
    let last = crate::calls::op::Create {
        id: Some("{fp:0}:00000000-0000-4000-8000-00000000ffff".to_owned()),
        lane: "last".to_owned(),
        kind: "last".to_owned(),
        ..crate::calls::op::Create::default()
    };
    world.granted(Op::Create(Box::new(last)));
    let mut dump = without_expired(tables::dump(&*world.driver()), at);
    // What is over in a stream goes at one time or another, so streams are compared as they are read.
    let streams = dump.remove("stream").expect("the table");
    dump.remove("frame");
    dump.insert("streams as they are read".to_owned(), read(world, &streams.rows));
    dump
}

/// What is read of every stream that has a row.
fn read(world: &mut World, rows: &[Vec<String>]) -> tables::Table {
    let mut read = tables::Table::default();
    for row in rows {
        let sql = format!("SELECT hex(public_id) FROM execution WHERE id = {}", row[1]);
        let id = execution_id(tables::query(&*world.driver(), &sql)[0][0].trim_matches('"'));
        let (from, to, limit) = (None, None, Some(10_000));
        let page = world.granted(Op::Streaming(Streaming::Read { id, index: row[2].parse().ok(), from, to, limit }));
        read.rows.push(vec![row[1].clone(), row[2].clone(), page.to_string()]);
    }
    read.rows.sort();
    read
}

/// The id that a stored one stands for: two bytes of its partition, then its UUID.
fn execution_id(stored: &str) -> String {
    let partition = u16::from_str_radix(&stored[..4], 16).expect("a partition");
    let uuid = u128::from_str_radix(&stored[4..], 16).expect("a UUID");
    format!("{{fp:{partition}}}:{}", uuid::Uuid::from_u128(uuid))
}

/// Answers without what they tell of the file, which depends on when ticks came.
pub fn without_file(answers: &[Value]) -> Vec<Value> {
    let tells = |answer: &Value| !answer["ok"]["freeable"].is_null();
    answers.iter().map(|answer| if tells(answer) { Value::Null } else { answer.clone() }).collect()
}

/// The events after a cursor, which moves on, and what the engine drew meanwhile.
pub fn drawn(world: &mut World, cursor: &mut String) -> Drawn {
    let mut drawn = Drawn::default();
    loop {
        let call = Call::from(Watch::after(cursor, Some(1_000), &STREAMS));
        let page = world.call(&call).answers.remove(0);
        // What follows the cursor was past its retention as soon as it was written.
        if let Some(oldest) = page["error"]["details"]["oldest"].as_str() {
            oldest.clone_into(cursor);
            continue;
        }
        let page = &page["ok"];
        page["cursor"].as_str().expect("a cursor").clone_into(cursor);
        drawn.events.extend(page["events"].as_array().expect("events").iter().cloned());
        if page["atEnd"] == true {
            break;
        }
    }
    let scheduled = drawn.events.iter().filter(|event| event["cause"] == "retry_scheduled");
    let ids: Vec<String> = scheduled.filter_map(|event| event["executionId"].as_str()).map(str::to_owned).collect();
    for id in ids {
        let snapshot = world.granted(Op::Describe { id: id.clone() });
        if let Some(until_at) = snapshot["claimableAt"].as_i64() {
            drawn.until_at.insert(id, until_at);
        }
    }
    drawn
}
