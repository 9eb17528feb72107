//! Prepared situations of a host's clock that was two days ahead and comes back.

use crate::calls::op::Call;
use crate::situations::executions::{claim, create, one, with_id};
use crate::situations::flows;
use crate::situations::stage::{Act, Situation, Stage};

const TWO_DAYS_MS: i64 = 172_800_000;

/// Created under a key and with a request id: four rows, the execution, its event, its key and the kept answer.
fn keyed(n: usize) -> Call {
    let set = |one: &mut crate::calls::op::Create| {
        one.id = Some(format!("{{fp:0}}:00000000-0000-4000-8000-{n:012}"));
        "crowd".clone_into(&mut one.lane);
        one.key = Some(n.to_string());
        one.window_ms = Some(5_000);
    };
    with_id(create("1", set), &format!("{n}"))
}

/// While the clock was ahead, so many were created, and one was claimed with a request id.
fn ahead(stage: &mut Stage, many: usize) {
    stage.grant(create("1", |one| one.attempt_timeout_ms = Some(TWO_DAYS_MS + 90_000)));
    stage.grant(claim(&["mail"], 20_000));
    stage.pass(TWO_DAYS_MS);
    let calls: Vec<Call> = (1_000..1_000 + many).map(keyed).collect();
    stage.world.send(&calls);
    stage.grant(with_id(claim(&["crowd"], 700), "kept"));
    stage.pass(-TWO_DAYS_MS);
}

/// The engine follows its clock.
fn follows(stage: &mut Stage) {
    stage.world.limits.follows_clock = Some(true);
    stage.world.reopen();
}

fn followed(stage: &mut Stage) {
    ahead(stage, 2);
    follows(stage);
}

/// A flow that was built while the clock was ahead.
fn built(stage: &mut Stage) {
    stage.pass(TWO_DAYS_MS);
    flows::timed(stage);
    stage.pass(-TWO_DAYS_MS);
    follows(stage);
}

/// More rows than one transaction moves.
fn crowded(stage: &mut Stage) {
    ahead(stage, 320);
}

fn crowd_followed(stage: &mut Stage) {
    crowded(stage);
    follows(stage);
}

pub const SITUATIONS: &[Situation] = &[
    Situation { name: "a clock that came back, met by a tick", prepare: followed, act: Act::Tick },
    Situation {
        name: "a clock that came back, met by a batch",
        prepare: followed,
        act: Act::Calls(|_| one(create("6", |_| {}))),
    },
    Situation { name: "a clock that came back to a flow", prepare: built, act: Act::Tick },
];

/// Too large for a fault at every statement.
pub const CROWDS: &[Situation] = &[
    Situation { name: "a clock put right in a crowd", prepare: crowded, act: Act::AcceptClock },
    Situation { name: "a clock that came back to a crowd", prepare: crowd_followed, act: Act::Tick },
];
