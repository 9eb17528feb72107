//! The TypeScript declarations of every argument and answer struct, generated from the structs themselves.

use crate::engine::{ClockReport, TickAnswer};
use crate::error::Class;
use crate::model::event::{EventDetail, EventStream, ReplayBranch};
use crate::model::payload::Bytes;
use crate::model::phase::StateVector;
use crate::model::policy::{FallbackPolicy, FallbackTier, Policy, StreamPolicy, SuspensionPolicy, TimeoutBehavior};
use crate::model::retry::{Backoff, RetryPolicy};
use crate::model::scheduling::{ClaimReason, GrantKind, LaneState};
use crate::model::stream::{ClosedReason, FrameKind, FrameMode, Visibility};
use crate::model::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, BlockingReason, Cause, EligibilityState, FailureClass, HandleKind,
    LeaseEvent, LifecyclePhase, Outcome, OwnershipState, PublicState,
};
use crate::ops::Wakes;
use crate::ops::abandon::CancelArgs;
use crate::ops::append::{AppendFrameAnswer, AppendFrameArgs};
use crate::ops::block::{BlockAnswer, BlockExecutionArgs, BlockRouteArgs};
use crate::ops::cancel::{CancelExecutionAnswer, CancelExecutionArgs};
use crate::ops::claim::{Claim, ClaimArgs, Worker};
use crate::ops::claim_execution::ClaimExecutionArgs;
use crate::ops::claim_for_worker::{ClaimForWorkerAnswer, ClaimForWorkerArgs};
use crate::ops::claim_from_grant::ClaimFromResumeGrantArgs;
use crate::ops::claim_resumed::ClaimResumedExecutionArgs;
use crate::ops::complete::{CompleteAnswer, CompleteArgs};
use crate::ops::complete_execution::CompleteExecutionArgs;
use crate::ops::counts::{CountExecutionsArgs, ExecutionCounts, LaneCounts};
use crate::ops::create::{CreateAnswer, CreateArgs, CreateOutcome};
use crate::ops::delay::{DelayAnswer, DelayArgs};
use crate::ops::describe::{
    AttemptSnapshot, DescribeExecutionArgs, EndingSnapshot, ExecutionSnapshot, FailureSnapshot, GrantSnapshot,
    LeaseSnapshot, ProgressSnapshot, StepSnapshot,
};
use crate::ops::event_filter::TagFilter;
use crate::ops::events::{EventPage, EventRecord, ReadEventsArgs};
use crate::ops::explain::{ClaimExplanation, ExplainClaimArgs};
use crate::ops::fail::{FailAnswer, FailArgs, FailReason};
use crate::ops::fail_execution::FailExecutionArgs;
use crate::ops::fence::FenceArgs;
use crate::ops::frames::{Frame, FrameEncoding, FramePage, FrameSource};
use crate::ops::get_tag::GetExecutionTagArgs;
use crate::ops::grant::GrantAnswer;
use crate::ops::grant_and_claim::IssueGrantAndClaimArgs;
use crate::ops::heartbeat::{HeartbeatWorkerAnswer, HeartbeatWorkerArgs};
use crate::ops::history::{ExecutionHistory, ExecutionHistoryArgs};
use crate::ops::inspect::{Freeable, InspectStorageArgs, StorageFigures};
use crate::ops::issue_claim_grant::IssueClaimGrantArgs;
use crate::ops::lane::{SetLaneStateAnswer, SetLaneStateArgs};
use crate::ops::lanes::{LanePage, LaneSummary, ListLanesArgs};
use crate::ops::leases::{LeaseEntry, LeasePage, ListExpiredLeasesArgs};
use crate::ops::list::{ExecutionPage, ExecutionSummary, ListExecutionsArgs};
use crate::ops::mark_dead::{MarkWorkerDeadAnswer, MarkWorkerDeadArgs};
use crate::ops::priority::{ChangePriorityAnswer, ChangePriorityArgs};
use crate::ops::progress::{ProgressAnswer, ProgressArgs};
use crate::ops::read_stream::ReadStreamArgs;
use crate::ops::read_summary::{ReadSummaryArgs, SummaryAnswer};
use crate::ops::reclaim::{ReclaimExecutionAnswer, ReclaimExecutionArgs};
use crate::ops::reclaim_grant::{IssueReclaimGrantAnswer, IssueReclaimGrantArgs};
use crate::ops::recorded::RecordedStep;
use crate::ops::register::{RegisterOutcome, RegisterWorkerAnswer, RegisterWorkerArgs};
use crate::ops::renew::{RenewAnswer, RenewArgs};
use crate::ops::renew_lease::RenewLeaseArgs;
use crate::ops::replay::{ReplayExecutionAnswer, ReplayExecutionArgs};
use crate::ops::result::{ExecutionResult, GetExecutionResultArgs};
use crate::ops::revoke::{RevokeLeaseAnswer, RevokeLeaseArgs, Satisfied};
use crate::ops::scan::{EligibleExecutions, ScanEligibleArgs};
use crate::ops::search::SearchExecutionsArgs;
use crate::ops::set_tag::{ExecutionTag, SetExecutionTagArgs};
use crate::ops::step::RecordStepArgs;
use crate::ops::tail_stream::TailStreamArgs;
use crate::ops::unblock::UnblockExecutionArgs;
use crate::ops::wait::{WaitAnswer, WaitArgs, WaitOutcome, WaitPending};
use crate::ops::wait_children::{ChildEdge, WaitChildrenAnswer, WaitChildrenArgs};
use crate::ops::workers::{ListWorkersArgs, WorkerPage, WorkerSummary};
use ts_rs::{Config, TS};

/// The text of the generated file.
pub fn declarations() -> String {
    let config = Config::new().with_large_int("number");
    let mut text = String::from("// Generated from the Rust structs by `npm run types`. Do not edit.\n");
    words(&config, &mut text);
    operations(&config, &mut text);
    scheduling(&config, &mut text);
    flow::declarations(&config, &mut text);
    text
}

macro_rules! declare {
    ($config:expr, $text:expr; $($t:ty),* $(,)?) => { $(declare_one::<$t>($config, $text);)* };
}

mod flow;

/// The closed vocabularies, and what policies are made of.
fn words(config: &Config, text: &mut String) {
    declare!(
        config, text;
        Bytes,
        AttemptLifecycle,
        AttemptState,
        AttemptType,
        BlockingReason,
        Cause,
        Class,
        EligibilityState,
        EventStream,
        ReplayBranch,
        EventDetail,
        FailureClass,
        HandleKind,
        LeaseEvent,
        LifecyclePhase,
        Outcome,
        OwnershipState,
        PublicState,
        ClaimReason,
        GrantKind,
        LaneState,
        StateVector,
        Backoff,
        RetryPolicy,
        StreamPolicy,
        TimeoutBehavior,
        SuspensionPolicy,
        FallbackTier,
        FallbackPolicy,
        Policy,
    );
}

/// The arguments and answers of what schedulers and operators do, and of the registry.
fn scheduling(config: &Config, text: &mut String) {
    declare!(
        config, text;
        ChildEdge,
        WaitChildrenArgs,
        WaitChildrenAnswer,
        RecordStepArgs,
        FrameKind,
        FrameMode,
        FrameEncoding,
        FrameSource,
        ClosedReason,
        Visibility,
        AppendFrameArgs,
        AppendFrameAnswer,
        ReadStreamArgs,
        TailStreamArgs,
        Frame,
        FramePage,
        ReadSummaryArgs,
        SummaryAnswer,
        ExplainClaimArgs,
        ClaimExplanation,
        SetLaneStateArgs,
        SetLaneStateAnswer,
        ListLanesArgs,
        LaneSummary,
        LanePage,
        ListExpiredLeasesArgs,
        LeaseEntry,
        LeasePage,
        RegisterWorkerArgs,
        RegisterOutcome,
        RegisterWorkerAnswer,
        HeartbeatWorkerArgs,
        HeartbeatWorkerAnswer,
        MarkWorkerDeadArgs,
        MarkWorkerDeadAnswer,
        ListWorkersArgs,
        WorkerSummary,
        WorkerPage,
        FenceArgs,
        RenewLeaseArgs,
        CompleteExecutionArgs,
        FailExecutionArgs,
        GrantAnswer,
        ClaimForWorkerArgs,
        ClaimForWorkerAnswer,
        IssueClaimGrantArgs,
        ClaimExecutionArgs,
        ClaimResumedExecutionArgs,
        ClaimFromResumeGrantArgs,
        IssueGrantAndClaimArgs,
        IssueReclaimGrantArgs,
        IssueReclaimGrantAnswer,
        ReclaimExecutionArgs,
        ReclaimExecutionAnswer,
        ScanEligibleArgs,
        EligibleExecutions,
        BlockRouteArgs,
        BlockExecutionArgs,
        BlockAnswer,
        UnblockExecutionArgs,
    );
}

/// The arguments and answers of every operation.
fn operations(config: &Config, text: &mut String) {
    declare!(
        config, text;
        CreateArgs,
        CreateOutcome,
        CreateAnswer,
        Worker,
        ClaimArgs,
        RecordedStep,
        Claim,
        RenewArgs,
        RenewAnswer,
        ProgressArgs,
        ProgressAnswer,
        CompleteArgs,
        CompleteAnswer,
        FailReason,
        FailArgs,
        FailAnswer,
        CancelExecutionArgs,
        CancelExecutionAnswer,
        CancelArgs,
        DelayArgs,
        DelayAnswer,
        RevokeLeaseArgs,
        Satisfied,
        RevokeLeaseAnswer,
        ChangePriorityArgs,
        ChangePriorityAnswer,
        ReplayExecutionArgs,
        ReplayExecutionAnswer,
        DescribeExecutionArgs,
        LeaseSnapshot,
        GrantSnapshot,
        StepSnapshot,
        FailureSnapshot,
        AttemptSnapshot,
        ProgressSnapshot,
        EndingSnapshot,
        ExecutionSnapshot,
        GetExecutionResultArgs,
        ExecutionResult,
        ListExecutionsArgs,
        ExecutionSummary,
        ExecutionPage,
        SearchExecutionsArgs,
        CountExecutionsArgs,
        LaneCounts,
        ExecutionCounts,
        SetExecutionTagArgs,
        ExecutionTag,
        GetExecutionTagArgs,
        TagFilter,
        ReadEventsArgs,
        EventRecord,
        EventPage,
        ExecutionHistoryArgs,
        ExecutionHistory,
        WaitArgs,
        WaitOutcome,
        WaitPending,
        WaitAnswer,
        Wakes,
        TickAnswer,
        ClockReport,
        InspectStorageArgs,
        Freeable,
        StorageFigures,
    );
}

fn declare_one<T: TS>(config: &Config, text: &mut String) {
    text.push('\n');
    if let Some(docs) = T::docs() {
        text.push_str(docs.trim_end());
        text.push('\n');
    }
    text.push_str("export ");
    for line in T::decl(config).lines() {
        text.push_str(&closed_apart(line));
        text.push('\n');
    }
}

/// A brace that closes what an earlier line opened begins a line of its own: wasm-bindgen indents by such lines, and
/// would never come back from one that stands at the end of a member.
fn closed_apart(line: &str) -> String {
    match line.split_once(", }") {
        Some((member, rest)) if !member.contains('{') => format!("{member},\n}}{rest}"),
        Some(_) | None => line.to_owned(),
    }
}
