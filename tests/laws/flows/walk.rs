//! Random walks over random graphs: after every batch the engine's answers, events, wakes and reads are the model's.

use super::laws::History;
use super::model::Model;
use super::script::{Script, Taste};
use super::wire::{Said, ask, events_after, say_twice};
use crate::ground::random::Random;
use crate::ground::seeds::{chosen, set};
use crate::ground::world::{START, World};
use crate::model::picture::differences;
use crate::rows::tables::{broken_rules, total_changes};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const BATCHES: usize = 400;
/// From this seed on the engine is closed before it is opened again.
const CLOSED_FROM: u64 = 19;
/// Batches after which everything is looked at.
const THOROUGH_EVERY: usize = 40;

pub const BUILDER: Taste = Taste { builds: 60, works: 34, submits: 15, fails: 12, waits: 30 };
pub const WORKER: Taste = Taste { builds: 12, works: 80, submits: 95, fails: 7, waits: 8 };
pub const OPERATOR: Taste = Taste { builds: 30, works: 45, submits: 60, fails: 30, waits: 12 };

pub struct Walk {
    seed: u64,
    batch: usize,
    pub doing: String,
    pub world: World,
    pub model: Model,
    pub script: Script,
    history: History,
    pub now: i64,
    cursor: String,
    /// Whether the clock jumps by days, both ways, and how far it stands ahead by that.
    pub jumps: bool,
    pub away_ms: i64,
}

#[test]
fn the_engine_and_the_model_of_flows_agree_after_every_batch() {
    let (chosen, many) = (chosen(), set("TIDEGATE_FLOW_SEEDS").unwrap_or(20));
    let batches = set("TIDEGATE_STEPS").map_or(BATCHES, |steps| usize::try_from(steps).expect("a number of batches"));
    let mut met = BTreeMap::new();
    for seed in
        (1..=many).filter(|seed| chosen.is_none_or(|chosen| chosen == *seed)).chain(chosen.filter(|one| *one > many))
    {
        let taste = [BUILDER, WORKER, OPERATOR][usize::try_from(seed % 3).expect("a place")];
        println!("seed {seed}, {batches} steps");
        for (what, times) in Walk::new(seed, taste).go(batches) {
            *met.entry(what).or_insert(0) += times;
        }
    }
    println!("{met:#?}");
    let missed: Vec<_> = MET.iter().filter(|what| !met.contains_key(**what)).collect();
    assert!(chosen.is_some() || batches < BATCHES || missed.is_empty(), "never met: {missed:?}");
}

/// What a default run meets.
const MET: [&str; 34] = [
    "a backlog",
    "a backlog that was finished",
    "a deadline",
    "a flow cancelled",
    "a flow reopened",
    "a flow that completed",
    "a flow that completed with a loser",
    "a flow that failed",
    "a lease given back",
    "a member no longer skipped",
    "a member replayed",
    "a member that had ended",
    "a quorum met",
    "a quorum out of reach",
    "a round of children",
    "a sibling of a met quorum",
    "a sibling of a quorum out of reach",
    "a skip",
    "a skip of one not needed",
    "a skipped member replayed",
    "an execution created as a member",
    "a wake of a member that depends on others",
    "an all_of group impossible",
    "an all_of group satisfied",
    "an any_of group satisfied",
    "an any_of group impossible",
    "an edge of an earlier round",
    "an edge whose upstream had ended",
    "an edge whose upstream succeeded later",
    "an end by the reclaim cap",
    "an input of one that had ended",
    "an input that was replaced",
    "an upstream that runs for one left behind",
    "children that took too long",
];

impl Walk {
    pub fn new(seed: u64, taste: Taste) -> Self {
        Self {
            seed,
            batch: 0,
            doing: String::new(),
            world: World::memory(seed),
            model: Model::default(),
            script: Script { random: Random::new(seed), taste },
            history: History::default(),
            now: START,
            cursor: "start".to_owned(),
            jumps: false,
            away_ms: 0,
        }
    }

    pub fn go(mut self, batches: usize) -> BTreeMap<&'static str, usize> {
        for batch in 0..batches {
            self.batch = batch;
            self.pass_time();
            self.jump();
            match self.script.random.below(50) {
                0 => self.reopen(),
                1 => self.tick(),
                _ => self.make(),
            }
            if batch % THOROUGH_EVERY == THOROUGH_EVERY - 1 || batch + 1 == batches {
                self.look_at_everything();
            }
        }
        self.model.met
    }

    /// Stops with all that is needed to walk there again.
    fn stop(&self, what: &str, lines: &[String]) -> ! {
        panic!("seed {}, batch {}: {what}\n  {}\nwhile: {}", self.seed, self.batch, lines.join("\n  "), self.doing);
    }

    fn agree(&self, what: &str, expected: &Value, found: &Value) {
        let mut lines = Vec::new();
        differences(expected, found, "", &mut lines);
        if !lines.is_empty() {
            lines.push(format!("the model: {expected}"));
            lines.push(format!("the engine: {found}"));
            self.stop(what, &lines);
        }
    }

    fn pass_time(&mut self) {
        let next = self.model.next_due_at();
        let random = &mut self.script.random;
        self.now += match random.below(20) {
            0..=8 => 0,
            9..=14 => random.within(1, 20),
            15..=17 => random.within(21, 1_500),
            18 => random.within(1_500, 8_000),
            _ => next.map_or(0, |at| (at - self.now).max(0)),
        };
        self.world.set_clock(self.now);
    }

    /// A submission stands alone: the ids of its edges are asked for afterwards.
    fn calls(&mut self) -> Vec<Said> {
        let mut calls = Vec::new();
        for _ in 0..=self.script.random.below(7) {
            let call = self.script.call(&self.model, self.now);
            if call.0 == "submit_flow" {
                return vec![call];
            }
            calls.push(call);
        }
        calls
    }

    /// Everything that is remembered is read again; in some walks what is held was given back before.
    fn reopen(&mut self) {
        let closes = self.seed >= CLOSED_FROM;
        self.doing = format!("reopen at {}, closed before: {closes}", self.now);
        if let Err(e) = if closes { self.world.close() } else { Ok(()) } {
            self.stop("a close fails", &[e.to_string()]);
        }
        self.world.reopen();
        self.model.next_step();
        if closes {
            self.model.closed(self.now);
        }
        self.model.connection += 1;
        // The reads that follow apply what is due.
        self.model.apply_due(self.now);
        self.settle();
    }

    fn tick(&mut self) {
        self.doing = format!("tick at {}", self.now);
        self.model.next_step();
        self.model.apply_due(self.now);
        let answer = match self.world.engine().tick() {
            Ok(answer) => serde_json::to_value(answer).expect("an answer has JSON"),
            Err(e) => self.stop("a tick fails", &[e.to_string()]),
        };
        self.agree("a tick", &json!({ "more": false, "nextDueAt": self.model.next_due_at() }), &answer);
        self.wakes(&answer["wakes"]);
        self.settle();
    }

    /// Some calls, one of them at times twice with the same request id.
    fn make(&mut self) {
        let mut calls = self.calls();
        let twice = self.script.random.percent(12).then(|| self.script.random.below(calls.len()));
        if let Some(place) = twice {
            calls.insert(place, calls[place].clone());
        }
        let id = format!("batch {}", self.batch);
        let told: Vec<String> = calls.iter().map(|(op, args)| format!("{op} {args}")).collect();
        self.doing = format!("at {}:\n    {}", self.now, told.join("\n    "));
        self.model.next_step();
        let batch = say_twice(&mut self.world, &calls, twice.map(|place| (place, id.as_str())));
        let answers = batch["answers"].as_array().expect("answers");
        for (place, ((op, args), found)) in calls.iter().zip(answers).enumerate() {
            // What changed something is answered again; all else is looked at anew.
            let former = twice.filter(|first| first + 1 == place).map(|first| &answers[first]);
            let kept = former.filter(|former| former.get("ok").is_some_and(|answer| !answer.is_null()));
            self.model.apply_due(if kept.is_some() { self.now } else { 0 });
            let expected = kept.cloned().unwrap_or_else(|| self.model.answer(op, args, found, self.now));
            self.agree(&format!("the answer to {op} {args}"), &expected, found);
            self.history.granted(op, args, found);
            if *op == "submit_flow" && found.get("ok").is_some() && kept.is_none() {
                self.name_edges(&found["ok"]["flowId"]);
            }
        }
        self.agree("when time acts next", &json!({ "nextDueAt": self.model.next_due_at() }), &batch);
        self.wakes(&batch["wakes"]);
        self.model.apply_due(self.now);
        self.settle();
    }

    fn name_edges(&mut self, flow_id: &Value) {
        let graph = ask(&mut self.world, "flow_graph", &json!({ "flowId": flow_id }));
        let flow = self.model.flow_ids[flow_id.as_str().expect("a flow id")];
        if let Err(wrong) = self.model.name_edges(flow, &graph) {
            self.stop("the edges of a submitted flow", &[wrong]);
        }
    }

    /// Who waits for an execution that ended is woken, and so is who waits for a flow that is over; nobody else is.
    fn wakes(&self, wakes: &Value) {
        let woken: Vec<&str> = wakes["finished"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let missed = self.model.finished.iter().chain(&self.model.over).filter(|id| !woken.contains(&id.as_str()));
        let missed: Vec<String> = missed.map(|id| format!("asleep: {id}")).collect();
        let over = |id: &str| {
            self.model.over.contains(id) || self.model.flow_ids.get(id).is_some_and(|flow| self.model.is_over(*flow))
        };
        let wrongly = woken.iter().filter(|id| !self.model.finished.contains(**id) && !over(id));
        let wrong: Vec<String> = missed.into_iter().chain(wrongly.map(|id| format!("woken: {id}"))).collect();
        if !wrong.is_empty() {
            self.stop("the wakes", &wrong);
        }
    }

    /// After a batch: its events, and whatever it touched.
    pub fn settle(&mut self) {
        let (found, cursor) = events_after(&mut self.world, &self.cursor.clone(), &json!({}));
        self.cursor = cursor;
        let expected = self.model.told();
        self.agree("the events", &expected, &json!(found));
        if let Err(broken) = self.history.events(&found) {
            self.stop(&broken, &[]);
        }
        for row in self.model.touched.clone() {
            self.look_at(row);
        }
        for flow in self.model.touched_flows.clone() {
            self.look_at_flow(flow);
        }
    }

    fn look_at(&mut self, row: usize) {
        let id = json!({ "executionId": self.model.members[row].id });
        for op in ["describe_execution", "evaluate_flow_eligibility", "resolve_execution_flow_id"] {
            self.read(op, &id);
        }
    }

    fn look_at_flow(&mut self, flow: usize) {
        let id = json!({ "flowId": self.model.flows[flow].id });
        let snapshot = self.read("describe_flow", &id);
        let graph = self.read("flow_graph", &id);
        self.read("wait_flow", &id);
        if let Err(broken) = self.history.flow(&snapshot, &graph) {
            self.stop(&broken, &[format!("{snapshot}"), format!("{graph}")]);
        }
    }

    /// Asks both; answers what the engine says.
    fn read(&mut self, op: &'static str, args: &Value) -> Value {
        let mut found = ask(&mut self.world, op, args);
        if op == "flow_graph" {
            let edges = found["edges"].as_array_mut().expect("edges");
            edges.sort_by_key(|edge| edge["edgeId"].to_string());
        }
        let expected = self.model.answer(op, args, &Value::Null, self.now)["ok"].take();
        self.agree(&format!("{op} {args}"), &expected, &found);
        found
    }

    fn look_at_everything(&mut self) {
        let changes = total_changes(&*self.world.driver());
        let broken = broken_rules(&*self.world.driver());
        if !broken.is_empty() {
            self.stop("rows keep their rules", &broken);
        }
        for row in 0..self.model.members.len() {
            self.look_at(row);
        }
        for flow in 0..self.model.flows.len() {
            self.look_at_flow(flow);
            self.look_at_edges(flow);
        }
        self.pages();
        let (events, _) = events_after(&mut self.world, "start", &json!({}));
        for flow in 0..self.model.flows.len() {
            self.look_at_log(flow, &events);
        }
        if let Err(broken) = self.history.in_the_end(&self.model, &events) {
            self.stop(&broken, &[]);
        }
        if total_changes(&*self.world.driver()) > changes {
            self.stop("reads with nothing due write nothing", &[]);
        }
    }

    fn look_at_edges(&mut self, flow: usize) {
        let flow_id = self.model.flows[flow].id.clone();
        for edge in self.model.flows[flow].edges.clone() {
            let id = self.model.edges[edge].id.clone();
            self.read("describe_edge", &json!({ "flowId": flow_id, "edgeId": id }));
        }
        self.pages_of("list_edges", json!({ "flowId": flow_id, "limit": 4 }));
        for row in self.model.flows[flow].members.clone() {
            let id = self.model.members[row].id.clone();
            for member in ["upstreamExecutionId", "downstreamExecutionId"] {
                self.pages_of("list_edges", json!({ "flowId": flow_id, member: id, "limit": 1 + row % 7 }));
            }
        }
    }

    /// All pages of a listing.
    fn pages_of(&mut self, op: &'static str, mut args: Value) {
        loop {
            let page = self.read(op, &args);
            let Some(cursor) = page["nextCursor"].as_str() else { break };
            args["cursor"] = json!(cursor);
        }
    }

    fn pages(&mut self) {
        self.pages_of("list_flows", json!({ "limit": 3 }));
        for states in [json!(["open", "running", "blocked"]), json!(["failed"]), json!(["completed", "cancelled"])] {
            self.pages_of("list_flows", json!({ "limit": 2, "states": states }));
        }
        self.pages_of("list_flows", json!({ "limit": 1, "kind": "flow", "namespace": "team" }));
        for namespace in ["team", "nobody"] {
            self.pages_of("list_flows", json!({ "limit": 3, "namespace": namespace }));
        }
    }

    /// The log of a flow is its own events and those of who is a member now.
    fn look_at_log(&mut self, flow: usize, events: &[Value]) {
        let one = &self.model.flows[flow];
        let of_it = |event: &&Value| {
            let member = event["executionId"].as_str().and_then(|id| self.model.by_id.get(id));
            event["flowId"] == json!(one.id) && event["executionId"].is_null()
                || member.is_some_and(|row| one.members.contains(row))
        };
        let expected: Vec<&Value> = events.iter().filter(of_it).collect();
        let expected = json!(expected);
        let (found, _) = events_after(&mut self.world, "start", &json!({ "flowId": one.id }));
        self.agree("the log of a flow", &expected, &json!(found));
    }
}
