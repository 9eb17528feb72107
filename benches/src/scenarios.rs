//! What is run: one scenario a file, and the run that goes through them. A scenario knows the trait of a subject and the
//! ground that makes it, never who it is.

pub mod backlog;
pub mod create;
pub mod drain;
pub mod events;
pub mod flows;
pub mod history;
pub mod kinds;
pub mod lanes;
pub mod open;
pub mod renew;
pub mod run;
pub mod streams;
pub mod sweep;
