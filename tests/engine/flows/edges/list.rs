//! `list_edges` and `describe_edge`. Contract: edges.list, edges.list-none, edges.words.

use crate::engine::world::drawn::{uuid, uuids};
use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::{START, World, refusal, refused_field, test};
use serde_json::json;
use tidegate::model::flows::edge::EdgeState;
use tidegate::model::ground::vocabulary::Outcome;
use tidegate::ops::flows::edges::describe::{DescribeEdgeArgs, EdgeSnapshot};
use tidegate::ops::flows::edges::list::{EdgePage, ListEdgesArgs};
use tidegate::{Code, Result};

const EMPTY: EdgePage = EdgePage { edges: Vec::new(), next_cursor: None };

fn of_flow(flow: u128) -> ListEdgesArgs {
    ListEdgesArgs { flow_id: uuid(flow), ..ListEdgesArgs::default() }
}

fn leaving(flow: u128, id: &str) -> ListEdgesArgs {
    ListEdgesArgs { upstream_execution_id: Some(id.to_owned()), ..of_flow(flow) }
}

fn entering(flow: u128, id: &str) -> ListEdgesArgs {
    ListEdgesArgs { downstream_execution_id: Some(id.to_owned()), ..of_flow(flow) }
}

fn ids(page: EdgePage) -> Vec<String> {
    page.edges.into_iter().map(|edge| edge.edge_id).collect()
}

fn listed(world: &mut World, args: ListEdgesArgs) -> Vec<String> {
    ids(world.call(args).unwrap())
}

/// All pages of a listing: their ids, and whether each page had a cursor.
fn pages(world: &mut World, args: &ListEdgesArgs, limit: i64) -> (Vec<String>, Vec<bool>) {
    let (mut all, mut cursors, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = world.call(ListEdgesArgs { cursor, limit: Some(limit), ..args.clone() }).unwrap();
        cursors.push(page.next_cursor.is_some());
        cursor = page.next_cursor.clone();
        all.extend(ids(page));
        if cursor.is_none() {
            return (all, cursors);
        }
    }
}

fn find(world: &mut World, flow: u128, edge: u128) -> Result<Option<EdgeSnapshot>> {
    world.call(DescribeEdgeArgs { flow_id: uuid(flow), edge_id: uuid(edge) })
}

/// A flow of three members and an edge between each two of them: 10 from the first to the second, 30 to the third, 20
/// from the second to the third; beside it another flow with an edge.
fn triangle() -> (World, [String; 3]) {
    let mut world = World::new();
    let (flow, other) = (world.draw_flow(1, |_, _| {}), world.draw_flow(2, |_, _| {}));
    let members = world.draw_members(flow, 3);
    let foreign = world.draw_members(other, 2);
    for (id, up, down) in [(30, 0, 2), (10, 0, 1), (20, 1, 2)] {
        world.draw_edge(flow, id, [members[up].1, members[down].1], EdgeState::Applied);
    }
    world.draw_edge(other, 15, [foreign[0].1, foreign[1].1], EdgeState::Staged);
    (world, [0, 1, 2].map(|place| members[place].0.clone()))
}

/// Contract: edges.list.
#[test]
fn the_edges_of_a_flow_come_in_the_order_of_their_ids() {
    let (mut world, _) = triangle();
    assert_eq!(listed(&mut world, of_flow(1)), uuids(&[10, 20, 30]));
    assert_eq!(listed(&mut world, of_flow(2)), uuids(&[15]));
}

#[test]
fn those_that_leave_a_member_and_those_that_lead_to_it_are_told_apart() {
    let (mut world, [a, b, c]) = triangle();
    let all = [
        (leaving(1, &a), uuids(&[10, 30])),
        (leaving(1, &b), uuids(&[20])),
        (leaving(1, &c), Vec::new()),
        (entering(1, &a), Vec::new()),
        (entering(1, &b), uuids(&[10])),
        (entering(1, &c), uuids(&[20, 30])),
    ];
    for (args, expected) in all {
        assert_eq!(listed(&mut world, args.clone()), expected, "{args:?}");
    }
}

/// Contract: edges.list-none.
#[test]
fn an_unknown_flow_or_execution_and_a_member_of_another_flow_have_no_edges() {
    let (mut world, [a, _, _]) = triangle();
    let alone = world.submit("mail");
    for args in [of_flow(3), leaving(3, &a), leaving(2, &a), entering(2, &a), leaving(1, UNKNOWN), leaving(1, &alone)] {
        assert_eq!(world.call(args.clone()).unwrap(), EMPTY, "{args:?}");
    }
}

/// Contract: edges.list.
#[test]
fn an_upstream_and_a_downstream_at_once_are_refused() {
    let (mut world, [a, b, _]) = triangle();
    let args = ListEdgesArgs { downstream_execution_id: Some(b), ..leaving(1, &a) };
    refused_field(world.call(args), Code::InvalidInput, "downstreamExecutionId");
}

#[test]
fn pages_give_each_edge_once_in_order_and_a_cursor_only_where_more_remain() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let members = world.draw_members(flow, 2);
    let numbers = [u128::MAX, 7, 1 << 100, 3, 1 << 64, 9];
    for number in numbers {
        world.draw_edge(flow, number, [members[0].1, members[1].1], EdgeState::Applied);
    }
    let sorted = uuids(&[3, 7, 9, 1 << 64, 1 << 100, u128::MAX]);
    for args in [of_flow(1), leaving(1, &members[0].0), entering(1, &members[1].0)] {
        for limit in [1, 2, 3, 5, 6, 7] {
            assert_eq!(pages(&mut world, &args, limit).0, sorted, "{args:?} by {limit}");
        }
        assert_eq!(pages(&mut world, &args, 3).1, [true, false]);
        assert_eq!(pages(&mut world, &args, 6).1, [false]);
        assert_eq!(world.call(ListEdgesArgs { limit: Some(0), ..args.clone() }).unwrap(), EMPTY);
        let after = |cursor: u128| ListEdgesArgs { cursor: Some(uuid(cursor)), ..args.clone() };
        assert_eq!(listed(&mut world, after(9)), sorted[3..]);
        assert_eq!(listed(&mut world, after(8)), sorted[2..], "a cursor needs no edge of its own");
    }
}

/// Contract: edges.list.
#[test]
fn a_page_holds_100_when_no_limit_is_named_and_at_most_1000() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let members = world.draw_members(flow, 2);
    let draw = "INSERT INTO edge (upstream, public_id, flow, downstream, state, round, replaces, created_at) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001) \
         SELECT ?1, CAST(substr('0000000000000000' || i, -16) AS BLOB), ?2, ?3, 0, 0, 0, 5 FROM n";
    world.driver.execute(draw, &[members[0].1.into(), flow.into(), members[1].1.into()]).unwrap();
    let page = world.call(of_flow(1)).unwrap();
    assert_eq!((page.edges.len(), page.next_cursor.is_some()), (100, true));
    let page = world.call(ListEdgesArgs { limit: Some(5_000), ..of_flow(1) }).unwrap();
    assert_eq!((page.edges.len(), page.next_cursor.is_some()), (1_000, true));
}

/// Contract: edges.words.
#[test]
fn an_edge_is_told_alike_by_both_reads() {
    let (mut world, [a, b, _]) = triangle();
    let edge = find(&mut world, 1, 10).unwrap().unwrap();
    assert_eq!(
        serde_json::to_value(&edge).unwrap(),
        json!({
            "edgeId": uuid(10), "flowId": uuid(1), "upstreamExecutionId": a, "downstreamExecutionId": b,
            "dependencyKind": "success_only", "satisfactionCondition": "all_required", "replaceInput": false,
            "edgeState": "applied", "createdAt": START, "createdBy": "engine", "round": 1,
        })
    );
    assert_eq!(world.call(of_flow(1)).unwrap().edges[0], edge);
    assert_eq!(world.call(entering(1, &b)).unwrap().edges[0], edge);
    assert_eq!(world.call(leaving(1, &a)).unwrap().edges[0], edge);
}

/// Contract: edges.resolve.
#[test]
fn each_state_of_an_edge_is_told_with_the_outcome_that_led_to_it() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |_, _| {});
    let members = world.draw_members(flow, 2);
    let states = [
        (EdgeState::Staged, "pending", None, 0),
        (EdgeState::Applied, "applied", None, 1),
        (EdgeState::Resolved(Outcome::Success), "satisfied", Some("success"), 1),
        (EdgeState::Resolved(Outcome::Failed), "impossible", Some("failed"), 1),
        (EdgeState::Resolved(Outcome::Cancelled), "impossible", Some("cancelled"), 1),
        (EdgeState::Resolved(Outcome::Expired), "impossible", Some("expired"), 1),
        (EdgeState::Resolved(Outcome::Skipped), "impossible", Some("skipped"), 1),
    ];
    for (id, (state, word, outcome, round)) in (1_u128..).zip(states) {
        world.draw_edge_with(flow, id, [members[0].1, members[1].1], |edge| {
            (edge.state, edge.replaces, edge.edge_ref) = (state, true, Some("invoice".to_owned()));
        });
        let edge = serde_json::to_value(find(&mut world, 1, id).unwrap().unwrap()).unwrap();
        assert_eq!(
            (&edge["edgeState"], edge["outcome"].as_str(), &edge["round"]),
            (&json!(word), outcome, &json!(round))
        );
        assert_eq!((&edge["replaceInput"], &edge["edgeRef"]), (&json!(true), &json!("invoice")));
    }
}

/// Contract: edges.list-none.
#[test]
fn an_edge_of_another_flow_or_an_unknown_one_is_null() {
    let (mut world, _) = triangle();
    for (flow, edge) in [(2, 10), (1, 15), (1, 99), (3, 10)] {
        assert_eq!(find(&mut world, flow, edge).unwrap(), None, "edge {edge} of flow {flow}");
    }
    assert!(find(&mut world, 2, 15).unwrap().is_some());
}

#[test]
fn edges_of_a_flow_past_its_retention_are_gone() {
    let mut world = World::new();
    let flow = world.draw_flow(1, |flow, _| {
        (flow.sealed, flow.ended_at, flow.retention_ms) = (true, Some(START), Some(10));
        flow.end_state = Some(tidegate::model::flows::flow::FlowState::Completed);
    });
    let members = world.draw_members(flow, 2);
    world.draw_edge(flow, 10, [members[0].1, members[1].1], EdgeState::Staged);
    world.pass(9);
    assert!(find(&mut world, 1, 10).unwrap().is_some() && listed(&mut world, of_flow(1)).len() == 1);
    world.pass(1);
    assert_eq!(find(&mut world, 1, 10).unwrap(), None);
    assert_eq!(world.call(of_flow(1)).unwrap(), EMPTY);
}

#[test]
fn malformed_arguments_are_refused() {
    let mut world = World::new();
    let bad = || Some("x".to_owned());
    for (args, field) in [
        (ListEdgesArgs { flow_id: "x".to_owned(), ..of_flow(1) }, "flowId"),
        (ListEdgesArgs { upstream_execution_id: bad(), ..of_flow(1) }, "upstreamExecutionId"),
        (ListEdgesArgs { downstream_execution_id: bad(), ..of_flow(1) }, "downstreamExecutionId"),
        (ListEdgesArgs { cursor: bad(), ..of_flow(1) }, "cursor"),
        (ListEdgesArgs { cursor: Some(String::new()), ..of_flow(1) }, "cursor"),
        (ListEdgesArgs { limit: Some(-1), ..of_flow(1) }, "limit"),
    ] {
        refused_field(world.call(args), Code::InvalidInput, field);
    }
    for (flow, edge, field) in [("x".to_owned(), uuid(1), "flowId"), (uuid(1), "x".to_owned(), "edgeId")] {
        refused_field(world.call(DescribeEdgeArgs { flow_id: flow, edge_id: edge }), Code::InvalidInput, field);
    }
}

#[test]
fn a_stored_row_that_nobody_writes_is_refused() {
    let (mut world, _) = triangle();
    world.damage("UPDATE edge SET state = 9 WHERE state = 1");
    refused_field(world.call(of_flow(1)), Code::Corruption, "EdgeState");
    refused_field(find(&mut world, 1, 10), Code::Corruption, "EdgeState");
    let (mut world, _) = triangle();
    world.damage("UPDATE edge SET downstream = 99 WHERE state = 1");
    refusal(world.call(of_flow(1)), Code::Corruption);
    refusal(find(&mut world, 1, 10), Code::Corruption);
}
