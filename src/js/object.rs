//! JavaScript objects made member by member.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// A plain object with these members.
pub fn object<const N: usize>(members: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        set(&object, name, &value);
    }
    object.into()
}

/// Sets a member of an object that was made here.
pub fn set(target: &JsValue, name: &str, value: &JsValue) {
    // It cannot fail: the object has no setters and is not frozen.
    let _ = Reflect::set(target, &name.into(), value);
}

/// A member of an object that was made here, or undefined.
pub fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).unwrap_or_default()
}
