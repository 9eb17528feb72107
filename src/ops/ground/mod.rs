//! What every operation stands on: the turn, the gate, a transition with all that follows from it, and what an end
//! causes in a flow.

pub mod blocked;
pub mod call;
pub mod cascade;
pub mod gate;
pub mod join;
pub mod recorded;
pub mod reopen;
pub mod settle;
pub mod tolerate;
pub mod transit;
pub mod turn;
pub mod upstream;
pub mod wakes;
