//! Flows: building, reading, sealing, waiting for and cancelling them.

pub mod add_member;
pub mod cancel;
pub mod cancel_ack;
pub mod cancel_header;
pub mod create;
pub mod describe;
pub mod edges;
pub mod find;
pub mod get_tag;
pub mod graph;
pub mod list;
pub mod members;
pub mod of_execution;
pub mod seal;
pub mod set_tag;
pub mod submit;
pub mod wait;
