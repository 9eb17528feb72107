//! Events: one row of the log, and the streams that are views over it.
//!
//! Invariant: a row belongs to a stream by its own columns alone, so a view needs no second log. Contract:
//! events.view-execution, events.matrix, events.cursor.

use crate::error::{Code, Error, Result};
use crate::model::executions::phase::StateVector;
use crate::model::flows::flow::{CancellationPolicy, FlowState};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::{Given, Path, Read, spelled, variant};
use crate::model::ground::vocabulary::{LeaseEvent, LifecyclePhase};
use serde::Serialize;

/// A view over the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum EventStream {
    /// Every phase change.
    Execution,
    /// Every entry into terminal.
    Completion,
    /// Leases acquired, renewed, expired, reclaimed, revoked.
    Lease,
    /// What operators did.
    Operator,
    /// What became of flows and of their shape.
    Flow,
    /// Who joined the registry, was heard of, and left it.
    Worker,
    /// How far each execution is: what was reported last.
    Progress,
}

spelled!(EventStream {
    "execution" => Execution,
    "completion" => Completion,
    "lease" => Lease,
    "operator" => Operator,
    "flow" => Flow,
    "worker" => Worker,
    "progress" => Progress,
});

impl EventStream {
    /// Whether a row with these columns belongs to this view.
    pub fn holds(self, cause: Cause, state: Option<&StateVector>, lease: Option<LeaseEvent>) -> bool {
        match self {
            Self::Execution => state.is_some(),
            Self::Completion => state.is_some_and(|state| state.lifecycle_phase == LifecyclePhase::Terminal),
            Self::Lease => lease.is_some(),
            Self::Operator => {
                matches!(
                    cause,
                    Cause::Replayed
                        | Cause::PriorityChanged
                        | Cause::Woken
                        | Cause::ClockAccepted
                        | Cause::FlowCancelRequested
                )
            }
            Self::Flow => matches!(
                cause,
                Cause::FlowCreated
                    | Cause::FlowMemberAdded
                    | Cause::FlowEdgeStaged
                    | Cause::FlowSealed
                    | Cause::FlowCancelRequested
                    | Cause::FlowCompleted
                    | Cause::FlowReopened
            ),
            Self::Progress => cause == Cause::ProgressReported,
            Self::Worker => matches!(
                cause,
                Cause::WorkerRegistered | Cause::WorkerHeartbeat | Cause::WorkerMarkedDead | Cause::WorkerSwept
            ),
        }
    }
}

/// What an event tells beyond its columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum EventDetail {
    /// Of `priority_changed`.
    PriorityChanged {
        /// Before.
        old_priority: i64,
        /// After.
        new_priority: i64,
    },
    /// Of `progress_reported`; absent once its execution is deleted.
    Progress {
        /// The attempt that reported it.
        attempt_index: i64,
        /// 0 to 100.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "types", ts(optional))]
        percent: Option<i64>,
        /// In the worker's words.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "types", ts(optional))]
        message: Option<String>,
    },
    /// Of `replayed`.
    Replayed {
        /// How it was replayed.
        branch: ReplayBranch,
        /// Edge groups that were reset.
        groups_reset: i64,
    },
    /// Of `flow_created`, where the flow was submitted as a whole.
    FlowShape {
        /// Its members.
        node_count: i64,
        /// Its edges.
        edge_count: i64,
    },
    /// Of `flow_edge_staged`.
    Edge {
        /// The edge.
        edge_id: String,
        /// The member that must succeed.
        upstream_execution_id: String,
        /// The member that depends on it.
        downstream_execution_id: String,
    },
    /// Of `flow_member_added`.
    Member {
        /// The execution.
        execution_id: String,
    },
    /// Of `flow_cancel_requested`.
    FlowCancel {
        /// Which members the cancellation ends.
        cancellation_policy: CancellationPolicy,
        /// Why, in words; empty where nobody said why.
        cancel_reason: String,
        /// Members of the flow.
        member_count: i64,
    },
    /// Of `clock_accepted`.
    ClockAccepted {
        /// By how much engine time went back, in ms.
        by_ms: i64,
    },
    /// Of `flow_completed`.
    FlowEnded {
        /// `completed` or `failed`.
        public_flow_state: FlowState,
    },
    /// Of `lease_revoked`, `blocked`, `woken` and `worker_marked_dead`, when somebody said why.
    Reason {
        /// In words.
        reason: String,
    },
}

/// How an execution is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum ReplayBranch {
    /// It waits for its next claim.
    Normal,
    /// A skipped member of a flow waits for its dependencies again.
    SkippedFlowMember,
}

spelled!(ReplayBranch { "normal" => Normal, "skipped_flow_member" => SkippedFlowMember });

/// The members tell which it is.
impl Read for EventDetail {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        if given.member("old_priority").is_some() {
            variant!(given, at, PriorityChanged { old_priority, new_priority })
        } else if given.member("branch").is_some() {
            variant!(given, at, Replayed { branch, groups_reset })
        } else if given.member("node_count").is_some() {
            variant!(given, at, FlowShape { node_count, edge_count })
        } else if given.member("edge_id").is_some() {
            variant!(given, at, Edge { edge_id, upstream_execution_id, downstream_execution_id })
        } else if given.member("execution_id").is_some() {
            variant!(given, at, Member { execution_id })
        } else if given.member("cancellation_policy").is_some() {
            variant!(given, at, FlowCancel { cancellation_policy, cancel_reason, member_count })
        } else if given.member("by_ms").is_some() {
            variant!(given, at, ClockAccepted { by_ms })
        } else if given.member("public_flow_state").is_some() {
            variant!(given, at, FlowEnded { public_flow_state })
        } else {
            variant!(given, at, Reason { reason })
        }
    }

    fn blank() -> Self {
        Self::Reason { reason: Read::blank() }
    }
}

impl EventDetail {
    /// Why, in words; none where nobody said why.
    pub fn reason(words: &str) -> Option<Self> {
        (!words.is_empty()).then(|| Self::Reason { reason: words.to_owned() })
    }

    /// Whether events of this cause may have one.
    pub const fn belongs_to(cause: Cause) -> bool {
        matches!(
            cause,
            Cause::PriorityChanged
                | Cause::ProgressReported
                | Cause::Replayed
                | Cause::LeaseRevoked
                | Cause::Blocked
                | Cause::Woken
                | Cause::ClockAccepted
                | Cause::Skipped
                | Cause::WorkerMarkedDead
                | Cause::FlowCreated
                | Cause::FlowMemberAdded
                | Cause::FlowEdgeStaged
                | Cause::FlowCancelRequested
                | Cause::FlowCompleted
        )
    }
}

/// A place in the log: after a position, or before the oldest row kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Before the oldest row that is kept.
    Start,
    /// After the newest row.
    Now,
    /// After this position.
    After(i64),
}

const CURSOR_PREFIX: &str = "e";

impl Cursor {
    /// Reads the text form: empty is now, `start` is the oldest kept, all else was answered by a read.
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        match text {
            "" => Ok(Self::Now),
            "start" => Ok(Self::Start),
            _ => {
                let digits = text.strip_prefix(CURSOR_PREFIX).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
                digits.and_then(|digits| digits.parse().ok()).map(Self::After).ok_or_else(|| {
                    let shown = format!("{:?}", text.chars().take(80).collect::<String>());
                    Error::argument(Code::InvalidInput, field, "a cursor from an earlier answer, start or empty", shown)
                })
            }
        }
    }

    /// The text form of the place after a position.
    pub fn text_after(position: i64) -> String {
        format!("{CURSOR_PREFIX}{position}")
    }
}
