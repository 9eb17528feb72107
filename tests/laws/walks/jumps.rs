//! Walks whose clock jumps ahead by days and comes back, followed or standing until it is accepted.

use crate::ground::seeds::chosen;
use crate::ground::world::World;
use crate::walks::met::Met;
use crate::walks::walk::{BOTH, FOR_EVER, LOG, SHORT, STEPS, Walk, steps};

/// Contract: time.accept, time.accept-order, time.accept-over, time.jumps, events.instants.
#[test]
fn the_engine_and_the_model_agree_while_the_clock_jumps_both_ways_and_is_followed_or_stands() {
    let steps = steps();
    let mut met = Met::default();
    for (seed, kept, follows) in
        [(3, FOR_EVER, true), (6, BOTH, true), (7, FOR_EVER, false), (9, SHORT, true), (10, LOG, true)]
    {
        let seed = chosen().unwrap_or(seed);
        println!("seed {seed}, {steps} steps, {kept:?}, follows: {follows}");
        let mut world = World::memory(seed);
        world.limits.follows_clock = Some(follows);
        let mut walk = Walk::new(seed, world, kept);
        (walk.jumps, walk.model.follows) = (true, follows);
        met.add(walk.go(steps));
    }
    assert!(chosen().is_some() || steps < STEPS || met.has("clock_accepted"), "no clock came back");
}

impl Walk {
    /// Now and then the clock is seconds, minutes or days ahead for a while.
    pub fn jump(&mut self) {
        if self.jumps && self.script.random.percent(3) {
            let far = *self.script.random.pick(&[2_000, 700_000, 172_800_000]);
            let away_ms = if self.away_ms == 0 { far } else { 0 };
            self.host_now += away_ms - self.away_ms;
            self.away_ms = away_ms;
        }
    }

    pub fn accept_clock(&mut self) {
        self.tick();
        self.doing = format!("accept_clock at {}", self.host_now);
        let moved = self.world.engine().accept_clock();
        self.model.next_step();
        let expected = self.model.accept_clock(self.host_now);
        if moved.as_ref().ok() != Some(&expected) {
            self.stop("the distance of accept_clock", &[format!("expected {expected}, found {moved:?}")]);
        }
        if expected > 0 {
            self.history.rebased(self.host_now);
        }
        let drawn = self.drawn();
        self.settle(&drawn);
    }

    /// Reads the clock as the engine does where there is anything to do.
    pub fn begin(&mut self, wanted: bool) -> i64 {
        let told = self.model.log.len();
        let now = self.model.begin(self.host_now, wanted);
        if self.model.log.len() > told {
            self.history.rebased(now);
        }
        now
    }
}
