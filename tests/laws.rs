//! The laws of the engine, as properties: a pure model walks beside it, faults come at every statement, timers are late
//! or lost, arguments are arbitrary, and every statement is an index search.
//!
//! A failure names the seed and the step. `TIDEGATE_SEED` walks one seed, `TIDEGATE_STEPS` sets the steps of each.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "laws/arbitrary.rs"]
mod arbitrary;
#[path = "laws/asking.rs"]
mod asking;
#[path = "laws/chronicle.rs"]
mod chronicle;
#[path = "laws/constraint.rs"]
mod constraint;
#[path = "laws/crowd.rs"]
mod crowd;
#[path = "laws/failing.rs"]
mod failing;
#[path = "laws/finding.rs"]
mod finding;
#[path = "laws/flows/mod.rs"]
mod flows;
#[path = "laws/focused.rs"]
mod focused;
#[path = "laws/gate.rs"]
mod gate;
#[path = "laws/granted.rs"]
mod granted;
#[path = "laws/grants.rs"]
mod grants;
#[path = "laws/handle.rs"]
mod handle;
#[path = "laws/inquiry.rs"]
mod inquiry;
#[path = "laws/invalid.rs"]
mod invalid;
#[path = "laws/lasting.rs"]
mod lasting;
#[path = "laws/late_timer.rs"]
mod late_timer;
#[path = "laws/law.rs"]
mod law;
#[path = "laws/linkage.rs"]
mod linkage;
#[path = "laws/linked.rs"]
mod linked;
#[path = "laws/listing.rs"]
mod listing;
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
#[path = "laws/pages.rs"]
mod pages;
#[path = "laws/paging.rs"]
mod paging;
#[path = "laws/picture.rs"]
mod picture;
#[path = "laws/plans.rs"]
mod plans;
#[path = "laws/protocol.rs"]
mod protocol;
#[path = "laws/random.rs"]
mod random;
#[path = "laws/record.rs"]
mod record;
#[path = "laws/refusing.rs"]
mod refusing;
#[path = "laws/registry.rs"]
mod registry;
#[path = "laws/retention.rs"]
mod retention;
#[path = "laws/retry.rs"]
mod retry;
#[path = "laws/roster.rs"]
mod roster;
#[path = "laws/rows.rs"]
mod rows;
#[path = "laws/rules.rs"]
mod rules;
#[path = "laws/scheduled.rs"]
mod scheduled;
#[path = "laws/script.rs"]
mod script;
#[path = "laws/situation.rs"]
mod situation;
#[path = "laws/source.rs"]
mod source;
#[path = "laws/stage.rs"]
mod stage;
#[path = "laws/standing.rs"]
mod standing;
#[path = "laws/stream.rs"]
mod stream;
#[path = "laws/streaming.rs"]
mod streaming;
#[path = "laws/surroundings.rs"]
mod surroundings;
#[path = "laws/survey.rs"]
mod survey;
#[path = "laws/taking.rs"]
mod taking;
#[path = "laws/time.rs"]
mod time;
#[path = "laws/typed.rs"]
mod typed;
#[path = "laws/valid.rs"]
mod valid;
#[path = "laws/walk.rs"]
mod walk;
#[path = "laws/workers.rs"]
mod workers;
#[path = "laws/world.rs"]
mod world;
