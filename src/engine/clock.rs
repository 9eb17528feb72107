//! Engine time: the host's clock, read once per batch, and going back with it when it was put back.
//!
//! Invariant: engine time never goes back but here, and then all that is stored with it, before any other call. What a
//! transaction could not hold goes on with the next one, after an opening too. Contract: time.clock, time.never-back,
//! time.accept, time.jumps, time.accept-bounded.

use super::Engine;
use crate::error::{Code, Error, Result};
use crate::model::ground::argument::INSTANT_MAX;
use crate::model::ground::json::number_text;
use crate::ops::{Turn, Wakes};
use crate::timers;
use serde::Serialize;

/// How far engine time may stand ahead of the host's clock before it goes back with it, in ms.
const JUMP_MS: i64 = 1_000;

/// Engine time beside the host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ClockReport {
    /// The host's clock, in Unix ms.
    pub host_now: i64,
    /// Engine time, which never goes back, in Unix ms.
    pub engine_now: i64,
    /// By how much engine time stands ahead of the host's clock, in ms.
    pub ahead_ms: i64,
}

/// A part of the way back: it answers by how much instants move, where it moves any.
type Part<'a> = &'a mut dyn FnMut(&mut Turn<'_>) -> Result<Option<i64>>;

impl Engine {
    /// Engine time beside the host's.
    pub fn clock_report(&self) -> Result<ClockReport> {
        let host_now = host_instant(self.clock.now_ms())?;
        let engine_now = host_now.max(self.last_instant);
        Ok(ClockReport { host_now, engine_now, ahead_ms: engine_now - host_now })
    }

    /// After the host's clock was put back: has engine time go back to it. What is due is applied before; every stored
    /// instant that lies ahead then moves back by as much as engine time stood ahead, and none of the past stays after the
    /// host's time. Answers the distance in ms; 0 when engine time is not ahead. The next batch or tick tells whom it woke.
    /// An engine that follows its clock does this before a batch.
    pub fn accept_clock(&mut self) -> Result<i64> {
        self.sound()?;
        let host_now = host_instant(self.clock.now_ms())?;
        let ahead_ms = (self.last_instant - host_now).max(0);
        if ahead_ms > 0 {
            self.go_back(host_now, ahead_ms)?;
        }
        Ok(ahead_ms)
    }

    /// Begins a call: the engine must be sound, and the clock is read, and followed where there is anything to do.
    pub(super) fn begin(&mut self, wanted: bool) -> Result<i64> {
        self.sound()?;
        let host_now = host_instant(self.clock.now_ms())?;
        let ahead_ms = self.last_instant - host_now;
        if wanted && self.follows && ahead_ms > JUMP_MS {
            self.go_back(host_now, ahead_ms)?;
        }
        self.busy = true;
        Ok(self.last_instant.max(host_now))
    }

    /// Has engine time go back to the host's, in transactions of a bounded size. Contract: time.accept-bounded.
    fn go_back(&mut self, host_now: i64, ahead_ms: i64) -> Result<()> {
        let now = self.last_instant;
        let mut more = true;
        while more {
            self.alone(now, &mut |turn| {
                more = timers::apply_due(turn, timers::ACTIONS_MAX)? == timers::ACTIONS_MAX;
                if more {
                    return turn.store.save_meta(now).map(|()| None);
                }
                turn.store.begin_rebase(host_now, ahead_ms)?;
                turn.tell_clock(host_now, ahead_ms)?;
                turn.store.save_meta(host_now)?;
                turn.store.go_on_rebasing().map(Some)
            })?;
        }
        self.last_instant = host_now;
        self.rebase()
    }

    /// Moves what a rebasing has left. No call comes in between: whoever asks sees all of it moved.
    pub(super) fn rebase(&mut self) -> Result<()> {
        while self.store.is_rebasing() {
            self.alone(self.last_instant, &mut |turn| turn.store.go_on_rebasing().map(Some))?;
        }
        Ok(())
    }

    /// Does a part of the way back in a commit of its own.
    fn alone(&mut self, now: i64, part: Part<'_>) -> Result<()> {
        let db = self.store.driver();
        let (mut wakes, mut by_ms) = (Wakes::default(), None);
        self.busy = true;
        let done = db.transaction(&mut || {
            let Self { store, mint, connection, limits, .. } = self;
            by_ms = part(&mut Turn::new(store, mint, connection, (now, limits), &mut wakes))?;
            Ok(())
        });
        self.busy = false;
        if done.is_err() {
            self.undone();
            return done;
        }
        self.wakes.add(wakes);
        if !self.store.is_rebasing() {
            self.accepted_ms = by_ms.map(|by_ms| by_ms + self.accepted_ms.unwrap_or(0)).or(self.accepted_ms);
        }
        Ok(())
    }
}

/// The host's clock as an instant.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "within the range just checked")]
fn host_instant(now_ms: f64) -> Result<i64> {
    if (0.0..=INSTANT_MAX as f64).contains(&now_ms) {
        return Ok(now_ms as i64);
    }
    let limit = "a time from 1970 to the end of the year 9999, in ms";
    Err(Error::argument(Code::InvalidInput, "clock", limit, number_text(now_ms)))
}
