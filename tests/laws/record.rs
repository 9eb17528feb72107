//! Scripts on record: random calls at given instants, made up against a first run so that their handles mean
//! something, to be run again in other ways. Runs over the same seed draw the same ids.

use crate::handle::Handle;
use crate::model::Model;
use crate::op::{Call, Op};
use crate::random::Random;
use crate::rows::{self, Dump, without_expired};
use crate::script::Script;
use crate::time::Drawn;
use crate::world::{START, World};
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
            cursor: "start".to_owned(),
            calls: 0,
        }
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
        let mut calls: Vec<Call> = (0..size).map(|_| self.script.call(&self.model, self.at)).collect();
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
        let now = self.model.begin(self.at);
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
    (0..turns).map(|_| recorder.turn(own_ids)).collect()
}

/// The last call of every run, which writes: so the database holds the same last instant however the run went.
pub fn finish(world: &mut World, at: i64) -> Dump {
    world.set_clock(at);
    let last = crate::op::Create {
        id: Some("{fp:0}:00000000-0000-4000-8000-00000000ffff".to_owned()),
        lane: "last".to_owned(),
        kind: "last".to_owned(),
        ..crate::op::Create::default()
    };
    world.granted(Op::Create(Box::new(last)));
    without_expired(rows::dump(&*world.driver()), at)
}

/// The events after a cursor, which moves on, and what the engine drew meanwhile.
pub fn drawn(world: &mut World, cursor: &mut String) -> Drawn {
    let mut drawn = Drawn::default();
    loop {
        let streams = vec!["execution", "completion", "lease", "operator", "worker"];
        let page = world.granted(Op::Events { after: cursor.clone(), limit: Some(1_000), streams });
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
