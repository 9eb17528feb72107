//! The places that a run is started from: natively, in WebAssembly, and in a browser that calls step by step.

#[cfg(target_family = "wasm")]
pub mod browser;
#[cfg(target_family = "wasm")]
pub mod javascript;
#[cfg(not(target_family = "wasm"))]
pub mod native;
