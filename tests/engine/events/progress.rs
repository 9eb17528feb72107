//! The stream `progress`. Contract: events.view-progress, events.progress-gap.

use crate::engine::world::{START, World, refusal, test};
use tidegate::Code;
use tidegate::model::events::event::{EventDetail, EventStream};
use tidegate::model::ground::argument::{Limits, Retention};
use tidegate::model::ground::cause::Cause;
use tidegate::ops::events::history::ExecutionHistoryArgs;
use tidegate::ops::events::read::EventRecord;

fn told(world: &mut World) -> Vec<EventRecord> {
    world.events_in(&[EventStream::Progress])
}

fn at(attempt_index: i64, percent: i64, message: Option<&str>) -> EventDetail {
    EventDetail::Progress { attempt_index, percent: Some(percent), message: message.map(str::to_owned) }
}

/// Contract: events.view-progress.
#[test]
fn one_event_tells_what_was_reported_last_and_the_one_before_it_is_gone() {
    let mut world = World::new();
    let claim = world.running();
    world.progress(&claim, Some(10), Some("packing")).unwrap();
    let first = told(&mut world);
    world.pass(7);
    world.progress(&claim, Some(20), None).unwrap();
    let events = told(&mut world);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.cause, event.at, event.public_state), (Cause::ProgressReported, START + 7, None));
    assert_eq!(event.execution_id.as_ref(), Some(&claim.execution_id));
    assert_eq!(event.detail, Some(at(0, 20, Some("packing"))), "what was left out stays");
    assert_ne!(first[0].cursor, event.cursor);
    assert_eq!(world.number("SELECT count(*) FROM event WHERE cause = 25"), 1);
}

/// Contract: events.view-progress.
#[test]
fn each_execution_has_its_own_in_the_order_of_the_log_and_the_last_one_stays() {
    let mut world = World::new();
    let (one, two) = (world.running_in("a"), world.running_in("b"));
    for (claim, percent) in [(&one, 1), (&two, 2), (&one, 3)] {
        world.progress(claim, Some(percent), None).unwrap();
    }
    world.complete(&one).unwrap();
    let details: Vec<_> = told(&mut world).into_iter().filter_map(|event| event.detail).collect();
    assert_eq!(details, [at(0, 2, None), at(0, 3, None)]);
}

/// Contract: events.view-progress, attempts.progress-quiet.
#[test]
fn progress_stands_in_no_other_view_and_in_no_history() {
    let mut world = World::new();
    let claim = world.running();
    world.progress(&claim, Some(10), None).unwrap();
    let others = [
        EventStream::Execution,
        EventStream::Completion,
        EventStream::Lease,
        EventStream::Operator,
        EventStream::Flow,
        EventStream::Worker,
    ];
    assert!(world.events_in(&others).iter().all(|event| event.cause != Cause::ProgressReported));
    let cursor = told(&mut world).remove(0).cursor;
    let history = |cursor| ExecutionHistoryArgs {
        execution_id: claim.execution_id.clone(),
        streams: vec![EventStream::Execution, EventStream::Progress],
        cursor,
        limit: None,
    };
    let causes: Vec<_> = world.call(history(None)).unwrap().events.iter().map(|event| event.cause).collect();
    assert_eq!(causes, [Cause::Claimed, Cause::Created]);
    refusal(world.call(history(Some(cursor))), Code::InvalidInput);
}

/// Contract: events.view-progress.
#[test]
fn a_report_wakes_who_reads_the_log_and_one_that_says_nothing_does_not() {
    let mut world = World::new();
    let claim = world.running();
    let report = |percent| tidegate::ops::attempts::progress::ProgressArgs {
        handle: claim.handle.clone(),
        percent,
        message: None,
    };
    assert!(world.woken(report(Some(5))).events);
    assert!(!world.woken(report(None)).events);
    assert_eq!(told(&mut world).len(), 1);
}

/// Contract: events.view-progress.
#[test]
fn a_reader_may_miss_what_came_between_and_never_the_last() {
    let mut world = World::new();
    let claim = world.running();
    let mut after = world.read_events("", 10, &[EventStream::Progress]).unwrap().cursor;
    let mut seen = Vec::new();
    for percent in 1..=20 {
        world.progress(&claim, Some(percent), None).unwrap();
        if percent % 3 == 0 || percent == 20 {
            let page = world.read_events(&after, 10, &[EventStream::Progress]).unwrap();
            assert_eq!((page.events.len(), page.at_end), (1, true));
            seen.extend(page.events[0].detail.clone());
            after = page.cursor;
        }
    }
    assert_eq!(seen.last(), Some(&at(0, 20, None)));
    assert_eq!(seen.len(), 7);
}

fn forgetful() -> World {
    World::with_limits(Limits {
        retention: Retention { executions_ms: None, events_ms: Some(1_000) },
        ..Limits::default()
    })
}

/// Contract: events.progress-gap, events.too-old.
#[test]
fn what_progress_has_left_is_no_loss_to_a_reader_before_it() {
    let mut world = forgetful();
    let claim = world.running();
    let after = world.read_events("", 10, &[]).unwrap().cursor;
    for ticked in [false, true] {
        world.progress(&claim, Some(1), None).unwrap();
        world.pass(2_000);
        if ticked {
            world.tick();
        }
        // Whatever was trimmed before the cursor; the row of before the pause was replaced, not trimmed.
        world.progress(&claim, Some(2), None).unwrap();
        let page = world.read_events(&after, 10, &[EventStream::Progress]);
        match (ticked, page) {
            (false, Ok(page)) => assert_eq!(page.events.len(), 1),
            (true, Err(error)) => assert_eq!(error.code(), Code::CursorTooOld, "the tick trimmed what followed it"),
            (_, other) => panic!("{ticked}: {other:?}"),
        }
    }
}

/// Contract: events.progress-gap.
#[test]
fn a_trimmed_log_goes_on_with_progress_alone() {
    let mut world = forgetful();
    let claim = world.claim_with_a_long_lease();
    let mut after = world.read_events("", 10, &[]).unwrap().cursor;
    for round in 0..5 {
        world.pass(1_500);
        world.tick();
        for percent in 0..3 {
            world.progress(&claim, Some(round * 10 + percent), None).unwrap();
        }
        let page = world.read_events(&after, 10, &[EventStream::Progress]).unwrap();
        assert_eq!(page.events.len(), 1);
        after = page.cursor;
    }
}

/// Contract: events.view-progress.
#[test]
fn the_event_outlives_its_execution_without_what_it_told() {
    let mut world = World::new();
    let claim = world.running_with(|create| create.retention_ms = Some(0));
    world.progress(&claim, Some(10), None).unwrap();
    world.complete(&claim).unwrap();
    while world.tick().more {}
    let events = told(&mut world);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.execution_id.as_ref(), &event.detail), (Some(&claim.execution_id), &None));
}

impl World {
    fn claim_with_a_long_lease(&mut self) -> tidegate::ops::attempts::claim::Claim {
        self.submit("mail");
        self.claim_with("mail", |claim| claim.lease_ttl_ms = Some(86_400_000)).unwrap().unwrap()
    }
}
