//! Flows.

pub mod cancel;
pub mod cancel_header;
pub mod cancel_members;
pub mod create;
pub mod deletion;
pub mod describe;
pub mod edges;
pub mod filter;
pub mod graph;
pub mod list;
pub mod member;
pub mod reads;
pub mod replay;
pub mod retention;
pub mod seal;
pub mod state;
pub mod submit;
pub mod submit_fields;
pub mod submit_refused;
pub mod submit_wire;
pub mod tags;
pub mod wait;
pub mod wire;
