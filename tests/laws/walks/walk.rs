//! A seeded random walk: the engine and the model do the same, and after every step they agree.

use crate::calls::handle::Handle;
use crate::calls::kept::Kept;
use crate::calls::op::{Call, Op};
use crate::ground::random::Random;
use crate::ground::seeds::{chosen, set};
use crate::ground::world::{Reply, START, World};
use crate::model::answer::refused;
use crate::model::picture::differences;
use crate::model::state::Model;
use crate::model::time::Drawn;
use crate::rows::tables::{query, total_changes};
use crate::script::source::Script;
use crate::walks::law::History;
use crate::walks::met::Met;
use crate::walks::record::drawn;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Steps of each walk of a default run: eight walks, 23 200 steps.
pub const STEPS: usize = 2_900;
pub const FOR_EVER: Kept = Kept { executions_ms: None, events_ms: None };
pub const SHORT: Kept = Kept { executions_ms: Some(4_000), events_ms: None };
pub const LOG: Kept = Kept { executions_ms: None, events_ms: Some(60_000) };
pub const BOTH: Kept = Kept { executions_ms: Some(20_000), events_ms: Some(90_000) };
/// Steps after which every execution under way and every row is looked at.
const THOROUGH_EVERY: usize = 50;
/// An engine and a model on their way.
pub struct Walk {
    seed: u64,
    step: usize,
    pub doing: String,
    pub world: World,
    pub model: Model,
    pub history: History,
    pub script: Script,
    pub host_now: i64,
    cursor: String,
    met: Met,
    /// Whether the host's clock jumps by days, both ways, and how far it stands ahead by that.
    pub jumps: bool,
    pub away_ms: i64,
}

/// Contract: leases.one-live, leases.close, states.one-event, events.view-lease.
#[test]
fn the_engine_and_the_model_agree_after_every_step_in_memory() {
    walks(&[(1, FOR_EVER), (4, SHORT), (8, FOR_EVER), (21, BOTH)], World::memory);
}

/// Contract: storage.remembered, storage.open-gives-back.
#[test]
fn the_engine_and_the_model_agree_after_every_step_in_a_file() {
    let seeds = [(2, BOTH), (5, FOR_EVER), (13, LOG), (34, SHORT), (41, BOTH), (55, FOR_EVER)];
    let met = walks(&seeds, |seed| World::file(&format!("walk-{seed}"), seed));
    assert!(chosen().is_some() || met.has("a lease of an earlier connection"), "no opening gave a lease back");
}

fn walks(seeds: &[(u64, Kept)], world: impl Fn(u64) -> World) -> Met {
    let steps = steps();
    let chosen = chosen();
    let mut met = Met::default();
    for (seed, kept) in chosen.map_or_else(|| seeds.to_vec(), |seed| vec![usual(seed, seeds)]) {
        println!("seed {seed}, {steps} steps, {kept:?}");
        met.add(Walk::new(seed, world(seed), kept).go(steps));
    }
    let missed = met.missed();
    assert!(missed.is_empty() || chosen.is_some() || steps < STEPS, "never met: {missed:?}");
    met
}

pub fn steps() -> usize {
    set("TIDEGATE_STEPS").map_or(STEPS, |steps| usize::try_from(steps).expect("a number of steps"))
}

/// A seed with how long is kept what is over: as it is usual with this seed, or as with one of the others.
fn usual(seed: u64, seeds: &[(u64, Kept)]) -> (u64, Kept) {
    let place = usize::try_from(seed % seeds.len() as u64).expect("a place");
    seeds.iter().find(|one| one.0 == seed).copied().unwrap_or((seed, seeds[place].1))
}

impl Walk {
    pub fn new(seed: u64, mut world: World, kept: Kept) -> Self {
        world.keep(kept);
        let mut script = Script::new(Random::new(seed));
        // What was drawn is read from events, which may be past their retention as soon as they are written.
        script.jitter = kept.events_ms.is_none();
        let model = Model { retention: kept, ..Model::default() };
        Self {
            seed,
            step: 0,
            doing: String::new(),
            world,
            model,
            history: History::default(),
            script,
            host_now: START,
            cursor: "start".to_owned(),
            met: Met::default(),
            jumps: false,
            away_ms: 0,
        }
    }

    /// Walks; answers what was met.
    pub fn go(mut self, steps: usize) -> Met {
        for step in 0..steps {
            self.step = step;
            self.pass_time();
            match self.script.random.below(100) {
                0..=44 => self.one_call(),
                45..=85 => self.some_calls(),
                86..=93 => self.tick(),
                94 | 95 => self.accept_clock(),
                96..=98 => self.reopen(),
                _ => self.broken_clock(),
            }
            if step % THOROUGH_EVERY == 0 || step + 1 == steps {
                self.look_at_everything(step + 1 == steps);
            }
        }
        self.met.endings(&self.model);
        self.met
    }

    /// Stops with all that is needed to walk there again.
    pub fn stop(&self, what: &str, lines: &[String]) -> ! {
        panic!("seed {}, step {}: {what}\n  {}\nwhile: {}", self.seed, self.step, lines.join("\n  "), self.doing);
    }

    pub fn agree(&self, what: &str, expected: &Value, actual: &Value) {
        let mut lines = Vec::new();
        differences(expected, actual, "", &mut lines);
        if !lines.is_empty() {
            lines.push(format!("the model: {expected}"));
            lines.push(format!("the engine: {actual}"));
            self.stop(what, &lines);
        }
    }

    fn pass_time(&mut self) {
        let edge = self.next_edge();
        let random = &mut self.script.random;
        let passed = match random.below(44) {
            0..=17 => 0,
            18..=29 => random.within(1, 12),
            30..=34 => random.within(13, 800),
            35 | 36 => random.within(801, 70_000),
            37 => *random.pick(&[600_000, 90_000_000]),
            38..=41 => edge.map_or(0, |edge| (edge + random.within(-1, 1) - self.host_now).max(0)),
            _ => -random.within(1, 3_000),
        };
        self.host_now += passed;
        self.jump();
        self.world.set_clock(self.host_now);
    }

    /// The next instant at which something is over: due, or a kept key or answer.
    fn next_edge(&self) -> Option<i64> {
        let keys = self.model.dedup.values().map(|one| one.expires_at);
        let answers = self.model.requests.values().map(|one| one.expires_at);
        let due = self.model.first_due().map(|key| key.0).into_iter().chain(self.model.next_past());
        keys.chain(answers).chain(due).filter(|at| *at > self.host_now).min()
    }

    /// One typed call in a commit of its own.
    fn one_call(&mut self) {
        let mut op = self.script.op(&self.model, self.host_now);
        while matches!(op, Op::Invalid { .. }) {
            op = self.script.op(&self.model, self.host_now);
        }
        let call = Call::from(op);
        self.doing = format!("{call:?} at {}", self.host_now);
        let reply = self.world.call(&call);
        self.compare(&[call], &reply);
    }

    fn some_calls(&mut self) {
        let random = &mut self.script.random;
        let size = if random.percent(1) { 300 } else { random.below(9) };
        let calls: Vec<Call> = if self.script.random.percent(12) {
            self.script.burst(&self.model)
        } else {
            (0..size).map(|_| self.script.call(&self.model, self.host_now)).collect()
        };
        self.doing = format!("{calls:?} at {}", self.host_now);
        let before = total_changes(&*self.world.driver());
        let reply = self.world.send(&calls);
        if calls.iter().all(|call| matches!(call.op, Op::Invalid { .. }))
            && total_changes(&*self.world.driver()) > before
        {
            self.stop("refused arguments write nothing", &[format!("{reply:?}")]);
        }
        self.compare(&calls, &reply);
    }

    pub fn tick(&mut self) {
        self.doing = format!("tick at {}", self.host_now);
        let answer = match self.world.engine().tick() {
            Ok(answer) => serde_json::to_value(answer).expect("an answer has JSON"),
            Err(e) => self.stop("a tick fails", &[e.to_string()]),
        };
        let drawn = self.drawn();
        let now = self.begin(true);
        let applied = self.model.apply_due(now, 1_000, &drawn);
        self.model.purge(now);
        let left = self.left();
        let more = match self.model.purge_what_is_past(&left) {
            Ok(more) => more,
            Err(wrong) => self.stop("what a tick deletes", &[wrong]),
        };
        let next = self.model.next_due_at();
        let more = more || next.is_some_and(|at| at <= now);
        self.agree(
            "the answer of a tick",
            &json!({ "applied": applied, "more": more, "now": now, "nextDueAt": next }),
            &answer,
        );
        self.world.accepted_ms += answer["acceptedMs"].as_i64().unwrap_or(0);
        if self.jumps {
            let (expected, told) = (json!(self.model.accepted_ms), json!(self.world.accepted_ms));
            self.agree("by how much engine time went back", &expected, &told);
        }
        self.wakes(&answer);
        self.model.apply_due(now, usize::MAX, &drawn);
        self.settle(&drawn);
    }

    /// Rows that a tick left of those past their retention.
    fn left(&self) -> BTreeSet<usize> {
        let past = self.model.past();
        if past.is_empty() {
            return BTreeSet::new();
        }
        let rows = query(&*self.world.driver(), "SELECT id - 1 FROM execution WHERE ended_at IS NOT NULL");
        let stored: BTreeSet<usize> = rows.iter().map(|row| row[0].parse().expect("a row")).collect();
        past.into_iter().filter(|row| stored.contains(row)).collect()
    }

    /// Every other time it is closed before, so that it gives back what it holds itself.
    fn reopen(&mut self) {
        if self.jumps {
            self.tick();
        }
        let closes = self.step.is_multiple_of(2);
        self.doing = format!("reopen at {}, closed before: {closes}", self.host_now);
        // What is given back to the host holds nothing.
        if let Err(e) = self.world.engine().compact(1 << 16) {
            self.stop("a compaction fails", &[e.to_string()]);
        }
        if let Err(e) = if closes { self.world.close() } else { Ok(()) } {
            self.stop("a close fails", &[e.to_string()]);
        }
        self.world.reopen();
        let drawn = self.drawn();
        let now = self.begin(true);
        if closes {
            self.model.give_back(false, now, &drawn);
        }
        self.model.reopened();
        if self.world.is_alone() {
            self.model.give_back(true, now, &drawn);
        }
        // The reads apply what is due.
        self.model.apply_due(now, usize::MAX, &drawn);
        self.settle(&drawn);
    }

    /// A clock that is not a time refuses every call and changes nothing.
    fn broken_clock(&mut self) {
        let calls: Vec<Call> = (0..3).map(|_| self.script.call(&self.model, self.host_now)).collect();
        let broken = *self.script.random.pick(&[f64::NAN, -1.0, f64::INFINITY, 253_402_300_800_000.0]);
        self.doing = format!("{calls:?} while the clock says {broken}");
        let before = total_changes(&*self.world.driver());
        self.world.clock.set(broken);
        let reply = self.world.send(&calls);
        let ticked = self.world.engine().tick().is_err();
        self.world.set_clock(self.host_now);
        for (call, found) in calls.iter().zip(&reply.answers) {
            let code = if let Op::Invalid { code, .. } = call.op { code } else { "validation.invalid_input" };
            self.agree_on_answer(&refused(code), found);
        }
        if !ticked || total_changes(&*self.world.driver()) > before {
            self.stop("a clock that is no time changes nothing", &[format!("{reply:?}")]);
        }
    }

    /// Lets the model answer the same calls.
    fn compare(&mut self, calls: &[Call], reply: &Reply) {
        // Without a single call to carry out, time is not applied either.
        let idle = calls.iter().all(|call| matches!(call.op, Op::Invalid { .. }));
        let drawn = if idle { Drawn::default() } else { self.drawn() };
        let now = self.begin(!idle);
        for (call, found) in calls.iter().zip(&reply.answers) {
            let expected = self.model.answer(call, now, found, &drawn);
            self.agree_on_answer(&expected, found);
            self.met.answer(call.op.name(), found);
            if let Some(handle) = found["ok"]["handle"].as_str() {
                self.script.learn(Handle::decode(handle).expect("a handle reads back"));
            }
        }
        if let Some(batch) = &reply.batch {
            let next = self.model.next_due_at();
            self.agree("the batch", &json!({ "now": now, "nextDueAt": next }), batch);
            self.wakes(batch);
        }
        if idle {
            self.tick();
        } else {
            // What the calls made due at once was applied by the reads that followed.
            self.model.apply_due(now, usize::MAX, &drawn);
            self.settle(&drawn);
        }
    }

    fn agree_on_answer(&self, expected: &Value, found: &Value) {
        let code = expected["error"]["code"].as_str().unwrap_or_default();
        let any = code == "validation.*" && found["error"]["category"] == "validation";
        if !any {
            self.agree("the answer", expected, found);
        }
    }

    /// It tells exactly how many became claimable on which route, and who ended.
    fn wakes(&self, batch: &Value) {
        let wakes = &batch["wakes"];
        let (finished, streams) = (&self.model.finished, &self.model.stream_wakes);
        let events = self.model.log.len() > self.model.step_from;
        let lanes: Vec<Value> = self
            .model
            .claimable
            .iter()
            .map(|((lane, kind, required), count)| {
                let required = (!required.is_empty()).then_some(required);
                json!({ "lane": lane, "kind": kind, "required": required, "count": count })
            })
            .collect();
        let expected = json!({ "lanes": lanes, "opened": self.model.opened, "finished": finished, "streams": streams,
            "events": events });
        self.agree("the wakes", &expected, wakes);
    }

    /// The events of the step and what the engine drew in it.
    pub fn drawn(&mut self) -> Drawn {
        drawn(&mut self.world, &mut self.cursor)
    }

    pub fn read_raw(&mut self, op: Op) -> Value {
        let call = Call::from(op);
        let mut answer = self.world.call(&call).answers.remove(0);
        if answer.get("ok").is_none() {
            self.stop("a read is refused", &[format!("{call:?}: {answer}")]);
        }
        answer["ok"].take()
    }

    /// After a step: events, touched executions, due instants and counters agree, and the laws hold.
    pub fn settle(&mut self, drawn: &Drawn) {
        let changes = total_changes(&*self.world.driver());
        let (expected, found) = (self.model.events(), &drawn.events);
        // The rest was past its retention as soon as it was written.
        let hidden = self.model.oldest_kept().saturating_sub(self.model.step_from + 1).min(expected.len());
        self.agree("the events of the step", &json!(expected[hidden..]), &json!(found));
        self.met.events(&expected);
        let verdict = self.history.events(&expected);
        self.law(verdict);
        for row in self.model.touched.clone() {
            self.look_at(row);
        }
        let next = self.world.engine().next_due_at();
        let expected = self.model.next_due_at();
        if next.as_ref().ok() != Some(&expected) {
            self.stop("next_due_at", &[format!("expected {expected:?}, found {next:?}")]);
        }
        self.model.end();
        self.counters();
        if total_changes(&*self.world.driver()) > changes {
            self.stop("reads with nothing due write nothing", &[]);
        }
    }

    pub fn law(&self, verdict: Result<(), String>) {
        if let Err(broken) = verdict {
            self.stop(&broken, &[]);
        }
    }
}
