//! The list of all prepared situations but the crowds, which are too large for a fault at every statement.

use crate::situations::stage::Situation;
use crate::situations::{clock, executions, flows, outcomes, scheduled, streams};

/// All of them.
pub fn situations() -> impl Iterator<Item = &'static Situation> {
    let others = scheduled::SITUATIONS.iter().chain(streams::SITUATIONS).chain(flows::SITUATIONS);
    let others = others.chain(outcomes::SITUATIONS).chain(clock::SITUATIONS);
    executions::SITUATIONS.iter().chain(others)
}
