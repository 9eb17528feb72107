//! The operations as synchronous methods of the class `Engine`, for those who use the wasm package directly: a table.

use super::class::WasmEngine;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

macro_rules! methods {
    ($($(#[doc = $doc:literal])* $name:ident $js:ident ($args:literal) -> $answer:literal;)*) => {
        #[wasm_bindgen(js_class = Engine)]
        impl WasmEngine {
            $(
                $(#[doc = $doc])*
                #[wasm_bindgen(js_name = $js, unchecked_return_type = $answer)]
                pub fn $name(
                    &self,
                    #[wasm_bindgen(unchecked_param_type = $args)] args: &JsValue,
                ) -> Result<JsValue, JsValue> {
                    self.operation(stringify!($name), args)
                }
            )*
        }
    };
}

methods! {
    /// Creates an execution.
    create_execution createExecution ("CreateArgs") -> "CreateAnswer";
    /// Creates a whole flow: its members and what they need of each other.
    submit_flow submitFlow ("SubmitFlowArgs") -> "SubmitFlowAnswer";
    /// Claims the first execution that the worker may take; null when there is none.
    claim claim ("ClaimArgs") -> "Claim | null";
    /// Extends the lease of a handle.
    renew renew ("RenewArgs") -> "RenewAnswer";
    /// Reports progress.
    progress progress ("ProgressArgs") -> "ProgressAnswer";
    /// Ends an execution well.
    complete complete ("CompleteArgs") -> "CompleteAnswer";
    /// Ends an attempt badly; the retry policy decides what follows.
    fail fail ("FailArgs") -> "FailAnswer";
    /// Puts an execution off and gives its lease up; the same attempt goes on later.
    delay delay ("DelayArgs") -> "DelayAnswer";
    /// Cancels the execution that a handle holds.
    cancel cancel ("CancelArgs") -> "CancelExecutionAnswer";
    /// Takes a lease away; the next claim continues the attempt.
    revoke_lease revokeLease ("RevokeLeaseArgs") -> "RevokeLeaseAnswer";
    /// Moves a waiting execution in its lane.
    change_priority changePriority ("ChangePriorityArgs") -> "ChangePriorityAnswer";
    /// Lets a delayed execution wait no longer.
    wake_execution wakeExecution ("WakeExecutionArgs") -> "WakeExecutionAnswer";
    /// Runs an ended execution again.
    replay_execution replayExecution ("ReplayExecutionArgs") -> "ReplayExecutionAnswer";
    /// Cancels an execution, whatever it is doing.
    cancel_execution cancelExecution ("CancelExecutionArgs") -> "CancelExecutionAnswer";
    /// Everything about an execution; null when it is unknown.
    describe_execution describeExecution ("DescribeExecutionArgs") -> "ExecutionSnapshot | null";
    /// A page of an execution's attempts, the newest first.
    list_attempts listAttempts ("ListAttemptsArgs") -> "AttemptPage";
    /// What one step of an execution came to; null where none of that name is recorded.
    read_step readStep ("ReadStepArgs") -> "RecordedStep | null";
    /// The result of a completed execution, or of one of its attempts; null while that has not completed.
    get_execution_result getExecutionResult ("GetExecutionResultArgs") -> "ExecutionResult | null";
    /// The input of an execution, without claiming it; null when it is unknown.
    get_execution_input getExecutionInput ("GetExecutionInputArgs") -> "ExecutionInput | null";
    /// A page of executions in the order of ids.
    list_executions listExecutions ("ListExecutionsArgs") -> "ExecutionPage";
    /// A page of the executions that match, newest first.
    search_executions searchExecutions ("SearchExecutionsArgs") -> "ExecutionPage";
    /// How many executions are in which state, by lane.
    count_executions countExecutions ("CountExecutionsArgs") -> "ExecutionCounts";
    /// Sets a tag of an execution.
    set_execution_tag setExecutionTag ("SetExecutionTagArgs") -> "ExecutionTag";
    /// The value of a tag of an execution; null where there is none.
    get_execution_tag getExecutionTag ("GetExecutionTagArgs") -> "string | null";
    /// A page of the event log.
    read_events readEvents ("ReadEventsArgs") -> "EventPage";
    /// What happened to an execution, the newest first.
    execution_history executionHistory ("ExecutionHistoryArgs") -> "ExecutionHistory";
    /// How an execution ended, or where to go on waiting from.
    wait wait ("WaitArgs") -> "WaitAnswer";
    /// Gives an execution's lease up until its children are done; the same attempt goes on later.
    wait_children waitChildren ("WaitChildrenArgs") -> "WaitChildrenAnswer";
    /// Creates a flow without members.
    create_flow createFlow ("CreateFlowArgs") -> "CreateFlowAnswer";
    /// Makes an execution a member of a flow.
    add_execution_to_flow addExecutionToFlow ("AddExecutionToFlowArgs") -> "AddExecutionToFlowAnswer";
    /// Tells a flow that one member depends on another.
    stage_dependency_edge stageDependencyEdge ("StageDependencyEdgeArgs") -> "StageDependencyEdgeAnswer";
    /// Has a staged edge count: its downstream waits for its upstream.
    apply_dependency_to_child applyDependencyToChild ("ApplyDependencyArgs") -> "ApplyDependencyAnswer";
    /// Says how many of its upstreams a member needs.
    set_edge_group_policy setEdgeGroupPolicy ("SetEdgeGroupPolicyArgs") -> "SetEdgeGroupPolicyAnswer";
    /// Has a flow end with its last member.
    seal_flow sealFlow ("SealFlowArgs") -> "SealFlowAnswer";
    /// Keeps what a part of the work came to; answers what was kept first under its name.
    record_step recordStep ("RecordStepArgs") -> "RecordedStep";
    /// Appends a frame to the stream of an attempt.
    append_frame appendFrame ("AppendFrameArgs") -> "AppendFrameAnswer";
    /// Frames of an attempt between two cursors, both included.
    read_stream readStream ("ReadStreamArgs") -> "FramePage";
    /// Frames of an attempt after a cursor.
    tail_stream tailStream ("TailStreamArgs") -> "FramePage";
    /// The document that an attempt's summary frames add up to; null before the first.
    read_summary readSummary ("ReadSummaryArgs") -> "SummaryAnswer | null";
    /// Says why an execution can be claimed, or why not.
    explain_claim explainClaim ("ExplainClaimArgs") -> "ClaimExplanation";
    /// Opens or closes a lane.
    set_lane_state setLaneState ("SetLaneStateArgs") -> "SetLaneStateAnswer";
    /// A page of lanes, by name.
    list_lanes listLanes ("ListLanesArgs") -> "LanePage";
    /// A page of leases that have run out, or will have by an instant.
    list_expired_leases listExpiredLeases ("ListExpiredLeasesArgs") -> "LeasePage";
    /// Enters a worker in the registry, or refreshes it.
    register_worker registerWorker ("RegisterWorkerArgs") -> "RegisterWorkerAnswer";
    /// Tells that a registered worker is there.
    heartbeat_worker heartbeatWorker ("HeartbeatWorkerArgs") -> "HeartbeatWorkerAnswer";
    /// Takes a worker from the registry, and its leases where that is asked for.
    mark_worker_dead markWorkerDead ("MarkWorkerDeadArgs") -> "MarkWorkerDeadAnswer";
    /// A page of registered workers.
    list_workers listWorkers ("ListWorkersArgs") -> "WorkerPage";
    /// Extends a lease by its fence.
    renew_lease renewLease ("RenewLeaseArgs") -> "RenewAnswer";
    /// Ends an attempt well, by its fence or as an operator.
    complete_execution completeExecution ("CompleteExecutionArgs") -> "CompleteAnswer";
    /// Ends an attempt badly, by its fence or as an operator.
    fail_execution failExecution ("FailExecutionArgs") -> "FailAnswer";
    /// Keeps for a worker the first execution that it may take.
    claim_for_worker claimForWorker ("ClaimForWorkerArgs") -> "ClaimForWorkerAnswer";
    /// Keeps one execution for one worker.
    issue_claim_grant issueClaimGrant ("IssueClaimGrantArgs") -> "GrantAnswer";
    /// Uses a grant: a new attempt starts.
    claim_execution claimExecution ("ClaimExecutionArgs") -> "Claim";
    /// Uses a grant: the interrupted attempt goes on.
    claim_resumed_execution claimResumedExecution ("ClaimResumedExecutionArgs") -> "Claim";
    /// Uses a grant: an attempt that was interrupted, or whose lease lapsed, goes on; null under a live lease.
    claim_from_resume_grant claimFromResumeGrant ("ClaimFromResumeGrantArgs") -> "Claim | null";
    /// Claims one execution as an operator.
    issue_grant_and_claim issueGrantAndClaim ("IssueGrantAndClaimArgs") -> "Claim";
    /// Keeps a lapsed execution for a worker that will take it over.
    issue_reclaim_grant issueReclaimGrant ("IssueReclaimGrantArgs") -> "IssueReclaimGrantAnswer";
    /// Uses a grant: a new attempt takes a lapsed execution over.
    reclaim_execution reclaimExecution ("ReclaimExecutionArgs") -> "ReclaimExecutionAnswer";
    /// What of a lane can be claimed, in the order of claims.
    scan_eligible_executions scanEligibleExecutions ("ScanEligibleArgs") -> "EligibleExecutions";
    /// Sets an execution aside until a capable worker claims.
    block_route blockRoute ("BlockRouteArgs") -> "BlockAnswer";
    /// Sets an execution aside for a reason.
    block_execution_for_admission blockExecutionForAdmission ("BlockExecutionArgs") -> "BlockAnswer";
    /// Lets an execution go that was set aside.
    unblock_execution unblockExecution ("UnblockExecutionArgs") -> "BlockAnswer";
    /// Everything about a flow; null when it is unknown.
    describe_flow describeFlow ("DescribeFlowArgs") -> "FlowSnapshot | null";
    /// A page of flows in the order of ids.
    list_flows listFlows ("ListFlowsArgs") -> "FlowPage";
    /// A page of the edges of a flow, or of one of its members.
    list_edges listEdges ("ListEdgesArgs") -> "EdgePage";
    /// One edge of a flow; null when it is unknown.
    describe_edge describeEdge ("DescribeEdgeArgs") -> "EdgeSnapshot | null";
    /// The flow of an execution; null where it has none.
    resolve_execution_flow_id resolveExecutionFlowId ("ResolveExecutionFlowIdArgs") -> "string | null";
    /// Whether what an execution depends on keeps it from being claimed.
    evaluate_flow_eligibility evaluateFlowEligibility ("EvaluateFlowEligibilityArgs") -> "FlowEligibilityAnswer";
    /// Sets a tag of a flow.
    set_flow_tag setFlowTag ("SetFlowTagArgs") -> "ExecutionTag";
    /// The value of a tag of a flow; null where there is none.
    get_flow_tag getFlowTag ("GetFlowTagArgs") -> "string | null";
    /// The members of a flow and the edges between them; null when it is unknown.
    flow_graph flowGraph ("FlowGraphArgs") -> "FlowGraph | null";
    /// Cancels a flow, and with it all members, those that have not begun, or none.
    cancel_flow cancelFlow ("CancelFlowArgs") -> "CancelFlowAnswer";
    /// Marks a flow as cancelled; its members are cancelled by the caller, or by the engine when the grace is over.
    cancel_flow_header cancelFlowHeader ("CancelFlowHeaderArgs") -> "CancelFlowHeaderAnswer";
    /// Tells that a member of a cancelled flow was cancelled.
    ack_cancel_member ackCancelMember ("AckCancelMemberArgs") -> "AckCancelMemberAnswer";
    /// How a flow ended, or where to go on waiting from.
    wait_flow waitFlow ("WaitFlowArgs") -> "WaitFlowAnswer";
    /// How large the database is, and what ticks and a compaction would free now.
    inspect_storage inspectStorage ("InspectStorageArgs") -> "StorageFigures";
}
