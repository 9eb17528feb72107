//! `heartbeat_worker`: a registered worker says that it is there. Contract: workers.heartbeat.

use crate::error::Result;
use crate::model::ground::argument::{self, Limits, NAMESPACE_DEFAULT};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `heartbeat_worker`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct HeartbeatWorkerArgs {
    /// The worker's instance; the one of this engine connection when left out.
    pub worker_instance_id: Option<String>,
    /// Its namespace; `default` when left out.
    pub namespace: Option<String>,
}

reads!(HeartbeatWorkerArgs { worker_instance_id, namespace });

/// The answer of `heartbeat_worker`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum HeartbeatWorkerAnswer {
    /// It counts as there again.
    Refreshed {
        /// When it counts as gone unless it is heard of, in Unix ms.
        expires_at: i64,
    },
    /// It is unknown, or was silent for too long: it must register again.
    NotRegistered,
}

/// Checked arguments.
pub struct Ready {
    instance: Option<String>,
    namespace: String,
}

impl Call for HeartbeatWorkerArgs {
    const OP: &'static str = "heartbeat_worker";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = HeartbeatWorkerAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::opt_name("workerInstanceId", self.worker_instance_id.as_deref())?;
        argument::opt_name("namespace", self.namespace.as_deref())?;
        let namespace = self.namespace.unwrap_or_else(|| NAMESPACE_DEFAULT.to_owned());
        Ok(Ready { instance: self.worker_instance_id, namespace })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<HeartbeatWorkerAnswer> {
        let instance = ready.instance.clone().unwrap_or_else(|| turn.connection.instance.to_string());
        let Some(mut worker) = turn.registered(&ready.namespace, &instance)? else {
            return Ok(HeartbeatWorkerAnswer::NotRegistered);
        };
        worker.heartbeat_at = turn.now;
        worker.expires_at = turn.now + worker.ttl_ms;
        turn.store.save_worker(&worker)?;
        turn.tell_worker(turn.now, Cause::WorkerHeartbeat, &worker, None)?;
        Ok(HeartbeatWorkerAnswer::Refreshed { expires_at: worker.expires_at })
    }

    fn keeps(answer: &HeartbeatWorkerAnswer) -> bool {
        matches!(answer, HeartbeatWorkerAnswer::Refreshed { .. })
    }
}
