//! The engine's one row: its last instant and its counters, written once per batch that writes anyway.

use crate::error::{Code, Error, Result};
use crate::store::Store;

/// The row `meta` as it is remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Engine time of the last batch that wrote, in Unix ms.
    pub last_instant: i64,
    /// The next free execution row.
    pub next_execution: i64,
    /// The next free flow row.
    pub next_flow: i64,
    /// The next free payload row.
    pub next_payload: i64,
    /// The next free position in the event log.
    pub next_position: i64,
}

impl Store {
    /// Engine time of the last batch that wrote, in Unix ms.
    pub fn last_instant(&self) -> i64 {
        self.meta.last_instant
    }

    /// The position that the next event will have.
    pub fn next_position(&self) -> i64 {
        self.meta.next_position
    }

    /// A fresh execution row.
    pub fn mint_execution_row(&mut self) -> i64 {
        self.meta.next_execution += 1;
        self.meta.next_execution - 1
    }

    /// A fresh flow row.
    pub fn mint_flow_row(&mut self) -> i64 {
        self.meta.next_flow += 1;
        self.meta.next_flow - 1
    }

    pub(in crate::store) fn mint_payload_row(&mut self) -> i64 {
        self.meta.next_payload += 1;
        self.meta.next_payload - 1
    }

    pub(in crate::store) fn mint_position(&mut self) -> i64 {
        self.meta.next_position += 1;
        self.meta.next_position - 1
    }

    pub(in crate::store) fn load_meta(&self) -> Result<Meta> {
        const SQL: &str =
            "SELECT last_instant, next_execution, next_payload, next_position, next_flow FROM meta WHERE id = 1";
        self.first(SQL, &[], |row| {
            Ok(Meta {
                last_instant: row.int(0)?,
                next_execution: row.int(1)?,
                next_payload: row.int(2)?,
                next_position: row.int(3)?,
                next_flow: row.int(4)?,
            })
        })?
        .ok_or_else(|| Error::new(Code::StorageDamaged, "the database has lost its meta row"))
    }

    /// Saves the counters, the counts and the instant of a batch that wrote.
    pub fn save_meta(&mut self, last_instant: i64) -> Result<()> {
        const SQL: &str = "UPDATE meta SET last_instant = ?1, next_execution = ?2, next_payload = ?3, \
             next_position = ?4, next_flow = ?5 WHERE id = 1";
        self.save_tallies()?;
        self.save_flows()?;
        self.meta.last_instant = last_instant;
        let meta = self.meta;
        let params = [
            meta.last_instant.into(),
            meta.next_execution.into(),
            meta.next_payload.into(),
            meta.next_position.into(),
            meta.next_flow.into(),
        ];
        self.execute(SQL, &params).map(|_| ())
    }
}
