//! What much that has ended costs: reading it, and claiming what waits beside it.

use crate::backlog::{Contestant, laps};
use crate::ground::{Ground, WITHOUT_BARE};
use crate::lap::{Laps, timed};
use crate::line::Line;
use crate::plan::Plan;
use crate::subject::{Subject, Work};
use tidegate::Result;

/// How much more a claim may cost beside a long history than beside none.
const GROWTH_MAX: f64 = 1.3;
/// Executions described in a lap.
const DESCRIBED: u32 = 1_000;
/// Pages read in a lap.
const LISTED: u32 = 50;

/// One way of reading what was picked.
type Read = fn(&mut dyn Subject) -> Result<()>;

/// Measures descriptions and pages of the history, then claims with it and without.
pub fn measure(ground: &dyn Ground, plan: &Plan) -> Result<Vec<Line>> {
    let (finished, waiting) = plan.history();
    let mut contestants = Vec::new();
    for (place, finished) in [0, finished].into_iter().enumerate() {
        for kind in WITHOUT_BARE {
            let mut subject = ground.subject(*kind)?;
            subject.fill(finished, Work::plain(waiting, 250))?;
            contestants.push(Contestant { kind: *kind, place, batch: 1, subject });
        }
    }
    let [reads, pages, none, much] = scenarios(plan);
    let mut lines = Vec::new();
    let ways: [(String, u32, Read); 2] =
        [(reads, DESCRIBED, |subject| subject.describe()), (pages, LISTED, |subject| subject.list())];
    for (scenario, count, read) in ways {
        let laps = read_laps(plan, &mut contestants, count, read)?;
        lines.push(Line::of(ground.name(), &scenario, &laps));
    }
    let laps = laps(plan, &mut contestants, 2)?;
    lines.push(Line::of(ground.name(), &none, &laps[0]));
    let line = Line::of(ground.name(), &much, &laps[1]).grown(&laps[1], &laps[0]);
    lines.push(line.at_most_own_growth(GROWTH_MAX));
    Ok(lines)
}

/// Lets the subjects with a history read it in turn.
fn read_laps(plan: &Plan, contestants: &mut [Contestant], count: u32, read: Read) -> Result<Laps> {
    let mut laps = Laps::default();
    let mut readers: Vec<&mut Contestant> = contestants.iter_mut().filter(|one| one.place == 1).collect();
    for reader in &mut readers {
        reader.subject.pick(count)?;
        read(&mut *reader.subject)?;
    }
    let number = readers.len();
    for round in 0..plan.rounds() * 3 {
        for turn in 0..number {
            let reader = &mut *readers[(round + turn) % number];
            let time = timed(count, || read(&mut *reader.subject))?;
            laps.of(reader.kind).push(time);
        }
    }
    Ok(laps)
}

/// The names in the table.
pub fn scenarios(plan: &Plan) -> [String; 4] {
    let (finished, waiting) = plan.history();
    [
        format!("describe_execution, {finished} finished"),
        format!("list_executions, page of 100, {finished} finished"),
        format!("claim at {waiting} waiting, none finished"),
        format!("claim at {waiting} waiting, {finished} finished"),
    ]
}
