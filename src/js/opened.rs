//! An open engine with what it stands on.

use super::clock::JsClock;
use crate::engine::{Engine, Host};
use crate::error::Result;
use crate::host::Pool;
use crate::model::argument::Limits;
use crate::store::driver::Embedded;
use js_sys::Function;
use std::rc::Rc;

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
        limits: Limits,
    ) -> Result<Self> {
        let mut host = Host::default();
        if let Some(clock) = clock {
            host.clock = Box::new(JsClock(clock));
        }
        let database = Rc::new(database);
        match Engine::open(Rc::clone(&database) as _, host, limits) {
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

/// The limits of an engine, checked before anything is opened.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is checked")]
pub fn limits(payload_bytes_max: Option<f64>) -> Result<Limits> {
    let limits = payload_bytes_max.map_or_else(Limits::default, |max| Limits { payload_bytes_max: max as usize });
    limits.check()?;
    Ok(limits)
}
