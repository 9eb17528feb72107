//! Where a subject keeps its rows: a database in memory, in a file or in a pool of the browser's own files, always
//! behind the engine's own driver.
//!
//! Invariant: a file database is deleted with its value, and each one has a path of its own. A pool belongs to whoever
//! took it, who also empties it.

use std::rc::Rc;
use tidegate::store::driver::{Driver, Durability, Embedded};
use tidegate::{Code, Error, Result};

/// What the engine calls its database in a pool, so that it can be opened after a floor has filled it.
#[cfg(target_family = "wasm")]
const FILE: &str = "tidegate.db";

/// A database that can be closed and opened again.
pub struct Database {
    file: Option<File>,
    driver: Option<Rc<dyn Driver>>,
}

/// A database file.
struct File {
    #[cfg(not(target_family = "wasm"))]
    path: std::path::PathBuf,
    /// The pool it lies in, by the name under which SQLite finds it.
    #[cfg(target_family = "wasm")]
    vfs: String,
    durability: Durability,
}

impl Database {
    /// A new database in memory.
    pub const fn memory() -> Self {
        Self { file: None, driver: None }
    }

    /// A new database in a file that does not exist yet. `strict`: each commit is flushed to the disk.
    #[cfg(not(target_family = "wasm"))]
    pub const fn file(path: std::path::PathBuf, strict: bool) -> Self {
        Self { file: Some(File { path, durability: durability(strict) }), driver: None }
    }

    /// A database in a pool that holds nothing else. `strict`: each commit is flushed to the disk.
    #[cfg(target_family = "wasm")]
    pub fn within(pool: &tidegate::host::Pool, strict: bool) -> Self {
        Self { file: Some(File { vfs: pool.vfs().to_owned(), durability: durability(strict) }), driver: None }
    }

    /// The driver, opened if it is closed.
    pub fn driver(&mut self) -> Result<Rc<dyn Driver>> {
        if let Some(driver) = &self.driver {
            return Ok(Rc::clone(driver));
        }
        let driver: Rc<dyn Driver> = Rc::new(self.connect()?);
        // Floors run under the very settings of the engine.
        driver.adopt()?;
        self.driver = Some(Rc::clone(&driver));
        Ok(driver)
    }

    /// The open driver.
    pub fn db(&self) -> Result<&dyn Driver> {
        self.driver.as_deref().ok_or_else(|| Error::new(Code::StorageUnavailable, "the database is closed"))
    }

    /// Closes a file; a database in memory stays, because it would be gone.
    pub fn close(&mut self) {
        if self.file.is_some() {
            self.driver = None;
        }
    }

    /// The same open database for another subject, which cannot close it.
    pub fn lent(&mut self) -> Result<Self> {
        let driver = self.driver()?;
        let mut lent = Self::memory();
        lent.driver = Some(driver);
        Ok(lent)
    }

    fn connect(&self) -> Result<Embedded> {
        self.file.as_ref().map_or_else(Embedded::memory, File::connect)
    }
}

impl File {
    #[cfg(not(target_family = "wasm"))]
    fn connect(&self) -> Result<Embedded> {
        Embedded::file(&self.path, self.durability)
    }

    #[cfg(target_family = "wasm")]
    fn connect(&self) -> Result<Embedded> {
        Embedded::in_vfs(&self.vfs, FILE, self.durability, None)
    }
}

const fn durability(strict: bool) -> Durability {
    if strict { Durability::Strict } else { Durability::Relaxed }
}

#[cfg(not(target_family = "wasm"))]
impl Drop for Database {
    fn drop(&mut self) {
        self.driver = None;
        if let Some(file) = &self.file {
            for end in ["", "-wal", "-shm", "-journal"] {
                let mut path = file.path.clone().into_os_string();
                path.push(end);
                // The file may never have been made, and its companions seldom remain.
                let _ = std::fs::remove_file(path);
            }
        }
    }
}
