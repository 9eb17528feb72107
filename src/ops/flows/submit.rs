//! `submit_flow`: a whole graph comes to be in one call, checked as a whole, and sealed. Contract: flows.submit,
//! flows.submit-atomic, flows.submit-again.

use super::create as flow_create;
use super::create::CreateFlowArgs;
pub use super::members::{AfterArgs, EDGES_MAX, MEMBERS_MAX, MemberArgs, MemberNeeds};
use super::members::{Member, Members, checked_members, whole};
use crate::error::{Code, Error, Result};
use crate::model::events::event::EventDetail;
use crate::model::executions::execution::Execution;
use crate::model::flows::edge::{Edge, EdgeGroup, EdgeState};
use crate::model::flows::flow::Flow;
use crate::model::ground::argument::{INTEGER_MAX, Limits};
use crate::model::ground::cause::Cause;
use crate::model::ground::given::reads;
use crate::model::ground::id::{ExecutionId, uuid_text};
use crate::model::ground::payload::Bytes;
use crate::ops::executions::creation::{Known, Membership, known, make, open_to_creates};
use crate::ops::ground::call::Call;
use crate::ops::ground::turn::Turn;
use crate::ops::storage::retention;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `submit_flow`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct SubmitFlowArgs {
    /// The flow and the namespace of its members; in the call its members stand beside `members`. The same id again
    /// answers what it answered.
    #[cfg_attr(feature = "types", ts(flatten))]
    pub flow: CreateFlowArgs,
    /// Its members, 1 to 100 000, with 1 000 000 dependencies at most.
    pub members: Vec<MemberArgs>,
}

reads!(SubmitFlowArgs beside flow: CreateFlowArgs { members });

/// What came of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum SubmitOutcome {
    /// The flow was created.
    Created,
    /// The id was known; nothing changed.
    AlreadySatisfied,
}

/// The answer of `submit_flow`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SubmitFlowAnswer {
    /// What came of it.
    pub outcome: SubmitOutcome,
    /// The flow.
    pub flow_id: String,
    /// Its members, in the order in which they were created, which is that of the call.
    pub execution_ids: Vec<String>,
}

/// Checked arguments.
pub struct Ready {
    flow: flow_create::Ready,
    members: Members,
}

impl Call for SubmitFlowArgs {
    const OP: &'static str = "submit_flow";
    const WRITES: bool = true;
    const PAYLOAD: &'static str = "members.input";
    type Ready = Ready;
    type Answer = SubmitFlowAnswer;

    fn check(self, limits: &Limits) -> Result<Ready> {
        Ok(Ready { flow: self.flow.checked()?, members: checked_members(self.members, limits)? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<SubmitFlowAnswer> {
        if let Some(flow) = ready.flow.known(turn)? {
            let ids = turn.store.first_members(flow, INTEGER_MAX)?;
            let id = turn.store.flow(flow)?.id;
            return Ok(answer(SubmitOutcome::AlreadySatisfied, id, &ids));
        }
        turn.store.refuse_when_full()?;
        for past in refused(ready, turn)? {
            // Another one of its flow may have taken it along.
            if turn.store.knows_execution(&past.id)? {
                retention::delete(turn, &past, u64::MAX)?;
            }
        }
        let flow = new_flow(ready, turn)?;
        let mut made: Vec<(i64, ExecutionId)> = Vec::with_capacity(ready.members.list.len());
        for member in &ready.members.list {
            let membership = Membership {
                flow: flow.row,
                namespace: Some(flow.namespace),
                name: Some(&member.name),
                rank: member.rank,
                depends: !member.after.is_empty(),
            };
            let execution = make(&member.creation, turn, Some(&membership))?;
            made.push((execution.row, execution.id));
        }
        for (member, (downstream, _)) in ready.members.list.iter().zip(&made) {
            depend(turn, flow.row, member, *downstream, &made)?;
        }
        let ids: Vec<ExecutionId> = made.into_iter().map(|(_, id)| id).collect();
        Ok(answer(SubmitOutcome::Created, flow.id, &ids))
    }

    fn bytes(&mut self, visit: &mut dyn FnMut(&mut Bytes)) {
        self.members.iter_mut().filter_map(|member| member.create.input.as_mut()).for_each(visit);
    }
}

fn answer(outcome: SubmitOutcome, flow: Uuid, ids: &[ExecutionId]) -> SubmitFlowAnswer {
    SubmitFlowAnswer { outcome, flow_id: uuid_text(flow), execution_ids: ids.iter().map(ExecutionId::text).collect() }
}

/// The refusals that need the tables: an id that is in use, a lane that takes nothing. Answers what is past its
/// retention and gives its id up.
fn refused(ready: &Ready, turn: &mut Turn<'_>) -> Result<Vec<Execution>> {
    let mut past = Vec::new();
    let mut lane = "";
    for (place, member) in ready.members.list.iter().enumerate() {
        match known(&member.creation, turn)? {
            Known::Not => {}
            Known::Past(execution) => past.push(*execution),
            Known::As(id) | Known::Used(id) => {
                let field = format!("members[{place}].executionId");
                return Err(Error::argument(Code::InvalidInput, &field, "an id that no execution has", id));
            }
        }
        // Most of them wait in the same one.
        if member.creation.args.lane != lane {
            lane = &member.creation.args.lane;
            open_to_creates(turn, lane).map_err(|e| e.with("field", format!("members[{place}].lane")))?;
        }
    }
    Ok(past)
}

/// The flow, sealed already, with the event that tells of it.
fn new_flow(ready: &Ready, turn: &mut Turn<'_>) -> Result<Flow> {
    let (nodes, edges) = (whole(ready.members.list.len()), ready.members.edge_count);
    let row = ready.flow.create(turn)?.row;
    let flow = turn.store.flow_mut(row)?;
    flow.revision = nodes + edges;
    flow.edge_count = edges;
    flow.last_rank = nodes + 1;
    flow.sealed = true;
    let flow = flow.clone();
    let detail = EventDetail::FlowShape { node_count: nodes, edge_count: edges };
    turn.tell_flow(turn.now, Cause::FlowCreated, &flow, Some(&detail))?;
    Ok(flow)
}

/// A member's dependencies, applied from the start, and the group that they make.
fn depend(turn: &mut Turn<'_>, flow: i64, member: &Member, downstream: i64, made: &[(i64, ExecutionId)]) -> Result<()> {
    if member.after.is_empty() {
        return Ok(());
    }
    let mut group = EdgeGroup::new(downstream, member.policy, 1);
    for after in &member.after {
        let edge = Edge {
            id: turn.mint.ordered_uuid(turn.now),
            flow,
            upstream: made[after.upstream].0,
            downstream,
            kind: after.kind,
            state: EdgeState::Applied,
            round: group.round,
            aside: false,
            replaces: after.replaces,
            edge_ref: after.edge_ref.clone(),
            result: None,
            created_at: turn.now,
        };
        turn.store.insert_edge(&edge)?;
        group.apply();
    }
    turn.store.save_group(group)
}
