//! The declarations of flows: their vocabularies, and the arguments and answers of the operations on them.

use super::{Config, declare_one};
use crate::model::flows::edge::{DependencyKind, EdgeGroupPolicy, EdgeOn, EdgeWord, GroupState, OnSatisfied};
use crate::model::flows::flow::{CancellationPolicy, FlowEligibility, FlowState, FlowStatus};
use crate::model::flows::need::Need;
use crate::ops::flows::add_member::{AddExecutionToFlowAnswer, AddExecutionToFlowArgs, AddOutcome};
use crate::ops::flows::cancel::{CancelFlowAnswer, CancelFlowArgs};
use crate::ops::flows::cancel_ack::{AckCancelMemberAnswer, AckCancelMemberArgs};
use crate::ops::flows::cancel_header::{CancelFlowHeaderAnswer, CancelFlowHeaderArgs, CancelHeaderOutcome};
use crate::ops::flows::create::{CreateFlowAnswer, CreateFlowArgs, CreateFlowOutcome};
use crate::ops::flows::describe::{DescribeFlowArgs, EdgeGroupSnapshot, FlowSnapshot};
use crate::ops::flows::edges::apply::{ApplyDependencyAnswer, ApplyDependencyArgs, ApplyOutcome};
use crate::ops::flows::edges::describe::{DescribeEdgeArgs, EdgeSnapshot};
use crate::ops::flows::edges::eligibility::{EvaluateFlowEligibilityArgs, FlowEligibilityAnswer};
use crate::ops::flows::edges::list::{EdgePage, ListEdgesArgs};
use crate::ops::flows::edges::policy::{SetEdgeGroupPolicyAnswer, SetEdgeGroupPolicyArgs, SetPolicyOutcome};
use crate::ops::flows::edges::stage::{StageDependencyEdgeAnswer, StageDependencyEdgeArgs};
use crate::ops::flows::get_tag::GetFlowTagArgs;
use crate::ops::flows::graph::{FlowGraph, FlowGraphArgs, GraphEdge, GraphGroup, GraphNode};
use crate::ops::flows::list::{FlowPage, FlowSummary, ListFlowsArgs};
use crate::ops::flows::of_execution::ResolveExecutionFlowIdArgs;
use crate::ops::flows::seal::{SealFlowAnswer, SealFlowArgs, SealOutcome};
use crate::ops::flows::set_tag::SetFlowTagArgs;
use crate::ops::flows::submit::{AfterArgs, MemberArgs, MemberNeeds, SubmitFlowAnswer, SubmitFlowArgs, SubmitOutcome};
use crate::ops::flows::wait::{FlowOutcome, FlowPending, WaitFlowAnswer, WaitFlowArgs};
use crate::ops::ground::upstream::Upstream;

/// Adds them.
pub(super) fn declarations(config: &Config, text: &mut String) {
    declare!(
        config, text;
        FlowState,
        DependencyKind,
        EdgeOn,
        OnSatisfied,
        EdgeGroupPolicy,
        CreateFlowArgs,
        CreateFlowOutcome,
        CreateFlowAnswer,
        AddExecutionToFlowArgs,
        AddOutcome,
        AddExecutionToFlowAnswer,
        StageDependencyEdgeArgs,
        StageDependencyEdgeAnswer,
        ApplyDependencyArgs,
        ApplyOutcome,
        ApplyDependencyAnswer,
        SetEdgeGroupPolicyArgs,
        SetPolicyOutcome,
        SetEdgeGroupPolicyAnswer,
        SealFlowArgs,
        SealOutcome,
        SealFlowAnswer,
        Need,
        AfterArgs,
        MemberNeeds,
        MemberArgs,
        SubmitFlowArgs,
        SubmitOutcome,
        SubmitFlowAnswer,
        Upstream,
    );
    declare_reads(config, text);
}

/// Those of reads, of cancelling and of waiting.
fn declare_reads(config: &Config, text: &mut String) {
    declare!(
        config, text;
        FlowStatus,
        FlowEligibility,
        EdgeWord,
        GroupState,
        DescribeFlowArgs,
        EdgeGroupSnapshot,
        FlowSnapshot,
        ListFlowsArgs,
        FlowSummary,
        FlowPage,
        DescribeEdgeArgs,
        EdgeSnapshot,
        ListEdgesArgs,
        EdgePage,
        ResolveExecutionFlowIdArgs,
        EvaluateFlowEligibilityArgs,
        FlowEligibilityAnswer,
        SetFlowTagArgs,
        GetFlowTagArgs,
        FlowGraphArgs,
        GraphGroup,
        GraphNode,
        GraphEdge,
        FlowGraph,
        CancellationPolicy,
        CancelFlowArgs,
        CancelFlowAnswer,
        CancelFlowHeaderArgs,
        CancelHeaderOutcome,
        CancelFlowHeaderAnswer,
        AckCancelMemberArgs,
        AckCancelMemberAnswer,
        WaitFlowArgs,
        FlowOutcome,
        FlowPending,
        WaitFlowAnswer,
    );
}
