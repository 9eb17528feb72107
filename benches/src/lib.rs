//! Measures Tidegate against the least SQL that does the same, in ratios within one run.
//!
//! Three subjects do the same work over the same driver: the engine, a floor that writes the *same rows* by hand, and a
//! *bare* queue of one table. They take turns lap by lap; reported are medians with least and most. Natively the binary
//! of this crate runs it; in WebAssembly `places::javascript::measure`, where the engine is called through its
//! JavaScript class. Nothing here fails for a time: a target that is missed says so in its line.
//!
//! Rooms, each of which names only those before it: `subject`, `storage`, `floor`, `engine`, and beside these
//! `measuring`; then `contest`, `scenarios`, `places`.

pub mod contest;
pub mod engine;
pub mod floor;
pub mod measuring;
pub mod places;
pub mod scenarios;
pub mod storage;
pub mod subject;
