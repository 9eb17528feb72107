//! The closed vocabularies of scheduling: lanes, grants, and why an execution can be claimed or not.
//!
//! Invariant: word and number of a value never change once released. Spec: lifecycle §10, decisions 3.18–3.20.

use super::vocabulary::vocabulary;

vocabulary! {
    /// What a lane lets through.
    LaneState {
        /// Creates and claims.
        Active = 1, "active";
        /// No claims.
        Paused = 2, "paused";
        /// No creates.
        Draining = 3, "draining";
        /// Neither.
        Disabled = 4, "disabled";
    }
}

impl LaneState {
    /// Whether executions may be created in it.
    pub const fn creates(self) -> bool {
        matches!(self, Self::Active | Self::Paused)
    }

    /// Whether executions in it may be claimed.
    pub const fn claims(self) -> bool {
        matches!(self, Self::Active | Self::Draining)
    }
}

vocabulary! {
    /// What a grant allows.
    GrantKind {
        /// To claim.
        Claim = 1, "claim";
        /// To take a lapsed execution over with a new attempt.
        Reclaim = 2, "reclaim";
    }
}

vocabulary! {
    /// Why an execution can be claimed, or why not.
    ClaimReason {
        /// It can.
        Claimable = 1, "claimable";
        /// A grant reserves it.
        Granted = 2, "granted";
        /// A worker holds it.
        Leased = 3, "leased";
        /// It waits for an instant.
        Delayed = 4, "delayed";
        /// It waits for upstreams or children.
        BlockedByDependencies = 5, "blocked_by_dependencies";
        /// It waits for a budget.
        BlockedByBudget = 6, "blocked_by_budget";
        /// It waits for a quota.
        BlockedByQuota = 7, "blocked_by_quota";
        /// It waits for a capable worker.
        BlockedByRoute = 8, "blocked_by_route";
        /// A person or a policy paused it.
        BlockedByOperator = 9, "blocked_by_operator";
        /// Its lane is paused.
        LanePaused = 10, "lane_paused";
        /// Its lane is disabled.
        LaneDisabled = 11, "lane_disabled";
        /// The worker lacks what it requires.
        MissingCapability = 12, "missing_capability";
        /// It waits for a signal.
        Suspended = 13, "suspended";
        /// It has ended.
        Terminal = 14, "terminal";
        /// The worker does not claim from its lane.
        OtherLane = 15, "other_lane";
        /// There is no such execution.
        NotFound = 16, "not_found";
    }
}
