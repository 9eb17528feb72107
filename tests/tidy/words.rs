//! Words that may stand in some places only.

use crate::lexer::occurrences;
use crate::tree::{Finding, Source};

/// A rule about words in code: none of them under `src`, except in the places named.
pub struct Ban {
    words: &'static [&'static str],
    places: &'static [&'static str],
    tests_may: bool,
    rule: &'static str,
}

pub const RUSQLITE: Ban = Ban {
    words: &["rusqlite", "libsqlite3_sys"],
    places: &["src/store/driver/"],
    tests_may: false,
    rule: "rusqlite is known in src/store/driver only; use the driver's own trait",
};

pub const JAVASCRIPT: Ban = Ban {
    words: &["JsValue", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "serde_wasm_bindgen", "web_sys"],
    places: &["src/js/", "src/host/"],
    tests_may: false,
    rule: "JavaScript is known in src/js and src/host only",
};

pub const TRANSACTION: Ban = Ban {
    words: &[".transaction("],
    places: &["src/engine.rs", "src/engine/", "src/store/driver/"],
    tests_may: true,
    rule: "begin and commit stand in the engine only; an operation runs inside them",
};

pub const TIME_AND_CHANCE: Ban = Ban {
    words: &[
        "SystemTime",
        "std::time",
        "Instant::now",
        "Date::now",
        "Date::new_0",
        "getrandom",
        "Uuid::new_v4",
        "Uuid::now_v7",
        "rand::",
        "fastrand",
        "thread_rng",
        "Math::random",
    ],
    places: &["src/host/"],
    tests_may: true,
    rule: "time and chance are lent by src/host; an operation has `turn.now` and `turn.mint`",
};

pub const PANIC: Ban = Ban {
    words: &[".unwrap()", ".unwrap_err()", ".expect(", ".expect_err(", "todo!", "unimplemented!", "dbg!", "panic!"],
    places: &[],
    tests_may: true,
    rule: "shipped code answers errors, it does not panic",
};

impl Ban {
    pub fn broken_by(&self, source: &Source) -> Vec<Finding> {
        if !source.path.starts_with("src/") || source.is_under(self.places) {
            return Vec::new();
        }
        let code = if self.tests_may { &source.shipped } else { &source.code };
        let at = |word: &'static str| occurrences(code, word).map(move |at| (at, word));
        let found = self.words.iter().copied().flat_map(at);
        found.map(|(at, word)| source.finding(at, format!("`{word}`"), self.rule)).collect()
    }
}
