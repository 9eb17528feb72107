//! A seeded random walk: the engine and the model do the same, and after every step they agree.

use crate::handle::Handle;
use crate::law::History;
use crate::met::Met;
use crate::model::Model;
use crate::op::{Call, Op};
use crate::picture::differences;
use crate::random::Random;
use crate::record::drawn;
use crate::registry::Registry;
use crate::rows::{broken_rules, number, query, query_with, total_changes};
use crate::rules::refused;
use crate::script::Script;
use crate::time::Drawn;
use crate::world::{Reply, START, World};
use serde_json::{Value, json};

/// Steps of each walk of a default run: eight walks, 20 400 steps.
const STEPS: usize = 2_550;
/// Steps after which every execution under way and every row is looked at.
const THOROUGH_EVERY: usize = 50;
struct Walk {
    seed: u64,
    step: usize,
    doing: String,
    world: World,
    model: Model,
    history: History,
    script: Script,
    host_now: i64,
    cursor: String,
    met: Met,
}

#[test]
fn the_engine_and_the_model_agree_after_every_step_in_memory() {
    walks(&[1, 3, 8, 21], World::memory);
}

#[test]
fn the_engine_and_the_model_agree_after_every_step_in_a_file() {
    walks(&[2, 5, 13, 34], |seed| World::file(&format!("walk-{seed}"), seed));
}

fn walks(seeds: &[u64], world: impl Fn(u64) -> World) {
    let set = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let steps = set("TIDEGATE_STEPS").map_or(STEPS, |steps| usize::try_from(steps).expect("a number of steps"));
    let chosen = set("TIDEGATE_SEED");
    let mut met = Met::default();
    for seed in chosen.map_or(seeds.to_vec(), |seed| vec![seed]) {
        println!("seed {seed}, {steps} steps");
        met.add(Walk::new(seed, world(seed)).go(steps));
    }
    let missed = met.missed();
    assert!(missed.is_empty() || chosen.is_some() || steps < STEPS, "never met: {missed:?}");
}

impl Walk {
    fn new(seed: u64, world: World) -> Self {
        Self {
            seed,
            step: 0,
            doing: String::new(),
            world,
            model: Model::default(),
            history: History::default(),
            script: Script::new(Random::new(seed)),
            host_now: START,
            cursor: "start".to_owned(),
            met: Met::default(),
        }
    }

    /// Walks; answers what was met.
    fn go(mut self, steps: usize) -> Met {
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
    fn stop(&self, what: &str, lines: &[String]) -> ! {
        panic!("seed {}, step {}: {what}\n  {}\nwhile: {}", self.seed, self.step, lines.join("\n  "), self.doing);
    }

    fn agree(&self, what: &str, expected: &Value, actual: &Value) {
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
        self.world.set_clock(self.host_now);
    }

    /// The next instant at which something is over: due, or a kept key or answer.
    fn next_edge(&self) -> Option<i64> {
        let keys = self.model.dedup.values().map(|one| one.expires_at);
        let answers = self.model.requests.values().map(|one| one.expires_at);
        let due = self.model.first_due().map(|key| key.0);
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
        let calls: Vec<Call> = (0..size).map(|_| self.script.call(&self.model, self.host_now)).collect();
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

    fn tick(&mut self) {
        self.doing = format!("tick at {}", self.host_now);
        let answer = match self.world.engine().tick() {
            Ok(answer) => serde_json::to_value(answer).expect("an answer has JSON"),
            Err(e) => self.stop("a tick fails", &[e.to_string()]),
        };
        let drawn = self.drawn();
        let now = self.model.begin(self.host_now);
        let applied = self.model.apply_due(now, 1_000, &drawn);
        self.model.purge(now);
        let next = self.model.first_due().map(|key| key.0);
        let more = next.is_some_and(|at| at <= now);
        self.agree("the answer of a tick", &json!({ "applied": applied, "more": more, "now": now }), &answer);
        self.wakes(&answer);
        self.model.apply_due(now, usize::MAX, &drawn);
        self.settle(&drawn);
    }

    fn accept_clock(&mut self) {
        self.tick();
        self.doing = format!("accept_clock at {}", self.host_now);
        let moved = self.world.engine().accept_clock();
        self.model.next_step();
        let expected = self.model.accept_clock(self.host_now);
        if moved.as_ref().ok() != Some(&expected) {
            self.stop("the distance of accept_clock", &[format!("expected {expected}, found {moved:?}")]);
        }
        if expected > 0 {
            self.history.rebased();
        }
        self.settle(&Drawn::default());
    }

    fn reopen(&mut self) {
        self.doing = format!("reopen at {}", self.host_now);
        self.world.reopen();
        self.model.next_step();
        self.model.reopened();
        self.settle(&Drawn::default());
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
        let now = self.model.begin(self.host_now);
        for (call, found) in calls.iter().zip(&reply.answers) {
            let expected = self.model.answer(call, now, found, &drawn);
            self.agree_on_answer(&expected, found);
            self.met.answer(call.op.name(), found);
            if let Some(handle) = found["ok"]["handle"].as_str() {
                self.script.learn(Handle::decode(handle).expect("a handle reads back"));
            }
        }
        if let Some(batch) = &reply.batch {
            let next = self.model.first_due().map(|key| key.0);
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

    /// Whoever got something to do is woken; nobody else for an execution that ended.
    fn wakes(&self, batch: &Value) {
        let wakes = &batch["wakes"];
        let woken: Vec<&str> = wakes["lanes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let asleep: Vec<&String> =
            self.model.claimable_lanes.iter().filter(|lane| !woken.contains(&lane.as_str())).collect();
        if !asleep.is_empty() {
            self.stop("a lane with new work is woken", &[format!("asleep: {asleep:?}, woken: {wakes}")]);
        }
        let expected = json!({ "finished": self.model.finished, "events": !self.model.events.is_empty() });
        self.agree("the wakes", &expected, wakes);
    }

    /// The events of the step and what the engine drew in it.
    fn drawn(&mut self) -> Drawn {
        drawn(&mut self.world, &mut self.cursor)
    }

    fn read_raw(&mut self, op: Op) -> Value {
        let call = Call::from(op);
        let mut answer = self.world.call(&call).answers.remove(0);
        if answer.get("ok").is_none() {
            self.stop("a read is refused", &[format!("{call:?}: {answer}")]);
        }
        answer["ok"].take()
    }

    /// After a step: events, touched executions, due instants and counters agree, and the laws hold.
    fn settle(&mut self, drawn: &Drawn) {
        let changes = total_changes(&*self.world.driver());
        let (expected, found) = (std::mem::take(&mut self.model.events), &drawn.events);
        self.agree("the events of the step", &json!(expected), &json!(found));
        self.model.events = expected;
        self.met.events(found);
        let verdict = self.history.events(found);
        self.law(verdict);
        for row in self.model.touched.clone() {
            self.look_at(row);
        }
        let next = self.world.engine().next_due_at();
        let expected = self.model.first_due().map(|key| key.0);
        if next.as_ref().ok() != Some(&expected) {
            self.stop("next_due_at", &[format!("expected {expected:?}, found {next:?}")]);
        }
        self.model.end();
        self.counters();
        if total_changes(&*self.world.driver()) > changes {
            self.stop("reads with nothing due write nothing", &[]);
        }
    }

    fn law(&self, verdict: Result<(), String>) {
        if let Err(broken) = verdict {
            self.stop(&broken, &[]);
        }
    }

    fn look_at(&mut self, row: usize) {
        let one = &self.model.executions[row];
        let (id, expected, wanted) = (one.id.clone(), one.snapshot(), one.row_picture());
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

    fn counters(&self) {
        let db = self.world.driver();
        let stored = query(&*db, "SELECT last_instant, next_execution, next_position FROM meta");
        let model = &self.model;
        let wanted = [
            model.stored_instant.to_string(),
            (model.executions.len() + 1).to_string(),
            (model.events_count + 1).to_string(),
        ];
        if stored != [wanted.to_vec()] {
            self.stop("the counters", &[format!("expected {wanted:?}, found {stored:?}")]);
        }
    }

    /// Every execution under way and the latest that ended, at the end of the walk all; and all rows.
    fn look_at_everything(&mut self, at_the_end: bool) {
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
        let counts = [
            ("dedup", model.dedup.len()),
            ("request", model.requests.len()),
            ("worker", model.workers.len()),
            ("lane", model.lanes.len()),
            ("route", model.routes.len()),
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
