//! Calls about what surrounds executions: lanes, the registry of workers, lists of leases, why something is not claimed.

use crate::json::without_nulls;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A registration.
#[derive(Clone, Debug, Default)]
pub struct Register {
    pub worker: String,
    pub instance: Option<String>,
    pub namespace: Option<String>,
    pub lanes: Vec<String>,
    pub offered: BTreeSet<String>,
    pub ttl_ms: Option<i64>,
}

#[derive(Clone, Debug)]
pub enum Registry {
    SetLane { lane: String, state: &'static str },
    Lanes { cursor: Option<String>, limit: Option<i64> },
    Leases { as_of: Option<i64>, cursor: Option<String>, limit: Option<i64>, namespace: Option<String> },
    Explain { id: String, lanes: Option<Vec<String>>, kinds: Option<Vec<String>>, offered: Option<BTreeSet<String>> },
    Register(Register),
    Heartbeat { instance: Option<String>, namespace: Option<String> },
    MarkDead { instance: String, namespace: Option<String>, reason: String, release: bool },
    Workers { namespace: Option<String>, cursor: Option<String>, limit: Option<i64> },
}

impl Registry {
    pub fn name(&self) -> &'static str {
        match self {
            Self::SetLane { .. } => "set_lane_state",
            Self::Lanes { .. } => "list_lanes",
            Self::Leases { .. } => "list_expired_leases",
            Self::Explain { .. } => "explain_claim",
            Self::Register(_) => "register_worker",
            Self::Heartbeat { .. } => "heartbeat_worker",
            Self::MarkDead { .. } => "mark_worker_dead",
            Self::Workers { .. } => "list_workers",
        }
    }

    pub fn reads(&self) -> bool {
        match self {
            Self::Lanes { .. } | Self::Leases { .. } | Self::Explain { .. } | Self::Workers { .. } => true,
            Self::SetLane { .. } | Self::Register(_) | Self::Heartbeat { .. } | Self::MarkDead { .. } => false,
        }
    }

    /// The JSON of its arguments.
    pub fn args(&self) -> Value {
        let args = match self {
            Self::SetLane { lane, state } => json!({ "lane": lane, "state": state }),
            Self::Lanes { cursor, limit } => json!({ "cursor": cursor, "limit": limit }),
            Self::Leases { as_of, cursor, limit, namespace } => {
                json!({ "asOf": as_of, "cursor": cursor, "limit": limit, "namespace": namespace })
            }
            Self::Explain { id, lanes, kinds, offered } => {
                json!({ "executionId": id, "lanes": lanes, "kinds": kinds, "capabilities": offered })
            }
            Self::Register(one) => json!({
                "worker": without_nulls(json!({ "id": one.worker, "instanceId": one.instance })),
                "namespace": one.namespace,
                "lanes": one.lanes,
                "capabilities": one.offered,
                "livenessTtlMs": one.ttl_ms,
            }),
            Self::Heartbeat { instance, namespace } => {
                json!({ "workerInstanceId": instance, "namespace": namespace })
            }
            Self::MarkDead { instance, namespace, reason, release } => json!({
                "workerInstanceId": instance,
                "namespace": namespace,
                "reason": reason,
                "releaseLeases": release,
            }),
            Self::Workers { namespace, cursor, limit } => {
                json!({ "namespace": namespace, "cursor": cursor, "limit": limit })
            }
        };
        without_nulls(args)
    }
}
