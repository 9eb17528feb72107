//! One line of the table: times, ratios within the run, and whether a target was met.

use crate::measuring::lap::Laps;
use crate::measuring::spread::{Spread, ratios};
use serde::Serialize;

/// By how much a claim costs more than at the smallest backlog.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Growth {
    /// The engine's growth.
    pub engine: Spread,
    /// The same-rows floor's own growth.
    pub rows: Spread,
    /// The engine's by the floor's, lap by lap.
    pub excess: Spread,
}

/// What was asked for, and what was found.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    /// In words.
    pub wanted: String,
    /// Lap by lap.
    pub found: Spread,
    /// Whether the median meets it.
    pub met: bool,
}

/// One line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The ground.
    pub place: String,
    /// What was done.
    pub scenario: String,
    /// Laps.
    pub rounds: usize,
    /// The engine's time, in ns for one operation.
    pub engine: Option<Spread>,
    /// The same-rows floor's time.
    pub rows: Option<Spread>,
    /// The bare floor's time.
    pub bare: Option<Spread>,
    /// The time of a plain write for each commit.
    pub raw: Option<Spread>,
    /// The engine's speed as a share of the same-rows floor's.
    pub share_of_rows: Option<Spread>,
    /// The engine's speed as a share of the bare floor's.
    pub share_of_bare: Option<Spread>,
    /// The engine's speed as a share of plain writes.
    pub share_of_raw: Option<Spread>,
    /// At larger backlogs.
    pub growth: Option<Growth>,
    /// What was asked for.
    pub target: Option<Target>,
}

impl Line {
    /// The line of some laps.
    pub fn of(place: &str, scenario: &str, laps: &Laps) -> Self {
        Self {
            place: place.to_owned(),
            scenario: scenario.to_owned(),
            rounds: laps.engine.len(),
            engine: Spread::of(&laps.engine),
            rows: Spread::of(&laps.rows),
            bare: Spread::of(&laps.bare),
            raw: Spread::of(&laps.raw),
            share_of_rows: Spread::of_ratios(&laps.rows, &laps.engine),
            share_of_bare: Spread::of_ratios(&laps.bare, &laps.engine),
            share_of_raw: Spread::of_ratios(&laps.raw, &laps.engine),
            growth: None,
            target: None,
        }
    }

    /// The line with its growth over the laps at the smallest backlog.
    #[must_use]
    pub fn grown(mut self, laps: &Laps, smallest: &Laps) -> Self {
        let engine = ratios(&laps.engine, &smallest.engine);
        let rows = ratios(&laps.rows, &smallest.rows);
        let spreads = (Spread::of(&engine), Spread::of(&rows), Spread::of_ratios(&engine, &rows));
        if let (Some(engine), Some(rows), Some(excess)) = spreads {
            self.growth = Some(Growth { engine, rows, excess });
        }
        self
    }

    /// Asks for a share of the same-rows floor's speed.
    #[must_use]
    pub fn at_least_of_rows(mut self, least: f64) -> Self {
        self.target = self.share_of_rows.map(|share| Target {
            wanted: format!("at least {least} of same rows"),
            found: share,
            met: share.median >= least,
        });
        self
    }

    /// Asks for a least ratio of two lists of times, lap by lap.
    #[must_use]
    pub fn at_least(mut self, wanted: String, above: &[f64], below: &[f64], least: f64) -> Self {
        self.target = Spread::of_ratios(above, below).map(|found| Target { wanted, found, met: found.median >= least });
        self
    }

    /// Asks for a limit of the time that the bare floor takes.
    #[must_use]
    pub fn at_most_bare(mut self, most: f64, laps: &Laps) -> Self {
        self.target = Spread::of_ratios(&laps.engine, &laps.bare).map(|times| Target {
            wanted: format!("at most {most} x bare"),
            found: times,
            met: times.median <= most,
        });
        self
    }

    /// Asks for a limit of the time that the same-rows floor takes.
    #[must_use]
    pub fn at_most_rows(mut self, most: f64, laps: &Laps) -> Self {
        self.target = Spread::of_ratios(&laps.engine, &laps.rows).map(|times| Target {
            wanted: format!("at most {most} x same rows"),
            found: times,
            met: times.median <= most,
        });
        self
    }

    /// Asks for a limit of the engine's own growth.
    #[must_use]
    pub fn at_most_own_growth(mut self, most: f64) -> Self {
        self.target = self.growth.map(|growth| Target {
            wanted: format!("at most {most} x growth"),
            found: growth.engine,
            met: growth.engine.median <= most,
        });
        self
    }

    /// Asks for a limit of the growth beyond the floor's.
    #[must_use]
    pub fn at_most_growth(mut self, most: f64) -> Self {
        self.target = self.growth.map(|growth| Target {
            wanted: format!("at most {most} x growth of same rows"),
            found: growth.excess,
            met: growth.excess.median <= most,
        });
        self
    }
}
