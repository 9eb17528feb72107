//! For how long events are kept. Contract: events.kept, events.too-old, events.former, events.detail-goes.

use crate::engine::world::turns::revoke;
use crate::engine::world::watcher::{ALL, causes};
use crate::engine::world::{START, Span, World, detail, refusal, test};
use tidegate::Code;
use tidegate::model::ground::cause::Cause;
use tidegate::model::ground::id::ExecutionId;
use tidegate::store::Store;

/// Keeps events for 1 000 ms, and holds one of each of the instants 0, 100, … after the start.
fn aged(count: i64) -> World {
    let mut world = World::keeping_events(1_000);
    for _ in 0..count {
        world.submit("mail");
        world.pass(100);
    }
    world
}

fn rows(world: &World) -> i64 {
    world.number("SELECT count(*) FROM event")
}

/// Contract: events.kept.
#[test]
fn events_are_kept_for_ever_unless_a_time_is_set() {
    let mut world = World::new();
    world.submit("mail");
    world.pass(1_000_000.hours());
    assert!(!world.tick().more);
    assert_eq!(world.events().len(), 1);
}

/// Contract: events.kept.
#[test]
fn an_event_is_hidden_at_its_instant_and_not_before() {
    let mut world = World::keeping_events(1_000);
    world.submit("mail");
    world.pass(999);
    assert_eq!(world.events().len(), 1);
    world.pass(1);
    assert!(world.events().is_empty());
    assert_eq!(rows(&world), 1, "only a tick deletes");
}

#[test]
fn start_is_the_oldest_event_that_is_not_hidden_wherever_that_lies() {
    let mut world = aged(12);
    let mut found = Vec::new();
    for _ in 0..25 {
        found.push(world.watched(|_| {}).len());
        world.pass(50);
    }
    // At 1 200 those of 0, 100 and 200 are over; from then on one every second time.
    let expected: Vec<usize> = (0..25).map(|half: usize| 9_usize.saturating_sub(half / 2)).collect();
    assert_eq!(found, expected);
}

/// Contract: events.too-old.
#[test]
fn a_cursor_before_what_is_hidden_is_too_old_whether_or_not_a_tick_came() {
    let mut world = aged(20);
    let all: Vec<String> = (1..=20).map(|position| format!("e{position}")).collect();
    let too_old = |world: &mut World| -> Vec<bool> {
        all.iter().map(|cursor| world.read_events(cursor, 10, ALL).is_err()).collect()
    };
    let before = too_old(&mut world);
    // Those of the instants 0 … 1 000 are over at 2 000: eleven of them, and the cursor after the last one is good.
    assert_eq!(before.iter().filter(|refused| **refused).count(), 10);
    let error = refusal(world.read_events("e3", 10, ALL), Code::CursorTooOld);
    assert_eq!(detail(&error, "oldest"), "e11");
    assert_eq!(world.read_events("e11", 100, ALL).unwrap().events.len(), 9);
    world.tick();
    assert_eq!(rows(&world), 9);
    assert_eq!(too_old(&mut world), before);
    assert_eq!(world.read_events("start", 100, ALL).unwrap().events.len(), 9);
}

/// Contract: events.positions.
#[test]
fn a_log_of_which_all_is_hidden_goes_on_where_it_was() {
    let mut world = aged(3);
    world.pass(1.hours());
    let page = world.read_events("start", 10, ALL).unwrap();
    assert_eq!((page.events.len(), page.cursor.as_str(), page.at_end), (0, "e3", true));
    world.tick();
    assert_eq!(rows(&world), 0);
    let mut world = world.reopened();
    assert_eq!(world.read_events("e3", 10, ALL).unwrap().events.len(), 0);
    refusal(world.read_events("e2", 10, ALL), Code::CursorTooOld);
    world.submit("mail");
    let page = world.read_events("e3", 10, ALL).unwrap();
    assert_eq!((page.events.len(), page.cursor.as_str()), (1, "e4"), "no position is used twice");
}

/// Contract: events.kept, time.tick-purges.
#[test]
fn a_tick_deletes_a_thousand_events_and_says_that_there_are_more() {
    let mut world = World::keeping_events(10);
    let claim = world.running();
    for _ in 0..5 {
        let renew =
            || tidegate::ops::attempts::renew::RenewArgs { handle: claim.handle.clone(), lease_ttl_ms: None }.into();
        world.batch((0..500).map(|_| renew()).collect());
    }
    world.pass(10);
    let rounds: Vec<_> = (0..3).map(|_| (world.tick().more, rows(&world))).collect();
    assert_eq!(rounds, [(true, 1_502), (true, 502), (false, 0)]);
}

/// Contract: events.detail-goes.
#[test]
fn details_go_with_their_events() {
    let mut world = World::keeping_events(1_000);
    let claim = world.running();
    revoke(&mut world, &claim.execution_id, |args| args.reason = "why".to_owned()).unwrap();
    world.claim("mail");
    world.register("mailer-1");
    world.mark_dead_with("mailer-1", |args| args.reason = "gone".to_owned()).unwrap();
    assert_eq!(world.number("SELECT count(*) FROM event_detail"), 2);
    world.pass(1_000);
    world.tick();
    assert_eq!(world.number("SELECT count(*) FROM event_detail"), 0);
}

/// Contract: events.detail-goes.
#[test]
fn why_an_execution_is_blocked_is_told_for_as_long_as_it_is() {
    let mut world = World::keeping_events(1_000);
    let id = world.submit("mail");
    world.block(&id, "paused_by_operator", "the weekend");
    world.pass(1.hours());
    assert_eq!(world.describe(&id).blocking_detail.as_deref(), Some("the weekend"));
    world.tick();
    assert_eq!(rows(&world), 0);
    assert_eq!(world.describe(&id).blocking_detail.as_deref(), Some("the weekend"));
    world.unblock(&id, "paused_by_operator").unwrap();
    assert_eq!(world.number("SELECT count(*) FROM event_detail"), 0, "it goes with the block");
}

#[test]
fn why_an_execution_was_blocked_stays_with_its_event_while_that_is_kept() {
    let mut world = World::new();
    let id = world.submit("mail");
    world.block(&id, "paused_by_operator", "the weekend");
    world.unblock(&id, "paused_by_operator").unwrap();
    let found = world.watched(|_| {});
    assert!(found[1].detail.is_some());
}

/// Deletes an execution that has ended, as retention does.
fn delete(world: &World, id: &str) {
    let mut store = Store::open(std::rc::Rc::clone(&world.driver)).unwrap();
    let execution = store.find_execution(&ExecutionId::parse("id", id).unwrap()).unwrap().unwrap();
    store.insert_former(&execution).unwrap();
    for sql in [
        "DELETE FROM specification WHERE execution = ?1",
        "DELETE FROM attempt WHERE execution = ?1",
        "DELETE FROM execution WHERE id = ?1",
    ] {
        world.driver.execute(sql, &[execution.row.into()]).unwrap();
    }
}

/// Contract: events.former.
#[test]
fn the_events_of_a_deleted_execution_still_name_it_and_its_namespace() {
    let mut world = World::new();
    let id = world.submit_with("mail", |create| create.namespace = Some("team".to_owned()));
    let claim = world.claim("mail");
    world.complete(&claim).unwrap();
    let before = world.watched(|_| {});
    delete(&world, &id);
    assert_eq!(world.watched(|_| {}), before);
    assert_eq!(world.watched(|args| args.namespace = Some("team".to_owned())), before);
    assert_eq!(world.watched(|args| args.execution_id = Some(id.clone())), before);
    refusal(world.history_with(&id, |_| {}), Code::NotFoundExecution);
}

/// Contract: events.former.
#[test]
fn what_is_kept_of_a_deleted_execution_goes_with_its_last_event() {
    let mut world = World::keeping_events(1_000);
    let id = world.submit("mail");
    world.pass(500);
    world.cancel(&id).unwrap();
    delete(&world, &id);
    let formers = |world: &World| world.number("SELECT count(*) FROM former");
    world.pass(500);
    world.tick();
    assert_eq!((rows(&world), formers(&world)), (1, 1));
    assert_eq!(world.watched(|_| {})[0].execution_id.as_ref(), Some(&id));
    world.pass(500);
    world.tick();
    assert_eq!((rows(&world), formers(&world)), (0, 0));
}

#[test]
fn nothing_is_kept_of_a_deleted_execution_whose_events_are_gone() {
    let mut world = World::keeping_events(1_000);
    let id = world.submit("mail");
    world.cancel(&id).unwrap();
    world.pass(1_000);
    world.tick();
    delete(&world, &id);
    assert_eq!(world.number("SELECT count(*) FROM former"), 0);
    let id = world.submit("mail");
    world.cancel(&id).unwrap();
    delete(&world, &id);
    assert_eq!(world.number("SELECT count(*) FROM former"), 1);
}

#[test]
fn a_tick_with_nothing_to_trim_writes_nothing() {
    let mut world = aged(3);
    world.tick();
    assert_eq!(world.number("SELECT last_instant FROM meta"), START + 200);
    assert_eq!(causes(&world.watched(|_| {})), [Cause::Created; 3]);
}
