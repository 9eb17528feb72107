//! `mark_worker_dead`: a worker leaves the registry, and its leases are released where that is asked for. Contract:
//! workers.mark-dead, workers.dead-leases.

use crate::error::Result;
use crate::model::events::event::EventDetail;
use crate::model::ground::argument::{self, Limits, NAMESPACE_DEFAULT};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::ops::attempts::revoke::revoke_all;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `mark_worker_dead`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct MarkWorkerDeadArgs {
    /// The worker's instance.
    pub worker_instance_id: String,
    /// Its namespace; `default` when left out.
    pub namespace: Option<String>,
    /// Why, in words: at most 256 bytes, no control characters.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub reason: String,
    /// Whether the leases that it holds, of executions in any namespace, are revoked, so that others go on with its work
    /// at once; else they run out.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub release_leases: bool,
}

reads!(MarkWorkerDeadArgs { worker_instance_id, namespace, reason = default, release_leases = default });

/// The answer of `mark_worker_dead`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum MarkWorkerDeadAnswer {
    /// It left the registry.
    Marked {
        /// How many of its leases were revoked.
        released_leases: u32,
    },
    /// It does not stand there.
    NotRegistered,
}

/// Checked arguments.
pub struct Ready {
    instance: String,
    namespace: String,
    reason: String,
    release: bool,
}

impl Call for MarkWorkerDeadArgs {
    const OP: &'static str = "mark_worker_dead";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = MarkWorkerDeadAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::name("workerInstanceId", &self.worker_instance_id)?;
        argument::opt_name("namespace", self.namespace.as_deref())?;
        if !self.reason.is_empty() {
            argument::name("reason", &self.reason)?;
        }
        let namespace = self.namespace.unwrap_or_else(|| NAMESPACE_DEFAULT.to_owned());
        Ok(Ready { instance: self.worker_instance_id, namespace, reason: self.reason, release: self.release_leases })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<MarkWorkerDeadAnswer> {
        let Some(worker) = turn.registered(&ready.namespace, &ready.instance)? else {
            return Ok(MarkWorkerDeadAnswer::NotRegistered);
        };
        turn.store.delete_worker(worker.row)?;
        let detail = EventDetail::reason(&ready.reason);
        turn.tell_worker(turn.now, Cause::WorkerMarkedDead, &worker, detail.as_ref())?;
        let held = if ready.release { turn.store.held_by(&worker.worker, &worker.instance)? } else { Vec::new() };
        revoke_all(turn, &held, &ready.reason)?;
        Ok(MarkWorkerDeadAnswer::Marked { released_leases: u32::try_from(held.len()).unwrap_or(u32::MAX) })
    }

    fn keeps(answer: &MarkWorkerDeadAnswer) -> bool {
        matches!(answer, MarkWorkerDeadAnswer::Marked { .. })
    }
}
