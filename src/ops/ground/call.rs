//! The shape that every operation has: arguments that are checked first, then run against the tables.

use super::recorded::RecordedStep;
use super::turn::Turn;
use super::upstream::Upstream;
use crate::error::Result;
use crate::model::ground::argument::Limits;
use crate::model::ground::given::Read;
use crate::model::ground::payload::Bytes;
use serde::Serialize;

/// An operation, as its argument struct.
pub trait Call: Read {
    /// Its name on the wire.
    const OP: &'static str;
    /// Whether it may write; the answers of those that do are kept for a repeated request id.
    const WRITES: bool;
    /// The argument that holds its payload, where it has one.
    const PAYLOAD: &'static str = "payload";
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

    /// What was left out of a kept answer, where it has payload bytes.
    fn refill(ready: &Self::Ready, kept: &str, turn: &mut Turn<'_>) -> Result<Refill> {
        let _ = (ready, kept, turn);
        Ok(Refill::default())
    }
}

/// The members of an answer that hold payload bytes. Every answer that has some has them under these names.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Refill {
    /// An execution's input.
    #[serde(skip_serializing_if = "Bytes::is_apart")]
    pub input: Option<Bytes>,
    /// A result.
    #[serde(skip_serializing_if = "Bytes::is_apart")]
    pub result: Option<Bytes>,
    /// What an execution waited for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<Upstream>,
    /// The steps that an execution has recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<RecordedStep>,
}

impl Refill {
    /// Visits the payload bytes.
    pub fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        let steps = self.steps.iter_mut().filter_map(|step| step.result.as_mut());
        let upstream = self.upstream.iter_mut().filter_map(|upstream| upstream.result.as_mut());
        self.input.iter_mut().chain(&mut self.result).chain(upstream).chain(steps).for_each(visit);
    }
}
