//! What follows from an end in the model: edges are resolved, groups are satisfied or become impossible, children run
//! or are skipped, siblings are cancelled, flows complete (contract: edges.resolve, edges.cascade, edges.siblings,
//! flows.ends-once).

use super::model::{CHILDREN, EdgeState, Group, GroupState, Model, NOT_NEEDED, Need, Phase};
use super::standing::met;
use serde_json::{Value, json};

impl Model {
    /// Ends the latest attempt, unless it has ended already.
    pub fn end_attempt(&mut self, row: usize, lifecycle: &'static str) {
        if let Some(attempt) = self.members[row].attempts.last_mut() {
            attempt.ended = attempt.ended.or(Some(lifecycle));
        }
    }

    /// The epoch rises where a lease was live. Contract: states.cancel.
    pub fn cancel_member(&mut self, row: usize, at: i64, reason: &str, source: &str) {
        self.end_attempt(row, "ended_cancelled");
        let one = &mut self.members[row];
        let lease = one.held().then_some("revoked");
        one.epoch += i64::from(one.held());
        one.ending = Some((reason.to_owned(), Some(source.to_owned())));
        self.enter(row, at, Phase::Ended { outcome: "cancelled" }, "cancelled", lease);
    }

    /// Contract: states.skip.
    fn skip(&mut self, row: usize, reason: &str, at: i64) {
        self.end_attempt(row, "ended_cancelled");
        self.members[row].ending = Some((reason.to_owned(), Some("engine".to_owned())));
        self.enter(row, at, Phase::Ended { outcome: "skipped" }, "skipped", None);
        if reason == NOT_NEEDED {
            self.tell(json!({ "reason": reason }));
            self.meet("a skip of one not needed");
        } else {
            self.meet("a skip");
        }
    }

    /// Resolves all that follows from the ends of the call, first in first out.
    pub fn cascade(&mut self, at: i64) {
        while let Some(row) = self.queue.pop_front() {
            let applied = |edge: &usize| self.edges[*edge].state == EdgeState::Applied;
            let outbound: Vec<usize> = self.members[row].outbound.iter().copied().filter(applied).collect();
            // They are resolved together: what one of them leads to sees the others resolved.
            for edge in &outbound {
                self.resolve_edge(*edge);
            }
            for edge in self.sorted(outbound) {
                self.resolve(edge, at);
            }
        }
        for flow in self.touched_flows.clone() {
            self.conclude(flow, at);
        }
    }

    /// A flow without a live member ends when it is sealed or cancelled, and goes on when one is replayed.
    pub fn conclude(&mut self, flow: usize, at: i64) {
        let done = self.is_over(flow) && self.live(flow) == 0;
        if done == self.flows[flow].ended_at.is_some() {
            return;
        }
        self.flows[flow].ended_at = done.then_some(at);
        if done {
            self.over.insert(self.flows[flow].id.clone());
        }
        if self.flows[flow].cancelled.is_some() {
            return;
        }
        if done {
            let state = self.public_flow_state(flow);
            self.flow_event(flow, at, "flow_completed", &json!({ "publicFlowState": state }));
            let loser = |row: &usize| self.is_tolerated(&self.members[*row]);
            if state == "completed" && self.flows[flow].members.iter().any(loser) {
                self.meet("a flow that completed with a loser");
            }
            self.meet(if state == "failed" { "a flow that failed" } else { "a flow that completed" });
        } else {
            self.flow_event(flow, at, "flow_reopened", &Value::Null);
            self.meet("a flow reopened");
        }
    }

    /// Resolves an edge for good whose upstream has ended.
    pub fn resolve(&mut self, edge: usize, at: i64) {
        let (up, down, round) = (self.edges[edge].up, self.edges[edge].down, self.edges[edge].round);
        self.resolve_edge(edge);
        let state = self.edges[edge].state;
        self.touch(down);
        self.touch(up);
        let group = &mut self.members[down].group;
        if round != group.round {
            self.meet("an edge of an earlier round");
            return;
        }
        group.count(state, 1);
        let pending = group.state == GroupState::Pending;
        if group.policy.need == Need::All {
            self.replace_input(edge);
        }
        if pending {
            self.judge(down, Some(edge), at);
        }
    }

    /// An edge is what the end of its upstream makes of it.
    pub fn resolve_edge(&mut self, edge: usize) {
        let up = self.edges[edge].up;
        let end = self.end_of(up).expect("an upstream that has ended");
        let is_met = met(self.edges[edge].on, end);
        let result = self.members[up].result.clone().filter(|_| end == "success" && is_met);
        let one = &mut self.edges[edge];
        one.state = if is_met { EdgeState::Satisfied(end) } else { EdgeState::Impossible(end) };
        (one.result, one.aside) = (result, false);
    }

    fn replace_input(&mut self, edge: usize) {
        let one = &self.edges[edge];
        if let (true, Some(result)) = (one.replaces, one.result.clone()) {
            let down = one.down;
            if self.members[down].over() {
                self.meet("an input of one that had ended");
            } else {
                self.members[down].input = Some(result);
                self.meet("an input that was replaced");
            }
        }
    }

    /// Where a group stands by its counters.
    pub fn verdict(&self, down: usize) -> GroupState {
        let one = &self.members[down];
        verdict_of(&one.group, one.flow.is_some_and(|flow| self.grows(flow)))
    }

    /// Moves a pending group on, and its child and siblings with it.
    pub fn judge(&mut self, down: usize, edge: Option<usize>, at: i64) {
        let state = self.verdict(down);
        if state == GroupState::Pending {
            return;
        }
        self.members[down].group.state = state;
        self.members[down].group.due_at = None;
        let ended_before = self.members[down].over();
        let policy = self.members[down].group.policy;
        if state == GroupState::Satisfied {
            if let (Some(edge), true) = (edge, policy.need != Need::All) {
                self.replace_input(edge);
            }
            self.let_go(down, at);
        } else if self.members[down].runnable() {
            let reason = if self.is_needless(down) { NOT_NEEDED } else { "dependency_impossible" };
            self.skip(down, reason, at);
        }
        if policy.need != Need::All && !policy.let_run && !ended_before {
            self.cancel_siblings(down, state, at);
        }
        self.meet(match (policy.need, state) {
            (Need::All, GroupState::Satisfied) => "an all_of group satisfied",
            (Need::All, _) => "an all_of group impossible",
            (Need::Any, GroupState::Satisfied) => "an any_of group satisfied",
            (Need::Any, _) => "an any_of group impossible",
            (Need::Quorum(_), GroupState::Satisfied) => "a quorum met",
            (Need::Quorum(_), _) => "a quorum out of reach",
        });
    }

    /// Whether a group is impossible because nothing failed.
    fn is_needless(&self, down: usize) -> bool {
        let one = &self.members[down];
        let of_round = one.inbound.iter().map(|edge| &self.edges[*edge]).filter(|edge| edge.round == one.group.round);
        let unmet = of_round
            .filter_map(|edge| if let EdgeState::Impossible(end) = edge.state { Some((edge.on, end)) } else { None });
        let unmet: Vec<_> = unmet.collect();
        !unmet.is_empty() && unmet.iter().all(|(on, end)| *on == "failure" && ["success", NOT_NEEDED].contains(end))
    }

    /// What asks for more upstreams than there are is judged once there will be no more.
    pub fn judge_short(&mut self, flow: usize, at: i64) {
        for row in self.flows[flow].members.clone() {
            let group = &self.members[row].group;
            let short = matches!(group.policy.need, Need::Quorum(k) if k > group.total) && group.total > 0;
            if short && group.state == GroupState::Pending && self.verdict(row) != GroupState::Pending {
                self.meet("a short group judged");
                self.judge(row, None, at);
            }
        }
    }

    /// For what its dependencies block. Contract: states.unblock.
    pub fn let_go(&mut self, down: usize, at: i64) {
        let Phase::Blocked { next, by: CHILDREN, not_before_at } = self.members[down].phase else { return };
        let phase = match not_before_at {
            Some(until_at) if until_at > at => Phase::Delayed { next, until_at },
            Some(_) | None => Phase::Waiting { next },
        };
        self.enter(down, at, phase, "unblocked", None);
    }

    fn cancel_siblings(&mut self, down: usize, state: GroupState, at: i64) {
        let satisfied = state == GroupState::Satisfied;
        let reason = if satisfied { "sibling_quorum_satisfied" } else { "sibling_quorum_impossible" };
        let round = self.members[down].group.round;
        let open = |edge: &usize| self.edges[*edge].state == EdgeState::Applied && self.edges[*edge].round == round;
        let inbound = self.members[down].inbound.iter().copied().filter(open).collect();
        for edge in self.sorted(inbound) {
            let up = self.edges[edge].up;
            if !self.members[up].over() {
                self.cancel_member(up, at, reason, "engine");
                self.members[up].excused = satisfied;
                self.meet(if satisfied { "a sibling of a met quorum" } else { "a sibling of a quorum out of reach" });
            }
        }
    }
}

/// Where a group stands by its counters.
pub fn verdict_of(group: &Group, grows: bool) -> GroupState {
    let needed = match group.policy.need {
        Need::All => group.total,
        Need::Any => 1,
        Need::Quorum(k) => k,
    };
    let bad = group.failed + group.skipped;
    if grows && needed > group.total {
        return GroupState::Pending;
    }
    if group.succeeded >= needed {
        GroupState::Satisfied
    } else if (needed <= group.total && bad > group.total - needed) || group.succeeded + bad == group.total {
        GroupState::Impossible
    } else {
        GroupState::Pending
    }
}

impl Group {
    /// Counts a resolved edge.
    pub fn count(&mut self, state: EdgeState, by: i64) {
        match state {
            EdgeState::Staged | EdgeState::Applied => {}
            EdgeState::Satisfied(_) => self.succeeded += by,
            EdgeState::Impossible("skipped" | NOT_NEEDED) => self.skipped += by,
            EdgeState::Impossible(_) => self.failed += by,
        }
    }
}
