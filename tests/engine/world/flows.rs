//! The calls of flows, and graphs in short: `world.graph(&[("a", &[]), ("b", &["a"])])` is a flow in which `b` depends
//! on `a`. Every member waits in a lane of its own, which is called as the member is.

use super::World;
use tidegate::model::events::event::EventStream;
use tidegate::model::flows::edge::EdgeGroupPolicy;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::events::read::EventRecord;
use tidegate::ops::executions::create::CreateArgs;
use tidegate::ops::flows::add_member::{AddExecutionToFlowAnswer, AddExecutionToFlowArgs};
use tidegate::ops::flows::create::{CreateFlowAnswer, CreateFlowArgs};
use tidegate::ops::flows::edges::apply::{ApplyDependencyAnswer, ApplyDependencyArgs};
use tidegate::ops::flows::edges::policy::{SetEdgeGroupPolicyAnswer, SetEdgeGroupPolicyArgs};
use tidegate::ops::flows::edges::stage::{StageDependencyEdgeAnswer, StageDependencyEdgeArgs};
use tidegate::ops::flows::edges::wait_children::{ChildEdge, WaitChildrenAnswer, WaitChildrenArgs};
use tidegate::ops::flows::seal::{SealFlowAnswer, SealFlowArgs};
use tidegate::{Error, Result};

/// A flow whose members are known by name.
#[derive(Clone, Debug)]
pub struct Graph {
    pub flow: String,
    members: Vec<(String, String)>,
}

impl Graph {
    /// The execution that has a name.
    pub fn id(&self, name: &str) -> String {
        self.members.iter().find(|(own, _)| own == name).map(|(_, id)| id.clone()).expect("a member of this name")
    }

    pub fn names(&self) -> Vec<String> {
        self.members.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Knows a member that was added without the help of this graph.
    pub fn knows(&mut self, name: &str, id: &str) {
        self.members.push((name.to_owned(), id.to_owned()));
    }
}

impl World {
    pub fn create_flow(&mut self, set: impl FnOnce(&mut CreateFlowArgs)) -> Result<CreateFlowAnswer> {
        let mut args = CreateFlowArgs::default();
        set(&mut args);
        self.call(args)
    }

    /// A flow without members.
    pub fn flow(&mut self) -> String {
        self.create_flow(|_| {}).unwrap().flow_id
    }

    pub fn add(&mut self, flow: &str, id: &str) -> Result<AddExecutionToFlowAnswer> {
        let (flow_id, execution_id) = (flow.to_owned(), id.to_owned());
        self.call(AddExecutionToFlowArgs { flow_id, execution_id, name: None })
    }

    /// A new execution in the lane `name`, a member of the flow under that name.
    pub fn member(&mut self, flow: &str, name: &str) -> String {
        self.member_with(flow, name, |_| {})
    }

    pub fn member_with(&mut self, flow: &str, name: &str, set: impl FnOnce(&mut CreateArgs)) -> String {
        let execution_id = self.submit_with(name, set);
        let args = AddExecutionToFlowArgs {
            flow_id: flow.to_owned(),
            execution_id: execution_id.clone(),
            name: Some(name.to_owned()),
        };
        self.call(args).unwrap();
        execution_id
    }

    pub fn stage_with(
        &mut self,
        flow: &str,
        upstream: &str,
        downstream: &str,
        set: impl FnOnce(&mut StageDependencyEdgeArgs),
    ) -> Result<StageDependencyEdgeAnswer> {
        let mut args = StageDependencyEdgeArgs {
            flow_id: flow.to_owned(),
            upstream_execution_id: upstream.to_owned(),
            downstream_execution_id: downstream.to_owned(),
            ..StageDependencyEdgeArgs::default()
        };
        set(&mut args);
        self.call(args)
    }

    pub fn stage(&mut self, flow: &str, upstream: &str, downstream: &str) -> Result<StageDependencyEdgeAnswer> {
        self.stage_with(flow, upstream, downstream, |_| {})
    }

    pub fn apply(&mut self, flow: &str, edge: &str) -> Result<ApplyDependencyAnswer> {
        self.call(ApplyDependencyArgs { flow_id: flow.to_owned(), edge_id: edge.to_owned() })
    }

    /// A staged edge; answers its id.
    pub fn staged(&mut self, flow: &str, upstream: &str, downstream: &str) -> String {
        self.stage(flow, upstream, downstream).unwrap().edge_id
    }

    /// An edge that is staged and applied; answers its id.
    pub fn edge(&mut self, flow: &str, upstream: &str, downstream: &str) -> String {
        self.edge_with(flow, upstream, downstream, |_| {})
    }

    pub fn edge_with(
        &mut self,
        flow: &str,
        upstream: &str,
        downstream: &str,
        set: impl FnOnce(&mut StageDependencyEdgeArgs),
    ) -> String {
        let edge = self.stage_with(flow, upstream, downstream, set).unwrap().edge_id;
        self.apply(flow, &edge).unwrap();
        edge
    }

    pub fn set_policy(&mut self, flow: &str, id: &str, policy: EdgeGroupPolicy) -> Result<SetEdgeGroupPolicyAnswer> {
        let (flow_id, downstream_execution_id) = (flow.to_owned(), id.to_owned());
        self.call(SetEdgeGroupPolicyArgs { flow_id, downstream_execution_id, policy })
    }

    pub fn seal(&mut self, flow: &str) -> Result<SealFlowAnswer> {
        self.call(SealFlowArgs { flow_id: flow.to_owned() })
    }

    /// A flow with these members, each with the names of what it depends on, all of it applied.
    pub fn graph(&mut self, members: &[(&str, &[&str])]) -> Graph {
        self.graph_with(members, |_, _| None)
    }

    /// The same, with a policy for those members that have one of their own.
    pub fn graph_with(
        &mut self,
        members: &[(&str, &[&str])],
        policy: impl Fn(&str, usize) -> Option<EdgeGroupPolicy>,
    ) -> Graph {
        let mut graph = Graph { flow: self.flow(), members: Vec::new() };
        for (name, _) in members {
            let id = self.member(&graph.flow, name);
            graph.knows(name, &id);
        }
        for (name, after) in members {
            if let Some(policy) = policy(name, after.len()) {
                self.set_policy(&graph.flow, &graph.id(name), policy).unwrap();
            }
            let edges: Vec<_> =
                after.iter().map(|one| self.staged(&graph.flow, &graph.id(one), &graph.id(name))).collect();
            for edge in edges {
                self.apply(&graph.flow, &edge).unwrap();
            }
        }
        graph
    }

    /// The same as [`World::graph`], sealed.
    pub fn sealed_graph(&mut self, members: &[(&str, &[&str])]) -> Graph {
        let graph = self.graph(members);
        self.seal(&graph.flow).unwrap();
        graph
    }

    /// Claims and completes a member.
    pub fn finish(&mut self, name: &str) -> Claim {
        let claim = self.claim(name);
        self.complete(&claim).unwrap();
        claim
    }

    /// Claims and completes a member with a result.
    pub fn finish_with(&mut self, name: &str, result: &[u8]) -> Claim {
        let claim = self.claim(name);
        self.complete_with(&claim, result).unwrap();
        claim
    }

    /// Claims a member and has it fail for good.
    pub fn spoil(&mut self, name: &str) -> Claim {
        let claim = self.claim(name);
        self.fail(&claim, FailureClass::Permanent).unwrap();
        claim
    }

    /// The states of the members, in the order of their creation.
    pub fn states(&mut self, graph: &Graph) -> Vec<PublicState> {
        graph.members.iter().map(|(_, id)| self.state(id)).collect()
    }

    /// Waits for children, all of which are needed unless a policy says otherwise.
    pub fn wait_for(
        &mut self,
        claim: &Claim,
        upstreams: &[&str],
        policy: Option<EdgeGroupPolicy>,
    ) -> Result<WaitChildrenAnswer> {
        let edges = upstreams.iter().map(|id| child_edge(id)).collect();
        self.call(WaitChildrenArgs { handle: claim.handle.clone(), edges, policy, timeout_ms: None })
    }

    /// What the log says of flows.
    pub fn flow_events(&mut self) -> Vec<EventRecord> {
        self.events_in(&[EventStream::Flow])
    }

    pub fn flow_causes(&mut self) -> Vec<Cause> {
        self.flow_events().into_iter().map(|event| event.cause).collect()
    }

    /// Has a call refused, and makes sure that it wrote nothing.
    pub fn refused<T: std::fmt::Debug>(&mut self, call: impl FnOnce(&mut Self) -> Result<T>) -> Error {
        while self.tick().applied > 0 {}
        let before = self.rows();
        let error = self.unwritten(call).expect_err("a refusal");
        assert_eq!(self.rows(), before, "{error}");
        error
    }

    /// Every row of every table that has one, as text.
    pub fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for sql in ROWS {
            self.driver
                .query(sql, &[], &mut |row| {
                    rows.push(row.text(0)?.to_owned());
                    Ok(())
                })
                .unwrap();
        }
        rows
    }
}

/// An edge of `wait_children`.
pub fn child_edge(upstream: &str) -> ChildEdge {
    ChildEdge { upstream_execution_id: upstream.to_owned(), ..ChildEdge::default() }
}

const ROWS: [&str; 7] = [
    "SELECT 'flow/' || id || '/' || changed_at || '/' || revision || '/' || edge_count || '/' || first_rank || '/' || \
     last_rank || '/' || sealed || '/' || coalesce(ended_at, '') || '/' || waiting || '/' || waiting_children || '/' || \
     delayed || '/' || active || '/' || skipped || '/' || cancelled FROM flow ORDER BY id",
    "SELECT 'edge/' || upstream || '/' || downstream || '/' || state || '/' || round || '/' || aside \
     FROM edge ORDER BY public_id",
    "SELECT 'group/' || execution || '/' || policy || '/' || k || '/' || let_run || '/' || round || '/' || total || \
     '/' || succeeded || '/' || failed || '/' || skipped || '/' || aside || '/' || state FROM edge_group ORDER BY execution",
    "SELECT 'execution/' || id || '/' || phase || '/' || coalesce(reason, '') || '/' || changed_at || '/' || \
     last_event || '/' || coalesce(flow, '') || '/' || coalesce(expires_at, '') FROM execution ORDER BY id",
    "SELECT 'member/' || execution || '/' || coalesce(member_rank, '') || '/' || coalesce(member_name, '') \
     FROM specification ORDER BY execution",
    "SELECT 'event/' || position || '/' || cause || '/' || at FROM event ORDER BY position",
    "SELECT 'meta/' || next_execution || '/' || next_flow || '/' || next_position || '/' || next_payload FROM meta",
];
