//! Prepared situations, what is done in them, and how things go on afterwards.

pub mod clock;
pub mod crowd;
pub mod every;
pub mod executions;
pub mod flows;
pub mod later;
pub mod outcomes;
pub mod scheduled;
pub mod stage;
pub mod streams;
