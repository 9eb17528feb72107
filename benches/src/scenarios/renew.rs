//! Renewing live leases, in an order that is not that of their claims, in batches and one by one.

use crate::contest::ground::Ground;
use crate::measuring::kind::{Kind, WITHOUT_BARE};
use crate::measuring::lap::race;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::work::Work;
use tidegate::Result;

/// Measures renewals of so many in one commit, under all live leases.
pub fn measure(ground: &dyn Ground, plan: &Plan, batch: u32) -> Result<Line> {
    let leases = plan.lease_count();
    let count = leases / if batch == 1 && ground.slow() { 20 } else { 1 };
    let mut engine = ground.subject(Kind::Engine)?;
    let mut rows = ground.subject(Kind::Rows)?;
    for subject in [&mut engine, &mut rows] {
        subject.fill(0, Work::plain(leases, 100))?;
        subject.claim(leases, 100)?;
        subject.renew(leases, 100)?;
    }
    let laps = race(plan.rounds() * 3, WITHOUT_BARE, &mut |kind| {
        let subject = if kind == Kind::Engine { &mut engine } else { &mut rows };
        subject.shuffle();
        timed(count, || subject.renew(count, batch))
    })?;
    Ok(Line::of(ground.name(), &scenario(plan, batch), &laps))
}

/// Its name in the table.
pub fn scenario(plan: &Plan, batch: u32) -> String {
    let batch = if batch == 1 { "one".to_owned() } else { batch.to_string() };
    format!("renew in random order of {}, {batch} a commit", plan.lease_count())
}
