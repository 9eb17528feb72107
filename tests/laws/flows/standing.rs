//! How members that have ended, and flows, stand in the model (contract: edges.on, edges.not-needed, flows.state,
//! flows.tolerated).

use super::model::{Edge, EdgeState, GroupState, Member, Model, NOT_NEEDED};

/// Whether an end meets an edge.
pub fn met(on: &str, end: &str) -> bool {
    match on {
        "success" => end == "success",
        "failure" => end != "success" && end != NOT_NEEDED,
        _ => true,
    }
}

/// The outcome of an end.
pub fn outcome_of(end: &'static str) -> &'static str {
    if end == NOT_NEEDED { "skipped" } else { end }
}

impl Model {
    /// How a member that has ended stands for edges that lead from it.
    pub fn end_of(&self, row: usize) -> Option<&'static str> {
        let one = &self.members[row];
        let needless = one.ending.as_ref().is_some_and(|(reason, _)| reason == NOT_NEEDED);
        one.outcome().map(|outcome| if outcome == "skipped" && needless { NOT_NEEDED } else { outcome })
    }

    /// Whether a group is pending only since it asks for more edges than it has.
    pub fn waits_for_edges(&self, row: usize) -> bool {
        let group = &self.members[row].group;
        let resolved = group.succeeded + group.failed + group.skipped == group.total;
        group.total > 0 && group.state == GroupState::Pending && resolved
    }

    /// Whether the groups of a flow may get further edges.
    pub fn grows(&self, flow: usize) -> bool {
        !self.flows[flow].sealed && self.flows[flow].cancelled.is_none()
    }

    /// Whether it ended badly and everything that needed its success has enough or asks for it no longer.
    pub fn is_tolerated(&self, one: &Member) -> bool {
        let mut edges = one.outbound.iter().map(|edge| &self.edges[*edge]);
        let applied = |edge: &Edge| edge.on == "success" && edge.state != EdgeState::Staged;
        let missed = |edge: &Edge| {
            let group = &self.members[edge.down].group;
            let met = matches!(edge.state, EdgeState::Satisfied(_));
            !met && group.round == edge.round && group.state != GroupState::Satisfied
        };
        let badly = matches!(one.outcome(), Some("failed" | "cancelled" | "expired"));
        badly && !one.excused && edges.clone().any(applied) && !edges.any(|edge| applied(edge) && missed(edge))
    }

    pub fn public_flow_state(&self, flow: usize) -> &'static str {
        let one = &self.flows[flow];
        let members = || one.members.iter().map(|row| &self.members[*row]);
        if one.cancelled.is_some() {
            return "cancelled";
        }
        if members().all(Member::over) && (!one.members.is_empty() || one.sealed) {
            let bad = |one: &Member| {
                ["failed", "cancelled", "expired"].contains(&one.public_state())
                    && !one.excused
                    && !self.is_tolerated(one)
            };
            return if members().any(bad) { "failed" } else { "completed" };
        }
        let any = |states: &[&str]| members().any(|one| states.contains(&one.public_state()));
        if any(&["active"]) {
            "running"
        } else if any(&["suspended", "delayed", "rate_limited", "waiting_children"]) {
            "blocked"
        } else {
            "open"
        }
    }
}
