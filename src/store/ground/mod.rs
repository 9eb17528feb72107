//! What every other room of the store stands on: the counters, namespaces, payloads, kept answers, the fronts of indexes,
//! migrations.

pub mod clock;
pub mod due;
pub mod front;
pub mod meta;
pub mod migrations;
pub mod namespace;
pub mod payload;
pub mod request;
pub mod squeeze;
