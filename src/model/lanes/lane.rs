//! Lanes: what they let through, how many of them a claim may name, and how many kinds.
//!
//! Invariant: word and number of a value never change once released. Contract: lanes.states.

use crate::error::Result;
use crate::model::ground::argument;
use crate::model::ground::vocabulary::vocabulary;

/// Most lanes in one claim.
pub const LANES_MAX: usize = 1_000;
/// Most kinds in one claim.
pub const KINDS_MAX: usize = 1_000;

vocabulary! {
    /// What a lane lets through.
    LaneState {
        /// Creates and claims.
        Active = 1, "active";
        /// No claims.
        Paused = 2, "paused";
        /// No creates.
        Draining = 3, "draining";
        /// Neither.
        Disabled = 4, "disabled";
    }
}

impl LaneState {
    /// Whether executions may be created in it.
    pub const fn creates(self) -> bool {
        matches!(self, Self::Active | Self::Paused)
    }

    /// Whether executions in it may be claimed.
    pub const fn claims(self) -> bool {
        matches!(self, Self::Active | Self::Draining)
    }
}

/// Checks the lanes of a claim.
pub fn check_lanes(lanes: &[String]) -> Result<()> {
    argument::between("lanes", lanes.len(), (1, LANES_MAX), "lanes")?;
    lanes.iter().try_for_each(|lane| argument::lane("lanes", lane))
}

/// Checks the kinds of a claim, where it names them.
pub fn check_kinds(kinds: Option<&[String]>) -> Result<()> {
    let Some(kinds) = kinds else { return Ok(()) };
    argument::between("kinds", kinds.len(), (1, KINDS_MAX), "kinds")?;
    kinds.iter().try_for_each(|kind| argument::name("kinds", kind))
}
