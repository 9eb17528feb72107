//! The engine suite as WebAssembly in a dedicated worker of a browser: the same tests as in `engine_node`.

#![cfg(target_family = "wasm")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::assigning_clones, missing_docs)]

#[path = "engine/mod.rs"]
mod engine;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
