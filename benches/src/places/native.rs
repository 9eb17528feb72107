//! The native grounds: memory, and files whose commits reach the disk at leisure or at once.

use crate::contest::ground::{Ground, subject};
use crate::measuring::kind::Kind;
use crate::storage::database::Database;
use crate::subject::Subject;
use std::cell::Cell;
use std::path::PathBuf;
use tidegate::Result;

/// Memory.
pub struct Memory;

impl Ground for Memory {
    fn name(&self) -> &'static str {
        "native, memory"
    }

    fn subject(&self, kind: Kind) -> Result<Box<dyn Subject>> {
        subject(kind, Database::memory())
    }

    fn huge(&self) -> bool {
        true
    }

    fn share(&self) -> f64 {
        0.7
    }
}

/// Files in a folder.
pub struct Files {
    folder: PathBuf,
    strict: bool,
    made: Cell<u32>,
}

impl Files {
    /// Files in a folder that exists. `strict`: each commit is flushed to the disk.
    pub const fn within(folder: PathBuf, strict: bool) -> Self {
        Self { folder, strict, made: Cell::new(0) }
    }
}

impl Ground for Files {
    fn name(&self) -> &'static str {
        if self.strict { "native, file, strict" } else { "native, file, relaxed" }
    }

    fn subject(&self, kind: Kind) -> Result<Box<dyn Subject>> {
        self.made.set(self.made.get() + 1);
        let name = format!("bench-{}-{}-{}.db", std::process::id(), self.strict, self.made.get());
        subject(kind, Database::file(self.folder.join(name), self.strict))
    }

    fn slow(&self) -> bool {
        self.strict
    }

    fn share(&self) -> f64 {
        0.7
    }
}
