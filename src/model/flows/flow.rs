//! A flow: its counters, and the state that follows from them.
//!
//! Invariant: the public state is a total function of the counters and of what was asked for, exact at all times.
//! Contract: flows.state, flows.excused, flows.over-refuses.

use crate::model::executions::execution::kept_until;
use crate::model::ground::vocabulary::{PublicState, vocabulary};
use uuid::Uuid;

/// How many states an execution can be in.
pub const STATES: usize = PublicState::ALL.len();

/// The place of a state among all of them.
pub fn place(state: PublicState) -> usize {
    PublicState::ALL.iter().position(|one| *one == state).unwrap_or_default()
}

vocabulary! {
    /// The one word that sums up a flow's state.
    FlowState {
        /// Its members wait to be claimed, or it has none.
        Open = 1, "open";
        /// A member is active.
        Running = 2, "running";
        /// Its members wait for something else than a worker.
        Blocked = 3, "blocked";
        /// All members have ended, none of them badly.
        Completed = 4, "completed";
        /// All members have ended, some of them badly.
        Failed = 5, "failed";
        /// It was cancelled.
        Cancelled = 6, "cancelled";
    }
}

vocabulary! {
    /// The state of a flow as listings tell it.
    FlowStatus {
        /// Open, running or blocked.
        Active = 1, "active";
        /// Completed.
        Completed = 2, "completed";
        /// Failed.
        Failed = 3, "failed";
        /// Cancelled.
        Cancelled = 4, "cancelled";
    }
}

vocabulary! {
    /// Which members a flow's cancellation ends.
    CancellationPolicy {
        /// None: the flow alone.
        FlowOnly = 1, "flow_only";
        /// All that have not ended.
        CancelAll = 2, "cancel_all";
        /// Those that have not begun: waiting, delayed or blocked.
        CancelPending = 3, "cancel_pending";
    }
}

vocabulary! {
    /// Whether what an execution depends on keeps it from being claimed. Of a runnable one nobody is the owner, and it has
    /// not ended: `owned` and `terminal` are words of the protocol alone.
    FlowEligibility {
        /// No execution has this id.
        NotFound = 1, "not_found";
        /// It is active, suspended or over.
        NotRunnable = 2, "not_runnable";
        /// A worker holds it.
        Owned = 3, "owned";
        /// It has ended.
        Terminal = 4, "terminal";
        /// Too many of its upstreams can succeed no longer.
        Impossible = 5, "impossible";
        /// It waits for its upstreams.
        BlockedByDependencies = 6, "blocked_by_dependencies";
        /// None of its upstreams keeps it from being claimed.
        Eligible = 7, "eligible";
    }
}

impl FlowState {
    /// As listings tell it.
    pub const fn status(self) -> FlowStatus {
        match self {
            Self::Open | Self::Running | Self::Blocked => FlowStatus::Active,
            Self::Completed => FlowStatus::Completed,
            Self::Failed => FlowStatus::Failed,
            Self::Cancelled => FlowStatus::Cancelled,
        }
    }
}

/// A flow, but for its kind, its tags and why it was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its row.
    pub row: i64,
    /// Its id.
    pub id: Uuid,
    /// Its namespace's row.
    pub namespace: i64,
    /// When it was created, in Unix ms.
    pub created_at: i64,
    /// When it or one of its members last changed, in Unix ms.
    pub changed_at: i64,
    /// Rises with each member and each edge.
    pub revision: i64,
    /// Edges.
    pub edge_count: i64,
    /// The place before all others in its topological order.
    pub first_rank: i64,
    /// The place after all others.
    pub last_rank: i64,
    /// Whether it ends with its last member.
    pub sealed: bool,
    /// When it was cancelled, in Unix ms, and how.
    pub cancelled: Option<(i64, CancellationPolicy)>,
    /// Members that its cancellation ended.
    pub cancelled_count: i64,
    /// When what is left of the backlog of its cancellation is cancelled, in Unix ms.
    pub cancel_due_at: Option<i64>,
    /// When its last member ended, in Unix ms, as long as none goes on.
    pub ended_at: Option<i64>,
    /// How often it ended.
    pub end_count: i64,
    /// How it ended the last time.
    pub end_state: Option<FlowState>,
    /// How long after its end it is kept, in ms, where that is its own affair.
    pub retention_ms: Option<i64>,
    /// How many members are in which state.
    pub counts: [i64; STATES],
    /// Members that a satisfied group cancelled: they do not count as failed.
    pub excused: i64,
    /// Members that ended badly and that nobody needed: neither do they.
    pub tolerated: i64,
}

impl Flow {
    /// A flow without members.
    pub const fn new(row: i64, id: Uuid, namespace: i64, now: i64) -> Self {
        Self {
            row,
            id,
            namespace,
            created_at: now,
            changed_at: now,
            revision: 0,
            edge_count: 0,
            first_rank: 0,
            last_rank: 1,
            sealed: false,
            cancelled: None,
            cancelled_count: 0,
            cancel_due_at: None,
            ended_at: None,
            end_count: 0,
            end_state: None,
            retention_ms: None,
            counts: [0; STATES],
            excused: 0,
            tolerated: 0,
        }
    }

    /// How many members are in a state.
    pub fn count(&self, state: PublicState) -> i64 {
        self.counts[place(state)]
    }

    /// How many members it has.
    pub fn node_count(&self) -> i64 {
        self.counts.iter().sum()
    }

    /// How many of them have not ended.
    pub fn live_count(&self) -> i64 {
        // Those that have ended come last among the states.
        self.counts[..place(PublicState::Completed)].iter().sum()
    }

    /// Its state in one word.
    pub fn state(&self) -> FlowState {
        let any = |states: &[PublicState]| states.iter().any(|state| self.count(*state) > 0);
        if self.cancelled.is_some() {
            FlowState::Cancelled
        } else if self.live_count() == 0 && (self.sealed || self.node_count() > 0) {
            let badly = [PublicState::Failed, PublicState::Expired, PublicState::Cancelled];
            let badly: i64 = badly.into_iter().map(|state| self.count(state)).sum();
            if badly > self.excused + self.tolerated { FlowState::Failed } else { FlowState::Completed }
        } else if any(&[PublicState::Active]) {
            FlowState::Running
        } else if any(&[
            PublicState::Suspended,
            PublicState::Delayed,
            PublicState::RateLimited,
            PublicState::WaitingChildren,
        ]) {
            FlowState::Blocked
        } else {
            FlowState::Open
        }
    }

    /// When it stops being kept with all its members: its end and its own retention, or the engine's.
    pub fn kept_until(&self, engine_ms: Option<i64>) -> Option<i64> {
        kept_until(self.ended_at, self.retention_ms, engine_ms)
    }

    /// Whether its groups may still get further edges.
    pub const fn grows(&self) -> bool {
        !self.sealed && self.cancelled.is_none()
    }

    /// Whether it takes no more members and edges: it was cancelled, or it is sealed and its last member has ended.
    pub fn is_over(&self) -> bool {
        self.cancelled.is_some() || (self.sealed && self.live_count() == 0)
    }

    /// Whether nothing of it goes on: it is over, and no member runs on after its cancellation.
    pub fn is_done(&self) -> bool {
        self.is_over() && self.live_count() == 0
    }
}
