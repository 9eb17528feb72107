// Generated from the Rust structs by `npm run types`. Do not edit.

/**
 * Bytes of a payload. In JSON they stand as a number: their place in the list of byte arrays that goes with the text.
 * In JavaScript they are a `Uint8Array`.
 */
export type Bytes = Uint8Array;

/**
 * Where an attempt is in its life.
 */
export type AttemptLifecycle = "started" | "suspended" | "ended_success" | "ended_failure" | "ended_cancelled" | "ended_cancelled" | "interrupted_reclaimed";

/**
 * What goes on with the attempts of an execution.
 */
export type AttemptState = "pending_first_attempt" | "running_attempt" | "attempt_interrupted" | "pending_retry_attempt" | "pending_replay_attempt" | "attempt_terminal";

/**
 * Why an attempt was started.
 */
export type AttemptType = "initial" | "retry" | "reclaim" | "replay";

/**
 * What an execution waits for.
 */
export type BlockingReason = "none" | "waiting_for_worker" | "waiting_for_delay" | "waiting_for_retry_backoff" | "waiting_for_resume_delay" | "waiting_for_children" | "waiting_for_budget" | "waiting_for_quota" | "waiting_for_capable_worker" | "waiting_for_locality_match" | "paused_by_operator" | "paused_by_policy" | "paused_by_flow_cancel" | "waiting_for_signal" | "waiting_for_approval" | "waiting_for_callback" | "waiting_for_tool_result";

/**
 * What happened: the cause of an event row.
 */
export type Cause = "created" | "claimed" | "resumed" | "reclaimed" | "renewed" | "completed" | "failed" | "retry_scheduled" | "cancelled" | "delayed" | "waiting_children" | "lease_expired" | "lease_revoked" | "suspended" | "suspension_resumed" | "delay_over" | "blocked" | "unblocked" | "deadline_passed" | "attempt_timed_out" | "skipped" | "replayed" | "priority_changed" | "woken" | "progress_reported" | "clock_accepted" | "children_timed_out" | "worker_registered" | "worker_heartbeat" | "worker_marked_dead" | "worker_swept" | "flow_created" | "flow_member_added" | "flow_edge_staged" | "flow_sealed" | "flow_cancel_requested" | "flow_completed" | "flow_reopened";

/**
 * What a caller should do about an error (contract: errors.class).
 */
export type Class = "terminal" | "retryable" | "informational" | "bug";

/**
 * Whether an execution may be claimed.
 */
export type EligibilityState = "eligible_now" | "not_eligible_until_time" | "blocked_by_dependencies" | "blocked_by_budget" | "blocked_by_quota" | "blocked_by_route" | "blocked_by_lane_state" | "blocked_by_operator" | "not_applicable";

/**
 * A view over the log.
 */
export type EventStream = "execution" | "completion" | "lease" | "operator" | "flow" | "worker" | "progress";

/**
 * How an execution is replayed.
 */
export type ReplayBranch = "normal" | "skipped_flow_member";

/**
 * What an event tells beyond its columns.
 */
export type EventDetail = { 
/**
 * Before.
 */
oldPriority: number, 
/**
 * After.
 */
newPriority: number,
} | { 
/**
 * The attempt that reported it.
 */
attemptIndex: number, 
/**
 * 0 to 100.
 */
percent?: number, 
/**
 * In the worker's words.
 */
message?: string,
} | { 
/**
 * How it was replayed.
 */
branch: ReplayBranch, 
/**
 * Edge groups that were reset.
 */
groupsReset: number,
} | { 
/**
 * Its members.
 */
nodeCount: number, 
/**
 * Its edges.
 */
edgeCount: number,
} | { 
/**
 * The edge.
 */
edgeId: string, 
/**
 * The member that must succeed.
 */
upstreamExecutionId: string, 
/**
 * The member that depends on it.
 */
downstreamExecutionId: string,
} | { 
/**
 * The execution.
 */
executionId: string,
} | { 
/**
 * Which members the cancellation ends.
 */
cancellationPolicy: CancellationPolicy, 
/**
 * Why, in words; empty where nobody said why.
 */
cancelReason: string, 
/**
 * Members of the flow.
 */
memberCount: number,
} | { 
/**
 * By how much engine time went back, in ms.
 */
byMs: number,
} | { 
/**
 * `completed` or `failed`.
 */
publicFlowState: FlowState,
} | { 
/**
 * In words.
 */
reason: string,
};

/**
 * What a worker says of a failure.
 */
export type FailureClass = "transient" | "permanent" | "infra_crash" | "timeout" | "cancelled";

/**
 * How a claim got its attempt.
 */
export type HandleKind = "fresh" | "resumed" | "suspended" | "reclaimed";

/**
 * What an event row means for the lease view.
 */
export type LeaseEvent = "acquired" | "renewed" | "expired" | "reclaimed" | "revoked";

/**
 * First of the seven dimensions of an execution's state.
 */
export type LifecyclePhase = "runnable" | "active" | "suspended" | "terminal";

/**
 * How an execution ended.
 */
export type Outcome = "success" | "failed" | "cancelled" | "expired" | "skipped";

/**
 * Who owns an execution.
 */
export type OwnershipState = "unowned" | "leased" | "lease_expired_reclaimable";

/**
 * The one word that sums up an execution's state.
 */
export type PublicState = "waiting" | "delayed" | "rate_limited" | "waiting_children" | "active" | "suspended" | "completed" | "failed" | "cancelled" | "expired" | "skipped";

/**
 * Why an execution can be claimed, or why not.
 */
export type ClaimReason = "claimable" | "granted" | "leased" | "delayed" | "blocked_by_dependencies" | "blocked_by_budget" | "blocked_by_quota" | "blocked_by_route" | "blocked_by_operator" | "lane_paused" | "lane_disabled" | "missing_capability" | "suspended" | "terminal" | "other_lane" | "not_found" | "other_kind";

/**
 * What a grant allows.
 */
export type GrantKind = "claim" | "reclaim";

/**
 * What a lane lets through.
 */
export type LaneState = "active" | "paused" | "draining" | "disabled";

/**
 * The seven dimensions of a state; the public state is the seventh and derived. Contract: states.dimensions.
 */
export type StateVector = { 
/**
 * Where in its life.
 */
lifecyclePhase: LifecyclePhase, 
/**
 * Who owns it.
 */
ownershipState: OwnershipState, 
/**
 * Whether it may be claimed.
 */
eligibilityState: EligibilityState, 
/**
 * What it waits for.
 */
blockingReason: BlockingReason, 
/**
 * How it ended; `none` while it has not.
 */
terminalOutcome: Outcome | "none", 
/**
 * What goes on with its attempts.
 */
attemptState: AttemptState,
};

/**
 * How long to wait before a retry.
 */
export type Backoff = { "type": "fixed", 
/**
 * In ms; 1 000 when left out.
 */
delayMs?: number,
} | { "type": "exponential", 
/**
 * Before the first retry, in ms; 1 000 when left out.
 */
initialDelayMs?: number, 
/**
 * At most, in ms; 60 000 when left out.
 */
maxDelayMs?: number, 
/**
 * From one retry to the next, 1 to 1 000; 2 when left out.
 */
multiplier?: number, 
/**
 * Whether the wait is drawn between its half and its whole; no when left out.
 */
jitter?: boolean,
};

/**
 * When and how often a failed attempt is tried again.
 */
export type RetryPolicy = { 
/**
 * Retries at most; 3 when left out.
 */
maxRetries?: number, 
/**
 * How long to wait before a retry; exponential when left out.
 */
backoff?: Backoff, 
/**
 * Only failures of these categories are retried; of any when left out or empty.
 */
retryableCategories?: Array<string>,
};

/**
 * How the streams of an execution are kept.
 */
export type StreamPolicy = { 
/**
 * Recorded only; `buffered` when left out.
 */
durabilityMode?: string, 
/**
 * The newest frames that are kept; 10 000 when left out.
 */
retentionMaxlen?: number, 
/**
 * How long frames are kept, in ms.
 */
retentionTtlMs?: number,
};

/**
 * What a suspension does when it times out.
 */
export type TimeoutBehavior = "fail" | "cancel" | "expire" | "auto_resume_with_timeout_signal" | "escalate";

/**
 * Defaults of an execution's suspensions.
 */
export type SuspensionPolicy = { 
/**
 * How long a suspension lasts, in ms.
 */
defaultTimeoutMs?: number, 
/**
 * What happens then; `fail` when left out.
 */
timeoutBehavior?: TimeoutBehavior,
};

/**
 * One provider to fall back to.
 */
export type FallbackTier = { 
/**
 * The provider's name.
 */
provider: string, 
/**
 * The model's name.
 */
model: string, 
/**
 * How long it may take, in ms.
 */
timeoutMs?: number,
};

/**
 * Providers to fall back to.
 */
export type FallbackPolicy = { 
/**
 * In the order of preference.
 */
tiers: Array<FallbackTier>,
};

/**
 * Members of the policy that are not needed on every claim.
 */
export type Policy = { 
/**
 * When and how often a failed attempt is tried again; the engine's default when left out.
 */
retry?: RetryPolicy, 
/**
 * How often a lapsed lease may be taken over; 100 when left out.
 */
maxReclaimCount?: number, 
/**
 * How often it may be replayed; 10 when left out.
 */
maxReplayCount?: number, 
/**
 * How many signals it accepts; 10 000 when left out.
 */
maxSignals?: number, 
/**
 * The budgets it draws on, as UUIDs.
 */
budgetIds?: Array<string>, 
/**
 * How its streams are kept.
 */
stream?: StreamPolicy, 
/**
 * What its suspensions do when they name nothing themselves.
 */
suspension?: SuspensionPolicy, 
/**
 * Providers to fall back to; recorded only.
 */
fallback?: FallbackPolicy, 
/**
 * Where it would like to run; recorded only.
 */
preferredLocality?: string, 
/**
 * How isolated it would like to run; recorded only.
 */
isolationLevel?: string,
};

/**
 * The settings of an execution as they act.
 */
export type EffectivePolicy = { 
/**
 * How often a lapsed lease may be taken over.
 */
maxReclaimCount: number, 
/**
 * How often it may be replayed.
 */
maxReplayCount: number, 
/**
 * When and how often a failed attempt is tried again, every member set; no categories stand for any.
 */
retry: RetryPolicy, 
/**
 * The classes of failures that are tried again at all.
 */
retriedClasses: Array<FailureClass>, 
/**
 * How long after its end it is kept, in ms, a member as long as its flow; for ever when left out.
 */
retentionMs?: number,
};

/**
 * The arguments of `create_execution`.
 */
export type CreateArgs = { 
/**
 * The id, which is the idempotency key of the create; minted when left out.
 */
executionId?: string, 
/**
 * `default` when left out.
 */
namespace?: string, 
/**
 * The flow that it is a member of from the first, after all others; it must still take members.
 */
flowId?: string, 
/**
 * The lane it waits in: 1 to 64 bytes of printable ASCII.
 */
lane: string, 
/**
 * What kind of work it is: 1 to 256 bytes.
 */
kind: string, 
/**
 * The input's bytes.
 */
input?: Bytes, 
/**
 * How the input is encoded; recorded, never interpreted.
 */
encoding?: string, 
/**
 * Clamped to 0 … 9000; higher goes first; 0 when left out.
 */
priority?: number, 
/**
 * Who creates it; `default` when left out.
 */
creator?: string, 
/**
 * A live key of the namespace answers the execution that first used it.
 */
idempotencyKey?: string, 
/**
 * At most 64, values of at most 1 024 bytes.
 */
tags?: { [key in string]: string }, 
/**
 * Not claimable before, in Unix ms.
 */
delayUntil?: number, 
/**
 * Expires at, in Unix ms.
 */
deadlineAt?: number, 
/**
 * How long after its end it is kept, in ms; as the engine keeps the others when left out.
 */
retentionMs?: number, 
/**
 * How long one attempt may take, in ms.
 */
attemptTimeoutMs?: number, 
/**
 * How long the idempotency key counts, in ms; a day when left out, not at all when 0 or less.
 */
dedupWindowMs?: number, 
/**
 * What a worker must offer to claim it.
 */
requiredCapabilities?: Array<string>, 
/**
 * When and how often a failed attempt is tried again; the engine's default when left out.
 */
retry?: RetryPolicy, 
/**
 * How often a lapsed lease may be taken over; 100 when left out.
 */
maxReclaimCount?: number, 
/**
 * How often it may be replayed; 10 when left out.
 */
maxReplayCount?: number, 
/**
 * How many signals it accepts; 10 000 when left out.
 */
maxSignals?: number, 
/**
 * The budgets it draws on, as UUIDs.
 */
budgetIds?: Array<string>, 
/**
 * How its streams are kept.
 */
stream?: StreamPolicy, 
/**
 * What its suspensions do when they name nothing themselves.
 */
suspension?: SuspensionPolicy, 
/**
 * Providers to fall back to; recorded only.
 */
fallback?: FallbackPolicy, 
/**
 * Where it would like to run; recorded only.
 */
preferredLocality?: string, 
/**
 * How isolated it would like to run; recorded only.
 */
isolationLevel?: string,
};

/**
 * What came of a create.
 */
export type CreateOutcome = "created" | "duplicate";

/**
 * What a second use of an idempotency key may name otherwise than the first.
 */
export type Difference = "lane" | "kind" | "input";

/**
 * The answer of `create_execution`.
 */
export type CreateAnswer = { 
/**
 * What came of it.
 */
outcome: CreateOutcome, 
/**
 * The execution: for a duplicate the original one.
 */
executionId: string, 
/**
 * Its state, when it was created.
 */
publicState?: PublicState, 
/**
 * What of the original one differs from what an idempotency key was used for again; left out where nothing does.
 */
differs?: Array<Difference>,
};

/**
 * Who claims.
 */
export type Worker = { 
/**
 * The worker's name, stable over restarts: 1 to 256 bytes.
 */
id: string, 
/**
 * The process; one is minted for each engine connection when left out.
 */
instanceId?: string,
};

/**
 * The arguments of `claim`.
 */
export type ClaimArgs = { 
/**
 * The lanes to take from, at least one.
 */
lanes: Array<string>, 
/**
 * The kinds to take, at most 1 000; all when left out.
 */
kinds?: Array<string>, 
/**
 * Who claims.
 */
worker: Worker, 
/**
 * What the worker offers.
 */
capabilities?: Array<string>, 
/**
 * How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
 */
leaseTtlMs?: number, 
/**
 * How long the host may park the claim when there is nothing to take, at most 10 minutes. The engine itself
 * never waits.
 */
maxWaitMs?: number,
};

/**
 * A recorded step: as it was recorded first.
 */
export type RecordedStep = { 
/**
 * Its name.
 */
name: string, 
/**
 * What it came to.
 */
result?: Bytes, 
/**
 * How the result is encoded.
 */
encoding?: string, 
/**
 * When it was recorded, in Unix ms.
 */
recordedAt: number, 
/**
 * Set where the result was too much for the answer at hand: `record_step` with this name answers it.
 */
omitted?: boolean,
};

/**
 * A claimed execution: all a worker needs to run it.
 */
export type Claim = { 
/**
 * What the worker shows on every later call.
 */
handle: string, 
/**
 * How the attempt was got: fresh, resumed or reclaimed.
 */
handleKind: HandleKind, 
/**
 * The execution.
 */
executionId: string, 
/**
 * The flow that it is a member of.
 */
flowId?: string, 
/**
 * Its namespace.
 */
namespace: string, 
/**
 * Its lane.
 */
lane: string, 
/**
 * Its kind of work.
 */
kind: string, 
/**
 * Its priority.
 */
priority: number, 
/**
 * Zero based.
 */
attemptIndex: number, 
/**
 * The attempt.
 */
attemptId: string, 
/**
 * Why the attempt was started.
 */
attemptType: AttemptType, 
/**
 * Retries scheduled so far.
 */
retryCount: number, 
/**
 * The lease.
 */
leaseId: string, 
/**
 * Its epoch.
 */
leaseEpoch: number, 
/**
 * When it runs out, in Unix ms.
 */
leaseExpiresAt: number, 
/**
 * When the attempt times out, in Unix ms.
 */
attemptTimeoutAt?: number, 
/**
 * When the execution expires, in Unix ms.
 */
deadlineAt?: number, 
/**
 * The input's bytes.
 */
input?: Bytes, 
/**
 * How the input is encoded.
 */
encoding?: string, 
/**
 * Its tags.
 */
tags: { [key in string]: string }, 
/**
 * Set where it stopped waiting for its children, as it said that it would.
 */
childrenTimedOut?: boolean, 
/**
 * What it waited for, in the order of edge ids, at most 10 000 of them; the results of upstreams and steps that all claims of one commit hand
 * back come to 16 MiB at most.
 */
upstream?: Array<Upstream>, 
/**
 * The steps that were recorded under earlier leases, in order.
 */
steps?: Array<RecordedStep>,
};

/**
 * The arguments of `renew`.
 */
export type RenewArgs = { 
/**
 * The handle of the claim.
 */
handle: string, 
/**
 * How long the lease runs from now on, in ms: 1 to 24 hours; as long as the handle says when left out.
 */
leaseTtlMs?: number,
};

/**
 * The answer of `renew`.
 */
export type RenewAnswer = { 
/**
 * When the lease now runs out, in Unix ms.
 */
expiresAt: number, 
/**
 * Its epoch, which does not change.
 */
leaseEpoch: number,
};

/**
 * The arguments of `progress`; a member left out keeps its earlier value.
 */
export type ProgressArgs = { 
/**
 * The handle of the claim.
 */
handle: string, 
/**
 * 0 to 100.
 */
percent?: number, 
/**
 * In the worker's words, at most 4 096 bytes.
 */
message?: string,
};

/**
 * The answer of `progress`.
 */
export type ProgressAnswer = { 
/**
 * When the lease runs out, in Unix ms.
 */
leaseExpiresAt: number,
};

/**
 * The arguments of `complete`.
 */
export type CompleteArgs = { 
/**
 * The handle of the claim.
 */
handle: string, 
/**
 * The result's bytes, kept verbatim.
 */
result?: Bytes, 
/**
 * How the result is encoded; recorded, never interpreted.
 */
encoding?: string,
};

/**
 * The answer of `complete`.
 */
export type CompleteAnswer = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its state: completed.
 */
publicState: PublicState,
};

/**
 * What happened.
 */
export type FailReason = { 
/**
 * In a sentence, at most 65 536 bytes.
 */
message: string, 
/**
 * More about it, at most 65 536 bytes.
 */
detail?: string,
};

/**
 * The arguments of `fail`.
 */
export type FailArgs = { 
/**
 * The handle of the claim.
 */
handle: string, 
/**
 * What happened.
 */
reason: FailReason, 
/**
 * What the worker makes of it.
 */
class: FailureClass, 
/**
 * Free text that a retry policy may name; the class's own word when left out.
 */
category?: string, 
/**
 * When it is tried again, in Unix ms, in place of the policy's back-off; in the past is now. Whether it is, the policy
 * alone decides.
 */
retryAt?: number,
};

/**
 * The answer of `fail`.
 */
export type FailAnswer = { "outcome": "retry_scheduled", 
/**
 * When, in Unix ms.
 */
delayUntil: number, 
/**
 * The index that the next attempt will have.
 */
nextAttemptIndex: number,
} | { "outcome": "terminal_failed" };

/**
 * The arguments of `cancel_execution`.
 */
export type CancelExecutionArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Why, in words; kept by the first that cancels.
 */
reason?: string, 
/**
 * Who: `operator_override` (when left out), `lease_holder`, `flow_cascade`, `system_timeout` or a name of your
 * own. All but the first must show the epoch of a live lease.
 */
source?: string, 
/**
 * The lease that the caller believes to be live.
 */
leaseId?: string, 
/**
 * Its epoch.
 */
leaseEpoch?: number, 
/**
 * The attempt that the caller believes to be running.
 */
attemptId?: string,
};

/**
 * The answer of `cancel_execution`.
 */
export type CancelExecutionAnswer = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its state: cancelled.
 */
publicState: PublicState,
};

/**
 * The arguments of `cancel`.
 */
export type CancelArgs = { 
/**
 * The handle of the claim.
 */
handle: string, 
/**
 * Why, in words, at most 65 536 bytes.
 */
reason?: string,
};

/**
 * The arguments of `delay`.
 */
export type DelayArgs = { 
/**
 * The handle of the claim.
 */
handle: string, 
/**
 * Until when, in Unix ms; an instant that has passed is now.
 */
delayUntil: number,
};

/**
 * The answer of `delay`.
 */
export type DelayAnswer = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its state: delayed.
 */
publicState: PublicState, 
/**
 * From when on it can be claimed, in Unix ms.
 */
delayUntil: number,
};

/**
 * The arguments of `revoke_lease`.
 */
export type RevokeLeaseArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The lease that is meant; any when left out.
 */
expectedLeaseId?: string, 
/**
 * The worker instance that is meant; any when left out or empty.
 */
workerInstanceId?: string, 
/**
 * Why, in words; kept with the event.
 */
reason?: string,
};

/**
 * Why there was nothing to revoke.
 */
export type Satisfied = "no_active_lease" | "already_expired" | "different_worker_instance_id" | "lease_id_mismatch";

/**
 * The answer of `revoke_lease`.
 */
export type RevokeLeaseAnswer = { "outcome": "revoked", 
/**
 * The lease that was revoked.
 */
leaseId: string, 
/**
 * The epoch after it, as text.
 */
leaseEpoch: string,
} | { "outcome": "already_satisfied", 
/**
 * Why.
 */
reason: Satisfied,
};

/**
 * The arguments of `change_priority`.
 */
export type ChangePriorityArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its new priority; brought into 0 to 9 000.
 */
newPriority: number,
};

/**
 * The answer of `change_priority`.
 */
export type ChangePriorityAnswer = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its priority now.
 */
priority: number,
};

/**
 * The arguments of `wake_execution`.
 */
export type WakeExecutionArgs = { 
/**
 * The execution, which is delayed, waits for the back-off of a retry or for the delay of a resumption.
 */
executionId: string, 
/**
 * Why, in words, at most 65 536 bytes; its event tells it.
 */
reason?: string,
};

/**
 * What `wake_execution` came to.
 */
export type WakeOutcome = "woken" | "already_satisfied";

/**
 * The answer of `wake_execution`.
 */
export type WakeExecutionAnswer = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * What came of it.
 */
outcome: WakeOutcome, 
/**
 * Its state: waiting, or waiting for its upstreams.
 */
publicState: PublicState,
};

/**
 * The arguments of `replay_execution`.
 */
export type ReplayExecutionArgs = { 
/**
 * The execution, which must have ended. One that its deadline ended has none any more.
 */
executionId: string, 
/**
 * Whether what its end made impossible is possible again: its edges count as unresolved, and what was skipped because
 * of it, however far down, waits for its upstreams again.
 */
cascade?: boolean,
};

/**
 * The answer of `replay_execution`.
 */
export type ReplayExecutionAnswer = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its state: waiting, or waiting for its upstreams.
 */
publicState: PublicState, 
/**
 * How often it was replayed, this time included.
 */
replayCount: number, 
/**
 * Whether the deadline that had ended it was lifted; left out where none was.
 */
deadlineLifted?: boolean,
};

/**
 * The arguments of `describe_execution`.
 */
export type DescribeExecutionArgs = { 
/**
 * The execution.
 */
executionId: string,
};

/**
 * The arguments of `read_step`.
 */
export type ReadStepArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The step's name, 1 to 256 bytes.
 */
name: string,
};

/**
 * The arguments of `list_attempts`.
 */
export type ListAttemptsArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The `nextCursor` of the page before.
 */
cursor?: string, 
/**
 * 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
 */
limit?: number,
};

/**
 * A page of an execution's attempts.
 */
export type AttemptPage = { 
/**
 * The newest first. What they failed with may end a page early.
 */
attempts: Array<AttemptSnapshot>, 
/**
 * Present exactly when more remain.
 */
nextCursor?: string,
};

/**
 * The live lease of an execution.
 */
export type LeaseSnapshot = { 
/**
 * The lease.
 */
leaseId: string, 
/**
 * Its epoch.
 */
leaseEpoch: number, 
/**
 * The worker's name.
 */
workerId: string, 
/**
 * The worker's instance.
 */
workerInstanceId: string, 
/**
 * The attempt it was issued for.
 */
attemptIndex: number, 
/**
 * When it runs out, in Unix ms.
 */
expiresAt: number, 
/**
 * When it was issued or last renewed, in Unix ms.
 */
lastHeartbeatAt: number,
};

/**
 * The grant of an execution.
 */
export type GrantSnapshot = { 
/**
 * What it allows.
 */
kind: GrantKind, 
/**
 * The worker it is for.
 */
workerId: string, 
/**
 * The worker's instance.
 */
workerInstanceId: string, 
/**
 * The last instant at which it is good, in Unix ms.
 */
expiresAt: number, 
/**
 * Whether it reserves the execution still.
 */
live: boolean,
};

/**
 * A step that an execution has recorded.
 */
export type StepSnapshot = { 
/**
 * Its name.
 */
name: string, 
/**
 * When the work on it began, in Unix ms, where its worker said how long it took.
 */
startedAt?: number, 
/**
 * How many bytes its result has.
 */
resultBytes: number, 
/**
 * When it was recorded, in Unix ms.
 */
recordedAt: number,
};

/**
 * Why an attempt failed.
 */
export type FailureSnapshot = { 
/**
 * What its worker made of it.
 */
class: FailureClass, 
/**
 * Free text that a retry policy may name.
 */
category: string, 
/**
 * What happened.
 */
message: string, 
/**
 * More about it.
 */
detail?: string,
};

/**
 * One attempt of an execution.
 */
export type AttemptSnapshot = { 
/**
 * Zero based.
 */
attemptIndex: number, 
/**
 * The attempt.
 */
attemptId: string, 
/**
 * Why it was started.
 */
attemptType: AttemptType, 
/**
 * Where it is in its life.
 */
lifecycle: AttemptLifecycle, 
/**
 * The worker that held it last.
 */
workerId: string, 
/**
 * The worker's instance.
 */
workerInstanceId: string, 
/**
 * The epoch of its last lease.
 */
leaseEpoch: number, 
/**
 * When it started, in Unix ms.
 */
startedAt: number, 
/**
 * When it ended, in Unix ms.
 */
endedAt?: number, 
/**
 * Why it failed.
 */
failure?: FailureSnapshot, 
/**
 * Whether it left a result, which `get_execution_result` answers for its index.
 */
hasResult: boolean,
};

/**
 * What an attempt reported last.
 */
export type ProgressSnapshot = { 
/**
 * The attempt that reported it.
 */
attemptIndex: number, 
/**
 * 0 to 100.
 */
percent?: number, 
/**
 * In the worker's words.
 */
message?: string, 
/**
 * When, in Unix ms.
 */
updatedAt: number,
};

/**
 * Why an execution was cancelled or expired.
 */
export type EndingSnapshot = { 
/**
 * In words.
 */
reason: string, 
/**
 * Who or what ended it.
 */
source: string,
};

/**
 * Everything about an execution.
 */
export type ExecutionSnapshot = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The flow that it is a member of.
 */
flowId?: string, 
/**
 * What that calls it.
 */
memberName?: string, 
/**
 * Its namespace.
 */
namespace: string, 
/**
 * Its lane.
 */
lane: string, 
/**
 * Its kind of work.
 */
kind: string, 
/**
 * Who created it.
 */
creator: string, 
/**
 * Its priority.
 */
priority: number, 
/**
 * Its state in one word.
 */
publicState: PublicState, 
/**
 * Its state in seven dimensions.
 */
state: StateVector, 
/**
 * More about what it waits for.
 */
blockingDetail?: string, 
/**
 * When it can be claimed, where it waits for an instant, in Unix ms.
 */
claimableAt?: number, 
/**
 * Why it was cancelled or expired.
 */
ending?: EndingSnapshot, 
/**
 * The live lease.
 */
currentLease?: LeaseSnapshot, 
/**
 * Its grant, good or over.
 */
grant?: GrantSnapshot, 
/**
 * The attempt pointer: the attempt under way or most recently ended; after a scheduled retry, the one to come.
 */
currentAttemptIndex: number, 
/**
 * The newest 100 attempts, in order; `totalAttemptCount` says how many there are, `list_attempts` has them all.
 */
attempts: Array<AttemptSnapshot>, 
/**
 * What it has recorded, in order.
 */
steps?: Array<StepSnapshot>, 
/**
 * What was reported last.
 */
progress?: ProgressSnapshot, 
/**
 * What a worker must offer to claim it, sorted.
 */
requiredCapabilities: Array<string>, 
/**
 * Its tags, sorted by key.
 */
tags: { [key in string]: string }, 
/**
 * Its policy, as it was given.
 */
policy: Policy, 
/**
 * What counts, given or not.
 */
effective: EffectivePolicy, 
/**
 * How long one attempt may take, in ms.
 */
attemptTimeoutMs?: number, 
/**
 * Its idempotency key.
 */
idempotencyKey?: string, 
/**
 * When it expires, in Unix ms.
 */
deadlineAt?: number, 
/**
 * How long after its end it is kept, in ms, where that is its own affair.
 */
retentionMs?: number, 
/**
 * Until when it is kept, once it has ended and where anything is set, in Unix ms.
 */
keptUntil?: number, 
/**
 * Its lease epoch.
 */
leaseEpoch: number, 
/**
 * Attempts ever started.
 */
totalAttemptCount: number, 
/**
 * Retries scheduled.
 */
retryCount: number, 
/**
 * Lapsed leases taken over.
 */
leaseReclaimCount: number, 
/**
 * Replays.
 */
replayCount: number, 
/**
 * When it was created, in Unix ms.
 */
createdAt: number, 
/**
 * When it last changed, in Unix ms.
 */
lastMutationAt: number, 
/**
 * When it was first claimed, in Unix ms.
 */
startedAt?: number, 
/**
 * When it ended, in Unix ms.
 */
completedAt?: number,
};

/**
 * The arguments of `get_execution_result`.
 */
export type GetExecutionResultArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * An attempt of it, zero based, however the execution stands now; the one that completed it when left out.
 */
attemptIndex?: number,
};

/**
 * The arguments of `get_execution_input`.
 */
export type GetExecutionInputArgs = { 
/**
 * The execution.
 */
executionId: string,
};

/**
 * The input of an execution, as its next claim would hand it over.
 */
export type ExecutionInput = { 
/**
 * Its bytes; absent where it has none.
 */
input?: Bytes, 
/**
 * How they are encoded.
 */
encoding?: string,
};

/**
 * The result of a completed attempt.
 */
export type ExecutionResult = { 
/**
 * The attempt that completed it.
 */
attemptIndex: number, 
/**
 * Its bytes; absent when it was completed without any.
 */
result?: Bytes, 
/**
 * How they are encoded.
 */
encoding?: string,
};

/**
 * The arguments of `list_executions`.
 */
export type ListExecutionsArgs = { 
/**
 * The `nextCursor` of the page before.
 */
cursor?: string, 
/**
 * The `previousCursor` of a page: answers the one before it, in the same order. Not beside `cursor`.
 */
before?: string, 
/**
 * 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
 */
limit?: number, 
/**
 * Only this namespace.
 */
namespace?: string,
};

/**
 * One line of a listing.
 */
export type ExecutionSummary = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its namespace.
 */
namespace: string, 
/**
 * Its lane.
 */
lane: string, 
/**
 * Its kind of work.
 */
kind: string, 
/**
 * Its priority.
 */
priority: number, 
/**
 * Its state in one word.
 */
publicState: PublicState, 
/**
 * Its state in seven dimensions; `blockingReason` says what it waits for: a delay, the back-off of a retry, others.
 */
state: StateVector, 
/**
 * When it can be claimed, where it waits for an instant, in Unix ms.
 */
claimableAt?: number, 
/**
 * Its tags, sorted by key.
 */
tags: { [key in string]: string }, 
/**
 * Attempts ever started.
 */
totalAttemptCount: number, 
/**
 * When it was created, in Unix ms.
 */
createdAt: number, 
/**
 * When it was first claimed, in Unix ms.
 */
startedAt?: number, 
/**
 * When it ended, in Unix ms.
 */
completedAt?: number,
};

/**
 * A page of a listing.
 */
export type ExecutionPage = { 
/**
 * In the order of the listing: of ids, or of creation where they were searched for.
 */
executions: Array<ExecutionSummary>, 
/**
 * Present only when more remain, or, in a search, may remain.
 */
nextCursor?: string, 
/**
 * As `before` it leads to the page before this one. Present where there may be one.
 */
previousCursor?: string,
};

/**
 * The arguments of `search_executions`. What is left out matches all. A search looks at 10 000 executions at most: then
 * the page is short, even empty, and its `nextCursor` says where to go on.
 */
export type SearchExecutionsArgs = { 
/**
 * Only of this lane.
 */
lane?: string, 
/**
 * Only in one of these states; in any when empty.
 */
states?: Array<PublicState>, 
/**
 * Only of this kind.
 */
kind?: string, 
/**
 * Only with all of these tags; the first key in alphabetical order is the one that is searched by.
 */
tags?: { [key in string]: string }, 
/**
 * Only of this namespace.
 */
namespace?: string, 
/**
 * Only created then or later, in Unix ms.
 */
createdFrom?: number, 
/**
 * Only created before, in Unix ms.
 */
createdBefore?: number, 
/**
 * Whether the oldest comes first instead of the newest.
 */
oldestFirst?: boolean, 
/**
 * The `nextCursor` of the page before.
 */
cursor?: string, 
/**
 * The `previousCursor` of a page: answers the one before it, in the same order. Not beside `cursor`.
 */
before?: string, 
/**
 * 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
 */
limit?: number,
};

/**
 * The arguments of `count_executions`. What is left out counts all.
 */
export type CountExecutionsArgs = { 
/**
 * Only of this lane.
 */
lane?: string, 
/**
 * Only of this namespace.
 */
namespace?: string,
};

/**
 * The executions of a lane.
 */
export type LaneCounts = { 
/**
 * Its name.
 */
lane: string, 
/**
 * How many are in each state.
 */
counts: Record<PublicState, number>,
};

/**
 * The answer of `count_executions`.
 */
export type ExecutionCounts = { 
/**
 * By name; a lane without executions is left out.
 */
lanes: Array<LaneCounts>, 
/**
 * All of these lanes together.
 */
total: Record<PublicState, number>,
};

/**
 * The arguments of `set_execution_tag`.
 */
export type SetExecutionTagArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The tag's key, one flat name: words of `a` to `z`, digits and `_`, joined by dots, the first beginning with a
 * letter; at most 256 bytes. An execution has at most 64.
 */
key: string, 
/**
 * Its value: at most 1 024 bytes.
 */
value: string,
};

/**
 * A tag of an execution or of a flow.
 */
export type ExecutionTag = { 
/**
 * Its key.
 */
key: string, 
/**
 * Its value.
 */
value: string,
};

/**
 * The arguments of `get_execution_tag`.
 */
export type GetExecutionTagArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The tag's key.
 */
key: string,
};

/**
 * A tag that an execution has now.
 */
export type TagFilter = { 
/**
 * Its key.
 */
key: string, 
/**
 * Its value, exactly.
 */
value: string,
};

/**
 * The arguments of `read_events`.
 */
export type ReadEventsArgs = { 
/**
 * After which event: a cursor from an earlier answer, `start` for the oldest kept, empty or left out for now.
 */
after?: string, 
/**
 * 100 when left out; more than 1 000 is read as 1 000.
 */
limit?: number, 
/**
 * The streams wanted; all phase changes when left out or empty.
 */
streams?: Array<EventStream>, 
/**
 * Only this namespace.
 */
namespace?: string, 
/**
 * Only this execution, which may be one to come.
 */
executionId?: string, 
/**
 * Only this flow, which may be one to come, and executions that are members of it now.
 */
flowId?: string, 
/**
 * Only executions that have this tag now.
 */
tag?: TagFilter,
};

/**
 * One event: one row of the log, which may belong to several streams.
 */
export type EventRecord = { 
/**
 * Resumes after this event.
 */
cursor: string, 
/**
 * Its instant, in Unix ms.
 */
at: number, 
/**
 * The execution; left out when it is about a worker or a flow.
 */
executionId?: string, 
/**
 * The flow that it is about, or that its execution is a member of now.
 */
flowId?: string, 
/**
 * The namespace of what it is about.
 */
namespace: string, 
/**
 * What happened.
 */
cause: Cause, 
/**
 * The state after it in one word, when the phase changed.
 */
publicState?: PublicState, 
/**
 * The state after it in seven dimensions, when the phase changed.
 */
state?: StateVector, 
/**
 * For the stream completion: how the execution ended.
 */
completion?: Outcome, 
/**
 * For the stream lease: what became of the lease.
 */
lease?: LeaseEvent, 
/**
 * The lease it is about.
 */
leaseId?: string, 
/**
 * Its epoch.
 */
leaseEpoch?: number, 
/**
 * The worker that holds or held it.
 */
workerId?: string, 
/**
 * The worker's instance.
 */
workerInstanceId?: string, 
/**
 * What it tells beyond that: priorities, the branch of a replay, why a lease was revoked, an execution
 * blocked, a worker marked dead.
 */
detail?: EventDetail,
};

/**
 * A page of events.
 */
export type EventPage = { 
/**
 * In the order of the log.
 */
events: Array<EventRecord>, 
/**
 * Where the next page starts; it moves on past events that are not wanted.
 */
cursor: string, 
/**
 * Whether the newest event was reached. A read looks at 10 000 events at most, so that its page may be short, even
 * empty, while there are more.
 */
atEnd: boolean,
};

/**
 * The arguments of `execution_history`.
 */
export type ExecutionHistoryArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The streams wanted; `lease` and `operator` when left out or empty.
 */
streams?: Array<EventStream>, 
/**
 * The `nextCursor` of the page before.
 */
cursor?: string, 
/**
 * 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
 */
limit?: number,
};

/**
 * A page of an execution's history.
 */
export type ExecutionHistory = { 
/**
 * The newest first.
 */
events: Array<EventRecord>, 
/**
 * Present while there is more to look at. A read looks at 10 000 events at most, so that its page may be short.
 */
nextCursor?: string,
};

/**
 * The arguments of `wait`.
 */
export type WaitArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The `after` of an earlier answer: the first end since then counts, also where the execution was replayed
 * meanwhile. Now when left out.
 */
after?: string,
};

/**
 * How an execution ended.
 */
export type WaitOutcome = { 
/**
 * How it ended.
 */
outcome: Outcome, 
/**
 * The bytes of its result; absent when it was completed without any.
 */
result?: Bytes, 
/**
 * How they are encoded.
 */
encoding?: string, 
/**
 * The message of its failure, or why it was cancelled or expired, where anybody said so. What a replay has
 * forgotten is absent.
 */
reason?: string,
};

/**
 * An execution that has not ended.
 */
export type WaitPending = { 
/**
 * Always true.
 */
pending: true, 
/**
 * Goes on waiting from here.
 */
after: string,
};

/**
 * The answer of `wait`.
 */
export type WaitAnswer = WaitOutcome | WaitPending;

/**
 * Engine time beside the host's.
 */
export type ClockReport = { 
/**
 * The host's clock, in Unix ms.
 */
hostNow: number, 
/**
 * Engine time, which never goes back, in Unix ms.
 */
engineNow: number, 
/**
 * By how much engine time stands ahead of the host's clock, in ms.
 */
aheadMs: number,
};

/**
 * The arguments of `inspect_storage`: none.
 */
export type InspectStorageArgs = Record<symbol, never>;

/**
 * What is past its retention or has expired, and what no tick has deleted yet; each is counted up to about 10 000.
 */
export type Freeable = { 
/**
 * Executions that are past their retention.
 */
executions: number, 
/**
 * Events that are past theirs.
 */
events: number, 
/**
 * Answers that were kept for a repeated request id.
 */
requests: number, 
/**
 * Idempotency keys whose window is over.
 */
idempotencyKeys: number,
};

/**
 * The answer of `inspect_storage`.
 */
export type StorageFigures = { 
/**
 * Bytes of the database, without its log.
 */
databaseBytes: number, 
/**
 * Bytes in it that hold nothing: new rows go there, or a compaction gives them back.
 */
freeBytes: number, 
/**
 * What ticks delete next.
 */
freeable: Freeable,
};

/**
 * Whom a batch may have given something to do; the host retries the calls it has parked for them.
 */
export type Wakes = { 
/**
 * How many executions became claimable, by lane, kind and what they require.
 */
lanes: Array<RouteWake>, 
/**
 * Lanes that let claims through again.
 */
opened: Array<string>, 
/**
 * Executions and flows that ended.
 */
finished: Array<string>, 
/**
 * Executions whose streams were written to, or closed while the execution goes on.
 */
streams: Array<string>, 
/**
 * Whether the event log grew.
 */
events: boolean,
};

/**
 * How many executions became claimable that one sort of claims can take.
 */
export type RouteWake = { 
/**
 * Their lane.
 */
lane: string, 
/**
 * Their kind.
 */
kind: string, 
/**
 * What a worker must offer for them; left out where they require nothing.
 */
required?: Array<string>, 
/**
 * How many.
 */
count: number,
};

/**
 * What a tick did.
 */
export type TickAnswer = { 
/**
 * Due actions applied, at most 1 000.
 */
applied: number, 
/**
 * Whether more is due now.
 */
more: boolean, 
/**
 * Whom it may have given something to do.
 */
wakes: Wakes, 
/**
 * When time will act next, in Unix ms.
 */
nextDueAt: number | null, 
/**
 * Engine time of the tick, in Unix ms.
 */
now: number, 
/**
 * By how much engine time went back since the last batch or tick, in ms, where it did.
 */
acceptedMs?: number,
};

/**
 * A child that an execution waits for.
 */
export type ChildEdge = { 
/**
 * The member that must end.
 */
upstreamExecutionId: string, 
/**
 * Which ends of it meet the dependency; `success` when left out.
 */
on?: EdgeOn, 
/**
 * The id of the edge, a UUID that no other edge of the flow has; minted when left out.
 */
edgeId?: string, 
/**
 * What the worker is told of the edge: 1 to 256 bytes.
 */
edgeRef?: string, 
/**
 * Whether the upstream's result becomes the input.
 */
replaceInput?: boolean,
};

/**
 * The arguments of `wait_children`.
 */
export type WaitChildrenArgs = { 
/**
 * The handle of the claim.
 */
handle: string, 
/**
 * What it waits for: other members of its flow.
 */
edges?: Array<ChildEdge>, 
/**
 * How many of them it needs; what was set for it before its first edge, or else all of them, when left out.
 */
policy?: EdgeGroupPolicy, 
/**
 * How long it waits at most, in ms: 1 or more. When that is over it is waiting again, its claim says so, and what is
 * left of the children counts no more. For ever when left out.
 */
timeoutMs?: number,
};

/**
 * The answer of `wait_children`.
 */
export type WaitChildrenAnswer = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its state: `waiting_children`; or, where it was settled at once, `waiting` or `skipped`.
 */
publicState: PublicState,
};

/**
 * The arguments of `record_step`.
 */
export type RecordStepArgs = { 
/**
 * The handle of the claim.
 */
handle: string, 
/**
 * The step's name, 1 to 256 bytes; the first that records it wins.
 */
name: string, 
/**
 * What it came to, kept verbatim.
 */
result?: Bytes, 
/**
 * How the result is encoded; recorded, never interpreted.
 */
encoding?: string, 
/**
 * How long it took until now, in ms: its start is told by that, at the earliest that of the attempt.
 */
tookMs?: number,
};

/**
 * What a frame is.
 */
export type FrameKind = "stdout" | "stderr" | "event" | "blob";

/**
 * How a frame is kept.
 */
export type FrameMode = "durable" | "summary" | "best_effort";

/**
 * What the bytes of a frame are.
 */
export type FrameEncoding = "utf8" | "binary";

/**
 * Who wrote a frame.
 */
export type FrameSource = "worker";

/**
 * Why a stream is closed.
 */
export type ClosedReason = "attempt_success" | "attempt_failure" | "attempt_cancelled" | "attempt_interrupted" | "lease_expired" | "reclaimed" | "expired" | "dependency_impossible";

/**
 * Which frames a tail is shown.
 */
export type Visibility = "all" | "exclude_best_effort";

/**
 * The arguments of `append_frame`.
 */
export type AppendFrameArgs = { 
/**
 * The handle of the claim.
 */
handle: string, 
/**
 * At most 65 536 bytes, kept verbatim; of a summary frame a JSON merge patch.
 */
bytes: Bytes, 
/**
 * `event` when left out.
 */
kind?: FrameKind, 
/**
 * In the worker's words, at most 256 bytes; the word of the kind when left out or empty.
 */
frameType?: string, 
/**
 * A number of the caller's own; it orders nothing.
 */
seq?: number, 
/**
 * What holds frames together, 1 to 256 bytes.
 */
correlationId?: string, 
/**
 * `durable` when left out.
 */
mode?: FrameMode, 
/**
 * Of a best-effort frame, which needs one: for about twice as long such frames are kept, in ms.
 */
ttlMs?: number, 
/**
 * Of a best-effort frame: so many of them are kept at least; 64 when left out.
 */
maxlenFloor?: number, 
/**
 * Of a best-effort frame: so many of them are kept at most; 16 384 when left out.
 */
maxlenCeiling?: number, 
/**
 * Of a best-effort frame: how much the newest distance counts in the average rate, above 0 and up to 1; 0.2 when
 * left out.
 */
emaAlpha?: number,
};

/**
 * The answer of `append_frame`.
 */
export type AppendFrameAnswer = { 
/**
 * The frame's id in its stream: `<ms>-<seq>`.
 */
streamId: string, 
/**
 * Appends over the stream's life, this one included.
 */
frameCount: number, 
/**
 * Of a summary frame: how many patches were applied.
 */
summaryVersion?: number,
};

/**
 * The arguments of `read_stream`.
 */
export type ReadStreamArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The attempt; the current one when left out.
 */
attemptIndex?: number, 
/**
 * The first frame: an id, its milliseconds alone, `start` or `end`; `start` when left out.
 */
from?: string, 
/**
 * The last frame, likewise; `end` when left out.
 */
to?: string, 
/**
 * 1 to 10 000; 100 when left out.
 */
limit?: number,
};

/**
 * The arguments of `tail_stream`.
 */
export type TailStreamArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The attempt; the current one when left out.
 */
attemptIndex?: number, 
/**
 * The id after which frames are wanted, or its milliseconds alone; `0-0`, the beginning, when left out.
 */
after?: string, 
/**
 * For how long the host may park the call while there is nothing, up to 30 000 ms; 0 when left out.
 */
blockMs?: number, 
/**
 * 1 to 10 000; 100 when left out.
 */
limit?: number, 
/**
 * `all` when left out.
 */
visibility?: Visibility,
};

/**
 * A frame.
 */
export type Frame = { 
/**
 * Its id in its stream: `<ms>-<seq>`.
 */
id: string, 
/**
 * What it is.
 */
kind: FrameKind, 
/**
 * In its writer's words; the word of its kind where there are none.
 */
frameType: string, 
/**
 * How it is kept.
 */
mode: FrameMode, 
/**
 * Whether its bytes are UTF-8.
 */
encoding: FrameEncoding, 
/**
 * Who wrote it.
 */
source: FrameSource, 
/**
 * What holds frames together.
 */
correlationId?: string, 
/**
 * The number that its writer gave it.
 */
seq?: number, 
/**
 * When it was appended, in Unix ms.
 */
ts: number, 
/**
 * Of a summary frame: how many patches were applied with it.
 */
summaryVersion?: number, 
/**
 * Of a best-effort frame: its time to live, in ms.
 */
ttlMs?: number, 
/**
 * Its bytes, as they were given.
 */
bytes: Bytes,
};

/**
 * A page of the stream of one attempt.
 */
export type FramePage = { 
/**
 * The attempt.
 */
attemptIndex: number, 
/**
 * In the order of ids. A page ends early when its frames come to 8 MiB, so a short one is not the end.
 */
frames: Array<Frame>, 
/**
 * Whether there are more frames where these were asked for.
 */
more: boolean, 
/**
 * Since when the stream is closed, in Unix ms.
 */
closedAt?: number, 
/**
 * Why it is closed; an interrupted attempt and one whose lease ran out may go on, and their stream with them.
 */
closedReason?: ClosedReason, 
/**
 * Whether no further frame can come: the attempt ended, or its execution did before the attempt began.
 */
over: boolean,
};

/**
 * The arguments of `read_summary`.
 */
export type ReadSummaryArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The attempt; the current one when left out.
 */
attemptIndex?: number,
};

/**
 * The summary of an attempt.
 */
export type SummaryAnswer = { 
/**
 * The document, as JSON text.
 */
documentJson: string, 
/**
 * How many patches were applied.
 */
version: number, 
/**
 * What patches are: `json-merge-patch`.
 */
patchKind: "json-merge-patch", 
/**
 * When the latest was applied, in Unix ms.
 */
lastUpdatedMs: number, 
/**
 * When the first was applied, in Unix ms.
 */
firstAppliedMs: number,
};

/**
 * The arguments of `explain_claim`.
 */
export type ExplainClaimArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The lanes that the worker claims from; any when left out.
 */
lanes?: Array<string>, 
/**
 * The kinds that the worker claims; any when left out.
 */
kinds?: Array<string>, 
/**
 * What the worker offers; whatever is required when left out.
 */
capabilities?: Array<string>,
};

/**
 * The answer of `explain_claim`.
 */
export type ClaimExplanation = { 
/**
 * In one word.
 */
reason: ClaimReason, 
/**
 * In one sentence.
 */
sentence: string, 
/**
 * The upstream that ended without success, where the execution was skipped for it or waits in spite of it.
 */
upstreamExecutionId?: string,
};

/**
 * The arguments of `set_lane_state`.
 */
export type SetLaneStateArgs = { 
/**
 * The lane; one that nobody has named yet is registered.
 */
lane: string, 
/**
 * What it lets through from now on.
 */
state: LaneState,
};

/**
 * The answer of `set_lane_state`.
 */
export type SetLaneStateAnswer = { 
/**
 * The lane.
 */
lane: string, 
/**
 * What it lets through now.
 */
state: LaneState, 
/**
 * What it let through before.
 */
previousState: LaneState,
};

/**
 * The arguments of `list_lanes`.
 */
export type ListLanesArgs = { 
/**
 * The `nextCursor` of the page before.
 */
cursor?: string, 
/**
 * 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
 */
limit?: number,
};

/**
 * A lane.
 */
export type LaneSummary = { 
/**
 * Its name.
 */
lane: string, 
/**
 * What it lets through.
 */
state: LaneState,
};

/**
 * A page of lanes.
 */
export type LanePage = { 
/**
 * By name.
 */
lanes: Array<LaneSummary>, 
/**
 * Present only when more remain.
 */
nextCursor?: string,
};

/**
 * The arguments of `list_expired_leases`.
 */
export type ListExpiredLeasesArgs = { 
/**
 * Leases that run out up to this instant (Unix ms), included; now when left out. Later than now brings live ones.
 */
asOf?: number, 
/**
 * The `nextCursor` of the page before.
 */
cursor?: string, 
/**
 * 1 000 when left out, which is also the most; 0 answers an empty page.
 */
limit?: number, 
/**
 * Only executions of this namespace.
 */
namespace?: string,
};

/**
 * One lease.
 */
export type LeaseEntry = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its lane.
 */
lane: string, 
/**
 * Its kind of work.
 */
kind: string, 
/**
 * The lease.
 */
leaseId: string, 
/**
 * Its epoch.
 */
leaseEpoch: number, 
/**
 * The worker that holds or held it.
 */
workerId: string, 
/**
 * The worker's instance.
 */
workerInstanceId: string, 
/**
 * The attempt it was issued for.
 */
attemptIndex: number, 
/**
 * When it runs out, or ran out, in Unix ms.
 */
expiresAt: number, 
/**
 * Whether it has run out.
 */
lapsed: boolean,
};

/**
 * A page of leases.
 */
export type LeasePage = { 
/**
 * By expiry, then in the order of execution ids.
 */
entries: Array<LeaseEntry>, 
/**
 * Present only when more remain.
 */
nextCursor?: string,
};

/**
 * The arguments of `register_worker`.
 */
export type RegisterWorkerArgs = { 
/**
 * Who it is; an instance belongs to one worker.
 */
worker: Worker, 
/**
 * The lanes it works on, at least one.
 */
lanes: Array<string>, 
/**
 * What it offers.
 */
capabilities?: Array<string>, 
/**
 * How long it counts as there after a heartbeat, 1 ms to 24 h; 60 000 when left out.
 */
livenessTtlMs?: number, 
/**
 * Its namespace; `default` when left out.
 */
namespace?: string,
};

/**
 * What came of a registration.
 */
export type RegisterOutcome = "registered" | "refreshed";

/**
 * The answer of `register_worker`.
 */
export type RegisterWorkerAnswer = { 
/**
 * What came of it.
 */
outcome: RegisterOutcome, 
/**
 * The worker's instance.
 */
workerInstanceId: string, 
/**
 * When it counts as gone unless it is heard of, in Unix ms.
 */
expiresAt: number,
};

/**
 * The arguments of `heartbeat_worker`.
 */
export type HeartbeatWorkerArgs = { 
/**
 * The worker's instance; the one of this engine connection when left out.
 */
workerInstanceId?: string, 
/**
 * Its namespace; `default` when left out.
 */
namespace?: string,
};

/**
 * The answer of `heartbeat_worker`.
 */
export type HeartbeatWorkerAnswer = { "outcome": "refreshed", 
/**
 * When it counts as gone unless it is heard of, in Unix ms.
 */
expiresAt: number,
} | { "outcome": "not_registered" };

/**
 * The arguments of `mark_worker_dead`.
 */
export type MarkWorkerDeadArgs = { 
/**
 * The worker's instance.
 */
workerInstanceId: string, 
/**
 * Its namespace; `default` when left out.
 */
namespace?: string, 
/**
 * Why, in words: at most 256 bytes, no control characters.
 */
reason?: string, 
/**
 * Whether the leases that it holds, of executions in any namespace, are revoked, so that others go on with its work
 * at once; else they run out.
 */
releaseLeases?: boolean,
};

/**
 * The answer of `mark_worker_dead`.
 */
export type MarkWorkerDeadAnswer = { "outcome": "marked", 
/**
 * How many of its leases were revoked.
 */
releasedLeases: number,
} | { "outcome": "not_registered" };

/**
 * The arguments of `list_workers`.
 */
export type ListWorkersArgs = { 
/**
 * Only this namespace.
 */
namespace?: string, 
/**
 * The `nextCursor` of the page before.
 */
cursor?: string, 
/**
 * 1 000 when left out, which is also the most; 0 answers an empty page.
 */
limit?: number,
};

/**
 * A registered worker.
 */
export type WorkerSummary = { 
/**
 * Its name.
 */
workerId: string, 
/**
 * Its instance.
 */
workerInstanceId: string, 
/**
 * Its namespace.
 */
namespace: string, 
/**
 * The lanes it works on, sorted.
 */
lanes: Array<string>, 
/**
 * What it offers, sorted.
 */
capabilities: Array<string>, 
/**
 * When it was last heard of, in Unix ms.
 */
lastHeartbeatAt: number, 
/**
 * How long it counts as there after a heartbeat, in ms.
 */
livenessTtlMs: number, 
/**
 * When it counts as gone unless it is heard of, in Unix ms.
 */
expiresAt: number, 
/**
 * When it was first registered, in Unix ms.
 */
registeredAt: number,
};

/**
 * A page of workers.
 */
export type WorkerPage = { 
/**
 * By instance, then namespace.
 */
workers: Array<WorkerSummary>, 
/**
 * Present only when more remain.
 */
nextCursor?: string,
};

/**
 * What proves "this caller holds this lease of this attempt".
 */
export type FenceArgs = { 
/**
 * The lease.
 */
leaseId: string, 
/**
 * Its epoch.
 */
leaseEpoch: number, 
/**
 * The attempt it was issued for.
 */
attemptId: string,
};

/**
 * The arguments of `renew_lease`.
 */
export type RenewLeaseArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The attempt, zero based.
 */
attemptIndex: number, 
/**
 * What proves that the caller holds the lease; required.
 */
fence?: FenceArgs, 
/**
 * For how long from now on, 1 ms to 24 h.
 */
leaseTtlMs: number,
};

/**
 * The arguments of `complete_execution`.
 */
export type CompleteExecutionArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The attempt, zero based.
 */
attemptIndex: number, 
/**
 * What proves that the caller holds the lease; only an operator may leave it out.
 */
fence?: FenceArgs, 
/**
 * The result's bytes, kept verbatim.
 */
result?: Bytes, 
/**
 * How the result is encoded; recorded, never interpreted.
 */
encoding?: string, 
/**
 * Who: `lease_holder` when left out; `operator_override` needs no fence.
 */
source?: string,
};

/**
 * The arguments of `fail_execution`.
 */
export type FailExecutionArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The attempt, zero based.
 */
attemptIndex: number, 
/**
 * What proves that the caller holds the lease, or held it until it ran out; only an operator may leave it out.
 */
fence?: FenceArgs, 
/**
 * What happened.
 */
reason: FailReason, 
/**
 * What the caller makes of it.
 */
class: FailureClass, 
/**
 * Free text that a retry policy may name; the class's own word when left out.
 */
category?: string, 
/**
 * Decides about this failure in place of the execution's own policy.
 */
retry?: RetryPolicy, 
/**
 * Who: `lease_holder` when left out; `operator_override` needs no fence.
 */
source?: string,
};

/**
 * A grant, as it is answered.
 */
export type GrantAnswer = { 
/**
 * The execution that it reserves.
 */
executionId: string, 
/**
 * What the worker shows to use it.
 */
grantKey: string, 
/**
 * The last instant at which it is good, in Unix ms.
 */
expiresAt: number, 
/**
 * The execution's lane.
 */
lane: string,
};

/**
 * The arguments of `claim_for_worker`.
 */
export type ClaimForWorkerArgs = { 
/**
 * The lanes to take from, at least one.
 */
lanes: Array<string>, 
/**
 * The kinds to take, at most 1 000; all when left out.
 */
kinds?: Array<string>, 
/**
 * Whom it is for.
 */
worker: Worker, 
/**
 * What the worker offers.
 */
capabilities?: Array<string>, 
/**
 * How long the grant is good, 1 ms to 60 s; 5 000 when left out.
 */
grantTtlMs?: number,
};

/**
 * The answer of `claim_for_worker`.
 */
export type ClaimForWorkerAnswer = { "outcome": "no_work" } | { "outcome": "granted" } & GrantAnswer;

/**
 * The arguments of `issue_claim_grant`.
 */
export type IssueClaimGrantArgs = { 
/**
 * The execution: waiting, or active with a lease that has lapsed.
 */
executionId: string, 
/**
 * Whom it is for.
 */
worker: Worker, 
/**
 * What the worker offers; it must cover what the execution requires.
 */
capabilities?: Array<string>, 
/**
 * How long the grant is good, 1 ms to 60 s; 5 000 when left out.
 */
grantTtlMs?: number, 
/**
 * The grant's key, any text of 1 to 256 bytes; a UUID that the engine mints when left out.
 */
grantKey?: string,
};

/**
 * The arguments of `claim_execution`.
 */
export type ClaimExecutionArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Who claims; the grant must be for this worker.
 */
worker: Worker, 
/**
 * How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
 */
leaseTtlMs?: number, 
/**
 * The lease's id, minted by the engine when left out.
 */
leaseId?: string, 
/**
 * The attempt's id, minted by the engine when left out.
 */
attemptId?: string,
};

/**
 * The arguments of `claim_resumed_execution`.
 */
export type ClaimResumedExecutionArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Who claims; the grant must be for this worker.
 */
worker: Worker, 
/**
 * How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
 */
leaseTtlMs?: number, 
/**
 * The lease's id, minted by the engine when left out.
 */
leaseId?: string,
};

/**
 * The arguments of `claim_from_resume_grant`.
 */
export type ClaimFromResumeGrantArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * The key of the grant.
 */
grantKey: string, 
/**
 * Who claims; the grant must be for this worker.
 */
worker: Worker, 
/**
 * How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
 */
leaseTtlMs?: number,
};

/**
 * The arguments of `issue_grant_and_claim`.
 */
export type IssueGrantAndClaimArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
 */
leaseTtlMs?: number,
};

/**
 * The arguments of `issue_reclaim_grant`.
 */
export type IssueReclaimGrantArgs = { 
/**
 * The execution, whose lease must have lapsed.
 */
executionId: string, 
/**
 * Whom it is for.
 */
worker: Worker, 
/**
 * What the worker offers; it must cover what the execution requires.
 */
capabilities?: Array<string>, 
/**
 * How long the grant is good, 1 ms to 60 s; 5 000 when left out.
 */
grantTtlMs?: number, 
/**
 * The grant's key, any text of 1 to 256 bytes; a UUID that the engine mints when left out.
 */
grantKey?: string,
};

/**
 * The answer of `issue_reclaim_grant`.
 */
export type IssueReclaimGrantAnswer = { "outcome": "granted" } & GrantAnswer | { "outcome": "not_reclaimable", 
/**
 * The execution.
 */
executionId: string, 
/**
 * Why.
 */
detail: string,
} | { "outcome": "reclaim_cap_exceeded", 
/**
 * The execution.
 */
executionId: string, 
/**
 * How often it was.
 */
reclaimCount: number,
};

/**
 * The arguments of `reclaim_execution`.
 */
export type ReclaimExecutionArgs = { 
/**
 * The execution, whose lease must have lapsed.
 */
executionId: string, 
/**
 * Who takes it over; the grant must be for this worker.
 */
worker: Worker, 
/**
 * How long the lease lasts, 1 ms to 24 h; 30 000 when left out.
 */
leaseTtlMs?: number, 
/**
 * The lease's id, minted by the engine when left out.
 */
leaseId?: string, 
/**
 * The new attempt's id, minted by the engine when left out.
 */
attemptId?: string, 
/**
 * How often it may have been reclaimed already, in place of what its policy says.
 */
maxReclaimCount?: number,
};

/**
 * The answer of `reclaim_execution`.
 */
export type ReclaimExecutionAnswer = { "outcome": "claimed" } & Claim | { "outcome": "not_reclaimable", 
/**
 * The execution.
 */
executionId: string, 
/**
 * Why.
 */
detail: string,
} | { "outcome": "reclaim_cap_exceeded", 
/**
 * The execution.
 */
executionId: string, 
/**
 * How often it was.
 */
reclaimCount: number,
} | { "outcome": "grant_not_found", 
/**
 * The execution.
 */
executionId: string,
};

/**
 * The arguments of `scan_eligible_executions`.
 */
export type ScanEligibleArgs = { 
/**
 * The lane.
 */
lane: string, 
/**
 * 100 when left out; more than 1 000 is read as 1 000.
 */
limit?: number,
};

/**
 * The answer of `scan_eligible_executions`.
 */
export type EligibleExecutions = { 
/**
 * In the order of claims; none while the lane lets nothing be claimed.
 */
executionIds: Array<string>,
};

/**
 * The arguments of `block_route`.
 */
export type BlockRouteArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Why, in words; kept with the event.
 */
reason?: string,
};

/**
 * The arguments of `block_execution_for_admission`.
 */
export type BlockExecutionArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * What it waits for: `waiting_for_budget`, `waiting_for_quota`, `waiting_for_capable_worker`, `paused_by_operator` or
 * `paused_by_policy`.
 */
reason: string, 
/**
 * More about it, in words; kept with the event.
 */
detail?: string,
};

/**
 * The answer of `block_route`, `block_execution_for_admission` and `unblock_execution`.
 */
export type BlockAnswer = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * Its state now.
 */
publicState: PublicState,
};

/**
 * The arguments of `unblock_execution`.
 */
export type UnblockExecutionArgs = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * What it must be waiting for, as `block_execution_for_admission` names it.
 */
expectedReason: string,
};

/**
 * The one word that sums up a flow's state.
 */
export type FlowState = "open" | "running" | "blocked" | "completed" | "failed" | "cancelled";

/**
 * What kind of dependency it is.
 */
export type DependencyKind = "success_only" | "failure_only" | "any_end";

/**
 * Which ends of its upstream an edge asks for.
 */
export type EdgeOn = "success" | "failure" | "end";

/**
 * What becomes of the other upstreams once a group is settled.
 */
export type OnSatisfied = "cancel_remaining" | "let_run";

/**
 * What a downstream needs of its upstreams.
 */
export type EdgeGroupPolicy = { "kind": "all_of" } | { "kind": "any_of", 
/**
 * `cancel_remaining` when left out.
 */
onSatisfied?: OnSatisfied,
} | { "kind": "quorum", 
/**
 * How many: 1 or more.
 */
k: number, 
/**
 * `cancel_remaining` when left out.
 */
onSatisfied?: OnSatisfied,
};

/**
 * The arguments of `create_flow`.
 */
export type CreateFlowArgs = { 
/**
 * The id, a UUID, which is the idempotency key of the create; minted when left out.
 */
flowId?: string, 
/**
 * What kind of flow it is: 1 to 256 bytes; `flow` when left out.
 */
kind?: string, 
/**
 * `default` when left out.
 */
namespace?: string, 
/**
 * At most 64, values of at most 1 024 bytes.
 */
tags?: { [key in string]: string }, 
/**
 * How long after its end it is kept with all its members, in ms; as the engine keeps the others when left out.
 */
retentionMs?: number,
};

/**
 * What came of creating a flow.
 */
export type CreateFlowOutcome = "created" | "already_satisfied";

/**
 * The answer of `create_flow`.
 */
export type CreateFlowAnswer = { 
/**
 * What came of it.
 */
outcome: CreateFlowOutcome, 
/**
 * The flow.
 */
flowId: string,
};

/**
 * The arguments of `add_execution_to_flow`.
 */
export type AddExecutionToFlowArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * The execution.
 */
executionId: string, 
/**
 * What the flow calls it: 1 to 256 bytes.
 */
name?: string,
};

/**
 * What came of adding an execution to a flow.
 */
export type AddOutcome = "added" | "already_member";

/**
 * The answer of `add_execution_to_flow`.
 */
export type AddExecutionToFlowAnswer = { 
/**
 * What came of it.
 */
outcome: AddOutcome, 
/**
 * The execution.
 */
executionId: string, 
/**
 * Members of the flow now.
 */
nodeCount: number,
};

/**
 * The arguments of `stage_dependency_edge`.
 */
export type StageDependencyEdgeArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * The id of the edge, a UUID that no other edge of the flow has; minted when left out.
 */
edgeId?: string, 
/**
 * The member that must end.
 */
upstreamExecutionId: string, 
/**
 * The member that depends on it.
 */
downstreamExecutionId: string, 
/**
 * Which ends of it meet the dependency; `success` when left out.
 */
on?: EdgeOn, 
/**
 * The same in the word that reads tell; not beside `on`, unless they agree.
 */
dependencyKind?: DependencyKind, 
/**
 * What the downstream's worker is told of the edge: 1 to 256 bytes.
 */
edgeRef?: string, 
/**
 * Whether the upstream's result becomes the downstream's input.
 */
replaceInput?: boolean, 
/**
 * The revision that the flow must have, where that matters.
 */
expectedGraphRevision?: number,
};

/**
 * The answer of `stage_dependency_edge`.
 */
export type StageDependencyEdgeAnswer = { 
/**
 * The edge.
 */
edgeId: string, 
/**
 * The revision of the flow now.
 */
newGraphRevision: number,
};

/**
 * The arguments of `apply_dependency_to_child`.
 */
export type ApplyDependencyArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * The edge.
 */
edgeId: string,
};

/**
 * What came of applying an edge.
 */
export type ApplyOutcome = "applied" | "already_applied";

/**
 * The answer of `apply_dependency_to_child`.
 */
export type ApplyDependencyAnswer = { 
/**
 * What came of it.
 */
outcome: ApplyOutcome, 
/**
 * Edges of the downstream whose upstream has not ended.
 */
unsatisfiedCount: number, 
/**
 * The state of the downstream now.
 */
publicState: PublicState,
};

/**
 * The arguments of `set_edge_group_policy`.
 */
export type SetEdgeGroupPolicyArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * The member.
 */
downstreamExecutionId: string, 
/**
 * What it needs of its upstreams.
 */
policy: EdgeGroupPolicy,
};

/**
 * What came of setting a policy.
 */
export type SetPolicyOutcome = "set" | "already_set";

/**
 * The answer of `set_edge_group_policy`.
 */
export type SetEdgeGroupPolicyAnswer = { 
/**
 * What came of it.
 */
outcome: SetPolicyOutcome,
};

/**
 * The arguments of `seal_flow`.
 */
export type SealFlowArgs = { 
/**
 * The flow.
 */
flowId: string,
};

/**
 * What came of sealing a flow.
 */
export type SealOutcome = "sealed" | "already_sealed";

/**
 * The answer of `seal_flow`.
 */
export type SealFlowAnswer = { 
/**
 * What came of it.
 */
outcome: SealOutcome, 
/**
 * The state of the flow now.
 */
publicFlowState: FlowState,
};

/**
 * How a member of a submitted flow names what it needs.
 */
export type Need = "all_of" | "any_of" | { quorum: number };

/**
 * A member that another one needs: its name alone, or more about the dependency.
 */
export type AfterArgs = string | { name: string, edgeRef?: string, replaceInput?: boolean, on?: EdgeOn };

/**
 * The name of a member, and what it needs.
 */
export type MemberNeeds = { 
/**
 * 1 to 256 bytes, unlike those of the other members.
 */
name: string, 
/**
 * The members that it needs.
 */
after?: Array<AfterArgs>, 
/**
 * How many of them must succeed; all of them when left out.
 */
need?: Need, 
/**
 * What becomes of the others once enough of them have succeeded or can succeed no longer; `cancel_remaining` when
 * left out.
 */
onSatisfied?: OnSatisfied,
};

/**
 * A member of a submitted flow: what an execution is created with, and what it needs.
 */
export type MemberArgs = MemberNeeds & Omit<CreateArgs, "namespace" | "idempotencyKey" | "flowId">;

/**
 * The arguments of `submit_flow`.
 */
export type SubmitFlowArgs = { 
/**
 * Its members, 1 to 100 000, with 1 000 000 dependencies at most.
 */
members: Array<MemberArgs>, 
/**
 * The id, a UUID, which is the idempotency key of the create; minted when left out.
 */
flowId?: string, 
/**
 * What kind of flow it is: 1 to 256 bytes; `flow` when left out.
 */
kind?: string, 
/**
 * `default` when left out.
 */
namespace?: string, 
/**
 * At most 64, values of at most 1 024 bytes.
 */
tags?: { [key in string]: string }, 
/**
 * How long after its end it is kept with all its members, in ms; as the engine keeps the others when left out.
 */
retentionMs?: number,
};

/**
 * What came of a submission.
 */
export type SubmitOutcome = "created" | "already_satisfied";

/**
 * The answer of `submit_flow`.
 */
export type SubmitFlowAnswer = { 
/**
 * What came of it.
 */
outcome: SubmitOutcome, 
/**
 * The flow.
 */
flowId: string, 
/**
 * Its members, in the order in which they were created, which is that of the call.
 */
executionIds: Array<string>,
};

/**
 * A resolved dependency of a claimed execution.
 */
export type Upstream = { 
/**
 * The edge.
 */
edgeId: string, 
/**
 * What the edge says of itself.
 */
edgeRef?: string, 
/**
 * The execution it waited for.
 */
executionId: string, 
/**
 * What the flow calls that.
 */
name?: string, 
/**
 * How it ended.
 */
outcome: Outcome, 
/**
 * Why, where it ended otherwise than well, somebody said why, and it has not been replayed since.
 */
reason?: string, 
/**
 * What it came to.
 */
result?: Bytes, 
/**
 * How the result is encoded.
 */
encoding?: string, 
/**
 * Set where the result was too much for the answer at hand: `get_execution_result` answers it.
 */
omitted?: boolean,
};

/**
 * The state of a flow as listings tell it.
 */
export type FlowStatus = "active" | "completed" | "failed" | "cancelled";

/**
 * Whether what an execution depends on keeps it from being claimed. Of a runnable one nobody is the owner, and it has
 * not ended: `owned` and `terminal` are words of the protocol alone.
 */
export type FlowEligibility = "not_found" | "not_runnable" | "owned" | "terminal" | "impossible" | "blocked_by_dependencies" | "eligible";

/**
 * Where an edge is in its life.
 */
export type EdgeWord = "pending" | "applied" | "satisfied" | "impossible";

/**
 * Where a group is in its life.
 */
export type GroupState = "pending" | "satisfied" | "impossible";

/**
 * The arguments of `describe_flow`.
 */
export type DescribeFlowArgs = { 
/**
 * The flow.
 */
flowId: string,
};

/**
 * What an execution needs of its upstreams, and what became of them so far.
 */
export type EdgeGroupSnapshot = { 
/**
 * The execution that depends on them.
 */
downstreamExecutionId: string, 
/**
 * What it needs.
 */
policy: EdgeGroupPolicy, 
/**
 * Applied edges.
 */
totalDeps: number, 
/**
 * Those whose upstream succeeded.
 */
satisfiedCount: number, 
/**
 * Those whose upstream failed, expired or was cancelled.
 */
failedCount: number, 
/**
 * Those whose upstream was skipped.
 */
skippedCount: number, 
/**
 * Those whose upstream has not ended.
 */
runningCount: number, 
/**
 * Whether it is settled.
 */
groupState: GroupState, 
/**
 * When it was satisfied, in Unix ms.
 */
satisfiedAt?: number,
};

/**
 * Everything about a flow.
 */
export type FlowSnapshot = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * What it is for.
 */
kind: string, 
/**
 * Its namespace.
 */
namespace: string, 
/**
 * Its state in one word.
 */
publicFlowState: FlowState, 
/**
 * Rises with each member and each edge.
 */
graphRevision: number, 
/**
 * Its members.
 */
nodeCount: number, 
/**
 * Its edges.
 */
edgeCount: number, 
/**
 * When it was created, in Unix ms.
 */
createdAt: number, 
/**
 * When it or one of its members last changed, in Unix ms.
 */
lastMutationAt: number, 
/**
 * Whether it ends with its last member.
 */
sealed: boolean, 
/**
 * When it was cancelled, in Unix ms.
 */
cancelledAt?: number, 
/**
 * Why, where somebody said why.
 */
cancelReason?: string, 
/**
 * Which members its cancellation ends.
 */
cancellationPolicy?: CancellationPolicy, 
/**
 * When its last member ended, in Unix ms, once nothing of it goes on.
 */
endedAt?: number, 
/**
 * How long after its end it is kept with all its members, in ms, where that is its own affair.
 */
retentionMs?: number, 
/**
 * Its tags, sorted by key.
 */
tags: { [key in string]: string }, 
/**
 * How many members are in each state.
 */
counts: Record<PublicState, number>, 
/**
 * Cancelled members that do not count as failed: nobody needed them any more.
 */
excused: number, 
/**
 * Members that failed, expired or were cancelled and do not count as failed either: what needed them has enough.
 */
tolerated: number, 
/**
 * What its members need of each other, in the order of their creation; 1 000 at most.
 */
edgeGroups: Array<EdgeGroupSnapshot>, 
/**
 * Set where there are more.
 */
edgeGroupsTruncated?: boolean,
};

/**
 * The arguments of `list_flows`.
 */
export type ListFlowsArgs = { 
/**
 * The `nextCursor` of the page before.
 */
cursor?: string, 
/**
 * 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
 */
limit?: number, 
/**
 * Only this namespace.
 */
namespace?: string, 
/**
 * Only in one of these states; in any when empty.
 */
states?: Array<FlowState>, 
/**
 * Only of this kind.
 */
kind?: string, 
/**
 * Only with all of these tags.
 */
tags?: { [key in string]: string }, };

/**
 * One line of a listing of flows.
 */
export type FlowSummary = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * What it is for.
 */
kind: string, 
/**
 * Its namespace.
 */
namespace: string, 
/**
 * When it was created, in Unix ms.
 */
createdAt: number, 
/**
 * Its state in one word.
 */
publicFlowState: FlowState, 
/**
 * Whether it goes on, or how it ended.
 */
status: FlowStatus, 
/**
 * Its members.
 */
nodeCount: number,
};

/**
 * A page of flows.
 */
export type FlowPage = { 
/**
 * In the order of ids.
 */
flows: Array<FlowSummary>, 
/**
 * Present while there is more to look at. A page looks at 10 000 flows at most, so that it may be short.
 */
nextCursor?: string,
};

/**
 * The arguments of `describe_edge`.
 */
export type DescribeEdgeArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * The edge.
 */
edgeId: string,
};

/**
 * A dependency of one member of a flow on another one.
 */
export type EdgeSnapshot = { 
/**
 * The edge.
 */
edgeId: string, 
/**
 * Its flow.
 */
flowId: string, 
/**
 * The member that must end.
 */
upstreamExecutionId: string, 
/**
 * The member that depends on it.
 */
downstreamExecutionId: string, 
/**
 * Which ends of it meet the dependency.
 */
dependencyKind: DependencyKind, 
/**
 * Always `all_required`; the policy of the downstream's edge group says how many are.
 */
satisfactionCondition: "all_required", 
/**
 * What the downstream's worker is told of it.
 */
edgeRef?: string, 
/**
 * Whether the upstream's result becomes the downstream's input.
 */
replaceInput: boolean, 
/**
 * Where it is in its life.
 */
edgeState: EdgeWord, 
/**
 * How its upstream ended, once it is resolved.
 */
outcome?: Outcome, 
/**
 * When it was staged, in Unix ms.
 */
createdAt: number, 
/**
 * Who staged it: always `engine`.
 */
createdBy: "engine", 
/**
 * Which group of its downstream counts it; 0 while it is staged.
 */
round: number,
};

/**
 * The arguments of `list_edges`.
 */
export type ListEdgesArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * Only edges that leave this member.
 */
upstreamExecutionId?: string, 
/**
 * Only edges that lead to this member; not beside the other one.
 */
downstreamExecutionId?: string, 
/**
 * The `nextCursor` of the page before.
 */
cursor?: string, 
/**
 * 100 when left out; more than 1 000 is read as 1 000; 0 answers an empty page.
 */
limit?: number,
};

/**
 * A page of edges.
 */
export type EdgePage = { 
/**
 * In the order of ids.
 */
edges: Array<EdgeSnapshot>, 
/**
 * Present only when more remain.
 */
nextCursor?: string,
};

/**
 * The arguments of `resolve_execution_flow_id`.
 */
export type ResolveExecutionFlowIdArgs = { 
/**
 * The execution.
 */
executionId: string,
};

/**
 * The arguments of `evaluate_flow_eligibility`.
 */
export type EvaluateFlowEligibilityArgs = { 
/**
 * The execution.
 */
executionId: string,
};

/**
 * The answer of `evaluate_flow_eligibility`.
 */
export type FlowEligibilityAnswer = { 
/**
 * In one word: the first that holds.
 */
status: FlowEligibility,
};

/**
 * The arguments of `set_flow_tag`.
 */
export type SetFlowTagArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * The tag's key, as of an execution's tag. A flow has at most 64.
 */
key: string, 
/**
 * Its value: at most 1 024 bytes.
 */
value: string,
};

/**
 * The arguments of `get_flow_tag`.
 */
export type GetFlowTagArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * The tag's key.
 */
key: string,
};

/**
 * The arguments of `flow_graph`.
 */
export type FlowGraphArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * How many members are shown: 1 000 when left out; more than 10 000 is read as 10 000.
 */
limit?: number,
};

/**
 * What a member needs of its upstreams, and what became of them so far.
 */
export type GraphGroup = { 
/**
 * What it needs.
 */
policy: EdgeGroupPolicy, 
/**
 * Applied edges.
 */
total: number, 
/**
 * Those that are met.
 */
succeeded: number, 
/**
 * Those that are not, as their upstream failed, expired, was cancelled or succeeded.
 */
failed: number, 
/**
 * Those that are not, as their upstream was skipped.
 */
skipped: number, 
/**
 * Whether it is settled.
 */
state: GroupState,
};

/**
 * A member of a flow.
 */
export type GraphNode = { 
/**
 * The execution.
 */
executionId: string, 
/**
 * What the flow calls it.
 */
name?: string, 
/**
 * Its lane.
 */
lane: string, 
/**
 * Its kind of work.
 */
kind: string, 
/**
 * Its state.
 */
publicState: PublicState, 
/**
 * When it was created, in Unix ms.
 */
createdAt: number, 
/**
 * When it was first claimed, in Unix ms.
 */
startedAt?: number, 
/**
 * When it ended, in Unix ms.
 */
endedAt?: number, 
/**
 * When it last changed, in Unix ms.
 */
changedAt: number, 
/**
 * Attempts ever started.
 */
attemptCount: number, 
/**
 * What it needs of its upstreams; left out where it never needed any.
 */
group?: GraphGroup,
};

/**
 * An edge between two members that are shown.
 */
export type GraphEdge = { 
/**
 * The edge.
 */
edgeId: string, 
/**
 * The place of its upstream among the nodes, from 0 on.
 */
from: number, 
/**
 * The place of its downstream among the nodes.
 */
to: number, 
/**
 * Which ends of its upstream meet it.
 */
dependencyKind: DependencyKind, 
/**
 * Where it is in its life.
 */
edgeState: EdgeWord, 
/**
 * How its upstream ended, once it is resolved.
 */
outcome?: Outcome,
};

/**
 * A flow as a picture of it needs it.
 */
export type FlowGraph = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * What it is for.
 */
kind: string, 
/**
 * Its state in one word.
 */
publicFlowState: FlowState, 
/**
 * Rises with each member and each edge.
 */
graphRevision: number, 
/**
 * How many of all its members are in each state.
 */
counts: Record<PublicState, number>, 
/**
 * Its members, in the order of their creation.
 */
nodes: Array<GraphNode>, 
/**
 * The edges between them, by upstream, then in the order of ids; 100 000 at most.
 */
edges: Array<GraphEdge>, 
/**
 * Whether there are more members, or more edges between those shown.
 */
truncated: boolean,
};

/**
 * Which members a flow's cancellation ends.
 */
export type CancellationPolicy = "flow_only" | "cancel_all" | "cancel_pending";

/**
 * The arguments of `cancel_flow`.
 */
export type CancelFlowArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * Which members end with it.
 */
policy: CancellationPolicy, 
/**
 * Why, in words; kept by the first that cancels.
 */
reason?: string,
};

/**
 * The answer of `cancel_flow`; a repetition is told what the first call has done.
 */
export type CancelFlowAnswer = { 
/**
 * The policy of the first cancellation.
 */
cancellationPolicy: CancellationPolicy, 
/**
 * Its reason, where it gave one.
 */
cancelReason?: string, 
/**
 * How many members it has cancelled.
 */
memberCount: number, 
/**
 * Who they are, in the order of creation, but for those that were replayed since; the first 1 000.
 */
memberExecutionIds: Array<string>,
};

/**
 * The arguments of `cancel_flow_header`.
 */
export type CancelFlowHeaderArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * Which members end with it; those of any policy but `cancel_all` are left to the caller alone.
 */
policy: CancellationPolicy, 
/**
 * Why, in words; kept by the first that cancels.
 */
reason?: string, 
/**
 * After how long the engine cancels what was not acknowledged, in ms: a whole number below 2^53; 30 000 when left
 * out.
 */
graceMs?: number,
};

/**
 * What came of the first step.
 */
export type CancelHeaderOutcome = "cancelled" | "already_terminal";

/**
 * The answer of `cancel_flow_header`.
 */
export type CancelFlowHeaderAnswer = { 
/**
 * What came of it.
 */
outcome: CancelHeaderOutcome, 
/**
 * The policy of the first cancellation, where there was one.
 */
cancellationPolicy?: CancellationPolicy, 
/**
 * Its reason, where it gave one.
 */
cancelReason?: string, 
/**
 * Members that have yet to be acknowledged; where none is, those that were cancelled with their flow or since, of a
 * repetition, else all members. In the order of creation, the first 1 000.
 */
memberExecutionIds: Array<string>,
};

/**
 * The arguments of `ack_cancel_member`.
 */
export type AckCancelMemberArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * The member that the engine need not cancel any more.
 */
executionId: string,
};

/**
 * The answer of `ack_cancel_member`.
 */
export type AckCancelMemberAnswer = { 
/**
 * Whether it stood in the backlog; false for a flow or a member that nobody knows.
 */
removed: boolean,
};

/**
 * The arguments of `wait_flow`.
 */
export type WaitFlowArgs = { 
/**
 * The flow.
 */
flowId: string, 
/**
 * The `after` of an earlier answer: an end since then counts, also where the flow goes on again. Now when left out.
 */
after?: number,
};

/**
 * How a flow ended.
 */
export type FlowOutcome = { 
/**
 * `completed`, `failed` or `cancelled`.
 */
publicFlowState: FlowState, 
/**
 * Which members its cancellation ended, where it was cancelled.
 */
cancellationPolicy?: CancellationPolicy, 
/**
 * How many members are in each state; absent where the flow goes on again, or is past its retention.
 */
counts: Record<PublicState, number>,
};

/**
 * A flow that has not ended.
 */
export type FlowPending = { 
/**
 * Always true.
 */
pending: true, 
/**
 * Goes on waiting from here.
 */
after: number,
};

/**
 * The answer of `wait_flow`.
 */
export type WaitFlowAnswer = FlowOutcome | FlowPending;
