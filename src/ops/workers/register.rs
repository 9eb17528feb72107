//! `register_worker`: a worker joins the registry, or refreshes what stands there. The registry records and fences
//! nothing. Contract: workers.register, workers.fences-nothing.

use crate::error::{Code, Error, Result};
use crate::model::executions::lease::TTL_MS_MAX;
use crate::model::ground::argument::{self, Limits, NAMESPACE_DEFAULT};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::model::lanes::capability::Capabilities;
use crate::model::lanes::lane::check_lanes;
use crate::ops::attempts::claimed::Worker;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::store::WorkerRow;
use serde::Serialize;
use std::collections::BTreeSet;

/// How long a worker counts as there after a heartbeat when it names nothing, in ms.
pub const LIVENESS_TTL_MS_DEFAULT: i64 = 60_000;

/// The arguments of `register_worker`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct RegisterWorkerArgs {
    /// Who it is; an instance belongs to one worker.
    pub worker: Worker,
    /// The lanes it works on, at least one.
    pub lanes: Vec<String>,
    /// What it offers.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub capabilities: Vec<String>,
    /// How long it counts as there after a heartbeat, 1 ms to 24 h; 60 000 when left out.
    pub liveness_ttl_ms: Option<i64>,
    /// Its namespace; `default` when left out.
    pub namespace: Option<String>,
}

reads!(RegisterWorkerArgs { worker, lanes, capabilities = default, liveness_ttl_ms, namespace });

/// What came of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum RegisterOutcome {
    /// The worker is new.
    Registered,
    /// It stood there already; all but when it was first registered is as given now.
    Refreshed,
}

/// The answer of `register_worker`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RegisterWorkerAnswer {
    /// What came of it.
    pub outcome: RegisterOutcome,
    /// The worker's instance.
    pub worker_instance_id: String,
    /// When it counts as gone unless it is heard of, in Unix ms.
    pub expires_at: i64,
}

/// Checked arguments.
pub struct Ready {
    worker: String,
    instance: Option<String>,
    lanes: Vec<String>,
    offered: Capabilities,
    ttl_ms: i64,
    namespace: String,
}

impl Call for RegisterWorkerArgs {
    const OP: &'static str = "register_worker";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = RegisterWorkerAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        argument::name("worker.id", &self.worker.id)?;
        argument::opt_name("worker.instanceId", self.worker.instance_id.as_deref())?;
        argument::opt_name("namespace", self.namespace.as_deref())?;
        check_lanes(&self.lanes)?;
        let ttl_ms = self.liveness_ttl_ms.unwrap_or(LIVENESS_TTL_MS_DEFAULT);
        argument::number("livenessTtlMs", ttl_ms, 1, TTL_MS_MAX)?;
        let offered = Capabilities::offered(&self.capabilities)?;
        let mut lanes = BTreeSet::new();
        for lane in self.lanes {
            lanes.insert(lane);
        }
        let namespace = self.namespace.unwrap_or_else(|| NAMESPACE_DEFAULT.to_owned());
        let (worker, instance) = (self.worker.id, self.worker.instance_id);
        Ok(Ready { worker, instance, lanes: lanes.into_iter().collect(), offered, ttl_ms, namespace })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<RegisterWorkerAnswer> {
        let instance = ready.instance.clone().unwrap_or_else(|| turn.connection.instance.to_string());
        let known = turn.registered(&ready.namespace, &instance)?;
        if let Some(known) = &known
            && known.worker != ready.worker
        {
            return Err(reassigned(known, &ready.worker));
        }
        if known.is_none() {
            turn.store.refuse_when_full()?;
        }
        let worker = WorkerRow {
            row: 0,
            namespace: turn.store.intern_namespace(&ready.namespace)?,
            instance,
            worker: ready.worker.clone(),
            lanes: ready.lanes.clone(),
            capabilities: ready.offered.joined().to_owned(),
            ttl_ms: ready.ttl_ms,
            registered_at: turn.now,
            heartbeat_at: turn.now,
            expires_at: turn.now + ready.ttl_ms,
        };
        turn.store.save_worker(&worker)?;
        turn.tell_worker(turn.now, Cause::WorkerRegistered, &worker, None)?;
        let outcome = if known.is_some() { RegisterOutcome::Refreshed } else { RegisterOutcome::Registered };
        Ok(RegisterWorkerAnswer { outcome, worker_instance_id: worker.instance, expires_at: worker.expires_at })
    }
}

#[cold]
fn reassigned(known: &WorkerRow, worker: &str) -> Error {
    let limit = format!("{}, whose instance {} is (an instance is not reassigned)", known.worker, known.instance);
    Error::argument(Code::InvalidInput, "worker.id", &limit, worker)
}
