//! `set_edge_group_policy`: how many of its upstreams a member needs, said before the first edge is applied. Contract:
//! edges.policy, edges.policy-fixed.

use crate::error::{Code, Error, Result};
use crate::model::flows::edge::{EdgeGroup, EdgeGroupPolicy};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, required_uuid};
use crate::ops::flows::find::{member, open_flow};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `set_edge_group_policy`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct SetEdgeGroupPolicyArgs {
    /// The flow.
    pub flow_id: String,
    /// The member.
    pub downstream_execution_id: String,
    /// What it needs of its upstreams.
    pub policy: EdgeGroupPolicy,
}

reads!(SetEdgeGroupPolicyArgs { flow_id, downstream_execution_id, policy });

/// What came of setting a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum SetPolicyOutcome {
    /// It is set.
    Set,
    /// It was the same before; nothing changed.
    AlreadySet,
}

/// The answer of `set_edge_group_policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SetEdgeGroupPolicyAnswer {
    /// What came of it.
    pub outcome: SetPolicyOutcome,
}

/// Checked arguments.
pub struct Ready {
    flow: Uuid,
    downstream: ExecutionId,
    policy: EdgeGroupPolicy,
}

impl Call for SetEdgeGroupPolicyArgs {
    const OP: &'static str = "set_edge_group_policy";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = SetEdgeGroupPolicyAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        let flow = required_uuid("flowId", &self.flow_id)?;
        let downstream = ExecutionId::parse("downstreamExecutionId", &self.downstream_execution_id)?;
        self.policy.check("policy")?;
        Ok(Ready { flow, downstream, policy: self.policy.whole() })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<SetEdgeGroupPolicyAnswer> {
        let flow = open_flow(turn, ready.flow)?;
        let downstream = member(turn, flow, "downstreamExecutionId", &ready.downstream)?;
        let outcome = match turn.store.group(downstream.row)? {
            Some(group) if group.policy == ready.policy => SetPolicyOutcome::AlreadySet,
            Some(group) if group.total > 0 => return Err(fixed(&ready.downstream, &group)),
            group => {
                let (round, timed_out) = group.map_or((1, false), |group| (group.round, group.timed_out));
                let fresh = EdgeGroup::new(downstream.row, ready.policy, round);
                turn.store.save_group(EdgeGroup { timed_out, ..fresh })?;
                turn.store.flow_mut(flow)?.changed_at = turn.now;
                SetPolicyOutcome::Set
            }
        };
        Ok(SetEdgeGroupPolicyAnswer { outcome })
    }
}

#[cold]
fn fixed(id: &ExecutionId, group: &EdgeGroup) -> Error {
    let total = group.total;
    let message = format!("edge_group_policy_already_fixed: {total} edges are applied to execution {id}, none may be");
    Error::new(Code::InvalidInput, message).with("field", "policy").with("executionId", id).with_number("found", total)
}
