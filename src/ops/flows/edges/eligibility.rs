//! `evaluate_flow_eligibility`: whether what an execution depends on keeps it from being claimed. Contract:
//! edges.eligibility.

use crate::error::Result;
use crate::model::executions::execution::Execution;
use crate::model::flows::edge::{EdgeGroup, GroupState};
use crate::model::flows::flow::{Flow, FlowEligibility};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::ExecutionId;
use crate::model::ground::vocabulary::{EligibilityState, LifecyclePhase, OwnershipState};
use crate::ops::ground::call::Call;
use crate::ops::ground::cascade::end_of;
use crate::ops::ground::turn::Turn;
use serde::Serialize;

/// The arguments of `evaluate_flow_eligibility`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct EvaluateFlowEligibilityArgs {
    /// The execution.
    pub execution_id: String,
}

reads!(EvaluateFlowEligibilityArgs { execution_id });

/// The answer of `evaluate_flow_eligibility`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct FlowEligibilityAnswer {
    /// In one word: the first that holds.
    pub status: FlowEligibility,
}

impl Call for EvaluateFlowEligibilityArgs {
    const OP: &'static str = "evaluate_flow_eligibility";
    const WRITES: bool = false;
    type Ready = ExecutionId;
    type Answer = FlowEligibilityAnswer;

    fn check(self, _limits: &Limits) -> Result<ExecutionId> {
        ExecutionId::parse("executionId", &self.execution_id)
    }

    fn run(id: &ExecutionId, turn: &mut Turn<'_>) -> Result<FlowEligibilityAnswer> {
        let status = match turn.find(id)? {
            None => FlowEligibility::NotFound,
            Some(execution) => status(turn, &execution)?,
        };
        Ok(FlowEligibilityAnswer { status })
    }
}

fn status(turn: &mut Turn<'_>, execution: &Execution) -> Result<FlowEligibility> {
    let state = execution.phase.state();
    if state.lifecycle_phase != LifecyclePhase::Runnable {
        return Ok(FlowEligibility::NotRunnable);
    }
    if state.ownership_state != OwnershipState::Unowned {
        return Ok(FlowEligibility::Owned);
    }
    if state.terminal_outcome.is_some() {
        return Ok(FlowEligibility::Terminal);
    }
    let group = turn.store.group(execution.row)?;
    if let Some(group) = &group
        && is_impossible(turn, execution, group)?
    {
        return Ok(FlowEligibility::Impossible);
    }
    let blocked = state.eligibility_state == EligibilityState::BlockedByDependencies;
    Ok(match group {
        Some(group) if group.state == GroupState::Pending && group.total > 0 => FlowEligibility::BlockedByDependencies,
        Some(_) | None if blocked => FlowEligibility::BlockedByDependencies,
        Some(_) | None => FlowEligibility::Eligible,
    })
}

/// Whether what its upstreams are keeps a group from being satisfied. Those that a replay left behind have ended, and only
/// one of their own would change that.
fn is_impossible(turn: &mut Turn<'_>, execution: &Execution, group: &EdgeGroup) -> Result<bool> {
    let mut standing = *group;
    if group.state != GroupState::Pending {
        return Ok(group.state == GroupState::Impossible);
    }
    let edges = if group.aside > 0 { turn.store.group_edges(group.execution, group.round)? } else { Vec::new() };
    for edge in edges.iter().filter(|edge| edge.aside) {
        let upstream = turn.store.execution(edge.upstream)?;
        if let Some(end) = end_of(turn, &upstream)? {
            standing.count(edge.kind, end, 1);
        }
    }
    let grows = execution.flow.map_or(Ok(false), |flow| turn.store.flow(flow).map(Flow::grows))?;
    Ok(standing.verdict(grows) == GroupState::Impossible)
}
