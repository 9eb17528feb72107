//! The TypeScript declarations of every argument and answer struct, generated from the structs themselves.

use crate::engine::{ClockReport, TickAnswer};
use crate::error::Class;
use crate::model::events::event::{EventDetail, EventStream, ReplayBranch};
use crate::model::executions::claimable::ClaimReason;
use crate::model::executions::effective::EffectivePolicy;
use crate::model::executions::grant::GrantKind;
use crate::model::executions::phase::StateVector;
use crate::model::executions::policy::{
    FallbackPolicy, FallbackTier, Policy, StreamPolicy, SuspensionPolicy, TimeoutBehavior,
};
use crate::model::executions::retry::{Backoff, RetryPolicy};
use crate::model::ground::cause::Cause;
use crate::model::ground::payload::Bytes;
use crate::model::ground::vocabulary::{
    AttemptLifecycle, AttemptState, AttemptType, BlockingReason, EligibilityState, FailureClass, HandleKind,
    LeaseEvent, LifecyclePhase, Outcome, OwnershipState, PublicState,
};
use crate::model::lanes::lane::LaneState;
use crate::model::streams::stream::{ClosedReason, FrameKind, FrameMode, Visibility};
use crate::ops::Wakes;
use crate::ops::attempts::abandon::CancelArgs;
use crate::ops::attempts::claim::{Claim, ClaimArgs, Worker};
use crate::ops::attempts::complete::{CompleteAnswer, CompleteArgs};
use crate::ops::attempts::delay::{DelayAnswer, DelayArgs};
use crate::ops::attempts::fail::{FailAnswer, FailArgs, FailReason};
use crate::ops::attempts::leases::{LeaseEntry, LeasePage, ListExpiredLeasesArgs};
use crate::ops::attempts::progress::{ProgressAnswer, ProgressArgs};
use crate::ops::attempts::renew::{RenewAnswer, RenewArgs};
use crate::ops::attempts::revoke::{RevokeLeaseAnswer, RevokeLeaseArgs, Satisfied};
use crate::ops::attempts::step::RecordStepArgs;
use crate::ops::events::filter::TagFilter;
use crate::ops::events::history::{ExecutionHistory, ExecutionHistoryArgs};
use crate::ops::events::read::{EventPage, EventRecord, ReadEventsArgs};
use crate::ops::events::wait::{WaitAnswer, WaitArgs, WaitOutcome, WaitPending};
use crate::ops::executions::attempts::{AttemptPage, ListAttemptsArgs};
use crate::ops::executions::cancel::{CancelExecutionAnswer, CancelExecutionArgs};
use crate::ops::executions::count::{CountExecutionsArgs, ExecutionCounts, LaneCounts};
use crate::ops::executions::create::{CreateAnswer, CreateArgs, CreateOutcome, Difference};
use crate::ops::executions::describe::{
    AttemptSnapshot, DescribeExecutionArgs, EndingSnapshot, ExecutionSnapshot, FailureSnapshot, GrantSnapshot,
    LeaseSnapshot, ProgressSnapshot, StepSnapshot,
};
use crate::ops::executions::explain::{ClaimExplanation, ExplainClaimArgs};
use crate::ops::executions::get_tag::GetExecutionTagArgs;
use crate::ops::executions::input::{ExecutionInput, GetExecutionInputArgs};
use crate::ops::executions::list::{ExecutionPage, ExecutionSummary, ListExecutionsArgs};
use crate::ops::executions::priority::{ChangePriorityAnswer, ChangePriorityArgs};
use crate::ops::executions::read_step::ReadStepArgs;
use crate::ops::executions::replay::{ReplayExecutionAnswer, ReplayExecutionArgs};
use crate::ops::executions::result::{ExecutionResult, GetExecutionResultArgs};
use crate::ops::executions::search::SearchExecutionsArgs;
use crate::ops::executions::set_tag::{ExecutionTag, SetExecutionTagArgs};
use crate::ops::executions::wake::{WakeExecutionAnswer, WakeExecutionArgs, WakeOutcome};
use crate::ops::flows::edges::wait_children::{ChildEdge, WaitChildrenAnswer, WaitChildrenArgs};
use crate::ops::ground::recorded::RecordedStep;
use crate::ops::ground::wakes::RouteWake;
use crate::ops::lanes::list::{LanePage, LaneSummary, ListLanesArgs};
use crate::ops::lanes::set_state::{SetLaneStateAnswer, SetLaneStateArgs};
use crate::ops::protocol::block::{BlockAnswer, BlockExecutionArgs, BlockRouteArgs};
use crate::ops::protocol::claim_execution::ClaimExecutionArgs;
use crate::ops::protocol::claim_for_worker::{ClaimForWorkerAnswer, ClaimForWorkerArgs};
use crate::ops::protocol::claim_from_grant::ClaimFromResumeGrantArgs;
use crate::ops::protocol::claim_resumed::ClaimResumedExecutionArgs;
use crate::ops::protocol::complete_execution::CompleteExecutionArgs;
use crate::ops::protocol::fail_execution::FailExecutionArgs;
use crate::ops::protocol::fence::FenceArgs;
use crate::ops::protocol::grant::GrantAnswer;
use crate::ops::protocol::grant_and_claim::IssueGrantAndClaimArgs;
use crate::ops::protocol::issue_claim_grant::IssueClaimGrantArgs;
use crate::ops::protocol::reclaim::{ReclaimExecutionAnswer, ReclaimExecutionArgs};
use crate::ops::protocol::reclaim_grant::{IssueReclaimGrantAnswer, IssueReclaimGrantArgs};
use crate::ops::protocol::renew_lease::RenewLeaseArgs;
use crate::ops::protocol::scan::{EligibleExecutions, ScanEligibleArgs};
use crate::ops::protocol::unblock::UnblockExecutionArgs;
use crate::ops::storage::inspect::{Freeable, InspectStorageArgs, StorageFigures};
use crate::ops::streams::append::{AppendFrameAnswer, AppendFrameArgs};
use crate::ops::streams::frames::{Frame, FrameEncoding, FramePage, FrameSource};
use crate::ops::streams::read::ReadStreamArgs;
use crate::ops::streams::summary::{ReadSummaryArgs, SummaryAnswer};
use crate::ops::streams::tail::TailStreamArgs;
use crate::ops::workers::heartbeat::{HeartbeatWorkerAnswer, HeartbeatWorkerArgs};
use crate::ops::workers::list::{ListWorkersArgs, WorkerPage, WorkerSummary};
use crate::ops::workers::mark_dead::{MarkWorkerDeadAnswer, MarkWorkerDeadArgs};
use crate::ops::workers::register::{RegisterOutcome, RegisterWorkerAnswer, RegisterWorkerArgs};
use ts_rs::{Config, TS};

/// The text of the generated file.
pub fn declarations() -> String {
    let config = Config::new().with_large_int("number");
    let mut text = String::from("// Generated from the Rust structs by `npm run types`. Do not edit.\n");
    words(&config, &mut text);
    operations(&config, &mut text);
    batches(&config, &mut text);
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
        EffectivePolicy,
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
        Difference,
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
        WakeExecutionArgs,
        WakeOutcome,
        WakeExecutionAnswer,
        ReplayExecutionArgs,
        ReplayExecutionAnswer,
    );
    reading(config, text);
}

/// The arguments and answers of reads.
fn reading(config: &Config, text: &mut String) {
    declare!(
        config, text;
        DescribeExecutionArgs,
        ReadStepArgs,
        ListAttemptsArgs,
        AttemptPage,
        LeaseSnapshot,
        GrantSnapshot,
        StepSnapshot,
        FailureSnapshot,
        AttemptSnapshot,
        ProgressSnapshot,
        EndingSnapshot,
        ExecutionSnapshot,
        GetExecutionResultArgs,
        GetExecutionInputArgs,
        ExecutionInput,
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
    );
    readers(config, text);
}

/// The arguments and answers of whoever reads the log, and of the engine as a whole.
fn readers(config: &Config, text: &mut String) {
    declare!(
        config, text;
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
        ClockReport,
        InspectStorageArgs,
        Freeable,
        StorageFigures,
    );
}

/// What batches and ticks answer beside it.
fn batches(config: &Config, text: &mut String) {
    declare!(config, text; Wakes, RouteWake, TickAnswer);
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
