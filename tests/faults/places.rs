//! Where faults come: at every place that a situation has, or at a sample of them that meets every kind of statement.
//!
//! Of each situation one place is drawn for each fault, and every place whose kind of statement that fault has not met
//! in an earlier situation. `TIDEGATE_WHOLE=1` takes all places, `TIDEGATE_SEED` draws others.

use crate::ground::random::Random;
use crate::ground::seeds::chosen;
use crate::situations::stage::{Situation, Stage};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;
use tidegate::Result;
use tidegate::store::driver::{Act, Driver, Watching};

/// A driver that lists what passes through it, in the order in which [`Failing`](tidegate::store::driver::Failing) counts.
#[derive(Clone)]
struct Listing {
    wrapped: Rc<dyn Driver>,
    kinds: Rc<RefCell<Vec<&'static str>>>,
}

impl Watching for Listing {
    fn wrapped(&self) -> &dyn Driver {
        &*self.wrapped
    }

    fn before(&self, act: Act) -> Result<()> {
        let kind = match act {
            Act::Execute(sql) | Act::Query(sql) => sql,
            Act::Script => "a script",
            Act::Savepoint => "a savepoint",
            Act::Commit => "a commit",
            Act::Reserve(_) => return Ok(()),
        };
        self.kinds.borrow_mut().push(kind);
        Ok(())
    }
}

/// The kinds of the statements that a situation's own part runs, in order.
pub fn kinds_of(situation: &Situation) -> Vec<&'static str> {
    let kinds: Rc<RefCell<Vec<&'static str>>> = Rc::default();
    let mut stage =
        Stage::prepared(situation, &|wrapped| Rc::new(Listing { wrapped, kinds: Rc::clone(&kinds) }) as Rc<dyn Driver>);
    kinds.borrow_mut().clear();
    stage.act(situation.act);
    kinds.take()
}

/// What of all places a run takes, and what it has met by them.
pub struct Sample {
    seed: u64,
    random: Random,
    whole: bool,
    met: BTreeSet<(usize, &'static str)>,
    taken: usize,
    all: usize,
}

impl Sample {
    /// As the environment says.
    pub fn of_run() -> Self {
        let seed = chosen().unwrap_or(4_711);
        let whole = std::env::var_os("TIDEGATE_WHOLE").is_some();
        Self { seed, random: Random::new(seed), whole, met: BTreeSet::new(), taken: 0, all: 0 }
    }

    /// The places at which a fault, by its number, comes among statements of these kinds.
    pub fn places(&mut self, fault: usize, kinds: &[&'static str]) -> Vec<u64> {
        let drawn = self.random.below(kinds.len());
        let mut places = Vec::new();
        for (place, kind) in kinds.iter().enumerate() {
            let new = self.met.insert((fault, *kind));
            if self.whole || new || place == drawn {
                places.push(place as u64);
            }
        }
        self.taken += places.len();
        self.all += kinds.len();
        places
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: BTreeSet<&str> = self.met.iter().map(|(_, kind)| *kind).collect();
        write!(out, "seed {}: {} of {} places, {} kinds of statement", self.seed, self.taken, self.all, kinds.len())
    }
}
