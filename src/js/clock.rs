//! A clock lent by JavaScript: a function that answers Unix ms, as `Date.now` does.

use crate::host::Clock;
use js_sys::Function;
use wasm_bindgen::JsValue;

/// The function.
pub struct JsClock(pub Function);

impl Clock for JsClock {
    /// A function that throws or answers no number reads as NaN, which the engine refuses.
    fn now_ms(&self) -> f64 {
        self.0.call0(&JsValue::UNDEFINED).ok().and_then(|now| now.as_f64()).unwrap_or(f64::NAN)
    }
}
