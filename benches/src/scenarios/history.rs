//! What much that has ended costs: reading it, searching it, and claiming what waits beside it.

use crate::contest::contestant::{Contestant, laps};
use crate::contest::ground::Ground;
use crate::measuring::agreement::agree;
use crate::measuring::kind::WITHOUT_BARE;
use crate::measuring::lap::Laps;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::Subject;
use crate::subject::reading::Search;
use crate::subject::work::Work;
use tidegate::Result;

/// How much more a claim may cost beside a long history than beside none.
const GROWTH_MAX: f64 = 1.3;
/// Executions described in a lap.
const DESCRIBED: u32 = 1_000;
/// Pages read in a lap.
const LISTED: u32 = 50;

/// Searches in a lap.
const SEARCHED: u32 = 10;

/// What is searched for in the history.
const SEARCHES: [(&str, Search); 6] = [
    ("search_executions, newest first", Search::Newest),
    ("search_executions, failed, 1 in 1000", Search::Failed),
    ("search_executions, lane of 1 in 100", Search::Lane),
    ("search_executions, tag of 1 in 10000", Search::Tag),
    ("search_executions, kind of 1 in 50", Search::Kind),
    ("count_executions", Search::Counts),
];

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
            if finished > 0 {
                subject.mark()?;
            }
            contestants.push(Contestant { kind: *kind, place, batch: 1, subject });
        }
    }
    let ([reads, pages, none, much], searches) = (names(plan), searches(plan));
    let mut lines = Vec::new();
    let ways: [(String, u32, Read); 2] =
        [(reads, DESCRIBED, |subject| subject.describe()), (pages, LISTED, |subject| subject.list())];
    for (scenario, count, read) in ways {
        let laps = read_laps(plan, &mut contestants, count, read)?;
        lines.push(Line::of(ground.name(), &scenario, &laps));
    }
    for ((_, search), scenario) in SEARCHES.into_iter().zip(&searches) {
        if plan.wants(ground.name(), scenario) {
            let laps = search_laps(plan, &mut contestants, search)?;
            lines.push(Line::of(ground.name(), scenario, &laps));
        }
    }
    if ![&none, &much].into_iter().any(|scenario| plan.wants(ground.name(), scenario)) {
        return Ok(lines);
    }
    let laps = laps(plan, &mut contestants, 2)?;
    lines.push(Line::of(ground.name(), &none, &laps[0]));
    let line = Line::of(ground.name(), &much, &laps[1]).grown(&laps[1], &laps[0]);
    lines.push(line.at_most_own_growth(GROWTH_MAX));
    Ok(lines)
}

/// Lets the subjects with a history read what they picked of it in turn.
fn read_laps(plan: &Plan, contestants: &mut [Contestant], count: u32, read: Read) -> Result<Laps> {
    for reader in contestants.iter_mut().filter(|one| one.place == 1) {
        reader.subject.pick(count)?;
        read(&mut *reader.subject)?;
    }
    in_turn(plan, contestants, count, &mut |subject| read(subject))
}

/// Lets them search it in turn; all of them find as much.
fn search_laps(plan: &Plan, contestants: &mut [Contestant], search: Search) -> Result<Laps> {
    let mut wanted = None;
    in_turn(plan, contestants, SEARCHED, &mut |subject| {
        for _ in 0..SEARCHED {
            let found = subject.search(search)?;
            agree("lines", found, *wanted.get_or_insert(found))?;
        }
        Ok(())
    })
}

/// Lets the subjects with a history do the same in turn.
fn in_turn(
    plan: &Plan,
    contestants: &mut [Contestant],
    count: u32,
    act: &mut dyn FnMut(&mut dyn Subject) -> Result<()>,
) -> Result<Laps> {
    let mut laps = Laps::default();
    let mut readers: Vec<&mut Contestant> = contestants.iter_mut().filter(|one| one.place == 1).collect();
    let number = readers.len();
    for round in 0..plan.rounds() * 3 {
        for turn in 0..number {
            let reader = &mut *readers[(round + turn) % number];
            let time = timed(count, || act(&mut *reader.subject))?;
            laps.of(reader.kind).push(time);
        }
    }
    Ok(laps)
}

/// The names in the table.
pub fn scenarios(plan: &Plan) -> Vec<String> {
    names(plan).into_iter().chain(searches(plan)).collect()
}

fn searches(plan: &Plan) -> Vec<String> {
    SEARCHES.iter().map(|(name, _)| format!("{name}, {} finished", plan.history().0)).collect()
}

fn names(plan: &Plan) -> [String; 4] {
    let (finished, waiting) = plan.history();
    [
        format!("describe_execution, {finished} finished"),
        format!("list_executions, page of 100, {finished} finished"),
        format!("claim at {waiting} waiting, none finished"),
        format!("claim at {waiting} waiting, {finished} finished"),
    ]
}
