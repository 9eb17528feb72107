//! The shape that every operation has: arguments that are checked first, then run against the tables.

use super::turn::Turn;
use crate::error::{Code, Error, Result};
use crate::model::argument::Limits;
use crate::model::payload::Bytes;
use serde::de::DeserializeOwned;

/// An operation, as its argument struct.
pub trait Call: Sized {
    /// Its name on the wire.
    const OP: &'static str;
    /// Whether it may write; the answers of those that do are kept for a repeated request id.
    const WRITES: bool;
    /// The argument that holds its payload, where it has one.
    const PAYLOAD: &'static str = "payload";
    /// The member of its answer that holds a payload, where one does.
    const ANSWER_PAYLOAD: &'static str = "payload";
    /// Its checked arguments.
    type Ready;
    /// Its answer.
    type Answer;

    /// Checks the arguments. A refusal here comes before time is applied, and writes nothing.
    fn check(self, limits: &Limits) -> Result<Self::Ready>;

    /// Carries it out: load, refuse, decide, save, event. It may be run again after its writes were undone.
    fn run(ready: &Self::Ready, turn: &mut Turn<'_>) -> Result<Self::Answer>;

    /// Visits the payload bytes among the arguments.
    fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        let _ = visit;
    }

    /// Visits the payload bytes in an answer.
    fn answer_bytes(answer: &mut Self::Answer, visit: &mut dyn FnMut(&mut Bytes)) {
        let _ = (answer, visit);
    }

    /// Whether this answer is kept for a repeated request id.
    fn keeps(answer: &Self::Answer) -> bool {
        let _ = answer;
        Self::WRITES
    }

    /// A kept answer with the payload bytes that were left out of it, where it may have some; nothing where the text says
    /// it all.
    fn refilled(kept: &str, turn: &mut Turn<'_>) -> Result<Option<Self::Answer>> {
        let _ = (kept, turn);
        Ok(None)
    }
}

/// Reads a kept answer.
pub fn stored_answer<T: DeserializeOwned>(answer: &str) -> Result<T> {
    serde_json::from_str(answer).map_err(|e| Error::new(Code::Corruption, format!("a kept answer cannot be read: {e}")))
}
