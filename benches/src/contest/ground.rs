//! Where subjects compete: one kind of storage, in which every subject gets a database of its own.

use crate::engine::EngineSubject;
use crate::floor::bare::Bare;
use crate::floor::rows::Floor;
use crate::measuring::kind::Kind;
use crate::storage::database::Database;
use crate::subject::Subject;
use crate::subject::clock::AheadClock;
use tidegate::Result;

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

    /// Whether its engine is called from Rust, which can put its clock ahead and name many lanes.
    fn inside(&self) -> bool {
        true
    }

    /// The share of the floor's speed that claim and completion must reach here.
    fn share(&self) -> f64;
}

/// A subject over a database, called from Rust.
pub fn subject(kind: Kind, database: Database) -> Result<Box<dyn Subject>> {
    Ok(match kind {
        Kind::Engine => Box::new(EngineSubject::over(database, AheadClock::system())?),
        Kind::Rows => Box::new(Floor::over(database, AheadClock::system())?),
        Kind::Bare => Box::new(Bare::over(database)?),
    })
}
