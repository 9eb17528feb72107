//! `list_executions`. Contract: executions.list, executions.list-line.

use crate::engine::world::{START, World, refused_field, test};
use tidegate::Code;
use tidegate::model::ground::vocabulary::{BlockingReason, FailureClass, PublicState};
use tidegate::ops::executions::list::{ExecutionPage, ListExecutionsArgs};

fn list(world: &mut World, cursor: Option<&str>, limit: i64, namespace: Option<&str>) -> ExecutionPage {
    let (cursor, namespace) = (cursor.map(str::to_owned), namespace.map(str::to_owned));
    world.call(ListExecutionsArgs { cursor, before: None, limit: Some(limit), namespace }).unwrap()
}

/// All pages of a listing: their ids, and whether each page had a cursor.
fn pages(world: &mut World, limit: i64, namespace: Option<&str>) -> (Vec<String>, Vec<bool>) {
    let (mut ids, mut cursors, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = list(world, cursor.as_deref(), limit, namespace);
        ids.extend(page.executions.into_iter().map(|execution| execution.execution_id));
        cursors.push(page.next_cursor.is_some());
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return (ids, cursors),
        }
    }
}

fn filled(count: usize) -> (World, Vec<String>) {
    let mut world = World::new();
    let mut ids: Vec<String> = (0..count).map(|_| world.submit("mail")).collect();
    ids.sort();
    (world, ids)
}

#[test]
fn an_empty_database_lists_nothing() {
    let page = list(&mut World::new(), None, 10, None);
    assert_eq!(page, ExecutionPage { executions: Vec::new(), next_cursor: None, previous_cursor: None });
}

#[test]
fn fifteen_by_five_have_cursors_on_pages_one_and_two_and_none_on_three() {
    let (mut world, ids) = filled(15);
    assert_eq!(pages(&mut world, 5, None), (ids, vec![true, true, false]));
}

/// Contract: executions.list.
#[test]
fn all_pages_together_give_each_execution_once_in_the_order_of_ids_for_any_limit() {
    let (mut world, ids) = filled(30);
    for limit in [1, 2, 7, 29, 30, 31, 1_000] {
        assert_eq!(pages(&mut world, limit, None).0, ids, "limit {limit}");
    }
}

#[test]
fn ids_of_several_partitions_are_listed_once_each() {
    let mut world = World::new();
    let mut ids: Vec<String> = [3, 0, 9, 65_535, 1]
        .map(|partition| {
            let id = format!("{{fp:{partition}}}:{}", uuid::Uuid::from_u128(7));
            world.submit_with("mail", |create| create.execution_id = Some(id))
        })
        .into();
    let (mut listed, _) = pages(&mut world, 2, None);
    ids.sort();
    listed.sort();
    assert_eq!(listed, ids);
}

/// Contract: limits.page.
#[test]
fn a_limit_of_0_is_an_empty_page_without_a_cursor() {
    let (mut world, _) = filled(3);
    assert_eq!(
        list(&mut world, None, 0, None),
        ExecutionPage { executions: Vec::new(), next_cursor: None, previous_cursor: None }
    );
}

/// Contract: executions.list, limits.page.
#[test]
fn a_page_holds_at_most_1000() {
    let (mut world, ids) = filled(1_001);
    let page = list(&mut world, None, 5_000, None);
    assert_eq!(page.executions.len(), 1_000);
    assert_eq!(page.next_cursor.as_ref(), Some(&ids[999]));
}

/// Contract: executions.list.
#[test]
fn a_cursor_is_exclusive_and_needs_no_execution_of_its_own() {
    let (mut world, ids) = filled(4);
    let page = list(&mut world, Some(&ids[1]), 10, None);
    assert_eq!(page.executions.into_iter().map(|e| e.execution_id).collect::<Vec<_>>(), ids[2..]);
    let nil = "{fp:0}:00000000-0000-0000-0000-000000000000";
    assert_eq!(list(&mut world, Some(nil), 10, None).executions.len(), 4);
    let last = "{fp:65535}:ffffffff-ffff-ffff-ffff-ffffffffffff";
    assert!(list(&mut world, Some(last), 10, None).executions.is_empty());
}

/// Contract: executions.list-namespace.
#[test]
fn a_namespace_filters_and_pages_alike() {
    let mut world = World::new();
    let mut own = Vec::new();
    for n in 0..20 {
        let namespace = if n % 3 == 0 { "acme" } else { "zeta" };
        let id = world.submit_with("mail", |create| create.namespace = Some(namespace.to_owned()));
        if n % 3 == 0 {
            own.push(id);
        }
    }
    own.sort();
    assert_eq!(pages(&mut world, 3, Some("acme")), (own, vec![true, true, false]));
    assert_eq!(pages(&mut world, 100, None).0.len(), 20);
    assert!(list(&mut world, None, 10, Some("Acme")).executions.is_empty());
    assert!(list(&mut world, None, 10, Some("default")).executions.is_empty());
}

/// Contract: executions.list-line.
#[test]
fn a_line_sums_an_execution_up() {
    let mut world = World::new();
    let id = world.submit_with("post", |create| {
        create.namespace = Some("acme".to_owned());
        create.priority = Some(4);
    });
    world.pass(3);
    let claim = world.claim("post");
    world.pass(3);
    world.complete(&claim).unwrap();
    let line = list(&mut world, None, 10, None).executions.remove(0);
    assert_eq!((line.execution_id, line.namespace.as_str(), line.lane.as_str()), (id, "acme", "post"));
    assert_eq!((line.kind.as_str(), line.priority, line.public_state), ("send", 4, PublicState::Completed));
    assert_eq!((line.total_attempt_count, line.created_at), (1, START));
    assert_eq!((line.started_at, line.completed_at), (Some(START + 3), Some(START + 6)));
}

#[test]
fn a_malformed_cursor_namespace_or_limit_is_refused() {
    let mut world = World::new();
    for cursor in ["", "x", "{fp:0}:x"] {
        let args = ListExecutionsArgs { cursor: Some(cursor.to_owned()), ..ListExecutionsArgs::default() };
        refused_field(world.call(args), Code::InvalidInput, "cursor");
    }
    for namespace in ["", "a\nb"] {
        let args = ListExecutionsArgs { namespace: Some(namespace.to_owned()), ..ListExecutionsArgs::default() };
        refused_field(world.call(args), Code::InvalidInput, "namespace");
    }
    for limit in [-1, 1 << 53] {
        let args = ListExecutionsArgs { limit: Some(limit), ..ListExecutionsArgs::default() };
        refused_field(world.call(args), Code::InvalidInput, "limit");
    }
}

#[test]
fn a_listing_applies_time_too() {
    let mut world = World::new();
    world.submit_with("mail", |create| create.deadline_at = Some(START + 5));
    world.pass(5);
    assert_eq!(list(&mut world, None, 10, None).executions[0].public_state, PublicState::Expired);
}

fn back(world: &mut World, before: &str, limit: i64, namespace: Option<&str>) -> ExecutionPage {
    let (before, namespace) = (Some(before.to_owned()), namespace.map(str::to_owned));
    world.call(ListExecutionsArgs { cursor: None, before, limit: Some(limit), namespace }).unwrap()
}

/// The ids of all pages back from the last one, and that one's.
fn from_the_end(world: &mut World, limit: i64, namespace: Option<&str>) -> Vec<String> {
    let mut page = list(world, None, limit, namespace);
    while let Some(cursor) = page.next_cursor {
        page = list(world, Some(&cursor), limit, namespace);
    }
    let mut ids = Vec::new();
    loop {
        let own: Vec<String> = page.executions.into_iter().map(|line| line.execution_id).collect();
        ids.splice(0..0, own);
        match page.previous_cursor {
            Some(cursor) => page = back(world, &cursor, limit, namespace),
            None => return ids,
        }
    }
}

/// Contract: executions.list-back.
#[test]
fn pages_go_back_as_they_went_on_for_any_size() {
    let (mut world, ids) = filled(20);
    let mut team: Vec<String> =
        (0..7).map(|_| world.submit_with("mail", |create| create.namespace = Some("team".to_owned()))).collect();
    team.sort();
    let all = {
        let mut all = [ids, team.clone()].concat();
        all.sort();
        all
    };
    for limit in [1, 2, 3, 7, 26, 27, 100] {
        assert_eq!(from_the_end(&mut world, limit, None), all, "by {limit}");
        assert_eq!(from_the_end(&mut world, limit, Some("team")), team, "of a namespace, by {limit}");
    }
}

/// Contract: executions.list-back.
#[test]
fn the_page_before_leads_back_and_only_the_first_has_none_before_it() {
    let (mut world, ids) = filled(5);
    let first = list(&mut world, None, 2, None);
    assert_eq!(first.previous_cursor, None);
    let second = list(&mut world, first.next_cursor.as_deref(), 2, None);
    assert_eq!(second.previous_cursor.as_ref(), Some(&ids[2]));
    assert_eq!(back(&mut world, &ids[2], 2, None), first);
    let page = back(&mut world, &ids[4], 2, None);
    assert_eq!((page.next_cursor, page.previous_cursor), (Some(ids[3].clone()), Some(ids[2].clone())));
    let both = ListExecutionsArgs { cursor: Some(ids[0].clone()), before: Some(ids[1].clone()), ..Default::default() };
    refused_field(world.call(both), Code::InvalidInput, "before");
}

/// Contract: executions.list-line.
#[test]
fn a_line_tells_tags_and_why_and_until_when_it_waits() {
    let mut world = World::new();
    let claim = world.running_with(|create| {
        create.tags.insert("app.customer".to_owned(), "7".to_owned());
    });
    world.fail(&claim, FailureClass::Transient).unwrap();
    let found = world.describe(&claim.execution_id);
    let line = list(&mut world, None, 1, None).executions.remove(0);
    assert_eq!((line.state, line.claimable_at, &line.tags), (found.state, found.claimable_at, &found.tags));
    assert_eq!(line.state.blocking_reason, BlockingReason::WaitingForRetryBackoff);
    assert!(line.claimable_at.is_some() && line.tags.len() == 1);
    let searched = world.search(|_| {}).executions.remove(0);
    assert_eq!(searched, line);
}
