//! The engine suite, natively and as WebAssembly in Node: what the engine promises, one sentence a test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::assigning_clones, missing_docs)]

#[path = "engine/mod.rs"]
mod engine;
