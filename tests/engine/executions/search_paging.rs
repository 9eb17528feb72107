//! The pages of `search_executions`: order, cursors, how much one of them looks at. Contract: executions.search-once,
//! executions.search-bound, executions.search-page.

use super::search::{FILTERS, varied};
use crate::engine::world::{START, World, order, refused_field, test};
use tidegate::model::ground::vocabulary::PublicState;
use tidegate::ops::executions::list::ExecutionPage;
use tidegate::ops::executions::search::SearchExecutionsArgs;
use tidegate::{Code, Envelope};

/// So many executions, created in few batches.
fn crowd(world: &mut World, count: usize, set: impl Fn(&mut tidegate::ops::executions::create::CreateArgs)) {
    let envelope = |_| {
        let mut create = order("mail");
        set(&mut create);
        Envelope::from(create)
    };
    let answers = world.batch((0..count).map(envelope).collect()).answers;
    assert!(answers.iter().all(Result::is_ok));
}

/// Contract: executions.search-once.
#[test]
fn all_pages_together_give_each_match_once_for_any_limit_and_only_the_last_has_no_cursor() {
    let mut world = World::new();
    varied(&mut world);
    for (name, set, _) in FILTERS {
        for oldest_first in [false, true] {
            let mut args = SearchExecutionsArgs { oldest_first, ..SearchExecutionsArgs::default() };
            set(&mut args);
            let whole = world.searched(&args);
            for limit in [1, 2, 3, 7, 29, 30, 59, 60, 61, 1_000] {
                args.limit = Some(limit);
                let (ids, cursors) = world.search_pages(&args);
                assert_eq!(ids, whole, "{name}, limit {limit}");
                let pages = whole.len().div_ceil(usize::try_from(limit).unwrap()).max(1);
                assert_eq!(cursors.len(), pages, "{name}, limit {limit}");
            }
        }
    }
}

/// Contract: executions.search-page.
#[test]
fn an_empty_database_and_a_limit_of_0_answer_an_empty_page_without_a_cursor() {
    let mut world = World::new();
    let empty = ExecutionPage { executions: Vec::new(), next_cursor: None, previous_cursor: None };
    assert_eq!(world.search(|_| {}), empty);
    world.submit("mail");
    assert_eq!(world.search(|args| args.limit = Some(0)), empty);
}

/// Contract: executions.search-page.
#[test]
fn a_page_holds_100_unless_it_is_told_and_at_most_1000() {
    let mut world = World::new();
    crowd(&mut world, 1_001, |_| {});
    assert_eq!(world.search(|_| {}).executions.len(), 100);
    for lane in [None, Some("mail".to_owned())] {
        let page = world.search(|args| (args.limit, args.lane) = (Some(5_000), lane));
        assert_eq!((page.executions.len(), page.next_cursor.is_some()), (1_000, true));
    }
}

/// Contract: executions.search-once.
#[test]
fn what_does_not_change_comes_once_while_all_else_changes() {
    for oldest_first in [false, true] {
        let mut world = World::new();
        let ids: Vec<String> = (0..40).map(|_| world.submit("mail")).collect();
        let states = vec![PublicState::Waiting];
        let mut args = SearchExecutionsArgs { oldest_first, states, limit: Some(3), ..SearchExecutionsArgs::default() };
        let (mut seen, mut gone) = (Vec::new(), Vec::new());
        for round in 0.. {
            let page = world.call(args.clone()).unwrap();
            seen.extend(page.executions.into_iter().map(|line| line.execution_id));
            let Some(next) = page.next_cursor else { break };
            args.cursor = Some(next);
            // One from each end of what was there, and new ones.
            for id in [&ids[round], &ids[39 - round]] {
                world.cancel(id).unwrap();
                gone.push(id.clone());
            }
            world.submit("mail");
        }
        let kept: Vec<&String> = ids.iter().filter(|id| !gone.contains(id)).collect();
        assert!(kept.len() > 10);
        for id in kept {
            assert_eq!(seen.iter().filter(|one| *one == id).count(), 1, "{id}");
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "nothing comes twice");
    }
}

/// Contract: executions.search-once.
#[test]
fn a_cursor_needs_no_execution_of_its_own_and_goes_either_way() {
    let mut world = World::new();
    let ids: Vec<String> = (0..5).map(|_| world.submit("mail")).collect();
    let cursor = world.search(|args| args.limit = Some(2)).next_cursor;
    let back = world.search(|args| (args.cursor, args.oldest_first) = (cursor.clone(), true)).executions;
    assert_eq!(back.into_iter().map(|line| line.execution_id).collect::<Vec<_>>(), ids[4..]);
    let beyond = |cursor: &str| Some(cursor.to_owned());
    assert_eq!(world.search(|args| args.cursor = beyond("x4000000000")).executions.len(), 5);
    assert!(world.search(|args| args.cursor = beyond("x0")).executions.is_empty());
}

/// Contract: executions.search-bound.
#[test]
fn a_search_looks_at_10000_and_says_where_to_go_on() {
    let mut world = World::new();
    let rare = world.submit_with("mail", |create| {
        create.kind = "rare".to_owned();
        create.namespace = Some("rare".to_owned());
        create.tags = [("a", "1"), ("b", "1")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    });
    crowd(&mut world, 10_000, |create| create.tags = [("a".to_owned(), "1".to_owned())].into());
    let tagged = |tags: &[&str]| tags.iter().map(|key| ((*key).to_owned(), "1".to_owned())).collect();
    let ways = [
        SearchExecutionsArgs { namespace: Some("rare".to_owned()), ..SearchExecutionsArgs::default() },
        SearchExecutionsArgs { tags: tagged(&["a", "b"]), ..SearchExecutionsArgs::default() },
        SearchExecutionsArgs {
            lane: Some("mail".to_owned()),
            namespace: Some("rare".to_owned()),
            ..SearchExecutionsArgs::default()
        },
    ];
    for args in ways {
        let page = world.call(args.clone()).unwrap();
        assert!(page.executions.is_empty() && page.next_cursor.is_some(), "{args:?}");
        assert_eq!(world.search_pages(&args), (vec![rare.clone()], vec![true, false]));
        let oldest = SearchExecutionsArgs { oldest_first: true, ..args };
        assert_eq!(world.search_pages(&oldest), (vec![rare.clone()], vec![true, false]));
    }
    let kind = SearchExecutionsArgs { kind: Some("rare".to_owned()), ..SearchExecutionsArgs::default() };
    assert_eq!(world.search_pages(&kind), (vec![rare.clone()], vec![false]), "the kind leads straight to it");
    let args = SearchExecutionsArgs { tags: tagged(&["b"]), ..SearchExecutionsArgs::default() };
    assert_eq!(world.search_pages(&args), (vec![rare], vec![false]), "the tag leads straight to it");
}

/// Contract: executions.search-bound.
#[test]
fn more_lanes_than_one_search_puts_together_are_searched_all_the_same() {
    let mut world = World::new();
    let ids: Vec<String> = (0..1_001).map(|n| world.submit(&format!("lane-{n}"))).collect();
    world.cancel(&ids[500]).unwrap();
    let states = vec![PublicState::Waiting];
    let args = SearchExecutionsArgs { states, limit: Some(300), oldest_first: true, ..SearchExecutionsArgs::default() };
    let found = world.searched(&args);
    assert_eq!((found.len(), &found[..500], &found[500..]), (1_000, &ids[..500], &ids[501..]));
}

/// Contract: executions.search-created.
#[test]
fn bounds_of_creation_are_half_open_and_may_hold_nothing() {
    let mut world = World::new();
    let ids: Vec<String> = (0..9)
        .map(|n| {
            world.set_clock(START + n / 3 * 10);
            world.submit("mail")
        })
        .collect();
    let mut between = |from: i64, before: i64| {
        let args = SearchExecutionsArgs {
            created_from: Some(START + from),
            created_before: Some(START + before),
            oldest_first: true,
            ..SearchExecutionsArgs::default()
        };
        world.searched(&args)
    };
    assert_eq!(between(0, 10), ids[..3]);
    assert_eq!(between(10, 20), ids[3..6]);
    assert_eq!(between(1, 21), ids[3..]);
    assert_eq!(between(0, 1_000), ids);
    for (from, before) in [(1, 10), (20, 20), (21, 1_000), (20, 0)] {
        assert!(between(from, before).is_empty(), "{from} to {before}");
    }
}

/// Contract: executions.search-created.
#[test]
fn creation_bounds_hold_after_the_clock_was_put_back() {
    let mut world = World::new();
    world.set_clock(START + 1_000_000);
    let ahead = world.submit("mail");
    world.set_clock(START);
    world.engine.accept_clock().unwrap();
    world.pass(10);
    let after = world.submit("mail");
    let ids = |page: ExecutionPage| page.executions.into_iter().map(|line| line.execution_id).collect::<Vec<_>>();
    assert_eq!(ids(world.search(|args| args.created_before = Some(START + 1))), [ahead]);
    assert_eq!(ids(world.search(|args| args.created_from = Some(START + 10))), [after]);
    let error = world.call(SearchExecutionsArgs { cursor: Some("x".to_owned()), ..SearchExecutionsArgs::default() });
    assert_eq!(error.unwrap_err().code(), Code::InvalidInput);
}

/// Contract: executions.list-back, executions.search-once.
#[test]
fn a_search_goes_back_as_it_went_on_for_any_filter_and_size() {
    let mut world = World::new();
    varied(&mut world);
    for (name, set, _) in FILTERS {
        for oldest_first in [false, true] {
            let mut args = SearchExecutionsArgs { oldest_first, ..SearchExecutionsArgs::default() };
            set(&mut args);
            let whole = world.searched(&args);
            for limit in [1, 3, 29, 1_000] {
                args.limit = Some(limit);
                assert_eq!(backwards(&mut world, &args), whole, "{name}, limit {limit}");
            }
        }
    }
}

/// The ids of a search from its last page back to its first.
fn backwards(world: &mut World, args: &SearchExecutionsArgs) -> Vec<String> {
    let mut page = world.call(args.clone()).unwrap();
    while let Some(cursor) = page.next_cursor {
        page = world.call(SearchExecutionsArgs { cursor: Some(cursor), ..args.clone() }).unwrap();
    }
    let mut ids: Vec<String> = Vec::new();
    loop {
        let own: Vec<String> = page.executions.into_iter().map(|line| line.execution_id).collect();
        ids.splice(0..0, own);
        let Some(before) = page.previous_cursor else { return ids };
        page = world.call(SearchExecutionsArgs { before: Some(before), ..args.clone() }).unwrap();
    }
}

/// Contract: executions.list-back.
#[test]
fn a_cursor_and_a_place_before_which_to_look_are_refused_together() {
    let mut world = World::new();
    let both = SearchExecutionsArgs { cursor: Some("x1".into()), before: Some("x2".into()), ..Default::default() };
    refused_field(world.call(both), Code::InvalidInput, "before");
    let none = SearchExecutionsArgs { before: Some("2".into()), ..Default::default() };
    refused_field(world.call(none), Code::InvalidInput, "before");
}
