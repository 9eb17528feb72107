//! One function per operation, its argument and answer structs beside it, and the table that names them all.
//!
//! Invariant: an operation checks its arguments, loads, refuses, decides by the model, saves, and appends its event, in
//! that order; every refusal comes before the first write. Absent on purpose: transactions, which only the engine opens.

pub mod ground;

pub mod attempts;
pub mod events;
pub mod executions;
pub mod flows;
pub mod lanes;
pub mod operation;
pub mod protocol;
pub mod storage;
pub mod streams;
pub mod workers;

pub use ground::call::Call;
pub use ground::turn::Turn;
pub use ground::wakes::Wakes;
pub use operation::{Answer, Operation, Ready};
