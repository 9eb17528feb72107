//! How things go on after a situation, so that whatever the engine remembers is put to use.

use crate::calls::op::{Call, Op, Watch};
use crate::rows::tables::Dump;
use crate::situations::executions::{cancel, claim, create, describe, progress, renewal, replay};
use crate::situations::flows;
use crate::situations::scheduled::{grant_for, heartbeat, listings, register, use_of};
use crate::situations::stage::{Stage, without_drawn};
use crate::situations::streams::again;
use serde_json::{Value, json};

impl Stage {
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
        let anybody = [register("process", "worker", None), heartbeat("process")];
        let kept = [grant_for(&["mail", "build"]), use_of("90"), use_of("1")];
        let early = [new.clone(), create("91", |one| one.priority = Some(7))];
        for call in early.into_iter().chain(claims.clone()).chain([describe("1"), describe("90")]).chain(kept) {
            answers.extend(self.world.send(&[call]).answers);
        }
        answers.extend(self.world.send(&[&anybody[..], &listings()].concat()).answers);
        self.pass(3_000);
        let events = Watch::after("start", None, &[]);
        let end = cancel("1");
        // In the end all that the engine remembers of an ended execution is put to use as well.
        let anew = [replay("1"), claim(&["mail"], 500)];
        let list = Op::List { cursor: None, before: None, limit: None, namespace: None };
        let late: Vec<Call> = claims
            .into_iter()
            .chain([grant_for(&["mail"]), heartbeat("process"), end, new])
            .chain(anew)
            .chain([Call::from(list), Call::from(events)])
            .chain(again("1"))
            .collect();
        answers.extend(self.world.send(&late).answers);
        answers.extend(self.world.send(&flows::again()).answers);
        answers.push(json!(self.world.engine().tick().expect("a tick").next_due_at));
        (answers.into_iter().map(without_drawn).collect(), self.dump())
    }
}
