//! An open engine with what it stands on.

use super::clock::JsClock;
use super::plain;
use crate::engine::{Engine, Host};
use crate::error::Result;
use crate::host::Pool;
use crate::model::ground::argument::{self, Limits, PAYLOAD_BYTES_DEFAULT, PAYLOAD_BYTES_MAX, Retention};
use crate::model::ground::given::{Path, Read as _, reads};
use crate::store::driver::Embedded;
use js_sys::Function;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// The limits as they are given; what is left out has its default.
struct LimitsGiven {
    payload_bytes_max: Option<i64>,
    retention: Option<Retention>,
    follows_clock: Option<bool>,
    connection: Option<i64>,
}

reads!(LimitsGiven { payload_bytes_max, retention, follows_clock, connection });

/// An open engine, its database and the files that this lies in; let go in this order.
pub struct Opened {
    pub engine: Engine,
    pub database: Rc<Embedded>,
    _pool: Option<Pool>,
}

impl Opened {
    /// Opens an engine over a database; `clock` answers Unix ms. The pool comes with whether its database was imported just
    /// now: if it does not open, it goes again.
    pub fn over(
        database: Embedded,
        pool: Option<(Pool, bool)>,
        clock: Option<Function>,
        (limits, connection): (Limits, Option<i64>),
    ) -> Result<Self> {
        let mut host = Host::default();
        if let Some(clock) = clock {
            host.clock = Box::new(JsClock(clock));
        }
        let database = Rc::new(database);
        match Engine::open_as(connection, Rc::clone(&database) as _, host, limits) {
            Ok(engine) => Ok(Self { engine, database, _pool: pool.map(|(pool, _)| pool) }),
            Err(e) => {
                drop(database);
                if let Some((pool, true)) = pool {
                    // Why it did not open is what the caller needs to hear.
                    let _ = pool.clear();
                }
                Err(e)
            }
        }
    }
}

/// Closes what is open. What it cannot give back any more is given back by the next opening, or runs out.
pub fn close(slot: &mut Option<Opened>) {
    if let Some(mut opened) = slot.take() {
        let _ = opened.engine.close();
    }
}

/// The limits of an engine and the connection that it is opened for, checked before anything is opened.
#[expect(
    clippy::cast_possible_wrap,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within its limits"
)]
pub fn read_limits(given: &JsValue) -> Result<(Limits, Option<i64>)> {
    if given.is_null() || given.is_undefined() {
        return Ok((Limits::default(), None));
    }
    let (given, _) = plain::arguments(given)?;
    let limits = LimitsGiven::read(given, &Path::TOP)?;
    let bytes_max = limits.payload_bytes_max.unwrap_or(PAYLOAD_BYTES_DEFAULT as i64);
    argument::number("payloadBytesMax", bytes_max, 1, PAYLOAD_BYTES_MAX as i64)?;
    let connection = limits.connection;
    let limits = Limits {
        payload_bytes_max: bytes_max as usize,
        retention: limits.retention.unwrap_or_default(),
        follows_clock: limits.follows_clock,
    };
    limits.check()?;
    Ok((limits, connection))
}
