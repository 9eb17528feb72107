//! Claiming and completing all that waits, in batches and one by one.

use crate::contest::ground::Ground;
use crate::measuring::kind::ALL;
use crate::measuring::lap::race;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::work::Work;
use tidegate::Result;

/// Measures claim and completion of so many in one commit.
pub fn measure(ground: &dyn Ground, plan: &Plan, batch: u32) -> Result<Line> {
    let count = plan.lap_count() / if batch == 1 && ground.slow() { 20 } else { 1 };
    let laps = race(plan.rounds(), ALL, &mut |kind| {
        let mut subject = ground.subject(kind)?;
        subject.fill(0, Work::plain(count + 100, 100))?;
        subject.drain(100, batch)?;
        timed(count, || subject.drain(count, batch))
    })?;
    let line = Line::of(ground.name(), &scenario(batch), &laps);
    Ok(if batch == 1 { line } else { line.at_least_of_rows(ground.share()) })
}

/// Its name in the table.
pub fn scenario(batch: u32) -> String {
    if batch == 1 { "claim + complete, one a commit".to_owned() } else { format!("claim + complete, {batch} a commit") }
}
