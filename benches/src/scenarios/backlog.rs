//! Claims while much waits: all of it for this worker, or in front of its own something it does not cover.
//!
//! Invariant: a backlog has the same size in each lap; what a lap claims is completed and created again, unmeasured.
//! A lap is one commit, so short that whatever else the machine does spoils few of them, and there are many laps.

use crate::ground::{ALL, Ground, Kind, WITHOUT_BARE};
use crate::lap::{Laps, timed};
use crate::line::Line;
use crate::plan::Plan;
use crate::subject::{FRONT, Subject, Work};
use tidegate::Result;

/// How much more a claim may cost at a large backlog, in growths of the floor.
const GROWTH_MAX: f64 = 1.3;
/// Claims in a lap, all in one commit.
const CLAIMS: u32 = 100;
/// Laps for each round of the plan.
const LAPS: usize = 10;

/// A subject with a backlog.
pub struct Contestant {
    /// Who it is.
    pub kind: Kind,
    /// Which of the backlogs that are compared it has.
    pub place: usize,
    /// How many it claims in one commit.
    pub batch: u32,
    /// Itself.
    pub subject: Box<dyn Subject>,
}

impl Contestant {
    fn lap(&mut self) -> Result<f64> {
        let (subject, batch) = (&mut self.subject, self.batch);
        let time = timed(CLAIMS, || subject.claim(CLAIMS, batch))?;
        subject.complete(CLAIMS, CLAIMS)?;
        subject.create(Work::plain(CLAIMS, CLAIMS))?;
        Ok(time)
    }
}

/// Measures claims at each backlog: all of it for the worker, or (with `sets`) in front of what it covers and spread
/// over so many requirement sets that it does not cover.
pub fn measure(ground: &dyn Ground, plan: &Plan, sets: Option<u32>) -> Result<Vec<Line>> {
    let sizes = plan.backlogs(ground.huge() && sets.is_none());
    let kinds = if sets.is_none() { ALL } else { WITHOUT_BARE };
    let mut contestants = Vec::new();
    for (place, backlog) in sizes.iter().enumerate() {
        for kind in kinds {
            let mut subject = ground.subject(*kind)?;
            stock(&mut *subject, *backlog, sets)?;
            contestants.push(Contestant { kind: *kind, place, batch: CLAIMS, subject });
        }
    }
    let laps = laps(plan, &mut contestants, sizes.len())?;
    Ok(lines(ground, sizes, sets, &laps))
}

/// Lets contestants claim in turn; answers the laps at each of so many backlogs.
pub fn laps(plan: &Plan, contestants: &mut [Contestant], backlogs: usize) -> Result<Vec<Laps>> {
    for contestant in contestants.iter_mut() {
        contestant.lap()?;
    }
    let mut laps = vec![Laps::default(); backlogs];
    let number = contestants.len();
    for round in 0..plan.rounds() * LAPS {
        for turn in 0..number {
            let contestant = &mut contestants[(round + turn) % number];
            let time = contestant.lap()?;
            laps[contestant.place].of(contestant.kind).push(time);
        }
    }
    Ok(laps)
}

fn stock(subject: &mut dyn Subject, backlog: u32, sets: Option<u32>) -> Result<()> {
    match sets {
        None => subject.fill(0, Work::plain(backlog, 250)),
        Some(sets) => {
            subject.fill(0, Work { count: backlog, batch: 250, priority: FRONT, sets })?;
            subject.create(Work::plain(CLAIMS, CLAIMS))
        }
    }
}

fn lines(ground: &dyn Ground, sizes: &[u32], sets: Option<u32>, laps: &[Laps]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (size, laps_here) in sizes.iter().zip(laps) {
        let line = Line::of(ground.name(), &scenario(*size, sets), laps_here);
        let is_smallest = lines.is_empty();
        lines.push(if is_smallest { line } else { line.grown(laps_here, &laps[0]).at_most_growth(GROWTH_MAX) });
    }
    lines
}

/// Its name in the table.
pub fn scenario(backlog: u32, sets: Option<u32>) -> String {
    match sets {
        None => format!("claim at a backlog of {backlog}"),
        Some(1) => format!("claim behind {backlog} uncovered"),
        Some(sets) => format!("claim behind {backlog} uncovered in {sets} sets"),
    }
}
