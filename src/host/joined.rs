//! A VFS over the pool's own that joins what SQLite writes to its log: a commit becomes one write to the browser's file,
//! instead of two for each page.
//!
//! Invariant: what is held back is the end of the log as SQLite wrote it, without gaps, and never the last frame of a
//! commit: that one takes along all that was held, so what was answered is in the file, and a sync finds nothing held
//! that matters. Absent on purpose: anything for the database's own file, which is written when the log is copied.
#![expect(unsafe_code, reason = "SQLite calls a VFS through C, and this one calls another")]

use crate::error::{Code, Error, Result};
use rsqlite_vfs::SQLiteVfsFile;
use rsqlite_vfs::ffi::{
    SQLITE_IOCAP_POWERSAFE_OVERWRITE, SQLITE_IOERR, SQLITE_OK, SQLITE_OPEN_WAL, sqlite3_file, sqlite3_filename,
    sqlite3_int64, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};
use std::cell::OnceCell;
use std::ffi::{CString, c_int, c_void};
use std::ptr::{from_mut, null_mut};

/// Bytes of a frame's header in the log; SQLite writes nothing else there that is as long.
const FRAME_HEADER_BYTES: usize = 24;

/// Bytes that are held back at most, a page more or less: what makes room in the log must get there.
const HELD_BYTES_MAX: usize = 1 << 16;

/// The VFS: the pool's, except for its name, the size of its files and how they are opened.
#[repr(C)]
struct Vfs {
    own: sqlite3_vfs,
    pool: *mut sqlite3_vfs,
    /// The methods of its files: the pool's, except for those below.
    methods: OnceCell<sqlite3_io_methods>,
}

/// An open file: the pool's, and what is added to it.
#[repr(C)]
struct File {
    pool: SQLiteVfsFile,
    added: *mut Added,
}

struct Added {
    /// The methods of the pool's file.
    pool: *const sqlite3_io_methods,
    is_log: bool,
    held: Vec<u8>,
    /// Where in the file the held bytes belong.
    start: sqlite3_int64,
    /// Where the latest write ended.
    end: sqlite3_int64,
    /// Whether the frame under way ends a commit.
    commits: bool,
}

/// Puts the VFS over the pool's one of this name, for as long as that is there: for ever. Answers its own name.
pub fn over(pool: &str) -> Result<String> {
    let name = format!("{pool}-joined");
    let failed = || Error::new(Code::StorageUnavailable, format!("SQLite has no file system {pool} to build upon"));
    let names = (CString::new(name.as_str()), CString::new(pool));
    let sizes = (c_int::try_from(size_of::<File>()), c_int::try_from(size_of::<SQLiteVfsFile>()));
    let ((Ok(own_name), Ok(pool_name)), (Ok(own_size), Ok(pool_size))) = (names, sizes) else { return Err(failed()) };
    // SAFETY: both names end with a NUL; SQLite is used by this thread alone; what is registered is never freed.
    unsafe {
        if !sqlite3_vfs_find(own_name.as_ptr()).is_null() {
            return Ok(name);
        }
        let pool = sqlite3_vfs_find(pool_name.as_ptr());
        if pool.is_null() || (*pool).szOsFile != pool_size {
            return Err(failed());
        }
        let own = sqlite3_vfs {
            szOsFile: own_size,
            zName: own_name.into_raw(),
            pNext: null_mut(),
            xOpen: Some(open),
            ..*pool
        };
        let vfs = Box::leak(Box::new(Vfs { own, pool, methods: OnceCell::new() }));
        if sqlite3_vfs_register(from_mut(vfs).cast(), 0) == SQLITE_OK { Ok(name) } else { Err(failed()) }
    }
}

/// Calls a method of the pool, which has them all.
macro_rules! call {
    ($methods:expr, $method:ident, $($argument:expr),+) => {
        match $methods.$method {
            Some(method) => method($($argument),+),
            None => SQLITE_IOERR,
        }
    };
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands over the VFS made above, and room for one of its files.
    unsafe {
        let vfs = &*vfs.cast::<Vfs>();
        let code = call!((*vfs.pool), xOpen, vfs.pool, name, file, flags, out_flags);
        let pool = (*file).pMethods;
        if pool.is_null() {
            return code;
        }
        let is_log = flags & SQLITE_OPEN_WAL != 0;
        let added = Added { pool, is_log, held: Vec::new(), start: 0, end: -1, commits: false };
        (*file.cast::<File>()).added = Box::into_raw(Box::new(added));
        (*file).pMethods = vfs.methods.get_or_init(|| sqlite3_io_methods {
            xClose: Some(close),
            xRead: Some(read),
            xWrite: Some(write),
            xDeviceCharacteristics: Some(device_characteristics),
            ..*pool
        });
        code
    }
}

/// What is added to a file that was opened above and is not closed, and the pool's methods of it.
unsafe fn parts<'a>(file: *mut sqlite3_file) -> (&'a mut Added, &'a sqlite3_io_methods) {
    // SAFETY: as is asked for; the pool's methods stay for ever, and no two calls of one file overlap.
    unsafe {
        let added = &mut *(*file.cast::<File>()).added;
        let pool = &*added.pool;
        (added, pool)
    }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, bytes: *const c_void, len: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: SQLite hands over an open file and so many bytes.
    unsafe {
        let (added, pool) = parts(file);
        if !added.is_log {
            return call!(pool, xWrite, file, bytes, len, at);
        }
        let written = std::slice::from_raw_parts(bytes.cast::<u8>(), usize::try_from(len).unwrap_or(0));
        if added.takes(written, at) {
            let ready = added.commits && written.len() != FRAME_HEADER_BYTES;
            return if ready || added.held.len() >= HELD_BYTES_MAX { settle(added, pool, file) } else { SQLITE_OK };
        }
        let mut code = settle(added, pool, file);
        if code == SQLITE_OK {
            code = call!(pool, xWrite, file, bytes, len, at);
        }
        if code != SQLITE_OK {
            // Nothing continues what was not written.
            added.end = -1;
        }
        code
    }
}

impl Added {
    /// Holds what continues the latest write; answers whether it did.
    fn takes(&mut self, written: &[u8], at: sqlite3_int64) -> bool {
        let is_header = written.len() == FRAME_HEADER_BYTES;
        if at <= self.start && (is_header || at == 0) {
            // The transaction that wrote what is held was undone.
            self.held.clear();
        }
        if is_header {
            // The size of the database after the commit, in its last frame alone.
            self.commits = written[4..8] != [0; 4];
        }
        let follows = at == self.end;
        self.end = at + bytes(written);
        if follows {
            if self.held.is_empty() {
                self.start = at;
            }
            self.held.extend_from_slice(written);
        }
        follows
    }

    fn holds(&self, at: sqlite3_int64, len: c_int) -> bool {
        !self.held.is_empty() && at < self.start + bytes(&self.held) && at + sqlite3_int64::from(len) > self.start
    }
}

fn bytes(some: &[u8]) -> sqlite3_int64 {
    sqlite3_int64::try_from(some.len()).unwrap_or(sqlite3_int64::MAX)
}

/// Writes what is held. What cannot be written stays held: nothing after it may be committed without it.
unsafe fn settle(added: &mut Added, pool: &sqlite3_io_methods, file: *mut sqlite3_file) -> c_int {
    // SAFETY: the file is open, and these are its parts.
    unsafe {
        let Ok(len) = c_int::try_from(added.held.len()) else { return SQLITE_IOERR };
        let code =
            if len == 0 { SQLITE_OK } else { call!(pool, xWrite, file, added.held.as_ptr().cast(), len, added.start) };
        if code == SQLITE_OK {
            added.held.clear();
        }
        code
    }
}

unsafe extern "C" fn read(file: *mut sqlite3_file, bytes: *mut c_void, len: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: SQLite hands over an open file and room for so many bytes.
    unsafe {
        let (added, pool) = parts(file);
        let code = if added.holds(at, len) { settle(added, pool, file) } else { SQLITE_OK };
        if code == SQLITE_OK { call!(pool, xRead, file, bytes, len, at) } else { code }
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite hands over an open file, and never again. What is held belongs to no commit.
    unsafe {
        let added = Box::from_raw((*file.cast::<File>()).added);
        call!((*added.pool), xClose, file)
    }
}

/// Adds what SQLite takes for granted on every desktop: a write that loses power spoils nothing beside it. Commits are
/// then not padded to the end of a sector by a frame more.
unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite hands over an open file.
    unsafe {
        let (_, pool) = parts(file);
        call!(pool, xDeviceCharacteristics, file) | SQLITE_IOCAP_POWERSAFE_OVERWRITE
    }
}
