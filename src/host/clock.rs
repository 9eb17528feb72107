//! The clock the host lends, and one that a test moves by hand.

use std::cell::Cell;
use std::rc::Rc;

/// Wall-clock time, read once per batch.
pub trait Clock {
    /// Unix time in ms. The engine refuses what is not finite, negative or past the year 9999.
    fn now_ms(&self) -> f64;

    /// Whether somebody lends it in the place of the host's own.
    fn is_lent(&self) -> bool {
        true
    }
}

/// The host's wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[cfg(target_family = "wasm")]
    fn now_ms(&self) -> f64 {
        js_sys::Date::now()
    }

    #[cfg(not(target_family = "wasm"))]
    fn now_ms(&self) -> f64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(-1.0, |elapsed| elapsed.as_secs_f64() * 1_000.0)
    }

    fn is_lent(&self) -> bool {
        false
    }
}

/// A clock that stands still until it is moved; clones share it.
#[derive(Clone, Debug)]
pub struct ManualClock(Rc<Cell<f64>>);

impl ManualClock {
    /// A clock at an instant, in Unix ms.
    pub fn at(now_ms: f64) -> Self {
        Self(Rc::new(Cell::new(now_ms)))
    }

    /// Moves it to an instant, in Unix ms.
    pub fn set(&self, now_ms: f64) {
        self.0.set(now_ms);
    }

    /// Moves it on, in ms.
    pub fn advance(&self, ms: f64) {
        self.0.set(self.0.get() + ms);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> f64 {
        self.0.get()
    }
}
