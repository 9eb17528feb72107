//! Claims that name many lanes, with work spread over all of them, beside claims that name one.

use crate::contest::contestant::{Contestant, laps};
use crate::contest::ground::Ground;
use crate::measuring::kind::WITHOUT_BARE;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::subject::work::Work;
use tidegate::Result;

/// Claims in one commit.
const BATCH: u32 = 100;

/// Measures claims from one lane and from many; the growth is from the one to the other.
pub fn measure(ground: &dyn Ground, plan: &Plan) -> Result<Vec<Line>> {
    let numbers = plan.lane_counts();
    let waiting = plan.lane_backlog();
    let mut contestants = Vec::new();
    for (place, lanes) in numbers.into_iter().enumerate() {
        for kind in WITHOUT_BARE {
            let mut subject = ground.subject(*kind)?;
            subject.serve(lanes)?;
            subject.fill(0, Work::plain(waiting, 250))?;
            contestants.push(Contestant { kind: *kind, place, batch: BATCH, subject });
        }
    }
    let laps = laps(plan, &mut contestants, numbers.len())?;
    let lines = numbers.iter().zip(&laps).map(|(lanes, here)| Line::of(ground.name(), &scenario(*lanes), here));
    let mut lines: Vec<Line> = lines.collect();
    if let Some(many) = lines.pop() {
        lines.push(many.grown(&laps[1], &laps[0]));
    }
    Ok(lines)
}

/// Its name in the table.
pub fn scenario(lanes: u32) -> String {
    if lanes == 1 { "claim from 1 lane".to_owned() } else { format!("claim from {lanes} lanes") }
}
