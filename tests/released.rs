//! A database that a release wrote lives on: this version opens it, reads of it what was read then, and goes on with it.
//!
//! `TIDEGATE_RELEASE=name` writes the fixture of that name, which is done once for a release and never again.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "released/fixture.rs"]
mod fixture;
#[path = "released/flows.rs"]
mod flows;
#[path = "laws/json.rs"]
#[allow(dead_code, reason = "shared with `laws`, which uses the rest")]
mod json;
#[path = "released/kinds.rs"]
mod kinds;
#[path = "released/lives.rs"]
mod lives;
#[path = "released/look.rs"]
mod look;
#[path = "released/opened.rs"]
mod opened;
#[path = "laws/rows/mod.rs"]
#[allow(dead_code, reason = "shared with `laws`, which uses the rest")]
mod rows;
#[path = "released/teller.rs"]
mod teller;
