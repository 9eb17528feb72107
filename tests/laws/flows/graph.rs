//! Calls that build a graph in the model, one piece at a time (contract: flows.create, flows.add, edges.stage,
//! edges.apply, edges.policy).

use super::model::{Answer, CHILDREN, EdgeState, GroupState, Model, Need, Phase, owned, refused, text};
use super::shapes::policy_given;
use serde_json::{Value, json};

impl Model {
    pub fn add_execution(&mut self, args: &Value, now: i64) -> Answer {
        let flow = self.open_flow(text(args, "flowId"))?;
        let row = self.find(text(args, "executionId"))?;
        let id = self.members[row].id.clone();
        let counted = |outcome: &str, model: &Self| {
            Ok(json!({ "outcome": outcome, "executionId": id, "nodeCount": model.flows[flow].members.len() }))
        };
        match self.members[row].flow {
            Some(other) if other != flow => return Err(refused("conflict.execution_already_in_flow")),
            Some(_) => return counted("already_member", self),
            None => {}
        }
        self.members[row].name = owned(args, "name");
        self.join(flow, row);
        self.flow_event(flow, now, "flow_member_added", &json!({ "executionId": id }));
        if self.members[row].over() {
            self.meet("a member that had ended");
        }
        counted("added", self)
    }

    pub fn stage_edge(&mut self, args: &Value, found: &Value, now: i64) -> Answer {
        let (up_id, down_id) = (text(args, "upstreamExecutionId"), text(args, "downstreamExecutionId"));
        let flow = self.open_flow(text(args, "flowId"))?;
        let revision = self.flows[flow].revision;
        if args["expectedGraphRevision"].as_i64().is_some_and(|expected| expected != revision) {
            return Err(refused("contention.stale_graph_revision"));
        }
        let ends = (self.member_of(flow, up_id)?, self.member_of(flow, down_id)?);
        if self.leads(ends.1, ends.0) {
            return Err(refused("conflict.cycle_detected"));
        }
        let id = owned(args, "edgeId").unwrap_or_else(|| text(&found["ok"], "edgeId").to_owned());
        if self.edge_of(flow, &id).is_some() {
            return Err(refused("conflict.dependency_already_exists"));
        }
        self.staged(flow, ends, args, &id, now);
        Ok(json!({ "edgeId": id, "newGraphRevision": self.flows[flow].revision }))
    }

    fn staged(&mut self, flow: usize, ends: (usize, usize), args: &Value, id: &str, now: i64) {
        self.join_edge(flow, ends, args, id.to_owned(), now);
        let (up, down) = (&self.members[ends.0].id, &self.members[ends.1].id);
        let detail = json!({ "edgeId": id, "upstreamExecutionId": up, "downstreamExecutionId": down });
        self.flow_event(flow, now, "flow_edge_staged", &detail);
    }

    pub fn member_of(&self, flow: usize, id: &str) -> Result<usize, Value> {
        let row = self.by_id.get(id).copied().filter(|row| self.members[*row].flow == Some(flow));
        row.ok_or_else(|| refused("state.execution_not_in_flow"))
    }

    pub fn apply_edge(&mut self, args: &Value, now: i64) -> Answer {
        let flow = self.open_flow(text(args, "flowId"))?;
        let edge = self.edge_of(flow, text(args, "edgeId")).ok_or_else(|| refused("validation.invalid_dependency"))?;
        let (up, down) = (self.edges[edge].up, self.edges[edge].down);
        let answer = |outcome: &str, model: &Self| {
            let (one, state) = (&model.members[down], model.members[down].public_state());
            let unsatisfied = one.group.total - one.group.succeeded - one.group.failed - one.group.skipped;
            Ok(json!({ "outcome": outcome, "unsatisfiedCount": unsatisfied, "publicState": state }))
        };
        if self.edges[edge].state != EdgeState::Staged {
            return answer("already_applied", self);
        }
        if !self.members[down].runnable() {
            return Err(refused("state.wrong_phase"));
        }
        let group = &mut self.members[down].group;
        (group.known, group.total) = (true, group.total + 1);
        if group.policy.need == Need::All && group.state == GroupState::Satisfied {
            // Every edge of it counts: what is new is judged as if it had been there all along.
            group.state = GroupState::Pending;
        }
        self.edges[edge].state = EdgeState::Applied;
        self.edges[edge].round = self.members[down].group.round;
        self.touch(down);
        if self.members[up].over() {
            self.meet("an edge whose upstream had ended");
            self.resolve(edge, now);
        } else if self.members[down].group.state == GroupState::Pending {
            // With one more upstream what had failed before may be too much.
            self.judge(down, None, now);
        }
        self.block_by_dependencies(down, now);
        self.cascade(now);
        answer("applied", self)
    }

    /// What waits or is delayed while its group is pending.
    pub fn block_by_dependencies(&mut self, row: usize, now: i64) {
        let group = &self.members[row].group;
        if group.total == 0 || group.state != GroupState::Pending {
            return;
        }
        let (next, not_before_at) = match self.members[row].phase {
            Phase::Waiting { next } => (next, None),
            Phase::Delayed { next, until_at } => (next, Some(until_at)),
            Phase::Blocked { .. } | Phase::Held { .. } | Phase::Lapsed { .. } | Phase::Ended { .. } => return,
        };
        self.enter(row, now, Phase::Blocked { next, by: CHILDREN, not_before_at }, "blocked", None);
    }

    pub fn set_policy(&mut self, args: &Value) -> Answer {
        let policy = &args["policy"];
        let flow = self.open_flow(text(args, "flowId"))?;
        let row = self.member_of(flow, text(args, "downstreamExecutionId"))?;
        let wanted = policy_given(policy);
        let group = &mut self.members[row].group;
        if group.known && group.policy == wanted {
            return Ok(json!({ "outcome": "already_set" }));
        }
        if group.total > 0 {
            return Err(refused("validation.invalid_input"));
        }
        (group.policy, group.known) = (wanted, true);
        self.touch(row);
        Ok(json!({ "outcome": "set" }))
    }

    pub fn seal(&mut self, args: &Value, now: i64) -> Answer {
        let flow = self.find_flow(text(args, "flowId"))?;
        if self.flows[flow].cancelled.is_some() {
            return Err(refused("state.flow_already_terminal"));
        }
        let sealed = std::mem::replace(&mut self.flows[flow].sealed, true);
        if !sealed {
            self.flow_event(flow, now, "flow_sealed", &Value::Null);
            self.judge_short(flow, now);
            self.cascade(now);
        }
        let outcome = if sealed { "already_sealed" } else { "sealed" };
        Ok(json!({ "outcome": outcome, "publicFlowState": self.public_flow_state(flow) }))
    }

    /// Stages and applies the edges that a worker waits for, in a new round.
    pub fn new_round(&mut self, flow: usize, row: usize, edges: &[(usize, Value, String)], now: i64) {
        for (up, args, id) in edges {
            self.staged(flow, (*up, row), args, id, now);
        }
        let group = &mut self.members[row].group;
        group.total = i64::try_from(edges.len()).expect("a count");
        let (round, from) = (group.round, self.edges.len() - edges.len());
        for edge in &mut self.edges[from..] {
            (edge.state, edge.round) = (EdgeState::Applied, round);
        }
    }
}
