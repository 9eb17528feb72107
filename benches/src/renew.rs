//! Renewing live leases.

use crate::ground::{Ground, Kind, WITHOUT_BARE};
use crate::lap::{race, timed};
use crate::line::Line;
use crate::plan::Plan;
use crate::subject::Work;
use tidegate::Result;

/// Its name in the table.
pub const SCENARIO: &str = "renew, 100 a commit";

/// Measures renewals of all live leases.
pub fn measure(ground: &dyn Ground, plan: &Plan) -> Result<Line> {
    let count = plan.lease_count();
    let mut engine = ground.subject(Kind::Engine)?;
    let mut rows = ground.subject(Kind::Rows)?;
    for subject in [&mut engine, &mut rows] {
        subject.fill(0, Work::plain(count, 100))?;
        subject.claim(count, 100)?;
        subject.renew(count, 100)?;
    }
    let laps = race(plan.rounds() * 3, WITHOUT_BARE, &mut |kind| {
        let subject = if kind == Kind::Engine { &mut engine } else { &mut rows };
        timed(count, || subject.renew(count, 100))
    })?;
    Ok(Line::of(ground.name(), SCENARIO, &laps))
}
