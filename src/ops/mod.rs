//! One function per operation, its argument and answer structs beside it, and the table that names them all.
//!
//! Invariant: an operation checks its arguments, loads, refuses, decides by the model, saves, and appends its event, in
//! that order; every refusal comes before the first write. Absent on purpose: transactions, which only the engine opens.

pub mod abandon;
pub mod block;
pub mod call;
pub mod cancel;
pub mod claim;
pub mod claim_execution;
pub mod claim_for_worker;
pub mod claim_from_grant;
pub mod claim_resumed;
pub mod claimed;
pub mod complete;
pub mod complete_execution;
pub mod create;
pub mod delay;
pub mod describe;
pub mod due;
pub mod events;
pub mod explain;
pub mod fail;
pub mod fail_execution;
pub mod fence;
mod gate;
pub mod grant;
pub mod grant_and_claim;
pub mod heartbeat;
pub mod issue_claim_grant;
pub mod lane;
pub mod lanes;
pub mod leases;
pub mod list;
pub mod mark_dead;
pub mod operation;
pub mod priority;
pub mod progress;
pub mod reclaim;
pub mod reclaim_grant;
pub mod recorded;
pub mod register;
pub mod renew;
pub mod renew_lease;
pub mod replay;
pub mod result;
pub mod revoke;
pub mod scan;
pub mod settle;
pub mod snapshot;
pub mod step;
pub mod take;
pub mod turn;
pub mod unblock;
pub mod wait_children;
pub mod workers;

pub use call::Call;
pub use operation::{Answer, Operation, Ready};
pub use turn::{Turn, Wakes};
