//! Frames appended to streams, and read after each append or by large pages.
//!
//! Invariant: each lap has subjects of its own, so that a stream is as long in the last one as in the first.

use crate::contest::ground::Ground;
use crate::measuring::agreement::agree;
use crate::measuring::kind::{Kind, WITHOUT_BARE};
use crate::measuring::lap::{Laps, race};
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::Subject;
use crate::subject::frames::{Frames, KEPT_MAX, MEMBERS, Sort};
use crate::subject::work::Work;
use tidegate::Result;

/// How many streams share the frames, where it is not one.
const STREAMS: u32 = 100;
/// Frames of a page where all are read.
const PAGE: u32 = 1_000;
/// Best-effort frames before the first lap: more than are kept at that rate.
const LOSSY_BEFORE: u32 = 3_000;

/// One way of appending.
#[derive(Clone, Copy, Debug)]
struct Way {
    sort: Sort,
    streams: u32,
    batch: u32,
    /// Appended before the lap begins.
    before: u32,
}

/// The ways that are measured.
const WAYS: [Way; 7] = [
    Way { sort: Sort::Durable, streams: 1, batch: 100, before: 0 },
    Way { sort: Sort::Durable, streams: STREAMS, batch: 100, before: 0 },
    Way { sort: Sort::Durable, streams: 1, batch: 1, before: 0 },
    Way { sort: Sort::Durable, streams: STREAMS, batch: 1, before: 0 },
    Way { sort: Sort::Durable, streams: 1, batch: 100, before: KEPT_MAX },
    Way { sort: Sort::Lossy, streams: 1, batch: 100, before: LOSSY_BEFORE },
    Way { sort: Sort::Summary, streams: 1, batch: 100, before: MEMBERS },
];

impl Way {
    fn scenario(self) -> String {
        let what = match self.sort {
            Sort::Durable if self.before > 0 => "append_frame at the limit",
            Sort::Durable => "append_frame",
            Sort::Summary => "append_frame, summary of 1 KB",
            Sort::Lossy => "append_frame, best effort",
        };
        let batch = if self.batch == 1 { "one".to_owned() } else { self.batch.to_string() };
        let streams = if self.streams == 1 { String::new() } else { format!(", {} streams", self.streams) };
        format!("{what}, {batch} a commit{streams}")
    }

    fn measure(self, ground: &dyn Ground, plan: &Plan) -> Result<Line> {
        let count = plan.frame_count() / if self.batch == 1 && ground.slow() { 20 } else { 1 };
        let laps = race(plan.rounds(), WITHOUT_BARE, &mut |kind| {
            let mut subject = claimed(ground, kind, self.streams)?;
            subject.append(Frames { sort: self.sort, count: self.before.max(1), batch: 250 })?;
            timed(count, || subject.append(Frames { sort: self.sort, count, batch: self.batch }))
        })?;
        Ok(Line::of(ground.name(), &self.scenario(), &laps))
    }
}

/// The names in the table.
pub fn scenarios(plan: &Plan) -> Vec<String> {
    WAYS.iter().map(|way| way.scenario()).chain(tails()).chain([reading(plan)]).collect()
}

fn tails() -> [String; 2] {
    ["tail_stream after each append_frame".to_owned(), "append_frame + tail_stream, in turn".to_owned()]
}

fn reading(plan: &Plan) -> String {
    format!("tail_stream, {} frames, pages of {PAGE}", plan.frame_count())
}

/// Measures the wanted scenarios of streams and hands over each line as soon as it is there.
pub fn measure(ground: &dyn Ground, plan: &Plan, hand: &mut dyn FnMut(Line)) -> Result<()> {
    let wants = |scenario: &str| plan.wants(ground.name(), scenario);
    for way in WAYS {
        if wants(&way.scenario()) {
            hand(way.measure(ground, plan)?);
        }
    }
    if tails().iter().any(|tail| wants(tail)) {
        measure_tails(ground, plan)?.into_iter().for_each(&mut *hand);
    }
    if wants(&reading(plan)) {
        hand(measure_reading(ground, plan)?);
    }
    Ok(())
}

/// Reads each frame right after it was appended, one by one: the reads alone, and both together.
fn measure_tails(ground: &dyn Ground, plan: &Plan) -> Result<[Line; 2]> {
    let count = plan.tailed_count() / if ground.slow() { 5 } else { 1 };
    let mut both = Laps::default();
    let tails = race(plan.rounds() * 3, WITHOUT_BARE, &mut |kind| {
        let mut subject = claimed(ground, kind, 1)?;
        let (mut reads, mut appends) = (0.0, 0.0);
        for _ in 0..count {
            appends += timed(count, || subject.append(Frames::durable(1, 1)))?;
            reads += timed(count, || subject.tail())?;
        }
        both.of(kind).push(appends + reads);
        Ok(reads)
    })?;
    let [alone, together] = self::tails();
    Ok([Line::of(ground.name(), &alone, &tails), Line::of(ground.name(), &together, &both)])
}

fn measure_reading(ground: &dyn Ground, plan: &Plan) -> Result<Line> {
    let count = plan.frame_count();
    let mut subjects = [claimed(ground, Kind::Engine, 1)?, claimed(ground, Kind::Rows, 1)?];
    for subject in &mut subjects {
        subject.append(Frames::durable(count, 250))?;
    }
    let laps = race(plan.rounds() * 3, WITHOUT_BARE, &mut |kind| {
        let subject = &mut subjects[usize::from(kind == Kind::Rows)];
        let mut found = 0;
        let time = timed(count, || {
            found = subject.frames(PAGE)?;
            Ok(())
        })?;
        agree("frames", found, count)?;
        Ok(time)
    })?;
    Ok(Line::of(ground.name(), &reading(plan), &laps))
}

/// A subject that has claimed so many executions.
fn claimed(ground: &dyn Ground, kind: Kind, count: u32) -> Result<Box<dyn Subject>> {
    let mut subject = ground.subject(kind)?;
    subject.fill(0, Work::plain(count, 100))?;
    subject.claim(count, 100)?;
    Ok(subject)
}
