//! However late the host's timer is, also when it never comes: the same calls leave the same database (contract:
//! time.late-timer).
//!
//! Compared is every table. Rows that reads hide once they have expired are left out, since only ticks delete them. The
//! last instant is compared as well: every run ends with the same call, which writes.

use crate::ground::random::Random;
use crate::ground::seeds::{chosen, seeds};
use crate::ground::world::{START, World};
use crate::rows::tables::{Dump, differences};
use crate::walks::record::{Turn, finish, recorded, without_file};
use serde_json::Value;

const SEEDS: [u64; 6] = [11, 22, 33, 44, 55, 66];
const TURNS: usize = 250;

/// When the host's timer comes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Timer {
    OnTime,
    Late,
    Never,
}

/// Lets time pass until the next turn, with the timer as it is.
fn pass(world: &mut World, timer: Timer, random: &mut Random, from: i64, until: i64) {
    match timer {
        Timer::OnTime => {
            let mut now = from;
            while let Some(due) = world.engine().next_due_at().expect("next_due_at").filter(|due| *due <= until) {
                now = now.max(due);
                world.set_clock(now);
                world.engine().tick().expect("a tick");
            }
        }
        Timer::Late => {
            let mut now = from;
            while random.percent(40) {
                now = random.within(now, until);
                world.set_clock(now);
                world.engine().tick().expect("a tick");
            }
        }
        Timer::Never => {}
    }
}

/// Answers without what depends on when ticks came. The cursor of a search names a row, which a tick may have deleted since
/// it was past its retention: none of the usual seeds searches across one.
fn comparable(answers: &[Value]) -> Vec<Value> {
    let mut answers = without_file(answers);
    for answer in answers.iter_mut().filter(|answer| chosen().is_some() && answer["ok"]["executions"].is_array()) {
        answer["ok"]["nextCursor"] = Value::Null;
    }
    answers
}

fn run(seed: u64, script: &[Turn], timer: Timer) -> Dump {
    let mut world = World::memory(seed);
    let mut random = Random::new(seed ^ 0xff);
    let mut now = START;
    for (index, turn) in script.iter().enumerate() {
        pass(&mut world, timer, &mut random, now, turn.at);
        now = turn.at;
        world.set_clock(now);
        let answers = world.send(&turn.calls).answers;
        let (found, expected) = (comparable(&answers), comparable(&turn.answers));
        assert_eq!(found, expected, "seed {seed}, turn {index}, timer {timer:?}: {:?}", turn.calls);
    }
    pass(&mut world, timer, &mut random, now, now + 5_000_000);
    // What is over by then of streams and executions, ticks have deleted in the end.
    finish(&mut world, now + 5_000_000)
}

/// Contract: time.late-timer.
#[test]
fn a_late_or_lost_timer_changes_nothing() {
    for seed in seeds(SEEDS) {
        let script = recorded(seed, TURNS, false);
        let on_time = run(seed, &script, Timer::OnTime);
        for timer in [Timer::Late, Timer::Never] {
            let lines = differences(&on_time, &run(seed, &script, timer));
            assert!(lines.is_empty(), "seed {seed}: on time (left) and {timer:?} (right)\n{}", lines.join("\n"));
        }
    }
}
