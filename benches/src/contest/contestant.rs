//! Subjects with backlogs of different sizes, which claim in turn.
//!
//! Invariant: a backlog has the same size in each lap; what a lap claims is completed and created again, unmeasured.
//! A lap is one commit, so short that whatever else the machine does spoils few of them, and there are many laps.

use crate::measuring::kind::Kind;
use crate::measuring::lap::Laps;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::Subject;
use crate::subject::work::Work;
use tidegate::Result;

/// Claims in a lap, all in one commit.
pub const CLAIMS: u32 = 100;
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
