//! What every rule stands on: how arguments are read and checked, the words of the wire, ids, payloads, and small
//! ordered structures. It knows no execution.

pub mod argument;
pub mod cause;
pub mod frontier;
pub mod given;
pub mod heads;
pub mod id;
pub mod json;
pub mod merge;
pub mod payload;
pub mod span;
pub mod vocabulary;
pub mod word;
