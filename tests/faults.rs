//! What goes wrong, as properties: a statement fails at any place, or whenever it is run, arguments are arbitrary; and
//! every statement is an index search.
//!
//! The calls, the ground and the rows are those of `laws`, of which only a part is needed here.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "faults/arbitrary.rs"]
mod arbitrary;
#[path = "laws/calls/mod.rs"]
#[allow(dead_code, reason = "shared with `laws`, which uses the rest")]
mod calls;
#[path = "faults/failing.rs"]
mod failing;
#[path = "laws/ground/mod.rs"]
#[allow(dead_code, reason = "shared with `laws`, which uses the rest")]
mod ground;
#[path = "laws/json.rs"]
#[allow(dead_code, reason = "shared with `laws`, which uses the rest")]
mod json;
#[path = "faults/leaving.rs"]
mod leaving;
#[path = "faults/mutation.rs"]
mod mutation;
#[path = "faults/places.rs"]
mod places;
#[path = "faults/plans.rs"]
mod plans;
#[path = "faults/refusing.rs"]
mod refusing;
#[path = "laws/rows/mod.rs"]
#[allow(dead_code, reason = "shared with `laws`, which uses the rest")]
mod rows;
#[path = "faults/situations/mod.rs"]
mod situations;
#[path = "faults/source.rs"]
mod source;
#[path = "faults/valid.rs"]
mod valid;
