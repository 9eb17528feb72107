//! Events: what a row of the log tells, and of what cause.

pub mod event;
