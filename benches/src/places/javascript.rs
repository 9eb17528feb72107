//! The grounds in WebAssembly: memory, with the engine called from Rust, and through its JavaScript class.
//!
//! Invariant: the floors always run inside, so what a crossing costs is the engine's to bear. The JavaScript half stands
//! in `scripts/bench/engine.mjs`.

use crate::contest::ground::{Ground, subject};
use crate::contest::same_rows;
use crate::measuring::kind::Kind;
use crate::measuring::line::Line;
use crate::measuring::plan::Plan;
use crate::scenarios::run::{Course, run};
use crate::storage::database::Database;
use crate::storage::version;
use crate::subject::Subject;
use crate::subject::work::{ENCODING, INPUT, INSTANCE, KIND, LANE, OUTPUT, TTL_MS, WORKER, Work};
use tidegate::{Code, Error, Result};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// The JavaScript half of a run.
    pub type JsHost;

    /// Opens an engine in memory; `terms` are the texts and numbers that all subjects share.
    #[wasm_bindgen(method, catch)]
    fn open(this: &JsHost, terms: &str) -> std::result::Result<JsEngine, JsValue>;

    /// Takes a line.
    #[wasm_bindgen(method)]
    fn take(this: &JsHost, line: &str);

    /// An engine behind its JavaScript class.
    pub type JsEngine;

    #[wasm_bindgen(method, catch)]
    fn create(this: &JsEngine, count: u32, batch: u32, priority: f64, sets: u32) -> std::result::Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn claim(this: &JsEngine, count: u32, batch: u32) -> std::result::Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn complete(this: &JsEngine, count: u32, batch: u32) -> std::result::Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn renew(this: &JsEngine, count: u32, batch: u32) -> std::result::Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn drain(this: &JsEngine, count: u32, batch: u32) -> std::result::Result<(), JsValue>;

    #[wasm_bindgen(method)]
    fn shuffle(this: &JsEngine);

    #[wasm_bindgen(method)]
    fn close(this: &JsEngine);
}

/// Memory, called from Rust.
struct Inside;

impl Ground for Inside {
    fn name(&self) -> &'static str {
        "wasm, memory, from Rust"
    }

    fn subject(&self, kind: Kind) -> Result<Box<dyn Subject>> {
        subject(kind, Database::memory())
    }

    fn share(&self) -> f64 {
        0.5
    }
}

/// Memory, the engine called from JavaScript.
struct Across<'a>(&'a JsHost);

impl Ground for Across<'_> {
    fn name(&self) -> &'static str {
        "wasm, memory, from JavaScript"
    }

    fn inside(&self) -> bool {
        false
    }

    fn subject(&self, kind: Kind) -> Result<Box<dyn Subject>> {
        match kind {
            Kind::Engine => Ok(Box::new(JsSubject(self.0.open(&terms().to_string()).map_err(failure)?))),
            Kind::Rows | Kind::Bare => subject(kind, Database::memory()),
        }
    }

    fn share(&self) -> f64 {
        0.5
    }
}

/// The texts and numbers that all subjects share.
pub fn terms() -> serde_json::Value {
    serde_json::json!({
        "lane": LANE,
        "kind": KIND,
        "worker": { "id": WORKER, "instanceId": INSTANCE },
        "leaseTtlMs": TTL_MS,
        "encoding": ENCODING,
        "input": String::from_utf8_lossy(INPUT),
        "output": String::from_utf8_lossy(OUTPUT),
    })
}

/// The engine behind its JavaScript class.
struct JsSubject(JsEngine);

impl Subject for JsSubject {
    #[expect(clippy::cast_precision_loss, reason = "a priority is at most 9 000")]
    fn create(&mut self, work: Work) -> Result<()> {
        self.0.create(work.count, work.batch, work.priority as f64, work.sets).map_err(failure)
    }

    fn claim(&mut self, count: u32, batch: u32) -> Result<()> {
        self.0.claim(count, batch).map_err(failure)
    }

    fn complete(&mut self, count: u32, batch: u32) -> Result<()> {
        self.0.complete(count, batch).map_err(failure)
    }

    fn renew(&mut self, count: u32, batch: u32) -> Result<()> {
        self.0.renew(count, batch).map_err(failure)
    }

    fn shuffle(&mut self) {
        self.0.shuffle();
    }

    fn drain(&mut self, count: u32, batch: u32) -> Result<()> {
        self.0.drain(count, batch).map_err(failure)
    }

    fn close(&mut self) {}

    fn open(&mut self) -> Result<()> {
        Err(Error::new(Code::StorageUnavailable, "an engine in memory cannot be opened again from JavaScript"))
    }
}

impl Drop for JsSubject {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
fn failure(thrown: JsValue) -> Error {
    Error::new(Code::InvariantBroken, format!("{thrown:?}"))
}

/// Runs a plan, given as JSON, over both grounds. The host takes each line as soon as it is there, the first one names
/// the SQLite.
#[wasm_bindgen]
pub fn measure(plan: &str, host: &JsHost) -> std::result::Result<(), JsValue> {
    measured(plan, host).map_err(|e| JsValue::from_str(&e.to_string()))
}

fn measured(plan: &str, host: &JsHost) -> Result<()> {
    let plan: Plan = serde_json::from_str(plan).map_err(|e| Error::new(Code::InvalidInput, e.to_string()))?;
    host.take(&serde_json::json!({ "sqlite": version::sqlite()? }).to_string());
    same_rows::check()?;
    let mut hand = |line: Line| {
        if let Ok(text) = serde_json::to_string(&line) {
            host.take(&text);
        }
    };
    run(&Across(host), &plan, Course::Running, &mut hand)?;
    run(&Inside, &plan, Course::Short, &mut hand)
}
