//! A transition with all that follows from it: what nearly every operation does.

use super::cascade::follow;
pub use super::transit::{Change, Ending, append, renewed, reported, told, transit};
use super::turn::Turn;
use crate::error::Result;
use crate::model::executions::execution::Execution;

/// Carries out a transition with all that follows from it in its flow.
pub fn settle(turn: &mut Turn<'_>, execution: &mut Execution, change: Change<'_>) -> Result<()> {
    let at = change.at;
    transit(turn, execution, change)?;
    match execution.flow {
        Some(flow) => follow(turn, flow, at),
        None => Ok(()),
    }
}
