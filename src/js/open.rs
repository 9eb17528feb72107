//! Opening an engine from JavaScript, and what is asked of its database as a whole.

use super::class::WasmEngine;
use super::errors::{surface_panics, thrown};
use super::opened::{Opened, read_limits};
use crate::error::{Code, Error, Result};
use crate::host::Pool;
use crate::store::driver::{Driver as _, Durability, Embedded};
use crate::store::ground::migrations;
use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// The database's file in its pool.
const FILE: &str = "tidegate.db";

/// Bytes of a database's name at most.
const NAME_BYTES_MAX: usize = 64;

#[wasm_bindgen(typescript_custom_section)]
const LIMITS: &str = "/** What is set when an engine is opened; `retention` in ms. `connection` stands for whoever calls, as a number from 1 on: an
 * engine that is opened again for the same callers leaves them their leases. One is minted when it is left out. */
export interface EngineLimits {
  connection?: number | undefined;
  payloadBytesMax?: number | undefined;
  retention?: { executionsMs?: number | undefined; eventsMs?: number | undefined } | undefined;
  /** Whether engine time goes back with the clock; left out: with the host's own, not with one that is lent. */
  followsClock?: boolean | undefined;
}";

#[wasm_bindgen(js_class = Engine)]
impl WasmEngine {
    /// Opens an engine in memory. `clock` answers Unix ms (`Date.now` when left out); `limits` is an object with
    /// `payloadBytesMax`, the limit of one payload, 1 MiB when left out, at most 16 MiB, and `retention`, for how long what
    /// is over is kept, in ms (`executionsMs`, `eventsMs`), for ever when left out; `image` is the SQLite file to begin
    /// with, as `export` gives it.
    #[wasm_bindgen(js_name = openMemory)]
    pub fn open_memory(
        #[wasm_bindgen(unchecked_optional_param_type = "(() => number) | null")] clock: Option<Function>,
        #[wasm_bindgen(unchecked_optional_param_type = "EngineLimits | null")] limits: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Uint8Array | null")] image: Option<Uint8Array>,
    ) -> Result<WasmEngine, JsValue> {
        surface_panics();
        let open = || {
            let limits = read_limits(limits)?;
            let image = ours(image)?;
            Opened::over(Embedded::memory_of(image.as_ref())?, None, clock, limits)
        };
        open().map(WasmEngine::over).map_err(|e| thrown(&e))
    }

    /// Opens an engine in the origin's private file system; needs a dedicated worker. `strict`: an answered call survives
    /// power loss, otherwise the end of the browser. An `image` goes only where there is no database of this name yet.
    #[wasm_bindgen(js_name = openOpfs)]
    pub async fn open_opfs(
        name: String,
        strict: bool,
        #[wasm_bindgen(unchecked_optional_param_type = "(() => number) | null")] clock: Option<Function>,
        #[wasm_bindgen(unchecked_optional_param_type = "EngineLimits | null")] limits: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Uint8Array | null")] image: Option<Uint8Array>,
    ) -> Result<WasmEngine, JsValue> {
        surface_panics();
        let durability = if strict { Durability::Strict } else { Durability::Relaxed };
        let open = async {
            check_name(&name)?;
            let limits = read_limits(&limits)?;
            let image = ours(image)?;
            let pool = Pool::take(&name).await?;
            let database = Embedded::in_vfs(pool.vfs(), FILE, durability, image.as_ref())?;
            Opened::over(database, Some((pool, image.is_some())), clock, limits)
        };
        open.await.map(WasmEngine::over).map_err(|e| thrown(&e))
    }

    /// The whole database as one self-contained SQLite file.
    pub fn export(&self) -> Result<Vec<u8>, JsValue> {
        self.with_opened(|opened| opened.database.export())
    }

    /// Bytes of the database, without its log.
    #[wasm_bindgen(js_name = databaseBytes)]
    pub fn database_bytes(&self) -> Result<f64, JsValue> {
        #[expect(clippy::cast_precision_loss, reason = "a database of 2^53 bytes does not exist")]
        self.with_opened(|opened| opened.database.bytes().map(|(all, _)| all as f64))
    }

    /// Keeps room in a limited storage; answers whether there is some. See `storage.quota`.
    pub fn reserve(&self) -> Result<bool, JsValue> {
        self.with_opened(|opened| opened.engine.reserve())
    }

    /// Gives pages that hold nothing back to the host, at most so many bytes; answers how many bytes are left to give.
    pub fn compact(&self, bytes_max: f64) -> Result<f64, JsValue> {
        #[expect(clippy::cast_precision_loss, reason = "a database of 2^53 bytes does not exist")]
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        self.with_opened(|opened| opened.engine.compact(bytes_max as u64).map(|left| left as f64))
    }

    /// Looks for damage in one slice of the database, counted from 0; answers whether there is a next one. Throws
    /// `storage.damaged` when it finds some.
    pub fn check(&self, slice: u32) -> Result<bool, JsValue> {
        self.with_opened(|opened| opened.engine.check(slice as usize))
    }
}

/// The name of a database, which is a folder's name too.
fn check_name(name: &str) -> Result<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(fits) && !name.starts_with('.') {
        return Ok(());
    }
    let limit = format!("1 to {NAME_BYTES_MAX} letters, digits, - _ or ., and no . first");
    Err(Error::argument(Code::InvalidInput, "storage.name", &limit, name))
}

/// A database file to begin with: whole, of this engine, and not of a newer version.
fn ours(bytes: Option<Uint8Array>) -> Result<Option<Embedded>> {
    let Some(bytes) = bytes else { return Ok(None) };
    let image = Embedded::image(bytes.to_vec())?;
    migrations::pending(&image)?;
    Ok(Some(image))
}
