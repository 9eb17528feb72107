//! Why an execution can be claimed, or why not.
//!
//! Invariant: word and number of a value never change once released. Contract: claims.explain.

use crate::model::ground::vocabulary::vocabulary;

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
        /// The worker does not claim its kind.
        OtherKind = 17, "other_kind";
    }
}
