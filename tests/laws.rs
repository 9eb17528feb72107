//! The laws of the engine, as properties: a pure model walks beside it, faults come at every statement, timers are late
//! or lost, arguments are arbitrary, and every statement is an index search.
//!
//! A failure names the seed and the step. `TIDEGATE_SEED` walks one seed, `TIDEGATE_STEPS` sets the steps of each.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "laws/arbitrary.rs"]
mod arbitrary;
#[path = "laws/failing.rs"]
mod failing;
#[path = "laws/focused.rs"]
mod focused;
#[path = "laws/gate.rs"]
mod gate;
#[path = "laws/handle.rs"]
mod handle;
#[path = "laws/invalid.rs"]
mod invalid;
#[path = "laws/late_timer.rs"]
mod late_timer;
#[path = "laws/law.rs"]
mod law;
#[path = "laws/met.rs"]
mod met;
#[path = "laws/model.rs"]
mod model;
#[path = "laws/mutation.rs"]
mod mutation;
#[path = "laws/op.rs"]
mod op;
#[path = "laws/operator.rs"]
mod operator;
#[path = "laws/paging.rs"]
mod paging;
#[path = "laws/picture.rs"]
mod picture;
#[path = "laws/plans.rs"]
mod plans;
#[path = "laws/random.rs"]
mod random;
#[path = "laws/record.rs"]
mod record;
#[path = "laws/refusing.rs"]
mod refusing;
#[path = "laws/rows.rs"]
mod rows;
#[path = "laws/rules.rs"]
mod rules;
#[path = "laws/script.rs"]
mod script;
#[path = "laws/situation.rs"]
mod situation;
#[path = "laws/source.rs"]
mod source;
#[path = "laws/stage.rs"]
mod stage;
#[path = "laws/time.rs"]
mod time;
#[path = "laws/walk.rs"]
mod walk;
#[path = "laws/world.rs"]
mod world;
