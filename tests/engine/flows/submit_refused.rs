//! `submit_flow`: what it refuses, by which place, and that a refusal writes nothing. Contract: flows.submit-atomic,
//! flows.submit-place, flows.submit-limits.

use crate::engine::world::graphs::{LANE, flow_of, node, some_of};
use crate::engine::world::scheduler::MINTED;
use crate::engine::world::{World, detail, refusal, refused_field, test};
use tidegate::model::flows::edge::OnSatisfied;
use tidegate::model::flows::need::Need;
use tidegate::model::lanes::lane::LaneState;
use tidegate::ops::flows::submit::{AfterArgs, MemberArgs, SubmitFlowArgs};
use tidegate::{Code, Error, Limits};

/// What a world holds, in rows.
fn rows(world: &World) -> i64 {
    world.number(
        "SELECT (SELECT count(*) FROM flow) + (SELECT count(*) FROM execution) + (SELECT count(*) FROM edge) \
         + (SELECT count(*) FROM edge_group) + (SELECT count(*) FROM event) + (SELECT count(*) FROM payload) \
         + (SELECT count(*) FROM specification) + (SELECT count(*) FROM lane) + (SELECT count(*) FROM namespace) \
         + (SELECT count(*) FROM tag) + (SELECT count(*) FROM event_detail)",
    )
}

/// The refusal of a submission, which leaves nothing.
fn refused(members: Vec<MemberArgs>, code: Code, field: &str) -> Error {
    let mut world = World::new();
    let error = refused_field(world.submit_flow(flow_of(members)), code, field);
    assert!(error.message().contains(field), "{error}");
    assert_eq!(rows(&world), 0, "{error}");
    error
}

fn bad(members: Vec<MemberArgs>, field: &str) -> Error {
    refused(members, Code::InvalidInput, field)
}

/// Three members without dependencies, the third as it is set.
fn third(set: impl FnOnce(&mut MemberArgs)) -> Vec<MemberArgs> {
    let mut members = vec![node("a", &[]), node("b", &[]), node("c", &[])];
    set(&mut members[2]);
    members
}

/// Contract: flows.submit-limits.
#[test]
fn a_flow_has_a_member_at_least() {
    bad(Vec::new(), "members");
}

/// Contract: flows.submit-names.
#[test]
fn names_are_1_to_256_bytes_without_control_characters() {
    for name in ["", "a\nb", &"n".repeat(257)] {
        bad(third(|member| member.needs.name = name.to_owned()), "members[2].name");
    }
    let mut world = World::new();
    assert_eq!(world.wired(&[(&"n".repeat(256), &[]), ("ä b", &[])]).ids.len(), 2);
}

/// Contract: flows.submit-names.
#[test]
fn a_name_belongs_to_one_member() {
    let error = bad(third(|member| member.needs.name = "a".to_owned()), "members[2].name");
    assert!(detail(&error, "limit").contains("members[0]"), "{error}");
}

/// Contract: flows.submit-after.
#[test]
fn a_member_needs_others_of_the_call_each_once_and_not_itself() {
    bad(third(|member| member.needs = node("c", &["a", "nobody"]).needs), "members[2].after[1]");
    bad(third(|member| member.needs = node("c", &["a", "b", "a"]).needs), "members[2].after[2]");
    let itself = third(|member| member.needs = node("c", &["a", "c"]).needs);
    refused(itself, Code::SelfReferencingEdge, "members[2].after[1]");
}

#[test]
fn an_edge_ref_is_1_to_256_bytes() {
    for edge_ref in ["", &"r".repeat(257)] {
        let after = AfterArgs { name: "a".to_owned(), edge_ref: Some(edge_ref.to_owned()), ..AfterArgs::default() };
        bad(third(|member| member.needs.after = vec![after]), "members[2].after[0].edgeRef");
    }
}

/// Contract: flows.submit-need.
#[test]
fn what_is_needed_of_others_makes_no_sense_without_them() {
    for need in [Need::AllOf, Need::AnyOf, Need::Quorum(1)] {
        bad(third(|member| member.needs.need = Some(need)), "members[2].need");
    }
    bad(third(|member| member.needs.on_satisfied = Some(OnSatisfied::LetRun)), "members[2].onSatisfied");
    let all = third(|member| *member = some_of("c", &["a"], Need::AllOf, Some(OnSatisfied::LetRun)));
    bad(all, "members[2].onSatisfied");
}

/// Contract: flows.submit-need.
#[test]
fn a_quorum_is_1_to_as_many_as_there_are() {
    for k in [0, -1, 3, i64::MAX] {
        bad(third(|member| *member = some_of("c", &["a", "b"], Need::Quorum(k), None)), "members[2].need.quorum");
    }
    for k in [1, 2] {
        let members = third(|member| *member = some_of("c", &["a", "b"], Need::Quorum(k), None));
        assert!(World::new().submit_flow(flow_of(members)).is_ok());
    }
}

/// Contract: flows.submit-cycle.
#[test]
fn a_circle_is_refused_with_its_members() {
    let members = vec![node("a", &["c"]), node("b", &["a"]), node("c", &["b"]), node("d", &["a"]), node("e", &[])];
    let error = refused(members, Code::CycleDetected, "members");
    let shown = detail(&error, "cycle");
    assert!(["a → b → c → a", "b → c → a → b", "c → a → b → c"].contains(&shown), "{shown}");
}

/// Contract: flows.submit-cycle.
#[test]
fn a_long_circle_is_shown_in_part() {
    let names: Vec<String> = (0..100).map(|n| format!("m{n}")).collect();
    let members = (0..100).map(|n| node(&names[n], &[&names[(n + 99) % 100]])).collect();
    let error = refused(members, Code::CycleDetected, "members");
    let shown = detail(&error, "cycle");
    let (first, last) = (shown.split(" → ").next(), shown.split(" → ").last());
    assert!(first == last && shown.contains("… → ") && shown.split(" → ").count() == 12, "{shown}");
}

/// Contract: flows.submit-members.
#[test]
fn namespace_and_idempotency_key_are_the_flows_affair() {
    bad(third(|member| member.create.namespace = Some("team".to_owned())), "members[2].namespace");
    bad(third(|member| member.create.idempotency_key = Some("key".to_owned())), "members[2].idempotencyKey");
    bad(third(|member| member.create.flow_id = Some(MINTED.to_owned())), "members[2].flowId");
}

/// Contract: flows.submit-place.
#[test]
fn the_fields_of_a_member_are_checked_as_those_of_a_create() {
    bad(third(|member| member.create.lane = String::new()), "members[2].lane");
    bad(third(|member| member.create.kind = String::new()), "members[2].kind");
    bad(third(|member| member.create.execution_id = Some("7".to_owned())), "members[2].executionId");
    bad(third(|member| member.create.encoding = Some("raw".to_owned())), "members[2].encoding");
    bad(third(|member| member.create.delay_until = Some(-1)), "members[2].delayUntil");
    bad(third(|member| member.create.policy.budget_ids = vec!["7".to_owned()]), "members[2].budgetIds");
    bad(third(|member| drop(member.create.tags.insert("A".to_owned(), String::new()))), "members[2].tags");
    let capable = third(|member| member.create.required_capabilities = vec![String::new()]);
    refused(capable, Code::InvalidCapabilities, "members[2].requiredCapabilities");
}

/// Contract: flows.submit-place.
#[test]
fn a_payload_over_the_limit_is_refused_by_its_member() {
    let mut world = World::with_limits(Limits { payload_bytes_max: 5, ..Limits::default() });
    let members = third(|member| member.create.input = Some("123456".into()));
    refused_field(world.submit_flow(flow_of(members)), Code::PayloadTooLarge, "members[2].input");
}

#[test]
fn the_fields_of_the_flow_are_checked() {
    let mut world = World::new();
    let mut field = |set: fn(&mut SubmitFlowArgs), field: &str| {
        let mut args = flow_of(vec![node("a", &[])]);
        set(&mut args);
        refused_field(world.submit_flow(args), Code::InvalidInput, field);
    };
    field(|args| args.flow.flow_id = Some("7".to_owned()), "flowId");
    field(|args| args.flow.kind = Some(String::new()), "kind");
    field(|args| args.flow.namespace = Some(String::new()), "namespace");
    field(|args| args.flow.retention_ms = Some(-1), "retentionMs");
    field(|args| drop(args.flow.tags.insert("A".to_owned(), String::new())), "tags");
}

/// Contract: flows.submit-atomic, flows.submit-taken.
#[test]
fn an_execution_id_that_is_in_use_or_stands_twice_is_refused() {
    let mut world = World::new();
    let known = world.submit("mail");
    let before = rows(&world);
    let members = third(|member| member.create.execution_id = Some(known.clone()));
    let error = refused_field(world.submit_flow(flow_of(members)), Code::InvalidInput, "members[2].executionId");
    assert_eq!(detail(&error, "found"), known);
    assert_eq!(rows(&world), before);
    let own = "{fp:0}:00000000-0000-4000-8000-000000000001";
    let mut twice = third(|member| member.create.execution_id = Some(own.to_owned()));
    twice[0].create.execution_id = Some(own.to_owned());
    bad(twice, "members[2].executionId");
}

/// Contract: flows.submit-atomic.
#[test]
fn a_lane_that_takes_no_creates_refuses_the_whole_flow() {
    for state in [LaneState::Draining, LaneState::Disabled] {
        let mut world = World::new();
        world.set_lane("mail", state);
        let before = rows(&world);
        let members = third(|member| member.create.lane = "mail".to_owned());
        let error = refused_field(world.submit_flow(flow_of(members)), Code::LaneClosed, "members[2].lane");
        assert_eq!(detail(&error, "lane"), "mail");
        assert_eq!(rows(&world), before);
    }
    let mut world = World::new();
    world.set_lane(LANE, LaneState::Paused);
    assert!(world.submit_flow(flow_of(vec![node("a", &[])])).is_ok());
}

/// Contract: flows.submit-limits.
#[test]
fn at_most_100_000_members() {
    let members: Vec<MemberArgs> = (0..100_001).map(|n| node(&n.to_string(), &[])).collect();
    let error = refusal(World::new().submit_flow(flow_of(members)), Code::InvalidInput);
    assert_eq!((detail(&error, "field"), detail(&error, "found")), ("members", "100001"));
}

/// Contract: flows.submit-limits.
#[test]
fn at_most_a_million_dependencies() {
    let names: Vec<String> = (0..1_002).map(|n| n.to_string()).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut members: Vec<MemberArgs> = names.iter().map(|name| node(name, &[])).collect();
    members.extend((0..1_000).map(|n| node(&format!("d{n}"), &all)));
    let error = bad(members, "members");
    assert_eq!(detail(&error, "found"), "1000998", "as many as there were when it was clear");
}

/// What is wrong with the last member is found: as many as there may be were taken before it.
///
/// Contract: flows.submit-limits.
#[test]
fn as_many_members_and_dependencies_as_there_may_be_are_taken() {
    let mut members: Vec<MemberArgs> = (0..99_999).map(|n| node(&n.to_string(), &[])).collect();
    members.push(node("", &[]));
    bad(members, "members[99999].name");
    let names: Vec<String> = (0..1_000).map(|n| n.to_string()).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut members: Vec<MemberArgs> = names.iter().map(|name| node(name, &[])).collect();
    members.extend((0..1_000).map(|n| node(&format!("d{n}"), &all)));
    members.push(node("last", &["nobody"]));
    bad(members, "members[2000].after[0]");
}

/// Contract: flows.submit-atomic.
#[test]
fn a_refusal_comes_before_time_is_applied() {
    let mut world = World::new();
    let claim = world.running();
    world.pass(60_000);
    let writes = world.number("SELECT last_instant FROM meta");
    refusal(world.submit_flow(flow_of(Vec::new())), Code::InvalidInput);
    assert_eq!(world.number("SELECT last_instant FROM meta"), writes);
    assert_eq!(world.number("SELECT count(*) FROM execution WHERE lapsed = 1"), 0);
    assert!(world.renew(&claim).is_err());
}
