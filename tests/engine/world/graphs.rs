//! Submitting whole flows, and running them: more calls of the [`World`].

use super::World;
use tidegate::Result;
use tidegate::model::events::event::EventStream;
use tidegate::model::flows::edge::OnSatisfied;
use tidegate::model::flows::need::Need;
use tidegate::model::ground::vocabulary::{FailureClass, PublicState};
use tidegate::ops::attempts::claim::Claim;
use tidegate::ops::executions::create::CreateArgs;
use tidegate::ops::flows::submit::{AfterArgs, MemberArgs, MemberNeeds, SubmitFlowAnswer, SubmitFlowArgs};

/// The lane of every member that names no other.
pub const LANE: &str = "flow";

/// A member that needs others.
pub fn node(name: &str, after: &[&str]) -> MemberArgs {
    let create = CreateArgs { lane: LANE.to_owned(), kind: "step".to_owned(), ..CreateArgs::default() };
    let after = after.iter().map(|name| AfterArgs { name: (*name).to_owned(), ..AfterArgs::default() }).collect();
    MemberArgs { needs: MemberNeeds { name: name.to_owned(), after, ..MemberNeeds::default() }, create }
}

/// A member that needs some of others.
pub fn some_of(name: &str, after: &[&str], need: Need, on_satisfied: Option<OnSatisfied>) -> MemberArgs {
    let mut member = node(name, after);
    (member.needs.need, member.needs.on_satisfied) = (Some(need), on_satisfied);
    member
}

/// A member whose input the results of those that it needs take the place of.
pub fn fed(name: &str, after: &[&str]) -> MemberArgs {
    let mut member = node(name, after);
    member.create.input = Some("own".into());
    for after in &mut member.needs.after {
        after.replace_input = Some(true);
    }
    member
}

pub fn flow_of(members: Vec<MemberArgs>) -> SubmitFlowArgs {
    SubmitFlowArgs { members, ..SubmitFlowArgs::default() }
}

/// A submitted flow and the names of its members, in order.
#[derive(Clone, Debug)]
pub struct Graph {
    pub id: String,
    pub names: Vec<String>,
    pub ids: Vec<String>,
}

impl Graph {
    /// The execution of a member.
    pub fn of(&self, name: &str) -> &str {
        let place = self.names.iter().position(|one| one == name).unwrap_or_else(|| panic!("no member {name}"));
        &self.ids[place]
    }

    /// The name of a claimed member.
    pub fn named(&self, claim: &Claim) -> &str {
        &self.names[self.ids.iter().position(|id| *id == claim.execution_id).expect("a member")]
    }
}

impl World {
    pub fn submit_flow(&mut self, args: SubmitFlowArgs) -> Result<SubmitFlowAnswer> {
        self.call(args)
    }

    pub fn submitted(&mut self, members: Vec<MemberArgs>) -> Graph {
        let names = members.iter().map(|member| member.needs.name.clone()).collect();
        let SubmitFlowAnswer { flow_id: id, execution_ids: ids, .. } = self.submit_flow(flow_of(members)).unwrap();
        Graph { id, names, ids }
    }

    /// A flow of members by name, each with those that it needs all of.
    pub fn wired(&mut self, members: &[(&str, &[&str])]) -> Graph {
        self.submitted(members.iter().map(|(name, after)| node(name, after)).collect())
    }

    /// The names of what can be claimed, in the order in which it is; all of it is claimed.
    pub fn claims_of(&mut self, graph: &Graph) -> Vec<String> {
        std::iter::from_fn(|| self.claim_if_any(LANE)).map(|claim| graph.named(&claim).to_owned()).collect()
    }

    /// Claims the next member, which must be this one.
    pub fn claim_member(&mut self, graph: &Graph, name: &str) -> Claim {
        let claim = self.claim(LANE);
        assert_eq!(graph.named(&claim), name);
        claim
    }

    /// Claims the next member, which must be this one, and completes it with its name as its result.
    pub fn finish_node(&mut self, graph: &Graph, name: &str) {
        let claim = self.claim_member(graph, name);
        self.complete_with(&claim, name.as_bytes()).unwrap();
    }

    /// Claims members until it is this one, and fails it for good.
    pub fn spoil_node_of(&mut self, graph: &Graph, name: &str) {
        let claim = self.claim_until(graph, name);
        self.fail(&claim, FailureClass::Permanent).unwrap();
    }

    fn claim_until(&mut self, graph: &Graph, name: &str) -> Claim {
        std::iter::repeat_with(|| self.claim(LANE)).find(|claim| graph.named(claim) == name).expect("it is claimable")
    }

    /// Claims the next member, which must be this one, and fails it for good.
    pub fn spoil_node(&mut self, graph: &Graph, name: &str) {
        let claim = self.claim_member(graph, name);
        self.fail(&claim, FailureClass::Permanent).unwrap();
    }

    pub fn states_of(&mut self, graph: &Graph) -> Vec<PublicState> {
        graph.ids.iter().map(|id| self.state(id)).collect()
    }

    /// The causes of the events about flows, in order.
    pub fn flow_words(&mut self) -> Vec<&'static str> {
        self.events_in(&[EventStream::Flow]).iter().map(|event| event.cause.word()).collect()
    }
}
