//! Laps: subjects take turns, so that whatever else the machine does meets all of them alike.

use crate::measuring::kind::Kind;
use serde::Deserialize;
use tidegate::Result;

/// Times of each subject's laps, in ns for one operation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Laps {
    /// The engine's.
    pub engine: Vec<f64>,
    /// The same-rows floor's.
    pub rows: Vec<f64>,
    /// The bare floor's.
    pub bare: Vec<f64>,
    /// Those of a plain write for each commit.
    pub raw: Vec<f64>,
}

impl Laps {
    /// The laps of one subject.
    pub fn of(&mut self, kind: Kind) -> &mut Vec<f64> {
        match kind {
            Kind::Engine => &mut self.engine,
            Kind::Rows => &mut self.rows,
            Kind::Bare => &mut self.bare,
        }
    }
}

/// Lets the subjects run so many laps in turn; another one begins each round.
pub fn race(rounds: usize, kinds: &[Kind], lap: &mut dyn FnMut(Kind) -> Result<f64>) -> Result<Laps> {
    let mut laps = Laps::default();
    for round in 0..rounds {
        for turn in 0..kinds.len() {
            let kind = kinds[(round + turn) % kinds.len()];
            let time = lap(kind)?;
            laps.of(kind).push(time);
        }
    }
    Ok(laps)
}
