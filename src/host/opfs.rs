//! The origin's private file system: a pool of files under one name, held by one worker at a time.
//!
//! Invariant: whoever holds a pool is its only writer, until it is released or its worker ends. Absent on purpose:
//! waiting for another holder, and what is in the files. Contract: storage.taken, storage.unavailable, storage.names.

use super::joined;
use crate::error::{Code, Error, Result};
use js_sys::Reflect;
use rsqlite_vfs::VfsFilesManager;
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_vfs::sahpool::{OpfsSAHError, OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil, install};

/// The database and its log take two files; one is spare for what SQLite may want besides.
const FILES: usize = 3;

/// A pool of files that this worker holds.
pub struct Pool {
    vfs: String,
    name: String,
    files: OpfsSAHPoolUtil,
}

impl Pool {
    /// Takes the pool of a name, which is made if there is none.
    pub async fn take(name: &str) -> Result<Self> {
        let vfs = format!("tidegate-{name}");
        let directory = format!(".tidegate/{name}");
        let wanted = OpfsSAHPoolCfgBuilder::new().vfs_name(&vfs).directory(&directory).initial_capacity(FILES).build();
        let files = install::<WasmOsCallback>(&wanted, false).await.map_err(|e| refusal(name, &e))?;
        // A pool of this worker that was released is there still.
        if files.is_paused() {
            files.resume().await.map_err(|e| refusal(name, &e))?;
        }
        Ok(Self { vfs: joined::over(&vfs)?, name: name.to_owned(), files })
    }

    /// The name under which SQLite finds the files.
    pub fn vfs(&self) -> &str {
        &self.vfs
    }

    /// Deletes all files; none may be open.
    pub fn clear(&self) -> Result<()> {
        self.files.clear().map_err(|e| refusal(&self.name, &e))
    }
}

impl Drop for Pool {
    /// Lets go of the files, so that another worker may take them; none may be open.
    fn drop(&mut self) {
        // Files that are open stay held until the worker ends.
        let _ = self.files.pause();
    }
}

/// The typed error for what the browser said.
#[cold]
fn refusal(name: &str, error: &OpfsSAHError) -> Error {
    let damaged = matches!(
        error,
        OpfsSAHError::InvalidHeader { .. }
            | OpfsSAHError::DuplicateFilename(_)
            | OpfsSAHError::InvalidDirectoryEntry
            | OpfsSAHError::NeedsRecovery
    );
    let (code, message) = if let OpfsSAHError::Opfs { value, .. } = error {
        said(&Reflect::get(value, &"name".into()).unwrap_or_default(), error)
    } else if matches!(error, OpfsSAHError::NotSupported) {
        let needed = "files of the origin need a dedicated worker, a secure context and a browser that has them";
        (Code::StorageUnavailable, needed.to_owned())
    } else if matches!(error, OpfsSAHError::ShortIo { .. }) {
        (Code::StorageQuota, format!("the browser wrote less than it was given: {error}"))
    } else if damaged {
        (Code::StorageDamaged, format!("the files of the database are damaged: {error}"))
    } else {
        (Code::StorageIo, error.to_string())
    };
    let error = Error::new(code, message).with("name", name);
    // A host without such files at all, where a caller may have allowed another storage.
    if code == Code::StorageUnavailable { error.with("reason", "unsupported") } else { error }
}

/// What an exception of the browser's file system means, by its name: its text differs from browser to browser.
fn said(exception: &wasm_bindgen::JsValue, error: &OpfsSAHError) -> (Code, String) {
    match exception.as_string().as_deref() {
        Some("NoModificationAllowedError") => {
            (Code::StorageTaken, "another tab or worker has this database open; close it there".to_owned())
        }
        Some("QuotaExceededError") => (Code::StorageQuota, format!("the origin's storage is full: {error}")),
        Some("SecurityError" | "NotAllowedError" | "NotSupportedError") => {
            (Code::StorageUnavailable, format!("the browser keeps no files for this page: {error}"))
        }
        _ => (Code::StorageIo, error.to_string()),
    }
}
