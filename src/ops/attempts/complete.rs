//! `complete`: a worker ends its execution well. Contract: attempts.complete, attempts.result, leases.repeat.

use crate::error::Result;
use crate::model::attempts::gate;
use crate::model::attempts::handle::Handle;
use crate::model::executions::execution::Finished;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::payload::Bytes;
use crate::model::ground::vocabulary::{PublicState, Verb};
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::{Entry, enter};
use crate::ops::ground::settle::{Change, settle};
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `complete`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct CompleteArgs {
    /// The handle of the claim.
    pub handle: String,
    /// The result's bytes, kept verbatim.
    pub result: Option<Bytes>,
    /// How the result is encoded; recorded, never interpreted.
    pub encoding: Option<String>,
}

reads!(CompleteArgs { handle, result, encoding });

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

/// A checked result.
pub struct ResultBytes {
    bytes: Option<Bytes>,
    encoding: Option<String>,
}

impl ResultBytes {
    /// Checks a result.
    pub fn checked(bytes: Option<Bytes>, encoding: Option<String>, limits: &Limits) -> Result<Self> {
        argument::opt_name("encoding", encoding.as_deref())?;
        match &bytes {
            Some(bytes) => limits.payload("result", bytes.as_slice())?,
            None => argument::beside("encoding", encoding.as_deref(), "result")?,
        }
        Ok(Self { bytes, encoding })
    }

    /// Keeps it; answers its row.
    pub fn keep(&self, turn: &mut Turn<'_>) -> Result<Option<i64>> {
        match &self.bytes {
            Some(bytes) => turn.store.insert_payload(self.encoding.as_deref(), bytes.as_slice()).map(Some),
            None => Ok(None),
        }
    }
}

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    result: ResultBytes,
}

impl Call for CompleteArgs {
    const OP: &'static str = "complete";
    const WRITES: bool = true;
    const PAYLOAD: &'static str = "result";
    type Ready = Ready;
    type Answer = CompleteAnswer;

    fn check(self, limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        Ok(Ready { handle, result: ResultBytes::checked(self.result, self.encoding, limits)? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<CompleteAnswer> {
        let entry = enter(turn, &ready.handle, Some(Verb::Complete))?;
        complete(turn, entry, &ready.result, Some(Finished { verb: Verb::Complete, at: None }))
    }

    fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        self.result.iter_mut().for_each(visit);
    }
}

/// Completes the execution that a caller was let in to.
pub fn complete(
    turn: &mut Turn<'_>,
    entry: Entry,
    result: &ResultBytes,
    finished: Option<Finished>,
) -> Result<CompleteAnswer> {
    let (mut execution, held) = match entry {
        Entry::Held(execution, held) => (execution, held),
        Entry::Lapsed(execution, lapsed) => return Err(gate::expired(&execution, lapsed)),
        Entry::Repeated(execution, _) => return Ok(completed(execution.id.text())),
    };
    let payload = result.keep(turn)?;
    if let Some(attempt) = execution.attempt.as_mut() {
        attempt.result = payload;
    }
    settle(turn, &mut execution, Change { finished, ..Change::plain(held.complete(), turn.now) })?;
    Ok(completed(execution.id.text()))
}

fn completed(execution_id: String) -> CompleteAnswer {
    CompleteAnswer { execution_id, public_state: PublicState::Completed }
}
