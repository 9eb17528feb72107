//! The class `Engine` as JavaScript sees it.

use super::errors::{panics, thrown};
use super::memory::grow_ahead;
use super::object::object;
use super::opened::{Opened, close};
use super::plain;
use crate::engine::Engine;
use crate::error::{Code, Error, Result};
use crate::store::driver::room_for;
use crate::wire::{self, Message};
use js_sys::{Array, Uint8Array};
use serde::Serialize;
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../js/types.generated.ts");

/// A durable workflow engine over one SQLite database, called from the thread it was opened in.
#[wasm_bindgen(js_name = Engine)]
pub struct WasmEngine {
    opened: RefCell<Option<Opened>>,
    /// Panics of the module before the call under way, or before the call that panicked.
    panics: Cell<u32>,
    /// Set by a close in mid-call; it takes effect when the call ends.
    closing: Cell<bool>,
}

#[wasm_bindgen(js_class = Engine)]
impl WasmEngine {
    /// Makes many calls in one crossing: `[{ "op", "args", "requestId"? }, …]`, payloads standing as their place in the
    /// list. Each call is kept whole or leaves nothing; no answer comes before its commit. Answers the text of
    /// `{ answers, wakes, nextDueAt, now }` and the bytes of payloads, whose places stand in it; of large answers
    /// fewer than calls: the rest was not made.
    #[wasm_bindgen(unchecked_return_type = "{ text: string; payloads: Uint8Array[] }")]
    pub fn batch(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array[]")] payloads: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let message = message(text, payloads).map_err(|e| thrown(&e))?;
        let answer = self.with(|engine| wire::batch(engine, message))?;
        let payloads: Array = answer.payloads.iter().map(|bytes| Uint8Array::from(bytes.as_slice())).collect();
        Ok(object([("text", answer.text.into()), ("payloads", payloads.into())]))
    }

    /// Applies what is due, at most 1 000 actions.
    #[wasm_bindgen(unchecked_return_type = "TickAnswer")]
    pub fn tick(&self) -> Result<JsValue, JsValue> {
        self.with(|engine| plain::value(&engine.tick()?))
    }

    /// When time will act next, in Unix ms; null when nothing is due ever.
    #[wasm_bindgen(js_name = nextDueAt, unchecked_return_type = "number | null")]
    pub fn next_due_at(&self) -> Result<JsValue, JsValue> {
        self.with(|engine| plain::value(&engine.next_due_at()?))
    }

    /// Engine time beside the host's.
    #[wasm_bindgen(js_name = clockReport, unchecked_return_type = "ClockReport")]
    pub fn clock_report(&self) -> Result<JsValue, JsValue> {
        self.with(|engine| plain::value(&engine.clock_report()?))
    }

    /// Moves every stored instant back by as much as engine time stands ahead of the host's clock; answers by how much,
    /// in ms.
    #[wasm_bindgen(js_name = acceptClock, unchecked_return_type = "number")]
    pub fn accept_clock(&self) -> Result<JsValue, JsValue> {
        self.with(|engine| plain::value(&engine.accept_clock()?))
    }

    /// Closes the engine and gives its leases back; every later call throws `engine.closed`. Closing twice does nothing; closing from inside a call
    /// takes effect when the call ends.
    pub fn close(&self) {
        match self.opened.try_borrow_mut() {
            Ok(mut opened) => close(&mut opened),
            Err(_) => self.closing.set(true),
        }
    }

    pub(super) fn operation(&self, op: &str, args: &JsValue) -> Result<JsValue, JsValue> {
        let (args, payloads) = plain::arguments(args).map_err(|e| thrown(&e))?;
        let mut payloads: Vec<Option<Vec<u8>>> = payloads.into_iter().map(Some).collect();
        self.with(|engine| {
            let operation = wire::operation(op, args, &mut payloads)?;
            if payloads.iter().any(Option::is_some) {
                return Err(Error::argument(
                    Code::InvalidInput,
                    "arguments",
                    "bytes only as a payload",
                    "a Uint8Array",
                ));
            }
            let answer = engine.batch(vec![operation.into()]).answers.pop();
            plain::answer(
                answer.unwrap_or_else(|| Err(Error::new(Code::InvariantBroken, "a call was left unanswered")))?,
            )
        })
    }

    fn with<T>(&self, call: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T, JsValue> {
        self.with_opened(|opened| call(&mut opened.engine))
    }

    /// The engine and its database, unless it was closed, is in a call already, or is locked for ever by a call that
    /// panicked.
    pub(super) fn with_opened<T>(&self, call: impl FnOnce(&mut Opened) -> Result<T>) -> Result<T, JsValue> {
        let answer = match self.opened.try_borrow_mut() {
            Err(_) => Err(self.locked()),
            Ok(mut slot) => {
                self.panics.set(panics());
                let closed = || Error::new(Code::EngineClosed, "the engine was closed");
                let answer = slot.as_mut().ok_or_else(closed).and_then(call);
                if self.closing.replace(false) {
                    close(&mut slot);
                }
                answer
            }
        };
        grow_ahead();
        answer.map_err(|e| thrown(&e))
    }

    /// Why the engine is locked: by a call that panicked, or by one that is under way, further down the stack.
    fn locked(&self) -> Error {
        if panics() > self.panics.get() {
            return Error::new(Code::EnginePoisoned, "an earlier call panicked; open the engine again");
        }
        Error::argument(Code::InvalidInput, "call", "to be made outside of the clock function", "one inside of it")
    }
}

impl WasmEngine {
    pub(super) fn over(opened: Opened) -> Self {
        Self { opened: RefCell::new(Some(opened)), panics: Cell::new(panics()), closing: Cell::new(false) }
    }
}

/// The arguments of a batch, which JavaScript may have got wrong.
fn message(text: &JsValue, payloads: &JsValue) -> Result<Message> {
    let refuse = |field, limit| Error::argument(Code::InvalidInput, field, limit, "something else");
    let text = text.as_string().ok_or_else(|| refuse("batch", "a JSON text"))?;
    let list = payloads.dyn_ref::<Array>().ok_or_else(|| refuse("payloads", "an array of Uint8Arrays"))?;
    let payloads = list.iter().map(|item| {
        let bytes = item.dyn_ref::<Uint8Array>().ok_or_else(|| refuse("payloads", "an array of Uint8Arrays"))?;
        room_for(bytes.length() as usize)?;
        Ok(bytes.to_vec())
    });
    Ok(Message { text, payloads: payloads.collect::<Result<_>>()? })
}

/// Every error code with its class and meaning, in the order of the documentation.
#[wasm_bindgen(js_name = errorCodes, unchecked_return_type = "{ code: string; class: Class; meaning: string }[]")]
pub fn error_codes() -> Array {
    #[derive(Serialize)]
    struct Row {
        code: &'static str,
        class: crate::error::Class,
        meaning: &'static str,
    }
    let row = |code: &Code| Row { code: code.as_str(), class: code.class(), meaning: code.meaning() };
    Code::ALL.iter().filter_map(|code| plain::value(&row(code)).ok()).collect()
}
