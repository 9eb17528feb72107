//! `describe_flow`: everything about a flow, and what its members need of each other. Contract: flows.describe.

use crate::error::Result;
use crate::model::executions::tag::stored_tags;
use crate::model::flows::edge::{EdgeGroup, EdgeGroupPolicy, GroupState};
use crate::model::flows::flow::{CancellationPolicy, FlowState};
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, required_uuid, uuid_text};
use crate::ops::executions::count::Counts;
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Edge groups of a flow that are told at most.
pub const GROUPS_MAX: i64 = 1_000;

/// The arguments of `describe_flow`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct DescribeFlowArgs {
    /// The flow.
    pub flow_id: String,
}

reads!(DescribeFlowArgs { flow_id });

/// What an execution needs of its upstreams, and what became of them so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct EdgeGroupSnapshot {
    /// The execution that depends on them.
    pub downstream_execution_id: String,
    /// What it needs.
    pub policy: EdgeGroupPolicy,
    /// Applied edges.
    pub total_deps: i64,
    /// Those whose upstream succeeded.
    pub satisfied_count: i64,
    /// Those whose upstream failed, expired or was cancelled.
    pub failed_count: i64,
    /// Those whose upstream was skipped.
    pub skipped_count: i64,
    /// Those whose upstream has not ended.
    pub running_count: i64,
    /// Whether it is settled.
    pub group_state: GroupState,
    /// When it was satisfied, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfied_at: Option<i64>,
}

/// Everything about a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(optional_fields))]
pub struct FlowSnapshot {
    /// The flow.
    pub flow_id: String,
    /// What it is for.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its state in one word.
    pub public_flow_state: FlowState,
    /// Rises with each member and each edge.
    pub graph_revision: i64,
    /// Its members.
    pub node_count: i64,
    /// Its edges.
    pub edge_count: i64,
    /// When it was created, in Unix ms.
    pub created_at: i64,
    /// When it or one of its members last changed, in Unix ms.
    pub last_mutation_at: i64,
    /// Whether it ends with its last member.
    pub sealed: bool,
    /// When it was cancelled, in Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<i64>,
    /// Why, where somebody said why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<String>,
    /// Which members its cancellation ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancellation_policy: Option<CancellationPolicy>,
    /// When its last member ended, in Unix ms, once nothing of it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// How long after its end it is kept with all its members, in ms, where that is its own affair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_ms: Option<i64>,
    /// Its tags, sorted by key.
    pub tags: BTreeMap<String, String>,
    /// How many members are in each state.
    #[cfg_attr(feature = "types", ts(type = "Record<PublicState, number>"))]
    pub counts: Counts,
    /// Cancelled members that do not count as failed: nobody needed them any more.
    pub excused: i64,
    /// Members that failed, expired or were cancelled and do not count as failed either: what needed them has enough.
    pub tolerated: i64,
    /// What its members need of each other, in the order of their creation; 1 000 at most.
    pub edge_groups: Vec<EdgeGroupSnapshot>,
    /// Set where there are more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub edge_groups_truncated: bool,
}

impl Call for DescribeFlowArgs {
    const OP: &'static str = "describe_flow";
    const WRITES: bool = false;
    type Ready = Uuid;
    type Answer = Option<FlowSnapshot>;

    fn check(self, _limits: &Limits) -> Result<Uuid> {
        required_uuid("flowId", &self.flow_id)
    }

    fn run(id: &Uuid, turn: &mut Turn<'_>) -> Result<Option<FlowSnapshot>> {
        turn.find_flow(*id)?.map(|row| snapshot(turn, row)).transpose()
    }
}

fn snapshot(turn: &mut Turn<'_>, row: i64) -> Result<FlowSnapshot> {
    turn.store.save_flows()?;
    let (groups, edge_groups_truncated) = argument::page_of(turn.store.flow_groups(row, GROUPS_MAX + 1)?, GROUPS_MAX);
    let texts = turn.store.flow_texts(row)?;
    let flow = turn.store.flow(row)?.clone();
    Ok(FlowSnapshot {
        flow_id: uuid_text(flow.id),
        kind: texts.kind,
        namespace: turn.store.namespace_name(flow.namespace)?.to_string(),
        public_flow_state: flow.state(),
        graph_revision: flow.revision,
        node_count: flow.node_count(),
        edge_count: flow.edge_count,
        created_at: flow.created_at,
        last_mutation_at: flow.changed_at,
        sealed: flow.sealed,
        cancelled_at: flow.cancelled.map(|(at, _)| at),
        cancel_reason: texts.cancel_reason,
        cancellation_policy: flow.cancelled.map(|(_, policy)| policy),
        ended_at: flow.ended_at,
        retention_ms: flow.retention_ms,
        tags: stored_tags(texts.tags.as_deref())?,
        counts: Counts(flow.counts),
        excused: flow.excused,
        tolerated: flow.tolerated,
        edge_groups: groups.iter().map(group).collect(),
        edge_groups_truncated,
    })
}

fn group((id, group): &(ExecutionId, EdgeGroup)) -> EdgeGroupSnapshot {
    EdgeGroupSnapshot {
        downstream_execution_id: id.text(),
        policy: group.policy,
        total_deps: group.total,
        satisfied_count: group.succeeded,
        failed_count: group.failed,
        skipped_count: group.skipped,
        running_count: group.running(),
        group_state: group.state,
        satisfied_at: group.satisfied_at,
    }
}
