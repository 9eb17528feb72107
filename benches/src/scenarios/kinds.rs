//! Claims from a lane in which many kinds wait, beside claims where there is one: naming none, one and a hundred of them. The
//! floor is the one of a single kind, which is what claims by kind are held to.

use crate::contest::contestant::{CLAIMS, Contestant, laps};
use crate::contest::ground::Ground;
use crate::measuring::kind::WITHOUT_BARE;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::subject::work::Work;
use tidegate::Result;

/// Measures each; the growth is from one kind, none named, to the others.
pub fn measure(ground: &dyn Ground, plan: &Plan) -> Result<Vec<Line>> {
    let ways = plan.kind_counts();
    let mut contestants = Vec::new();
    for (place, (kinds, named)) in ways.into_iter().enumerate() {
        for kind in WITHOUT_BARE {
            let mut subject = ground.subject(*kind)?;
            subject.serve_kinds(kinds, false)?;
            subject.create(Work::plain(plan.lane_backlog(), 250))?;
            if named > 0 {
                subject.serve_kinds(named, true)?;
                subject.create(Work::plain(2 * CLAIMS, CLAIMS))?;
            }
            contestants.push(Contestant { kind: *kind, place, batch: CLAIMS, subject });
        }
    }
    let laps = laps(plan, &mut contestants, ways.len())?;
    let mut lines = Vec::new();
    for (way, here) in ways.iter().zip(&laps) {
        let line = Line::of(ground.name(), &scenario(*way), here);
        lines.push(if lines.is_empty() { line } else { line.grown(here, &laps[0]) });
    }
    Ok(lines)
}

/// Its name in the table.
pub fn scenario((kinds, named): (u32, u32)) -> String {
    match named {
        0 => format!("claim, {kinds} kinds wait"),
        named => format!("claim naming {named}, {kinds} kinds wait"),
    }
}
