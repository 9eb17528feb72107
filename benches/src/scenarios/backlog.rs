//! Claims while much waits: all of it for this worker, or in front of its own something it does not cover.

use crate::contest::contestant::{CLAIMS, Contestant, laps};
use crate::contest::ground::Ground;
use crate::measuring::kind::{ALL, WITHOUT_BARE};
use crate::measuring::lap::Laps;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::subject::Subject;
use crate::subject::work::{FRONT, Work};
use tidegate::Result;

/// How much more a claim may cost at a large backlog, in growths of the floor.
const GROWTH_MAX: f64 = 1.3;

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
