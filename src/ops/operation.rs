//! The table of operations: by name, with their arguments and answers.

use crate::error::{Code, Error, Result};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::{Given, Path, Read};
use crate::model::ground::payload::Bytes;
use crate::ops::attempts::abandon::CancelArgs;
use crate::ops::attempts::claim::ClaimArgs;
use crate::ops::attempts::complete::CompleteArgs;
use crate::ops::attempts::delay::DelayArgs;
use crate::ops::attempts::fail::FailArgs;
use crate::ops::attempts::leases::ListExpiredLeasesArgs;
use crate::ops::attempts::progress::ProgressArgs;
use crate::ops::attempts::renew::RenewArgs;
use crate::ops::attempts::revoke::RevokeLeaseArgs;
use crate::ops::attempts::step::RecordStepArgs;
use crate::ops::events::history::ExecutionHistoryArgs;
use crate::ops::events::read::ReadEventsArgs;
use crate::ops::events::wait::WaitArgs;
use crate::ops::executions::attempts::ListAttemptsArgs;
use crate::ops::executions::cancel::CancelExecutionArgs;
use crate::ops::executions::count::CountExecutionsArgs;
use crate::ops::executions::create::CreateArgs;
use crate::ops::executions::describe::DescribeExecutionArgs;
use crate::ops::executions::explain::ExplainClaimArgs;
use crate::ops::executions::get_tag::GetExecutionTagArgs;
use crate::ops::executions::input::GetExecutionInputArgs;
use crate::ops::executions::list::ListExecutionsArgs;
use crate::ops::executions::priority::ChangePriorityArgs;
use crate::ops::executions::read_step::ReadStepArgs;
use crate::ops::executions::replay::ReplayExecutionArgs;
use crate::ops::executions::result::GetExecutionResultArgs;
use crate::ops::executions::search::SearchExecutionsArgs;
use crate::ops::executions::set_tag::SetExecutionTagArgs;
use crate::ops::executions::wake::WakeExecutionArgs;
use crate::ops::flows::add_member::AddExecutionToFlowArgs;
use crate::ops::flows::cancel::CancelFlowArgs;
use crate::ops::flows::cancel_ack::AckCancelMemberArgs;
use crate::ops::flows::cancel_header::CancelFlowHeaderArgs;
use crate::ops::flows::create::CreateFlowArgs;
use crate::ops::flows::describe::DescribeFlowArgs;
use crate::ops::flows::edges::apply::ApplyDependencyArgs;
use crate::ops::flows::edges::describe::DescribeEdgeArgs;
use crate::ops::flows::edges::eligibility::EvaluateFlowEligibilityArgs;
use crate::ops::flows::edges::list::ListEdgesArgs;
use crate::ops::flows::edges::policy::SetEdgeGroupPolicyArgs;
use crate::ops::flows::edges::stage::StageDependencyEdgeArgs;
use crate::ops::flows::edges::wait_children::WaitChildrenArgs;
use crate::ops::flows::get_tag::GetFlowTagArgs;
use crate::ops::flows::graph::FlowGraphArgs;
use crate::ops::flows::list::ListFlowsArgs;
use crate::ops::flows::of_execution::ResolveExecutionFlowIdArgs;
use crate::ops::flows::seal::SealFlowArgs;
use crate::ops::flows::set_tag::SetFlowTagArgs;
use crate::ops::flows::submit::SubmitFlowArgs;
use crate::ops::flows::wait::WaitFlowArgs;
use crate::ops::ground::call::{Call, Refill};
use crate::ops::ground::turn::Turn;
use crate::ops::lanes::list::ListLanesArgs;
use crate::ops::lanes::set_state::SetLaneStateArgs;
use crate::ops::protocol::block::{BlockExecutionArgs, BlockRouteArgs};
use crate::ops::protocol::claim_execution::ClaimExecutionArgs;
use crate::ops::protocol::claim_for_worker::ClaimForWorkerArgs;
use crate::ops::protocol::claim_from_grant::ClaimFromResumeGrantArgs;
use crate::ops::protocol::claim_resumed::ClaimResumedExecutionArgs;
use crate::ops::protocol::complete_execution::CompleteExecutionArgs;
use crate::ops::protocol::fail_execution::FailExecutionArgs;
use crate::ops::protocol::grant_and_claim::IssueGrantAndClaimArgs;
use crate::ops::protocol::issue_claim_grant::IssueClaimGrantArgs;
use crate::ops::protocol::reclaim::ReclaimExecutionArgs;
use crate::ops::protocol::reclaim_grant::IssueReclaimGrantArgs;
use crate::ops::protocol::renew_lease::RenewLeaseArgs;
use crate::ops::protocol::scan::ScanEligibleArgs;
use crate::ops::protocol::unblock::UnblockExecutionArgs;
use crate::ops::storage::inspect::InspectStorageArgs;
use crate::ops::streams::append::AppendFrameArgs;
use crate::ops::streams::read::ReadStreamArgs;
use crate::ops::streams::summary::ReadSummaryArgs;
use crate::ops::streams::tail::TailStreamArgs;
use crate::ops::workers::heartbeat::HeartbeatWorkerArgs;
use crate::ops::workers::list::ListWorkersArgs;
use crate::ops::workers::mark_dead::MarkWorkerDeadArgs;
use crate::ops::workers::register::RegisterWorkerArgs;
use serde::Serialize;

macro_rules! operations {
    ($($variant:ident($args:ty) $doc:literal;)*) => {
        /// An operation with its arguments.
        #[derive(Clone, Debug)]
        pub enum Operation { $(#[doc = $doc] $variant(Box<$args>)),* }

        /// An operation with checked arguments.
        pub enum Ready { $(#[doc = $doc] $variant(Box<<$args as Call>::Ready>)),* }

        /// The answer of an operation.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Answer {
            $(#[doc = $doc] $variant(Box<<$args as Call>::Answer>),)*
            /// A text: what an earlier call with the same request id was answered, or an answer that was written already.
            Kept(Kept),
        }

        impl Operation {
            /// The names of all operations.
            pub const NAMES: &'static [&'static str] = &[$(<$args as Call>::OP),*];

            /// Each operation's name, whether it may write, and the argument that holds its payload, where it has one.
            pub const TABLE: &'static [(&'static str, bool, &'static str)] =
                &[$((<$args as Call>::OP, <$args as Call>::WRITES, <$args as Call>::PAYLOAD)),*];

            /// Reads an operation from its name and its arguments.
            pub fn of_given(op: &str, args: Given<'_>) -> Result<Self> {
                match op {
                    $(<$args as Call>::OP => <$args>::read(args, &Path::TOP).map(|args| Self::$variant(Box::new(args))),)*
                    _ => Err(unknown(op)),
                }
            }

            /// Its name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$args as Call>::OP),* }
            }

            /// The argument that holds its payload, where it has one.
            pub fn payload_field(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$args as Call>::PAYLOAD),* }
            }

            /// Visits the payload bytes among its arguments.
            pub fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
                match self { $(Self::$variant(args) => args.bytes(visit)),* }
            }

            /// Checks its arguments.
            pub fn check(self, limits: &Limits) -> Result<Ready> {
                match self { $(Self::$variant(args) => args.check(limits).map(|r| Ready::$variant(Box::new(r)))),* }
            }
        }

        impl Ready {
            /// Its name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$args as Call>::OP),* }
            }

            /// Carries it out.
            pub fn run(&self, turn: &mut Turn<'_>) -> Result<Answer> {
                match self {
                    $(Self::$variant(ready) => <$args as Call>::run(ready, turn).map(|a| Answer::$variant(Box::new(a)))),*
                }
            }

            /// The answer that was kept for an earlier call, with its payload bytes read again.
            pub fn repeat(&self, kept: &str, turn: &mut Turn<'_>) -> Result<Answer> {
                let refill = match self { $(Self::$variant(ready) => <$args as Call>::refill(ready, kept, turn)?),* };
                Ok(Answer::Kept(Kept { text: kept.into(), refill }))
            }
        }

        impl Answer {
            /// Whether it is kept for a repeated request id.
            pub fn keeps(&self) -> bool {
                match self { $(Self::$variant(answer) => <$args as Call>::keeps(answer),)* Self::Kept(_) => false }
            }

            /// Visits its payload bytes.
            pub fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
                match self {
                    $(Self::$variant(answer) => <$args as Call>::answer_bytes(answer, visit),)*
                    Self::Kept(kept) => kept.refill.bytes(visit),
                }
            }

            /// Its JSON.
            pub fn text(&self) -> Result<String> {
                let mut text = Vec::new();
                self.write_json(&mut text)?;
                String::from_utf8(text).map_err(|_| Error::new(Code::InvariantBroken, "an answer is not UTF-8"))
            }

            /// An answer of which the text alone is left.
            pub fn written(text: String) -> Self {
                Self::Kept(Kept { text: text.into(), refill: Refill::default() })
            }

            /// Its JSON; payload bytes must have been detached.
            pub fn write_json(&self, text: &mut Vec<u8>) -> Result<()> {
                match self {
                    $(Self::$variant(answer) => write(answer, text),)*
                    Self::Kept(kept) => kept.write_json(text),
                }
            }
        }

        $(
            impl From<$args> for Operation {
                fn from(args: $args) -> Self {
                    Self::$variant(Box::new(args))
                }
            }
        )*
    };
}

/// An answer as JSON, beside it what was left out of it when it was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    text: Box<str>,
    refill: Refill,
}

impl Kept {
    /// What was left out comes first among the members; upstreams and steps, which were the last, with their results.
    fn write_json(&self, text: &mut Vec<u8>) -> Result<()> {
        let begin = |list: &str, is_empty: bool| if is_empty { None } else { self.text.rfind(list) };
        let upstream = begin(",\"upstream\":[", self.refill.upstream.is_empty());
        let apart = upstream.or_else(|| begin(",\"steps\":[", self.refill.steps.is_empty()));
        let mut members = &self.text.as_bytes()[..apart.unwrap_or(self.text.len())];
        if self.refill != Refill::default() && members.starts_with(b"{\"") {
            write(&self.refill, text)?;
            text.pop();
            text.push(b',');
            members = &members[1..];
        }
        text.extend_from_slice(members);
        if apart.is_some() {
            text.push(b'}');
        }
        Ok(())
    }
}

operations! {
    CreateExecution(CreateArgs) "`create_execution`";
    SubmitFlow(SubmitFlowArgs) "`submit_flow`";
    Claim(ClaimArgs) "`claim`";
    Renew(RenewArgs) "`renew`";
    Progress(ProgressArgs) "`progress`";
    Complete(CompleteArgs) "`complete`";
    Fail(FailArgs) "`fail`";
    Delay(DelayArgs) "`delay`";
    Cancel(CancelArgs) "`cancel`";
    RevokeLease(RevokeLeaseArgs) "`revoke_lease`";
    ChangePriority(ChangePriorityArgs) "`change_priority`";
    WakeExecution(WakeExecutionArgs) "`wake_execution`";
    ReplayExecution(ReplayExecutionArgs) "`replay_execution`";
    WaitChildren(WaitChildrenArgs) "`wait_children`";
    RecordStep(RecordStepArgs) "`record_step`";
    ReadStep(ReadStepArgs) "`read_step`";
    AppendFrame(AppendFrameArgs) "`append_frame`";
    ReadStream(ReadStreamArgs) "`read_stream`";
    TailStream(TailStreamArgs) "`tail_stream`";
    ReadSummary(ReadSummaryArgs) "`read_summary`";
    SetLaneState(SetLaneStateArgs) "`set_lane_state`";
    ListLanes(ListLanesArgs) "`list_lanes`";
    ListExpiredLeases(ListExpiredLeasesArgs) "`list_expired_leases`";
    ExplainClaim(ExplainClaimArgs) "`explain_claim`";
    RegisterWorker(RegisterWorkerArgs) "`register_worker`";
    HeartbeatWorker(HeartbeatWorkerArgs) "`heartbeat_worker`";
    MarkWorkerDead(MarkWorkerDeadArgs) "`mark_worker_dead`";
    ListWorkers(ListWorkersArgs) "`list_workers`";
    RenewLease(RenewLeaseArgs) "`renew_lease`";
    CompleteExecution(CompleteExecutionArgs) "`complete_execution`";
    FailExecution(FailExecutionArgs) "`fail_execution`";
    ClaimForWorker(ClaimForWorkerArgs) "`claim_for_worker`";
    IssueClaimGrant(IssueClaimGrantArgs) "`issue_claim_grant`";
    ClaimExecution(ClaimExecutionArgs) "`claim_execution`";
    ClaimResumedExecution(ClaimResumedExecutionArgs) "`claim_resumed_execution`";
    ClaimFromResumeGrant(ClaimFromResumeGrantArgs) "`claim_from_resume_grant`";
    IssueGrantAndClaim(IssueGrantAndClaimArgs) "`issue_grant_and_claim`";
    IssueReclaimGrant(IssueReclaimGrantArgs) "`issue_reclaim_grant`";
    ReclaimExecution(ReclaimExecutionArgs) "`reclaim_execution`";
    ScanEligible(ScanEligibleArgs) "`scan_eligible_executions`";
    BlockRoute(BlockRouteArgs) "`block_route`";
    BlockExecution(BlockExecutionArgs) "`block_execution_for_admission`";
    UnblockExecution(UnblockExecutionArgs) "`unblock_execution`";
    CancelExecution(CancelExecutionArgs) "`cancel_execution`";
    CancelFlow(CancelFlowArgs) "`cancel_flow`";
    CancelFlowHeader(CancelFlowHeaderArgs) "`cancel_flow_header`";
    AckCancelMember(AckCancelMemberArgs) "`ack_cancel_member`";
    WaitFlow(WaitFlowArgs) "`wait_flow`";
    DescribeExecution(DescribeExecutionArgs) "`describe_execution`";
    ListAttempts(ListAttemptsArgs) "`list_attempts`";
    GetExecutionResult(GetExecutionResultArgs) "`get_execution_result`";
    GetExecutionInput(GetExecutionInputArgs) "`get_execution_input`";
    ListExecutions(ListExecutionsArgs) "`list_executions`";
    SearchExecutions(SearchExecutionsArgs) "`search_executions`";
    CountExecutions(CountExecutionsArgs) "`count_executions`";
    SetExecutionTag(SetExecutionTagArgs) "`set_execution_tag`";
    GetExecutionTag(GetExecutionTagArgs) "`get_execution_tag`";
    ReadEvents(ReadEventsArgs) "`read_events`";
    InspectStorage(InspectStorageArgs) "`inspect_storage`";
    ExecutionHistory(ExecutionHistoryArgs) "`execution_history`";
    Wait(WaitArgs) "`wait`";
    CreateFlow(CreateFlowArgs) "`create_flow`";
    AddExecutionToFlow(AddExecutionToFlowArgs) "`add_execution_to_flow`";
    StageDependencyEdge(StageDependencyEdgeArgs) "`stage_dependency_edge`";
    ApplyDependency(ApplyDependencyArgs) "`apply_dependency_to_child`";
    SetEdgeGroupPolicy(SetEdgeGroupPolicyArgs) "`set_edge_group_policy`";
    SealFlow(SealFlowArgs) "`seal_flow`";
    DescribeFlow(DescribeFlowArgs) "`describe_flow`";
    ListFlows(ListFlowsArgs) "`list_flows`";
    ListEdges(ListEdgesArgs) "`list_edges`";
    DescribeEdge(DescribeEdgeArgs) "`describe_edge`";
    ResolveExecutionFlowId(ResolveExecutionFlowIdArgs) "`resolve_execution_flow_id`";
    EvaluateFlowEligibility(EvaluateFlowEligibilityArgs) "`evaluate_flow_eligibility`";
    SetFlowTag(SetFlowTagArgs) "`set_flow_tag`";
    GetFlowTag(GetFlowTagArgs) "`get_flow_tag`";
    FlowGraph(FlowGraphArgs) "`flow_graph`";
}

#[cold]
fn unknown(op: &str) -> Error {
    let shown = format!("{:?}", op.chars().take(80).collect::<String>());
    Error::argument(Code::InvalidInput, "op", &format!("one of {}", Operation::NAMES.join(", ")), shown)
}

fn write<T: Serialize>(answer: &T, text: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(text, answer).map_err(|e| Error::new(Code::InvariantBroken, format!("an answer: {e}")))
}
