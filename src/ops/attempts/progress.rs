//! `progress`: a worker reports how far it is. Contract: attempts.progress, attempts.progress-quiet,
//! events.view-progress.

use crate::error::Result;
use crate::model::attempts::handle::Handle;
use crate::model::ground::argument::{self, Limits, PROGRESS_BYTES_MAX};
use crate::model::ground::given::reads;
use crate::ops::ground::call::Call;
use crate::ops::ground::gate::enter_held;
use crate::ops::ground::settle::reported;
use crate::ops::ground::turn::Turn;
use crate::store::Progress;
use serde::Serialize;

/// The arguments of `progress`; a member left out keeps its earlier value.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct ProgressArgs {
    /// The handle of the claim.
    pub handle: String,
    /// 0 to 100.
    pub percent: Option<i64>,
    /// In the worker's words, at most 4 096 bytes.
    pub message: Option<String>,
}

reads!(ProgressArgs { handle, percent, message });

/// The answer of `progress`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ProgressAnswer {
    /// When the lease runs out, in Unix ms.
    pub lease_expires_at: i64,
}

/// Checked arguments.
pub struct Ready {
    handle: Handle,
    percent: Option<i64>,
    message: Option<String>,
}

impl Call for ProgressArgs {
    const OP: &'static str = "progress";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = ProgressAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let handle = Handle::decode(&self.handle)?;
        argument::opt_number("percent", self.percent, 0, 100)?;
        argument::text("message", self.message.as_deref().unwrap_or_default(), PROGRESS_BYTES_MAX)?;
        Ok(Ready { handle, percent: self.percent, message: self.message })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ProgressAnswer> {
        let (execution, held) = enter_held(turn, &ready.handle)?;
        if ready.percent.is_some() || ready.message.is_some() {
            let progress = Progress {
                attempt_index: ready.handle.attempt_index,
                percent: ready.percent,
                message: ready.message.clone(),
                updated_at: turn.now,
            };
            reported(turn, &execution, &progress)?;
        }
        Ok(ProgressAnswer { lease_expires_at: held.expires_at })
    }
}
