//! Reading the event log from its beginning, with filters and without, and by several readers at its end.
//!
//! Invariant: times are those of one row of the log, wanted or not; both subjects find the same number of events.

use crate::contest::ground::Ground;
use crate::measuring::agreement::agree;
use crate::measuring::kind::{Kind, WITHOUT_BARE};
use crate::measuring::lap::race;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::Subject;
use crate::subject::reading::Wanted;
use crate::subject::work::Work;
use tidegate::Result;

/// Readers of one log.
const READERS: u32 = 20;

/// One way of reading.
#[derive(Clone, Copy, Debug)]
struct Way {
    name: &'static str,
    wanted: Wanted,
    page: u32,
    readers: u32,
}

/// The ways that are measured.
const WAYS: [Way; 6] = [
    Way { name: "pages of 256", wanted: Wanted::All, page: 256, readers: 1 },
    Way { name: "pages of 1000", wanted: Wanted::All, page: 1_000, readers: 1 },
    Way { name: "one stream in pages of 1000", wanted: Wanted::Completions, page: 1_000, readers: 1 },
    Way { name: "of one execution", wanted: Wanted::OfOne, page: 1_000, readers: 1 },
    Way { name: "with a tag", wanted: Wanted::Tagged, page: 1_000, readers: 1 },
    Way { name: "20 readers in turn, pages of 256", wanted: Wanted::All, page: 256, readers: READERS },
];

impl Way {
    fn scenario(self, plan: &Plan) -> String {
        format!("read_events, {} rows, {}", plan.logged() * 3, self.name)
    }

    /// Where each reader begins, and how many rows all of them read.
    fn span(self, plan: &Plan, newest: i64) -> (i64, u32) {
        let rows = if self.readers == 1 { newest } else { plan.reader_rows() };
        (newest - rows, u32::try_from(rows).unwrap_or(u32::MAX).saturating_mul(self.readers))
    }

    /// Lets the readers read page by page in turn until each is at the end; answers how many events they found.
    fn read(self, subject: &mut dyn Subject, after: i64, newest: i64) -> Result<u32> {
        let mut places = vec![after; self.readers as usize];
        let mut found = 0;
        while places.iter().any(|place| *place < newest) {
            for place in places.iter_mut().filter(|place| **place < newest) {
                let (events, last) = subject.events(self.wanted, *place, self.page)?;
                (found, *place) = (found + events, last);
            }
        }
        Ok(found)
    }
}

/// The names in the table.
pub fn scenarios(plan: &Plan) -> Vec<String> {
    WAYS.iter().map(|way| way.scenario(plan)).collect()
}

/// Measures the wanted ways of reading one log.
pub fn measure(ground: &dyn Ground, plan: &Plan) -> Result<Vec<Line>> {
    let mut subjects = [ground.subject(Kind::Engine)?, ground.subject(Kind::Rows)?];
    for subject in &mut subjects {
        subject.fill(plan.logged(), Work::plain(0, 1))?;
        subject.mark()?;
    }
    let mut lines = Vec::new();
    for way in WAYS.into_iter().filter(|way| plan.wants(ground.name(), &way.scenario(plan))) {
        let newest = subjects[0].newest_event()?;
        let (after, rows) = way.span(plan, newest);
        let mut wanted = None;
        let laps = race(plan.rounds(), WITHOUT_BARE, &mut |kind| {
            let subject = &mut *subjects[usize::from(kind == Kind::Rows)];
            let mut found = 0;
            let time = timed(rows, || {
                found = way.read(subject, after, newest)?;
                Ok(())
            })?;
            agree("events", found, *wanted.get_or_insert(found))?;
            Ok(time)
        })?;
        lines.push(Line::of(ground.name(), &way.scenario(plan), &laps));
    }
    Ok(lines)
}
