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

    /// An answer from the text that was kept, payload bytes left out.
    fn of_stored(answer: &str) -> Result<Self::Answer> {
        let _ = answer;
        Err(Error::new(Code::InvariantBroken, format!("{}: answers of reads are not kept", Self::OP)))
    }

    /// Reads the payload bytes again that were left out of a kept answer.
    fn refill(answer: &mut Self::Answer, turn: &mut Turn<'_>) -> Result<()> {
        let _ = (answer, turn);
        Ok(())
    }
}

/// Reads a kept answer.
pub fn stored_answer<T: DeserializeOwned>(answer: &str) -> Result<T> {
    serde_json::from_str(answer).map_err(|e| Error::new(Code::Corruption, format!("a kept answer cannot be read: {e}")))
}
