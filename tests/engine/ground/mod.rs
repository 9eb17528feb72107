//! What holds for every operation: batches, time, the gate, ids and handles, the phases and their table, the wire.

pub mod batch;
pub mod checks;
pub mod clock;
pub mod clock_back;
pub mod due;
pub mod error;
pub mod gate;
pub mod handle;
pub mod id;
pub mod phase_graph;
pub mod phase_table;
pub mod repeat;
pub mod request;
pub mod state_number;
pub mod state_vector;
pub mod tick;
pub mod typed;
pub mod wakes;
pub mod wire;
pub mod wire_bytes;
pub mod wire_limits;
pub mod wire_operations;
