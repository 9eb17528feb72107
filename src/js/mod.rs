//! The wasm-bindgen class: the only place, with `host`, that knows `JsValue`.
//!
//! Invariant: every method answers or throws one `TidegateError`; arguments are plain data before the engine is
//! touched, so no getter or proxy of the caller runs inside a call. Absent on purpose: rules, parking, timers.

mod class;
mod clock;
mod errors;
mod memory;
mod object;
mod open;
mod opened;
mod operations;
mod plain;
