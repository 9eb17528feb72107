//! A run over one ground: its scenarios in order, those that are wanted.

use crate::contest::ground::Ground;
use crate::measuring::kind::ALL;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::scenarios::{backlog, create, drain, events, flows, history, kinds, lanes, open, renew, streams, sweep};
use crate::subject::work::Work;
use tidegate::Result;

/// What a ground is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Everything but opening.
    Running,
    /// What does not depend on how much waits: creates, drains, renewals, sweeps, lanes, kinds, streams, events and
    /// opening.
    Short,
    /// Everything.
    Whole,
}

/// Measures the wanted scenarios of a ground and hands over each line as soon as it is there.
pub fn run(ground: &dyn Ground, plan: &Plan, course: Course, hand: &mut dyn FnMut(Line)) -> Result<()> {
    let wants = |scenario: &str| plan.wants(ground.name(), scenario);
    warm_up(ground)?;
    for batch in [100, 1] {
        if wants(&create::scenario(batch)) {
            hand(create::measure(ground, plan, batch)?);
        }
    }
    for batch in [100, 1] {
        if wants(&drain::scenario(batch)) {
            hand(drain::measure(ground, plan, batch)?);
        }
    }
    for batch in [100, 1] {
        if wants(&renew::scenario(plan, batch)) {
            hand(renew::measure(ground, plan, batch)?);
        }
    }
    if ground.inside() && wants(&sweep::scenario(plan)) {
        hand(sweep::measure(ground, plan)?);
    }
    if ground.inside() && plan.lane_counts().iter().any(|lanes| wants(&lanes::scenario(*lanes))) {
        lanes::measure(ground, plan)?.into_iter().for_each(&mut *hand);
    }
    if ground.inside() && plan.kind_counts().iter().any(|way| wants(&kinds::scenario(*way))) {
        kinds::measure(ground, plan)?.into_iter().for_each(&mut *hand);
    }
    if ground.inside() {
        streams::measure(ground, plan, hand)?;
    }
    if ground.inside() && !ground.slow() {
        flows::measure(ground, plan, hand)?;
    }
    if ground.inside() && !ground.slow() && events::scenarios(plan).iter().any(|scenario| wants(scenario)) {
        events::measure(ground, plan)?.into_iter().for_each(&mut *hand);
    }
    if course != Course::Short {
        let [one, many] = plan.set_counts();
        for sets in [None, Some(one), Some(many)] {
            let sizes = plan.backlogs(ground.huge() && sets.is_none());
            if sizes.iter().any(|size| wants(&backlog::scenario(*size, sets))) {
                backlog::measure(ground, plan, sets)?.into_iter().for_each(&mut *hand);
            }
        }
    }
    if ground.huge() && history::scenarios(plan).iter().any(|scenario| wants(scenario)) {
        history::measure(ground, plan)?.into_iter().for_each(&mut *hand);
    }
    if course != Course::Running && wants(&open::scenario(plan)) {
        hand(open::measure(ground, plan)?);
    }
    Ok(())
}

/// Lets a just-in-time compiler see every path before it is measured.
fn warm_up(ground: &dyn Ground) -> Result<()> {
    let count = if ground.slow() { 100 } else { 2_000 };
    for kind in ALL {
        let mut subject = ground.subject(*kind)?;
        for batch in [100, 1] {
            subject.create(Work::plain(count, batch))?;
            subject.drain(count, batch)?;
        }
    }
    Ok(())
}
