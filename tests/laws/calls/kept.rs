//! How an engine is opened, as far as walks differ in it.

/// For how long what is over is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept {
    pub executions_ms: Option<i64>,
    pub events_ms: Option<i64>,
}
