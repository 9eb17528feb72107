//! Creating executions, in batches and one by one.

use crate::contest::ground::Ground;
use crate::measuring::kind::ALL;
use crate::measuring::lap::race;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::work::Work;
use tidegate::Result;

/// Measures creates of so many in one commit.
pub fn measure(ground: &dyn Ground, plan: &Plan, batch: u32) -> Result<Line> {
    let count = plan.lap_count() / if batch == 1 && ground.slow() { 20 } else { 1 };
    let laps = race(plan.rounds(), ALL, &mut |kind| {
        let mut subject = ground.subject(kind)?;
        subject.create(Work::plain(100, batch))?;
        timed(count, || subject.create(Work::plain(count, batch)))
    })?;
    Ok(Line::of(ground.name(), &scenario(batch), &laps))
}

/// Its name in the table.
pub fn scenario(batch: u32) -> String {
    if batch == 1 { "create, one a commit".to_owned() } else { format!("create, {batch} a commit") }
}
