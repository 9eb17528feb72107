//! The engine suite: what the engine promises, one sentence a test; natively, and as WebAssembly in Node and in a
//! dedicated worker of a browser. Compiled once for WebAssembly: whoever runs it says where.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::assigning_clones, missing_docs)]

#[path = "engine/mod.rs"]
mod engine;
