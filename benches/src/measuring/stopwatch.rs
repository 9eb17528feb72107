//! How long work took, by a clock that only goes forward: the machine's own, or in WebAssembly its host's.

use tidegate::Result;

/// How long work took, in ns for each of `count` operations.
pub fn timed(count: u32, work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let start = now_ms();
    work()?;
    Ok((now_ms() - start) * 1e6 / f64::from(count))
}

#[cfg(not(target_family = "wasm"))]
fn now_ms() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

#[cfg(target_family = "wasm")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    /// Ms since the page or process began, with fractions.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now_ms() -> f64;
}
