//! Leases that have expired while nobody looked, swept by ticks until none is left.

use crate::contest::ground::Ground;
use crate::measuring::kind::WITHOUT_BARE;
use crate::measuring::lap::race;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::work::{TTL_MS, Work};
use tidegate::Result;

/// How long a sweep may take, in times of the same-rows floor.
const TIMES_MAX: f64 = 2.0;

/// Measures a sweep of leases that were claimed together.
pub fn measure(ground: &dyn Ground, plan: &Plan) -> Result<Line> {
    let count = plan.expired_count();
    let laps = race(plan.rounds(), WITHOUT_BARE, &mut |kind| {
        let mut subject = ground.subject(kind)?;
        subject.fill(0, Work::plain(count, 250))?;
        subject.claim(count, 250)?;
        subject.pass(TTL_MS + 1)?;
        timed(count, || subject.sweep(count))
    })?;
    Ok(Line::of(ground.name(), &scenario(plan), &laps).at_most_rows(TIMES_MAX, &laps))
}

/// Its name in the table.
pub fn scenario(plan: &Plan) -> String {
    format!("sweep of {} expired leases", plan.expired_count())
}
