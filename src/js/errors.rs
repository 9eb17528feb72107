//! Errors as JavaScript sees them, and panics turned into one.

use super::object::set;
use crate::error::{Code, Error};
use js_sys::Object;
use std::cell::Cell;
use wasm_bindgen::JsValue;

/// An `Error` named `TidegateError` with the members of [`Error`].
pub fn thrown(error: &Error) -> JsValue {
    let thrown = js_sys::Error::new(error.message());
    thrown.set_name("TidegateError");
    let details = Object::new();
    for (name, value) in error.details().iter() {
        set(&details, name, &value.number().map_or_else(|| value.as_str().into(), Into::into));
    }
    for (name, value) in [
        ("code", error.code().as_str().into()),
        ("category", error.code().category().into()),
        ("kind", error.code().kind().into()),
        ("details", details.into()),
        ("retryable", error.retryable().into()),
        ("class", error.class().as_str().into()),
    ] {
        set(&thrown, name, &value);
    }
    thrown.into()
}

thread_local! {
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

/// Panics so far, of any engine of this module.
pub fn panics() -> u32 {
    PANICS.get()
}

/// Makes a panic surface as one typed error instead of a bare trap. The engine in which it happened stays locked, and
/// answers every later call with the same code.
pub fn surface_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            PANICS.set(PANICS.get() + 1);
            let message = format!("the engine panicked, please report it: {info}");
            wasm_bindgen::throw_val(thrown(&Error::new(Code::EnginePoisoned, message)));
        }));
    });
}
