//! `list_flows`. Contract: flows.list.

use crate::engine::world::drawn::{uuid, uuids};
use crate::engine::world::{START, World, refusal, refused_field, test};
use tidegate::model::flows::flow::{CancellationPolicy, FlowState, FlowStatus};
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::flows::list::{FlowPage, ListFlowsArgs};
use tidegate::{Code, Limits};

fn list(world: &mut World, cursor: Option<&str>, limit: i64, namespace: Option<&str>) -> FlowPage {
    let (cursor, namespace) = (cursor.map(str::to_owned), namespace.map(str::to_owned));
    world.call(ListFlowsArgs { cursor, limit: Some(limit), namespace, ..ListFlowsArgs::default() }).unwrap()
}

fn ids(page: &FlowPage) -> Vec<&str> {
    page.flows.iter().map(|flow| flow.flow_id.as_str()).collect()
}

/// All pages of a listing: their ids, and whether each page had a cursor.
fn pages(world: &mut World, limit: i64, namespace: Option<&str>) -> (Vec<String>, Vec<bool>) {
    let (mut ids, mut cursors, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = list(world, cursor.as_deref(), limit, namespace);
        ids.extend(page.flows.into_iter().map(|flow| flow.flow_id));
        cursors.push(page.next_cursor.is_some());
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return (ids, cursors),
        }
    }
}

/// Flows with these ids, drawn in this order.
fn filled(numbers: impl IntoIterator<Item = u128>) -> World {
    let mut world = World::new();
    for number in numbers {
        world.draw_flow(number, |_, _| {});
    }
    world
}

const EMPTY: FlowPage = FlowPage { flows: Vec::new(), next_cursor: None };

#[test]
fn a_database_without_flows_lists_none() {
    assert_eq!(list(&mut World::new(), None, 10, None), EMPTY);
}

/// Contract: flows.list.
#[test]
fn flows_come_in_the_order_of_the_bytes_of_their_ids() {
    let scattered = [u128::MAX, 9, 1 << 127, 255, 256, 1, 1 << 64, 0];
    let mut world = filled(scattered);
    let sorted = uuids(&[0, 1, 9, 255, 256, 1 << 64, 1 << 127, u128::MAX]);
    for limit in [1, 2, 3, 7, 8, 9, 1_000] {
        assert_eq!(pages(&mut world, limit, None).0, sorted, "limit {limit}");
    }
}

#[test]
fn a_page_that_ends_with_the_last_flow_has_no_cursor() {
    let mut world = filled(1..=15);
    assert_eq!(pages(&mut world, 5, None).1, [true, true, false]);
    assert_eq!(pages(&mut world, 15, None).1, [false]);
    assert_eq!(pages(&mut world, 14, None).1, [true, false]);
}

#[test]
fn a_limit_of_0_is_an_empty_page_without_a_cursor() {
    assert_eq!(list(&mut filled(1..=3), None, 0, None), EMPTY);
}

/// Contract: flows.list.
#[test]
fn a_page_holds_100_when_no_limit_is_named_and_at_most_1000() {
    let mut world = filled(1..=101);
    let page = world.call(ListFlowsArgs::default()).unwrap();
    assert_eq!((page.flows.len(), page.next_cursor), (100, Some(uuid(100))));
    for number in 102..=1_001 {
        world.draw_flow(number, |_, _| {});
    }
    let page = list(&mut world, None, 5_000, None);
    assert_eq!((page.flows.len(), page.next_cursor), (1_000, Some(uuid(1_000))));
}

/// Contract: flows.list.
#[test]
fn a_cursor_is_exclusive_and_needs_no_flow_of_its_own() {
    let mut world = filled([2, 4, 6]);
    assert_eq!(ids(&list(&mut world, Some(&uuid(4)), 10, None)), [uuid(6)]);
    assert_eq!(ids(&list(&mut world, Some(&uuid(3)), 10, None)), uuids(&[4, 6]));
    assert_eq!(ids(&list(&mut world, Some(&uuid(0)), 10, None)), uuids(&[2, 4, 6]));
    assert_eq!(list(&mut world, Some(&uuid(u128::MAX)), 10, None), EMPTY);
}

#[test]
fn a_namespace_filters_and_pages_alike() {
    let mut world = World::new();
    for number in 1..=20 {
        world.draw_flow_in(if number % 3 == 0 { "acme" } else { "zeta" }, number);
    }
    let own = uuids(&[3, 6, 9, 12, 15, 18]);
    for (limit, cursors) in [(3, vec![true, false]), (4, vec![true, false]), (6, vec![false])] {
        assert_eq!(pages(&mut world, limit, Some("acme")), (own.clone(), cursors), "limit {limit}");
    }
    assert_eq!(pages(&mut world, 100, None).0.len(), 20);
    for unused in ["Acme", "default"] {
        assert_eq!(list(&mut world, None, 10, Some(unused)), EMPTY);
    }
}

#[test]
fn a_line_sums_a_flow_up() {
    let mut world = World::new();
    world.draw_counts(1, &[(PublicState::Active, 2), (PublicState::Completed, 3)]);
    let line = list(&mut world, None, 10, None).flows.remove(0);
    assert_eq!((line.flow_id, line.kind.as_str(), line.namespace.as_str()), (uuid(1), "flow", "default"));
    assert_eq!((line.created_at, line.node_count), (START, 5));
    assert_eq!((line.public_flow_state, line.status), (FlowState::Running, FlowStatus::Active));
}

/// Contract: flows.status.
#[test]
fn the_state_and_the_status_are_those_of_the_members() {
    let mut world = World::new();
    world.draw_counts(1, &[]);
    world.draw_counts(2, &[(PublicState::Active, 1)]);
    world.draw_counts(3, &[(PublicState::Suspended, 1)]);
    world.draw_counts(4, &[(PublicState::Completed, 1)]);
    world.draw_counts(5, &[(PublicState::Expired, 1)]);
    world.draw_flow(6, |flow, _| flow.cancelled = Some((START, CancellationPolicy::FlowOnly)));
    let told: Vec<_> =
        list(&mut world, None, 10, None).flows.iter().map(|flow| (flow.public_flow_state, flow.status)).collect();
    let active = FlowStatus::Active;
    assert_eq!(
        told,
        [
            (FlowState::Open, active),
            (FlowState::Running, active),
            (FlowState::Blocked, active),
            (FlowState::Completed, FlowStatus::Completed),
            (FlowState::Failed, FlowStatus::Failed),
            (FlowState::Cancelled, FlowStatus::Cancelled),
        ]
    );
}

#[test]
fn what_is_past_its_retention_is_left_out_and_pages_go_over_it() {
    let mut world = World::new();
    let ended = |own: Option<i64>| {
        move |flow: &mut tidegate::model::flows::flow::Flow, _: &mut tidegate::store::FlowTexts| {
            (flow.sealed, flow.ended_at, flow.end_state) = (true, Some(START), Some(FlowState::Completed));
            flow.retention_ms = own;
        }
    };
    world.draw_flow(1, |_, _| {});
    world.draw_flow(2, ended(Some(10)));
    world.draw_flow(3, ended(None));
    world.draw_flow(4, ended(Some(1_000)));
    world.draw_flow(5, |flow, _| flow.retention_ms = Some(1));
    let mut limits = Limits::default();
    limits.retention.executions_ms = Some(50);
    world.reopen_with(limits);
    for (at, left) in [(9, vec![1, 2, 3, 4, 5]), (10, vec![1, 3, 4, 5]), (50, vec![1, 4, 5]), (1_000, vec![1, 5])] {
        world.set_clock(START + at);
        assert_eq!(pages(&mut world, 2, None).0, uuids(&left), "after {at} ms");
        assert_eq!(pages(&mut world, 10, Some("default")).0, uuids(&left), "after {at} ms, of the namespace");
    }
}

#[test]
fn a_malformed_cursor_namespace_or_limit_is_refused() {
    let mut world = World::new();
    for cursor in ["", "x", "{fp:0}:00000000-0000-4000-8000-000000000001", "00000000000040008000000000000001"] {
        let args = ListFlowsArgs { cursor: Some(cursor.to_owned()), ..ListFlowsArgs::default() };
        refused_field(world.call(args), Code::InvalidInput, "cursor");
    }
    for namespace in ["", "a\nb"] {
        let args = ListFlowsArgs { namespace: Some(namespace.to_owned()), ..ListFlowsArgs::default() };
        refused_field(world.call(args), Code::InvalidInput, "namespace");
    }
    for limit in [-1, 1 << 53] {
        let args = ListFlowsArgs { limit: Some(limit), ..ListFlowsArgs::default() };
        refused_field(world.call(args), Code::InvalidInput, "limit");
    }
}

#[test]
fn a_stored_word_that_nobody_writes_is_refused() {
    for (sql, field) in [
        ("UPDATE flow SET cancelled_at = 1, cancel_policy = 9", "CancellationPolicy"),
        ("UPDATE flow SET end_state = 9", "FlowState"),
    ] {
        let mut world = filled([1]);
        world.damage(sql);
        refused_field(world.call(ListFlowsArgs::default()), Code::Corruption, field);
    }
    let mut world = filled([1]);
    world.damage("UPDATE flow SET public_id = zeroblob(3)");
    refusal(world.call(ListFlowsArgs::default()), Code::Corruption);
}

/// The ids of all pages of what matches, and how many pages that were.
fn matching(world: &mut World, limit: i64, set: impl Fn(&mut ListFlowsArgs)) -> (Vec<String>, usize) {
    let (mut ids, mut pages, mut cursor) = (Vec::new(), 0, None);
    loop {
        let mut args = ListFlowsArgs { cursor, limit: Some(limit), ..ListFlowsArgs::default() };
        set(&mut args);
        let page = world.call(args).unwrap();
        ids.extend(page.flows.into_iter().map(|flow| flow.flow_id));
        (pages, cursor) = (pages + 1, page.next_cursor);
        if cursor.is_none() {
            return (ids, pages);
        }
    }
}

/// Contract: flows.list-filter.
#[test]
fn a_listing_holds_what_matches_state_kind_and_tags_together() {
    let mut world = World::new();
    let mut made = Vec::new();
    for number in 0..6_u128 {
        let flow = world.create_flow(|args| {
            (args.flow_id, args.kind) = (Some(uuid(number)), Some(["order", "report"][number as usize % 2].to_owned()));
            args.tags.insert("shop".to_owned(), ["a", "b", "c"][number as usize % 3].to_owned());
        });
        made.push(flow.unwrap().flow_id);
    }
    world.seal(&made[0]).unwrap();
    world.member(&made[1], "m");
    world.claim("m");
    let picked = |numbers: &[usize]| numbers.iter().map(|number| made[*number].clone()).collect::<Vec<_>>();
    for limit in [1, 2, 3, 100] {
        let kind = |kind: &'static str| move |args: &mut ListFlowsArgs| args.kind = Some(kind.to_owned());
        assert_eq!(matching(&mut world, limit, kind("order")).0, picked(&[0, 2, 4]), "{limit}");
        assert_eq!(matching(&mut world, limit, kind("letter")).0, picked(&[]), "{limit}");
        let tagged = |args: &mut ListFlowsArgs| drop(args.tags.insert("shop".to_owned(), "a".to_owned()));
        assert_eq!(matching(&mut world, limit, tagged).0, picked(&[0, 3]), "{limit}");
        let both = |args: &mut ListFlowsArgs| (kind("report")(args), tagged(args)).0;
        assert_eq!(matching(&mut world, limit, both).0, picked(&[3]), "{limit}");
        let running = |args: &mut ListFlowsArgs| args.states = vec![FlowState::Running];
        assert_eq!(matching(&mut world, limit, running).0, picked(&[1]), "{limit}");
        let either = |args: &mut ListFlowsArgs| args.states = vec![FlowState::Running, FlowState::Open];
        let open: Vec<_> = matching(&mut world, limit, either).0;
        assert!(open.contains(&made[1]) && open.contains(&made[5]), "{limit}");
        let other = |args: &mut ListFlowsArgs| (either(args), args.namespace = Some("team".to_owned())).0;
        assert_eq!(matching(&mut world, limit, other).0, picked(&[]), "{limit}");
    }
}

/// Contract: flows.list-filter.
#[test]
fn a_page_looks_at_so_many_flows_and_says_where_to_go_on() {
    let mut world = World::new();
    for number in 0..10_300_u128 {
        world.draw_flow(number, |_, _| {});
    }
    let none = |args: &mut ListFlowsArgs| args.kind = Some("nothing".to_owned());
    assert_eq!(matching(&mut world, 10, none), (Vec::new(), 2));
    let last = uuid(10_299);
    assert_eq!(list(&mut world, None, 1, None).flows.len(), 1);
    assert_eq!(matching(&mut world, 1_000, |_| {}).0.last(), Some(&last));
}

/// Contract: flows.list-filter, values.missing.
#[test]
fn a_filter_that_cannot_match_anything_is_refused_by_its_field() {
    let mut world = World::new();
    let kind = ListFlowsArgs { kind: Some(String::new()), ..ListFlowsArgs::default() };
    refused_field(world.call(kind), Code::InvalidInput, "kind");
    let tags = [("A".to_owned(), String::new())].into();
    refused_field(world.call(ListFlowsArgs { tags, ..ListFlowsArgs::default() }), Code::InvalidInput, "tags");
    let states = vec![FlowState::Open; 7];
    refused_field(world.call(ListFlowsArgs { states, ..ListFlowsArgs::default() }), Code::InvalidInput, "states");
}
