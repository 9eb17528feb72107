//! Reading the log in pages: cursors, limits, filters. Contract: events.cursor, events.cursor-moves, events.limit,
//! events.pages.

use crate::engine::world::{World, detail, refusal, refused_field, test};
use tidegate::Code;
use tidegate::model::events::event::EventStream;
use tidegate::ops::events::read::ReadEventsArgs;

const PHASES: &[EventStream] = &[EventStream::Execution];

fn filled(count: usize) -> World {
    let mut world = World::new();
    for _ in 0..count {
        world.submit("mail");
    }
    world
}

/// Contract: events.cursor.
#[test]
fn an_empty_cursor_reads_only_what_comes_after_it() {
    let mut world = filled(3);
    let page = world.read_events("", 10, PHASES).unwrap();
    assert!(page.events.is_empty() && page.at_end);
    let id = world.submit("mail");
    let page = world.read_events(&page.cursor, 10, PHASES).unwrap();
    assert_eq!(page.events.into_iter().filter_map(|event| event.execution_id).collect::<Vec<_>>(), [id]);
}

#[test]
fn an_empty_cursor_of_an_empty_log_reads_from_the_first_event_on() {
    let mut world = World::new();
    let page = world.read_events("", 10, PHASES).unwrap();
    world.submit("mail");
    assert_eq!(world.read_events(&page.cursor, 10, PHASES).unwrap().events.len(), 1);
}

/// Contract: events.cursor.
#[test]
fn start_reads_from_the_oldest_event_on() {
    let mut world = World::new();
    let page = world.read_events("start", 10, PHASES).unwrap();
    assert!(page.events.is_empty() && page.at_end);
    let mut world = filled(3);
    assert_eq!(world.read_events("start", 10, PHASES).unwrap().events.len(), 3);
}

/// Contract: events.cursor.
#[test]
fn every_event_carries_the_cursor_that_resumes_after_it() {
    let mut world = filled(5);
    let events = world.events();
    for (at, event) in events.iter().enumerate() {
        let later = world.read_events(&event.cursor, 10, PHASES).unwrap().events;
        assert_eq!(later, events[at + 1..]);
    }
}

/// Contract: events.pages.
#[test]
fn pages_together_are_the_whole_log_for_any_limit() {
    let mut world = filled(23);
    let all = world.events();
    for limit in [1, 2, 5, 22, 23, 24, 1_000] {
        let (mut read, mut after) = (Vec::new(), "start".to_owned());
        loop {
            let page = world.read_events(&after, limit, PHASES).unwrap();
            assert!(i64::try_from(page.events.len()).unwrap() <= limit);
            let done = page.events.is_empty();
            read.extend(page.events);
            after = page.cursor;
            if done {
                break;
            }
        }
        assert_eq!(read, all, "limit {limit}");
    }
}

/// Contract: events.cursor-moves.
#[test]
fn a_limit_of_0_reads_nothing_and_moves_nothing() {
    let mut world = filled(3);
    let first = world.read_events("start", 1, PHASES).unwrap();
    let page = world.read_events(&first.cursor, 0, PHASES).unwrap();
    assert!(page.events.is_empty());
    assert_eq!(page.cursor, first.cursor);
}

/// Contract: events.limit.
#[test]
fn a_page_holds_at_most_1000_and_100_when_nothing_is_asked_for() {
    let mut world = filled(1_100);
    assert_eq!(world.read_events("start", 5_000, PHASES).unwrap().events.len(), 1_000);
    let page = world.call(ReadEventsArgs { after: "start".to_owned(), ..ReadEventsArgs::default() }).unwrap();
    assert_eq!(page.events.len(), 100);
}

#[test]
fn a_limit_is_a_whole_number_from_0_on() {
    let mut world = filled(1);
    for limit in [-1, i64::MIN, 1 << 53] {
        refused_field(world.read_events("start", limit, PHASES), Code::InvalidInput, "limit");
    }
}

/// Contract: events.cursor-moves.
#[test]
fn events_of_other_streams_move_the_cursor_on() {
    let mut world = filled(30);
    let newest = world.events().pop().unwrap().cursor;
    let page = world.read_events("start", 10, &[EventStream::Completion]).unwrap();
    assert!(page.events.is_empty() && page.at_end);
    assert_eq!(page.cursor, newest);
}

#[test]
fn a_page_of_a_rare_stream_finds_what_lies_far_behind() {
    let mut world = filled(300);
    world.completed_in("post");
    let page = world.read_events("start", 5, &[EventStream::Completion]).unwrap();
    assert_eq!(page.events.len(), 1);
    assert!(world.read_events(&page.cursor, 5, &[EventStream::Completion]).unwrap().events.is_empty());
}

/// Contract: events.cursor-moves.
#[test]
fn a_page_that_is_full_stops_right_after_its_last_event() {
    let mut world = World::new();
    for _ in 0..3 {
        world.completed_in("post");
    }
    let page = world.read_events("start", 2, &[EventStream::Completion]).unwrap();
    assert_eq!(page.events.len(), 2);
    assert_eq!(page.cursor, page.events[1].cursor);
    assert!(!page.at_end);
    let rest = world.read_events(&page.cursor, 2, &[EventStream::Completion]).unwrap();
    assert_eq!(rest.events.len(), 1);
    assert!(rest.at_end);
}

/// Contract: events.cursor-refused.
#[test]
fn a_malformed_cursor_is_refused() {
    let mut world = filled(1);
    for cursor in ["x", "e", "e-1", "e1x", " e1", "E1", "1", "Start", "e99999999999999999999", "e+1"] {
        refused_field(world.read_events(cursor, 10, PHASES), Code::InvalidInput, "after");
    }
}

/// Contract: events.cursor-refused.
#[test]
fn a_cursor_beyond_the_end_is_refused() {
    let mut world = filled(2);
    let newest = world.events().pop().unwrap().cursor;
    assert!(world.read_events(&newest, 10, PHASES).is_ok());
    for cursor in ["e3", "e9007199254740991"] {
        refused_field(world.read_events(cursor, 10, PHASES), Code::InvalidInput, "after");
    }
}

/// Contract: events.too-old.
#[test]
fn a_cursor_older_than_the_log_is_refused_with_the_oldest_kept() {
    let mut world = filled(5);
    let events = world.events();
    world.driver.execute("DELETE FROM event WHERE position <= 3", &[]).unwrap();
    world.driver.execute("UPDATE trimmed SET position = 3", &[]).unwrap();
    let error = refusal(world.read_events(&events[0].cursor, 10, PHASES), Code::CursorTooOld);
    let oldest = detail(&error, "oldest").to_owned();
    assert_eq!(world.read_events(&oldest, 10, PHASES).unwrap().events, events[3..]);
    assert_eq!(world.read_events("start", 10, PHASES).unwrap().events, events[3..]);
    assert_eq!(world.read_events(&events[2].cursor, 10, PHASES).unwrap().events, events[3..]);
}

/// Contract: events.positions.
#[test]
fn a_position_is_never_used_again_after_the_log_was_trimmed() {
    let mut world = filled(3);
    let last = world.events().pop().unwrap().cursor;
    world.driver.execute("DELETE FROM event", &[]).unwrap();
    let mut world = world.reopened();
    world.submit("mail");
    let page = world.read_events(&last, 10, PHASES).unwrap();
    assert_eq!(page.events.len(), 1);
    assert_ne!(page.events[0].cursor, last);
}
