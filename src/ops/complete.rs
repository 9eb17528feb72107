//! `complete`: a worker ends its execution well. Spec: lifecycle §12.1, decisions 3.9.

use super::call::Call;
use super::gate::{Entry, enter};
use super::settle::{Change, settle};
use super::turn::Turn;
use crate::error::Result;
use crate::model::argument::{self, Limits};
use crate::model::execution::Finished;
use crate::model::gate;
use crate::model::handle::Handle;
use crate::model::payload::Bytes;
use crate::model::vocabulary::{PublicState, Verb};
use serde::{Deserialize, Serialize};

/// The arguments of `complete`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct CompleteArgs {
    /// The handle of the claim.
    pub handle: String,
    /// The result's bytes, kept verbatim.
    pub result: Option<Bytes>,
    /// How the result is encoded; recorded, never interpreted.
    pub encoding: Option<String>,
}

/// The answer of `complete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct CompleteAnswer {
    /// The execution.
    pub execution_id: String,
    /// Its state: completed.
    pub public_state: PublicState,
}

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    result: Option<Bytes>,
    encoding: Option<String>,
}

impl Call for CompleteArgs {
    const OP: &'static str = "complete";
    const WRITES: bool = true;
    const PAYLOAD: &'static str = "result";
    type Ready = Ready;
    type Answer = CompleteAnswer;

    fn check(self, limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        argument::opt_name("encoding", self.encoding.as_deref())?;
        match &self.result {
            Some(result) => limits.payload("result", result.as_slice())?,
            None => argument::beside("encoding", self.encoding.as_deref(), "result")?,
        }
        Ok(Ready { handle, result: self.result, encoding: self.encoding })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<CompleteAnswer> {
        let (mut execution, held) = match enter(turn, &ready.handle, Some(Verb::Complete))? {
            Entry::Held(execution, held) => (execution, held),
            Entry::Lapsed(execution, lapsed) => return Err(gate::expired(&execution, lapsed)),
            Entry::Repeated(execution, _) => return Ok(completed(execution.id.text())),
        };
        let result = match &ready.result {
            Some(bytes) => Some(turn.store.insert_payload(ready.encoding.as_deref(), bytes.as_slice())?),
            None => None,
        };
        if let Some(attempt) = execution.attempt.as_mut() {
            attempt.result = result;
        }
        let finished = Some(Finished { verb: Verb::Complete, at: None });
        settle(turn, &mut execution, Change { finished, ..Change::plain(held.complete(), turn.now) })?;
        Ok(completed(execution.id.text()))
    }

    fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        self.result.iter_mut().for_each(visit);
    }
}

fn completed(execution_id: String) -> CompleteAnswer {
    CompleteAnswer { execution_id, public_state: PublicState::Completed }
}
