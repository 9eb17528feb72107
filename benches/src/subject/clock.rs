//! The clock of a subject: the machine's own or one that stands still, put ahead by as much as the benchmark wants.
//!
//! Invariant: clones share how far it was put ahead, so that an engine that was opened again goes on in the same time.

use std::cell::Cell;
use std::rc::Rc;
use tidegate::Host;
use tidegate::host::{Clock, ManualClock, SystemClock, SystemEntropy};

/// A clock that can be put ahead.
#[derive(Clone)]
pub struct AheadClock {
    base: Rc<dyn Clock>,
    ahead_ms: Rc<Cell<f64>>,
}

impl AheadClock {
    /// The machine's.
    pub fn system() -> Self {
        Self { base: Rc::new(SystemClock), ahead_ms: Rc::default() }
    }

    /// One that stands still at an instant, in Unix ms.
    pub fn standing(now_ms: f64) -> Self {
        Self { base: Rc::new(ManualClock::at(now_ms)), ahead_ms: Rc::default() }
    }

    /// Puts it ahead, in ms.
    #[expect(clippy::cast_precision_loss, reason = "an instant in ms")]
    pub fn pass(&self, ms: i64) {
        self.ahead_ms.set(self.ahead_ms.get() + ms as f64);
    }

    /// What an engine with this clock is lent.
    pub fn host(&self) -> Host {
        Host { clock: Box::new(self.clone()), entropy: Box::new(SystemEntropy::default()) }
    }
}

impl Clock for AheadClock {
    fn now_ms(&self) -> f64 {
        self.base.now_ms() + self.ahead_ms.get()
    }
}
