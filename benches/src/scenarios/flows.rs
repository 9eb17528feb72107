//! Flows: a chain, fans of two widths, the cancellation of a large one, and what one edge costs.

use crate::contest::ground::Ground;
use crate::measuring::kind::{Kind, WITHOUT_BARE};
use crate::measuring::lap::{Laps, race};
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::measuring::stopwatch::timed;
use crate::subject::Subject;
use crate::subject::shape::Shape;
use crate::subject::work::Work;
use tidegate::Result;

/// Claims and completions in one commit.
const BATCH: u32 = 100;
/// How long resolving an edge may take, in times of completing an execution that is in no flow.
const EDGE_TIMES_MAX: f64 = 1.5;
/// By how much an edge of the widest fan may cost more than one of the narrow one.
const GROWTH_MAX: f64 = 1.5;

/// Measures all of it and hands over the lines.
pub fn measure(ground: &dyn Ground, plan: &Plan, hand: &mut dyn FnMut(Line)) -> Result<()> {
    let wants = |scenario: &str| plan.wants(ground.name(), scenario);
    let [narrow, wide] = plan.fan_widths();
    for shape in [Shape::Chain(10), Shape::Fan(narrow), Shape::Fan(wide)] {
        if wants(&run_scenario(shape)) {
            let laps = run_laps(ground, plan, shape)?;
            hand(Line::of(ground.name(), &run_scenario(shape), &laps));
        }
    }
    if wants(&cancel_scenario(wide)) {
        hand(measure_cancel(ground, plan, wide)?);
    }
    if wants(EDGE) {
        measure_edges(ground, plan, hand)?;
    }
    Ok(())
}

const EDGE: &str = "an edge of a fan-in";

fn run_scenario(shape: Shape) -> String {
    match shape {
        Shape::Chain(members) => format!("flow, chain of {members}, submitted and run, a flow"),
        Shape::Fan(width) => format!("flow, 1 to {width} to 1, submitted and run, a flow"),
    }
}

fn cancel_scenario(width: u32) -> String {
    format!("cancel a flow of {}, a member", width + 2)
}

/// Submits flows and runs them to their ends.
fn run_laps(ground: &dyn Ground, plan: &Plan, shape: Shape) -> Result<Laps> {
    let count = (plan.lap_count() / 5 / shape.members()).max(1);
    race(plan.rounds(), WITHOUT_BARE, &mut |kind| {
        let mut subject = ground.subject(kind)?;
        subject.fill(0, Work::plain(BATCH, BATCH))?;
        subject.drain(BATCH, BATCH)?;
        timed(count, || (0..count).try_for_each(|_| run_one(&mut *subject, shape)))
    })
}

fn run_one(subject: &mut dyn Subject, shape: Shape) -> Result<()> {
    subject.submit(shape, 1)?;
    shape.waves().into_iter().try_for_each(|wave| subject.drain(wave, BATCH))
}

fn measure_cancel(ground: &dyn Ground, plan: &Plan, width: u32) -> Result<Line> {
    let shape = Shape::Fan(width);
    let laps = race(plan.rounds(), WITHOUT_BARE, &mut |kind| {
        let mut subject = ground.subject(kind)?;
        subject.submit(shape, 1)?;
        timed(shape.members(), || subject.cancel_flow())
    })?;
    Ok(Line::of(ground.name(), &cancel_scenario(width), &laps))
}

/// What completing one of so many upstreams of one member costs, claimed before, against one that is in no flow.
fn measure_edges(ground: &dyn Ground, plan: &Plan, hand: &mut dyn FnMut(Line)) -> Result<()> {
    let [narrow, wide] = plan.fan_widths();
    // As many completions in each lap, whatever the width.
    let alone = race(plan.rounds(), WITHOUT_BARE, &mut |kind| complete_lap(ground, kind, None, wide))?;
    let of_narrow = race(plan.rounds(), WITHOUT_BARE, &mut |kind| complete_lap(ground, kind, Some(narrow), wide))?;
    let of_wide = race(plan.rounds(), WITHOUT_BARE, &mut |kind| complete_lap(ground, kind, Some(wide), wide))?;
    let scenario = |width| format!("{EDGE} of {width}: complete a member, {BATCH} a commit");
    hand(Line::of(ground.name(), &format!("{EDGE}, to compare: complete one in no flow, {BATCH} a commit"), &alone));
    let wanted = format!("at least 1/{EDGE_TIMES_MAX} of one in no flow");
    let line = Line::of(ground.name(), &scenario(narrow), &of_narrow);
    hand(line.at_least(wanted, &alone.engine, &of_narrow.engine, 1.0 / EDGE_TIMES_MAX));
    let line = Line::of(ground.name(), &scenario(wide), &of_wide);
    hand(line.grown(&of_wide, &of_narrow).at_most_own_growth(GROWTH_MAX));
    Ok(())
}

/// Completes so many members that were claimed before: of fans of a width, or of no flow.
fn complete_lap(ground: &dyn Ground, kind: Kind, width: Option<u32>, count: u32) -> Result<f64> {
    let mut subject = ground.subject(kind)?;
    match width {
        None => subject.create(Work::plain(count, 250))?,
        Some(width) => {
            let flows = count / width;
            subject.submit(Shape::Fan(width), flows)?;
            subject.drain(flows, BATCH)?;
        }
    }
    subject.claim(count, BATCH)?;
    timed(count, || subject.complete(count, BATCH))
}
