//! What a run in a browser needs of Rust: subjects that JavaScript calls step by step, and lines from the laps it timed.
//!
//! Invariant: a step answers its own time, taken here, so that no message between threads is part of it. Which steps are
//! run, and in what order, is decided in `scripts/bench/browser`, because opening files and calling the package are
//! asynchronous.

use crate::contest::ground::subject;
use crate::contest::same_rows;
use crate::measuring::kind::Kind;
use crate::measuring::lap::Laps;
use crate::measuring::line::Line;
use crate::measuring::stopwatch::timed;
use crate::places::javascript::terms;
use crate::storage::database::Database;
use crate::storage::version;
use crate::subject::Subject;
use crate::subject::work::Work;
use serde::Deserialize;
use tidegate::host::Pool;
use tidegate::{Code, Error, Result};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// A subject with the files it lies in; let go in this order.
#[wasm_bindgen(js_name = Contestant)]
pub struct JsContestant {
    subject: Box<dyn Subject>,
    _pool: Option<Pool>,
}

#[wasm_bindgen(js_class = Contestant)]
impl JsContestant {
    /// The engine, the same rows or the bare queue, over a new database in memory.
    #[wasm_bindgen(js_name = inMemory)]
    pub fn in_memory(kind: &str) -> std::result::Result<JsContestant, JsValue> {
        let made = || Ok(Self { subject: subject(named(kind)?, Database::memory())?, _pool: None });
        made().map_err(thrown)
    }

    /// The same over the pool of a name, which is made if there is none.
    #[wasm_bindgen(js_name = inFiles)]
    pub async fn in_files(kind: String, name: String, strict: bool) -> std::result::Result<JsContestant, JsValue> {
        let made = async {
            let pool = Pool::take(&name).await?;
            let subject = subject(named(&kind)?, Database::within(&pool, strict))?;
            Ok(Self { subject, _pool: Some(pool) })
        };
        made.await.map_err(thrown)
    }

    /// Creates executions; answers the ns for each.
    pub fn create(&mut self, count: u32, batch: u32) -> std::result::Result<f64, JsValue> {
        timed(count, || self.subject.create(Work::plain(count, batch))).map_err(thrown)
    }

    /// Claims as many.
    pub fn claim(&mut self, count: u32, batch: u32) -> std::result::Result<f64, JsValue> {
        timed(count, || self.subject.claim(count, batch)).map_err(thrown)
    }

    /// Completes as many of those claimed first.
    pub fn complete(&mut self, count: u32, batch: u32) -> std::result::Result<f64, JsValue> {
        timed(count, || self.subject.complete(count, batch)).map_err(thrown)
    }

    /// Puts what is claimed into an order of no meaning, the same in each run.
    pub fn shuffle(&mut self) {
        self.subject.shuffle();
    }

    /// Brings it, unmeasured, to so many finished executions and so many waiting ones.
    pub fn fill(&mut self, finished: u32, waiting: u32) -> std::result::Result<(), JsValue> {
        self.subject.fill(finished, Work::plain(waiting, 250)).map_err(thrown)
    }
}

fn named(kind: &str) -> Result<Kind> {
    match kind {
        "engine" => Ok(Kind::Engine),
        "rows" => Ok(Kind::Rows),
        "bare" => Ok(Kind::Bare),
        _ => Err(Error::new(Code::InvalidInput, format!("there is no contestant {kind}"))),
    }
}

/// Laps that were timed in JavaScript.
#[derive(Deserialize)]
struct Timed {
    place: String,
    scenario: String,
    laps: Laps,
    target: Option<Wanted>,
}

/// What is asked of them: the least ratio of two lists of times, lap by lap.
#[derive(Deserialize)]
struct Wanted {
    words: String,
    above: Vec<f64>,
    below: Vec<f64>,
    least: f64,
}

/// A line, as JSON, from laps as JSON.
#[wasm_bindgen]
pub fn line(timed: &str) -> std::result::Result<String, JsValue> {
    let line = || -> serde_json::Result<String> {
        let Timed { place, scenario, laps, target } = serde_json::from_str(timed)?;
        let mut line = Line::of(&place, &scenario, &laps);
        if let Some(Wanted { words, above, below, least }) = target {
            line = line.at_least(words, &above, &below, least);
        }
        serde_json::to_string(&line)
    };
    line().map_err(|e| thrown(Error::new(Code::InvalidInput, e.to_string())))
}

/// The texts and numbers that all subjects share, after the check that the floor is honest here too; and the SQLite.
#[wasm_bindgen]
pub fn begin() -> std::result::Result<String, JsValue> {
    let begun = || -> Result<String> {
        same_rows::check()?;
        Ok(serde_json::json!({ "terms": terms(), "sqlite": version::sqlite()? }).to_string())
    };
    begun().map_err(thrown)
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
fn thrown(error: Error) -> JsValue {
    JsValue::from_str(&error.to_string())
}
