//! Tidegate: durable workflows inside a browser tab, an edge function, or any process.
//!
//! ```
//! use tidegate::ops::attempts::{claim::{ClaimArgs, Worker}, complete::CompleteArgs};
//! use tidegate::{Engine, ops::executions::create::CreateArgs};
//!
//! let mut engine = Engine::memory()?;
//! engine.call(CreateArgs { lane: "mail".into(), kind: "send".into(), ..CreateArgs::default() })?;
//! let worker = Worker { id: "mailer".into(), instance_id: None };
//! let claim = engine.call(ClaimArgs { lanes: vec!["mail".into()], worker, ..ClaimArgs::default() })?;
//! let claim = claim.expect("one execution waits");
//! engine.call(CompleteArgs { handle: claim.handle, ..CompleteArgs::default() })?;
//! # Ok::<(), tidegate::Error>(())
//! ```

mod engine;
mod error;
pub mod host;
#[cfg(target_family = "wasm")]
mod js;
pub mod model;
pub mod ops;
#[doc(hidden)]
pub mod store;
mod timers;
#[cfg(feature = "types")]
pub mod types;
pub mod wire;

pub use engine::{
    ANSWER_BYTES_MAX, BatchAnswer, COMMIT_BYTES_MAX, ClockReport, Engine, Envelope, Host, OPERATIONS_MAX, REQUEST_MS,
    TickAnswer,
};
pub use error::{Class, Code, Details, Error, Result};
pub use model::ground::argument::Limits;
pub use ops::{Answer, Call, Operation, Wakes};
pub use timers::{ACTIONS_MAX, PURGE_MAX};
