//! `flow_graph`: a picture of a flow.

use crate::engine::world::drawn::uuid;
use crate::engine::world::{START, World, refused_field, test};
use serde_json::json;
use tidegate::model::flows::edge::{EdgeGroupPolicy, EdgeState, GroupState};
use tidegate::model::ground::vocabulary::{Outcome, PublicState};
use tidegate::ops::flows::graph::{FlowGraph, FlowGraphArgs};
use tidegate::{Code, Result};

fn find(world: &mut World, flow: u128, limit: Option<i64>) -> Result<Option<FlowGraph>> {
    world.call(FlowGraphArgs { flow_id: uuid(flow), limit })
}

fn graph(world: &mut World, limit: Option<i64>) -> FlowGraph {
    find(world, 1, limit).unwrap().expect("the flow exists")
}

/// The ends of the edges, by places.
fn ends(graph: &FlowGraph) -> Vec<(usize, usize)> {
    graph.edges.iter().map(|edge| (edge.from, edge.to)).collect()
}

/// A flow of so many waiting members, each but the first depending on the one before.
fn chain(count: i64) -> World {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    for _ in 0..count {
        world.submit("mail");
    }
    world.driver.execute("UPDATE execution SET flow = ?1", &[flow.into()]).unwrap();
    world.driver.execute("UPDATE flow SET waiting = ?1, edge_count = ?1 - 1", &[count.into()]).unwrap();
    let draw = "INSERT INTO edge (upstream, public_id, flow, downstream, state, round, replaces, created_at) \
         SELECT id, CAST(substr('0000000000000000' || id, -16) AS BLOB), ?1, id + 1, 1, 1, 0, 5 FROM execution WHERE id < ?2";
    world.driver.execute(draw, &[flow.into(), count.into()]).unwrap();
    let draw = "INSERT INTO edge_group (execution, policy, k, let_run, round, total, succeeded, failed, skipped, state) \
         SELECT id, 1, 0, 0, 1, 1, 0, 0, 0, 1 FROM execution WHERE id > ?1";
    world.driver.execute(draw, &[1.into()]).unwrap();
    world.reopened()
}

#[test]
fn an_unknown_flow_is_null_and_malformed_arguments_are_refused() {
    let mut world = World::new();
    assert_eq!(find(&mut world, 1, None).unwrap(), None);
    refused_field(world.call(FlowGraphArgs { flow_id: "x".to_owned(), limit: None }), Code::InvalidInput, "flowId");
    for limit in [-1, 1 << 53] {
        refused_field(find(&mut world, 1, Some(limit)), Code::InvalidInput, "limit");
    }
}

#[test]
fn a_flow_without_members_is_an_empty_picture() {
    let mut world = World::new();
    world.draw_flow(1, |flow, texts| (flow.revision, texts.kind) = (4, "order".to_owned()));
    let graph = graph(&mut world, None);
    assert_eq!((graph.flow_id.clone(), graph.kind.as_str(), graph.graph_revision), (uuid(1), "order", 4));
    assert!(graph.nodes.is_empty() && graph.edges.is_empty() && !graph.truncated);
    assert_eq!(serde_json::to_value(&graph).unwrap()["publicFlowState"], "open");
}

/// Contract: flows.graph.
#[test]
fn nodes_come_in_the_order_of_creation_with_all_that_a_picture_needs() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let first = world.submit("mail");
    world.pass(3);
    let second = world.submit_with("post", |create| create.kind = "print".to_owned());
    let second_row = world.draw_member(flow, &second, Some("b"));
    let first_row = world.draw_member(flow, &first, Some("a"));
    world.draw_edge(flow, 7, [first_row, second_row], EdgeState::Applied);
    world.draw_group(second_row, |group| {
        (group.policy, group.total) = (EdgeGroupPolicy::Quorum { k: 1, on_satisfied: None }, 1);
    });
    world.pass(4);
    let claim = world.claim("mail");
    world.pass(5);
    world.renew(&claim).unwrap();
    assert_eq!(
        serde_json::to_value(graph(&mut world, None)).unwrap()["nodes"],
        json!([
            { "executionId": first, "name": "a", "lane": "mail", "kind": "send", "publicState": "active",
                "createdAt": START, "startedAt": START + 7, "changedAt": START + 12, "attemptCount": 1 },
            { "executionId": second, "name": "b", "lane": "post", "kind": "print", "publicState": "waiting",
                "createdAt": START + 3, "changedAt": START + 3, "attemptCount": 0,
                "group": { "policy": { "kind": "quorum", "k": 1, "onSatisfied": "cancel_remaining" }, "total": 1,
                    "succeeded": 0, "failed": 0, "skipped": 0, "state": "pending" } },
        ])
    );
    let told = serde_json::to_value(graph(&mut world, None)).unwrap();
    assert_eq!(
        told["edges"],
        json!([{ "edgeId": uuid(7), "dependencyKind": "success_only", "from": 0, "to": 1, "edgeState": "applied" }])
    );
    assert_eq!((&told["counts"]["active"], &told["counts"]["waiting"]), (&json!(1), &json!(1)));
    assert_eq!((&told["publicFlowState"], &told["truncated"]), (&json!("running"), &json!(false)));
    world.complete(&claim).unwrap();
    let ended = graph(&mut world, None).nodes.remove(0);
    assert_eq!((ended.public_state, ended.ended_at), (PublicState::Completed, Some(START + 12)));
}

#[test]
fn a_group_is_told_as_it_stands() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let members = world.draw_members(flow, 2);
    world.draw_group(members[1].1, |group| {
        (group.total, group.succeeded, group.failed, group.skipped) = (9, 2, 3, 4);
        group.state = GroupState::Impossible;
    });
    let nodes = graph(&mut world, None).nodes;
    assert_eq!(nodes[0].group, None);
    let group = serde_json::to_value(&nodes[1].group).unwrap();
    let policy = json!({ "kind": "all_of" });
    let expected =
        json!({ "policy": policy, "total": 9, "succeeded": 2, "failed": 3, "skipped": 4, "state": "impossible" });
    assert_eq!(group, expected);
}

/// Contract: flows.graph.
#[test]
fn edges_come_by_upstream_then_in_the_order_of_their_ids_with_what_became_of_them() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let rows: Vec<i64> = world.draw_members(flow, 3).into_iter().map(|(_, row)| row).collect();
    for (id, up, down, state) in [
        (5, 1, 2, EdgeState::Staged),
        (9, 0, 1, EdgeState::Resolved(Outcome::Success)),
        (8, 0, 2, EdgeState::Resolved(Outcome::Expired)),
        (7, 0, 2, EdgeState::Applied),
    ] {
        world.draw_edge(flow, id, [rows[up], rows[down]], state);
    }
    let told = serde_json::to_value(graph(&mut world, None)).unwrap();
    assert_eq!(
        told["edges"],
        json!([
            { "edgeId": uuid(7), "dependencyKind": "success_only", "from": 0, "to": 2, "edgeState": "applied" },
            { "edgeId": uuid(8), "dependencyKind": "success_only", "from": 0, "to": 2, "edgeState": "impossible", "outcome": "expired" },
            { "edgeId": uuid(9), "dependencyKind": "success_only", "from": 0, "to": 1, "edgeState": "satisfied", "outcome": "success" },
            { "edgeId": uuid(5), "dependencyKind": "success_only", "from": 1, "to": 2, "edgeState": "pending" },
        ])
    );
}

#[test]
fn members_and_edges_of_other_flows_are_not_shown() {
    let mut world = World::new();
    let (one, other) = (world.draw_flow(1, |_, _| {}), world.draw_flow(2, |_, _| {}));
    let mut ends = Vec::new();
    for _ in 0..2 {
        let own = world.draw_members(one, 1).remove(0);
        let foreign = world.draw_members(other, 1).remove(0);
        world.submit("mail");
        ends.push((own, foreign));
    }
    world.draw_edge(one, 1, [ends[0].0.1, ends[1].0.1], EdgeState::Applied);
    world.draw_edge(other, 2, [ends[0].1.1, ends[1].1.1], EdgeState::Applied);
    let graph = graph(&mut world, None);
    assert_eq!(graph.nodes.iter().map(|node| &node.execution_id).collect::<Vec<_>>(), [&ends[0].0.0, &ends[1].0.0]);
    assert_eq!((graph.edges.len(), graph.edges[0].edge_id.clone()), (1, uuid(1)));
}

#[test]
fn a_limit_shows_the_first_members_and_the_edges_between_them() {
    let mut world = chain(5);
    for limit in 0..=6 {
        let graph = graph(&mut world, Some(limit));
        let shown = usize::try_from(limit.min(5)).unwrap();
        let expected: Vec<_> = (1..shown).map(|to| (to - 1, to)).collect();
        assert_eq!((graph.nodes.len(), ends(&graph)), (shown, expected), "limit {limit}");
        assert_eq!(graph.truncated, limit < 5, "limit {limit}");
        assert_eq!(graph.counts.0[0], 5, "the counts are those of all members");
    }
}

#[test]
fn an_edge_that_leads_back_among_the_rows_is_shown_where_both_its_ends_are() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let rows: Vec<i64> = world.draw_members(flow, 3).into_iter().map(|(_, row)| row).collect();
    world.draw_edge(flow, 1, [rows[2], rows[0]], EdgeState::Applied);
    world.draw_edge(flow, 2, [rows[1], rows[0]], EdgeState::Applied);
    assert_eq!(ends(&graph(&mut world, None)), [(1, 0), (2, 0)]);
    assert_eq!(ends(&graph(&mut world, Some(2))), [(1, 0)]);
}

/// Contract: flows.graph-limits.
#[test]
fn a_thousand_members_are_shown_when_no_limit_is_named() {
    let mut world = chain(1_001);
    let graph = graph(&mut world, None);
    assert_eq!((graph.nodes.len(), graph.edges.len(), graph.truncated), (1_000, 999, true));
}

/// Contract: flows.graph-limits.
#[test]
fn ten_thousand_members_are_shown_at_most() {
    let mut world = chain(10_001);
    let graph = graph(&mut world, Some(1 << 40));
    assert_eq!((graph.nodes.len(), graph.edges.len(), graph.truncated), (10_000, 9_999, true));
    assert!(graph.edges.iter().all(|edge| edge.from + 1 == edge.to));
}

/// Contract: flows.graph-limits.
#[test]
fn a_hundred_thousand_edges_are_shown_at_most() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    world.draw_members(flow, 2);
    let draw = "INSERT INTO edge (upstream, public_id, flow, downstream, state, round, replaces, created_at) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
         SELECT 1, CAST(substr('0000000000000000' || i, -16) AS BLOB), ?1, 2, 0, 0, 0, 5 FROM n";
    world.driver.execute(draw, &[flow.into()]).unwrap();
    let all = graph(&mut world, None);
    assert_eq!((all.edges.len(), all.truncated), (100_000, false));
    world.draw_edge(flow, u128::MAX, [1, 2], EdgeState::Staged);
    let cut = graph(&mut world, None);
    assert_eq!((cut.edges.len(), cut.truncated), (100_000, true));
}

#[test]
fn a_stored_word_that_nobody_writes_is_refused() {
    for (sql, field) in [
        ("UPDATE edge SET state = 9", "EdgeState"),
        ("UPDATE edge_group SET policy = 9", "EdgeGroupPolicy"),
        ("UPDATE edge_group SET state = 9", "GroupState"),
        ("UPDATE execution SET phase = 9", "phase"),
    ] {
        let mut world = chain(2);
        world.damage(sql);
        refused_field(find(&mut world, 1, None), Code::Corruption, field);
    }
}
