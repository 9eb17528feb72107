//! Walks over graphs whose clock jumps ahead and comes back.

use super::walk::{BATCHES, BUILDER, OPERATOR, WORKER, Walk};
use crate::ground::seeds::chosen;
use crate::rows::tables::query;

/// Contract: time.accept, time.accept-order, time.jumps.
#[test]
fn flows_go_on_while_the_clock_jumps_both_ways_and_is_followed() {
    for (seed, taste) in [(101, BUILDER), (102, WORKER), (103, OPERATOR), (104, WORKER)] {
        let seed = chosen().unwrap_or(seed);
        println!("seed {seed}, {BATCHES} batches");
        let mut walk = Walk::new(seed, taste);
        walk.jumps = true;
        walk.world.limits.follows_clock = Some(true);
        walk.world.reopen();
        assert!(walk.go(BATCHES).contains_key("a clock that came back"), "seed {seed}: no clock came back");
    }
}

impl Walk {
    /// The clock is minutes or days ahead for a while, and comes back.
    pub fn jump(&mut self) {
        if !self.jumps || !self.script.random.percent(4) {
            return;
        }
        if self.away_ms == 0 {
            self.away_ms = *self.script.random.pick(&[20_000, 172_800_000]);
            self.now += self.away_ms;
            return self.world.set_clock(self.now);
        }
        self.now -= std::mem::take(&mut self.away_ms);
        self.world.set_clock(self.now);
        let stored = query(&*self.world.driver(), "SELECT last_instant FROM meta");
        let ahead = stored[0][0].parse::<i64>().expect("an instant") - self.now;
        self.model.next_step();
        if ahead > 1_000 {
            self.model.rebase(self.now, ahead);
        } else {
            self.now = self.now.max(self.now + ahead);
            self.world.set_clock(self.now);
        }
        self.doing = format!("a clock that comes back to {} from {ahead} ms ahead", self.now);
        self.settle();
    }
}
