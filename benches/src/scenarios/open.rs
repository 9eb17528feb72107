//! Opening a database that holds much, and making the first claim.

use crate::contest::ground::Ground;
use crate::measuring::kind::{ALL, Kind};
use crate::measuring::lap::race;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::Subject;
use crate::subject::work::Work;
use tidegate::{Code, Error, Result};

/// How long it may take, in times of the bare floor.
const TIMES_MAX: f64 = 3.0;

/// Measures opening and the first claim.
pub fn measure(ground: &dyn Ground, plan: &Plan) -> Result<Line> {
    let (finished, waiting) = plan.stored();
    let mut subjects: Vec<(Kind, Box<dyn Subject>)> = Vec::new();
    for kind in ALL {
        let mut subject = ground.subject(*kind)?;
        subject.fill(finished, Work::plain(waiting, 250))?;
        subjects.push((*kind, subject));
    }
    let laps = race(plan.rounds() * 2, ALL, &mut |kind| {
        let subject = subjects.iter_mut().find(|(own, _)| *own == kind).map(|(_, subject)| subject);
        let subject = subject.ok_or_else(|| Error::new(Code::InvariantBroken, "a subject is missing"))?;
        subject.close();
        timed(1, || {
            subject.open()?;
            subject.claim(1, 1)
        })
    })?;
    Ok(Line::of(ground.name(), &scenario(plan), &laps).at_most_bare(TIMES_MAX, &laps))
}

/// Its name in the table.
pub fn scenario(plan: &Plan) -> String {
    let (finished, waiting) = plan.stored();
    format!("open {finished} finished, {waiting} waiting; first claim")
}
