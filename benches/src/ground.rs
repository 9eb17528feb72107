//! Where subjects compete: one kind of storage, in which every subject gets a database of its own.

use crate::bare::Bare;
use crate::database::Database;
use crate::engine::EngineSubject;
use crate::floor::Floor;
use crate::subject::Subject;
use tidegate::host::SystemClock;
use tidegate::{Host, Result};

/// Who competes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The engine.
    Engine,
    /// The floor that writes the same rows.
    Rows,
    /// The least that could be called a queue.
    Bare,
}

/// All three.
pub const ALL: &[Kind] = &[Kind::Engine, Kind::Rows, Kind::Bare];
/// Where a bare queue has nothing to compare.
pub const WITHOUT_BARE: &[Kind] = &[Kind::Engine, Kind::Rows];

/// A kind of storage.
pub trait Ground {
    /// Its name in the table.
    fn name(&self) -> &str;

    /// A new subject over an empty database.
    fn subject(&self, kind: Kind) -> Result<Box<dyn Subject>>;

    /// Whether it can hold a million executions.
    fn huge(&self) -> bool {
        false
    }

    /// Whether each commit waits for a disk: fewer of them are measured.
    fn slow(&self) -> bool {
        false
    }

    /// The share of the floor's speed that claim and completion must reach here.
    fn share(&self) -> f64;
}

/// A subject over a database, called from Rust.
pub fn subject(kind: Kind, database: Database) -> Result<Box<dyn Subject>> {
    Ok(match kind {
        Kind::Engine => Box::new(EngineSubject::over(database, Host::default)?),
        Kind::Rows => Box::new(Floor::over(database, Box::new(SystemClock))?),
        Kind::Bare => Box::new(Bare::over(database)?),
    })
}
