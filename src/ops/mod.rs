//! One function per operation, its argument and answer structs beside it, and the table that names them all.
//!
//! Invariant: an operation checks its arguments, loads, refuses, decides by the model, saves, and appends its event, in
//! that order; every refusal comes before the first write. Absent on purpose: transactions, which only the engine opens.

pub mod abandon;
mod arguments;
pub mod call;
pub mod cancel;
pub mod claim;
pub mod complete;
pub mod create;
pub mod delay;
pub mod describe;
pub mod due;
pub mod events;
pub mod fail;
mod gate;
pub mod list;
pub mod operation;
pub mod priority;
pub mod progress;
pub mod renew;
pub mod replay;
pub mod result;
pub mod revoke;
pub mod settle;
pub mod turn;

pub use call::Call;
pub use operation::{Answer, Operation, Ready};
pub use turn::{Turn, Wakes};
