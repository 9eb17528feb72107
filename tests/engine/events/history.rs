//! `execution_history`: an execution's own events, the newest first. Contract: events.history, events.history-ends.

use crate::engine::world::scheduler::UNKNOWN;
use crate::engine::world::turns::replay;
use crate::engine::world::watcher::{ALL, causes};
use crate::engine::world::{Span, World, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::model::ground::cause::Cause;
use tidegate::ops::executions::priority::ChangePriorityArgs;

/// An execution with a history, between two others.
fn lived() -> (World, String) {
    let mut world = World::new();
    let claim = world.running();
    world.running_in("post");
    world.renew(&claim).unwrap();
    world.complete(&claim).unwrap();
    replay(&mut world, &claim.execution_id).unwrap();
    world.running_in("post");
    let id = claim.execution_id;
    world.call(ChangePriorityArgs { execution_id: id.clone(), new_priority: 5 }).unwrap();
    (world, id)
}

/// Contract: events.history.
#[test]
fn an_executions_own_events_are_told_the_newest_first() {
    let (mut world, id) = lived();
    let found = world.history(&id);
    let expected =
        [Cause::PriorityChanged, Cause::Replayed, Cause::Completed, Cause::Renewed, Cause::Claimed, Cause::Created];
    assert_eq!(causes(&found), expected);
    let mut own = world.watched(|args| args.execution_id = Some(id.clone()));
    own.reverse();
    assert_eq!(found, own, "as the log tells them");
}

/// Contract: events.history.
#[test]
fn leases_and_operators_are_told_of_when_nothing_is_asked_for() {
    let (mut world, id) = lived();
    let found = world.history_with(&id, |_| {}).unwrap();
    let expected = [Cause::PriorityChanged, Cause::Replayed, Cause::Completed, Cause::Renewed, Cause::Claimed];
    assert_eq!((causes(&found.events), found.next_cursor), (expected.to_vec(), None));
}

#[test]
fn streams_limit_what_is_told() {
    let (mut world, id) = lived();
    let operator = world.history_with(&id, |args| args.streams = vec![EventStream::Operator]).unwrap().events;
    assert_eq!(causes(&operator), [Cause::PriorityChanged, Cause::Replayed]);
    assert!(operator.iter().all(|event| event.detail.is_some()));
    let completion = world.history_with(&id, |args| args.streams = vec![EventStream::Completion]).unwrap().events;
    assert_eq!(causes(&completion), [Cause::Completed]);
}

/// Contract: events.history.
#[test]
fn pages_together_are_the_whole_history_for_any_limit() {
    let (mut world, id) = lived();
    let all = world.history(&id);
    for limit in 1..8 {
        let (mut read, mut cursor) = (Vec::new(), None);
        loop {
            let page = world
                .history_with(&id, |args| {
                    (args.streams, args.limit, args.cursor) = (ALL.to_vec(), Some(limit), cursor);
                })
                .unwrap();
            read.extend(page.events);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(read, all, "limit {limit}");
    }
}

#[test]
fn a_page_stays_where_it_was_while_new_events_come() {
    let (mut world, id) = lived();
    let first = world.history_with(&id, |args| args.limit = Some(2)).unwrap();
    let claim = world.claim("mail");
    world.complete(&claim).unwrap();
    let second = world.history_with(&id, |args| args.cursor = first.next_cursor).unwrap();
    assert_eq!(causes(&second.events), [Cause::Completed, Cause::Renewed, Cause::Claimed]);
}

#[test]
fn a_limit_of_0_reads_nothing() {
    let (mut world, id) = lived();
    let page = world.history_with(&id, |args| args.limit = Some(0)).unwrap();
    assert_eq!((page.events.len(), page.next_cursor), (0, None));
}

/// Contract: events.history-ends.
#[test]
fn a_history_ends_where_the_log_was_trimmed() {
    let mut world = World::keeping_events(1_000);
    let claim = world.running();
    world.pass(600);
    world.renew(&claim).unwrap();
    let page = world.history_with(&claim.execution_id, |args| args.limit = Some(1)).unwrap();
    assert!(page.next_cursor.is_some());
    world.pass(600);
    world.complete(&claim).unwrap();
    let hidden = world.history(&claim.execution_id);
    assert_eq!(causes(&hidden), [Cause::Completed, Cause::Renewed]);
    world.tick();
    assert_eq!(world.history(&claim.execution_id), hidden);
    world.pass(1.secs());
    world.tick();
    assert!(world.history(&claim.execution_id).is_empty());
    let page = world.history_with(&claim.execution_id, |args| args.cursor = page.next_cursor).unwrap();
    assert_eq!((page.events.len(), page.next_cursor), (0, None));
}

#[test]
fn a_read_looks_at_ten_thousand_events_and_goes_on_from_there() {
    let mut world = World::new();
    let claim = world.running();
    world.renew_often(&claim, 12_000);
    let only = |cursor| {
        move |args: &mut tidegate::ops::events::history::ExecutionHistoryArgs| {
            (args.streams, args.cursor) = (vec![EventStream::Execution], cursor);
        }
    };
    let first = world.history_with(&claim.execution_id, only(None)).unwrap();
    assert!(first.events.is_empty() && first.next_cursor.is_some());
    let second = world.history_with(&claim.execution_id, only(first.next_cursor)).unwrap();
    assert_eq!((causes(&second.events), second.next_cursor), (vec![Cause::Claimed, Cause::Created], None));
}

/// Contract: events.history-ends.
#[test]
fn an_unknown_execution_and_one_past_its_retention_are_not_found() {
    let mut world = World::new();
    refusal(world.history_with(UNKNOWN, |_| {}), Code::NotFoundExecution);
    let id = world.submit_with("mail", |create| create.retention_ms = Some(10));
    world.cancel(&id).unwrap();
    assert_eq!(world.history(&id).len(), 2);
    world.pass(10);
    refusal(world.history_with(&id, |_| {}), Code::NotFoundExecution);
}

/// Contract: events.history-ends.
#[test]
fn arguments_are_checked() {
    let (mut world, id) = lived();
    refused_field(world.history_with("one", |_| {}), Code::InvalidInput, "executionId");
    refused_field(world.history_with(&id, |args| args.limit = Some(-1)), Code::InvalidInput, "limit");
    let other = world.watched(|args| args.limit = Some(3)).pop().unwrap();
    assert_ne!(other.execution_id.as_ref(), Some(&id));
    for cursor in ["", "start", "x1", "e-1", "e99", &other.cursor] {
        let read = world.history_with(&id, |args| args.cursor = Some(cursor.to_owned()));
        refused_field(read, Code::InvalidInput, "cursor");
    }
}
