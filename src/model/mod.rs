//! Pure rules: what an execution is and what may happen to it.
//!
//! Absent on purpose: SQL, JavaScript, clocks and randomness.

pub mod argument;
pub mod capability;
pub mod cause;
pub mod due;
pub mod edge;
pub mod ending;
pub mod event;
pub mod execution;
pub mod flow;
pub mod frame;
pub mod frontier;
pub mod gate;
pub mod given;
pub mod grant;
pub mod graph;
pub mod handle;
pub mod id;
pub mod json;
pub mod lease;
pub mod merge;
pub mod order;
pub mod payload;
pub mod phase;
pub mod policy;
pub mod retained;
pub mod retry;
pub mod scheduling;
pub mod span;
pub mod stream;
pub mod summary;
pub mod tag;
pub mod transition;
pub mod vocabulary;
mod word;
