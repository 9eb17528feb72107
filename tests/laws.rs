//! The laws of the engine, as properties: a pure model walks beside it, timers are late or lost, pages are of any size.
//!
//! A failure names the seed and the step. `TIDEGATE_SEED` walks one seed, `TIDEGATE_STEPS` sets the steps of each. What
//! faults and hostile arguments do stands in `faults`, which shares the calls, the ground and the rows.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "laws/calls/mod.rs"]
mod calls;
#[path = "laws/flows/mod.rs"]
mod flows;
#[path = "laws/ground/mod.rs"]
mod ground;
#[path = "laws/json.rs"]
mod json;
#[path = "laws/model/mod.rs"]
mod model;
#[path = "laws/rows/mod.rs"]
mod rows;
#[path = "laws/script/mod.rs"]
mod script;
#[path = "laws/walks/mod.rs"]
mod walks;
