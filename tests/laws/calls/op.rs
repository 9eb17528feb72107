//! Calls as the tests think of them, and their JSON.

use crate::calls::handle::Handle;
use crate::calls::inquiry::Inquiry;
use crate::calls::protocol::{Protocol, Taker};
use crate::calls::registry::Registry;
use crate::calls::retry::Retry;
use crate::calls::streaming::Streaming;
use crate::json::{detached, put, without_nulls};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default)]
pub struct Create {
    pub id: Option<String>,
    pub namespace: Option<String>,
    pub lane: String,
    pub kind: String,
    pub input: Option<Vec<u8>>,
    pub encoding: Option<String>,
    pub priority: Option<i64>,
    pub creator: Option<String>,
    pub key: Option<String>,
    pub window_ms: Option<i64>,
    pub tags: BTreeMap<String, String>,
    pub delay_until: Option<i64>,
    pub deadline_at: Option<i64>,
    pub attempt_timeout_ms: Option<i64>,
    pub required: BTreeSet<String>,
    pub retry: Option<Retry>,
    pub reclaims_max: Option<i64>,
    pub replays_max: Option<i64>,
    pub retention_ms: Option<i64>,
    /// How many of its frames are kept, and for how long.
    pub stream: Option<(Option<i64>, Option<i64>)>,
}

#[derive(Clone, Debug, Default)]
pub struct Claim {
    pub lanes: Vec<String>,
    pub kinds: Option<Vec<String>>,
    pub worker: String,
    pub instance: Option<String>,
    pub offered: BTreeSet<String>,
    pub ttl_ms: Option<i64>,
}

/// What a claim may take.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub lanes: &'a [String],
    pub kinds: Option<&'a [String]>,
    pub offered: &'a BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub struct Fail {
    pub handle: Handle,
    pub class: &'static str,
    pub category: Option<String>,
    pub message: String,
    pub detail: Option<String>,
    pub retry_at: Option<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct Cancel {
    pub id: String,
    pub reason: String,
    pub source: Option<String>,
    pub lease_epoch: Option<i64>,
    pub lease_id: Option<String>,
    pub attempt_id: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Revoke {
    pub id: String,
    pub lease_id: Option<String>,
    pub instance: Option<String>,
    pub reason: String,
}

/// What a reader of the log wants.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    pub after: String,
    pub limit: Option<i64>,
    pub streams: Vec<&'static str>,
    pub namespace: Option<String>,
    pub id: Option<String>,
    pub tag: Option<(String, String)>,
}

/// One call.
#[derive(Clone, Debug)]
pub enum Op {
    Create(Box<Create>),
    Claim(Claim),
    Renew {
        handle: Handle,
        ttl_ms: Option<i64>,
    },
    Progress {
        handle: Handle,
        percent: Option<i64>,
        message: Option<String>,
    },
    Complete {
        handle: Handle,
        result: Option<Vec<u8>>,
        encoding: Option<String>,
    },
    Fail(Fail),
    /// By the holder, until an instant.
    Delay {
        handle: Handle,
        until_at: i64,
    },
    /// By the holder: the operation `cancel`.
    Abandon {
        handle: Handle,
        reason: String,
    },
    /// By anybody: the operation `cancel_execution`.
    Cancel(Cancel),
    Revoke(Revoke),
    Priority {
        id: String,
        priority: i64,
    },
    /// Why, in words.
    Wake {
        id: String,
        reason: Option<String>,
    },
    Replay {
        id: String,
    },
    Describe {
        id: String,
    },
    Result {
        id: String,
        index: Option<i64>,
    },
    Input {
        id: String,
    },
    List {
        cursor: Option<String>,
        before: Option<String>,
        limit: Option<i64>,
        namespace: Option<String>,
    },
    Events(Watch),
    WaitChildren {
        handle: Handle,
    },
    Step {
        handle: Handle,
        name: String,
        result: Option<Vec<u8>>,
        encoding: Option<String>,
        took_ms: Option<i64>,
    },
    ReadStep {
        id: String,
        name: String,
    },
    /// Grants, blocks, typed fences.
    Protocol(Protocol),
    /// Lanes, leases, workers.
    Registry(Registry),
    /// What attempts stream.
    Streaming(Streaming),
    /// Tags, searches, counts, histories, waits.
    Inquiry(Inquiry),
    /// About flows: the model of those stands in `flows`, and the walks here make none.
    #[allow(dead_code, reason = "made by the situations of `faults` alone")]
    Flow(&'static str, Value),
    /// Arguments that are refused with this code, whatever the state.
    Invalid {
        op: &'static str,
        args: Value,
        code: &'static str,
    },
}

/// A call with its request id.
#[derive(Clone, Debug)]
pub struct Call {
    pub op: Op,
    pub request_id: Option<String>,
}

impl From<Op> for Call {
    fn from(op: Op) -> Self {
        Self { op, request_id: None }
    }
}

impl Op {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "create_execution",
            Self::Claim(_) => "claim",
            Self::Renew { .. } => "renew",
            Self::Progress { .. } => "progress",
            Self::Complete { .. } => "complete",
            Self::Fail(_) => "fail",
            Self::Delay { .. } => "delay",
            Self::Abandon { .. } => "cancel",
            Self::Cancel(_) => "cancel_execution",
            Self::Revoke(_) => "revoke_lease",
            Self::Priority { .. } => "change_priority",
            Self::Wake { .. } => "wake_execution",
            Self::Replay { .. } => "replay_execution",
            Self::Describe { .. } => "describe_execution",
            Self::Result { .. } => "get_execution_result",
            Self::Input { .. } => "get_execution_input",
            Self::List { .. } => "list_executions",
            Self::Events(_) => "read_events",
            Self::WaitChildren { .. } => "wait_children",
            Self::Step { .. } => "record_step",
            Self::ReadStep { .. } => "read_step",
            Self::Protocol(protocol) => protocol.name(),
            Self::Registry(registry) => registry.name(),
            Self::Streaming(streaming) => streaming.name(),
            Self::Inquiry(inquiry) => inquiry.name(),
            Self::Flow(op, _) | Self::Invalid { op, .. } => op,
        }
    }

    /// The execution of the handle that a step is shown with.
    pub fn shown(&self) -> Option<&str> {
        if let Self::Step { handle, .. } = self { Some(&handle.execution) } else { None }
    }

    /// Whether it only reads.
    pub fn reads(&self) -> bool {
        if let Self::Registry(registry) = self {
            return registry.reads();
        }
        if let Self::Streaming(streaming) = self {
            return streaming.reads();
        }
        if let Self::Inquiry(inquiry) = self {
            return inquiry.reads();
        }
        matches!(
            self,
            Self::Describe { .. }
                | Self::ReadStep { .. }
                | Self::Result { .. }
                | Self::Input { .. }
                | Self::List { .. }
                | Self::Events(_)
                | Self::Protocol(Protocol::Scan { .. })
        )
    }

    /// The JSON of its arguments; payload bytes go to the list.
    pub fn args(&self, payloads: &mut Vec<Vec<u8>>) -> Value {
        let args = match self {
            Self::Create(create) => create.args(payloads),
            Self::Claim(claim) => json!({
                "lanes": claim.lanes,
                "kinds": claim.kinds,
                "worker": without_nulls(json!({ "id": claim.worker, "instanceId": claim.instance })),
                "capabilities": claim.offered,
                "leaseTtlMs": claim.ttl_ms,
            }),
            Self::Renew { handle, ttl_ms } => json!({ "handle": handle.encode(), "leaseTtlMs": ttl_ms }),
            Self::WaitChildren { handle } => json!({ "handle": handle.encode() }),
            Self::ReadStep { id, name } => json!({ "executionId": id, "name": name }),
            Self::Step { handle, name, result, encoding, took_ms } => json!({
                "tookMs": took_ms,
                "handle": handle.encode(),
                "name": name,
                "result": put(result.as_ref(), payloads),
                "encoding": encoding.as_ref().filter(|_| result.is_some()),
            }),
            Self::Protocol(protocol) => protocol.args(payloads),
            Self::Registry(registry) => registry.args(),
            Self::Streaming(streaming) => streaming.args(payloads),
            Self::Inquiry(inquiry) => inquiry.args(),
            Self::Progress { handle, percent, message } => {
                json!({ "handle": handle.encode(), "percent": percent, "message": message })
            }
            Self::Complete { handle, result, encoding } => {
                json!({ "handle": handle.encode(), "result": put(result.as_ref(), payloads), "encoding": encoding.as_ref().filter(|_| result.is_some()) })
            }
            Self::Fail(fail) => json!({
                "handle": fail.handle.encode(),
                "class": fail.class,
                "category": fail.category,
                "reason": without_nulls(json!({ "message": fail.message, "detail": fail.detail })),
                "retryAt": fail.retry_at,
            }),
            Self::Cancel(cancel) => json!({
                "executionId": cancel.id,
                "reason": cancel.reason,
                "source": cancel.source,
                "leaseEpoch": cancel.lease_epoch,
                "leaseId": cancel.lease_id,
                "attemptId": cancel.attempt_id,
            }),
            Self::Delay { handle, until_at } => json!({ "handle": handle.encode(), "delayUntil": until_at }),
            Self::Abandon { handle, reason } => json!({ "handle": handle.encode(), "reason": reason }),
            Self::Revoke(revoke) => json!({
                "executionId": revoke.id,
                "expectedLeaseId": revoke.lease_id,
                "workerInstanceId": revoke.instance,
                "reason": revoke.reason,
            }),
            Self::Priority { id, priority } => json!({ "executionId": id, "newPriority": priority }),
            Self::Wake { id, reason } => json!({ "executionId": id, "reason": reason }),
            Self::Describe { id } | Self::Input { id } | Self::Replay { id } => json!({ "executionId": id }),
            Self::Result { id, index } => json!({ "executionId": id, "attemptIndex": index }),
            Self::List { cursor, before, limit, namespace } => {
                json!({ "cursor": cursor, "before": before, "limit": limit, "namespace": namespace })
            }
            Self::Events(watch) => watch.args(),
            Self::Flow(_, args) => return detached(args, payloads),
            Self::Invalid { args, .. } => return args.clone(),
        };
        without_nulls(args)
    }
}

impl Watch {
    /// From a cursor on, by pages of a size; all phase changes where no stream is named.
    pub fn after(cursor: &str, limit: Option<i64>, streams: &[&'static str]) -> Op {
        Op::Events(Self { after: cursor.to_owned(), limit, streams: streams.to_vec(), ..Self::default() })
    }

    fn args(&self) -> Value {
        json!({
            "after": self.after,
            "limit": self.limit,
            "streams": self.streams,
            "namespace": self.namespace,
            "executionId": self.id,
            "tag": self.tag.as_ref().map(|(key, value)| json!({ "key": key, "value": value })),
        })
    }
}

impl Claim {
    pub fn wish(&self) -> Wish<'_> {
        Wish { lanes: &self.lanes, kinds: self.kinds.as_deref(), offered: &self.offered }
    }

    pub fn taker(&self) -> Taker {
        let (worker, instance) = (self.worker.clone(), self.instance.clone());
        Taker { worker, instance, ttl_ms: self.ttl_ms, lease_id: None, attempt_id: None }
    }
}

impl Create {
    /// In what another create differs that uses this one's key. Contract: executions.key-differs.
    pub fn differs(&self, other: &Self) -> Vec<&'static str> {
        let given = |one: &Self| one.input.clone().map(|bytes| (bytes, one.encoding.clone()));
        let facts = [
            ("lane", self.lane != other.lane),
            ("kind", self.kind != other.kind),
            ("input", given(self) != given(other)),
        ];
        facts.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }

    fn args(&self, payloads: &mut Vec<Vec<u8>>) -> Value {
        json!({
            "executionId": self.id,
            "namespace": self.namespace,
            "lane": self.lane,
            "kind": self.kind,
            "input": put(self.input.as_ref(), payloads),
            "encoding": self.encoding.as_ref().filter(|_| self.input.is_some()),
            "priority": self.priority,
            "creator": self.creator,
            "idempotencyKey": self.key,
            "dedupWindowMs": self.window_ms,
            "tags": self.tags,
            "delayUntil": self.delay_until,
            "deadlineAt": self.deadline_at,
            "attemptTimeoutMs": self.attempt_timeout_ms,
            "requiredCapabilities": self.required,
            "retry": self.retry.as_ref().map(Retry::json),
            "maxReclaimCount": self.reclaims_max,
            "maxReplayCount": self.replays_max,
            "retentionMs": self.retention_ms,
            "stream": self.stream.map(|(most, ttl_ms)| {
                without_nulls(json!({ "retentionMaxlen": most, "retentionTtlMs": ttl_ms }))
            }),
        })
    }
}
