//! Opening an engine for a connection, through which its calls come, and what becomes of its leases when it is gone: closed,
//! or known to be gone by whoever has the files alone. Contract: leases.connection, leases.gone, leases.close, storage.open-gives-back.

use super::job::GiveBack;
use super::{BatchAnswer, Engine, Envelope, Host, TickAnswer};
use crate::error::Result;
use crate::host::Mint;
use crate::model::executions::lease::Connection;
use crate::model::ground::argument::Limits;
use crate::ops::Wakes;
use crate::store::Store;
use crate::store::driver::Driver;
use crate::store::ground::migrations;
use std::rc::Rc;

impl Engine {
    /// As [`Engine::open`], where the connection goes on whose engine is gone: its callers are still there, and keep their
    /// leases.
    pub fn open_as(id: Option<i64>, driver: Rc<dyn Driver>, host: Host, limits: Limits) -> Result<Self> {
        limits.check()?;
        let pending = migrations::pending(&*driver)?;
        driver.adopt()?;
        if pending {
            driver.transaction(&mut || migrations::migrate(&*driver))?;
        }
        let mut store = Store::open(driver)?;
        store.set_retention(limits.retention);
        let mut mint = Mint::new(host.entropy);
        let connection = Connection::minted(mint.uuid(), id);
        let (id, alone, last_instant) = (connection.id, store.driver().alone(), store.last_instant());
        let mut engine = Self {
            store,
            mint,
            follows: limits.follows_clock.unwrap_or(!host.clock.is_lent()),
            clock: host.clock,
            limits,
            connection,
            last_instant,
            wakes: Wakes::default(),
            accepted_ms: None,
            room: None,
            busy: false,
            stale: false,
        };
        if alone {
            // Whatever stands in the way, it is open: what is not given back runs out by itself.
            let _ = engine.give_back(GiveBack { connection: id, others: true });
        }
        Ok(engine)
    }

    /// Through what the engine's own calls come.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Gives the engine's own leases back before it is dropped. One that is only dropped leaves them to run out, or to the next
    /// opening of its files.
    pub fn close(&mut self) -> Result<()> {
        self.give_back(GiveBack { connection: self.connection.id, others: false })
    }

    /// Gives the leases of a connection back that is gone, at most 1 000 of them, once nothing is due; answers as a tick
    /// does, and is to be asked again until nothing was applied.
    pub fn release(&mut self, connection: &Connection) -> Result<TickAnswer> {
        self.do_tick(Some(GiveBack { connection: connection.id, others: false }))
    }

    /// As long as there is something to give back, and something is done.
    fn give_back(&mut self, what: GiveBack) -> Result<()> {
        let any = |store: &Store| Ok(!store.held_through(what.connection, what.others, 1)?.is_empty());
        let mut accepted_ms = None;
        let mut done = Ok(());
        while done.is_ok() && any(&self.store)? {
            match self.do_tick(Some(what)) {
                Ok(tick) => {
                    accepted_ms = tick.accepted_ms.map(|by_ms| by_ms + accepted_ms.unwrap_or(0)).or(accepted_ms);
                    if tick.applied == 0 {
                        break;
                    }
                }
                Err(e) => done = Err(e),
            }
        }
        // The next batch or tick tells whoever asks.
        self.accepted_ms = accepted_ms.or(self.accepted_ms);
        done
    }

    /// As [`Engine::batch_checked`], for calls that come through another connection than the engine's own: what they claim
    /// is of that one. It ends as a message does, where its answers reach [`ANSWER_BYTES_MAX`].
    pub fn batch_through(&mut self, connection: Connection, envelopes: Vec<Result<Envelope>>) -> BatchAnswer {
        let own = std::mem::replace(&mut self.connection, connection);
        let answer = self.batch_checked(envelopes, None);
        self.connection = own;
        answer
    }
}
