//! `describe_flow`. Contract: flows.describe, flows.state, flows.unknown-null.

use crate::engine::world::drawn::uuid;
use crate::engine::world::{START, World, refused_field, test};
use serde_json::json;
use tidegate::model::flows::edge::{EdgeGroupPolicy, GroupState, OnSatisfied};
use tidegate::model::flows::flow::{CancellationPolicy, FlowState};
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::flows::describe::{DescribeFlowArgs, FlowSnapshot};
use tidegate::{Code, Result};

fn find(world: &mut World, id: &str) -> Result<Option<FlowSnapshot>> {
    world.call(DescribeFlowArgs { flow_id: id.to_owned() })
}

fn describe(world: &mut World, id: u128) -> FlowSnapshot {
    find(world, &uuid(id)).unwrap().expect("the flow exists")
}

fn told(world: &mut World, id: u128) -> serde_json::Value {
    serde_json::to_value(describe(world, id)).unwrap()
}

/// Contract: flows.unknown-null.
#[test]
fn an_unknown_flow_is_null_and_a_malformed_id_is_refused() {
    let mut world = World::new();
    assert_eq!(find(&mut world, &uuid(1)).unwrap(), None);
    for id in ["", "x", "{fp:0}:00000000-0000-4000-8000-000000000001"] {
        refused_field(find(&mut world, id), Code::InvalidInput, "flowId");
    }
}

/// Contract: flows.create-arguments, values.uuid.
#[test]
fn an_id_is_found_in_either_case() {
    let mut world = World::new();
    world.draw_flow(0xabc, |_, _| {});
    let found = find(&mut world, &uuid(0xabc).to_uppercase()).unwrap().unwrap();
    assert_eq!(found.flow_id, uuid(0xabc));
}

/// Contract: flows.describe.
#[test]
fn a_new_flow_tells_nothing_that_it_has_not() {
    let mut world = World::new();
    world.draw_flow(1, |_, _| {});
    let zero: serde_json::Map<_, _> =
        PublicState::ALL.iter().map(|state| (state.word().to_owned(), json!(0))).collect();
    assert_eq!(
        told(&mut world, 1),
        json!({
            "flowId": uuid(1), "kind": "flow", "namespace": "default", "publicFlowState": "open", "graphRevision": 0,
            "nodeCount": 0, "edgeCount": 0, "createdAt": START, "lastMutationAt": START, "sealed": false, "tags": {},
            "counts": zero, "excused": 0, "tolerated": 0, "edgeGroups": [],
        })
    );
}

/// Contract: flows.describe.
#[test]
fn everything_about_a_flow_is_told() {
    let mut world = World::new();
    let namespace = world.number("SELECT count(*) + 1 FROM namespace");
    world.draw_flow_in("team", 9);
    world.draw_flow(1, |flow, texts| {
        flow.namespace = namespace;
        flow.changed_at = START + 5;
        flow.revision = 7;
        flow.edge_count = 3;
        flow.sealed = true;
        flow.cancelled = Some((START + 4, CancellationPolicy::CancelPending));
        flow.ended_at = Some(START + 5);
        flow.end_state = Some(FlowState::Cancelled);
        flow.retention_ms = Some(60_000);
        for (place, count) in flow.counts.iter_mut().enumerate() {
            *count = i64::try_from(place).unwrap() + 1;
        }
        flow.excused = 2;
        texts.kind = "order".to_owned();
        texts.tags = Some(r#"{"z":"1","app.b":"2","app.a":"3"}"#.to_owned());
        texts.cancel_reason = Some("no money".to_owned());
    });
    let flow = describe(&mut world, 1);
    assert_eq!((flow.kind.as_str(), flow.namespace.as_str()), ("order", "team"));
    assert_eq!(flow.public_flow_state, FlowState::Cancelled);
    assert_eq!((flow.graph_revision, flow.node_count, flow.edge_count, flow.sealed), (7, 66, 3, true));
    assert_eq!((flow.created_at, flow.last_mutation_at), (START, START + 5));
    assert_eq!((flow.cancelled_at, flow.cancel_reason.as_deref()), (Some(START + 4), Some("no money")));
    assert_eq!(flow.cancellation_policy, Some(CancellationPolicy::CancelPending));
    assert_eq!((flow.ended_at, flow.retention_ms, flow.excused), (Some(START + 5), Some(60_000), 2));
    assert_eq!(flow.tags.keys().collect::<Vec<_>>(), ["app.a", "app.b", "z"]);
    assert_eq!(flow.counts.0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let words = told(&mut world, 1);
    assert_eq!(
        (&words["publicFlowState"], &words["cancellationPolicy"]),
        (&json!("cancelled"), &json!("cancel_pending"))
    );
    assert_eq!((&words["counts"]["waiting"], &words["counts"]["skipped"]), (&json!(1), &json!(11)));
}

/// Contract: flows.state.
#[test]
fn the_counts_give_the_state() {
    let mut world = World::new();
    for (id, (state, word)) in (1_u128..).zip([
        (PublicState::Waiting, FlowState::Open),
        (PublicState::Delayed, FlowState::Blocked),
        (PublicState::RateLimited, FlowState::Blocked),
        (PublicState::WaitingChildren, FlowState::Blocked),
        (PublicState::Active, FlowState::Running),
        (PublicState::Suspended, FlowState::Blocked),
        (PublicState::Completed, FlowState::Completed),
        (PublicState::Failed, FlowState::Failed),
        (PublicState::Cancelled, FlowState::Failed),
        (PublicState::Expired, FlowState::Failed),
        (PublicState::Skipped, FlowState::Completed),
    ]) {
        world.draw_counts(id, &[(state, 1)]);
        assert_eq!(describe(&mut world, id).public_flow_state, word, "{state}");
    }
}

#[test]
fn groups_come_in_the_order_in_which_their_members_were_created() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let members = world.draw_members(flow, 4);
    let any = EdgeGroupPolicy::AnyOf { on_satisfied: Some(OnSatisfied::LetRun) };
    let quorum = EdgeGroupPolicy::Quorum { k: 2, on_satisfied: None };
    world.draw_group(members[3].1, |group| (group.policy, group.total) = (quorum, 4));
    world.draw_group(members[1].1, |_| {});
    world.draw_group(members[2].1, |group| {
        (group.policy, group.total, group.succeeded, group.failed, group.skipped) = (any, 9, 1, 2, 3);
        (group.state, group.satisfied_at) = (GroupState::Satisfied, Some(START + 3));
    });
    let expected = [1, 2, 3].map(|place| members[place].0.clone());
    let flow = describe(&mut world, 1);
    assert_eq!(
        flow.edge_groups.iter().map(|group| group.downstream_execution_id.clone()).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(
        told(&mut world, 1)["edgeGroups"],
        json!([
            { "downstreamExecutionId": expected[0], "policy": { "kind": "all_of" }, "totalDeps": 0, "satisfiedCount": 0,
                "failedCount": 0, "skippedCount": 0, "runningCount": 0, "groupState": "pending" },
            { "downstreamExecutionId": expected[1], "policy": { "kind": "any_of", "onSatisfied": "let_run" },
                "totalDeps": 9, "satisfiedCount": 1, "failedCount": 2, "skippedCount": 3, "runningCount": 3,
                "groupState": "satisfied", "satisfiedAt": START + 3 },
            { "downstreamExecutionId": expected[2],
                "policy": { "kind": "quorum", "k": 2, "onSatisfied": "cancel_remaining" }, "totalDeps": 4,
                "satisfiedCount": 0, "failedCount": 0, "skippedCount": 0, "runningCount": 4, "groupState": "pending" },
        ])
    );
}

#[test]
fn groups_of_other_flows_and_of_executions_that_stand_alone_are_not_told() {
    let mut world = World::new();
    let (one, other) = (world.draw_flow(1, |_, _| {}), world.draw_flow(2, |_, _| {}));
    let own = world.draw_members(one, 1).remove(0);
    let foreign = world.draw_members(other, 1).remove(0);
    let alone = world.submit("mail");
    for row in [own.1, foreign.1, world.row_of(&alone)] {
        world.draw_group(row, |_| {});
    }
    let groups = describe(&mut world, 1).edge_groups;
    assert_eq!(groups.into_iter().map(|group| group.downstream_execution_id).collect::<Vec<_>>(), [own.0]);
}

/// Contract: flows.describe.
#[test]
fn a_thousand_groups_are_told_and_that_there_are_more() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    for _ in 0..1_001 {
        world.submit("mail");
    }
    world.driver.execute("UPDATE execution SET flow = ?1", &[flow.into()]).unwrap();
    let draw = "INSERT INTO edge_group (execution, policy, k, let_run, round, total, succeeded, failed, skipped, state) \
         SELECT id, 1, 0, 0, 1, 0, 0, 0, 0, 1 FROM execution WHERE id <= ?1";
    world.driver.execute(draw, &[1_000.into()]).unwrap();
    let flow = told(&mut world, 1);
    assert_eq!((flow["edgeGroups"].as_array().unwrap().len(), &flow["edgeGroupsTruncated"]), (1_000, &json!(null)));
    world.draw_group(1_001, |_| {});
    let flow = told(&mut world, 1);
    assert_eq!((flow["edgeGroups"].as_array().unwrap().len(), &flow["edgeGroupsTruncated"]), (1_000, &json!(true)));
}

/// Contract: flows.unknown-null.
#[test]
fn a_flow_past_its_retention_is_null() {
    let mut world = World::new();
    world.draw_flow(1, |flow, _| {
        (flow.sealed, flow.ended_at, flow.end_state) = (true, Some(START), Some(FlowState::Completed));
        flow.retention_ms = Some(10);
    });
    world.pass(9);
    assert!(find(&mut world, &uuid(1)).unwrap().is_some());
    world.pass(1);
    assert_eq!(find(&mut world, &uuid(1)).unwrap(), None);
}

#[test]
fn a_stored_word_that_nobody_writes_is_refused() {
    for (sql, field) in [
        ("UPDATE flow SET cancelled_at = 1, cancel_policy = 9", "CancellationPolicy"),
        ("UPDATE flow SET end_state = 9", "FlowState"),
        ("UPDATE edge_group SET policy = 9", "EdgeGroupPolicy"),
        ("UPDATE edge_group SET state = 9", "GroupState"),
    ] {
        let mut world = World::new();
        let flow = world.draw_flow(1, |_, _| {});
        let member = world.draw_members(flow, 1).remove(0);
        world.draw_group(member.1, |_| {});
        world.damage(sql);
        refused_field(find(&mut world, &uuid(1)), Code::Corruption, field);
    }
}
