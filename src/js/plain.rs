//! Arguments from JavaScript as plain data: cloned, finite, bounded in depth, bytes set aside; answers the way back.

use super::object::{get, set};
use crate::error::{Code, Error, Result};
use crate::model::ground::json::Given;
use crate::ops::Answer;
use js_sys::{Array, Uint8Array};
use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// Deepest nesting of arguments.
const DEPTH_MAX: usize = 64;

#[wasm_bindgen]
extern "C" {
    /// Runs the caller's getters here, where what they throw is caught, and nowhere else.
    #[wasm_bindgen(js_name = structuredClone, catch)]
    fn structured_clone(value: &JsValue) -> Result<JsValue, JsValue>;
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// The names of the members under way; after a failure, the path of what is wrong.
    static PATH: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static PAYLOADS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An argument object and the payload bytes set aside from it.
pub fn arguments(value: &JsValue) -> Result<(Given<'static>, Vec<Vec<u8>>)> {
    if value.is_undefined() {
        return Ok((Given::Object(Vec::new()), Vec::new()));
    }
    let refuse = |found: String| {
        let path = PATH.take().join(".");
        let field = if path.is_empty() { "arguments" } else { &path };
        Error::argument(Code::InvalidInput, field, "plain data with finite numbers", found)
    };
    let cloned = structured_clone(value).map_err(|thrown| refuse(said(&thrown)))?;
    PAYLOADS.with_borrow_mut(Vec::clear);
    DEPTH.set(0);
    let plain: Plain = serde_wasm_bindgen::from_value(cloned).map_err(|e| refuse(e.to_string()))?;
    Ok((plain.0.unwrap_or(Given::Null), PAYLOADS.take()))
}

/// A value as JavaScript has it: by way of JSON, whose writer the batches need anyway.
pub fn value<T: Serialize>(value: &T) -> Result<JsValue> {
    parsed(&serde_json::to_string(value).map_err(|e| broken(&e.to_string()))?)
}

/// An answer as JavaScript has it, its payload a `Uint8Array`.
pub fn answer(mut answer: Answer) -> Result<JsValue> {
    let (mut payloads, mut text) = (Vec::new(), Vec::new());
    answer.bytes(&mut |bytes| bytes.detach(&mut payloads));
    answer.write_json(&mut text)?;
    let value = parsed(std::str::from_utf8(&text).map_err(|e| broken(&e.to_string()))?)?;
    if !payloads.is_empty() {
        fill(&value, &payloads);
    }
    Ok(value)
}

/// Puts payloads where their places stand: in the members that may hold one, and in those of upstreams, recorded steps and frames.
fn fill(value: &JsValue, payloads: &[Vec<u8>]) {
    for name in ["input", "result"] {
        put(value, name, payloads);
    }
    for name in ["upstream", "steps"] {
        if let Some(list) = get(value, name).dyn_ref::<Array>() {
            list.iter().for_each(|one| fill(&one, payloads));
        }
    }
    if let Some(frames) = get(value, "frames").dyn_ref::<Array>() {
        frames.iter().for_each(|frame| put(&frame, "bytes", payloads));
    }
}

/// Only a place is a number, and it is never fractional.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
fn put(value: &JsValue, name: &str, payloads: &[Vec<u8>]) {
    if let Some(bytes) = get(value, name).as_f64().and_then(|place| payloads.get(place as usize)) {
        set(value, name, &Uint8Array::from(bytes.as_slice()));
    }
}

fn parsed(text: &str) -> Result<JsValue> {
    js_sys::JSON::parse(text).map_err(|thrown| broken(&said(&thrown)))
}

fn broken(found: &str) -> Error {
    Error::new(Code::InvariantBroken, format!("an answer cannot become a JavaScript value: {found}"))
}

fn said(thrown: &JsValue) -> String {
    thrown.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{thrown:?}"), |error| String::from(error.message()))
}

/// A value, or nothing for `undefined`.
struct Plain(Option<Given<'static>>);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let depth = DEPTH.get();
        if depth >= DEPTH_MAX {
            return Err(de::Error::custom(format!("nesting deeper than {DEPTH_MAX}")));
        }
        DEPTH.set(depth + 1);
        let plain = deserializer.deserialize_any(PlainVisitor);
        DEPTH.set(depth);
        plain
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain data: null, booleans, finite numbers, texts, arrays, objects, Uint8Arrays")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Plain, E> {
        Ok(Plain(None))
    }

    fn visit_none<E: de::Error>(self) -> Result<Plain, E> {
        Ok(Plain(Some(Given::Null)))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Plain, E> {
        Ok(Plain(Some(Given::Bool(value))))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Plain, E> {
        Ok(Plain(Some(Given::Int(value))))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Plain, E> {
        i64::try_from(value)
            .map(|value| Plain(Some(Given::Int(value))))
            .map_err(|_| E::custom(format!("{value} is too large")))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Plain, E> {
        if value.is_finite() {
            Ok(Plain(Some(Given::Float(value))))
        } else {
            Err(E::custom(format!("{value} is not finite")))
        }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Plain, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Plain, E> {
        Ok(Plain(Some(Given::Text(Cow::Owned(value)))))
    }

    fn visit_byte_buf<E: de::Error>(self, value: Vec<u8>) -> Result<Plain, E> {
        let place = PAYLOADS.with_borrow_mut(|payloads| {
            payloads.push(value);
            payloads.len() - 1
        });
        self.visit_u64(place as u64)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Plain, A::Error> {
        let mut list = Vec::new();
        while let Some(Plain(item)) = items.next_element()? {
            list.push(item.unwrap_or(Given::Null));
        }
        Ok(Plain(Some(Given::List(list))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Plain, A::Error> {
        let mut map = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            PATH.with_borrow_mut(|path| path.push(name.clone()));
            let Plain(value) = entries.next_value()?;
            PATH.with_borrow_mut(Vec::pop);
            if let Some(value) = value {
                map.push((Cow::Owned(name), value));
            }
        }
        Ok(Plain(Some(Given::Object(map))))
    }
}
