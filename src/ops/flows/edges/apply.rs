//! `apply_dependency_to_child`: a staged edge begins to count. Its downstream waits for it, unless its upstream has
//! ended already: then what follows from that follows at once. Contract: edges.apply, edges.apply-ended,
//! edges.apply-phase.

use crate::error::{Code, Error, Result};
use crate::model::executions::execution::Execution;
use crate::model::executions::phase::{Blocker, Phase};
use crate::model::flows::edge::{Edge, EdgeGroup, EdgeGroupPolicy, EdgeState};
use crate::model::ground::argument::Limits;
use crate::model::ground::given::reads;
use crate::model::ground::id::{required_uuid, uuid_text};
use crate::model::ground::vocabulary::PublicState;
use crate::ops::flows::find::open_flow;
use crate::ops::ground::blocked::is_pending;
use crate::ops::ground::call::Call;
use crate::ops::ground::cascade::{end_of, follow, judge, resolved};
use crate::ops::ground::settle::{Change, transit};
use crate::ops::ground::tolerate::suspect;
use crate::ops::ground::turn::Turn;
use serde::Serialize;
use uuid::Uuid;

/// The arguments of `apply_dependency_to_child`.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct ApplyDependencyArgs {
    /// The flow.
    pub flow_id: String,
    /// The edge.
    pub edge_id: String,
}

reads!(ApplyDependencyArgs { flow_id, edge_id });

/// What came of applying an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum ApplyOutcome {
    /// It counts now.
    Applied,
    /// It did before; nothing changed.
    AlreadyApplied,
}

/// The answer of `apply_dependency_to_child`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ApplyDependencyAnswer {
    /// What came of it.
    pub outcome: ApplyOutcome,
    /// Edges of the downstream whose upstream has not ended.
    pub unsatisfied_count: i64,
    /// The state of the downstream now.
    pub public_state: PublicState,
}

/// Checked arguments.
pub struct Ready {
    flow: Uuid,
    edge: Uuid,
}

impl Call for ApplyDependencyArgs {
    const OP: &'static str = "apply_dependency_to_child";
    const WRITES: bool = true;
    type Ready = Ready;
    type Answer = ApplyDependencyAnswer;

    fn check(self, _limits: &Limits) -> Result<Ready> {
        Ok(Ready { flow: required_uuid("flowId", &self.flow_id)?, edge: required_uuid("edgeId", &self.edge_id)? })
    }

    fn run(ready: &Ready, turn: &mut Turn<'_>) -> Result<ApplyDependencyAnswer> {
        let flow = open_flow(turn, ready.flow)?;
        let Some(edge) = turn.store.edge(flow, ready.edge)? else { return Err(unknown(ready)) };
        let outcome = match edge.state {
            EdgeState::Staged => ApplyOutcome::Applied,
            EdgeState::Applied | EdgeState::Resolved(_) | EdgeState::NotNeeded => ApplyOutcome::AlreadyApplied,
        };
        let row = edge.downstream;
        if outcome == ApplyOutcome::Applied {
            apply(turn, edge)?;
            turn.store.flow_mut(flow)?.changed_at = turn.now;
        }
        let unsatisfied_count = turn.store.group(row)?.map_or(0, |group| group.unresolved());
        let public_state = turn.store.execution(row)?.public_state();
        Ok(ApplyDependencyAnswer { outcome, unsatisfied_count, public_state })
    }
}

/// Applies a staged edge.
fn apply(turn: &mut Turn<'_>, mut edge: Edge) -> Result<()> {
    let child = turn.store.execution(edge.downstream)?;
    if matches!(child.phase, Phase::Active(_) | Phase::Suspended(_) | Phase::Terminal(_)) {
        return Err(wrong_phase(&child));
    }
    let upstream = turn.store.execution(edge.upstream)?;
    let mut group = match turn.store.group(child.row)? {
        Some(group) => group,
        None => EdgeGroup::new(child.row, EdgeGroupPolicy::AllOf, 1),
    };
    group.apply();
    (edge.state, edge.round) = (EdgeState::Applied, group.round);
    turn.store.save_edge(&edge)?;
    turn.store.save_group(group)?;
    resolve_ended(turn, &mut edge, &upstream)?;
    if edge.state == EdgeState::Applied {
        // With one more upstream what had failed before may be too much.
        judge(turn, group, edge.flow, turn.now)?;
    }
    block(turn, child.row)?;
    follow(turn, edge.flow, turn.now)
}

/// Resolves an applied edge whose upstream has ended already.
pub fn resolve_ended(turn: &mut Turn<'_>, edge: &mut Edge, upstream: &Execution) -> Result<()> {
    let Some(end) = end_of(turn, upstream)? else { return Ok(()) };
    edge.resolve(end, upstream.attempt.as_ref().and_then(|attempt| attempt.result));
    turn.store.save_edge(edge)?;
    resolved(turn, edge, false, turn.now)?;
    if end.is_loss() {
        suspect(turn, edge.upstream);
    }
    Ok(())
}

/// Blocks a downstream that was claimable, now or later, and whose group is not settled.
fn block(turn: &mut Turn<'_>, row: i64) -> Result<()> {
    if !is_pending(turn, row)? {
        return Ok(());
    }
    let mut child = turn.store.execution(row)?;
    let step = match child.phase {
        Phase::Waiting(waiting) => waiting.block(Blocker::Children),
        Phase::Delayed(delayed) => delayed.block(),
        Phase::Blocked(_) | Phase::Active(_) | Phase::Suspended(_) | Phase::Terminal(_) => return Ok(()),
    };
    transit(turn, &mut child, Change::plain(step, turn.now))
}

#[cold]
fn unknown(ready: &Ready) -> Error {
    let (flow, edge) = (uuid_text(ready.flow), uuid_text(ready.edge));
    Error::new(Code::InvalidDependency, format!("edgeId: flow {flow} has no edge with the id {edge}"))
        .with("field", "edgeId")
        .with("flowId", flow)
        .with("edgeId", edge)
}

#[cold]
fn wrong_phase(child: &Execution) -> Error {
    let (id, state) = (child.id, child.public_state());
    Error::new(Code::WrongPhase, format!("execution {id} is {state}, and must be waiting, delayed or blocked"))
        .with("executionId", id)
        .with("publicState", state)
}
