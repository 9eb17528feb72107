//! What an event row tells: the causes. Word and number of a value never change once released. Contract: events.matrix,
//! states.words.

use crate::model::ground::word::vocabulary;

vocabulary! {
    /// What happened: the cause of an event row.
    Cause {
        /// The execution was created.
        Created = 1, "created";
        /// A claim started an attempt.
        Claimed = 2, "claimed";
        /// A claim continued an attempt.
        Resumed = 3, "resumed";
        /// A claim took over a lapsed lease with a new attempt.
        Reclaimed = 4, "reclaimed";
        /// The lease was renewed.
        Renewed = 5, "renewed";
        /// A worker completed it.
        Completed = 6, "completed";
        /// It failed for good.
        Failed = 7, "failed";
        /// It failed and will be tried again.
        RetryScheduled = 8, "retry_scheduled";
        /// It was cancelled.
        Cancelled = 9, "cancelled";
        /// A worker put it off.
        Delayed = 10, "delayed";
        /// A worker waits for its children.
        WaitingChildren = 11, "waiting_children";
        /// The lease ran out.
        LeaseExpired = 12, "lease_expired";
        /// The lease was taken away.
        LeaseRevoked = 13, "lease_revoked";
        /// A worker suspended it.
        Suspended = 14, "suspended";
        /// Its suspension ended.
        SuspensionResumed = 15, "suspension_resumed";
        /// Its delay is over.
        DelayOver = 16, "delay_over";
        /// Admission was refused.
        Blocked = 17, "blocked";
        /// What blocked it is gone.
        Unblocked = 18, "unblocked";
        /// Its deadline passed.
        DeadlinePassed = 19, "deadline_passed";
        /// Its last attempt timed out.
        AttemptTimedOut = 20, "attempt_timed_out";
        /// Its dependencies became impossible.
        Skipped = 21, "skipped";
        /// An operator replays it.
        Replayed = 22, "replayed";
        /// An operator changed its priority.
        PriorityChanged = 23, "priority_changed";
        /// An operator ended its wait for an instant.
        Woken = 24, "woken";
        /// Its attempt reported how far it is.
        ProgressReported = 25, "progress_reported";
        /// Engine time went back to the host's clock.
        ClockAccepted = 26, "clock_accepted";
        /// It waited for its children for too long.
        ChildrenTimedOut = 28, "children_timed_out";
        /// A worker joined the registry, or joined it again.
        WorkerRegistered = 30, "worker_registered";
        /// A worker said that it is there.
        WorkerHeartbeat = 31, "worker_heartbeat";
        /// Somebody said that a worker is gone.
        WorkerMarkedDead = 32, "worker_marked_dead";
        /// A worker was not heard of for too long.
        WorkerSwept = 33, "worker_swept";
        /// A flow came to be.
        FlowCreated = 40, "flow_created";
        /// An execution became a member of a flow.
        FlowMemberAdded = 41, "flow_member_added";
        /// A dependency between two members was staged.
        FlowEdgeStaged = 42, "flow_edge_staged";
        /// A flow was sealed: it ends with its last member.
        FlowSealed = 43, "flow_sealed";
        /// Somebody cancels a flow.
        FlowCancelRequested = 44, "flow_cancel_requested";
        /// The last member of a sealed flow ended.
        FlowCompleted = 45, "flow_completed";
        /// A member of a flow that had ended goes on.
        FlowReopened = 46, "flow_reopened";
    }
}
