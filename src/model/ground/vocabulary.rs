//! The closed vocabularies: each a Rust enum, a word on the wire and a number in the database.
//!
//! Invariant: word and number of a value never change once released, and an unknown number is refused as corruption
//! rather than guessed. Contract: states.words.

pub(in crate::model) use super::word::vocabulary;

/// The list of its route that an execution stands in. Waiting and active ones share one, so that a claim moves nothing.
impl PublicState {
    /// The number of the list.
    pub const fn section(self) -> i64 {
        match self {
            Self::Active => Self::Waiting.number(),
            Self::Waiting
            | Self::Delayed
            | Self::RateLimited
            | Self::WaitingChildren
            | Self::Suspended
            | Self::Completed
            | Self::Failed
            | Self::Cancelled
            | Self::Expired
            | Self::Skipped => self.number(),
        }
    }
}

vocabulary! {
    /// First of the seven dimensions of an execution's state.
    LifecyclePhase {
        /// Can be claimed, now or later.
        Runnable = 1, "runnable";
        /// Held by a worker, or was until its lease ran out.
        Active = 2, "active";
        /// Waits for a signal.
        Suspended = 3, "suspended";
        /// Over.
        Terminal = 4, "terminal";
    }
}

vocabulary! {
    /// Who owns an execution.
    OwnershipState {
        /// Nobody.
        Unowned = 1, "unowned";
        /// A worker, under a live lease.
        Leased = 2, "leased";
        /// Nobody any more: the lease ran out.
        LeaseExpiredReclaimable = 3, "lease_expired_reclaimable";
    }
}

vocabulary! {
    /// Whether an execution may be claimed.
    EligibilityState {
        /// Now.
        EligibleNow = 1, "eligible_now";
        /// Not before an instant.
        NotEligibleUntilTime = 2, "not_eligible_until_time";
        /// Its upstreams or children are not done.
        BlockedByDependencies = 3, "blocked_by_dependencies";
        /// A budget is used up.
        BlockedByBudget = 4, "blocked_by_budget";
        /// A quota is used up.
        BlockedByQuota = 5, "blocked_by_quota";
        /// A scheduler set it aside for a capable worker.
        BlockedByRoute = 6, "blocked_by_route";
        /// Its lane is not open.
        BlockedByLaneState = 7, "blocked_by_lane_state";
        /// A person or a policy paused it.
        BlockedByOperator = 8, "blocked_by_operator";
        /// The question does not arise.
        NotApplicable = 9, "not_applicable";
    }
}

vocabulary! {
    /// What an execution waits for.
    BlockingReason {
        /// Nothing.
        None = 0, "none";
        /// A worker that claims it.
        WaitingForWorker = 10, "waiting_for_worker";
        /// The instant it was delayed to.
        WaitingForDelay = 20, "waiting_for_delay";
        /// The end of a retry's back-off.
        WaitingForRetryBackoff = 21, "waiting_for_retry_backoff";
        /// The delay that was asked for at its resumption.
        WaitingForResumeDelay = 22, "waiting_for_resume_delay";
        /// Its upstreams or children.
        WaitingForChildren = 30, "waiting_for_children";
        /// A budget.
        WaitingForBudget = 31, "waiting_for_budget";
        /// A quota.
        WaitingForQuota = 32, "waiting_for_quota";
        /// A worker with the required capabilities.
        WaitingForCapableWorker = 33, "waiting_for_capable_worker";
        /// A worker in the preferred locality.
        WaitingForLocalityMatch = 34, "waiting_for_locality_match";
        /// An operator.
        PausedByOperator = 35, "paused_by_operator";
        /// A policy.
        PausedByPolicy = 36, "paused_by_policy";
        /// The cancellation of its flow.
        PausedByFlowCancel = 37, "paused_by_flow_cancel";
        /// A signal.
        WaitingForSignal = 50, "waiting_for_signal";
        /// An approval.
        WaitingForApproval = 51, "waiting_for_approval";
        /// A callback.
        WaitingForCallback = 52, "waiting_for_callback";
        /// A tool's result.
        WaitingForToolResult = 53, "waiting_for_tool_result";
    }
}

vocabulary! {
    /// How an execution ended.
    Outcome {
        /// A worker completed it.
        Success = 1, "success";
        /// A worker failed it for good, or it was reclaimed too often.
        Failed = 2, "failed";
        /// Somebody cancelled it.
        Cancelled = 3, "cancelled";
        /// Its deadline or its attempt timeout passed.
        Expired = 4, "expired";
        /// Its dependencies became impossible.
        Skipped = 5, "skipped";
    }
}

/// An outcome on the wire: `none` while there is none yet.
#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
pub(in crate::model) fn outcome_or_none<S: serde::Serializer>(
    outcome: &Option<Outcome>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.map_or("none", Outcome::word))
}

vocabulary! {
    /// What goes on with the attempts of an execution.
    AttemptState {
        /// The first attempt has yet to start.
        PendingFirstAttempt = 1, "pending_first_attempt";
        /// An attempt is under way.
        RunningAttempt = 2, "running_attempt";
        /// An attempt was interrupted and can be continued.
        AttemptInterrupted = 3, "attempt_interrupted";
        /// A retry has yet to start.
        PendingRetryAttempt = 4, "pending_retry_attempt";
        /// A replay has yet to start.
        PendingReplayAttempt = 5, "pending_replay_attempt";
        /// No attempt will follow.
        AttemptTerminal = 6, "attempt_terminal";
    }
}

vocabulary! {
    /// The one word that sums up an execution's state.
    PublicState {
        /// Can be claimed.
        Waiting = 1, "waiting";
        /// Waits for an instant.
        Delayed = 2, "delayed";
        /// Waits for a budget or a quota.
        RateLimited = 3, "rate_limited";
        /// Waits for upstreams or children.
        WaitingChildren = 4, "waiting_children";
        /// A worker has it, or had it until its lease ran out.
        Active = 5, "active";
        /// Waits for a signal.
        Suspended = 6, "suspended";
        /// Ended well.
        Completed = 7, "completed";
        /// Ended badly.
        Failed = 8, "failed";
        /// Was cancelled.
        Cancelled = 9, "cancelled";
        /// Ran out of time.
        Expired = 10, "expired";
        /// Was skipped.
        Skipped = 11, "skipped";
    }
}

vocabulary! {
    /// Where an attempt is in its life.
    AttemptLifecycle {
        /// Under way.
        Started = 1, "started";
        /// Interrupted, to be continued.
        Suspended = 2, "suspended";
        /// Completed.
        EndedSuccess = 3, "ended_success";
        /// Failed or timed out.
        EndedFailure = 4, "ended_failure";
        /// Cancelled.
        EndedCancelled = 5, "ended_cancelled";
        /// Ended with its execution, which was skipped.
        EndedSkipped = 7, "ended_cancelled";
        /// Its lease was lost and another attempt took over.
        InterruptedReclaimed = 6, "interrupted_reclaimed";
    }
}

vocabulary! {
    /// Why an attempt was started.
    AttemptType {
        /// The first.
        Initial = 1, "initial";
        /// After a failure.
        Retry = 2, "retry";
        /// After a lost lease.
        Reclaim = 3, "reclaim";
        /// After a replay.
        Replay = 4, "replay";
    }
}

vocabulary! {
    /// What a worker says of a failure.
    FailureClass {
        /// May succeed when tried again.
        Transient = 1, "transient";
        /// Will never succeed.
        Permanent = 2, "permanent";
        /// The machine or host failed, not the work.
        InfraCrash = 3, "infra_crash";
        /// Took too long.
        Timeout = 4, "timeout";
        /// Was told to stop.
        Cancelled = 5, "cancelled";
    }
}

vocabulary! {
    /// How a claim got its attempt.
    HandleKind {
        /// A new attempt.
        Fresh = 1, "fresh";
        /// The interrupted attempt, continued.
        Resumed = 2, "resumed";
        /// Returned by a suspend.
        Suspended = 3, "suspended";
        /// A new attempt after a lost lease.
        Reclaimed = 4, "reclaimed";
    }
}

vocabulary! {
    /// The call that ended a lease.
    Verb {
        /// complete
        Complete = 1, "complete";
        /// fail
        Fail = 2, "fail";
        /// cancel
        Cancel = 3, "cancel";
        /// delay
        Delay = 4, "delay";
        /// `wait_children`
        WaitChildren = 5, "wait_children";
        /// suspend
        Suspend = 6, "suspend";
        /// `revoke_lease`, called by an operator
        Revoke = 7, "revoke";
        /// No call: time ended the execution
        Expire = 8, "expire";
        /// `wait_children`, which was answered that what it waits for is impossible
        Skip = 9, "skip";
    }
}

impl Verb {
    /// Whether a repetition of `call` is answered by what this one left.
    pub fn is(self, call: Self) -> bool {
        self == call || (self == Self::Skip && call == Self::WaitChildren)
    }
}

vocabulary! {
    /// What an event row means for the lease view.
    LeaseEvent {
        /// A lease was issued.
        Acquired = 1, "acquired";
        /// Its expiry moved.
        Renewed = 2, "renewed";
        /// It ran out.
        Expired = 3, "expired";
        /// A new attempt took over a lapsed lease.
        Reclaimed = 4, "reclaimed";
        /// It was given up or taken away.
        Revoked = 5, "revoked";
    }
}
