//! The members of a submitted flow, checked as a whole before anything is looked up.
//!
//! Invariant: every refusal names the place of what it refuses, as `members[3].after[0]`. Contract: flows.submit-place,
//! flows.submit-after, flows.submit-need, flows.submit-cycle.

use crate::error::{Code, Error, Result};
use crate::model::flows::edge::{DependencyKind, EdgeGroupPolicy, EdgeOn, OnSatisfied};
use crate::model::flows::graph::Graph;
use crate::model::flows::need::Need;
use crate::model::ground::argument::{self, Limits};
use crate::model::ground::given::{Given, Members as _, Path, Read, reads};
use crate::model::ground::json::{is_named, known, refusal};
use crate::ops::executions::creation::{CreateArgs, Creation};
use rustc_hash::FxHashMap;

/// Most members of one submission.
pub const MEMBERS_MAX: usize = 100_000;
/// Most dependencies among them.
pub const EDGES_MAX: usize = 1_000_000;
/// Members of a cycle that its refusal names.
const CYCLE_SHOWN_MAX: usize = 10;
/// Characters of the names of these.
const NAME_SHOWN_MAX: usize = 80;

/// A member of a submitted flow: what an execution is created with, and what it needs.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    feature = "types",
    derive(ts_rs::TS),
    ts(type = "MemberNeeds & Omit<CreateArgs, \"namespace\" | \"idempotencyKey\" | \"flowId\">")
)]
pub struct MemberArgs {
    /// Its name and what it needs.
    pub needs: MemberNeeds,
    /// What it is created with.
    pub create: CreateArgs,
}

/// The name of a member, and what it needs.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "types", derive(ts_rs::TS), ts(rename_all = "camelCase", optional_fields))]
pub struct MemberNeeds {
    /// 1 to 256 bytes, unlike those of the other members.
    pub name: String,
    /// The members that it needs.
    #[cfg_attr(feature = "types", ts(optional, as = "Option<_>"))]
    pub after: Vec<AfterArgs>,
    /// How many of them must succeed; all of them when left out.
    pub need: Option<Need>,
    /// What becomes of the others once enough of them have succeeded or can succeed no longer; `cancel_remaining` when
    /// left out.
    pub on_satisfied: Option<OnSatisfied>,
}

reads!(MemberNeeds { name, after = default, need, on_satisfied });

/// A member that another one needs: its name alone, or more about the dependency.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    feature = "types",
    derive(ts_rs::TS),
    ts(type = "string | { name: string, edgeRef?: string, replaceInput?: boolean, on?: EdgeOn }")
)]
pub struct AfterArgs {
    /// The name of the member that is needed.
    pub name: String,
    /// What the worker is told of the dependency: 1 to 256 bytes.
    pub edge_ref: Option<String>,
    /// Whether the result becomes the input.
    pub replace_input: Option<bool>,
    /// Which ends of it meet the dependency; `success` when left out.
    pub on: Option<EdgeOn>,
}

/// The long form.
struct LongAfter {
    name: String,
    edge_ref: Option<String>,
    replace_input: Option<bool>,
    on: Option<EdgeOn>,
}

reads!(LongAfter { name, edge_ref, replace_input, on });

impl Read for AfterArgs {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        if let Given::Object(_) = given {
            let LongAfter { name, edge_ref, replace_input, on } = LongAfter::read(given, at)?;
            return Ok(Self { name, edge_ref, replace_input, on });
        }
        Ok(Self { name: String::read(given, at)?, ..Self::default() })
    }

    fn blank() -> Self {
        Self::default()
    }
}

/// What needs say stands beside what an execution is created with.
impl Read for MemberArgs {
    fn read(given: Given<'_>, at: &Path<'_>) -> Result<Self> {
        let names = [MemberNeeds::NAMES[0], CreateArgs::NAMES[0], CreateArgs::NAMES[1]];
        known(&given, at, &names, &["namespace", "idempotency_key", "flow_id"])?;
        let Given::Object(members) = given else { return Err(refusal(at, "an object", &given)) };
        let (mut needs, mut create) = (Vec::new(), Vec::new());
        for member in members {
            let of_needs = ["name", "after", "need", "on_satisfied"].iter().any(|field| is_named(&member.0, field));
            if of_needs { needs.push(member) } else { create.push(member) }
        }
        let needs = MemberNeeds::read(Given::Object(needs), at)?;
        Ok(Self { needs, create: CreateArgs::read(Given::Object(create), at)? })
    }

    fn blank() -> Self {
        Self::default()
    }
}

/// A checked member.
pub struct Member {
    /// What the flow calls it.
    pub name: String,
    /// What it is created with.
    pub creation: Creation,
    /// What it needs.
    pub after: Vec<After>,
    /// How many of these.
    pub policy: EdgeGroupPolicy,
    /// Its place in the topological order.
    pub rank: i64,
}

/// A checked dependency.
pub struct After {
    /// The place of the member that is needed.
    pub upstream: usize,
    /// Which of its ends are.
    pub kind: DependencyKind,
    /// What the worker is told of it.
    pub edge_ref: Option<String>,
    /// Whether the result becomes the input.
    pub replaces: bool,
}

/// All of them.
pub struct Members {
    /// In the order of the call.
    pub list: Vec<Member>,
    /// Their dependencies.
    pub edge_count: i64,
}

/// Checks the members of a submission.
pub fn checked_members(given: Vec<MemberArgs>, limits: &Limits) -> Result<Members> {
    argument::between("members", given.len(), (1, MEMBERS_MAX), "members")?;
    let mut list = Vec::with_capacity(given.len());
    let mut needs = Vec::with_capacity(given.len());
    let (mut names, mut ids) = (Places::default(), Places::default());
    for (place, member) in given.into_iter().enumerate() {
        let at = format!("members[{place}]");
        let checked = alone(member, limits).map_err(|e| e.within(&at))?;
        let (mut own, creation) = checked;
        let name = std::mem::take(&mut own.name);
        once(&mut names, &name, place, &at, "name")?;
        if let Some(id) = creation.id {
            once(&mut ids, &id.text(), place, &at, "executionId")?;
        }
        needs.push(own);
        list.push(Member { name, creation, after: Vec::new(), policy: EdgeGroupPolicy::AllOf, rank: 0 });
    }
    let mut graph = Graph { count: list.len(), edges: Vec::new() };
    let mut latest = vec![usize::MAX; list.len()];
    for (place, own) in needs.into_iter().enumerate() {
        let at = format!("members[{place}]");
        list[place].policy = policy(&own).map_err(|e| e.within(&at))?;
        list[place].after = depends(own, place, &names, &mut latest)?;
        graph.edges.extend(list[place].after.iter().map(|after| (after.upstream, place)));
        argument::between("members", graph.edges.len(), (0, EDGES_MAX), "dependencies in all")?;
    }
    let ranks = graph.ranks().map_err(|cycle| cyclic(&list, &cycle))?;
    for (member, rank) in list.iter_mut().zip(ranks) {
        member.rank = whole(rank) + 1;
    }
    Ok(Members { list, edge_count: whole(graph.edges.len()) })
}

/// A number of members or edges, none of which is large.
pub fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The places of members by a name of theirs.
type Places = FxHashMap<String, i64>;

/// What can be said of a member without the others.
fn alone(member: MemberArgs, limits: &Limits) -> Result<(MemberNeeds, Creation)> {
    argument::name("name", &member.needs.name)?;
    let create = &member.create;
    let of_flow =
        [("namespace", &create.namespace), ("idempotencyKey", &create.idempotency_key), ("flowId", &create.flow_id)];
    for (field, given) in of_flow {
        if let Some(given) = given {
            return Err(Error::argument(Code::InvalidInput, field, "nothing: it is the flow's affair", given));
        }
    }
    Ok((member.needs, Creation::checked(member.create, limits)?))
}

fn once(places: &mut Places, name: &str, place: usize, at: &str, field: &str) -> Result<()> {
    match places.insert(name.to_owned(), whole(place)) {
        None => Ok(()),
        Some(first) => {
            let limit = format!("another one than members[{first}] has");
            Err(Error::argument(Code::InvalidInput, field, &limit, name).within(at))
        }
    }
}

/// What a member needs of those that it names.
fn policy(needs: &MemberNeeds) -> Result<EdgeGroupPolicy> {
    let refuse = |field, limit: &str, found: &str| Err(Error::argument(Code::InvalidInput, field, limit, found));
    let on_satisfied = needs.on_satisfied;
    if needs.after.is_empty() && needs.need.is_some() {
        return refuse("need", "members in after beside it", "none");
    }
    match needs.need.unwrap_or_default() {
        Need::AllOf => match on_satisfied {
            None => Ok(EdgeGroupPolicy::AllOf),
            Some(found) => refuse("onSatisfied", "a need of any_of or of a quorum beside it", found.word()),
        },
        Need::AnyOf => Ok(EdgeGroupPolicy::AnyOf { on_satisfied }.whole()),
        Need::Quorum(k) => {
            argument::number("need.quorum", k, 1, whole(needs.after.len()))?;
            Ok(EdgeGroupPolicy::Quorum { k, on_satisfied }.whole())
        }
    }
}

/// The dependencies of the member at a place. `latest` holds for each member which one was the latest to need it.
fn depends(needs: MemberNeeds, place: usize, names: &Places, latest: &mut [usize]) -> Result<Vec<After>> {
    let mut depends = Vec::with_capacity(needs.after.len());
    for (nth, after) in needs.after.into_iter().enumerate() {
        let at = || format!("members[{place}].after[{nth}]");
        let refuse = |limit| Err(Error::argument(Code::InvalidInput, &at(), limit, &after.name));
        let Some(upstream) = names.get(&after.name).and_then(|upstream| usize::try_from(*upstream).ok()) else {
            return refuse("the name of a member of this call");
        };
        if upstream == place {
            return refuse("another member than itself").map_err(|e: Error| e.coded(Code::SelfReferencingEdge));
        }
        if std::mem::replace(&mut latest[upstream], place) == place {
            return refuse("each member once");
        }
        argument::opt_name("edgeRef", after.edge_ref.as_deref()).map_err(|e| e.within(&at()))?;
        let replaces = after.replace_input.unwrap_or_default();
        depends.push(After { upstream, kind: DependencyKind::of(after.on), edge_ref: after.edge_ref, replaces });
    }
    Ok(depends)
}

/// The refusal of a cycle, which it shows: each member is needed by the next one.
#[cold]
fn cyclic(list: &[Member], cycle: &[usize]) -> Error {
    let mut shown = String::new();
    let mut show = |member: usize| shown.extend(list[member].name.chars().take(NAME_SHOWN_MAX).chain(" → ".chars()));
    cycle.iter().take(CYCLE_SHOWN_MAX).for_each(|member| show(*member));
    let (more, first) = (cycle.len() > CYCLE_SHOWN_MAX, cycle.first().map_or("", |first| &list[*first].name));
    if more {
        shown.push_str("… → ");
    }
    shown.extend(first.chars().take(NAME_SHOWN_MAX));
    Error::argument(Code::CycleDetected, "members", "members that do not need each other in a circle", &shown)
        .with("cycle", shown)
}
