//! The declarations of flows: their vocabularies, and the arguments and answers of the operations on them.

use super::{Config, declare_one};
use crate::model::edge::{DependencyKind, EdgeGroupPolicy, EdgeWord, GroupState, Need, OnSatisfied};
use crate::model::flow::{CancellationPolicy, FlowEligibility, FlowState, FlowStatus};
use crate::ops::cancel_ack::{AckCancelMemberAnswer, AckCancelMemberArgs};
use crate::ops::cancel_flow::{CancelFlowAnswer, CancelFlowArgs};
use crate::ops::cancel_header::{CancelFlowHeaderAnswer, CancelFlowHeaderArgs, CancelHeaderOutcome};
use crate::ops::edge_describe::{DescribeEdgeArgs, EdgeSnapshot};
use crate::ops::edge_list::{EdgePage, ListEdgesArgs};
use crate::ops::flow_apply::{ApplyDependencyAnswer, ApplyDependencyArgs, ApplyOutcome};
use crate::ops::flow_create::{CreateFlowAnswer, CreateFlowArgs, CreateFlowOutcome};
use crate::ops::flow_describe::{DescribeFlowArgs, EdgeGroupSnapshot, FlowSnapshot};
use crate::ops::flow_eligibility::{EvaluateFlowEligibilityArgs, FlowEligibilityAnswer};
use crate::ops::flow_get_tag::GetFlowTagArgs;
use crate::ops::flow_graph::{FlowGraph, FlowGraphArgs, GraphEdge, GraphGroup, GraphNode};
use crate::ops::flow_list::{FlowPage, FlowSummary, ListFlowsArgs};
use crate::ops::flow_member::{AddExecutionToFlowAnswer, AddExecutionToFlowArgs, AddOutcome};
use crate::ops::flow_of::ResolveExecutionFlowIdArgs;
use crate::ops::flow_policy::{SetEdgeGroupPolicyAnswer, SetEdgeGroupPolicyArgs, SetPolicyOutcome};
use crate::ops::flow_seal::{SealFlowAnswer, SealFlowArgs, SealOutcome};
use crate::ops::flow_set_tag::SetFlowTagArgs;
use crate::ops::flow_stage::{StageDependencyEdgeAnswer, StageDependencyEdgeArgs};
use crate::ops::flow_submit::{AfterArgs, MemberArgs, MemberNeeds, SubmitFlowAnswer, SubmitFlowArgs, SubmitOutcome};
use crate::ops::upstream::Upstream;
use crate::ops::wait_flow::{FlowOutcome, FlowPending, WaitFlowAnswer, WaitFlowArgs};

/// Adds them.
pub(super) fn declarations(config: &Config, text: &mut String) {
    declare!(
        config, text;
        FlowState,
        DependencyKind,
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
