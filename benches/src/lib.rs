//! Measures Tidegate against the least SQL that does the same, in ratios within one run.
//!
//! Three subjects do the same work over the same driver: the engine, a floor that writes the *same rows* by hand, and a
//! *bare* queue of one table. They take turns lap by lap; reported are medians with least and most. Natively the binary
//! of this crate runs it; in WebAssembly `javascript::measure`, where the engine is called through its JavaScript class.
//! Nothing here fails for a time: a target that is missed says so in its line.

pub mod backlog;
pub mod bare;
#[cfg(target_family = "wasm")]
pub mod browser;
pub mod clock;
pub mod create;
pub mod database;
pub mod drain;
pub mod engine;
pub mod events;
pub mod floor;
pub mod flows;
pub mod graph;
pub mod ground;
pub mod history;
#[cfg(target_family = "wasm")]
pub mod javascript;
pub mod lanes;
pub mod lap;
pub mod line;
pub mod marks;
#[cfg(not(target_family = "wasm"))]
pub mod native;
pub mod open;
pub mod plan;
pub mod reading;
pub mod renew;
pub mod run;
pub mod same_rows;
pub mod sample;
pub mod streaming;
pub mod streams;
pub mod subject;
pub mod sweep;
pub mod version;
